"""Pages of a heart-rate strap, most of them from a real one: every beat once, no interval of nothing."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drivers.heart_rate.ant_pages as ant_pages
from drivers.heart_rate.ant_pages import PageRead
from tests.mutants import fails_with

SLOT_S = 8070 / 32768


def real_pages() -> list[tuple[float, bytes]]:
    """Seconds and pages of the capture."""
    lines = Path(__file__).with_name("ant_real_pages.txt").read_text("ascii").splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return [(int(milliseconds) / 1000, bytes.fromhex(page)) for milliseconds, page in rows]


def play(pages: list[tuple[float, bytes]]) -> list[PageRead]:
    decoder = ant_pages.HrmDecoder()
    return [decoder.read(page, t_s) for t_s, page in pages]


def page(number: int, time: int, count: int, bpm: int, before: int = 0, toggle: int = 0) -> bytes:
    low, high = before & 0xFF, before >> 8
    return bytes((toggle | number, 0xFF, low, high, time & 0xFF, time >> 8 & 0xFF, count & 0xFF, bpm))


def both_toggles(time: int, count: int, bpm: int) -> list[tuple[float, bytes]]:
    return [(n * SLOT_S, page(4, time, count, bpm, time, 0x80 * (n % 2))) for n in range(2)]


def test_344_real_pages_are_one_beat_for_each_heart_beat() -> None:
    pages = real_pages()
    assert len(pages) == 344
    reads = play(pages)
    beats = sum(read.beats for read in reads)
    first, last = pages[0][1], pages[-1][1]
    assert beats % 256 == (last[6] - first[6]) % 256
    assert reads[0].restarted
    assert not any(read.restarted for read in reads[1:])
    # 85.2 s at 80 to 111 beats a minute.
    assert 80 * 85.2 / 60 < beats < 111 * 85.2 / 60
    ticks = sum(read.ticks for read in reads)
    assert ticks / 1024 == pytest.approx(85.2, abs=1.0)


def test_344_real_pages_hold_no_interval_of_zero_and_each_fits_its_pulse() -> None:
    intervals = [(ticks, read.bpm) for read in play(real_pages()) for ticks in read.rr_1024]
    assert len(intervals) > 120
    assert all(ticks > 0 for ticks, _ in intervals)
    assert all(ticks * bpm == pytest.approx(60 * 1024, rel=0.25) for ticks, bpm in intervals)
    first = [(round(ticks / 1024, 3), bpm) for ticks, bpm in intervals[:6]]
    assert first == [(0.542, 110), (0.541, 111), (0.551, 109), (0.568, 105), (0.602, 99), (0.621, 96)]


def test_real_messages_lost_on_the_way_cost_no_beat() -> None:
    pages = real_pages()
    gaps = [now[0] - before[0] for before, now in itertools.pairwise(pages)]
    assert sum(gap > 1.5 * SLOT_S for gap in gaps) >= 3  # the capture has three missed slots
    kept = [entry for n, entry in enumerate(pages) if n % 5]  # and here every fifth message is lost as well
    reads = play(kept)
    assert sum(r.beats for r in reads) % 256 == (kept[-1][1][6] - kept[0][1][6]) % 256
    assert all(ticks > 0 for read in reads for ticks in read.rr_1024)


def test_the_beat_whose_first_message_was_lost_keeps_its_interval() -> None:
    # Seen at 796.546 s of the capture: page 4 repeats the beat's own time, which would be an interval of nothing.
    reads = play([*both_toggles(0x63D1, 0xAA, 87), (0.9, bytes.fromhex("84 34 65 A6 65 A6 AB 57"))])
    time = int.from_bytes(bytes.fromhex("65A6"), "little")
    assert reads[-1].beats == 1
    assert reads[-1].rr_1024 == ((time - 0x63D1) % 65536,)


def test_beat_time_rolls_over_as_it_really_did() -> None:
    pages = [(0.0, bytes.fromhex("04 02 52 FF 52 FF 70 57")), (0.25, bytes.fromhex("84 02 52 FF 10 02 71 57"))]
    assert play(pages)[1] == PageRead(bpm=87, beats=1, ticks=702, rr_1024=(702,))


def test_the_beat_count_rolls_over() -> None:
    reads = play([(0.0, page(0, 100, 255, 60)), (1.0, page(0, 1124, 0, 60))])
    assert (reads[1].beats, reads[1].rr_1024) == (1, (1024,))


def test_several_beats_in_a_gap_are_counted_and_not_made_up() -> None:
    before = both_toggles(1000, 10, 60)
    (read,) = play([*before, (4.0, page(0, 1000 + 3 * 1000, 13, 60, toggle=0x80))])[2:]
    assert (read.beats, read.ticks, read.rr_1024) == (3, 3000, ())


def test_after_a_gap_page_4_tells_the_last_interval() -> None:
    before = both_toggles(1000, 10, 60)
    (read,) = play([*before, (4.0, page(4, 4000, 13, 60, before=3050))])[2:]
    assert (read.beats, read.rr_1024) == (3, (950,))


def test_after_a_gap_a_repeated_page_4_tells_nothing() -> None:
    before = both_toggles(1000, 10, 60)
    (read,) = play([*before, (4.0, page(4, 4000, 13, 60, before=4000))])[2:]
    assert (read.beats, read.rr_1024) == (3, ())


@pytest.mark.parametrize("gap_s", [64.0, 90.0, 3600.0])
def test_a_gap_longer_than_the_clock_begins_anew(gap_s: float) -> None:
    reads = play([(0.0, page(0, 0, 0, 60)), (gap_s, page(0, 1024, 1, 60))])
    assert (reads[1].restarted, reads[1].rr_1024) == (True, ())


def test_a_gap_that_may_hide_a_turn_of_the_counter_begins_anew() -> None:
    reads = play([(0.0, page(0, 0, 0, 250)), (63.0, page(0, 1024, 1, 250))])
    assert reads[1].restarted


def test_the_first_page_shows_no_beat() -> None:
    assert play([(0.0, page(0, 1024, 77, 60))])[0] == PageRead(bpm=60, restarted=True)


def test_a_strap_that_never_toggles_has_no_pages() -> None:
    decoder = ant_pages.HrmDecoder()
    for n in range(10):
        decoder.read(bytes.fromhex("87 05 13 19") + page(0, n * 1024, n, 60)[4:], n * 1.0)
    assert decoder.battery_v is None


def test_an_old_strap_with_anything_in_its_first_bytes_is_read_by_its_last() -> None:
    # Garmin HRM-1B, j-antplus issue 9: byte 0 is B3.
    pages = [bytes.fromhex("B3 21 02 84 CA C7 EF 5D"), bytes.fromhex("B3 21 02 84 5C CA F0 5D")]
    reads = play([(0.0, pages[0]), (0.6, pages[1])])
    assert (reads[1].bpm, reads[1].rr_1024) == (93, (0xCA5C - 0xC7CA,))


def test_background_pages_of_the_real_strap_are_understood() -> None:
    decoder = ant_pages.HrmDecoder()
    for t_s, data in real_pages():
        decoder.read(data, t_s)
    assert decoder.manufacturer == 2
    assert decoder.operating_s == 104
    assert decoder.battery_pct is None  # the strap does not know it
    assert decoder.battery_v == pytest.approx(3 + 5 / 256)
    assert not decoder.battery_low


@pytest.mark.parametrize(("state", "low"), [(1, False), (2, False), (3, False), (4, True), (5, True), (7, False)])
def test_a_low_battery_is_remarked(state: int, low: bool) -> None:
    decoder = ant_pages.HrmDecoder()
    decoder.sample(page(0, 0, 0, 60, toggle=0x80), 0.0)
    decoder.sample(bytes((7, 40, 0, state << 4 | 2)) + page(0, 512, 1, 60)[4:], 0.5)
    sample = decoder.sample(page(0, 1024, 2, 60), 1.0)
    assert sample is not None
    assert (sample.battery_pct, "battery_low" in sample.remarks) == (40, low)


def test_a_frozen_beat_count_is_no_evidence_however_many_messages_come() -> None:
    decoder = ant_pages.HrmDecoder()
    pages = [page(4, 1024 * min(n, 3), min(n, 3), 60, toggle=0x80 * (n // 4 % 2)) for n in range(20)]
    samples = [decoder.sample(data, n * SLOT_S) for n, data in enumerate(pages)]
    assert len({s.evidence for s in samples[3:] if s is not None}) == 1


@pytest.mark.parametrize("before", [[], [(0.0, page(0, 0, 0, 60)), (1.0, page(0, 1024, 1, 60))]])
def test_a_strap_that_repeats_one_page_from_the_start_gives_no_pulse(
    before: list[tuple[float, bytes]],
) -> None:
    """From its first page, and after a gap that hides how many beats there were."""
    decoder = ant_pages.HrmDecoder()
    for t_s, data in before:
        decoder.sample(data, t_s)
    held = [decoder.sample(page(4, 5000, 9, 140, toggle=0x80 * (n // 4 % 2)), 100 + n * SLOT_S) for n in range(40)]
    assert held == [None] * 40
    beat = decoder.sample(page(4, 5450, 10, 140), 112.0)
    assert beat is not None
    assert (beat.bpm, beat.rr_1024) == (140, (450,))


@given(st.lists(st.tuples(st.floats(0, 80), st.binary(min_size=8, max_size=8)), max_size=40))
def test_no_pages_whatever_break_the_reader(pages: list[tuple[float, bytes]]) -> None:
    for read in play(sorted(pages)):
        assert 0 <= read.beats <= 255
        assert all(0 < ticks < 65536 for ticks in read.rr_1024)


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "page 4 is believed before the difference": (
        "if beats == 1 and ticks > 0:",
        "if False:",
        test_the_beat_whose_first_message_was_lost_keeps_its_interval,
    ),
    "a repeated page 4 is an interval of nothing": (
        "return (last,) if 0 < last < ticks else ()",
        "return (last,)",
        test_after_a_gap_a_repeated_page_4_tells_nothing,
    ),
    "a gap is one interval": (
        "if beats == 1 and ticks > 0:",
        "if beats >= 1 and ticks > 0:",
        test_several_beats_in_a_gap_are_counted_and_not_made_up,
    ),
    "the clock never wraps": (
        "% TIME_WRAPS\n        return PageRead",
        "\n        return PageRead",
        test_beat_time_rolls_over_as_it_really_did,
    ),
    "the counter never wraps": (
        "(count - last_count) % COUNT_WRAPS",
        "count - last_count",
        test_the_beat_count_rolls_over,
    ),
    "a gap that hides a turn is counted": (
        "or gap_s * bpm / 60 > COUNT_WRAPS - 1",
        "",
        test_a_gap_that_may_hide_a_turn_of_the_counter_begins_anew,
    ),
    "pages are believed of straps that have none": (
        "if len(self._toggles) == 2:\n            self._background",
        "if True:\n            self._background",
        test_a_strap_that_never_toggles_has_no_pages,
    ),
    "a message is evidence": (
        "evidence=(self._count,)",
        "evidence=(round(now_s * 1000),)",
        test_a_frozen_beat_count_is_no_evidence_however_many_messages_come,
    ),
    "a page is a beat": (
        "if not self._counts_beats and possible(read.bpm):",
        "if read.restarted:",
        lambda: test_a_strap_that_repeats_one_page_from_the_start_gives_no_pulse([]),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(ant_pages, *FAULTS[fault])

"""A Bluetooth strap that goes on with its last frame has found no beat, as far as its intervals can tell it."""

import random
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drivers.heart_rate.ble_repetition as repetition
from drivers.heart_rate import ble_codec, freshness
from drivers.heart_rate.freshness import Freshness
from tests.mutants import fails_with
from teststation.ports import HeartRateReading, HeartRateStatus

OK, STALE = HeartRateStatus.OK, HeartRateStatus.STALE


def frame(bpm: int, *rr_1024: int, contact: bool = True) -> bytes:
    flags = 0x04 | (0x02 if contact else 0) | (0x10 if rr_1024 else 0)
    return bytes((flags, bpm)) + b"".join(ticks.to_bytes(2, "little") for ticks in rr_1024)


def heard(frames: Iterable[bytes]) -> list[HeartRateReading]:
    """What a strap that sends one of these each second gives."""
    decoder, state, readings = ble_codec.BleDecoder(), Freshness(), []
    decoder._repetition = repetition.Repetition()
    for tenth, data in ((second * 10 + part, data) for second, data in enumerate(frames) for part in range(10)):
        now_s = tenth / 10
        sample = decoder.take("2a37", data) if tenth % 10 == 0 else None
        if sample is not None:
            state, reading = freshness.take(state, sample, now_s)
            readings += [reading] if reading is not None else []
        state, reading = freshness.pass_time(state, now_s)
        readings += [reading] if reading is not None else []
    return readings


DRAW = random.Random(1)


def beating(bpm: int, seconds: int, spread_1024: float = 4.0) -> list[bytes]:
    """A heart on a chest strap: two beats a second, no two alike."""
    return [frame(bpm, *(round(DRAW.gauss(60 * 1024 / bpm, spread_1024)) for _ in range(2))) for _ in range(seconds)]


def test_a_strap_that_repeats_its_last_beats_is_stale_after_five_seconds() -> None:
    before = beating(150, 30)
    readings = heard([*before, *[before[-1]] * 30])
    assert [r.status for r in readings] == [OK] * 30 + [STALE]
    assert readings[-1].t_mono_s == pytest.approx(29 + 5.1)
    assert readings[-1].bpm is None


def test_a_beat_that_is_new_brings_it_back_at_once() -> None:
    before = beating(150, 30)
    readings = heard([*before, *[before[-1]] * 9, *beating(140, 1)])
    assert [(r.status, r.bpm) for r in readings[-2:]] == [(STALE, None), (OK, 140)]


def test_a_steady_heart_on_a_strap_that_measures_is_never_stale() -> None:
    """Hard work: the intervals hardly differ, a twentieth of a percent more or less."""
    readings = heard(beating(180, 900, spread_1024=2.0))
    assert {r.status for r in readings} == {OK}


DERIVED = {
    "its pulse in another form": [frame(bpm, round(60 * 1024 / bpm)) for bpm in (71, 72)] + [frame(72, 853)] * 60,
    "a pulse with a fraction": [frame(150, round(60 * 1024 / 147.5))] * 90,
    "an interval of nothing": [frame(120, 0)] * 90,
    "the same for every beat": [frame(bpm, 512, 512) for bpm in (118, 119, 120, 121)] + [frame(122, 512, 512)] * 60,
    "ahead of its pulse on a ramp": [frame(100 + n // 2, round(60 * 1024 / (103 + n / 2))) for n in range(80)]
    + [frame(140, round(60 * 1024 / 143))] * 60,
}


@pytest.mark.parametrize("name", DERIVED)
def test_a_sensor_that_measures_no_intervals_is_believed_as_long_as_it_sends(name: str) -> None:
    assert {r.status for r in heard(DERIVED[name])} == {OK}


def test_a_sensor_that_holds_each_value_for_a_while_is_believed_after_the_second_time() -> None:
    held = [data for data in beating(120, 40) for _ in range(8)]
    readings = heard(held)
    lost_s = [r.t_mono_s for r in readings if r.status is STALE]
    assert len(lost_s) <= 2
    assert all(later - earlier < 10 for earlier, later in pairwise([0.0, *lost_s]) if later)
    assert readings[-1].status is OK


def test_a_sensor_that_sends_no_intervals_is_believed_as_long_as_it_sends() -> None:
    assert {r.status for r in heard([frame(100)] * 60)} == {OK}


def test_a_strap_off_the_skin_that_repeats_itself_stays_off_the_skin() -> None:
    readings = heard([*beating(150, 30), *[frame(149, 416, 402, contact=False)] * 30])
    assert {r.status for r in readings[30:]} == {HeartRateStatus.NO_CONTACT}


def test_no_interval_of_nothing_counts() -> None:
    """A sensor that fills in what it has missed turns up and down all the time, and says nothing by it."""
    filled = [frame(120, 0, 500 + n % 2) for n in range(30)] + [frame(121, 0, 512)] * 30
    assert {r.status for r in heard(filled)} == {OK}


@given(st.lists(st.binary(max_size=20), max_size=40))
def test_no_frames_whatever_make_a_pulse_out_of_none(frames: list[bytes]) -> None:
    for reading in heard(frames):
        assert (reading.bpm is None) == (reading.status is not OK)


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "a repetition is news": (
        "if not (alike and intervals and measures):",
        "if True:",
        test_a_strap_that_repeats_its_last_beats_is_stale_after_five_seconds,
    ),
    "every interval is measured": (
        "measures = self._turns >= TURNS and",
        "measures =",
        lambda: test_a_sensor_that_measures_no_intervals_is_believed_as_long_as_it_sends("a pulse with a fraction"),
    ),
    "nothing is an interval": (
        " if is_interval(ticks)",
        "",
        test_no_interval_of_nothing_counts,
    ),
    "who repeats himself is never believed": (
        "and self._went_on < GOES_ON",
        "",
        test_a_sensor_that_holds_each_value_for_a_while_is_believed_after_the_second_time,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(repetition, *FAULTS[fault])

"""Freshness, the bridge's lines and recordings: rule by rule, with the rules broken on purpose."""

import functools
import operator
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drivers.heart_rate.freshness as freshness
from drivers.heart_rate.bridge_codec import BridgeDecoder, decode_line
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.recording_files import read_recording
from drivers.heart_rate.samples import Sample
from tests.mutants import fails_with
from teststation.clock import TimeScale
from teststation.errors import BadInput
from teststation.ports import HeartRateReading, HeartRateStatus


def play(*samples: tuple[float, Sample | None], until_s: float = 0.0) -> list[HeartRateReading]:
    """Samples at their seconds, time passing every tenth in between."""
    state, readings = Freshness(), []
    due = list(samples)
    end_s = max(until_s, samples[-1][0] if samples else 0.0)
    for tenth in range(int(end_s * 10) + 1):
        now_s = tenth / 10
        while due and due[0][0] <= now_s:
            sample = due.pop(0)[1]
            if sample is not None:
                state, reading = freshness.take(state, sample, now_s)
                readings += [reading] if reading is not None else []
        state, reading = freshness.pass_time(state, now_s)
        readings += [reading] if reading is not None else []
    return readings


def test_a_pulse_goes_stale_once_after_five_seconds_without_evidence() -> None:
    readings = play((0.0, Sample(80, evidence=(1,))), until_s=20.0)
    assert [(r.status, r.bpm) for r in readings] == [(HeartRateStatus.OK, 80), (HeartRateStatus.STALE, None)]
    assert readings[1].t_mono_s == pytest.approx(5.1)


def test_a_stable_heart_is_not_a_dead_strap() -> None:
    readings = play(*[(float(n), Sample(80)) for n in range(30)])
    assert {r.status for r in readings} == {HeartRateStatus.OK}


def test_a_strap_that_repeats_its_last_line_goes_stale() -> None:
    readings = play(*[(float(n), Sample(80, evidence=(7,))) for n in range(30)])
    assert [r.status for r in readings] == [HeartRateStatus.OK, HeartRateStatus.STALE]


def test_zero_is_no_reading_and_never_a_number() -> None:
    (reading,) = play((0.0, Sample(0)))
    assert (reading.status, reading.bpm) == (HeartRateStatus.NO_READING, None)


def test_a_strap_without_skin_contact_gives_no_number_at_once() -> None:
    (reading,) = play((0.0, Sample(72, contact=False)))
    assert (reading.status, reading.bpm) == (HeartRateStatus.NO_CONTACT, None)


def test_unknown_contact_proves_nothing() -> None:
    (reading,) = play((0.0, Sample(72, contact=None)))
    assert reading.bpm == 72


def test_a_leap_is_flagged_and_not_altered() -> None:
    readings = play((0.0, Sample(100, evidence=(1,))), (1.0, Sample(160, evidence=(2,))))
    assert readings[1].bpm == 160
    assert "bpm_jump" in readings[1].flags


def test_intervals_that_leap_are_flagged() -> None:
    (reading,) = play((0.0, Sample(60, rr_1024=(1024, 700, 5000))))
    assert reading.flags == ("rr_jump", "rr_range")


def test_in_scaled_time_staleness_keeps_a_floor_on_the_wall() -> None:
    assert Freshness(TimeScale(20)).stale_after_wall_s == 2.0
    assert Freshness(TimeScale(1)).stale_after_wall_s == 5.0


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "held for ever": (
        "if now_s - state.fresh_s <= state.stale_after_wall_s:",
        "if True:",
        test_a_pulse_goes_stale_once_after_five_seconds_without_evidence,
    ),
    "a repeated line counts": (
        "if ok and not _moved(state.evidence, sample.evidence):",
        "if False:",
        test_a_strap_that_repeats_its_last_line_goes_stale,
    ),
    "freshness is a changed value": (
        "if ok and not _moved(state.evidence, sample.evidence):",
        "if sample.bpm == state.seen.bpm:",
        test_a_stable_heart_is_not_a_dead_strap,
    ),
    "zero is a number": ("elif not possible(sample.bpm):", "elif False:", test_zero_is_no_reading_and_never_a_number),
    "contact is not asked for": (
        "if sample.contact is False:",
        "if False:",
        test_a_strap_without_skin_contact_gives_no_number_at_once,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(freshness, *FAULTS[fault])


# --- the bridge's lines ---


@pytest.mark.parametrize(
    ("line", "sample"),
    [
        (b"HR:72", Sample(72)),
        (b" hr = 72,RR=833", Sample(72, rr_1024=(853,))),
        (b'{"hr": 72}', Sample(72)),
        (b'{"hr": 0}', Sample(0)),
        (
            b'{"hr":72,"rr":[850.5],"contact":false,"batt":80,"id":"x","seq":3,"t_ms":900}',
            Sample(72, (871,), False, 80, "x", evidence=(3, 900)),
        ),
        (b'{"hr": 72, "rr_ms": 850.5, "ts": 1234567890.123}', Sample(72, rr_1024=(871,))),
        (b'{"hr": 72, "t_ms": 900}', Sample(72, evidence=(None, 900))),
        (b'{"hr": 72, "id": "\\ud800\\u0000 12\\n"}', Sample(72, sensor="12")),
    ],
)
def test_lines_of_the_protocol_are_read(line: bytes, sample: Sample) -> None:
    assert decode_line(line) == sample


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b'{"hr": "72"}', b'{"hr": true}', b'{"hr": -4}', b"\xff\xfe", b"HRM 72", b'{"hr": NaN}']
)
def test_anything_else_is_no_reading(line: bytes) -> None:
    assert decode_line(line) is None


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_no_bytes_whatever_break_the_decoder(pieces: list[bytes]) -> None:
    decoder = BridgeDecoder()
    for piece in pieces:
        for sample in decoder.feed(piece):
            assert 0 <= sample.bpm <= 999


@given(st.integers(1, 60))
def test_lines_cut_anywhere_are_the_same_lines(cut: int) -> None:
    data = b'{"hr":70,"seq":1}\nHR:71\nrubbish\n{"hr":72,"seq":2}\n'
    decoder = BridgeDecoder()
    samples = decoder.feed(data[:cut]) + decoder.feed(data[cut:])
    assert [s.bpm for s in samples] == [70, 71, 72]
    assert decoder.junk == 1


def test_a_line_without_end_is_dropped_and_the_next_is_read() -> None:
    decoder = BridgeDecoder()
    assert decoder.feed(b"x" * 1000) == []
    assert [s.bpm for s in decoder.feed(b"xx\nHR:80\n")] == [80]


def test_a_line_with_a_checksum_is_read_and_one_with_a_wrong_one_is_not() -> None:
    decoder = BridgeDecoder()
    assert [s.bpm for s in decoder.feed(b'{"hr":72,"seq":5}*67\n{"hr":71,"seq":5}*67\nHR:80*28\n')] == [72, 80]
    assert decoder.junk == 1


def test_a_bridge_that_has_sent_a_checksum_is_held_to_it() -> None:
    decoder = BridgeDecoder()
    assert [s.bpm for s in decoder.feed(b"HR:80\nHR:80*28\nHR:80\n")] == [80, 80]
    assert decoder.junk == 1


@given(st.integers(0, 60), st.integers(0, 255))
def test_no_line_with_a_checksum_is_read_as_another_where_a_byte_is_lost_or_changed(at: int, other: int) -> None:
    line = b'{"hr":172,"seq":7,"t_ms":98127,"id":"12345"}'
    check = b"*%02X" % functools.reduce(operator.xor, line)
    decoder = BridgeDecoder()
    good = decoder.feed(line + check + b"\n")
    at %= len(line)
    lost, changed = line[:at] + line[at + 1 :], line[:at] + bytes((other,)) + line[at + 1 :]
    told = decoder.feed(b"".join(broken + check + b"\n" for broken in (lost, changed) if broken != line))
    assert told == [] or told == good


# --- recordings ---

TCX = """<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Activities><Activity Sport="Running"><Lap><Track>
<Trackpoint><Time>2021-03-04T10:00:00Z</Time>
<HeartRateBpm xsi:type="HeartRateInBeatsPerMinute_t"><Value>114</Value></HeartRateBpm></Trackpoint>
<Trackpoint><Time>2021-03-04T10:00:01Z</Time></Trackpoint>
<Trackpoint><Time>2021-03-04T10:00:02.000Z</Time><HeartRateBpm><Value>116</Value></HeartRateBpm></Trackpoint>
</Track></Lap></Activity></Activities></TrainingCenterDatabase>"""


def test_a_tcx_is_read_with_its_namespace_types_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "run.tcx"
    path.write_text("\ufeff" + TCX, "utf-8")
    assert [(p.t_s, p.bpm) for p in read_recording(str(path))] == [(0.0, 114), (1.0, 0), (2.0, 116)]


def test_a_real_graded_test_replays_whole(tmp_path: Path) -> None:
    """In the form its watch gave it: a namespace, a type of each value, an altitude before it."""
    lines = Path(__file__).with_name("real_graded_test.txt").read_text("ascii").splitlines()
    pulse = [int(bpm) for line in lines if not line.startswith("#") for bpm in line.split()]
    first = datetime(2021, 3, 17, 10, 54, 56, tzinfo=UTC)
    track = "".join(
        f"<Trackpoint><Time>{first + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}</Time>"
        "<AltitudeMeters>-9.4</AltitudeMeters>"
        f'<HeartRateBpm xsi:type="HeartRateInBeatsPerMinute_t"><Value>{bpm}</Value></HeartRateBpm></Trackpoint>\n'
        for second, bpm in enumerate(pulse)
    )
    path = tmp_path / "ramp.tcx"
    path.write_text("\ufeff" + TCX[: TCX.index("<Trackpoint>")] + track + TCX[TCX.index("</Track>") :], "utf-8")
    points = read_recording(str(path))
    assert [(p.t_s, p.bpm) for p in points] == list(enumerate(pulse))
    assert (len(points), max(pulse), points[-1].bpm) == (924, 202, 155)


def test_a_csv_is_read_in_any_usual_form(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time;hr\n10;90\n11;\n12;92\n", "utf-8")
    assert [(p.t_s, p.bpm) for p in read_recording(str(path))] == [(0.0, 90), (1.0, 0), (2.0, 92)]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "t_s,hr_bpm\n1,x\n2,y\n", ["row 2", "row 3"]),
        ("a.csv", "a,b\n1,2\n", ["needs a time column"]),
        ("a.csv", "", ["no heart rate"]),
        ("a.tcx", "<a><b></a>", ["cannot be read as TCX"]),
        ("a.tcx", "<a/>", ["no heart rate"]),
        ("a.gpx", "", [".csv, .tcx, .fit or .raw"]),
        ("a.fit", "x" * 99, ["cannot be read as FIT"]),
        ("none.csv", None, ["no such file"]),
    ],
)
def test_bad_recordings_are_told_in_words(tmp_path: Path, name: str, text: str | None, words: list[str]) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(BadInput) as caught:
        read_recording(str(path))
    assert all(word in "\n".join(caught.value.problems) for word in words)

"""A Bluetooth strap that goes on with its last frame has found no beat, as far as its intervals can tell it."""

import random
from collections.abc import Callable, Iterable

import pytest

import drivers.heart_rate.ble_codec as ble_codec_module
from drivers.heart_rate import freshness
from drivers.heart_rate.freshness import Freshness
from tests.mutants import planted_fault
from teststation.ports import HeartRateReading, HeartRateStatus

ble_codec = ble_codec_module
OK, STALE = HeartRateStatus.OK, HeartRateStatus.STALE


def frame(bpm: int, *rr_1024: int, contact: bool = True) -> bytes:
    flags = 0x04 | (0x02 if contact else 0) | (0x10 if rr_1024 else 0)
    return bytes((flags, bpm)) + b"".join(ticks.to_bytes(2, "little") for ticks in rr_1024)


def heard(frames: Iterable[bytes]) -> list[HeartRateReading]:
    """What a strap that sends one of these each second gives."""
    decoder, state, readings = ble_codec.BleDecoder(), Freshness(), []
    for tenth, data in ((second * 10 + part, data) for second, data in enumerate(frames) for part in range(10)):
        now_s = tenth / 10
        sample = decoder.take("2a37", data) if tenth % 10 == 0 else None
        if sample is not None:
            state, reading = freshness.take(state, sample, now_s)
            readings += [reading] if reading is not None else []
        state, reading = freshness.pass_time(state, now_s)
        readings += [reading] if reading is not None else []
    return readings


BEATING = [frame(150, 400, 423), frame(150, 405, 418), frame(149, 416, 402)]


def test_a_strap_that_repeats_its_last_beats_is_stale_after_five_seconds() -> None:
    readings = heard([*BEATING, *[BEATING[-1]] * 30])
    assert [r.status for r in readings] == [OK] * 3 + [STALE]
    assert readings[-1].t_mono_s == pytest.approx(2 + 5.1)
    assert readings[-1].bpm is None


def test_a_beat_that_is_new_brings_it_back_at_once() -> None:
    readings = heard([*BEATING, *[BEATING[-1]] * 9, frame(140, 430, 441)])
    assert [(r.status, r.bpm) for r in readings[-2:]] == [(STALE, None), (OK, 140)]


def test_a_stable_heart_with_intervals_of_its_own_is_not_a_dead_strap() -> None:
    draw = random.Random(1)
    readings = heard(frame(120, *(round(draw.gauss(512, 8)) for _ in range(2))) for _ in range(120))
    assert [(r.status, r.bpm) for r in readings if r.bpm is None] == []


def test_a_sensor_that_works_its_intervals_out_of_its_pulse_repeats_both_and_is_believed() -> None:
    readings = heard([frame(bpm, round(60 * 1024 / bpm)) for bpm in (71, 72)] + [frame(72, 853)] * 60)
    assert {r.status for r in readings} == {OK}


def test_a_sensor_that_sends_no_intervals_is_believed_as_long_as_it_sends() -> None:
    assert {r.status for r in heard([frame(100)] * 60)} == {OK}


def test_a_strap_off_the_skin_that_repeats_itself_stays_off_the_skin() -> None:
    readings = heard([*BEATING, *[frame(149, 416, 402, contact=False)] * 30])
    assert {r.status for r in readings[3:]} == {HeartRateStatus.NO_CONTACT}


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "a repetition is news": (
        "measured == self._last)",
        "False)",
        test_a_strap_that_repeats_its_last_beats_is_stale_after_five_seconds,
    ),
    "every interval is a beat of its own": (
        "self._measures or measures_beats(measured)",
        "bool(measured.rr_1024)",
        test_a_sensor_that_works_its_intervals_out_of_its_pulse_repeats_both_and_is_believed,
    ),
    "the same pulse is a repetition": (
        "measured.rr_1024 and measured == self._last",
        "self._last and measured.bpm == self._last.bpm",
        test_a_stable_heart_with_intervals_of_its_own_is_not_a_dead_strap,
    ),
    "a strap off the skin goes quiet": (
        "measured.bpm > 0 and measured.contact is not False",
        "True",
        test_a_strap_off_the_skin_that_repeats_itself_stays_off_the_skin,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, fact = FAULTS[fault]
    with planted_fault(ble_codec_module, old, new) as broken:
        monkeypatch.setitem(globals(), "ble_codec", broken)
        with pytest.raises(AssertionError):
            fact()

"""The peak of a session: believed only where it is a heart's."""

import types
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.mutants import fails_with
from tests.unit.training.session.builders import BOUTS, changed, true_bpm, true_pulse
from teststation.training.session import pulse as pulse_module
from teststation.training.session.pulse import Reading, Span, peaks

TRUE_PEAK = 167.0  # what the heart of the builders holds at each bout's end, its flutter of a beat taken off


def highest(readings: tuple[Reading, ...], frozen: tuple[Span, ...] = ()) -> float | None:
    return max((one.held.bpm for one in peaks(readings, BOUTS, frozen) if one.held is not None), default=None)


def codes(readings: tuple[Reading, ...]) -> set[str]:
    return {cause.code for one in peaks(readings, BOUTS) for cause in one.refused}


def locked(readings: tuple[Reading, ...], bout: Span, steps: int, from_s: float = 60.0) -> tuple[Reading, ...]:
    """A sensor that follows the steps from ``from_s`` in a bout until the belt slows down, without beat intervals."""

    def how(one: Reading) -> Reading:
        if bout.began_s + from_s <= one.t_s <= bout.ended_s + 3.0:
            return replace(one, bpm=steps + int(one.t_s) % 2, rr_1024=())
        return replace(one, rr_1024=())

    return changed(readings, how)


def test_a_clean_session_has_the_peak_its_heart_had() -> None:
    found = highest(true_pulse())
    assert found == pytest.approx(TRUE_PEAK, abs=1.0)
    assert found is not None
    assert found <= max(true_bpm(float(second)) for second in range(1800))
    assert codes(true_pulse()) == set()


def test_a_spike_is_no_peak() -> None:
    for seconds in (1, 2, 4):
        spiked = changed(
            true_pulse(), lambda one, n=seconds: replace(one, bpm=205) if 900 <= one.t_s < 900 + n else one
        )
        assert highest(spiked) == pytest.approx(TRUE_PEAK, abs=1.0)
        # One so small that nothing leaps: only that it was not held tells it from a heart's.
        small = changed(
            true_pulse(),
            lambda one, n=seconds: replace(one, bpm=(one.bpm or 0) + 10) if 900 <= one.t_s < 900 + n else one,
        )
        assert highest(small) == pytest.approx(TRUE_PEAK, abs=1.0)


def test_a_plateau_that_was_leapt_onto_is_no_peak_however_long_it_stands() -> None:
    for seconds in (10, 60, 150):
        noisy = changed(
            true_pulse(intervals=False),
            lambda one, n=seconds: replace(one, bpm=196 + int(one.t_s) % 5) if 800 <= one.t_s < 800 + n else one,
        )
        assert highest(noisy) == pytest.approx(TRUE_PEAK, abs=1.0)


@pytest.mark.parametrize("steps", [180, 190, 205])
@pytest.mark.parametrize("from_s", [20.0, 60.0, 150.0, 200.0])
def test_a_foot_strike_lock_is_no_peak(steps: int, from_s: float) -> None:
    readings = true_pulse(intervals=False)
    for bout in BOUTS:
        readings = locked(readings, bout, steps, from_s)
    found = highest(readings)
    assert found is None or found <= TRUE_PEAK + 1.0
    assert codes(readings)


def test_a_lock_within_a_few_beats_of_the_pulse_costs_no_more_than_those() -> None:
    readings = true_pulse(intervals=False)
    for bout in BOUTS:
        readings = locked(readings, bout, 172, 200.0)
    found = highest(readings)
    assert found is None or found <= 172.0


def test_a_lock_that_is_slid_onto_falls_at_once_and_is_refused() -> None:
    """No leap up: the sensor follows the heart until the heart meets the step rate, and stays with the steps."""
    met = {bout: bout.began_s + 100.0 for bout in BOUTS}

    def how(one: Reading) -> Reading:
        for bout, from_s in met.items():
            if from_s <= one.t_s <= bout.ended_s:
                slid = true_bpm(from_s) + min(25.0, (one.t_s - from_s) * 0.5)
                return replace(one, bpm=round(slid) + int(one.t_s) % 2, rr_1024=())
        return replace(one, rr_1024=())

    readings = changed(true_pulse(intervals=False), how)
    assert highest(readings) is None
    assert codes(readings) & {"peak_falls_at_once", "peak_stands_still"}


def test_beat_intervals_that_say_otherwise_refuse_the_number() -> None:
    bout = BOUTS[0]

    def how(one: Reading) -> Reading:
        slid = min(20, max(0, int(one.t_s - bout.began_s) // 5)) if bout.began_s <= one.t_s <= bout.ended_s else 0
        beats = one.rr_1024
        return replace(one, bpm=(one.bpm or 0) + slid, rr_1024=beats)

    first = peaks(changed(true_pulse(), how), BOUTS)[0]
    assert first.held is None
    assert "peak_intervals_disagree" in {cause.code for cause in first.refused}


@pytest.mark.parametrize("flag", ["cadence_lock", "rr_disagrees", "second_strap"])
def test_what_the_driver_doubts_is_no_peak(flag: str) -> None:
    def how(one: Reading) -> Reading:
        if 880 <= one.t_s <= 940:
            return replace(one, bpm=(one.bpm or 0) + 8, flags=(flag,) if one.t_s >= 890 else ())
        return one

    found = highest(changed(true_pulse(intervals=False), how))
    assert found == pytest.approx(TRUE_PEAK, abs=1.0)


def test_a_plateau_without_contact_or_one_that_ends_with_a_touch_is_no_peak() -> None:
    def off(one: Reading) -> Reading:
        higher = replace(one, bpm=(one.bpm or 0) + 9, rr_1024=())
        return replace(higher, contact=False) if 900 <= one.t_s <= 930 else one

    def touched(one: Reading) -> Reading:
        if 900 <= one.t_s <= 909:
            return replace(one, bpm=(one.bpm or 0) + 9, rr_1024=(), contact=one.t_s < 909)
        return replace(one, rr_1024=())

    assert highest(changed(true_pulse(), off)) == pytest.approx(TRUE_PEAK, abs=1.0)
    assert highest(changed(true_pulse(), touched)) == pytest.approx(TRUE_PEAK, abs=1.0)


def test_the_first_minute_of_a_dry_strap_spoils_nothing() -> None:
    for dry in (200, 60):
        readings = changed(true_pulse(), lambda one, bpm=dry: replace(one, bpm=bpm) if one.t_s < 60 else one)
        assert highest(readings) == pytest.approx(TRUE_PEAK, abs=1.0)


def test_a_dry_strap_in_a_bout_of_the_first_minute_is_no_peak() -> None:
    first = (Span(0.0, 240.0),)
    readings = tuple(Reading(float(t), 190 if t < 55 else round(150 - t / 10)) for t in range(400))
    found = peaks(readings, first)[0]
    assert found.held is None or found.held.bpm < 190


def test_a_pulse_that_was_away_leaves_the_rest_of_the_session_readable() -> None:
    readings = changed(true_pulse(), lambda one: replace(one, bpm=None) if 400 <= one.t_s < 500 else one)
    found = peaks(readings, BOUTS)
    assert all(one.held is not None and one.held.bpm == pytest.approx(TRUE_PEAK, abs=1.0) for one in found[1:])


def test_a_strap_that_drops_beats_does_not_lose_the_session() -> None:
    readings = changed(true_pulse(), lambda one: replace(one, bpm=80) if int(one.t_s) % 40 == 7 else one)
    assert highest(readings) == pytest.approx(TRUE_PEAK, abs=1.0)


def test_a_peak_whose_fall_nobody_saw_is_refused() -> None:
    cut = tuple(one for one in true_pulse() if one.t_s < 535.0)
    assert highest(cut) is None
    still = changed(true_pulse(), lambda one: one if one.t_s < 500 else replace(one, bpm=165 + int(one.t_s) % 3))
    assert peaks(still, BOUTS)[0].held is None


def test_a_frozen_pulse_is_no_peak() -> None:
    assert highest(true_pulse(), tuple(BOUTS)) is None


def test_readings_four_times_a_second_or_every_other_one_have_the_same_peak() -> None:
    often = tuple(replace(one, t_s=one.t_s + part) for one in true_pulse() for part in (0.0, 0.25, 0.5, 0.75))
    seldom = true_pulse()[::2]
    assert highest(often) == pytest.approx(TRUE_PEAK, abs=1.0)
    assert highest(seldom) == pytest.approx(TRUE_PEAK, abs=1.0)


def test_held_is_the_lowest_of_its_seconds() -> None:
    """A number that is there for a moment is not held: of six seconds with one high one the others count."""
    readings = changed(true_pulse(), lambda one: replace(one, bpm=(one.bpm or 0) + (8 if int(one.t_s) % 6 == 0 else 0)))
    assert highest(readings) == pytest.approx(TRUE_PEAK, abs=1.5)


FAULTS: list[tuple[types.ModuleType, str, str, Callable[[], None]]] = [
    (pulse_module, "HELD_S = 5.0", "HELD_S = 1.0", test_a_spike_is_no_peak),
    (pulse_module, '("falls_at_once", _falls_at_once(readings, bout)),', "",
     lambda: test_a_foot_strike_lock_is_no_peak(180, 200.0)),
    (pulse_module, "return False\n\n\ndef _held", "return True\n\n\ndef _held",
     test_a_plateau_that_was_leapt_onto_is_no_peak_however_long_it_stands),
    (pulse_module, 'whys.append("leapt" if leapt else "")', 'whys.append("")',
     test_a_plateau_that_was_leapt_onto_is_no_peak_however_long_it_stands),
    (pulse_module, "return any(\n        bpm - later", "return bool(0) and any(\n        bpm - later",
     test_a_lock_that_is_slid_onto_falls_at_once_and_is_refused),
    (pulse_module, "bpm = min(one.bpm for one in good", "bpm = max(one.bpm for one in good",
     test_held_is_the_lowest_of_its_seconds),
    (pulse_module, "may = bpm < self._anchor or not in_bout", "may = True",
     test_a_plateau_that_was_leapt_onto_is_no_peak_however_long_it_stands),
    (pulse_module, '("does_not_fall", _does_not_fall(readings, bout)),', "",
     test_a_peak_whose_fall_nobody_saw_is_refused),
    (pulse_module, '("intervals_disagree", _disagree(good, held)),', "",
     test_beat_intervals_that_say_otherwise_refuse_the_number),
    (pulse_module, "elif one.contact is False or _in(one.t_s, touched):", "elif False:",
     test_a_plateau_without_contact_or_one_that_ends_with_a_touch_is_no_peak),
    (pulse_module, "elif _in(one.t_s, doubted):", "elif False:",
     lambda: test_what_the_driver_doubts_is_no_peak("cadence_lock")),
    (pulse_module, "elif _in(one.t_s, frozen):", "elif False:", test_a_frozen_pulse_is_no_peak),
    (pulse_module, "if one.t_s < DRY_S:", "if False:", test_a_dry_strap_in_a_bout_of_the_first_minute_is_no_peak),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_a_peak_fails_on_a_planted_fault(
    module: types.ModuleType, old: str, new: str, fact: Callable[[], None]
) -> None:
    fails_with(module, old, new, fact)

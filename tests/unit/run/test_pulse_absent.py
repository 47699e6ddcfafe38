"""No pulse is shown for long that a driver has not renewed, in any phase; why it is absent stays what was said."""

import types
from collections.abc import Callable

import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import Bench
from teststation.ports import HeartRateStatus
from teststation.run import events as ev
from teststation.run import recording
from teststation.run.engine import heart, ticking
from teststation.run.state import Phase


def test_before_the_start_too_a_pulse_of_a_silent_driver_is_taken_away() -> None:
    bench = Bench().ready()
    bench.bpm = None
    bench.run_for(5.5)
    assert (bench.state.phase, bench.state.hr_bpm) == (Phase.READY, 90)
    bench.run_for(1.0)
    assert bench.state.hr_bpm is None
    assert bench.state.hr_status is HeartRateStatus.STALE


@pytest.mark.parametrize("status", [HeartRateStatus.OFFLINE, HeartRateStatus.NO_CONTACT, HeartRateStatus.NO_READING])
def test_what_the_driver_said_of_the_strap_is_not_forgotten_while_it_says_no_more(status: HeartRateStatus) -> None:
    bench = Bench().started()
    bench.bpm = None
    bench.feed(ev.HeartRateRead(bench.now_s, status))
    bench.run_for(20.0)
    assert bench.state.hr_status is status


@pytest.mark.parametrize("bpm", [0, 1, 29, 241, 255, 65535, -7])
def test_what_can_be_no_pulse_is_no_reading_whatever_the_driver_says(bpm: int) -> None:
    bench = Bench().started()
    bench.run_for(5.0)
    bench.bpm = bpm
    bench.run_for(5.0)
    assert (bench.state.hr_bpm, bench.state.hr_status) == (None, HeartRateStatus.NO_READING)
    assert bench.state.holds
    assert [sample.bpm for sample in bench.recording.record(bench.state).heart][-3:] == [None] * 3


@pytest.mark.parametrize("bpm", [30, 240])
def test_the_slowest_and_the_fastest_pulse_are_pulses(bpm: int) -> None:
    bench = Bench().ready()
    bench.bpm = bpm
    bench.run_for(1.0)
    assert (bench.state.hr_bpm, bench.state.hr_status) == (bpm, HeartRateStatus.OK)


FAULTS: dict[str, tuple[types.ModuleType, str, str, Callable[[], None]]] = {
    "the driver's word is enough": (
        heart,
        "read.status is HeartRateStatus.OK and possible(read.bpm)",
        "read.status is HeartRateStatus.OK and read.bpm is not None",
        lambda: test_what_can_be_no_pulse_is_no_reading_whatever_the_driver_says(255),
    ),
    "what is no reading is kept as one": (
        recording,
        "if status is HeartRateStatus.OK and possible(bpm) else None",
        "if status is HeartRateStatus.OK else None",
        lambda: test_what_can_be_no_pulse_is_no_reading_whatever_the_driver_says(255),
    ),
    "only a walking person's pulse grows old": (
        ticking,
        "None if state.hr_bpm is None else",
        "None if state.hr_bpm is None or not state.moving_phase else",
        test_before_the_start_too_a_pulse_of_a_silent_driver_is_taken_away,
    ),
    "silence is all that is known of a strap": (
        ticking,
        "None if state.hr_bpm is None else",
        "",
        lambda: test_what_the_driver_said_of_the_strap_is_not_forgotten_while_it_says_no_more(HeartRateStatus.OFFLINE),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(*FAULTS[fault])

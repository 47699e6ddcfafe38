"""No pulse is shown for long that a driver has not renewed, in any phase; why it is absent stays what was said."""

import types
from collections.abc import Callable

import pytest
from msgspec import structs
from msgspec.structs import replace

from tests.mutants import fails_with
from tests.unit.run.builders import PLAN, Bench
from teststation.ports import HeartRateStatus
from teststation.run import events as ev
from teststation.run import recording
from teststation.run.engine import heart
from teststation.run.state import HoldCause, Phase, Timing
from teststation.window import Window


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


def test_a_pulse_that_was_away_before_the_stages_has_its_whole_time_from_their_beginning() -> None:
    state = replace(Bench().started().state, hr_bpm=None, hr_lost_since_s=3.0)
    begun = heart.awaited(state, 50.0)
    assert begun.hr_lost_since_s == 50.0
    assert heart.away_left_s(begun, 50.0) == 60.0
    assert HoldCause.HR_LOST in begun.holds


def test_a_pulse_that_is_there_at_the_beginning_has_been_there() -> None:
    """And what is kept of it is as long as the protocol asks back."""
    limits = structs.replace(PLAN.limits, hr_lost_cool_down_s=100.0)
    state = Bench(structs.replace(PLAN, limits=limits)).started().state
    begun = heart.awaited(replace(state, hr_lost_since_s=3.0), 50.0)
    assert begun.hr_lost_since_s is None
    assert begun.absence == Window(150.0).read(35.0, heart.THERE)
    assert heart.awaited(replace(state, hr_bpm=None), 50.0).absence == Window(150.0).read(50.0, heart.AWAY)


def test_what_is_kept_of_a_pulse_is_as_long_as_its_longest_rule_asks_back() -> None:
    """Three minutes for a frozen one, four times a limit's own time; a reading stands as long as one is fresh."""
    timing = Timing()
    assert heart.first_pulse(PLAN, timing) == Window(180.0, stands_s=timing.hr_fresh_s)
    slow = structs.replace(PLAN, limits=structs.replace(PLAN.limits, hr_over_for_s=100.0))
    assert heart.first_pulse(slow, timing) == Window(400.0, stands_s=timing.hr_fresh_s)


def test_whether_the_strap_touches_is_what_it_said_last() -> None:
    bench = Bench().ready()
    for contact in (True, False, None):
        bench.feed(ev.HeartRateRead(bench.now_s, HeartRateStatus.OK, 90, contact=contact))
        assert bench.state.hr_contact is contact


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
        heart,
        "None if state.hr_bpm is None else",
        "None if state.hr_bpm is None or not state.moving_phase else",
        test_before_the_start_too_a_pulse_of_a_silent_driver_is_taken_away,
    ),
    "silence is all that is known of a strap": (
        heart,
        "None if state.hr_bpm is None else",
        "",
        lambda: test_what_the_driver_said_of_the_strap_is_not_forgotten_while_it_says_no_more(HeartRateStatus.OFFLINE),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(*FAULTS[fault])

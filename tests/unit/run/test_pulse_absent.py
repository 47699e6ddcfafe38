"""No pulse is shown for long that a driver has not renewed, in any phase; why it is absent stays what was said."""

from collections.abc import Callable

import pytest

import teststation.run.engine.ticking as ticking
from tests.mutants import fails_with
from tests.unit.run.builders import Bench
from teststation.ports import HeartRateStatus
from teststation.run import events as ev
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


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "only a walking person's pulse grows old": (
        "state.hr_bpm is not None and state.phase is not Phase.ENDED",
        "state.hr_bpm is not None and state.moving_phase",
        test_before_the_start_too_a_pulse_of_a_silent_driver_is_taken_away,
    ),
    "silence is all that is known of a strap": (
        "state.hr_read_s if state.hr_bpm is not None and",
        "state.hr_read_s if",
        lambda: test_what_the_driver_said_of_the_strap_is_not_forgotten_while_it_says_no_more(HeartRateStatus.OFFLINE),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(ticking, *FAULTS[fault])

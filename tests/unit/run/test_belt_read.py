"""What one reading of the belt does to the state of a run, phase by phase."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.mutants import fails_with
from tests.unit.run.builders import Bench, at_rest, belt
from teststation.cause import Cause
from teststation.ports import BeltState, Setpoint, TripReason
from teststation.run import events as ev
from teststation.run.commands import StopBelt
from teststation.run.deck import Away, There, watched
from teststation.run.engine import devices
from teststation.run.engine.devices import read_belt
from teststation.run.record import Outcome
from teststation.run.state import OFF_TARGET, Phase


def ordinary_end() -> Bench:
    """A belt that is ramped down without a latched stop."""
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=0.0), belt(0.1, 0.0, BeltState.ARMED), belt(1.0, 2.0))
    bench.feed(ev.CoolDownPressed(t_s=1.5, reason="dizzy"))
    assert bench.state.phase is Phase.STOPPING
    assert not bench.state.tripped
    return bench


def test_what_was_read_is_what_is_known() -> None:
    bench = Bench().ready()
    for state in (BeltState.IDLE, BeltState.OFFLINE, BeltState.MOVING):
        bench.feed(belt(3.0, 1.5, state, incline_pct=2.5))
        known = bench.state
        assert (known.belt_state, known.measured_speed_kmh, known.measured_incline_pct) == (state, 1.5, 2.5)
        assert (known.belt_read_s, known.at_rest) == (3.0, False)


def test_a_reading_of_the_deck_is_looked_at_with_the_incline_that_is_set_and_with_where_it_was() -> None:
    state = replace(Bench().started().state, setpoint=Setpoint(speed_kmh=4.8, incline_pct=4.0))
    for known in (None, There(2.0, (2.1,)), Away(3.0, 4.0, 4.0)):
        after, _ = read_belt(replace(state, deck_away=known), belt(40.0, 4.8, incline_pct=2.1))
        assert after.deck_away == watched(known, 40.0, 4.0, 2.1)
    unset, _ = read_belt(replace(state, setpoint=None, deck_away=Away(3.0, 4.0, 4.0)), belt(40.0, 0.0))
    assert unset.deck_away is None


def test_a_trip_is_a_stop_whatever_the_belt_was_doing() -> None:
    walked = Bench().started().state
    tripped = belt(40.0, 4.0, BeltState.TRIPPED, TripReason.REFUSED)
    stopped, commands = read_belt(walked, tripped)
    assert (stopped.phase, stopped.phase_began_s, stopped.tripped) == (Phase.STOPPING, 40.0, True)
    assert (stopped.outcome, stopped.reason) == (Outcome.FAULT, Cause("trip_refused", {"detail": ""}))
    assert (stopped.measured_speed_kmh, commands) == (4.0, (StopBelt(),))
    by_hand, commands = read_belt(walked, belt(40.0, 4.0, BeltState.TRIPPED, TripReason.OPERATOR_STOP))
    assert (by_hand.outcome, by_hand.reason, commands) == (Outcome.OPERATOR, Cause("stop_operator"), (StopBelt(),))


def test_an_ignored_stop_is_known_with_the_reading_that_says_so() -> None:
    stopping = ordinary_end().state
    said, commands = read_belt(stopping, belt(2.0, 3.0, stop_ignored=True))
    assert (said.stop_ignored, said.press_red_button, said.outcome, commands) == (True, True, Outcome.FAULT, ())


def test_a_trip_in_an_ordinary_end_is_a_fault_with_its_reason() -> None:
    bench = ordinary_end()
    assert bench.feed(belt(2.0, 3.0, BeltState.TRIPPED, TripReason.OVER_SPEED)) == (StopBelt(),)
    state = bench.state
    assert (state.outcome, state.reason) == (Outcome.FAULT, Cause("trip_over_speed", {"detail": ""}))
    assert (state.phase, state.phase_began_s, state.tripped) == (Phase.STOPPING, 1.5, True)
    # The trip is told with every reading from then on, and is no new one.
    assert bench.feed(belt(2.5, 3.0, BeltState.TRIPPED, TripReason.NO_ANSWER)) == ()
    assert bench.state.reason == Cause("trip_over_speed", {"detail": ""})


def test_a_run_ends_with_the_reading_that_shows_its_belt_at_rest() -> None:
    bench = ordinary_end()
    bench.feed(belt(2.0, 1.0), *at_rest(6.0))
    assert (bench.state.phase, bench.state.phase_began_s) == (Phase.ENDED, 6.0)


def off_target(bench: Bench) -> float | None:
    return bench.state.off_target.last


def test_how_a_belt_follows_is_known_while_it_is_walked_on() -> None:
    bench = Bench().started()
    for kmh, off in ((4.3, 0.0), (5.3, 0.0), (4.2, 1.0), (5.4, 1.0), (None, 1.0), (4.8, 0.0)):
        bench.now_s += 0.5
        bench.feed(belt(bench.now_s, kmh))
        assert off_target(bench) == off, kmh
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"), belt(bench.now_s, 3.6))
    assert off_target(bench) == 1.0, "in cool-down, too"
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"), belt(bench.now_s, 2.0))
    assert bench.state.off_target == OFF_TARGET, "of one that is to stop nothing"
    starting = Bench().ready()
    starting.feed(ev.TestBegan(t_s=0.0), belt(0.1, 0.0, BeltState.ARMED), belt(1.0, 2.0))
    assert starting.state.off_target == OFF_TARGET, "nor of one that comes up"


FAULTS: list[tuple[str, str, Callable[[], None]]] = [
    ("if read.trip is not None and not state.tripped:", "if False:",
     test_a_trip_in_an_ordinary_end_is_a_fault_with_its_reason),
    ("if state.phase in (Phase.STAGES, Phase.COOL_DOWN) and", "if state.phase is not Phase.ENDED and",
     test_how_a_belt_follows_is_known_while_it_is_walked_on),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_a_reading_fails_on_a_planted_fault(old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(devices, old, new, fact)

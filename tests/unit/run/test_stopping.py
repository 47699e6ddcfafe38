"""From a stop to a belt at rest: what is ignored, what is told, what it ends as."""

import types
from collections.abc import Callable

import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import Bench, belt
from tests.unit.run.test_guiding import walking as walking_beside_the_operator
from teststation.ports import BeltState, TripReason
from teststation.run import events as ev
from teststation.run import rest
from teststation.run.alarms import Priority, alarms
from teststation.run.commands import StopBelt
from teststation.run.engine import devices, dispatch, ending, ticking
from teststation.run.record import Outcome
from teststation.run.recording import fold
from teststation.run.state import Phase
from teststation.texts import texts


def stopping(how: str) -> Bench:
    """A run whose belt has just been told to stop."""
    bench = Bench().started()
    match how:
        case "planned":
            bench.run_for(400.0)
            assert bench.state.phase is Phase.COOL_DOWN
            assert bench.state.outcome is Outcome.COMPLETED
            while bench.state.phase is Phase.COOL_DOWN:
                bench.run_for(0.5)
        case "operator":
            bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"))
        case "limit":
            bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=18))
            bench.run_for(20.0)
            assert bench.state.outcome is Outcome.LIMIT
            while bench.state.phase is Phase.COOL_DOWN:
                bench.run_for(0.5)
        case "cool_down_pressed":
            bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"))
            while bench.state.phase is Phase.COOL_DOWN:
                bench.run_for(0.5)
    assert bench.state.phase is Phase.STOPPING
    bench.belt_follows = False
    return bench


def runs_on(bench: Bench, seconds: float, kmh: float | None = 3.3, *, ignored: bool = False) -> Bench:
    """The belt is read at ``kmh`` five times a second."""
    for _ in range(round(seconds * 5)):
        bench.now_s += 0.2
        at_rest = kmh == 0.0
        trip = TripReason.OPERATOR_STOP if bench.state.tripped else None
        bench.feed(
            belt(bench.now_s, kmh, BeltState.TRIPPED, trip, at_rest=at_rest, stop_ignored=ignored),
            ev.Ticked(t_s=bench.now_s),
        )
    return bench


@pytest.mark.parametrize("how", ["planned", "operator", "limit", "cool_down_pressed"])
def test_a_stop_that_was_ignored_is_a_fault_with_its_cause_however_the_test_had_ended(how: str) -> None:
    bench = stopping(how)
    runs_on(bench, 4.0)
    runs_on(bench, 0.2, ignored=True)
    assert bench.state.press_red_button, "told with the reading that says so"
    assert next((a.code, a.priority) for a in alarms(bench.state, bench.now_s)) == ("press_red_button", Priority.HIGH)
    runs_on(bench, 3.0)
    runs_on(bench, 3.0, 0.0)
    assert bench.state.phase is Phase.ENDED
    assert bench.state.outcome is Outcome.FAULT
    assert bench.state.reason is not None
    assert bench.state.reason.code == "stop_ignored"
    run = bench.recording.record(bench.state)
    assert run.belt_at_rest
    assert [mark.kind for mark in run.marks].count("stop_ignored") == 1
    assert fold(bench.events)[0] == bench.state


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_cause_has_its_words(language: str) -> None:
    bench = runs_on(stopping("planned"), 0.2, ignored=True)
    assert bench.state.reason is not None
    assert len(texts(language).say(bench.state.reason)) > 40


def test_a_fault_that_came_first_stays_the_reason_and_the_button_is_asked_for() -> None:
    bench = Bench().started()
    bench.belt_follows = False
    bench.feed(belt(bench.now_s, 6.0, BeltState.TRIPPED, TripReason.OVER_SPEED))
    runs_on(bench, 0.2, ignored=True)
    assert bench.state.reason is not None
    assert bench.state.reason.code == "trip_over_speed"
    assert bench.state.press_red_button
    assert "stop_ignored" in [mark.kind for mark in bench.recording.record(bench.state).marks]


def test_a_belt_that_still_moves_after_half_a_minute_has_ignored_its_stop_whatever_its_driver_says() -> None:
    bench = runs_on(stopping("planned"), 29.0)
    assert not bench.state.press_red_button
    runs_on(bench, 1.5)
    assert bench.state.press_red_button
    runs_on(bench, 5.0, 0.0)
    assert bench.state.phase is Phase.ENDED
    assert bench.state.outcome is Outcome.FAULT
    assert bench.state.reason is not None
    assert bench.state.reason.code == "stop_ignored"


def test_what_an_earlier_run_left_in_the_driver_is_no_ignored_stop_of_this_one() -> None:
    bench = Bench()
    bench.feed(belt(0.0, 0.0, BeltState.TRIPPED, TripReason.OPERATOR_STOP, stop_ignored=True))
    bench.now_s = 1.0
    bench.started().run_for(1.0)
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"))
    runs_on(bench, 3.0, 0.0)
    assert bench.state.outcome is Outcome.OPERATOR


def test_an_operator_who_stops_the_belt_late_is_asked_to_and_has_ignored_nothing() -> None:
    bench = walking_beside_the_operator()
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="patient"))
    bench.run_for(31.0)
    assert bench.state.press_red_button
    assert bench.state.outcome is Outcome.OPERATOR


@pytest.mark.parametrize("zeros", [1, 2, 4])
def test_a_tachometer_that_drops_out_for_a_moment_does_not_end_the_run(zeros: int) -> None:
    bench = stopping("operator")
    for _ in range(20):
        runs_on(bench, 0.8, 3.3)
        runs_on(bench, 0.2 * zeros, 0.0)
        assert bench.state.phase is Phase.STOPPING
    runs_on(bench, 1.4, 0.0)
    assert bench.state.phase is Phase.ENDED


def test_a_belt_at_rest_with_a_little_noise_is_at_rest() -> None:
    bench = stopping("operator")
    for _ in range(6):
        runs_on(bench, 0.8, 0.0)
        runs_on(bench, 0.2, 0.1)
    runs_on(bench, 0.2, 0.0)
    assert bench.state.phase is Phase.ENDED
    assert bench.state.outcome is Outcome.OPERATOR


def test_silence_after_one_zero_is_no_rest() -> None:
    bench = stopping("operator")
    runs_on(bench, 0.2, 0.0)
    bench.now_s += 5.0
    runs_on(bench, 0.2, 3.3)
    assert bench.state.phase is Phase.STOPPING


def test_a_belt_that_was_last_seen_at_rest_once_is_not_known_to_be_a_minute_later() -> None:
    bench = stopping("operator")
    runs_on(bench, 0.2, 0.0)
    for _ in range(700):
        bench.now_s += 0.1
        bench.feed(ev.Ticked(t_s=bench.now_s))
    assert (bench.state.phase, bench.state.at_rest) == (Phase.ENDED, False)
    assert bench.state.reason is not None
    assert bench.state.reason.code == "not_at_rest"


@pytest.mark.parametrize("how", [ev.StopPressed, ev.CoolDownPressed])
def test_a_belt_that_is_stopped_as_it_starts_is_at_rest_by_what_is_read_from_then_on(
    how: type[ev.StopPressed] | type[ev.CoolDownPressed],
) -> None:
    """That it was started takes a while to be told: a zero from before is none of its."""
    bench = Bench().ready()
    for n in range(10):
        bench.feed(belt(n * 0.2, 0.0, BeltState.IDLE))
    bench.feed(ev.TestBegan(t_s=2.0), belt(2.1, 0.0, BeltState.ARMED), how(t_s=2.2, reason="operator"))
    bench.feed(belt(2.2, 0.0, BeltState.ARMED), belt(2.3, 0.0, BeltState.MOVING, at_rest=False))
    assert bench.state.phase is Phase.STOPPING, "it was on its way"
    for n in range(8):
        bench.feed(belt(5.0 + n * 0.15, 0.0, BeltState.IDLE))
    assert (bench.state.phase, bench.state.phase_began_s) == (Phase.ENDED, pytest.approx(6.05))


@pytest.mark.parametrize("state", [BeltState.OFFLINE, BeltState.TRIPPED])
def test_the_run_gives_up_on_a_belt_it_cannot_see_and_calls_it_a_fault(state: BeltState) -> None:
    bench = stopping("planned")
    began_s = bench.state.phase_began_s
    while bench.state.phase is Phase.STOPPING and bench.now_s < began_s + 90.0:
        bench.now_s += 0.5
        bench.feed(belt(bench.now_s, None, state, at_rest=False), ev.Ticked(t_s=bench.now_s))
    assert bench.state.phase is Phase.ENDED
    assert bench.now_s - began_s == pytest.approx(60.0, abs=0.6)
    assert bench.state.outcome is Outcome.FAULT
    assert bench.state.reason is not None
    assert bench.state.reason.code == "not_at_rest"
    assert not bench.state.at_rest
    assert bench.commands[-1][1] == StopBelt()
    assert "press_red_button" in [alarm.code for alarm in alarms(bench.state, bench.now_s)]


FAULTS: dict[str, tuple[types.ModuleType, str, str, Callable[[], None]]] = {
    "an ignored stop hides behind the planned end": (
        ending,
        'return _fault(replace(state, stop_ignored=True, press_red_button=True), Cause("stop_ignored"))',
        "return replace(state, stop_ignored=True, press_red_button=True)",
        lambda: test_a_stop_that_was_ignored_is_a_fault_with_its_cause_however_the_test_had_ended("planned"),
    ),
    "an ignored stop is told late": (
        devices,
        "        if read.stop_ignored:\n",
        "        if False:\n",
        lambda: test_a_stop_that_was_ignored_is_a_fault_with_its_cause_however_the_test_had_ended("operator"),
    ),
    "the later fault takes the first one's place": (
        ending,
        "return state if state.outcome is Outcome.FAULT else replace(",
        "return replace(",
        test_a_fault_that_came_first_stays_the_reason_and_the_button_is_asked_for,
    ),
    "only a driver can say that a stop was ignored": (
        ticking,
        "ignored(state) if disobeys else replace(state, press_red_button=True)",
        "replace(state, press_red_button=True)",
        test_a_belt_that_still_moves_after_half_a_minute_has_ignored_its_stop_whatever_its_driver_says,
    ),
    "an operator is blamed": (
        ticking,
        "state.measured_speed_kmh and not state.guided",
        "state.measured_speed_kmh",
        test_an_operator_who_stops_the_belt_late_is_asked_to_and_has_ignored_nothing,
    ),
    "one zero is rest": (
        rest,
        "return looks.last == 1.0 and looks.at_least(REST_FOR_S, looked_s, REST_AMONG_S, bool)",
        "return looks.last == 1.0",
        lambda: test_a_tachometer_that_drops_out_for_a_moment_does_not_end_the_run(1),
    ),
    "silence is rest": (
        rest,
        "looked_s = min(now_s, looks.spells[-1].to_s - looks.stands_s)",
        "looked_s = now_s",
        test_a_belt_that_was_last_seen_at_rest_once_is_not_known_to_be_a_minute_later,
    ),
    "what was at rest a moment ago is": (
        rest,
        "return looks.last == 1.0 and ",
        "return ",
        test_silence_after_one_zero_is_no_rest,
    ),
    "what was read before the belt's start is its rest": (
        dispatch,
        "        after = replace(after, rest=LOOKS)\n",
        "        pass\n",
        lambda: test_a_belt_that_is_stopped_as_it_starts_is_at_rest_by_what_is_read_from_then_on(ev.StopPressed),
    ),
    "a belt that is offline is waited for for ever": (
        ticking,
        "if waited_s >= state.timing.give_up_s:",
        "if waited_s >= state.timing.give_up_s and state.belt_state != 'offline':",
        lambda: test_the_run_gives_up_on_a_belt_it_cannot_see_and_calls_it_a_fault(BeltState.OFFLINE),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(*FAULTS[fault])

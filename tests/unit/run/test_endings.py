"""How a run ends, way by way: outcome, reason with its values, time, commands."""

import types
from collections.abc import Callable

import msgspec
import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import PLAN, Bench, belt, heart
from teststation.cause import Cause
from teststation.ports import BeltState, Setpoint, TripReason
from teststation.run import events as ev
from teststation.run.commands import GrantBelt, StopBelt
from teststation.run.engine import dispatch, ending, prepared
from teststation.run.record import Outcome
from teststation.run.state import HoldCause, Phase


def ended_as(bench: Bench) -> tuple[Phase, Outcome | None, Cause | None, float]:
    state = bench.state
    return state.phase, state.outcome, state.reason, state.phase_began_s


def test_a_device_that_fails_before_the_start_ends_the_run_with_its_sentence() -> None:
    for device in ("treadmill", "journal"):
        bench = Bench().ready()
        given = bench.feed(ev.DeviceFailed(t_s=3.0, device=device, sentence="gone"))
        assert given == (StopBelt(),)
        assert ended_as(bench) == (Phase.ENDED, Outcome.FAULT, Cause(f"{device}_failed", {"sentence": "gone"}), 3.0)


def test_a_device_that_fails_in_the_stages_stops_the_belt_with_its_sentence() -> None:
    for device in ("treadmill", "journal"):
        bench = Bench().started()
        given = bench.feed(ev.DeviceFailed(t_s=bench.now_s, device=device, sentence="gone"))
        assert given == (StopBelt(),)
        reason = Cause(f"{device}_failed", {"sentence": "gone"})
        assert ended_as(bench) == (Phase.STOPPING, Outcome.FAULT, reason, bench.now_s)
        assert (bench.state.setpoint, bench.state.holds, bench.state.held_since_s) == (None, frozenset(), None)
        known = device == "journal"
        assert (bench.state.belt_state is BeltState.OFFLINE) is not known
        assert (bench.state.measured_speed_kmh is None) is not known


def test_a_strap_that_fails_holds_the_stage_and_ends_nothing() -> None:
    bench = Bench().started()
    given = bench.feed(ev.DeviceFailed(t_s=bench.now_s, device="heart_rate", sentence="gone"))
    assert given == ()
    assert bench.state.phase is Phase.STAGES
    assert bench.state.holds == {HoldCause.HR_LOST}
    assert bench.state.hr_status == "offline"
    assert bench.state.hr_lost_since_s == bench.now_s


def test_a_run_that_is_given_up_before_the_start_is_the_operators() -> None:
    bench = Bench().ready()
    assert bench.feed(ev.CoolDownPressed(t_s=4.0, reason="patient")) == ()
    assert ended_as(bench) == (Phase.ENDED, Outcome.OPERATOR, Cause("stop_patient"), 4.0)


def test_cool_down_while_the_belt_comes_up_is_an_ordinary_ramp_to_off() -> None:
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=0.0), belt(0.1, 0.0, BeltState.ARMED), belt(1.0, 2.0))
    assert bench.feed(ev.CoolDownPressed(t_s=1.5, reason="dizzy")) == ()
    assert ended_as(bench) == (Phase.STOPPING, Outcome.OPERATOR, Cause("stop_dizzy"), 1.5)
    assert not bench.state.tripped
    assert bench.feed(ev.Ticked(t_s=2.0)) == (GrantBelt(None),)


def test_cool_down_in_the_stages_names_its_reason_and_frees_what_was_held() -> None:
    bench = Bench().started()
    bench.feed(ev.HoldPressed(t_s=bench.now_s), ev.RpeGiven(t_s=bench.now_s, rpe=18))
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="leg_pain"))
    assert ended_as(bench) == (Phase.COOL_DOWN, Outcome.OPERATOR, Cause("stop_leg_pain"), bench.now_s)
    assert (bench.state.holds, bench.state.held_since_s, bench.state.notices) == (frozenset(), None, ())
    assert bench.state.setpoint is not None
    assert (bench.state.setpoint.speed_kmh, bench.state.setpoint.incline_pct) == (3.0, 0.0)


def test_a_stop_names_its_reason() -> None:
    bench = Bench().started()
    bench.feed(ev.HoldPressed(t_s=bench.now_s), ev.RpeGiven(t_s=bench.now_s, rpe=18))
    assert bench.feed(ev.StopPressed(t_s=bench.now_s, reason="chest_pain")) == (StopBelt(),)
    assert ended_as(bench) == (Phase.STOPPING, Outcome.OPERATOR, Cause("stop_chest_pain"), bench.now_s)
    assert bench.state.tripped
    assert (bench.state.holds, bench.state.held_since_s, bench.state.notices) == (frozenset(), None, ())
    bench.belt_follows = False
    bench.run_for(2.0)
    assert bench.state.phase_began_s == bench.now_s - 2.0, "a second stop is no new one"


def test_a_stop_at_the_machine_is_the_operators() -> None:
    bench = Bench().started()
    given = bench.feed(belt(bench.now_s, 4.0, BeltState.TRIPPED, TripReason.OPERATOR_STOP))
    assert given == (StopBelt(),)
    assert ended_as(bench) == (Phase.STOPPING, Outcome.OPERATOR, Cause("stop_operator"), bench.now_s)


def test_a_trip_brings_what_the_driver_says_of_it() -> None:
    bench = Bench().started()
    read = belt(bench.now_s, 4.0, BeltState.TRIPPED, TripReason.OVER_SPEED)
    bench.feed(msgspec.structs.replace(read, trip_detail="9.9"))
    assert ended_as(bench) == (Phase.STOPPING, Outcome.FAULT, Cause("trip_over_speed", {"detail": "9.9"}), bench.now_s)


def test_a_station_that_died_leaves_an_interrupted_run_and_keeps_an_earlier_reason() -> None:
    bench = Bench().started()
    assert bench.feed(ev.RunInterrupted(t_s=bench.now_s)) == ()
    assert ended_as(bench) == (Phase.ENDED, Outcome.INTERRUPTED, Cause("interrupted"), bench.now_s)
    assert bench.state.setpoint is None
    bench = Bench().started()
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"), ev.RunInterrupted(t_s=bench.now_s))
    assert bench.state.outcome is Outcome.OPERATOR
    assert bench.state.reason == Cause("stop_patient")


def test_an_ended_run_hears_nothing() -> None:
    bench = Bench().ready()
    bench.feed(ev.CoolDownPressed(t_s=4.0, reason="patient"))
    before = bench.state
    for event in (ev.StopPressed(t_s=5.0, reason="x"), ev.Ticked(t_s=9.0), belt(9.0, 3.0), heart(9.0, 120)):
        assert bench.feed(event) == ()
    assert bench.state == before


@pytest.mark.parametrize("by", ["operator", "auto"])
def test_the_operators_word_ends_a_stop_that_asked_for_the_red_button(by: str) -> None:
    bench = Bench().started()
    bench.belt_follows = False
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"))
    bench.feed(ev.AtRestConfirmed(t_s=bench.now_s))
    assert bench.state.phase is Phase.STOPPING, "nobody was asked"
    bench.feed(belt(bench.now_s + 1, 3.0, BeltState.TRIPPED, stop_ignored=True))
    bench.feed(ev.AtRestConfirmed(t_s=bench.now_s + 9.0, by=by))
    assert bench.state.phase is Phase.ENDED
    assert bench.state.phase_began_s == bench.now_s + 9.0
    assert not bench.state.at_rest, "a word is no reading where there is one"
    assert bench.state.outcome is Outcome.FAULT


def test_the_ends_of_waiting_are_counted_from_where_the_wait_began() -> None:
    timing = Bench().state.timing
    assert (timing.arm_s, timing.reach_speed_s, timing.at_rest_s, timing.give_up_s) == (5.0, 60.0, 30.0, 60.0)
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=0.0), belt(4.9, 0.0, BeltState.IDLE), ev.Ticked(t_s=5.0))
    assert bench.state.phase is Phase.STARTING
    bench.feed(ev.Ticked(t_s=5.1))
    assert ended_as(bench) == (Phase.STOPPING, Outcome.FAULT, Cause("arm_refused"), 5.1)
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=0.0), belt(0.1, 0.0, BeltState.ARMED), belt(59.9, 2.0), ev.Ticked(t_s=60.0))
    assert bench.state.phase is Phase.STARTING
    bench.feed(ev.Ticked(t_s=60.1))
    assert ended_as(bench) == (Phase.STOPPING, Outcome.FAULT, Cause("speed_not_reached"), 60.1)


def test_the_planned_end_is_a_completed_run_from_the_moment_it_was_planned() -> None:
    bench = Bench().started()
    ends_s = bench.state.stage_began_s + PLAN.duration_s
    bench.run_for(PLAN.duration_s)
    assert ended_as(bench) == (Phase.COOL_DOWN, Outcome.COMPLETED, Cause("planned_end"), pytest.approx(ends_s))


def test_a_new_stage_begins_with_its_own_extensions_holds_and_gait() -> None:
    bench = Bench().started()
    run = bench.state.gait.RUN
    bench.feed(
        ev.StageExtended(t_s=bench.now_s), ev.GaitSet(t_s=bench.now_s, gait=run), ev.HoldPressed(t_s=bench.now_s)
    )
    bench.feed(ev.NextPressed(t_s=bench.now_s))
    assert (bench.state.extensions, bench.state.holds, bench.state.held_since_s) == (0, frozenset(), None)
    assert bench.state.gait is run, "at the same speed"
    bench.feed(ev.NextPressed(t_s=bench.now_s))
    assert bench.state.gait is bench.state.gait.WALK, "at another one it is the usual gait"


def test_a_stage_that_begins_without_a_pulse_is_held_from_its_first_moment() -> None:
    bench = Bench().started()
    bench.feed(heart(bench.now_s, None))
    bench.now_s += 10.0
    bench.feed(ev.HoldPressed(t_s=bench.now_s), ev.NextPressed(t_s=bench.now_s))
    assert (bench.state.stage_index, bench.state.holds) == (1, {HoldCause.HR_LOST})
    assert bench.state.held_since_s == bench.now_s
    assert bench.state.stage_remaining_s(bench.now_s + 30.0) == 120.0


@pytest.mark.parametrize(("speed_kmh", "incline_pct"), [(5.6, 8.0), (0.5, 0.0)])
def test_a_hand_may_set_up_to_the_plans_top_and_down_to_a_crawl(speed_kmh: float, incline_pct: float) -> None:
    bench = Bench().started()
    ends_s = bench.state.stage_ends_s
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=speed_kmh, incline_pct=incline_pct))
    assert bench.state.setpoint == Setpoint(speed_kmh=speed_kmh, incline_pct=incline_pct)
    assert bench.state.held_since_s == bench.now_s
    bench.feed(ev.HoldReleased(t_s=bench.now_s + 7.0))
    assert bench.state.stage_ends_s == pytest.approx(ends_s + 7.0)


def test_without_a_pulse_one_part_of_a_load_may_stay_while_the_other_falls() -> None:
    bench = Bench().started()
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=4.0, incline_pct=4.0), heart(bench.now_s, None))
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=4.0, incline_pct=2.0))
    assert bench.state.setpoint == Setpoint(speed_kmh=4.0, incline_pct=2.0)
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=3.0, incline_pct=2.0))
    assert bench.state.setpoint == Setpoint(speed_kmh=3.0, incline_pct=2.0)


def test_a_fault_in_cool_down_brings_its_reason() -> None:
    bench = Bench().started()
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"))
    bench.feed(belt(bench.now_s, 3.0, BeltState.TRIPPED, TripReason.NO_ANSWER))
    assert ended_as(bench) == (Phase.STOPPING, Outcome.FAULT, Cause("trip_no_answer", {"detail": ""}), bench.now_s)


def test_the_red_button_is_asked_for_half_a_minute_after_the_stop_and_given_up_on_after_a_whole_one() -> None:
    bench = Bench().started()
    t_s = bench.now_s
    bench.feed(ev.StopPressed(t_s=t_s, reason="operator"))
    bench.feed(belt(t_s + 29.9, 2.0), ev.Ticked(t_s=t_s + 29.9))
    assert not bench.state.press_red_button
    assert bench.feed(belt(t_s + 30.0, 2.0), ev.Ticked(t_s=t_s + 30.0)) == (StopBelt(),)
    assert bench.state.press_red_button
    bench.feed(belt(t_s + 59.9, 2.0), ev.Ticked(t_s=t_s + 59.9))
    assert bench.state.phase is Phase.STOPPING
    assert bench.feed(belt(t_s + 60.0, 2.0), ev.Ticked(t_s=t_s + 60.0)) == (StopBelt(),)
    assert ended_as(bench) == (Phase.ENDED, Outcome.FAULT, Cause("stop_ignored"), t_s + 60.0)


def test_an_ordinary_end_that_takes_too_long_becomes_a_latched_stop() -> None:
    bench = Bench().started()
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"))
    bench.run_for(PLAN.cool_down.duration_s)
    t_s = bench.state.phase_began_s
    assert bench.feed(belt(t_s + 29.9, None), ev.Ticked(t_s=t_s + 29.9)) == (GrantBelt(None),)
    assert not bench.state.tripped
    assert bench.feed(belt(t_s + 30.0, None), ev.Ticked(t_s=t_s + 30.0)) == (StopBelt(),)
    assert bench.state.tripped
    assert bench.state.outcome is Outcome.OPERATOR, "nothing is known of the belt yet"


def test_telemetry_may_be_two_seconds_old_and_no_older() -> None:
    bench = Bench().started()
    t_s = bench.now_s
    assert bench.feed(ev.Ticked(t_s=t_s + 2.0)) == (GrantBelt(bench.state.setpoint),)
    assert bench.feed(ev.Ticked(t_s=t_s + 2.1)) == (StopBelt(),)
    assert ended_as(bench) == (Phase.STOPPING, Outcome.FAULT, Cause("telemetry_lost"), t_s + 2.1)


def test_cool_down_lasts_its_time_and_then_asks_the_belt_to_rest() -> None:
    bench = Bench().started()
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"))
    bench.run_for(PLAN.cool_down.duration_s - 0.5)
    assert bench.state.phase is Phase.COOL_DOWN
    bench.run_for(0.5)
    assert bench.state.phase is Phase.STOPPING
    assert bench.state.setpoint is None
    assert not bench.state.tripped
    assert bench.commands[-1][1] == GrantBelt(None)


def test_a_pulse_lost_too_long_says_how_long_it_may_be() -> None:
    bench = Bench().started()
    bench.bpm = None
    bench.feed(heart(bench.now_s, None))
    bench.run_for(61.0)
    assert bench.state.reason == Cause("hr_lost", {"seconds": 60.0})


def test_what_was_seen_of_an_alarm_is_its_last_time_and_silence_stays() -> None:
    bench = Bench().ready()
    for t_s, silenced in ((1.0, False), (2.0, True), (3.0, False)):
        assert bench.feed(ev.AlarmAcknowledged(t_s=t_s, code="hr_lost", silenced=silenced)) == ()
    bench.feed(ev.AlarmAcknowledged(t_s=4.0, code="belt_offline"))
    assert bench.state.acknowledged == (("hr_lost", 3.0), ("belt_offline", 4.0))
    assert bench.state.silenced == {"hr_lost"}


def test_the_handrail_and_the_gait_are_as_they_were_last_said_in_any_phase() -> None:
    bench = Bench()
    bench.feed(ev.HandrailSet(t_s=0.0, held=True), ev.GaitSet(t_s=0.0, gait=bench.state.gait.RUN))
    assert bench.state.handrail
    assert bench.state.gait is bench.state.gait.RUN
    bench.feed(ev.HandrailSet(t_s=1.0, held=False))
    assert not bench.state.handrail
    told = msgspec.structs.replace(bench.first, conditions={"handrail": "yes"})
    assert prepared(told).handrail
    assert not prepared(bench.first).handrail


FAULTS: dict[str, tuple[types.ModuleType, str, str, Callable[[], None]]] = {
    "an ended run hears on": (
        dispatch,
        "    if state.phase is Phase.ENDED:\n        return state, ()\n",
        "",
        test_an_ended_run_hears_nothing,
    ),
    "anybody may say that a belt rests": (
        dispatch,
        "if state.phase is Phase.STOPPING and state.press_red_button:",
        "if state.phase is Phase.STOPPING:",
        lambda: test_the_operators_word_ends_a_stop_that_asked_for_the_red_button("operator"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(*FAULTS[fault])


def test_a_cool_down_from_no_load_at_all_takes_the_plans_own() -> None:
    state = ending.cool_down(Bench().ready().state, 5.0, Outcome.LIMIT, Cause("planned_end"))
    assert state.setpoint == Setpoint(speed_kmh=3.0, incline_pct=0.0)

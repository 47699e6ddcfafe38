"""What a run does, fact by fact."""

import math

import msgspec
import pytest
from msgspec.structs import replace

from tests.unit.run.builders import PLAN, Bench, at_rest, belt, heart
from teststation.ports import BeltState, HeartRateStatus, Setpoint, TreadmillInfo, TripReason
from teststation.protocol.plan import StagePlan
from teststation.run import events as ev
from teststation.run.commands import ArmBelt, GrantBelt, StopBelt
from teststation.run.engine import why_not_begin
from teststation.run.record import Outcome
from teststation.run.state import HoldCause, Phase
from teststation.subject import Gait

IN_STEPS = TreadmillInfo("trackmaster", "x", 0.1, 0.2, 12.0, 0.5, 15.0)


def test_nothing_is_commanded_before_start() -> None:
    bench = Bench().ready().run_for(30)
    assert bench.state.phase is Phase.READY
    assert bench.commands == []


def test_start_arms_once_up_to_the_plans_own_top() -> None:
    bench = Bench().started()
    arms = [command for _, command in bench.commands if isinstance(command, ArmBelt)]
    assert arms == [ArmBelt(5.6, 8.0)]


def test_no_lease_goes_out_before_the_driver_says_it_is_armed() -> None:
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=0.0))
    bench.feed(belt(0.1, 0.0, BeltState.IDLE), ev.Ticked(t_s=0.1))
    assert not any(isinstance(command, GrantBelt) for _, command in bench.commands)


def test_an_arming_that_is_never_confirmed_ends_as_a_fault() -> None:
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=0.0))
    for t_s in range(1, 7):
        bench.feed(belt(t_s, 0.0, BeltState.IDLE), ev.Ticked(t_s=t_s))
    assert bench.state.outcome is Outcome.FAULT
    assert bench.state.reason is not None
    assert bench.state.reason.code == "arm_refused"


@pytest.mark.parametrize(
    "read",
    [
        belt(0.0, 0.5, BeltState.IDLE),
        belt(0.0, None, BeltState.OFFLINE, at_rest=False),
        belt(0.0, None, BeltState.IDLE, at_rest=False),
    ],
)
def test_start_is_refused_unless_the_belt_is_measured_at_rest(read: ev.BeltRead) -> None:
    bench = Bench()
    bench.feed(read, ev.TestBegan(t_s=0.1))
    assert bench.state.phase is Phase.READY
    assert bench.commands == []


@pytest.mark.parametrize(
    "looks",
    [
        [0.0],
        [3.3, 0.0],
        [0.0, 3.3],
        [3.3, 0.0, 3.3, 0.0, 3.3, 0.0],
        [3.3, 3.3, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.1],
    ],
    ids=str,
)
def test_start_is_refused_on_a_zero_that_has_not_lasted(looks: list[float]) -> None:
    """The last zeros of a belt that moved, or one wrong look at one that does: five looks a second."""
    bench = Bench()
    for n, speed_kmh in enumerate(looks):
        bench.feed(belt(n / 5, speed_kmh, BeltState.IDLE))
    t_s = (len(looks) - 1) / 5
    bench.feed(ev.TestBegan(t_s=t_s))
    assert bench.state.phase is Phase.READY
    assert bench.commands == []
    assert [cause.code for cause in why_not_begin(bench.state, t_s)] == ["not_ready_belt_moves"]


def test_start_is_taken_once_the_zero_has_lasted_for_a_second() -> None:
    bench = Bench()
    for n in range(6):
        bench.feed(belt(n / 5, 0.0, BeltState.IDLE), ev.TestBegan(t_s=n / 5))
        assert (bench.state.phase is Phase.STARTING) is (n == 5)


def test_start_is_refused_on_old_telemetry() -> None:
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=10.0))
    assert bench.state.phase is Phase.READY


def test_a_stages_clock_begins_when_the_belt_has_reached_its_speed() -> None:
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=0.0), belt(0.1, 0.0, BeltState.ARMED), belt(5.0, 3.0), ev.Ticked(t_s=5.0))
    assert bench.state.phase is Phase.STARTING
    bench.feed(belt(7.0, 4.6))
    assert bench.state.phase is Phase.STAGES
    assert bench.state.stage_ends_s == 7.0 + 120.0


def test_a_belt_that_never_reaches_the_first_speed_is_stopped() -> None:
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=0.0), belt(0.1, 0.0, BeltState.ARMED))
    for t_s in range(1, 65):
        bench.feed(belt(t_s, 2.0), heart(t_s, 90), ev.Ticked(t_s=t_s))
    assert bench.state.reason is not None
    assert bench.state.reason.code == "speed_not_reached"


def test_stage_ends_are_counted_from_the_plan_however_late_the_ticks_come() -> None:
    bench = Bench().started()
    began_s = bench.state.stage_began_s
    for _ in range(60):
        bench.run_for(7.3, dt_s=1.9)
        if bench.state.phase is not Phase.STAGES:
            break
    run = bench.recording.record(bench.state)
    begins = [began_s + 120.0 * n for n in range(3)]
    assert [span.began_s for span in run.stages] == pytest.approx(begins)
    assert run.stages[-1].ended_s == pytest.approx(began_s + 360.0)


def test_a_whole_run_ends_completed_with_the_belt_at_rest() -> None:
    bench = Bench().started().run_for(450)
    assert bench.state.phase is Phase.ENDED
    assert bench.state.outcome is Outcome.COMPLETED
    assert bench.recording.record(bench.state).belt_at_rest


def test_every_tick_of_a_moving_run_renews_the_whole_setpoint() -> None:
    bench = Bench().started()
    given = bench.feed(belt(bench.now_s, 4.8), ev.Ticked(t_s=bench.now_s))
    assert given == (GrantBelt(bench.state.setpoint),)


# --- stop ----------------------------------------------------------------------------------------------------


def test_stop_is_latched_and_nothing_but_stop_follows() -> None:
    bench = Bench().started()
    bench.belt_follows = False
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"))
    mark = len(bench.commands)
    t_s = bench.now_s
    bench.feed(
        ev.HoldReleased(t_s=t_s),
        ev.NextPressed(t_s=t_s),
        ev.TestBegan(t_s=t_s),
        ev.LoadChanged(t_s=t_s, speed_kmh=4.0, incline_pct=0.0),
        ev.CoolDownPressed(t_s=t_s, reason="patient"),
        belt(t_s, 3.0),
        ev.Ticked(t_s=t_s + 0.1),
        belt(t_s + 1, 2.0, BeltState.TRIPPED, TripReason.OPERATOR_STOP),
        ev.Ticked(t_s=t_s + 1),
    )
    assert {type(command) for _, command in bench.commands[mark:]} == {StopBelt}
    assert bench.state.phase is Phase.STOPPING


def test_a_stopped_run_ends_only_when_the_belt_is_measured_at_rest() -> None:
    bench = Bench().started()
    bench.belt_follows = False
    t_s = bench.now_s
    bench.feed(ev.StopPressed(t_s=t_s, reason="operator"), belt(t_s + 1, 0.4, BeltState.TRIPPED, at_rest=False))
    assert bench.state.phase is Phase.STOPPING
    bench.feed(belt(t_s + 2, 0.0, BeltState.TRIPPED))
    assert bench.state.phase is Phase.STOPPING, "one zero may be a tachometer that dropped out"
    bench.feed(belt(t_s + 3, 0.0, BeltState.TRIPPED))
    assert bench.state.phase is Phase.ENDED
    assert bench.state.outcome is Outcome.OPERATOR


def test_a_belt_that_does_not_come_to_rest_calls_for_the_red_button_and_ends_as_a_fault() -> None:
    bench = Bench().started()
    bench.belt_follows = False
    t_s = bench.now_s
    bench.feed(ev.StopPressed(t_s=t_s, reason="operator"))
    bench.feed(belt(t_s + 31, 4.8, BeltState.TRIPPED), ev.Ticked(t_s=t_s + 31))
    assert bench.state.press_red_button
    bench.feed(belt(t_s + 61, 4.8, BeltState.TRIPPED), ev.Ticked(t_s=t_s + 61))
    assert bench.state.phase is Phase.ENDED
    assert bench.state.outcome is Outcome.FAULT
    assert not bench.recording.record(bench.state).belt_at_rest


def test_an_ignored_stop_calls_for_the_red_button_at_once() -> None:
    bench = Bench().started()
    t_s = bench.now_s
    bench.feed(ev.StopPressed(t_s=t_s, reason="operator"))
    bench.feed(belt(t_s + 1, 4.8, BeltState.TRIPPED, stop_ignored=True), ev.Ticked(t_s=t_s + 1))
    assert bench.state.press_red_button


@pytest.mark.parametrize("trip", [reason for reason in TripReason if reason is not TripReason.OPERATOR_STOP])
def test_every_trip_of_the_guard_ends_the_run_as_a_fault_that_names_it(trip: TripReason) -> None:
    bench = Bench().started()
    bench.feed(belt(bench.now_s, 3.0, BeltState.TRIPPED, trip))
    assert bench.state.phase is Phase.STOPPING
    assert bench.state.outcome is Outcome.FAULT
    assert bench.state.reason is not None
    assert bench.state.reason.code == f"trip_{trip.value}"


def test_a_fault_during_cool_down_is_not_hidden_behind_the_planned_end() -> None:
    bench = Bench().started().run_for(370)
    assert bench.state.phase is Phase.COOL_DOWN
    bench.feed(belt(bench.now_s, 3.0, BeltState.TRIPPED, TripReason.OVER_SPEED))
    assert bench.state.outcome is Outcome.FAULT


def test_stop_during_cool_down_keeps_the_completed_test() -> None:
    bench = Bench().started().run_for(370)
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"))
    assert bench.state.phase is Phase.STOPPING
    assert bench.state.outcome is Outcome.COMPLETED


def test_silence_of_the_belts_driver_is_a_fault() -> None:
    bench = Bench().started()
    bench.belt_follows = False
    bench.run_for(3.0)
    assert bench.state.reason is not None
    assert bench.state.reason.code == "telemetry_lost"


def test_a_dead_treadmill_driver_leaves_the_belt_unknown_until_it_is_measured() -> None:
    bench = Bench().started()
    bench.belt_follows = False
    bench.feed(ev.DeviceFailed(t_s=bench.now_s, device="treadmill", sentence="gone"))
    assert bench.state.measured_speed_kmh is None
    assert not bench.state.at_rest
    assert bench.state.phase is Phase.STOPPING


def test_a_journal_that_cannot_be_written_stops_the_belt() -> None:
    bench = Bench().started()
    given = bench.feed(ev.DeviceFailed(t_s=bench.now_s, device="journal", sentence="disk full"))
    assert given == (StopBelt(),)


def test_before_the_start_a_stop_leaves_the_run_ready() -> None:
    bench = Bench().ready()
    assert bench.feed(ev.StopPressed(t_s=1.0, reason="operator")) == (StopBelt(),)
    assert bench.state.phase is Phase.READY


# --- heart rate ----------------------------------------------------------------------------------------------


def test_a_lost_pulse_holds_the_stage_at_once_and_its_return_gives_the_time_back() -> None:
    bench = Bench().started()
    ends_s = bench.state.stage_ends_s
    bench.feed(heart(bench.now_s, None))
    assert bench.state.holds == {HoldCause.HR_LOST}
    bench.bpm = None
    bench.run_for(20)
    # Back is there for ten seconds: one beat, which a driver takes for a pulse for five, is no return.
    bench.bpm = 118
    bench.run_for(9.5)
    assert bench.state.holds == {HoldCause.HR_LOST}
    bench.run_for(1.0)
    assert not bench.state.holds
    assert bench.state.stage_ends_s == pytest.approx(ends_s + 30.5)


def test_while_the_pulse_is_absent_the_load_is_never_raised() -> None:
    bench = Bench().started()
    bench.feed(heart(bench.now_s, None))
    before = bench.state.setpoint
    t_s = bench.now_s
    bench.feed(
        ev.LoadChanged(t_s=t_s, speed_kmh=5.6, incline_pct=8.0),
        ev.NextPressed(t_s=t_s),
        ev.HoldReleased(t_s=t_s),
        ev.Ticked(t_s=t_s),
    )
    assert bench.state.setpoint == before


def test_a_pulse_lost_for_a_minute_leads_to_cool_down_and_counts_as_a_fault() -> None:
    bench = Bench().started()
    bench.bpm = None
    bench.feed(heart(bench.now_s, None))
    bench.run_for(59)
    assert bench.state.phase is Phase.STAGES
    bench.run_for(2)
    assert bench.state.phase is Phase.COOL_DOWN
    assert bench.state.outcome is Outcome.FAULT


def test_a_heart_rate_driver_that_says_nothing_counts_as_a_lost_pulse() -> None:
    bench = Bench().started()
    bench.bpm = None
    bench.run_for(7)
    assert bench.state.hr_bpm is None
    assert bench.state.hr_status is HeartRateStatus.STALE


def test_a_start_without_a_pulse_is_held_from_the_first_second() -> None:
    bench = Bench()
    bench.feed(*at_rest(0.0), ev.TestBegan(t_s=0.0), belt(0.1, 0.0, BeltState.ARMED), belt(5.0, 4.8))
    assert bench.state.holds == {HoldCause.HR_LOST}


def test_over_the_limit_for_15_s_announces_and_15_s_later_cools_down() -> None:
    bench = Bench().started()
    bench.bpm = 160
    bench.run_for(14.5)
    assert bench.state.notice is None
    bench.run_for(1.5)
    assert bench.state.notice is not None
    bench.run_for(14.0)
    assert bench.state.phase is Phase.STAGES
    bench.run_for(1.5)
    assert bench.state.phase is Phase.COOL_DOWN
    assert bench.state.outcome is Outcome.LIMIT


def test_a_short_peak_over_the_limit_is_no_limit() -> None:
    """Twelve seconds over and one below, again and again, used to stand here: a flicker, not a peak."""
    bench = Bench().started()
    for _ in range(3):
        bench.bpm = 160
        bench.run_for(12)
        bench.bpm = 150
        bench.run_for(20)
    assert bench.state.phase is Phase.STAGES
    assert bench.state.notice is None


def test_the_operator_may_go_on_over_the_limit_through_this_stage_only() -> None:
    bench = Bench().started()
    bench.bpm = 160
    bench.run_for(20)
    bench.feed(ev.LimitOverridden(t_s=bench.now_s, reason="feels well"))
    bench.run_for(60)
    assert bench.state.phase is Phase.STAGES
    bench.feed(ev.NextPressed(t_s=bench.now_s))
    bench.run_for(31)
    assert bench.state.phase is Phase.COOL_DOWN


def test_without_a_limit_heart_rate_never_ends_the_stages() -> None:
    bench = Bench(hr_limit_bpm=None).started()
    bench.bpm = 200
    bench.run_for(60)
    assert bench.state.phase is Phase.STAGES


def test_rpe_at_the_protocols_limit_announces_cool_down() -> None:
    bench = Bench().started()
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    bench.run_for(16)
    assert bench.state.phase is Phase.COOL_DOWN
    assert bench.state.outcome is Outcome.LIMIT


# --- operator ------------------------------------------------------------------------------------------------


def test_hold_stops_the_stages_clock_and_release_gives_the_time_back() -> None:
    bench = Bench().started()
    ends_s = bench.state.stage_ends_s
    bench.feed(ev.HoldPressed(t_s=bench.now_s))
    bench.run_for(200)
    assert bench.state.stage_index == 0
    bench.feed(ev.HoldReleased(t_s=bench.now_s))
    assert bench.state.stage_ends_s == pytest.approx(ends_s + 200)


def test_a_hand_set_load_holds_the_stage_and_release_returns_to_the_plan() -> None:
    bench = Bench().started()
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=4.0, incline_pct=2.0))
    assert bench.state.holds == {HoldCause.LOAD_CHANGED}
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.speed_kmh == 4.0
    bench.feed(ev.HoldReleased(t_s=bench.now_s))
    assert bench.state.setpoint.speed_kmh == PLAN.stages[0].speed_kmh


@pytest.mark.parametrize(
    ("speed_kmh", "incline_pct"),
    [(5.7, 0.0), (4.0, 8.5), (0.0, 0.0), (-1.0, 0.0), (4.0, -1.0), (math.nan, 0.0), (4.0, math.nan), (math.inf, 0.0)],
)
def test_no_hand_sets_more_than_the_plans_top_or_less_than_moving(speed_kmh: float, incline_pct: float) -> None:
    bench = Bench().started()
    before = bench.state.setpoint
    for info in (None, IN_STEPS):
        bench.state = replace(bench.state, treadmill=info)
        bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=speed_kmh, incline_pct=incline_pct))
        assert bench.state.setpoint == before


def test_a_stage_is_extended_twice_at_most() -> None:
    bench = Bench().started()
    ends_s = bench.state.stage_ends_s
    for _ in range(3):
        bench.feed(ev.StageExtended(t_s=bench.now_s))
    assert bench.state.stage_ends_s == ends_s + 120.0


def test_next_begins_the_next_stage_now() -> None:
    bench = Bench().started()
    bench.feed(ev.NextPressed(t_s=bench.now_s))
    assert bench.state.stage_index == 1
    assert bench.state.stage_began_s == bench.now_s


def test_cooling_down_never_speeds_the_belt_up() -> None:
    bench = Bench().started()
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=2.0, incline_pct=0.0))
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"))
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.speed_kmh == 2.0
    assert bench.state.outcome is Outcome.OPERATOR


def test_cooling_down_never_lifts_the_deck() -> None:
    bench = Bench().started()
    steep = msgspec.structs.replace(bench.state.plan.cool_down, incline_pct=2.0)
    bench.state = replace(bench.state, plan=msgspec.structs.replace(bench.state.plan, cool_down=steep))
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"))
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct == 0.0


def test_cooling_down_stops_a_belt_and_a_deck_that_are_still_on_their_way_up() -> None:
    """The person who is to come down has just been given more than they can bear."""
    stages = (StagePlan("1", 120.0, 2.0, 0.0), StagePlan("2", 120.0, 6.0, 8.0))
    cool_down = StagePlan("ned", 60.0, 4.0, 3.0)
    bench = Bench(msgspec.structs.replace(PLAN, stages=stages, cool_down=cool_down)).started().run_for(120.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=6.0, incline_pct=8.0)
    bench.belt_follows = False
    for n in range(3):
        read = belt(bench.now_s + n * 0.2, 2.4, incline_pct=0.5)
        bench.feed(msgspec.structs.replace(read, sent_speed_kmh=2.0 + n * 0.4))
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="dizzy"))
    assert bench.state.setpoint == Setpoint(speed_kmh=2.8, incline_pct=0.5)


def test_gait_is_what_the_operator_says() -> None:
    bench = Bench().started()
    bench.feed(ev.GaitSet(t_s=bench.now_s, gait=Gait.RUN))
    bench.run_for(1)
    assert bench.recording.record(bench.state).stages[0].gait is Gait.RUN


def test_a_late_rpe_belongs_to_the_stage_that_just_ended() -> None:
    bench = Bench().started().run_for(121)
    assert bench.state.stage_index == 1
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=11))
    assert [span.rpe for span in bench.recording.record(bench.state).stages] == [11, None]

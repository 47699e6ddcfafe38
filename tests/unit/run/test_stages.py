"""From one stage to the next: the whole state that follows, and what waits for a pulse or an answer."""

import msgspec
import pytest
from msgspec.structs import replace

from tests.unit.run.builders import PLAN, Bench
from tests.unit.run.test_bouts import BOUT, in_bout, session
from teststation.cause import Cause
from teststation.ports import Setpoint
from teststation.protocol.plan import StagePlan
from teststation.run.engine.ending import cool_down
from teststation.run.engine.stages import default_gait, next_stage
from teststation.run.record import Outcome
from teststation.run.state import HoldCause, LimitNotice, Override, RunState
from teststation.subject import Gait

ENDS_S, T_S = 125.0, 127.0  # a tick that is two seconds late


def walked(*stages: StagePlan, **changed: object) -> RunState:
    plan = msgspec.structs.replace(PLAN, stages=stages or PLAN.stages)
    return replace(Bench().started().state, plan=plan, stage_ends_s=ENDS_S, **changed)  # type: ignore[arg-type]


def test_a_stage_begins_where_the_one_before_ended_by_the_plan_with_nothing_left_of_it() -> None:
    state = walked(extensions=2, holds=frozenset({HoldCause.OPERATOR, HoldCause.LOAD_CHANGED}), held_since_s=90.0)
    assert next_stage(state, T_S) == replace(
        state,
        stage_index=1,
        stage_began_s=ENDS_S,
        stage_ends_s=ENDS_S + 120.0,
        extensions=0,
        holds=frozenset(),
        held_since_s=None,
        setpoint=Setpoint(speed_kmh=4.8, incline_pct=4.0),
    )


def test_after_the_last_stage_comes_the_planned_end_at_its_planned_time() -> None:
    state = walked(stage_index=2)
    assert next_stage(state, T_S) == cool_down(state, ENDS_S, Outcome.COMPLETED, Cause("planned_end"))
    assert next_stage(replace(state, stage_index=1), T_S).stage_index == 2


@pytest.mark.parametrize("cause", list(HoldCause))
def test_a_lost_pulse_an_open_question_and_a_symptom_hold_the_next_stage_too_and_no_load_is_raised(
    cause: HoldCause,
) -> None:
    now = Setpoint(speed_kmh=4.8, incline_pct=1.0)
    state = walked(holds=frozenset({cause}), held_since_s=90.0, setpoint=now)
    after = next_stage(state, T_S)
    if cause in (HoldCause.HR_LOST, HoldCause.LIMIT, HoldCause.NOTED):
        assert (after.holds, after.held_since_s, after.setpoint) == ({cause}, T_S, now)
    else:
        assert (after.holds, after.held_since_s, after.setpoint) == (frozenset(), None, Setpoint(4.8, 4.0))


@pytest.mark.parametrize(
    ("now", "planned", "set_to"),
    [
        ((4.8, 4.0), (4.0, 2.0), (4.0, 2.0)),
        ((4.8, 4.0), (5.6, 2.0), (4.8, 2.0)),
        ((4.8, 4.0), (4.0, 8.0), (4.0, 4.0)),
    ],
)
def test_while_it_is_held_each_of_speed_and_incline_may_fall(
    now: tuple[float, float], planned: tuple[float, float], set_to: tuple[float, float]
) -> None:
    held = {"holds": frozenset({HoldCause.HR_LOST}), "held_since_s": 90.0, "setpoint": Setpoint(*now)}
    state = walked(StagePlan("1", 120.0, 4.8, 4.0), StagePlan("2", 120.0, *planned), **held)
    assert next_stage(state, T_S).setpoint == Setpoint(*set_to)
    assert next_stage(replace(state, setpoint=None), T_S).setpoint is None


def test_what_was_gone_on_over_in_one_stage_is_asked_again_before_the_next_ones_load_comes() -> None:
    state = walked(rpe=17, overrides=(Override("limit_rpe", 17.0, 0, 999.0),))
    after = next_stage(state, T_S)
    assert after.notices == (LimitNotice(Cause("limit_rpe", {"rpe": 17}), T_S + 15.0),)
    assert (after.holds, after.setpoint) == ({HoldCause.LIMIT}, Setpoint(4.8, 0.0))


def test_above_seven_kmh_a_gait_is_taken_to_be_a_run() -> None:
    assert default_gait(StagePlan("1", 60.0, 7.0, 0.0)) is Gait.WALK
    assert default_gait(StagePlan("1", 60.0, 7.1, 0.0)) is Gait.RUN


def test_the_gait_that_was_said_stays_until_the_speed_changes() -> None:
    same = walked(StagePlan("1", 120.0, 4.8, 0.0), StagePlan("2", 120.0, 4.8, 4.0), gait=Gait.RUN)
    assert next_stage(same, T_S).gait is Gait.RUN
    quicker = walked(StagePlan("1", 120.0, 4.8, 0.0), StagePlan("2", 120.0, 5.6, 0.0), gait=Gait.RUN)
    assert next_stage(quicker, T_S).gait is Gait.WALK
    faster = walked(StagePlan("1", 120.0, 4.8, 0.0), StagePlan("2", 120.0, 8.0, 0.0))
    assert next_stage(faster, T_S).gait is Gait.RUN


def test_a_bout_has_the_sessions_gait_and_a_pause_that_of_its_speed() -> None:
    run = in_bout(session(bout=Setpoint(speed_kmh=6.5, incline_pct=5.0), gait=Gait.RUN)).state
    assert (run.stage.part, run.gait) == ("bout", Gait.RUN)
    pause = next_stage(run, run.stage_ends_s)
    assert (pause.stage.part, pause.gait) == ("pause", Gait.WALK)
    assert next_stage(pause, pause.stage_ends_s).gait is Gait.RUN


def test_in_a_session_a_lost_pulse_bars_the_bouts_load_and_holds_no_clock() -> None:
    pause = next_stage(in_bout(session()).state, 600.0)
    lost = replace(
        pause, holds=frozenset({HoldCause.HR_LOST}), bouts=replace(pause.bouts, next_load=Setpoint(4.5, 6.0))
    )
    bout = next_stage(lost, 700.0)
    assert (bout.holds, bout.held_since_s) == ({HoldCause.HR_LOST}, None)
    assert bout.setpoint == Setpoint(speed_kmh=min(4.5, pause.setpoint.speed_kmh), incline_pct=0.0)  # type: ignore[union-attr]
    assert bout.bouts.loads == (("bout", Setpoint(4.5, 6.0)),), "what was accepted holds from this bout on"
    assert next_stage(pause, 700.0).setpoint == BOUT

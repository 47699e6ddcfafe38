"""From stage to stage: when one begins, and what the next one asks of the belt. Pure."""

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.ports import Setpoint
from teststation.protocol.plan import BOUT, StagePlan
from teststation.run.engine import bouts, limits
from teststation.run.engine.ending import cool_down
from teststation.run.holds import BARRED_BY, stage_setpoint, stops_clock
from teststation.run.record import Outcome
from teststation.run.state import RunState
from teststation.subject import Gait

RUN_ABOVE_KMH = 7.0  # where gait is taken to be a run until the operator says otherwise (facts of the field, unsourced)


def next_stage(state: RunState, t_s: float) -> RunState:
    index = state.stage_index + 1
    if index == len(state.plan.stages):
        return cool_down(state, state.stage_ends_s, Outcome.COMPLETED, Cause("planned_end"))
    before, stage = state.stage, state.plan.stages[index]
    # What was gone on over in one stage is asked again in the next, before its load comes.
    state = bouts.begun(limits.watched(replace(state, stage_index=index), t_s))
    still = state.holds & BARRED_BY  # no press of Next takes these away, and none raises the load
    began_s = state.stage_ends_s  # by the plan, however late this tick is
    return replace(
        state,
        stage_began_s=began_s,
        stage_ends_s=began_s + stage.duration_s,
        extensions=0,
        holds=still,
        held_since_s=t_s if any(stops_clock(state, cause) for cause in still) else None,
        setpoint=_not_raised(state, stage) if still else stage_setpoint(state, stage),
        gait=_gait(state, before, stage),
    )


def _not_raised(state: RunState, stage: StagePlan) -> Setpoint | None:
    now, planned = state.setpoint, stage_setpoint(state, stage)
    if now is None:
        return None
    return Setpoint(
        speed_kmh=min(now.speed_kmh, planned.speed_kmh), incline_pct=min(now.incline_pct, planned.incline_pct)
    )


def _gait(state: RunState, before: StagePlan, stage: StagePlan) -> Gait:
    if state.plan.session is not None and stage.part == BOUT:
        return state.plan.session.gait
    return default_gait(stage) if stage.speed_kmh != before.speed_kmh else state.gait


def default_gait(stage: StagePlan) -> Gait:
    return Gait.RUN if stage.speed_kmh > RUN_ABOVE_KMH else Gait.WALK

"""What the operator does before and in the stages. Pure."""

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.ports import BeltState, Setpoint
from teststation.run import events as ev
from teststation.run.commands import ArmBelt, Step
from teststation.run.engine import bouts
from teststation.run.engine.devices import belt_fresh
from teststation.run.engine.limits import borg_given, gone_on
from teststation.run.engine.stages import next_stage
from teststation.run.holds import BY_HAND, hold, release, stage_setpoint
from teststation.run.rest import rests
from teststation.run.state import HoldCause, Phase, RunState


def begin(state: RunState, t_s: float, *, rest_over_time: bool = True) -> Step:
    if why_not_begin(state, t_s, rest_over_time=rest_over_time):
        return state, ()
    first = state.plan.stages[0]
    began = replace(state, phase=Phase.STARTING, phase_began_s=t_s, setpoint=stage_setpoint(state, first), begun=True)
    # Armed once, by this press alone; leases follow when the driver says that it is armed.
    top = state.achievable(state.highest)
    return began, (ArmBelt(top.speed_kmh, top.incline_pct),)


def operate(state: RunState, event: ev.AnyEvent) -> RunState:
    match event:
        case ev.HoldPressed(t_s=t_s):
            return hold(state, t_s, HoldCause.OPERATOR)
        case ev.HoldReleased(t_s=t_s):
            for cause in HoldCause:
                state = release(state, t_s, cause) if cause in BY_HAND else state
            return state
        case ev.NextPressed(t_s=t_s):
            return next_stage(replace(state, stage_ends_s=t_s), t_s)
        case ev.StageExtended() if state.extensions < state.plan.extension.times_max:
            ends_s = state.stage_ends_s + state.plan.extension.step_s
            return replace(state, stage_ends_s=ends_s, extensions=state.extensions + 1)
        case ev.LoadChanged(t_s=t_s, speed_kmh=speed_kmh, incline_pct=incline_pct):
            # The plan's own top is the limit of the hand, too, and so is the machine's.
            highest = state.highest
            if not (0 < speed_kmh <= highest.speed_kmh and 0 <= incline_pct <= highest.incline_pct):
                return state
            load = state.achievable(Setpoint(speed_kmh=speed_kmh, incline_pct=incline_pct))
            raises = state.setpoint is None or (
                load.speed_kmh > state.setpoint.speed_kmh or load.incline_pct > state.setpoint.incline_pct
            )
            if raises and not state.may_rise:
                return state
            if state.plan.session is not None:
                return bouts.set_by_hand(state, load)
            held = hold(state, t_s, HoldCause.LOAD_CHANGED)
            return replace(held, setpoint=load)
        case ev.LimitOverridden(t_s=t_s, limit=limit):
            return gone_on(state, t_s, limit)
        case ev.RpeGiven(t_s=t_s, rpe=rpe):
            return bouts.rated(borg_given(state, t_s, rpe), t_s, rpe)
        case ev.LoadAccepted():
            return bouts.accepted(state)
        case ev.OfferDeclined():
            return bouts.declined(state)
    return state


def why_not_begin(state: RunState, t_s: float, *, rest_over_time: bool = True) -> tuple[Cause, ...]:
    """Why Start would do nothing at this moment, as far as the belt goes; nothing where it would begin the test.

    What was heard of the belt counts for as long as it counts in a test: a silent driver is a belt not known. And one
    zero is no rest (``rest_over_time``), just as little as at the end of a test.
    """
    at_rest = rests(state.rest, t_s) if rest_over_time else state.at_rest
    causes: list[Cause] = []
    if state.belt_state is BeltState.OFFLINE or not belt_fresh(state, t_s):
        causes.append(Cause("not_ready_belt_offline"))
    elif state.belt_state is BeltState.MOVING or (state.belt_is_read and not at_rest):
        causes.append(Cause("not_ready_belt_moves"))
    beyond = _beyond_machine(state)
    return (*causes, *(() if beyond is None else (beyond,)))


def _beyond_machine(state: RunState) -> Cause | None:
    """Why this plan cannot be walked on this treadmill; None where it can."""
    plan, info = state.plan, state.treadmill
    top = state.achievable(Setpoint(speed_kmh=plan.planned_speed_kmh, incline_pct=plan.planned_incline_pct))
    if info is None or (top.speed_kmh <= info.max_speed_kmh and top.incline_pct <= info.max_incline_pct):
        return None
    return Cause("plan_beyond_machine", {"speed": info.max_speed_kmh, "incline": info.max_incline_pct})

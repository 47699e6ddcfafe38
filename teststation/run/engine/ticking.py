"""What time does to a run: what is late, what is over, and the lease that is renewed. Pure."""

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.run.commands import GrantBelt, Step, StopBelt
from teststation.run.engine import bouts, limits
from teststation.run.engine.devices import belt_fresh
from teststation.run.engine.ending import cool_down, ignored, stop
from teststation.run.engine.heart import absent_too_long, still_told
from teststation.run.engine.stages import next_stage
from teststation.run.record import Outcome
from teststation.run.rest import rests
from teststation.run.state import Phase, RunState


def tick(state: RunState, t_s: float) -> Step:
    if state.phase in (Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN) and not belt_fresh(state, t_s):
        return stop(state, t_s, Outcome.FAULT, Cause("telemetry_lost"))
    state = still_told(state, t_s)
    match state.phase:
        case Phase.STARTING:
            waited_s = t_s - state.phase_began_s
            if not state.armed:
                refused = waited_s > state.timing.arm_s
                return stop(state, t_s, Outcome.FAULT, Cause("arm_refused")) if refused else (state, ())
            if _load_late(state, t_s):
                return stop(state, t_s, Outcome.FAULT, Cause("load_not_set"))
            if waited_s > state.timing.reach_speed_s and not state.guided:
                return stop(state, t_s, Outcome.FAULT, Cause("speed_not_reached"))
        case Phase.STAGES:
            state = _tick_in_stage(state, t_s)
        case Phase.COOL_DOWN if t_s - state.phase_began_s >= state.plan.cool_down.duration_s:
            state = replace(state, phase=Phase.STOPPING, phase_began_s=t_s, setpoint=None)
        case Phase.STOPPING:
            return _tick_stopping(state, t_s)
    if state.phase is Phase.READY:
        return state, ()
    return state, (GrantBelt(state.setpoint),)


def _tick_in_stage(state: RunState, t_s: float) -> RunState:
    if absent_too_long(state, t_s):
        return cool_down(
            state, t_s, Outcome.FAULT, Cause("hr_lost", {"seconds": state.plan.limits.hr_lost_cool_down_s})
        )
    if _load_late(state, t_s):
        return cool_down(state, t_s, Outcome.FAULT, Cause("load_not_set"))
    for notice in state.notices:
        if t_s >= notice.acts_at_s:
            return cool_down(state, t_s, Outcome.LIMIT, notice.cause)
    while state.phase is Phase.STAGES and state.held_since_s is None and t_s >= state.stage_ends_s:
        state = next_stage(state, t_s)
    return bouts.watched(limits.watched(state, t_s), t_s) if state.phase is Phase.STAGES else state


def _tick_stopping(state: RunState, t_s: float) -> Step:
    waited_s = t_s - state.phase_began_s
    late = waited_s >= state.timing.at_rest_s
    if late:
        # A belt that the operator sets is stopped by the operator, and has disobeyed nobody.
        disobeys = state.measured_speed_kmh and not state.guided
        state = ignored(state) if disobeys else replace(state, press_red_button=True)
    if waited_s >= state.timing.give_up_s:
        unknown = state.outcome is not Outcome.FAULT
        reason = Cause("not_at_rest") if unknown else state.reason
        ended = replace(state, phase=Phase.ENDED, phase_began_s=t_s, outcome=Outcome.FAULT, reason=reason)
        return replace(ended, at_rest=rests(state.rest, t_s)), (StopBelt(),)
    # An ordinary end that takes too long becomes a latched stop.
    if state.tripped or late:
        return replace(state, tripped=True), (StopBelt(),)
    return state, (GrantBelt(None),)


def _load_late(state: RunState, t_s: float) -> bool:
    return state.prompt is not None and t_s - state.prompt.since_s > state.timing.set_load_s

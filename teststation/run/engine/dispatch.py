"""One event in, the next state and its commands out: who answers to what. Pure."""

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.ports import BeltState, HeartRateStatus
from teststation.run import events as ev
from teststation.run.alarms import stood
from teststation.run.commands import Step, StopBelt
from teststation.run.engine.bouts import bout_of
from teststation.run.engine.devices import enter_stages, read_belt
from teststation.run.engine.ending import cool_down, end, explained, stop
from teststation.run.engine.heart import first_pulse, lose_heart, read_heart
from teststation.run.engine.operator import begin, operate
from teststation.run.engine.stages import default_gait
from teststation.run.engine.ticking import tick
from teststation.run.frozen import RISES_KEPT, rises
from teststation.run.guiding import guided
from teststation.run.noted import noted
from teststation.run.reasons import cause_of
from teststation.run.record import Outcome
from teststation.run.rest import LOOKS, rests
from teststation.run.state import Phase, RunState, Timing


def prepared(event: ev.RunPrepared, timing: Timing | None = None) -> RunState:
    """The state of a run that has been prepared and not begun."""
    timing = timing or Timing()
    return RunState(
        plan=event.plan,
        timing=timing,
        pulse=first_pulse(event.plan, timing),
        hr_limit_bpm=event.hr_limit_bpm,
        phase_began_s=event.t_s,
        gait=default_gait(event.plan.stages[0]),
        handrail=event.conditions.get("handrail") == "yes",
    )


def step(state: RunState, event: ev.AnyEvent) -> Step:
    """Advance the run by one event."""
    if isinstance(event, ev.StopExplained):
        return explained(state, event.reason), ()
    if state.phase is Phase.ENDED:
        return state, ()
    after, commands = _step(state, event)
    if state.phase is Phase.STARTING and after.phase is Phase.STOPPING:
        # What was read before the stop may be from before the belt's start, and that it runs is on its way to be told.
        after = replace(after, rest=LOOKS)
    after = guided(state, after, event)
    if after.guided and after.phase is Phase.STARTING and after.armed and after.confirmed == after.setpoint:
        after = enter_stages(after, event.t_s)
    if rises(state.setpoint, after.setpoint):
        after = replace(after, load_rose_s=(*after.load_rose_s, event.t_s)[-RISES_KEPT:])
    return stood(after, event.t_s) if isinstance(event, ev.Ticked) else after, commands


def _step(state: RunState, event: ev.AnyEvent) -> Step:
    match event:
        case ev.TreadmillKnown(info=info) if state.phase is Phase.READY:
            return replace(state, treadmill=info), ()
        case ev.Ticked(t_s=t_s):
            return tick(state, t_s)
        case ev.BeltRead():
            return read_belt(state, event)
        case ev.HeartRateRead():
            return read_heart(state, event), ()
        case ev.StopPressed() if state.phase is Phase.READY:
            return state, (StopBelt(),)
        case ev.StopPressed(t_s=t_s, reason=reason):
            return stop(state, t_s, Outcome.OPERATOR, cause_of(reason))
        case ev.DeviceFailed(device="heart_rate", t_s=t_s):
            return lose_heart(replace(state, hr_status=HeartRateStatus.OFFLINE), t_s), ()
        case ev.DeviceFailed(t_s=t_s, device=device, sentence=sentence):
            if state.phase is Phase.READY:
                return end(state, t_s, Outcome.FAULT, Cause(f"{device}_failed", {"sentence": sentence})), (StopBelt(),)
            unknown = replace(state, belt_state=BeltState.OFFLINE, at_rest=False, measured_speed_kmh=None)
            lost = unknown if device == "treadmill" else state
            return stop(lost, t_s, Outcome.FAULT, Cause(f"{device}_failed", {"sentence": sentence}))
        case ev.StationSlept(t_s=t_s, seconds=seconds) if state.moving_phase:
            return stop(state, t_s, Outcome.FAULT, Cause("station_slept", {"seconds": round(seconds)}))
        case ev.AtRestConfirmed(t_s=t_s, by=by) if state.phase is Phase.STOPPING and not state.belt_is_read:
            # Without a wire the word of somebody who looked is all there is to know.
            return replace(state, phase=Phase.ENDED, phase_began_s=t_s, at_rest=by == "operator"), ()
        case ev.AtRestConfirmed(t_s=t_s) if state.phase is Phase.STOPPING and state.press_red_button:
            ended = replace(state, phase=Phase.ENDED, phase_began_s=t_s)
            return replace(ended, at_rest=rests(state.rest, t_s)), ()
        case ev.RunInterrupted(t_s=t_s):
            return replace(end(state, t_s, Outcome.INTERRUPTED, Cause("interrupted")), setpoint=None), ()
        case ev.AlarmAcknowledged(t_s=t_s, code=code, silenced=silenced):
            seen = (*(pair for pair in state.acknowledged if pair[0] != code), (code, t_s))
            return replace(state, acknowledged=seen, silenced=state.silenced | ({code} if silenced else set())), ()
        case ev.Marked() | ev.BloodPressureGiven():
            return noted(state, event), ()
        case ev.GaitSet(gait=gait):
            return replace(state, gait=gait), ()
        case ev.HandrailSet(held=held):
            return replace(state, handrail=held), ()
    match state.phase, event:
        case Phase.READY, ev.TestBegan(t_s=t_s, rest_over_time=over_time):
            return begin(state, t_s, rest_over_time=over_time)
        case Phase.READY, ev.CoolDownPressed(t_s=t_s, reason=reason):
            return end(state, t_s, Outcome.OPERATOR, cause_of(reason)), ()
        case (Phase.STARTING, ev.CoolDownPressed(t_s=t_s, reason=reason)):
            # Nothing has been walked that could be cooled down from: an ordinary ramp to off.
            ending = replace(state, outcome=Outcome.OPERATOR, reason=cause_of(reason), setpoint=None)
            return replace(ending, phase=Phase.STOPPING, phase_began_s=t_s), ()
        case (Phase.STAGES, ev.CoolDownPressed(t_s=t_s, reason=reason)):
            return cool_down(state, t_s, Outcome.OPERATOR, cause_of(reason)), ()
        case (Phase.COOL_DOWN, ev.RpeGiven()) if state.plan.session is not None:
            # Of the last bout: what it was like is asked for when it is over, and lowers nothing any more.
            return replace(state, bouts=replace(state.bouts, rated_index=bout_of(state))), ()
        case Phase.COOL_DOWN, ev.NextPressed(t_s=t_s):
            # Cooled down enough: the same ordinary ramp to off as at its planned end.
            return replace(state, phase=Phase.STOPPING, phase_began_s=t_s, setpoint=None), ()
        case Phase.STAGES, _:
            return operate(state, event), ()
    return state, ()

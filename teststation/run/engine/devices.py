"""What the belt and the strap say. Pure."""

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.ports import BeltState, TripReason
from teststation.run import events as ev
from teststation.run.commands import Step
from teststation.run.deck import watched
from teststation.run.engine.ending import ignored, stop
from teststation.run.engine.heart import awaited
from teststation.run.holds import hold
from teststation.run.noted import of_the_person
from teststation.run.record import Outcome
from teststation.run.rest import rests
from teststation.run.state import OFF_TARGET, HoldCause, Phase, RunState
from teststation.window import Window

REACHED_SHARE = 0.1  # a belt within 10 % or 0.3 km/h of its target has reached it
REACHED_KMH = 0.3
OFF_TARGET_KMH = 0.5


def read_belt(state: RunState, read: ev.BeltRead) -> Step:
    t_s = read.t_s
    state = replace(
        state,
        belt_state=read.state,
        measured_speed_kmh=read.measured_speed_kmh,
        measured_incline_pct=read.measured_incline_pct,
        sent_speed_kmh=read.sent_speed_kmh,
        deck_away=watched(
            state.deck_away,
            t_s,
            None if state.setpoint is None else state.setpoint.incline_pct,
            read.measured_incline_pct,
        ),
        off_target=_followed(state, read),
        belt_read_s=t_s,
        at_rest=read.at_rest,
        rest=state.rest.read(t_s, float(read.at_rest)),
    )
    if state.phase is Phase.STOPPING:
        if read.stop_ignored:
            state = ignored(state)
        if rests(state.rest, t_s):
            return replace(state, phase=Phase.ENDED, phase_began_s=t_s), ()
        if read.trip is not None and not state.tripped:
            return _trip(state, read)
        return state, ()
    if state.phase is Phase.READY:
        return state, ()
    if state.phase is Phase.STARTING and not state.armed:
        # What was read before the arming took effect may still show the trip of an earlier run.
        return replace(state, armed=read.state in (BeltState.ARMED, BeltState.MOVING)), ()
    if read.trip is not None:
        return _trip(state, read)
    if state.phase is Phase.STARTING and not state.guided and _reached(state, read):
        return enter_stages(state, t_s), ()
    return state, ()


def _followed(state: RunState, read: ev.BeltRead) -> Window:
    """What is known of how the belt follows its speed: nothing while it comes up, is asked for, or is to stop."""
    told = state.setpoint if state.phase in (Phase.STAGES, Phase.COOL_DOWN) and state.prompt is None else None
    if told is None:
        return OFF_TARGET
    if read.measured_speed_kmh is None:
        return state.off_target
    return state.off_target.read(read.t_s, float(abs(read.measured_speed_kmh - told.speed_kmh) > OFF_TARGET_KMH))


def enter_stages(state: RunState, t_s: float) -> RunState:
    ends_s = t_s + state.plan.stages[0].duration_s
    began = replace(state, phase=Phase.STAGES, phase_began_s=t_s, stage_began_s=t_s, stage_ends_s=ends_s)
    began = awaited(began, t_s)
    return hold(began, t_s, HoldCause.NOTED) if of_the_person(began) else began


def _trip(state: RunState, read: ev.BeltRead) -> Step:
    assert read.trip is not None
    if read.trip is TripReason.OPERATOR_STOP:
        return stop(state, read.t_s, Outcome.OPERATOR, Cause("stop_operator"))
    return stop(state, read.t_s, Outcome.FAULT, Cause(f"trip_{read.trip.value}", {"detail": read.trip_detail}))


def belt_fresh(state: RunState, t_s: float) -> bool:
    return state.belt_read_s is not None and t_s - state.belt_read_s <= state.timing.belt_fresh_s


def _reached(state: RunState, read: ev.BeltRead) -> bool:
    # A belt that is only armed and has a speed was set in motion by somebody else.
    if state.setpoint is None or read.measured_speed_kmh is None or read.state is not BeltState.MOVING:
        return False
    target_kmh = state.setpoint.speed_kmh
    return read.measured_speed_kmh >= target_kmh - max(REACHED_KMH, REACHED_SHARE * target_kmh)

"""A belt that the operator sets: the station asks for a load, and goes on when it is read back or confirmed. Pure.

What the treadmill reads counts, the operator's word counts for what it does not read, and for nothing else. While a
load is not set the stage's clock stands still.
"""

from msgspec.structs import replace

from teststation.ports import Setpoint
from teststation.run import events as ev
from teststation.run.holds import BARRED_BY, hold, release
from teststation.run.state import STRAYS, HoldCause, Phase, Prompt, RunState

# A console shows tenths of a km/h or a mile an hour, and half percents: one step beside the target is set.
SPEED_WITHIN_KMH = 0.2
INCLINE_WITHIN_PCT = 0.5
SEEN_FOR_S, SEEN_AMONG_S = 2.0, 3.0  # read so long, among so many seconds, a load is set
STRAYS_BY_KMH = 0.5
STRAYS_BY_PCT = 1.0
STRAYS_FOR_S, STRAYS_AMONG_S = 5.0, 7.5  # off so long, among so many seconds, it is set no longer

_WALKING = (Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN)


def guided(before: RunState, after: RunState, event: ev.AnyEvent) -> RunState:
    """The state after an event, with the prompt that belongs to it."""
    if not after.guided:
        return after
    if after.phase not in (*_WALKING, Phase.STOPPING):
        return replace(after, prompt=None)
    state = _stray(after, event) if isinstance(event, ev.BeltRead) else after
    state = _prompted(before, state, event.t_s)
    if state.prompt is None:
        return state
    match event:
        case ev.LoadConfirmed():
            state = replace(state, prompt=replace(state.prompt, said=True))
        case ev.BeltRead():
            state = replace(state, prompt=_looked_at(state, state.prompt, event.t_s))
    return _fulfilled(state, event.t_s)


def needs_word(state: RunState) -> bool:
    """Whether the standing prompt needs the operator's word, because the treadmill does not read all of it."""
    prompt = state.prompt
    if prompt is None or prompt.said:
        return False
    if prompt.setpoint is None:
        return not state.belt_is_read
    if not state.belt_is_read:
        return True
    return state.measured_speed_kmh is not None and state.measured_incline_pct is None


def _wanted(state: RunState) -> Setpoint | None:
    return state.setpoint if state.phase in _WALKING else None


def _prompted(before: RunState, state: RunState, t_s: float) -> RunState:
    wanted = _wanted(state)
    if state.prompt is not None and state.prompt.setpoint == wanted:
        return state
    walks = state.phase is Phase.STAGES
    new_stage = walks and (before.phase is not Phase.STAGES or before.stage_index != state.stage_index)
    asked = state.load_waits if state.prompt is None else state.prompt.begins_stage
    begins = new_stage or (walks and asked)
    if wanted == state.confirmed and wanted is not None:
        waits = begins and bool(state.holds & BARRED_BY)  # what is wanted now is not the stage's own load
        return _let_go(replace(state, prompt=None, load_waits=waits), t_s)
    since_s = state.stage_began_s if new_stage else t_s
    state = replace(state, prompt=Prompt(wanted, since_s, begins_stage=begins), strays=STRAYS, load_waits=False)
    return hold(state, since_s, HoldCause.LOAD_NOT_SET) if walks else state


def _looked_at(state: RunState, prompt: Prompt, t_s: float) -> Prompt:
    if prompt.setpoint is not None and state.measured_speed_kmh is None:
        return replace(prompt, seen=prompt.seen.silent(t_s))  # what is not read is not seen to be set
    return replace(prompt, seen=prompt.seen.read(t_s, float(_matches(state, prompt.setpoint))))


def _matches(state: RunState, setpoint: Setpoint | None) -> bool:
    """Whether what is read of the belt is this load."""
    if setpoint is None:
        return state.at_rest
    speed_kmh, incline_pct = state.measured_speed_kmh, state.measured_incline_pct
    right_speed = speed_kmh is not None and abs(speed_kmh - setpoint.speed_kmh) <= SPEED_WITHIN_KMH
    right_incline = incline_pct is None or abs(incline_pct - setpoint.incline_pct) <= INCLINE_WITHIN_PCT
    return right_speed and right_incline


def _fulfilled(state: RunState, t_s: float) -> RunState:
    prompt = state.prompt
    assert prompt is not None
    if prompt.setpoint is None or needs_word(state):
        return state  # standstill is the engine's to judge
    if state.belt_is_read:
        seen = prompt.seen.last and prompt.seen.at_least(SEEN_FOR_S, t_s, SEEN_AMONG_S, bool)
        if not seen or state.measured_speed_kmh is None:
            return state
    set_now = replace(state, prompt=None, confirmed=prompt.setpoint, strays=STRAYS)
    if prompt.begins_stage and state.phase is Phase.STAGES:
        set_now = replace(set_now, stage_began_s=t_s)
    return _let_go(set_now, t_s)


def _let_go(state: RunState, t_s: float) -> RunState:
    return release(state, t_s, HoldCause.LOAD_NOT_SET)


def _stray(state: RunState, read: ev.BeltRead) -> RunState:
    """A belt that left its confirmed load for a while is asked for again."""
    load = state.confirmed
    if load is None or state.prompt is not None or read.measured_speed_kmh is None:
        return state
    off = abs(read.measured_speed_kmh - load.speed_kmh) > STRAYS_BY_KMH or (
        read.measured_incline_pct is not None and abs(read.measured_incline_pct - load.incline_pct) > STRAYS_BY_PCT
    )
    strays = state.strays.read(read.t_s, float(off))
    if not strays.at_least(STRAYS_FOR_S, read.t_s, STRAYS_AMONG_S, bool):
        return replace(state, strays=strays)
    return replace(state, confirmed=None)  # the prompt that follows looks anew

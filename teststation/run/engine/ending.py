"""How a run ends: cool-down, a latched stop, the end. Pure."""

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.ports import Setpoint
from teststation.run.commands import Step, StopBelt
from teststation.run.holds import come_to, stage_setpoint
from teststation.run.reasons import cause_of
from teststation.run.record import Outcome
from teststation.run.state import Phase, RunState


def cool_down(state: RunState, t_s: float, outcome: Outcome, reason: Cause) -> RunState:
    # Cooling down never speeds the belt up or lifts its deck, whatever the protocol says and wherever it is on its way.
    load, now = stage_setpoint(state, state.plan.cool_down), come_to(state)
    if now is not None:
        load = Setpoint(
            speed_kmh=min(load.speed_kmh, now.speed_kmh), incline_pct=min(load.incline_pct, now.incline_pct)
        )
    return replace(
        state,
        phase=Phase.COOL_DOWN,
        phase_began_s=t_s,
        setpoint=load,
        holds=frozenset(),
        held_since_s=None,
        notices=(),
        outcome=outcome,
        reason=reason,
    )


def stop(state: RunState, t_s: float, outcome: Outcome, reason: Cause) -> Step:
    """A stop that is latched, of a belt that may be moving."""
    if state.outcome is None:
        state = replace(state, outcome=outcome, reason=reason)
    elif outcome is Outcome.FAULT:
        state = _fault(state, reason)
    if state.phase is not Phase.STOPPING:
        state = replace(state, phase=Phase.STOPPING, phase_began_s=t_s)
    return replace(state, tripped=True, setpoint=None, holds=frozenset(), held_since_s=None, notices=()), (StopBelt(),)


def explained(state: RunState, reason: str) -> RunState:
    """Why the operator stopped, in place of that somebody did. How the run ended is changed by no word."""
    unsaid = state.outcome is Outcome.OPERATOR and state.reason == Cause("stop_operator")
    over = state.phase in (Phase.STOPPING, Phase.ENDED)
    return replace(state, reason=cause_of(reason)) if unsaid and over else state


def ignored(state: RunState) -> RunState:
    """The belt was told to stop and runs on: the operator has to, now, and however the test had ended it is a fault."""
    return _fault(replace(state, stop_ignored=True, press_red_button=True), Cause("stop_ignored"))


def _fault(state: RunState, reason: Cause) -> RunState:
    """The first reason stands, except that a fault is never hidden behind a planned end."""
    return state if state.outcome is Outcome.FAULT else replace(state, outcome=Outcome.FAULT, reason=reason)


def end(state: RunState, t_s: float, outcome: Outcome, reason: Cause) -> RunState:
    keep = state.outcome is not None
    return replace(
        state,
        phase=Phase.ENDED,
        phase_began_s=t_s,
        outcome=state.outcome if keep else outcome,
        reason=state.reason if keep else reason,
    )

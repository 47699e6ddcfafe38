"""Holding a stage's clock, and letting it go on: shared by the engine and by the guidance of the operator. Pure."""

from msgspec.structs import replace

from teststation.ports import Setpoint
from teststation.protocol.plan import StagePlan
from teststation.run.deck import Away
from teststation.run.state import HoldCause, Phase, RunState

BARRED_BY = frozenset({HoldCause.HR_LOST, HoldCause.LIMIT, HoldCause.NOTED})
BY_HAND = frozenset({HoldCause.OPERATOR, HoldCause.NOTED, HoldCause.LOAD_CHANGED})  # the operator's word ends these
HAIR_KMH = 0.05  # half of the smallest step there is


def stage_setpoint(state: RunState, stage: StagePlan) -> Setpoint:
    """A stage's load as the treadmill can do it; in a session, what that part of it has come to."""
    told = dict(state.bouts.loads).get(stage.part)
    if told is not None:
        return state.achievable(told)
    return state.achievable(Setpoint(speed_kmh=stage.speed_kmh, incline_pct=stage.incline_pct))


def come_to(state: RunState) -> Setpoint | None:
    """The load that is set, or as much of it as the belt has come to on its way up.

    That is what was last written to it, and what is read of its deck; of a belt that the operator sets, what was set
    and seen last.
    """
    now = state.setpoint
    if now is None:
        return None
    if state.guided:
        speed_kmh, incline_pct = now.speed_kmh, now.incline_pct
        if state.confirmed is not None:
            speed_kmh, incline_pct = state.confirmed.speed_kmh, state.confirmed.incline_pct
    else:
        speed_kmh, incline_pct = state.sent_speed_kmh or now.speed_kmh, now.incline_pct
        if state.measured_incline_pct is not None and isinstance(state.deck_away, Away):
            incline_pct = max(0.0, state.measured_incline_pct)  # one in its place is where it was set, however it reads
    return Setpoint(
        speed_kmh=speed_kmh if speed_kmh < now.speed_kmh - HAIR_KMH else now.speed_kmh,
        incline_pct=min(now.incline_pct, incline_pct),
    )


def stops_clock(state: RunState, cause: HoldCause) -> bool:
    """Whether the stage's clock stands still for this.

    In a session it does for the operator, and until a part's first load is set: nobody goes on with a hard bout for
    longer because a pulse is lost, a limit is asked about, a symptom is noted, or an easier load is waited for.
    """
    if state.plan.session is None or cause is HoldCause.OPERATOR:
        return True
    return cause is HoldCause.LOAD_NOT_SET and state.prompt is not None and state.prompt.begins_stage


def hold(state: RunState, t_s: float, cause: HoldCause) -> RunState:
    """Note why the load is not raised now, and stop the stage's clock where the cause does.

    Without a pulse, or with a limit or a symptom to be answered, a load that is still on its way goes no further up.
    """
    if cause in BARRED_BY and not state.holds & BARRED_BY:
        state = replace(state, setpoint=come_to(state))
    if not stops_clock(state, cause):
        return replace(state, holds=state.holds | {cause})
    since_s = t_s if state.held_since_s is None else state.held_since_s
    return replace(state, holds=state.holds | {cause}, held_since_s=since_s)


def release(state: RunState, t_s: float, cause: HoldCause) -> RunState:
    """Take one cause away. With the last, the clock goes on.

    The load is the plan's again as soon as no cause is left, or only the operator's hand on the way to a new load.
    """
    if cause not in state.holds:
        return state
    holds = state.holds - {cause}
    if state.phase is Phase.STAGES and holds <= {HoldCause.LOAD_NOT_SET}:
        state = replace(state, setpoint=stage_setpoint(state, state.stage))
    if any(stops_clock(state, other) for other in holds) or state.held_since_s is None:
        return replace(state, holds=holds)
    ends_s = state.stage_ends_s + (t_s - state.held_since_s)
    return replace(state, holds=holds, held_since_s=None, stage_ends_s=ends_s)

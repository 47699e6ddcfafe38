"""The pulse: there, lost, and back to stay. Pure.

It is lost with the first word that it is, and back only when it has been there for most of a while: a beat now and then
frees no stage and puts off no cool-down.
"""

from msgspec.structs import replace

from teststation.ports import HeartRateStatus
from teststation.protocol.plan import Plan
from teststation.pulse import possible
from teststation.run import events as ev
from teststation.run.absence import AWAY, AWAY_AMONG, away_left_s
from teststation.run.engine.limits import LONG_AMONG
from teststation.run.frozen import FROZEN_FOR_S, watched
from teststation.run.holds import hold, release
from teststation.run.remarks import remarked
from teststation.run.state import HoldCause, Phase, RunState, Timing
from teststation.window import Window

# Back: there for ten of the last fifteen seconds. So a short gap in a good pulse is over with the first beat after it,
# and a strap that gives one beat and falls silent, which a driver takes for a pulse for five seconds, is not back.
BACK_FOR_S, BACK_AMONG_S = 10.0, 15.0
THERE = 0.0


def first_pulse(plan: Plan, timing: Timing) -> Window:
    """The window of a run's pulse, with nothing read yet."""
    return Window(keeps_s=max(LONG_AMONG * plan.limits.hr_over_for_s, FROZEN_FOR_S), stands_s=timing.hr_fresh_s)


def read_heart(state: RunState, read: ev.HeartRateRead) -> RunState:
    """The state after a reading, or the news that there is none."""
    there = read.status is HeartRateStatus.OK and possible(read.bpm)
    status = HeartRateStatus.NO_READING if read.status is HeartRateStatus.OK and not there else read.status
    state = replace(
        state,
        hr_status=status,
        hr_bpm=read.bpm if there else None,
        hr_read_s=read.t_s,
        hr_contact=read.contact,
        hr_battery_pct=state.hr_battery_pct if read.battery_pct is None else read.battery_pct,
        hr_sensor=read.sensor or state.hr_sensor,
        hr_remarks=remarked(state.hr_remarks, read.flags, read.t_s),
    )
    if state.hr_bpm is None:
        return lose_heart(state, read.t_s)
    pulse = state.pulse.read(read.t_s, state.hr_bpm)
    frozen = watched(state.hr_frozen, pulse, state.load_rose_s, read.t_s)
    state = replace(state, pulse=pulse, hr_frozen=frozen)
    if state.phase is not Phase.STAGES:
        return replace(state, hr_lost_since_s=None)
    state = replace(state, absence=state.absence.read(read.t_s, THERE))
    back = state.absence.at_least(BACK_FOR_S, read.t_s, BACK_AMONG_S, lambda absent: absent == THERE)
    if not back:
        return state
    lost_s = state.hr_lost_since_s
    told = lost_s is not None and read.t_s - lost_s >= state.plan.limits.hr_lost_warn_s
    gap = (lost_s, read.t_s) if lost_s is not None and told else state.hr_gap
    return replace(release(state, read.t_s, HoldCause.HR_LOST), hr_lost_since_s=None, hr_gap=gap)


def lose_heart(state: RunState, t_s: float) -> RunState:
    """The state without a pulse: at once, whatever came before."""
    state = replace(state, hr_bpm=None, pulse=state.pulse.silent(t_s))
    if state.hr_lost_since_s is None:
        state = replace(state, hr_lost_since_s=t_s)
    if state.phase is not Phase.STAGES:
        return state
    return hold(replace(state, absence=state.absence.read(t_s, AWAY)), t_s, HoldCause.HR_LOST)


def still_told(state: RunState, t_s: float) -> RunState:
    """The state at ``t_s``: a driver tells that its strap is stale, and one that is frozen tells nothing."""
    shown_since_s = None if state.hr_bpm is None else state.hr_read_s
    if shown_since_s is not None and t_s - shown_since_s > state.timing.hr_fresh_s:
        return lose_heart(replace(state, hr_status=HeartRateStatus.STALE), t_s)
    return state


def awaited(state: RunState, t_s: float) -> RunState:
    """The state as the stages begin: a pulse that was away before has its time from now on, like one never seen."""
    fresh = Window(AWAY_AMONG * state.plan.limits.hr_lost_cool_down_s)
    if state.hr_bpm is None:
        return lose_heart(replace(state, hr_lost_since_s=None, absence=fresh), t_s)
    # One that is there now is taken to have been there, so that its first short gap is no longer than a later one.
    return replace(state, hr_lost_since_s=None, absence=fresh.read(t_s - BACK_AMONG_S, THERE))


def absent_too_long(state: RunState, t_s: float) -> bool:
    """Whether cool-down begins: not back since it was lost, or away for most of a while."""
    return away_left_s(state, t_s) <= 0.0

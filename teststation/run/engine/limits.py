"""The limits of effort: reached, announced, answered, and acting where nobody answers. Pure.

Each limit is its own: it has its own notice, and going on over it says nothing of another. A limit of the pulse counts
seconds over it among the last seconds with a reading, so that a strap that flickers does not switch it off.
"""

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.run.holds import hold, release
from teststation.run.state import HoldCause, LimitNotice, Override, RunState, TakenBack

PULSE = "limit_hr"
BORG = "limit_rpe"

# Over the limit for as long as the protocol says, among twice as many seconds: as long as it is over for half of them,
# its median is. What is steadily over is announced to the second, what flickers a little later.
AMONG = 2.0
# Over it for half of so many times as long, it is as well; such a notice is taken away by an answer alone. Whatever a
# pulse does that is over its limit for half of a minute, it ends in a notice that acts.
LONG_AMONG = 4.0
# Below: nothing over the limit in so much of the time that announces it. A single low reading is no recovery.
BELOW = 2 / 3
# A notice that went away by itself and comes back this soon is the same one: its time has run on. What is left of it,
# or a third of an answer's time where less is left, is shorter than it takes to be below: it will act or be answered.
SAME_NOTICE_S = 60.0
ANSWER_AGAIN_SHARE = 1 / 3
# Whoever goes on says that this person's limit lies higher than the formula's, which is known to 10.8 bpm (standard
# error of 211 - 0.64 * age; Nes 2013). A pulse that has risen by more since then is a new question.
AGAIN_BPM = 10.0


def watched(state: RunState, t_s: float) -> RunState:
    """The state with the notices that stand at ``t_s``: those that were reached, without those that are over."""
    standing = _notice(state, PULSE)
    if standing is None and _over(state, t_s):
        state = announced(state, t_s, Cause(PULSE, _pulse_values(state, t_s)))
        standing = _notice(state, PULSE)
    elif standing is not None and not standing.stays and _below(state, t_s):
        state = replace(without(state, t_s, PULSE), taken_back=TakenBack(standing.acts_at_s, t_s))
        standing = None
    if standing is not None:
        if not standing.stays and _over_for_long(state, t_s):
            standing = replace(standing, stays=True)
        state = _with(state, replace(standing, highest_bpm=_highest(state, standing, t_s)))
    borg = _override(state, BORG)
    # The next stage outlives what was answered in the last one, and so does one that is held or made longer: the last
    # answer is then asked about again, before any load comes. One below the limit since then is the end of it.
    last = state.rpe
    if borg is None or last is None or borg.holds(state.stage_index, t_s):
        return state
    if last >= state.plan.limits.rpe_max:
        state = announced(state, t_s, Cause(BORG, {"rpe": last}))
    return state


def borg_given(state: RunState, t_s: float, rpe: int) -> RunState:
    """The state after an answer of 6 to 20: at the limit it is announced, unless it was gone on over before."""
    state = replace(state, rpe=rpe)
    if rpe < state.plan.limits.rpe_max:
        return state
    answered = _override(state, BORG)
    if answered is not None and answered.holds(state.stage_index, t_s) and rpe <= answered.level:
        return state
    standing = _notice(state, BORG)
    if standing is None:
        return announced(state, t_s, Cause(BORG, {"rpe": rpe}))
    highest = max(rpe, round(float(standing.cause.values["rpe"])))
    return _with(state, replace(standing, cause=Cause(BORG, {"rpe": highest})))


def gone_on(state: RunState, t_s: float, limit: str) -> RunState:
    """The state after the operator went on over one limit, ``""``: over the one that is asked about."""
    notice = state.notice if not limit else _notice(state, limit)
    if notice is None:
        return state
    code = notice.cause.code
    # The stage's rest as it is planned now: holding the stage, or making it longer, makes no limit higher for longer.
    rest_s = max(state.stage_remaining_s(t_s), state.plan.limits.hr_over_for_s)
    level = float(notice.cause.values["bpm" if code == PULSE else "rpe"])
    given = Override(code, level, state.stage_index, t_s + rest_s)
    taken_back = None if code == PULSE else state.taken_back  # what comes now is a new question
    others = tuple(override for override in state.overrides if override.code != code)
    state = without(replace(state, overrides=(*others, given), taken_back=taken_back), t_s, code)
    # What stood behind it was not asked about until now.
    whole_s = t_s + state.plan.limits.hr_answer_within_s
    return replace(state, notices=tuple(replace(n, acts_at_s=max(n.acts_at_s, whole_s)) for n in state.notices))


def announced(state: RunState, t_s: float, cause: Cause) -> RunState:
    """With the notice that this limit is reached, once."""
    if _notice(state, cause.code) is not None:
        return state
    notice = LimitNotice(cause, _acts_at_s(state, t_s, cause.code))
    # What was seen or silenced was another notice of this limit: this one is heard.
    seen = tuple(pair for pair in state.acknowledged if pair[0] != cause.code)
    state = replace(state, acknowledged=seen, silenced=state.silenced - {cause.code})
    # No load is raised while it is not known whether the test goes on.
    return hold(replace(state, notices=(*state.notices, notice)), t_s, HoldCause.LIMIT)


def _acts_at_s(state: RunState, t_s: float, code: str) -> float:
    """When a notice that is made now acts."""
    whole_s = state.plan.limits.hr_answer_within_s
    before = state.taken_back
    if code != PULSE or before is None or t_s - before.at_s > SAME_NOTICE_S:
        return t_s + whole_s
    return max(before.acts_at_s, t_s + ANSWER_AGAIN_SHARE * whole_s)


def without(state: RunState, t_s: float, code: str) -> RunState:
    """Without this limit's notice. With the last one the stage goes on."""
    left = tuple(notice for notice in state.notices if notice.cause.code != code)
    state = replace(state, notices=left)
    return state if left else release(state, t_s, HoldCause.LIMIT)


def limit_bpm(state: RunState, t_s: float) -> float | None:
    """The limit of the pulse that is in force at ``t_s``; None where the pulse limits nothing."""
    if state.hr_limit_bpm is None:
        return None
    answered = _override(state, PULSE)
    if answered is None or not answered.holds(state.stage_index, t_s):
        return state.hr_limit_bpm
    return max(state.hr_limit_bpm, answered.level + AGAIN_BPM)


def _over(state: RunState, t_s: float) -> bool:
    """Over it of late, and not below since: one low reading is as little an end of it as a high one its beginning."""
    limit, for_s = limit_bpm(state, t_s), state.plan.limits.hr_over_for_s
    if limit is None or _below(state, t_s):
        return False
    lately = state.pulse.at_least(for_s, t_s, AMONG * for_s, lambda bpm: bpm > limit)
    return lately or _over_for_long(state, t_s)


def _over_for_long(state: RunState, t_s: float) -> bool:
    limit, among_s = limit_bpm(state, t_s), LONG_AMONG * state.plan.limits.hr_over_for_s
    return limit is not None and state.pulse.at_least(among_s / 2, t_s, among_s, lambda bpm: bpm > limit)


def _below(state: RunState, t_s: float) -> bool:
    limit, for_s = limit_bpm(state, t_s), BELOW * state.plan.limits.hr_over_for_s
    return limit is not None and state.pulse.at_least(for_s, t_s, for_s, lambda bpm: bpm <= limit)


def _pulse_values(state: RunState, t_s: float) -> dict[str, int | float | str]:
    limit = limit_bpm(state, t_s)
    assert limit is not None
    assert state.hr_limit_bpm is not None
    among_s = AMONG * state.plan.limits.hr_over_for_s
    bpm = state.pulse.median(t_s, among_s, lambda bpm: bpm > limit)
    assert bpm is not None
    return {"bpm": round(bpm), "limit": round(state.hr_limit_bpm)}


def _highest(state: RunState, standing: LimitNotice, t_s: float) -> int | None:
    """What the pulse has been at most, of what reached this limit and since: it is told though it has fallen again."""
    read = state.pulse.highest(t_s, AMONG * state.plan.limits.hr_over_for_s)
    known = [round(bpm) for bpm in (standing.highest_bpm, read) if bpm is not None]
    return max(known, default=None)


def _notice(state: RunState, code: str) -> LimitNotice | None:
    return next((notice for notice in state.notices if notice.cause.code == code), None)


def _override(state: RunState, code: str) -> Override | None:
    return next((override for override in state.overrides if override.code == code), None)


def _with(state: RunState, changed: LimitNotice) -> RunState:
    return replace(state, notices=tuple(changed if n.cause.code == changed.cause.code else n for n in state.notices))

"""What an operator notes of the person that speaks for ending the run: a symptom, or a blood pressure. Pure.

It is said at once and until the load comes down, and the load is raised no further until the operator goes on. Nothing
here stops anything: the operator decides.

Source: ACSM's reasons for ending an exercise test of adults at low risk: angina-like symptoms, shortness of breath,
wheezing, cramp, claudication, light-headed, confused, ataxic, pale, nauseous, cold or clammy, a changed rhythm; a
systolic pressure over 250 or a diastolic one over 115 mmHg; a systolic pressure that falls by more than 10 mmHg
while the load rises.
"""

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.run import events as ev
from teststation.run.holds import hold, release
from teststation.run.state import HoldCause, Phase, RunState

SYMPTOM = "symptom"  # the kind of such a mark
SYSTOLIC_MAX_MMHG, DIASTOLIC_MAX_MMHG = 250, 115
SYSTOLIC_FALL_MMHG = 10
_WALKED = (Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN)
_CODES = frozenset({"symptom_noted", "symptom_in_cool_down", "pressure_too_high", "pressure_fell"})


def noted(state: RunState, event: ev.Marked | ev.BloodPressureGiven) -> RunState:
    """The state with what was noted. One more is heard anew, whatever was acknowledged of those before it."""
    if isinstance(event, ev.Marked):
        if event.kind != SYMPTOM:
            return state
        after = replace(state, symptoms=(*state.symptoms, (event.text, event.t_s)))
    else:
        index = state.stage_index if event.stage_index is None else event.stage_index
        others = tuple(one for one in state.pressures if one[0] != index)
        read = (index, event.systolic_mmhg, event.diastolic_mmhg)
        after = replace(state, pressures=tuple(sorted((*others, read))))
    before, now = _said(state), _said(after)
    anew = {cause.code for cause in now if cause not in before}
    after = replace(
        after,
        acknowledged=tuple(pair for pair in after.acknowledged if pair[0] not in anew),
        silenced=after.silenced - anew,
    )
    if not now:
        return release(after, event.t_s, HoldCause.NOTED)  # a pressure that was mistyped
    return hold(after, event.t_s, HoldCause.NOTED) if anew and after.phase is Phase.STAGES else after


def of_the_person(state: RunState) -> tuple[Cause, ...]:
    """What was noted and speaks for ending the run, as long as its load has not come down since."""
    return _said(state)


def symptoms_noted(state: RunState, since_s: float = 0.0) -> str:
    """The symptoms that were noted, each once, in words; nothing where there are none, or once the run is over."""
    if state.phase not in _WALKED:
        return ""
    told = (text for text, at_s in state.symptoms if at_s >= since_s)
    return ", ".join(dict.fromkeys(text[:1].lower() + text[1:] for text in told))


def is_of_the_person(code: str) -> bool:
    """Whether an alarm is one of these."""
    return code in _CODES


def _said(state: RunState) -> tuple[Cause, ...]:
    if state.phase not in _WALKED:
        return ()
    cooling = state.phase is Phase.COOL_DOWN
    # What made somebody cool down has been answered by that.
    what = symptoms_noted(state, state.phase_began_s if cooling else 0.0)
    found: list[Cause] = []
    if what:
        found.append(Cause("symptom_in_cool_down" if cooling else "symptom_noted", {"what": what}))
    if cooling or not state.pressures:
        return tuple(found)
    index, systolic, diastolic = state.pressures[-1]
    if systolic > SYSTOLIC_MAX_MMHG or diastolic > DIASTOLIC_MAX_MMHG:
        read = {"systolic": systolic, "diastolic": diastolic}
        limits = {"systolic_max": SYSTOLIC_MAX_MMHG, "diastolic_max": DIASTOLIC_MAX_MMHG}
        found.append(Cause("pressure_too_high", {**read, **limits}))
    if len(state.pressures) > 1:
        earlier, before, _ = state.pressures[-2]
        if before - systolic > SYSTOLIC_FALL_MMHG and _harder(state, index, earlier):
            found.append(Cause("pressure_fell", {"before": before, "now": systolic}))
    return tuple(found)


def _harder(state: RunState, index: int, than: int) -> bool:
    """Whether one stage asks for more than another by the plan, in speed or incline, and for less in neither."""
    stages = state.plan.stages
    if not (0 <= than < len(stages) and 0 <= index < len(stages)):
        return False
    load, other = stages[index], stages[than]
    up = load.speed_kmh - other.speed_kmh, load.incline_pct - other.incline_pct
    return min(up) >= 0 and max(up) > 0

"""Which stages count, what each cost, and why a stage does not count."""

from collections.abc import Sequence

import numpy as np

from teststation.cause import Cause
from teststation.errors import OutOfRange
from teststation.physiology.error_budget import DOUBT_SD_BPM, RUNNING_COST_SD_ML, WALKING_COST_SD, budget
from teststation.physiology.extrapolation import HR_FROM_BPM, STAGES_MIN
from teststation.physiology.metabolic import (
    SURELY_RUNS_FROM_KMH,
    SURELY_WALKS_TO_KMH,
    vo2_ml_kg_min,
    with_handrail_ml_kg_min,
)
from teststation.physiology.observe import COVERAGE_MIN
from teststation.physiology.posterior import Efforts, Pulses
from teststation.physiology.result import StageObservation, StageResult
from teststation.pulse import limit_beside, told_beside
from teststation.subject import Gait, SessionLoad

MINUTE_S = 59.0
LONG_ENOUGH_S = 100.0  # two and a half time constants of oxygen uptake; a choice of this project


def select(observations: tuple[StageObservation, ...], hr_limit_bpm: float) -> tuple[StageResult, ...]:
    """Every stage with its oxygen uptake, whether the estimate uses it, and what is doubtful about it.

    A likelihood needs no window: a stage below 110 bpm, not steady or cut short counts, and counts for less. Between
    the speeds where walking and running are certain, a stage whose gait nobody stated counts only where there would be
    too few without it: the wrong equation is off by ten mL/kg/min there.
    """
    judged = tuple(_judge(seen, hr_limit_bpm) for seen in observations)
    doubtful = [stage.used and _gait_in_doubt(stage.observation) for stage in judged]
    if sum(stage.used for stage in judged) - sum(doubtful) < STAGES_MIN:
        return judged
    return tuple(
        StageResult(stage.observation, stage.vo2_ml_kg_min, used=False, excluded_because=Cause("gait_not_stated"))
        if in_doubt
        else stage
        for stage, in_doubt in zip(judged, doubtful, strict=True)
    )


def _gait_in_doubt(seen: StageObservation) -> bool:
    speed_kmh = seen.actual.speed_kmh
    if seen.gait_stated or seen.vo2_ml_kg_min is not None or speed_kmh is None:
        return False
    return SURELY_WALKS_TO_KMH < speed_kmh < SURELY_RUNS_FROM_KMH


def _judge(seen: StageObservation, hr_limit_bpm: float) -> StageResult:
    vo2, cause = uptake(seen)
    cause = _first_reason(seen) or cause
    used = cause is None and vo2 is not None
    return StageResult(
        observation=seen,
        vo2_ml_kg_min=vo2,
        used=used,
        excluded_because=cause,
        doubts=_doubts(seen, hr_limit_bpm) if used else (),
    )


def of_sessions(load: SessionLoad) -> Pulses:
    """Late intervals as one stage. Four minutes are short, and pulses drift from bout to bout: it is a doubted one.

    Nobody's maximum is bounded by it: a bout may be walked above the uptake that can be held.
    """
    running = RUNNING_COST_SD_ML / load.vo2_ml_kg_min
    return Pulses(
        vo2=np.array([load.vo2_ml_kg_min]),
        hr=np.array([load.hr_bpm]),
        cost_sd=np.array([running if load.gait is Gait.RUN else WALKING_COST_SD]),
        doubt_sd_bpm=np.array([DOUBT_SD_BPM]),
        walked=np.zeros(1),
    )


def pulses(stages: Sequence[StageResult]) -> Pulses:
    """The used stages as the posterior reads them."""
    used = [stage for stage in stages if stage.used]
    sizes = budget(used)
    return Pulses(
        vo2=np.array([stage.vo2_ml_kg_min for stage in used], dtype=float),
        hr=np.array([stage.observation.hr_bpm for stage in used], dtype=float),
        cost_sd=np.array(sizes.uptake_sd, dtype=float),
        doubt_sd_bpm=np.array(sizes.doubt_sd_bpm, dtype=float),
        walked=np.array([not any(doubt.code == "cut_short" for doubt in stage.doubts) for stage in used], dtype=float),
    )


def efforts(stages: Sequence[StageResult]) -> Efforts:
    """The answers on Borg's scale to stages that were walked, whatever their pulse."""
    answered = [
        stage
        for stage in stages
        if stage.vo2_ml_kg_min is not None
        and stage.observation.rpe is not None
        and not stage.observation.habituation
        and not too_short(stage.observation)
        and not (stage.excluded_because is not None and stage.excluded_because.code == "gait_not_stated")
    ]
    return Efforts(
        vo2=np.array([stage.vo2_ml_kg_min for stage in answered], dtype=float),
        rpe=np.array([stage.observation.rpe for stage in answered], dtype=float),
        cost_sd=np.array(budget(answered).uptake_sd, dtype=float),
    )


def uptake(seen: StageObservation) -> tuple[float | None, Cause | None]:
    """Measured uptake where there is one, else the equations'; None with the reason where neither can tell."""
    if seen.vo2_ml_kg_min is not None:
        return seen.vo2_ml_kg_min, None
    load = seen.actual
    if load.speed_kmh is None or load.incline_pct is None:
        return None, Cause("no_load")
    try:
        vo2 = vo2_ml_kg_min(load.speed_kmh, load.incline_pct, seen.gait)
    except OutOfRange:
        return None, Cause("load_outside_equations", {"speed": round(load.speed_kmh, 1)})
    return (with_handrail_ml_kg_min(vo2) if seen.handrail else vo2), None


def too_short(seen: StageObservation) -> bool:
    """Whether the load was walked for so short a time that nothing followed it: cut off early, or under a minute."""
    walked_s = seen.actual.duration_s
    if walked_s is None:
        return not seen.duration_ok
    return walked_s < (MINUTE_S if seen.duration_ok else LONG_ENOUGH_S)


def _first_reason(seen: StageObservation) -> Cause | None:
    if seen.habituation:
        return Cause("habituation")
    if too_short(seen):
        return Cause("not_finished")
    if seen.pulse_frozen:
        return Cause("pulse_frozen")
    if seen.hr_bpm is None:
        return Cause("no_pulse")
    if seen.hr_coverage is not None and seen.hr_coverage < COVERAGE_MIN:
        return Cause("coverage", {"percent": round(100 * seen.hr_coverage)})
    return None


def _doubts(seen: StageObservation, hr_limit_bpm: float) -> tuple[Cause, ...]:
    """What is said of a stage that counts. All but the last widen what it says (``error_budget``)."""
    found: list[Cause] = []
    walked_s = seen.actual.duration_s
    if not seen.duration_ok or (walked_s is not None and walked_s < LONG_ENOUGH_S):
        found.append(Cause("cut_short"))
    if seen.steady is False:
        found.append(Cause("not_steady"))
    if seen.hr_bpm is not None and seen.hr_bpm < HR_FROM_BPM:
        found.append(Cause("pulse_below", {"bpm": told_beside(seen.hr_bpm, HR_FROM_BPM), "limit": round(HR_FROM_BPM)}))
    if seen.hr_bpm is not None and seen.hr_bpm > hr_limit_bpm:
        told, limit = told_beside(seen.hr_bpm, hr_limit_bpm), limit_beside(seen.hr_bpm, hr_limit_bpm)
        found.append(Cause("pulse_above", {"bpm": told, "limit": limit}))
    return tuple(found)

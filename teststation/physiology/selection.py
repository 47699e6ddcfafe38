"""Which stages count, what each cost, and why a stage does not count."""

from collections.abc import Sequence

import numpy as np

from teststation.cause import Cause
from teststation.errors import OutOfRange
from teststation.physiology.error_budget import budget
from teststation.physiology.extrapolation import HR_FROM_BPM, STAGES_MIN
from teststation.physiology.likelihood import UsableStages
from teststation.physiology.metabolic import (
    SURELY_RUNS_FROM_KMH,
    SURELY_WALKS_TO_KMH,
    vo2_ml_kg_min,
    with_handrail_ml_kg_min,
)
from teststation.physiology.observe import COVERAGE_MIN
from teststation.physiology.result import StageObservation, StageResult


def select(observations: tuple[StageObservation, ...], hr_limit_bpm: float) -> tuple[StageResult, ...]:
    """Every stage with its oxygen uptake, and whether the headline uses it: steady, whole, 110 bpm to the limit.

    Between the speeds where walking and running are certain, a stage whose gait nobody stated counts only where the
    line could not be drawn without it: the wrong equation is off by ten mL/kg/min there.
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
    cause = _first_reason(seen, hr_limit_bpm) or cause
    return StageResult(
        observation=seen, vo2_ml_kg_min=vo2, used=cause is None and vo2 is not None, excluded_because=cause
    )


def usable(stages: Sequence[StageResult], hr_max_see_bpm: float) -> UsableStages:
    """The used stages as the line and the likelihood read them."""
    used = [stage for stage in stages if stage.used]
    return UsableStages(
        vo2=np.array([stage.vo2_ml_kg_min for stage in used], dtype=float),
        hr=np.array([stage.observation.hr_bpm for stage in used], dtype=float),
        budget=budget(hr_max_see_bpm, used),
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


def _first_reason(seen: StageObservation, hr_limit_bpm: float) -> Cause | None:
    if seen.habituation:
        return Cause("habituation")
    if not seen.duration_ok:
        return Cause("not_finished")
    if seen.pulse_frozen:
        return Cause("pulse_frozen")
    if seen.hr_bpm is None:
        return Cause("no_pulse")
    if seen.hr_coverage is not None and seen.hr_coverage < COVERAGE_MIN:
        return Cause("coverage", {"percent": round(100 * seen.hr_coverage)})
    if seen.steady is False:
        return Cause("not_steady")
    if seen.hr_bpm < HR_FROM_BPM:
        return Cause("pulse_below", {"bpm": round(seen.hr_bpm), "limit": round(HR_FROM_BPM)})
    if seen.hr_bpm > hr_limit_bpm:
        return Cause("pulse_above", {"bpm": round(seen.hr_bpm), "limit": round(hr_limit_bpm)})
    return None

"""Which stages count, what each cost, and why a stage does not count."""

from teststation.cause import Cause
from teststation.errors import OutOfRange
from teststation.physiology.extrapolation import HR_FROM_BPM
from teststation.physiology.metabolic import vo2_ml_kg_min, with_handrail_ml_kg_min
from teststation.physiology.observe import COVERAGE_MIN
from teststation.physiology.result import StageObservation, StageResult


def select(observations: tuple[StageObservation, ...], hr_limit_bpm: float) -> tuple[StageResult, ...]:
    """Every stage with its oxygen uptake, and whether the headline uses it: steady, whole, 110 bpm to the limit."""
    return tuple(_judge(seen, hr_limit_bpm) for seen in observations)


def _judge(seen: StageObservation, hr_limit_bpm: float) -> StageResult:
    vo2, cause = _uptake(seen)
    cause = _first_reason(seen, hr_limit_bpm) or cause
    return StageResult(
        observation=seen, vo2_ml_kg_min=vo2, used=cause is None and vo2 is not None, excluded_because=cause
    )


def _uptake(seen: StageObservation) -> tuple[float | None, Cause | None]:
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

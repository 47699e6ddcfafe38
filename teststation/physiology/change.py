"""Is the change real? Both tests under one HRmax, whose error then cancels; what is left is the typical error.

Typical error 1.9 mL/kg/min; 80 % threshold 3.4, 95 % threshold 5.2, from a 7-person retest study (limits of agreement
± 5.2), checked against 2 bpm stage noise with a 2 bpm day shift (1.6).
"""

from statistics import fmean

from teststation.cause import Cause
from teststation.physiology.result import Assessment, Change, StageResult
from teststation.run.record import RunRecord

TYPICAL_ERROR = 1.9
POSSIBLE_FROM = 3.4
REAL_FROM = 5.2
WEIGHT_JUMP_SHARE = 0.05  # a choice of this project
SAME_SPEED_KMH, SAME_INCLINE_PCT = 0.15, 0.3


def wording(change_ml_kg_min: float) -> str:
    """``within_error``, ``possible`` (80 %) or ``real`` (95 %)."""
    size = abs(change_ml_kg_min)
    return "real" if size > REAL_FROM else "possible" if size >= POSSIBLE_FROM else "within_error"


def compare_tests(
    now: Assessment, run: RunRecord, before: Assessment, earlier_run: RunRecord, earlier_id: str
) -> Change | None:
    """The change from ``before`` to ``now``, which must rest on one HRmax. None where either has no number."""
    value, earlier = (test.estimates["extrapolation"].vo2max_ml_kg_min for test in (now, before))
    if value is None or earlier is None:
        return None
    difference = value - earlier
    return Change(
        earlier_test_id=earlier_id,
        earlier_started_at=earlier_run.started_at,
        change_ml_kg_min=difference,
        typical_error_ml_kg_min=TYPICAL_ERROR,
        low=difference - REAL_FROM,
        high=difference + REAL_FROM,
        wording=wording(difference),
        pulse_at_equal_load_bpm=_pulse_at_equal_load(now.stages, before.stages),
        not_comparable=_differences(run, earlier_run),
    )


def _pulse_at_equal_load(now: tuple[StageResult, ...], before: tuple[StageResult, ...]) -> float | None:
    pairs = [
        a.observation.hr_bpm - b.observation.hr_bpm
        for a in now
        for b in before
        if a.used and b.used and a.observation.hr_bpm is not None and b.observation.hr_bpm is not None and _same(a, b)
    ]
    return fmean(pairs) if pairs else None


def _same(a: StageResult, b: StageResult) -> bool:
    one, other = a.observation.actual, b.observation.actual
    if None in (one.speed_kmh, one.incline_pct, other.speed_kmh, other.incline_pct):
        return False
    same_speed = abs((one.speed_kmh or 0) - (other.speed_kmh or 0)) <= SAME_SPEED_KMH
    return same_speed and abs((one.incline_pct or 0) - (other.incline_pct or 0)) <= SAME_INCLINE_PCT


def _differences(run: RunRecord, earlier: RunRecord) -> tuple[Cause, ...]:
    found: list[Cause] = []
    if (run.plan.id, run.plan.sha256) != (earlier.plan.id, earlier.plan.sha256):
        found.append(Cause("differs_protocol", {"now": run.plan.title, "before": earlier.plan.title}))
    elif run.plan.speed_name != earlier.plan.speed_name:
        found.append(Cause("differs_speed"))
    if run.heart_rate.partition(":")[0] != earlier.heart_rate.partition(":")[0]:
        found.append(Cause("differs_heart_rate"))
    if run.subject.beta_blocker != earlier.subject.beta_blocker:
        found.append(Cause("differs_medication"))
    if any(s.handrail for s in run.stages) != any(s.handrail for s in earlier.stages):
        found.append(Cause("differs_handrail"))
    if abs(run.subject.weight_kg / earlier.subject.weight_kg - 1) > WEIGHT_JUMP_SHARE:
        found.append(
            Cause("differs_weight", {"now": round(run.subject.weight_kg), "before": round(earlier.subject.weight_kg)})
        )
    return tuple(found)

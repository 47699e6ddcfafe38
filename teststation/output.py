"""The result as the command line's JSON object: a fixed contract that other programs rely on.

Numbers are numbers, never strings; what is absent is null. Sentences are English.
"""

from typing import Any

from teststation import __version__
from teststation.cause import Cause
from teststation.physiology.result import Assessment, Estimate, Load, StageResult
from teststation.run.record import RunRecord
from teststation.texts import texts

JsonObject = dict[str, Any]


def run_object(run: RunRecord, assessment: Assessment) -> JsonObject:
    """The object of a run: the estimate with its test and its link."""
    estimate = estimate_object(assessment)
    return {
        "version": estimate.pop("version"),
        "test": {
            "id": run.id,
            "protocol": {"id": run.plan.id, "sha256": run.plan.sha256},
            "started_at": run.started_at,
            "outcome": None if run.outcome is None else run.outcome.value,
            "reason": _say(run.reason),
            "belt_at_rest": run.belt_at_rest,
        },
        **estimate,
        "link": {
            "worst_gap_ms": round(run.link.worst_gap_ms, 1),
            "commands": run.link.commands,
            "retries": run.link.retries,
        },
    }


def estimate_object(assessment: Assessment) -> JsonObject:
    """The object without ``test`` and ``link``: what ``analyse`` prints."""
    hr_max = assessment.hr_max
    age = assessment.fitness_age
    reference = assessment.reference
    return {
        "version": __version__,
        "algorithm_version": assessment.algorithm_version,
        "stages": [_stage(stage) for stage in assessment.stages],
        "hr_max": {
            "bpm": _round(hr_max.bpm, 1),
            "source": hr_max.source,
            "see_bpm": _round(hr_max.see_bpm, 1),
            "question": _say(hr_max.question),
            "rpe_check_bpm": _round(hr_max.rpe_check_bpm, 1),
        },
        "estimates": {name: _estimate(estimate) for name, estimate in assessment.estimates.items()},
        "headline": assessment.headline,
        "error_budget": [
            {"name": term.name, "sd_ml_kg_min": _round(term.sd_ml_kg_min, 2), "source": term.source}
            for term in assessment.error_budget
        ],
        "fitness_age": None
        if age is None
        else {
            "years": _round(age.years, 1),
            "low": _round(age.low, 1),
            "high": _round(age.high, 1),
            "capped": age.capped,
        },
        "reference": None
        if reference is None
        else {
            "source": reference.source,
            "expected_ml_kg_min": _round(reference.expected_ml_kg_min, 1),
            "percent_of_expected": _round(reference.percent_of_expected, 1),
            "percentile": _round(reference.percentile, 1),
        },
    }


def _stage(stage: StageResult) -> JsonObject:
    seen = stage.observation
    return {
        "index": seen.index,
        "name": seen.name,
        "planned": None if seen.planned is None else _load(seen.planned),
        "actual": _load(seen.actual),
        "hr_bpm": _round(seen.hr_bpm, 1),
        "hr_coverage": _round(seen.hr_coverage, 3),
        "steady": seen.steady,
        "rpe": seen.rpe,
        "vo2_ml_kg_min": _round(stage.vo2_ml_kg_min, 2),
        "used": stage.used,
        "excluded_because": _say(stage.excluded_because),
    }


def _load(load: Load) -> JsonObject:
    return {
        "duration_s": _round(load.duration_s, 1),
        "speed_kmh": _round(load.speed_kmh, 2),
        "incline_pct": _round(load.incline_pct, 2),
    }


def _estimate(estimate: Estimate) -> JsonObject:
    return {
        "status": estimate.status,
        "why": _say(estimate.why),
        "vo2max_ml_kg_min": _round(estimate.vo2max_ml_kg_min, 2),
        "low": _round(estimate.low, 2),
        "high": _round(estimate.high, 2),
        "r2": _round(estimate.r2, 4),
        "n_stages": estimate.n_stages,
    }


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


def _say(cause: Cause | None) -> str | None:
    return None if cause is None else texts("en").say(cause)

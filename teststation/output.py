"""The result as the command line's JSON object: a fixed contract that other programs rely on.

Numbers are numbers, never strings; what is absent is null. Sentences are English.
"""

from typing import TYPE_CHECKING, Any

from teststation import __version__
from teststation.cause import Cause
from teststation.physiology.advice import Advice, advise, symptom_words
from teststation.physiology.course import Course, course
from teststation.physiology.prescription import prescribe, zones
from teststation.physiology.reference import in_twentieths
from teststation.physiology.result import (
    Assessment,
    Change,
    Estimate,
    HrMax,
    Limits,
    Load,
    Outlook,
    ReferenceComparison,
    StageResult,
)
from teststation.run.orders import Order
from teststation.run.record import RunRecord
from teststation.subject import SessionLoad
from teststation.texts import texts
from teststation.training.session.evidence import Learned
from teststation.training.session.result import SessionResult
from teststation.units import ML_KG_MIN_PER_MET

if TYPE_CHECKING:  # an estimate from a table reads nothing of a record from the disk
    from teststation.records.tests.signature import Signature

JsonObject = dict[str, Any]


def run_object(run: RunRecord, assessment: Assessment, signature: "Signature | None" = None) -> JsonObject:
    """The object of a run: the estimate with its test, its marks, its link, and who stands for it."""
    estimate = estimate_object(assessment, run)
    return {
        "version": estimate.pop("version"),
        "test": {
            "id": run.id,
            "protocol": {"id": run.plan.id, "sha256": run.plan.sha256},
            "started_at": run.started_at,
            "outcome": None if run.outcome is None else run.outcome.value,
            "reason": None if run.reason is None else texts("en").told(run.reason),
            "belt_at_rest": run.belt_at_rest,
            "demo": run.demo,
            "belt_check": None
            if run.belt_check is None
            else {
                "day": run.belt_check.day,
                "method": run.belt_check.method,
                "error_pct": _round(run.belt_check.error_pct, 2),
            },
        },
        "subject": {
            "age_years": _round(run.subject.age_years, 2),
            "weight_kg": _round(run.subject.weight_kg, 1),
            "height_cm": _round(run.subject.height_cm, 1),
            "resting_hr_bpm": _round(run.subject.resting_hr_bpm, 1),
            "resting_systolic_mmhg": run.subject.resting_systolic_mmhg,
            "resting_diastolic_mmhg": run.subject.resting_diastolic_mmhg,
            "waist_cm": _round(run.subject.waist_cm, 1),
            "activity_index": _round(run.subject.activity_index, 2),
            **_session_load(run.subject.session_load),
        },
        "course": _course(course(run, assessment)),
        **estimate,
        **({"symptoms_told_after": list(run.symptoms_told)} if run.symptoms_told else {}),
        "marks": [{"t_s": _round(mark.t_s, 1), "kind": mark.kind, "text": mark.text} for mark in run.marks],
        "comment": None if signature is None else signature.comment,
        "signature": None if signature is None else _signature(signature),
        "orders": [_order(one) for one in run.orders],
        "link": {
            "worst_gap_ms": round(run.link.worst_gap_ms, 1),
            "commands": run.link.commands,
            "retries": run.link.retries,
        },
    }


def session_object(
    run: RunRecord, found: SessionResult, learned: Learned | None = None, signature: "Signature | None" = None
) -> JsonObject:
    """The object of an interval session: what it came to, with its bouts, its peak and what that says of HRmax."""
    symptoms = symptom_words(run, texts("en"))
    # What an earlier version proposed after a symptom is proposed no more.
    peak, load = found.peak, None if symptoms else found.next_load
    return {
        "version": __version__,
        "session": {
            "id": run.id,
            "protocol": {"id": run.plan.id, "sha256": run.plan.sha256},
            "started_at": run.started_at,
            "outcome": None if run.outcome is None else run.outcome.value,
            "reason": _say(run.reason),
            "belt_at_rest": run.belt_at_rest,
            "demo": run.demo,
            "steered_by": found.steered_by,
            "algorithm_version": found.algorithm_version,
        },
        "bouts_planned": found.bouts_planned,
        "bouts_done": found.bouts_done,
        "bouts_reached": found.bouts_reached,
        "minutes": _round(found.minutes, 1),
        "distance_m": _round(found.distance_m, 0),
        "climbed_m": _round(found.climbed_m, 0),
        "band": {
            "low_bpm": _round(found.hr_low_bpm, 1),
            "high_bpm": _round(found.hr_high_bpm, 1),
            "hr_max_bpm": _round(found.hr_max_bpm, 1),
            "in_band_s": found.in_band_s,
        },
        "bouts": [
            {
                "number": bout.number,
                "whole": bout.whole,
                "duration_s": _round(bout.ended_s - bout.began_s, 1),
                "speed_kmh": bout.speed_kmh,
                "incline_pct": bout.incline_pct,
                "rpe": bout.rpe,
                "third_minute_bpm": _round(bout.third_minute_bpm, 1),
                "last_two_bpm": _round(bout.last_two_bpm, 1),
                "peak_bpm": bout.peak_bpm,
                "in_band_s": bout.in_band_s,
                "reached": bout.reached,
                "fell_bpm": _round(bout.fell_bpm, 1),
            }
            for bout in found.bouts
        ],
        "peak": None
        if peak is None
        else {"bpm": peak.bpm, "bout": peak.bout, "at_s": _round(peak.at_s, 1), "all_out": peak.all_out},
        "peak_refused": [_say(cause) for cause in found.peak_refused],
        "highest_read_bpm": found.highest_read_bpm,
        "hr_max": None
        if learned is None
        else {
            "before": _maximum(learned.before),
            "after": _maximum(learned.after),
            "narrower_pct": learned.narrower_pct,
        },
        "next_load": None
        if load is None
        else {
            "speed_kmh": load.speed_kmh,
            "incline_pct": load.incline_pct,
            "gait": load.gait.value,
            "why": _say(load.cause),
            "harder_speed_kmh": load.harder_speed_kmh,
            "harder_incline_pct": load.harder_incline_pct,
        },
        "symptoms": list(symptoms),
        "marks": [{"t_s": _round(mark.t_s, 1), "kind": mark.kind, "text": mark.text} for mark in run.marks],
        "comment": None if signature is None else signature.comment,
        "signature": None if signature is None else _signature(signature),
        "link": {
            "worst_gap_ms": round(run.link.worst_gap_ms, 1),
            "commands": run.link.commands,
            "retries": run.link.retries,
        },
    }


def _maximum(hr_max: HrMax) -> JsonObject:
    sd = hr_max.reckoned_sd_bpm or hr_max.see_bpm
    return {"bpm": _round(hr_max.bpm, 1), "source": hr_max.source, "sd_bpm": _round(sd, 1), "on": hr_max.measured_on}


def _order(one: Order) -> JsonObject:
    """A load that was asked of the belt, and what became of it."""
    numbers = {name: _round(getattr(one, name), 2) for name in Order.__struct_fields__}
    return {**numbers, "t_s": _round(one.t_s, 1), "reached_after_s": _round(one.reached_after_s, 1)}


def _session_load(load: SessionLoad | None) -> JsonObject:
    """The late intervals that counted as a stage; without any, no key."""
    if load is None:
        return {}
    return {
        "session_load": {
            "vo2_ml_kg_min": _round(load.vo2_ml_kg_min, 1),
            "hr_bpm": _round(load.hr_bpm, 1),
            "gait": load.gait.value,
            "bouts": load.bouts,
            "on": load.on,
        }
    }


def _course(seen: Course) -> JsonObject:
    """What the samples tell of the test as a whole; a fall of pulse is negative."""
    return {
        "peak_hr_bpm": _round(seen.peak_hr_bpm, 1),
        "peak_share": _round(seen.peak_share, 4),
        "walked_s": _round(seen.walked_s, 1),
        "peak_met": _round(seen.peak_met, 2),
        "recovery_bpm": _round(seen.recovery_bpm, 1),
    }


def _signature(signature: "Signature") -> JsonObject:
    return {
        "name": signature.user_name,
        "role": signature.user_role,
        "signed_at": signature.signed_at,
        "number": signature.number,
        "amended_because": signature.reason if signature.is_amendment else None,
    }


def estimate_object(assessment: Assessment, run: RunRecord | None = None) -> JsonObject:
    """The object without ``test`` and ``link``: what ``analyse`` prints. How a run ended says what may be advised."""
    advice = advise(run, assessment)
    hr_max = assessment.hr_max
    variance = sum(term.sd_ml_kg_min**2 for term in assessment.error_budget)
    age = assessment.fitness_age
    reference = assessment.reference
    return {
        "version": __version__,
        "algorithm_version": assessment.algorithm_version,
        "stages": [_stage(stage, hr_max.bpm) for stage in assessment.stages],
        "hr_max": {
            "bpm": _round(hr_max.bpm, 1),
            "source": hr_max.source,
            "see_bpm": _round(hr_max.see_bpm, 1),
            "question": _say(hr_max.question),
            "rpe_check_bpm": _round(hr_max.rpe_check_bpm, 1),
            "measured_on": hr_max.measured_on,
            "reckoned_bpm": _round(hr_max.reckoned_bpm, 1),
            "reckoned_sd_bpm": _round(hr_max.reckoned_sd_bpm, 1),
            "reckoned_source": hr_max.reckoned_source,
        },
        "hr_limit_bpm": _round(assessment.hr_limit_bpm, 1),
        "estimates": {name: _estimate(estimate) for name, estimate in assessment.estimates.items()},
        "headline": assessment.headline,
        "error_budget": [
            {
                "name": term.name,
                "sd_ml_kg_min": _round(term.sd_ml_kg_min, 2),
                "share": _round(term.sd_ml_kg_min**2 / variance, 4),
                "source": term.source,
            }
            for term in assessment.error_budget
        ],
        "outlook": None if assessment.outlook is None else _outlook(assessment.outlook),
        "change": None if assessment.change is None else _change(assessment.change),
        "since_first": None if assessment.since_first is None else _change(assessment.since_first),
        "fitness_age": None
        if age is None
        else {
            # Beyond the table nobody knows how many: "over 80" is no 80.
            "years": _round(age.years, 1) if age.capped == "none" else None,
            "low": _round(age.low, 1),
            "high": _round(age.high, 1),
            "likely_low": _round(age.likely_low, 1),
            "likely_high": _round(age.likely_high, 1),
            "capped": age.capped,
        },
        "fitness_age_withheld": _say(assessment.fitness_age_withheld),
        "limits": None if assessment.limits is None else _limits(assessment.limits),
        "reference": None if reference is None else _reference(reference),
        "advice": {
            "allowed": list(advice.allowed),
            "withheld_because": _say(advice.withheld_because),
            **({} if advice.waits is None else {"hard_training_waits": _say(advice.waits)}),
        },
        "training": _training(run, assessment, advice),
        "zones": _zones(assessment, advice),
        "second_reference": None if assessment.second_reference is None else _reference(assessment.second_reference),
    }


def _training(run: RunRecord | None, assessment: Assessment, advice: Advice) -> JsonObject | None:
    """The session as the page tells it, with the pulse and the incline in the middle of what it aims at."""
    told = prescribe(run, assessment, advice)
    if told is None:
        return None
    load = told.load
    return {
        "hr_low_bpm": told.hr_low_bpm,
        "hr_high_bpm": told.hr_high_bpm,
        "hr_target_bpm": _round(told.hr_target_bpm, 1),
        "borg_low": told.borg_low,
        "borg_high": told.borg_high,
        "speed_kmh": None if load is None else load.speed_kmh,
        "incline_pct": None if load is None else load.incline_pct,
        "incline_low_pct": None if load is None else load.incline_low_pct,
        "incline_high_pct": None if load is None else load.incline_high_pct,
        "gait": None if load is None else load.gait.value,
        "easy_speed_kmh": None if load is None else load.easy_speed_kmh,
        "easy_incline_pct": None if load is None else load.easy_incline_pct,
        "handrail_in_test": None if load is None else load.handrail,
        "less_than_aimed_at": None if load is None else load.short,
        "warm_up_min": told.warm_up_min,
        "bouts": told.bouts,
        "bout_min": told.bout_min,
        "pause_min": told.pause_min,
        "cool_down_min": told.cool_down_min,
        "minutes": told.minutes,
        "times_a_week_low": told.times_low,
        "times_a_week_high": told.times_high,
        "brake_borg": told.brake_borg,
        "brake_incline_pct": told.brake_incline_pct,
    }


def _zones(assessment: Assessment, advice: Advice) -> list[JsonObject] | None:
    """The intensity zones as the page tells them; None where it tells none."""
    told = [
        {
            "name": zone.name,
            "hr_low_bpm": zone.hr_low_bpm,
            "hr_high_bpm": zone.hr_high_bpm,
            "borg_low": zone.borg_low,
            "borg_high": zone.borg_high,
        }
        for zone in zones(assessment, advice)
    ]
    return told or None


def _reference(reference: ReferenceComparison) -> JsonObject:
    return {
        "source": reference.source,
        "expected_ml_kg_min": _round(reference.expected_ml_kg_min, 1),
        "percent_of_expected": _round(reference.percent_of_expected, 1),
        "percentile": _round(reference.percentile, 1),
        "probability_below": _round(reference.probability_below, 3),
        "twentieths": None if reference.probability_below is None else in_twentieths(reference.probability_below)[1],
        "percent_likely_low": _round(reference.percent_likely_low, 1),
        "percent_likely_high": _round(reference.percent_likely_high, 1),
    }


def _limits(limits: Limits) -> JsonObject:
    return {
        "largest": limits.largest,
        "share": _round(limits.share, 3),
        "remedy": limits.remedy,
        "half_width_ml_kg_min": _round(limits.half_width, 2),
        "half_width_then_ml_kg_min": _round(limits.half_width_then, 2),
    }


def _outlook(outlook: Outlook) -> JsonObject:
    return {
        "advice": outlook.advice,
        "width_now_ml_kg_min": _round(outlook.width_now, 2),
        "width_next_ml_kg_min": _round(outlook.width_next, 2),
        "next_hr_bpm": _round(outlook.next_hr_bpm, 1),
    }


def _change(change: Change) -> JsonObject:
    age = change.fitness_age
    if age is not None and age.capped != "none":
        age = None  # beyond the table the years are not known
    told = change.told(2)
    return {
        "earlier_test_id": change.earlier_test_id,
        "change_ml_kg_min": told.size,
        "low": told.low,
        "high": told.high,
        "wording": change.wording,
        "probability_of_rise": _round(change.probability_of_rise, 3),
        "baseline_tests": change.baseline_tests,
        "possible_from_ml_kg_min": told.possible_from,
        "real_from_ml_kg_min": told.real_from,
        "typical_error_ml_kg_min": _round(change.typical_error_ml_kg_min, 2),
        "pulse_at_equal_load_bpm": _round(change.pulse_at_equal_load_bpm, 1),
        "fitness_age_years": None if age is None else _round(age.years, 1),
        "fitness_age_low": None if age is None else _round(age.low, 1),
        "fitness_age_high": None if age is None else _round(age.high, 1),
        "not_comparable": [_say(cause) for cause in change.not_comparable],
        "notes": [_say(cause) for cause in change.notes],
    }


def _stage(stage: StageResult, hr_max_bpm: float) -> JsonObject:
    seen = stage.observation
    share = None if seen.hr_bpm is None else seen.hr_bpm / hr_max_bpm
    met = None if stage.vo2_ml_kg_min is None else stage.vo2_ml_kg_min / ML_KG_MIN_PER_MET
    return {
        "index": seen.index,
        "name": seen.name,
        "planned": None if seen.planned is None else _load(seen.planned),
        "actual": _load(seen.actual),
        "hr_bpm": _round(seen.hr_bpm, 1),
        "hr_coverage": _round(seen.hr_coverage, 3),
        "steady": seen.steady,
        "hr_share": _round(share, 4),
        "rpe": seen.rpe,
        "systolic_mmhg": seen.systolic_mmhg,
        "diastolic_mmhg": seen.diastolic_mmhg,
        "gait": seen.gait.value,
        "handrail": seen.handrail,
        "vo2_ml_kg_min": _round(stage.vo2_ml_kg_min, 2),
        "met": _round(met, 2),
        "used": stage.used,
        "excluded_because": _say(stage.excluded_because),
        "doubts": [_say(cause) for cause in stage.doubts],
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
        "likely_low": _round(estimate.likely_low, 2),
        "likely_high": _round(estimate.likely_high, 2),
        "remarks": [_say(cause) for cause in estimate.remarks],
        "r2": _round(estimate.r2, 4),
        "n_stages": estimate.n_stages,
        "ingredients": [
            {
                "name": one.name,
                "vo2max_ml_kg_min": _round(one.vo2max_ml_kg_min, 2),
                "sd_ml_kg_min": _round(one.sd_ml_kg_min, 2),
                "weight": _round(one.weight, 3),
            }
            for one in estimate.ingredients
        ],
    }


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


def _say(cause: Cause | None) -> str | None:
    return None if cause is None else texts("en").say(cause)

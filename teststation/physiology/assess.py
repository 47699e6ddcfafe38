"""From stages to everything the station concludes. Window, report, record and command line all call this."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from teststation.cause import Cause
from teststation.physiology import other_methods
from teststation.physiology.change import compare_tests
from teststation.physiology.combined import combine
from teststation.physiology.error_budget import Budget, budget
from teststation.physiology.extrapolation import HR_TO_SHARE, Extrapolation, extrapolate
from teststation.physiology.hrmax import from_rpe_bpm, hr_max
from teststation.physiology.observe import observe
from teststation.physiology.reference import compare, fitness_age, hunt3
from teststation.physiology.result import ALGORITHM_VERSION, Assessment, Estimate, StageObservation, StageResult
from teststation.physiology.selection import select
from teststation.physiology.training import four_by_four
from teststation.run.record import RunRecord
from teststation.subject import Gait, Subject


@dataclass(frozen=True, slots=True)
class EarlierTest:
    """A kept test of the same person."""

    test_id: str
    run: RunRecord
    assessment: Assessment


def assess(
    subject: Subject,
    observations: Sequence[StageObservation],
    *,
    hr_fraction_of_max: float = HR_TO_SHARE,
    headline: str = "extrapolation",
) -> Assessment:
    """Assess stages of one test. Takes a few milliseconds; never raises on what people or belts did."""
    seen = tuple(observations)
    observed_bpm = max((s.hr_bpm for s in seen if s.hr_bpm is not None), default=None)
    maximum = msgspec.structs.replace(hr_max(subject, observed_bpm), rpe_check_bpm=from_rpe_bpm(seen))
    # The pulse of a person on beta-blockers or out of rhythm limits nothing and tells nothing of VO2max.
    trusted = not (subject.beta_blocker or subject.irregular_rhythm)
    limit_bpm = hr_fraction_of_max * maximum.bpm
    stages = select(seen, limit_bpm)
    used = [stage for stage in stages if stage.used]
    vo2 = np.array([stage.vo2_ml_kg_min for stage in used], dtype=float)
    hr = np.array([stage.observation.hr_bpm for stage in used], dtype=float)
    expected = hunt3(subject.sex).expected(subject.age_years)
    if trusted:
        terms = _budget(maximum.see_bpm, used)
        line = extrapolate(vo2, hr, maximum.bpm, terms)
        together = combine(vo2, hr, maximum.bpm, terms, expected, subject.resting_hr_bpm)
    else:
        line = Extrapolation(other_methods.withheld("pulse_not_to_be_trusted"))
        together = other_methods.withheld("pulse_not_to_be_trusted")
    estimates = {
        "extrapolation": line.estimate,
        "combined": together,
        "ebbeling": other_methods.ebbeling(subject, seen, maximum.bpm),
        "rpe": _rpe(stages),
        "non_exercise": other_methods.non_exercise(subject),
    }
    chosen = estimates[headline]
    age = among = None
    if chosen.vo2max_ml_kg_min is not None and chosen.low is not None and chosen.high is not None:
        age = fitness_age(subject.sex, chosen.vo2max_ml_kg_min, chosen.low, chosen.high)
        among = compare(subject.sex, subject.age_years, chosen.vo2max_ml_kg_min)
    return Assessment(
        algorithm_version=ALGORITHM_VERSION,
        stages=stages,
        hr_max=maximum,
        estimates=estimates,
        headline=headline,
        error_budget=line.terms,
        line=line.line,
        fitness_age=age,
        reference=among,
        training=None if line.line is None else four_by_four(line.line, maximum.bpm, stages),
        hr_limit_bpm=limit_bpm if trusted else None,
    )


def assess_run(run: RunRecord, earlier: Sequence[EarlierTest] = ()) -> Assessment:
    """Assess a run, finished or not, and its change since the latest earlier test that has a number."""
    fraction = run.plan.limits.hr_fraction_of_max
    found = assess(run.subject, observe(run), hr_fraction_of_max=fraction)
    for test in reversed(earlier):
        # One HRmax for both: its error is the same at both visits and cancels.
        then = msgspec.structs.replace(
            test.run.subject,
            hr_max_measured_bpm=found.hr_max.bpm if found.hr_max.source == "measured" else None,
            age_years=run.subject.age_years,
        )
        again = assess(then, observe(test.run), hr_fraction_of_max=test.run.plan.limits.hr_fraction_of_max)
        change = compare_tests(found, run, again, test.run, test.test_id)
        if change is not None:
            return msgspec.structs.replace(found, change=change)
    return found


def _budget(hr_max_see_bpm: float, used: Sequence[StageResult]) -> Budget:
    if not used:
        return budget(hr_max_see_bpm, 1.0)
    seen = [stage.observation for stage in used]
    return budget(
        hr_max_see_bpm,
        float(np.mean([stage.vo2_ml_kg_min or 0.0 for stage in used])),
        gait=Gait.RUN if sum(s.gait is Gait.RUN for s in seen) * 2 > len(seen) else Gait.WALK,
        handrail=any(s.handrail for s in seen),
        measured=all(s.vo2_ml_kg_min is not None for s in seen),
    )


def _rpe(stages: Sequence[StageResult]) -> Estimate:
    """RPE needs no trusted pulse: stages count that were walked whole and have an answer."""
    answered = [
        (stage.vo2_ml_kg_min, stage.observation.rpe)
        for stage in stages
        if stage.vo2_ml_kg_min is not None
        and stage.observation.rpe is not None
        and stage.observation.duration_ok
        and not stage.observation.habituation
    ]
    if not answered:
        return Estimate(status="withheld", why=Cause("too_few_rpe", {"n": 0}))
    return other_methods.by_rpe(
        np.array([vo2 for vo2, _ in answered], dtype=float), np.array([rpe for _, rpe in answered], dtype=float)
    )

"""From stages to everything the station concludes. Window, report, record and command line all call this."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from teststation.physiology import jog
from teststation.physiology.change import TestedRun, compare_tests
from teststation.physiology.combined import combine
from teststation.physiology.ebbeling import ebbeling
from teststation.physiology.extrapolation import HR_TO_SHARE, Extrapolation, extrapolate
from teststation.physiology.hrmax import hr_max
from teststation.physiology.hunt_submaximal import hunt_submaximal
from teststation.physiology.likelihood import likelihood
from teststation.physiology.non_exercise import non_exercise
from teststation.physiology.observe import observe
from teststation.physiology.outlook import look_ahead
from teststation.physiology.prior import population
from teststation.physiology.reference import compare, compare_friend, fitness_age, fitness_age_change
from teststation.physiology.result import (
    ALGORITHM_VERSION,
    EITHER,
    Assessment,
    Change,
    Estimate,
    HrMax,
    Load,
    Outlook,
    StageObservation,
    StageResult,
    withheld,
)
from teststation.physiology.rpe import by_rpe
from teststation.physiology.selection import select, usable
from teststation.physiology.training import four_by_four
from teststation.protocol.plan import Plan
from teststation.run.record import RunRecord
from teststation.subject import Gait, Subject


@dataclass(frozen=True, slots=True)
class EarlierTest:
    """A kept test of the same person."""

    test_id: str
    run: RunRecord
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Choices:
    """What a clinic may choose."""

    headline: str = "extrapolation"  # or combined, or EITHER
    use_earlier_tests: bool = False  # whether the combined estimate also rests on this person's latest earlier test


def assess(
    subject: Subject,
    observations: Sequence[StageObservation],
    *,
    hr_fraction_of_max: float = HR_TO_SHARE,
    choices: Choices | None = None,
    earlier: Sequence[StageResult] = (),
    next_load: Load | None = None,
) -> Assessment:
    """Assess stages of one test. Takes a few milliseconds; never raises on what people or belts did.

    Args:
        earlier: The stages of this person's latest earlier test, for the combined estimate, where the clinic wants it.
        next_load: The stage the plan has next, for the outlook.
    """
    chosen_by_clinic = choices or Choices()
    seen = tuple(observations)
    maximum = hr_max(subject, seen)
    # The pulse of a person on beta-blockers or out of rhythm limits nothing and tells nothing of VO2max.
    trusted = not (subject.beta_blocker or subject.irregular_rhythm)
    limit_bpm = hr_fraction_of_max * maximum.bpm
    stages = select(seen, limit_bpm)
    used = usable(stages, maximum.see_bpm)
    if trusted:
        resting = subject.resting_hr_bpm
        by_stages = likelihood([used], maximum.bpm, resting) if len(used.vo2) else None
        line = extrapolate(used, by_stages, maximum.bpm)
        estimates = {
            "extrapolation": line.estimate,
            "combined": combine(
                used, by_stages, maximum.bpm, population(subject), resting, usable(earlier, maximum.see_bpm)
            ),
            "ebbeling": ebbeling(subject, seen, maximum.bpm),
            "george": jog.george(subject, seen),
            "vehrs": jog.vehrs(subject, seen),
            "hunt_submaximal": hunt_submaximal(subject, seen),
        }
    else:
        line = Extrapolation(withheld("pulse_not_to_be_trusted"))
        by_pulse = ("extrapolation", "combined", "ebbeling", "george", "vehrs", "hunt_submaximal")
        estimates = dict.fromkeys(by_pulse, line.estimate)
    headline = chosen_by_clinic.headline
    if headline == EITHER:
        headline = "extrapolation" if line.estimate.vo2max_ml_kg_min is not None else "combined"
    estimates |= {"rpe": by_rpe(stages), "non_exercise": non_exercise(subject)}
    found = Assessment(
        algorithm_version=ALGORITHM_VERSION,
        stages=stages,
        hr_max=maximum,
        estimates=estimates,
        headline=headline,
        error_budget=line.terms,
        line=line.line,
        training=None if line.line is None else four_by_four(line.line, maximum.bpm, stages),
        hr_limit_bpm=limit_bpm if trusted else None,
        outlook=_outlook(line, stages, next_load, maximum, limit_bpm, subject.resting_hr_bpm) if trusted else None,
    )
    return _compared(found, subject, estimates[headline])


def assess_run(run: RunRecord, earlier: Sequence[EarlierTest] = (), choices: Choices | None = None) -> Assessment:
    """Assess a run, finished or not, and its change since the latest earlier test whose stages can be compared."""
    own = observe(run)
    wanted = choices or Choices()
    maximum = common_hr_max(run.subject, own, [test.run.subject for test in earlier])
    found = assess(
        run.subject,
        own,
        hr_fraction_of_max=run.plan.limits.hr_fraction_of_max,
        choices=wanted,
        earlier=tested("", earlier[-1].run, maximum).stages if earlier and wanted.use_earlier_tests else (),
        next_load=_next_load(run, own),
    )
    if found.hr_limit_bpm is None or not earlier:
        return found
    now = tested(run.id, run, maximum)
    for number in reversed(range(len(earlier))):
        before = earlier[number]
        if before.run.subject.beta_blocker or before.run.subject.irregular_rhythm:
            continue
        then = tested(before.test_id, before.run, maximum)
        change = compare_tests(now, then, maximum, population(run.subject), first=number == 0)
        if change is not None:
            return msgspec.structs.replace(found, change=_with_years(change, found, run.subject))
    return found


def hr_limit_bpm(subject: Subject, plan: Plan) -> float | None:
    """The submaximal end point of this person in this protocol; None where heart rate cannot limit."""
    return assess(subject, (), hr_fraction_of_max=plan.limits.hr_fraction_of_max).hr_limit_bpm


def tested(test_id: str, run: RunRecord, maximum: HrMax) -> TestedRun:
    """A run's stages, judged under an HRmax that other tests share."""
    return TestedRun(test_id, run, select(observe(run), run.plan.limits.hr_fraction_of_max * maximum.bpm))


def common_hr_max(subject: Subject, seen: Sequence[StageObservation], others: Sequence[Subject]) -> HrMax:
    """One HRmax for all tests of a person: this test's, or one measured at the latest test that has it."""
    measured = [other for other in others if other.hr_max_measured_bpm is not None]
    if subject.hr_max_measured_bpm is None and measured:
        subject = msgspec.structs.replace(
            subject,
            hr_max_measured_bpm=measured[-1].hr_max_measured_bpm,
            hr_max_measured_on=measured[-1].hr_max_measured_on,
        )
    return hr_max(subject, seen)


def _compared(found: Assessment, subject: Subject, headline: Estimate) -> Assessment:
    value, low, high = headline.vo2max_ml_kg_min, headline.low, headline.high
    if value is None or low is None or high is None:
        return found
    return msgspec.structs.replace(
        found,
        fitness_age=fitness_age(subject.sex, value, low, high),
        reference=compare(subject.sex, subject.age_years, value),
        second_reference=compare_friend(subject.sex, subject.age_years, value),
    )


def _with_years(change: Change, found: Assessment, subject: Subject) -> Change:
    value = found.estimates[found.headline].vo2max_ml_kg_min
    if value is None:
        return change
    years = fitness_age_change(subject.sex, value, change.change_ml_kg_min, change.low, change.high)
    return msgspec.structs.replace(change, fitness_age=years)


def _outlook(
    line: Extrapolation,
    stages: Sequence[StageResult],
    next_load: Load | None,
    maximum: HrMax,
    limit_bpm: float,
    resting_hr_bpm: float | None,
) -> Outlook:
    upcoming = None
    if next_load is not None:
        last = stages[-1].observation if stages else None
        upcoming = StageObservation(
            index=len(stages),
            name="",
            planned=next_load,
            actual=next_load,
            hr_bpm=None,
            gait=Gait.WALK if last is None else last.gait,
            handrail=last is not None and last.handrail,
        )
    return look_ahead(line, [s for s in stages if s.used], upcoming, maximum, limit_bpm, resting_hr_bpm)


def _next_load(run: RunRecord, seen: Sequence[StageObservation]) -> Load | None:
    """The stage that would be the next to count: the one being walked until it stands, then the one after it."""
    number = len(run.stages)
    if number and not seen[-1].duration_ok:
        number = run.stages[-1].index
    if run.stages_ended_s is not None or number >= len(run.plan.stages):
        return None
    stage = run.plan.stages[number]
    return Load(duration_s=stage.duration_s, speed_kmh=stage.speed_kmh, incline_pct=stage.incline_pct)

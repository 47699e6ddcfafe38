"""From stages to everything the station concludes. Window, report, record and command line all call this."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from teststation.cause import Cause
from teststation.physiology import jog
from teststation.physiology.advice import advise
from teststation.physiology.change import TestedRun, are_one_baseline, compare_tests
from teststation.physiology.combined import Known, combine
from teststation.physiology.ebbeling import ebbeling
from teststation.physiology.error_budget import (
    STANDING_ABOVE_RESTING_BPM,
    STANDING_BPM,
    STANDING_RESTED_SD_BPM,
    STANDING_SD_BPM,
    budget,
)
from teststation.physiology.extrapolation import (
    HR_TO_SHARE,
    Extrapolation,
    FittedLine,
    extrapolate,
    fit_line,
)
from teststation.physiology.hrmax import hr_max
from teststation.physiology.hunt_submaximal import hunt_submaximal
from teststation.physiology.limits import Sources, error_terms, limits, variances
from teststation.physiology.non_exercise import non_exercise
from teststation.physiology.observe import observe
from teststation.physiology.outlook import look_ahead
from teststation.physiology.posterior import Array, Efforts, Heart, Reading, by_effort, by_pulse
from teststation.physiology.prior import known_beforehand, population
from teststation.physiology.reference import compare, compare_friend, fitness_age, fitness_age_change
from teststation.physiology.result import (
    ALGORITHM_VERSION,
    EITHER,
    HEADLINES,
    METHODS,
    Assessment,
    Change,
    Estimate,
    FitnessAge,
    HrMax,
    Line,
    Load,
    Outlook,
    StageObservation,
    StageResult,
    withheld,
)
from teststation.physiology.rpe import by_rpe
from teststation.physiology.selection import efforts, of_sessions, pulses, select
from teststation.physiology.training import Reach, four_by_four
from teststation.ports import TreadmillInfo
from teststation.protocol.plan import Plan
from teststation.run.record import RunRecord
from teststation.subject import Gait, Subject

BLOCKED_HR_MAX_SD_BPM, BLOCKED_STANDING_SD_BPM = 10.0, 20.0  # at least; choices of this project


@dataclass(frozen=True, slots=True)
class EarlierTest:
    """A kept test of the same person."""

    test_id: str
    run: RunRecord
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Choices:
    """What a clinic may choose."""

    headline: str = HEADLINES[0]  # or extrapolation, or EITHER
    use_earlier_tests: bool = False  # whether the combined estimate also rests on this person's latest earlier test
    may_run: bool = False  # whether intervals may be run by who walked the test


@dataclass(frozen=True, slots=True)
class Answers:
    """The Borg answers of a test and their log likelihood, made once; None without any."""

    efforts: Efforts
    log_likelihood: Array | None


NO_ANSWERS = Answers(efforts(()), None)


def _answers(stages: Sequence[StageResult]) -> Answers:
    said = efforts(stages)
    return Answers(said, by_effort(said)) if len(said.rpe) else NO_ANSWERS


def assess(
    subject: Subject,
    observations: Sequence[StageObservation],
    *,
    hr_fraction_of_max: float = HR_TO_SHARE,
    choices: Choices | None = None,
    earlier: Sequence[StageResult] = (),
    next_load: Load | None = None,
    belt: TreadmillInfo | None = None,
) -> Assessment:
    """Assess stages of one test. Takes a few milliseconds; never raises on what people or belts did.

    Args:
        earlier: The stages of this person's latest earlier test, for the combined estimate, where the clinic wants it.
        next_load: The stage the plan has next, for the outlook.
        belt: What the treadmill can do: no training is prescribed beyond it.
    """
    chosen_by_clinic = choices or Choices()
    seen = tuple(observations)
    maximum = hr_max(subject, seen)
    # The pulse of a person on beta-blockers or out of rhythm limits nothing.
    trusted = _pulse_tells(subject)
    limit_bpm = hr_fraction_of_max * maximum.bpm
    stages = select(seen, limit_bpm)
    answers = _answers(stages)
    known, line, silent = _known(subject, stages, maximum, answers, earlier)
    if silent is not None:
        combined, density = Estimate(status="withheld", why=silent), None
    else:
        combined, density = combine(known, _remarks(subject, known, line))
    used = pulses(stages)
    if trusted:
        by_line = extrapolate(used, known.by_stages, known.heart, line)
        estimates = {
            "extrapolation": by_line.estimate,
            "combined": combined,
            "ebbeling": ebbeling(subject, seen, maximum.bpm),
            "george": jog.george(subject, seen),
            "vehrs": jog.vehrs(subject, seen),
            "hunt_submaximal": hunt_submaximal(subject, seen),
        }
    else:
        by_line = Extrapolation(withheld("pulse_not_to_be_trusted"))
        by_pulse_alone = ("extrapolation", "ebbeling", "george", "vehrs", "hunt_submaximal")
        estimates = {**dict.fromkeys(by_pulse_alone, by_line.estimate), "combined": combined}
    estimates |= {"rpe": by_rpe(answers.efforts, answers.log_likelihood), "non_exercise": non_exercise(subject)}
    headline = chosen_by_clinic.headline
    if headline == EITHER:
        headline = "extrapolation" if by_line.reading is not None else "combined"
    reading = density if headline == "combined" else by_line.reading
    found = Assessment(
        algorithm_version=ALGORITHM_VERSION,
        stages=stages,
        hr_max=maximum,
        estimates={name: estimates[name] for name in METHODS},
        headline=headline,
        line=by_line.line,
        training=None
        if by_line.line is None
        else four_by_four(by_line.line, maximum.bpm, stages, Reach.of(belt), may_run=chosen_by_clinic.may_run),
        hr_limit_bpm=limit_bpm if trusted else None,
        outlook=_outlook(combined, known, by_line.line, stages, next_load, limit_bpm) if trusted else None,
    )
    return found if reading is None else _explained(found, subject, known, reading)


def _known(
    subject: Subject,
    stages: tuple[StageResult, ...],
    maximum: HrMax,
    answers: Answers,
    earlier: Sequence[StageResult],
) -> tuple[Known, FittedLine | None, Cause | None]:
    """What the combined estimate reads, the line through the stages, and why their pulse forbids any number."""
    heart, prior = heart_of(subject, maximum), known_beforehand(subject)
    # HRmax read off Borg's scale has used the answers up.
    said = NO_ANSWERS if maximum.reckoned_source == "rpe" else answers
    known = Known(None, None, said.efforts, said.log_likelihood, heart, prior)
    if subject.irregular_rhythm:
        return known, None, None
    used = pulses(stages)
    line = fit_line(used, heart)
    silent = None if line is None else line.does_not_follow(heart)
    known = replace(known, pulses=used, scatter=1.0 if line is None else line.scatter)
    if silent is not None or not len(used.vo2):
        return known, line, silent
    by_stages = by_pulse([used], heart, scatter=known.scatter)
    before = pulses(earlier) if earlier else None
    late = None if subject.session_load is None or subject.beta_blocker else of_sessions(subject.session_load)
    return replace(known, by_stages=by_stages, earlier=before, sessions=late), line, None


def heart_of(subject: Subject, maximum: HrMax) -> Heart:
    """What is known of the heart, as the posterior reckons with it.

    On beta-blockers nobody has said whether a measured maximum was measured under the same drug, and the standing
    pulse is lower by an amount that differs: both are told less sure.
    """
    bpm, sd = maximum.reckoned_bpm or maximum.bpm, maximum.reckoned_sd_bpm or maximum.see_bpm
    if subject.resting_hr_bpm is None:
        standing, standing_sd = STANDING_BPM, STANDING_SD_BPM
    else:
        standing, standing_sd = subject.resting_hr_bpm + STANDING_ABOVE_RESTING_BPM, STANDING_RESTED_SD_BPM
    if subject.beta_blocker:
        sd, standing_sd = max(sd, BLOCKED_HR_MAX_SD_BPM), max(standing_sd, BLOCKED_STANDING_SD_BPM)
    return Heart((bpm, sd), (standing, standing_sd))


def _remarks(subject: Subject, known: Known, line: FittedLine | None) -> tuple[Cause, ...]:
    """Why the number that is given is less sure than others."""
    found: list[Cause] = []
    if subject.irregular_rhythm:
        found.append(Cause("wide_irregular_rhythm"))
    elif subject.beta_blocker:
        found.append(Cause("wide_beta_blocker"))
    if known.scatter > 1.0:
        found.append(Cause("stages_scatter"))
    if known.pulses is not None and line is None:
        found.append(Cause("few_stages", {"n": len(known.pulses.vo2)}))
    return tuple(found)


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
        earlier=tested("", earlier[-1].run, maximum, observe(earlier[-1].run)).stages
        if earlier and wanted.use_earlier_tests
        else (),
        next_load=_next_load(run, own),
        belt=run.belt_info,
    )
    if found.hr_limit_bpm is None or not earlier:
        return found
    now = tested(run.id, run, maximum, own)
    heart = heart_of(run.subject, maximum)
    comparable = [test for test in earlier if _pulse_tells(test.run.subject)]
    for number in reversed(range(len(comparable))):
        latest = comparable[number]
        together = [latest]
        if number and are_one_baseline(comparable[number - 1].run, latest.run):
            together = [comparable[number - 1], latest]
        before = [tested(test.test_id, test.run, maximum, observe(test.run)) for test in together]
        change = compare_tests(now, before, heart, population(run.subject), first=together[0] is earlier[0])
        if change is not None:
            since_first = None
            if comparable[0] is not together[0]:
                first = comparable[0]
                began = tested(first.test_id, first.run, maximum, observe(first.run))
                prior = population(run.subject)
                since_first = compare_tests(now, [began], heart, prior, first=first is earlier[0])
            changes = (None if one is None else _told(one, run, found) for one in (change, since_first))
            return msgspec.structs.replace(found, **dict(zip(("change", "since_first"), changes, strict=True)))
    return found


def _told(change: Change, run: RunRecord, found: Assessment) -> Change:
    """A change as it may be told after a test that ended so.

    Stopped by a symptom or broken off: the numbers stand side by side, and nothing is called anything.
    """
    if run.outcome is not None and not advise(run, found).verdicts:
        differs = (*change.not_comparable, Cause("differs_ending"))
        change = msgspec.structs.replace(change, wording="not_comparable", not_comparable=differs)
    return _with_years(change, found, run.subject)


def _pulse_tells(subject: Subject) -> bool:
    return not (subject.beta_blocker or subject.irregular_rhythm)


def hr_limit_bpm(subject: Subject, plan: Plan) -> float | None:
    """The submaximal end point of this person in this protocol; None where heart rate cannot limit."""
    return assess(subject, (), hr_fraction_of_max=plan.limits.hr_fraction_of_max).hr_limit_bpm


def tested(test_id: str, run: RunRecord, maximum: HrMax, seen: tuple[StageObservation, ...]) -> TestedRun:
    """A run's stages as they were observed, judged under an HRmax that other tests share."""
    return TestedRun(test_id, run, select(seen, run.plan.limits.hr_fraction_of_max * maximum.bpm))


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


def _explained(found: Assessment, subject: Subject, known: Known, reading: Reading) -> Assessment:
    """With what the headline's density says of age and norm, and what it is made of."""
    headline = found.estimates[found.headline]
    everything = found.headline == "combined"
    sources = Sources(
        pulses=known.with_sessions() if everything else known.pulses,
        efforts=known.efforts if everything else efforts(()),
        heart=known.heart,
        prior_log_sd=known.prior.log_sd if everything else None,
        cost_term=_cost_term(found.stages),
    )
    shares = variances(sources, reading.median)
    age = fitness_age(subject.sex, headline)
    return msgspec.structs.replace(
        found,
        fitness_age=age if isinstance(age, FitnessAge) else None,
        fitness_age_withheld=age if isinstance(age, Cause) else None,
        reference=compare(subject.sex, subject.age_years, headline, reading.below),
        second_reference=compare_friend(subject.sex, subject.age_years, headline, reading.below),
        error_budget=error_terms(shares, reading.median),
        limits=limits(
            sources,
            shares,
            reading.median,
            (reading.high - reading.low) / 2,
            hr_max_by_age=found.hr_max.reckoned_source == "age",
            questions_open=known.prior.name == "population" and not subject.beta_blocker,
        ),
    )


def _cost_term(stages: Sequence[StageResult]) -> str:
    """The kind of oxygen cost that most stages have."""
    terms = budget([stage for stage in stages if stage.vo2_ml_kg_min is not None]).uptake_terms
    return max(terms, key=terms.count, default="walking_cost")


def _with_years(change: Change, found: Assessment, subject: Subject) -> Change:
    """With years of fitness age, where the change is real; a smaller one says nothing in years."""
    value = found.estimates[found.headline].vo2max_ml_kg_min
    if value is None or change.wording != "real":
        return change
    years = fitness_age_change(subject.sex, value, change.change_ml_kg_min, change.low, change.high)
    return msgspec.structs.replace(change, fitness_age=years)


def _outlook(
    combined: Estimate,
    known: Known,
    line: Line | None,
    stages: tuple[StageResult, ...],
    next_load: Load | None,
    limit_bpm: float,
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
    return look_ahead(combined, known, line, stages, upcoming, limit_bpm)


def _next_load(run: RunRecord, seen: Sequence[StageObservation]) -> Load | None:
    """The stage that would be the next to count: the one being walked until it stands, then the one after it."""
    number = len(run.stages)
    if number and not seen[-1].duration_ok:
        number = run.stages[-1].index
    if run.stages_ended_s is not None or number >= len(run.plan.stages):
        return None
    stage = run.plan.stages[number]
    return Load(duration_s=stage.duration_s, speed_kmh=stage.speed_kmh, incline_pct=stage.incline_pct)

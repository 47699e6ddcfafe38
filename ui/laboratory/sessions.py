"""Virtual patients through eight weeks of intervals: what their sessions say of HRmax, and what that is worth.

Each is tested, trains as the plan says, two or three times a week less what they miss, takes what is offered or does
not, grows fitter, and is tested again. The last test is read twice: with what the sessions said, and without. So one
and the same patient is compared, and not two groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from statistics import fmean, median, stdev

import msgspec

from teststation.physiology.advice import Advice, advise
from teststation.physiology.assess import assess_run
from teststation.physiology.hrmax import SessionPeak, hr_max, shown_bpm
from teststation.physiology.prescription import BORG_HIGH
from teststation.physiology.result import Assessment, Estimate
from teststation.protocol.load import find, load_plan, load_session, session_band
from teststation.subject import Subject
from teststation.training.session.analysis import analyse
from teststation.training.session.evidence import peak_of, with_evidence
from teststation.training.session.result import NextLoad, SessionResult
from teststation.training.session.start import LastLoad, propose
from ui.laboratory.bouts import walk_session
from ui.laboratory.patients import VirtualPatient, draw_patient, on_a_day
from ui.laboratory.room import subject_of
from ui.laboratory.walk import walk

SESSION = "4x4"
BEGAN = date(2026, 1, 5)
WEEKS, TIMES_A_WEEK = 8, (2, 3)  # as the plan has it
DAYS_OF_WEEK = (0, 2, 4)
DAYS_BETWEEN = 2
TESTED_AFTER_DAYS = 3
# Supervised intervals are attended so often: mean and spread between people (Santos 2023, 188 studies).
ATTENDS, ATTENDS_SD, ATTENDS_LEAST = 0.894, 0.118, 0.3
# What 24 sessions bring, as a share of VO2max (Flemmen 2014).
GAINS, GAINS_SD, GAINS_AFTER = 0.15, 0.07, 24
# How many of the offers of a harder load a person takes, from and to: no source, and nobody is taken to take them all.
TAKES = (0.3, 1.0)
# Groups: HRmax so far from what age says, offers taken so rarely, Borg so far from what others say.
FAR_BPM, RARELY, SAYS_OTHERWISE = 12.0, 0.5, 1.5
VISITS_FROM = 100  # the sessions' days are others than the tests'


@dataclass(frozen=True, slots=True)
class Regime:
    """How one patient trains."""

    times_a_week: int
    attends: float
    takes: float
    gains_ml_kg_min: float  # after ``GAINS_AFTER`` sessions


@dataclass(frozen=True, slots=True)
class Trained:
    """One patient after eight weeks: HRmax as it was known before and as it is now, and the next test, read twice."""

    true_hr_max: float
    before_bpm: float
    after_bpm: float
    told_sd_bpm: float  # of HRmax after
    true_vo2max: float  # on the day of the second test
    without: tuple[float, float] | None  # its 95 % range without the sessions, mL/kg/min
    with_them: tuple[float, float] | None
    attended: int
    hard: int  # of them, found hard
    tells: bool = True  # whether any of them told of HRmax
    groups: tuple[str, ...] = ()  # the groups that are told apart


@dataclass(frozen=True, slots=True)
class SessionScore:
    """What sessions taught of HRmax, over patients who had any that was hard enough, or over all.

    Errors are reckoned minus true, bpm: their mean and their standard deviation. ``held`` is the share of patients
    whose HRmax lies within twice what was told. ``narrower_share`` is the median share by which the second test's 95 %
    half-width fell against the same test without the sessions, negative where it grew; the coverages are of its ranges.
    """

    patients: int
    attended: float  # on average
    hard_sessions: float
    before_bias_bpm: float
    before_sd_bpm: float
    after_bias_bpm: float
    after_sd_bpm: float
    told_sd_bpm: float
    held: float
    narrower_share: float | None
    coverage_without: float | None
    coverage: float | None


def session_score(found: Sequence[Trained]) -> SessionScore:
    """The score of two patients or more."""
    before = [one.before_bpm - one.true_hr_max for one in found]
    after = [one.after_bpm - one.true_hr_max for one in found]
    both = [(one, one.without, one.with_them) for one in found if one.without is not None]
    pairs = [(one.true_vo2max, without, those) for one, without, those in both if without and those]
    return SessionScore(
        patients=len(found),
        attended=fmean(one.attended for one in found),
        hard_sessions=fmean(one.hard for one in found),
        before_bias_bpm=fmean(before),
        before_sd_bpm=stdev(before),
        after_bias_bpm=fmean(after),
        after_sd_bpm=stdev(after),
        told_sd_bpm=fmean(one.told_sd_bpm for one in found),
        held=fmean(abs(off) <= 1.96 * one.told_sd_bpm for off, one in zip(after, found, strict=True)),
        narrower_share=median(1 - _width(those) / _width(without) for _, without, those in pairs) if pairs else None,
        coverage_without=fmean(_holds(without, true) for true, without, _ in pairs) if pairs else None,
        coverage=fmean(_holds(those, true) for true, _, those in pairs) if pairs else None,
    )


def regime_of(patient: VirtualPatient) -> Regime:
    """How this patient trains, the same every time it is asked."""
    rng = Random(patient.seed * 31_337 + 7)
    return Regime(
        times_a_week=rng.choice(TIMES_A_WEEK),
        attends=min(1.0, max(ATTENDS_LEAST, rng.gauss(ATTENDS, ATTENDS_SD))),
        takes=rng.uniform(*TAKES),
        gains_ml_kg_min=patient.body.vo2max * max(0.0, rng.gauss(GAINS, GAINS_SD)),
    )


def train(seed: int, weeks: int = WEEKS) -> Trained | None:
    """One patient's test, the sessions, and the test after them; None where no session was prescribed."""
    patient = draw_patient(seed)
    regime = regime_of(patient)
    subject = subject_of(patient.body)
    test = load_plan(*find("submax-13"), patient.speed)
    first = walk(patient, on_a_day(patient, 0), subject, test, 0)
    found = assess_run(first)
    walked = _trained(patient, regime, subject, (found, advise(first, found)), weeks)
    if walked is None:
        return None
    peaks, attended = walked
    gained = regime.gains_ml_kg_min * attended / GAINS_AFTER
    end = (BEGAN + timedelta(days=7 * weeks + TESTED_AFTER_DAYS)).isoformat()
    knows = with_evidence(subject, peaks, end)
    again = walk(patient, on_a_day(patient, 1, gained), subject, test, 1)
    without, with_them = (
        assess_run(msgspec.structs.replace(again, subject=one)).estimates["combined"] for one in (subject, knows)
    )
    before, after = hr_max(subject), hr_max(knows)
    return Trained(
        true_hr_max=patient.body.hr_max,
        before_bpm=before.reckoned_bpm or before.bpm,
        after_bpm=after.reckoned_bpm or after.bpm,
        told_sd_bpm=after.reckoned_sd_bpm or after.see_bpm,
        true_vo2max=patient.body.vo2max + gained,
        without=_range(without),
        with_them=_range(with_them),
        attended=attended,
        hard=sum(one.hard for one in peaks),
        tells=any(one.tells for one in peaks),
        groups=_groups(patient, regime, before.reckoned_bpm or before.bpm),
    )


def _trained(
    patient: VirtualPatient, regime: Regime, subject: Subject, test: tuple[Assessment, Advice], weeks: int
) -> tuple[list[SessionPeak], int] | None:
    """The peaks of the sessions and how many were attended; None where none was prescribed."""
    comes = Random(patient.seed * 7_013 + 5)
    peaks: list[SessionPeak] = []
    attended, last = 0, None
    for number in range(weeks * regime.times_a_week):
        week, day = divmod(number, regime.times_a_week)
        if comes.random() > regime.attends:
            continue
        on = (BEGAN + timedelta(days=7 * week + DAYS_OF_WEEK[day])).isoformat()
        gained = regime.gains_ml_kg_min * attended / GAINS_AFTER
        found = _session(
            patient,
            regime,
            (with_evidence(subject, peaks, on), shown_bpm(peaks, on, BORG_HIGH)),
            (test, last),
            (VISITS_FROM + number, gained),
        )
        if found is None:
            return None
        attended += 1
        last = found.next_load or last
        peak = peak_of(found, on)
        if peak is not None:
            peaks.append(peak)
    return peaks, attended


def _session(
    patient: VirtualPatient,
    regime: Regime,
    known: tuple[Subject, float | None],
    before: tuple[tuple[Assessment, Advice], NextLoad | None],
    day: tuple[int, float],
) -> SessionResult | None:
    """What one session came to.

    Args:
        known: The subject, and what earlier sessions have shown.
        before: The test and the last session.
        day: The visit and what was gained.
    """
    (subject, shown), (test, last), (visit, gained) = known, before, day
    left = None if last is None else LastLoad(last, DAYS_BETWEEN)
    start = propose(subject, session_band(*find(SESSION)), test, left, shown)
    if start.loads is None:
        return None
    loads = start.loads
    if start.offered is not None and Random(patient.seed * 1_009 + visit).random() < regime.takes:
        loads = msgspec.structs.replace(loads, bout=start.offered)
    plan = load_session(*find(SESSION), loads)
    run, readings = walk_session(patient, on_a_day(patient, visit, gained), subject, plan, visit, regime.takes)
    return analyse(run, readings)


def _groups(patient: VirtualPatient, regime: Regime, by_age_bpm: float) -> tuple[str, ...]:
    """Who a rule may be wrong about, though it is right about all of them together."""
    above_bpm, says_more = patient.body.hr_max - by_age_bpm, patient.body.effort_steps
    traits = {
        "HRmax far above age": above_bpm > FAR_BPM,
        "HRmax far below age": above_bpm < -FAR_BPM,
        "rarely takes an offer": regime.takes < RARELY,
        "says more on Borg": says_more > SAYS_OTHERWISE,
        "says less on Borg": says_more < -SAYS_OTHERWISE,
    }
    return (*(name for name in traits if traits[name]), patient.kind)


def _range(found: Estimate) -> tuple[float, float] | None:
    return None if found.low is None or found.high is None else (found.low, found.high)


def _width(of: tuple[float, float]) -> float:
    return of[1] - of[0]


def _holds(of: tuple[float, float], truth: float) -> bool:
    return of[0] <= truth <= of[1]

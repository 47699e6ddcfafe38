"""The largest heart rate, by the best source at hand, with its standard error."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, linear_regression

from teststation.cause import Cause
from teststation.moments import days_between
from teststation.physiology.error_budget import DAY_SD_BPM, RPE_SD
from teststation.physiology.result import HrMax, StageObservation
from teststation.pulse import told_beside
from teststation.subject import Subject

MEASURED_SEE_BPM = 3.0
NES_SEE_BPM = 10.8
BY_AGE_SD_BPM = 11.1
BRAWNER_SEE_BPM = 18.0
RPE_AT_MAXIMUM = 18  # HUNT 3: people said 18 ± 1 at the maximum, not 20 (Loe 2013)
RPE_STAGES_MIN = 3
RPE_SPREAD_MIN = 4

# An interval session's peak is evidence and a lower bound, no measurement. All out, HRmax lies a little above it.
ALL_OUT_BELOW_BPM, ALL_OUT_SD_BPM = 2.0, 5.0
# Of the other sessions that felt hard, half are taken to end where 4x4 is meant to: it is run to 85-95 % of HRmax, and
# 95-98 % is what healthy men's bouts end at (Tucker 2015).
KEPT_TO_TARGET = 1 / 2
INTERVAL_SHARE, INTERVAL_SD_BPM = 0.95, 6.0
# A third go as patients do who steer by Borg 17 or by their pulse: over whole bouts 85 % of HRmax, 6 % between people,
# and the same people every time (Aamot 2014, doi 10.1016/j.jsams.2013.07.019; ICC 0.95). A mean of 85 % over four
# minutes that come up from 70 % is 90 % at their end, and the highest five seconds lie a few beats above that.
HELD_BACK = 1 / 3
HELD_BACK_SHARE, HELD_BACK_SD_BPM = 0.92, 11.0
# Of the rest nothing is known but that HRmax lies above: a low peak alone takes nobody's maximum down with it.
INTERVALS_VALID_DAYS = 92  # three months


def nes2013_bpm(age_years: float) -> float:
    """211 − 0.64·age; SEE 10.8 bpm, no effect of sex, activity, VO2max or BMI; n = 3320.

    Source: Nes BM et al. Scand J Med Sci Sports 2013, doi 10.1111/j.1600-0838.2012.01445.x.
    """
    return 211.0 - 0.64 * age_years


def by_age_bpm(age_years: float) -> float:
    """208.8 − 0.6825·age; SD 11.1 bpm: 10.8 within a formula and 2.5 between them.

    The mean of Nes 2013 (211 − 0.64·age), Tanaka 2001 (208 − 0.7·age), Gellish 2007 (206.9 − 0.67·age) and Arena 2016
    (209.3 − 0.72·age), of which Nes is the highest.
    """
    return 208.8 - 0.6825 * age_years


def brawner2004_bpm(age_years: float) -> float:
    """164 − 0.7·age, coronary patients on beta-blockers; SEE 18 bpm, r² 0.13.

    Source: Brawner CA et al. Am Heart J 2004, doi 10.1016/j.ahj.2004.04.035.
    """
    return 164.0 - 0.7 * age_years


@dataclass(frozen=True, slots=True)
class SessionPeak:
    """The highest pulse held for five seconds in one interval session."""

    on: str  # ISO date
    bpm: float


@dataclass(frozen=True, slots=True)
class BestPeak:
    """The highest peak of so many hard sessions."""

    peak: SessionPeak
    sessions: int


def best_peak(sessions: Sequence[SessionPeak], tested_on: str) -> BestPeak | None:
    """The highest peak of the hard sessions within the three months before a test, and of how many it is the highest.

    What a training record fills ``Subject.hr_max_intervals_bpm`` from. A peak lower than another bounds nothing:
    an effort can fall short, a heart cannot go beyond its maximum.
    """
    recent = [one for one in sessions if 0 <= days_between(one.on, tested_on) <= INTERVALS_VALID_DAYS]
    highest = max(recent, key=lambda one: one.bpm, default=None)
    return None if highest is None else BestPeak(highest, len(recent))


def best_of_days_bpm(sessions: int) -> float:
    """How far the best of so many days is expected to lie above a usual one, bpm; 0 of one.

    The pulse of a day varies by ``DAY_SD_BPM``. Blom's approximation to the highest of n normals: of 20, 1.87 SD.
    """
    return DAY_SD_BPM * NormalDist().inv_cdf((sessions - 0.375) / (sessions + 0.25))


def with_session(age: tuple[float, float], peak_bpm: float, *, all_out: bool, sessions: int = 1) -> tuple[float, float]:
    """HRmax as mean and SD, bpm, by age and the highest peak of so many hard interval sessions together.

    All out, HRmax lies 2 ± 5 bpm above the peak. An ordinary session ends at 95 % of HRmax (± 6 bpm) where it kept to
    its target, which half are taken to do, and at 92 % (± 11 bpm) where the person held back, a third; of the rest it
    is known that HRmax lies above. The highest of many sessions has had the best day of many, and lies nearer to HRmax.
    No HRmax lies below the peak.

    What was said on Borg's scale counts only in that the session was hard: how a person uses the scale stays the same
    from session to session, so many answers are no surer than one, and the test asks for its own.
    """
    import numpy as np  # a list of people is on the screen before anything is reckoned

    mean, sd = age
    at = np.arange(peak_bpm, max(mean + 6 * sd, peak_bpm + 60.0), 0.25)
    by_age = np.exp(-0.5 * ((at - mean) / sd) ** 2) + 1e-12
    if all_out:
        from_session = np.exp(-0.5 * ((at - peak_bpm - ALL_OUT_BELOW_BPM) / ALL_OUT_SD_BPM) ** 2)
    else:
        usual_bpm = peak_bpm - best_of_days_bpm(sessions)
        from_session = np.full_like(at, (1.0 - KEPT_TO_TARGET - HELD_BACK) / (at[-1] - at[0]))
        for part, of_hr_max, wide in (
            (KEPT_TO_TARGET, INTERVAL_SHARE, INTERVAL_SD_BPM),
            (HELD_BACK, HELD_BACK_SHARE, HELD_BACK_SD_BPM),
        ):
            off = (at - usual_bpm / of_hr_max) / wide
            from_session += part * np.exp(-0.5 * off**2) / (wide * (2 * np.pi) ** 0.5)
    share = by_age * from_session
    share /= share.sum()
    middle = float((share * at).sum())
    return middle, float((share * (at - middle) ** 2).sum() ** 0.5)


def from_rpe(stages: Sequence[StageObservation]) -> tuple[float, float] | None:
    """Least squares of stage heart rate on RPE, read at 18: the maximum as this person's effort foretells it.

    The standard error counts one step of Borg's scale in every answer and one in what is called a maximum; it has no
    published value. None with fewer than three answers, a spread under four steps, or a pulse that does not rise.
    """
    answered = [(s.rpe, s.hr_bpm) for s in stages if s.rpe is not None and s.hr_bpm is not None and s.duration_ok]
    if len(answered) < RPE_STAGES_MIN or max(r for r, _ in answered) - min(r for r, _ in answered) < RPE_SPREAD_MIN:
        return None
    rpe = [float(step) for step, _ in answered]
    slope, intercept = linear_regression(rpe, [bpm for _, bpm in answered])
    if slope <= 0:
        return None
    middle = fmean(rpe)
    spread = sum((step - middle) ** 2 for step in rpe)
    leverage = 1 / len(rpe) + (RPE_AT_MAXIMUM - middle) ** 2 / spread
    return intercept + slope * RPE_AT_MAXIMUM, slope * RPE_SD * (leverage + 1.0) ** 0.5


def hr_max(subject: Subject, stages: Sequence[StageObservation] = ()) -> HrMax:
    """Measured where it was; else from an interval session; else from Borg where the clinic wants; else by age.

    By age it is Brawner on beta-blockers. Otherwise the page names Nes, which is the clinic's formula and the limit's,
    and the estimate reckons with the mean of the large formulas. A steady pulse of this test above the maximum, or
    answers that do not allow what was asked for, raise a question, not an error.
    """
    by_effort = from_rpe(stages)
    question: Cause | None = None
    reckoned: tuple[float, float, str] | None = None
    by_age = _by_age(subject)
    if subject.hr_max_measured_bpm is not None:
        bpm, source, see_bpm = subject.hr_max_measured_bpm, "measured", MEASURED_SEE_BPM
    elif subject.hr_max_intervals_bpm is not None and not subject.irregular_rhythm:
        bpm, see_bpm = with_session(
            by_age,
            subject.hr_max_intervals_bpm,
            all_out=subject.hr_max_intervals_all_out,
            sessions=subject.hr_max_intervals_sessions,
        )
        source = "intervals"
        if subject.hr_max_intervals_bpm > by_age[0] + 2 * by_age[1]:
            question = Cause(
                "interval_peak_high",
                {"observed": round(subject.hr_max_intervals_bpm), "assumed": round(by_age[0])},
            )
    elif subject.hr_max_from_rpe and by_effort is not None:
        (bpm, see_bpm), source = by_effort, "rpe"
    elif subject.beta_blocker:
        bpm, source, see_bpm = brawner2004_bpm(subject.age_years), "brawner2004", BRAWNER_SEE_BPM
    else:
        bpm, source, see_bpm = nes2013_bpm(subject.age_years), "nes2013", NES_SEE_BPM
        reckoned = (*by_age, "age")
    if subject.hr_max_from_rpe and source not in ("rpe", "measured", "intervals") and stages:
        question = Cause("rpe_cannot_tell_hr_max")
    observed_bpm = max((s.hr_bpm for s in stages if s.hr_bpm is not None), default=None)
    if observed_bpm is not None and observed_bpm > bpm:
        question = Cause("hr_above_maximum", {"observed": told_beside(observed_bpm, bpm), "assumed": round(bpm)})
    reckoned = reckoned or (bpm, see_bpm, source)
    return HrMax(
        bpm=bpm,
        source=source,
        see_bpm=see_bpm,
        question=question,
        rpe_check_bpm=None if by_effort is None else by_effort[0],
        measured_on={"measured": subject.hr_max_measured_on, "intervals": subject.hr_max_intervals_on}.get(source),
        reckoned_bpm=reckoned[0],
        reckoned_sd_bpm=reckoned[1],
        reckoned_source=reckoned[2],
    )


def _by_age(subject: Subject) -> tuple[float, float]:
    """Mean and SD of HRmax by age, bpm, as the estimate reckons with it."""
    if subject.beta_blocker:
        return brawner2004_bpm(subject.age_years), BRAWNER_SEE_BPM
    return by_age_bpm(subject.age_years), BY_AGE_SD_BPM

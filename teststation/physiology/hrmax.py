"""The largest heart rate, by the best source at hand, with its standard error."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, linear_regression

from teststation.cause import Cause
from teststation.moments import days_between
from teststation.physiology.error_budget import DAY_SD_BPM, RPE_SD
from teststation.physiology.result import HrMax, StageObservation
from teststation.pulse import limit_beside, told_beside
from teststation.subject import SessionLoad, Subject

MEASURED_SEE_BPM = 3.0
NES_SEE_BPM = 10.8
BY_AGE_SD_BPM = 11.1
BRAWNER_SEE_BPM = 18.0
RPE_AT_MAXIMUM = 18  # HUNT 3: people said 18 ± 1 at the maximum, not 20 (Loe 2013)
RPE_STAGES_MIN = 3
RPE_SPREAD_MIN = 4

# An interval session's peak is evidence and a lower bound, no measurement. All out, HRmax lies a little above it.
ALL_OUT_BELOW_BPM, ALL_OUT_SD_BPM = 2.0, 5.0
# Of those who found a session hard, half go as patients do who steer by Borg 17 or by their pulse: over whole bouts 85
# % of HRmax, 6 % between people, and the same people every time (Aamot 2014, doi 10.1016/j.jsams.2013.07.019; ICC
# 0.95). A mean of 85 % over four minutes that come up from 70 % is 90 % at their end, and the highest five seconds lie
# a few beats above that.
HELD_BACK = 1 / 2
HELD_BACK_SHARE, HELD_BACK_SD_BPM = 0.92, 11.0
# A quarter end where healthy men's bouts do, at 95 to 98 % (Tucker 2015).
KEPT_TO_TARGET = 1 / 4
INTERVAL_SHARE, INTERVAL_SD_BPM = 0.965, 6.0
# Of the rest nothing is known but that HRmax lies above: a low peak alone takes nobody's maximum down with it.
# A pulse that could go on, comes back to its highest and does not go beyond has its ceiling there, or a day like
# others. Of days that vary by 3 bpm, those that come so near the best of n go beyond it in 53 % of cases after 2, in
# 39 % after 5, in 27 % after 20; where the band ended it, in half. A third is on the careful side of most.
NEAR_BPM = 2.0
BAND_ALLOWED_BPM = 1.0  # a band that ends so little below the highest peak did not hold it back
BEYOND = 1 / 3
RETURNS_MAX = 6  # more count no further: days that are alike are alike for other reasons, too
INTERVALS_VALID_DAYS = 92  # three months
KNOWN_AFTER = 4


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
    """The highest pulse held for five seconds in one interval session, what ended it, and the pulse at its load."""

    on: str  # ISO date
    bpm: float
    edge_bpm: float | None = None  # the upper edge of the session's band; None: it had none
    rpe: int | None = None  # the hardest answer, Borg 6 to 20
    hard: bool = True  # by its Borg, or by its band where nobody rated
    load: SessionLoad | None = None  # of its bouts whose load stood

    @property
    def at_edge(self) -> bool:
        """Whether it came up to its band's edge, where the load is eased: then the band ended it, not the person."""
        return self.edge_bpm is not None and self.bpm >= self.edge_bpm - NEAR_BPM

    @property
    def tells(self) -> bool:
        """Whether it tells more than that HRmax lies above, as of anybody who strolled."""
        return self.hard or self.at_edge


@dataclass(frozen=True, slots=True)
class BestPeak:
    """The highest peak of a person's sessions."""

    peak: SessionPeak
    sessions: int  # of how many hard ones; 0: none felt hard, and the band alone ended them
    returns: int = 0  # how many others came back to it, and might have gone beyond


def best_peak(sessions: Sequence[SessionPeak], tested_on: str) -> BestPeak | None:
    """The highest peak of the sessions that tell, within the three months before a test.

    What a training record fills ``Subject.hr_max_intervals_bpm`` from. A peak lower than another bounds nothing:
    an effort can fall short, a heart cannot go beyond its maximum.
    """
    telling = [one for one in _recent(sessions, tested_on) if one.tells]
    highest = max(telling, key=lambda one: one.bpm, default=None)
    if highest is None:
        return None
    return BestPeak(highest, sum(one.hard for one in telling), _returns(telling, highest))


def shown_bpm(sessions: Sequence[SessionPeak], on: str, borg_high: int) -> float | None:
    """The highest pulse that was held lately and found no harder than bouts are to be; None where there is none.

    A band that ends below it eases what the person has done without finding it too hard, and nothing more is learned of
    HRmax. None, too, where it was come back to ``KNOWN_AFTER`` times without going beyond: then it is near HRmax, and
    who stays there trains above the band.
    """
    found = [one for one in _recent(sessions, on) if one.rpe is not None and one.rpe <= borg_high]
    highest = max(found, key=lambda one: one.bpm, default=None)
    if highest is None or _returns(_recent(sessions, on), highest) >= KNOWN_AFTER:
        return None
    return highest.bpm


def _recent(sessions: Sequence[SessionPeak], on: str) -> list[SessionPeak]:
    return [one for one in sessions if 0 <= days_between(one.on, on) <= INTERVALS_VALID_DAYS]


def _returns(sessions: Sequence[SessionPeak], highest: SessionPeak) -> int:
    """How many others came within ``NEAR_BPM`` of the highest, under a band that let them go beyond."""
    return sum(
        one is not highest
        and one.edge_bpm is not None
        and one.edge_bpm >= highest.bpm - BAND_ALLOWED_BPM
        and one.bpm >= highest.bpm - NEAR_BPM
        for one in sessions
    )


def best_of_days_bpm(sessions: int) -> float:
    """How far the best of so many days is expected to lie above a usual one, bpm; 0 of one.

    The pulse of a day varies by ``DAY_SD_BPM``. Blom's approximation to the highest of n normals: of 20, 1.87 SD.
    """
    return DAY_SD_BPM * NormalDist().inv_cdf((sessions - 0.375) / (sessions + 0.25))


def with_session(
    age: tuple[float, float], peak_bpm: float, *, all_out: bool, sessions: int = 1, returns: int = 0
) -> tuple[float, float]:
    """HRmax as mean and SD, bpm, by age and the highest peak of a person's interval sessions together.

    All out, HRmax lies 2 ± 5 bpm above the peak. Of those whom other sessions felt hard, half held back and ended at
    92 % of HRmax (± 11 bpm), a quarter at 96.5 % (± 6 bpm); of the rest it is known that HRmax lies above. The highest
    of many sessions has had the best day of many, and lies nearer to HRmax; so it does the oftener others came back to
    it without going beyond. No HRmax lies below the peak, and none is surer than one that was measured.

    What was said on Borg's scale counts only in that the session was hard: how a person uses the scale stays the same
    from session to session, so many answers are no surer than one, and the test asks for its own.

    Args:
        sessions: How many hard ones it is the highest of. 0: the band alone ended them, and the peak is a bound.
        returns: How many others came back to it, and might have gone beyond.
    """
    import numpy as np  # a list of people is on the screen before anything is reckoned

    mean, sd = age
    at = np.arange(peak_bpm, max(mean + 6 * sd, peak_bpm + 60.0), 0.25)
    by_age = np.exp(-0.5 * ((at - mean) / sd) ** 2) + 1e-12
    above = at - peak_bpm
    if all_out:
        from_session = np.exp(-0.5 * ((above - ALL_OUT_BELOW_BPM) / ALL_OUT_SD_BPM) ** 2)
    else:
        from_session = np.full_like(at, (1.0 - KEPT_TO_TARGET - HELD_BACK) / (at[-1] - at[0]))
        usual_bpm = peak_bpm - best_of_days_bpm(sessions) if sessions else None
        for part, of_hr_max, wide in (
            (KEPT_TO_TARGET, INTERVAL_SHARE, INTERVAL_SD_BPM),
            (HELD_BACK, HELD_BACK_SHARE, HELD_BACK_SD_BPM),
        ):
            if usual_bpm is not None:
                off = (at - usual_bpm / of_hr_max) / wide
                from_session += part * np.exp(-0.5 * off**2) / (wide * (2 * np.pi) ** 0.5)
        # Far below HRmax a third of them would have gone beyond; at it none can.
        from_session *= (1.0 - BEYOND * (1.0 - np.exp(-0.5 * (above / DAY_SD_BPM) ** 2))) ** min(returns, RETURNS_MAX)
    share = by_age * from_session
    share /= share.sum()
    middle = float((share * at).sum())
    sd = float((share * (at - middle) ** 2).sum() ** 0.5)
    return middle, sd if all_out else max(sd, MEASURED_SEE_BPM)


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
            returns=subject.hr_max_intervals_returns,
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
        told, assumed = told_beside(observed_bpm, bpm), limit_beside(observed_bpm, bpm)
        question = Cause("hr_above_maximum", {"observed": told, "assumed": assumed})
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

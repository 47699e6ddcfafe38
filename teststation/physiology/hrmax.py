"""The largest heart rate, by the best source at hand, with its standard error."""

from collections.abc import Sequence
from statistics import fmean, linear_regression

from teststation.cause import Cause
from teststation.physiology.error_budget import RPE_SD
from teststation.physiology.result import HrMax, StageObservation
from teststation.subject import Subject

MEASURED_SEE_BPM = 3.0
NES_SEE_BPM = 10.8
BRAWNER_SEE_BPM = 18.0
RPE_AT_MAXIMUM = 20
RPE_STAGES_MIN = 3
RPE_SPREAD_MIN = 4


def nes2013_bpm(age_years: float) -> float:
    """211 − 0.64·age; SEE 10.8 bpm, no effect of sex, activity, VO2max or BMI; n = 3320.

    Source: Nes BM et al. Scand J Med Sci Sports 2013, doi 10.1111/j.1600-0838.2012.01445.x.
    """
    return 211.0 - 0.64 * age_years


def brawner2004_bpm(age_years: float) -> float:
    """164 − 0.7·age, coronary patients on beta-blockers; SEE 18 bpm, r² 0.13.

    Source: Brawner CA et al. Am Heart J 2004, doi 10.1016/j.ahj.2004.04.035.
    """
    return 164.0 - 0.7 * age_years


def from_rpe(stages: Sequence[StageObservation]) -> tuple[float, float] | None:
    """Least squares of stage heart rate on RPE, read at 20: the maximum as this person's effort foretells it.

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
    """Measured where it was; from Borg where the clinic wants that and the answers allow it; else by age.

    By age it is Brawner on beta-blockers and Nes otherwise. A steady pulse of this test above the maximum, or answers
    that do not allow what was asked for, raise a question, not an error.
    """
    by_effort = from_rpe(stages)
    question: Cause | None = None
    if subject.hr_max_measured_bpm is not None:
        bpm, source, see_bpm = subject.hr_max_measured_bpm, "measured", MEASURED_SEE_BPM
    elif subject.hr_max_from_rpe and by_effort is not None:
        (bpm, see_bpm), source = by_effort, "rpe"
    elif subject.beta_blocker:
        bpm, source, see_bpm = brawner2004_bpm(subject.age_years), "brawner2004", BRAWNER_SEE_BPM
    else:
        bpm, source, see_bpm = nes2013_bpm(subject.age_years), "nes2013", NES_SEE_BPM
    if subject.hr_max_from_rpe and source not in ("rpe", "measured") and stages:
        question = Cause("rpe_cannot_tell_hr_max")
    observed_bpm = max((s.hr_bpm for s in stages if s.hr_bpm is not None), default=None)
    if observed_bpm is not None and observed_bpm > bpm:
        question = Cause("hr_above_maximum", {"observed": round(observed_bpm), "assumed": round(bpm)})
    return HrMax(
        bpm=bpm,
        source=source,
        see_bpm=see_bpm,
        question=question,
        rpe_check_bpm=None if by_effort is None else by_effort[0],
        measured_on=subject.hr_max_measured_on if source == "measured" else None,
    )

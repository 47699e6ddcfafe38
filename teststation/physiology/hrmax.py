"""The largest heart rate, by the best source at hand, with its standard error."""

from collections.abc import Sequence
from statistics import linear_regression

from teststation.cause import Cause
from teststation.physiology.result import HrMax, StageObservation
from teststation.subject import Subject

MEASURED_SEE_BPM = 3.0
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


def from_rpe_bpm(stages: Sequence[StageObservation]) -> float | None:
    """Least squares of stage heart rate on RPE, read at 20: the maximum as this person's effort foretells it.

    A cross-check without a published error. None with fewer than three answers, a spread under four steps of Borg's
    scale, or a pulse that does not rise.
    """
    answered = [(s.rpe, s.hr_bpm) for s in stages if s.rpe is not None and s.hr_bpm is not None and s.duration_ok]
    if len(answered) < RPE_STAGES_MIN or max(r for r, _ in answered) - min(r for r, _ in answered) < RPE_SPREAD_MIN:
        return None
    slope, intercept = linear_regression([rpe for rpe, _ in answered], [bpm for _, bpm in answered])
    return intercept + slope * RPE_AT_MAXIMUM if slope > 0 else None


def hr_max(subject: Subject, observed_bpm: float | None = None) -> HrMax:
    """Measured where it was; else by age, after Brawner on beta-blockers and Nes otherwise.

    ``observed_bpm`` is the highest steady pulse of this test: above the maximum it raises a question, not an error.
    """
    if subject.hr_max_measured_bpm is not None:
        found = HrMax(bpm=subject.hr_max_measured_bpm, source="measured", see_bpm=MEASURED_SEE_BPM)
    elif subject.beta_blocker:
        found = HrMax(bpm=brawner2004_bpm(subject.age_years), source="brawner2004", see_bpm=18.0)
    else:
        found = HrMax(bpm=nes2013_bpm(subject.age_years), source="nes2013", see_bpm=10.8)
    if observed_bpm is None or observed_bpm <= found.bpm:
        return found
    values: dict[str, int | float | str] = {"observed": round(observed_bpm), "assumed": round(found.bpm)}
    return HrMax(bpm=found.bpm, source=found.source, see_bpm=found.see_bpm, question=Cause("hr_above_maximum", values))

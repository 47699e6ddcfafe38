"""While the test runs: how sure the station is now, and what one more stage would bring."""

from collections.abc import Sequence

import msgspec

from teststation.physiology.extrapolation import Extrapolation, extrapolate
from teststation.physiology.likelihood import likelihood
from teststation.physiology.result import HrMax, Outlook, StageObservation, StageResult
from teststation.physiology.selection import uptake, usable

WORTH_IT = 0.9  # a stage that leaves nine tenths of the width or more is not worth the patient's effort


def look_ahead(
    now: Extrapolation,
    used: Sequence[StageResult],
    upcoming: StageObservation | None,
    hr_max: HrMax,
    limit_bpm: float,
    resting_hr_bpm: float | None = None,
) -> Outlook:
    """What the next planned stage would do to the interval, were its pulse to lie on the line.

    ``upcoming`` None: the plan has no further stage.
    """
    width_now = _width(now)
    if now.line is None or width_now is None:
        return Outlook("need_stages" if upcoming is not None else "no_more_stages")
    vo2 = None if upcoming is None else uptake(upcoming)[0]
    if upcoming is None or vo2 is None:
        return Outlook("no_more_stages", width_now=width_now)
    next_hr = now.line.intercept_bpm + now.line.slope_bpm_per_ml * vo2
    if next_hr > limit_bpm:
        return Outlook("limit_near", width_now=width_now, next_hr_bpm=next_hr)
    foreseen = StageResult(msgspec.structs.replace(upcoming, hr_bpm=next_hr), vo2_ml_kg_min=vo2, used=True)
    then = usable([*used, foreseen], hr_max.see_bpm)
    width_next = _width(extrapolate(then, likelihood([then], hr_max.bpm, resting_hr_bpm), hr_max.bpm))
    worth = width_next is not None and width_next < WORTH_IT * width_now
    return Outlook("one_more" if worth else "enough", width_now, width_next, next_hr)


def _width(found: Extrapolation) -> float | None:
    low, high = found.estimate.low, found.estimate.high
    return None if low is None or high is None else high - low

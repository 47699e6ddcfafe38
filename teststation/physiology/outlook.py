"""While the test runs: how sure the station is now, and what one more stage would bring."""

from dataclasses import replace

import msgspec

from teststation.physiology.combined import Known, combine
from teststation.physiology.result import Estimate, Line, Outlook, StageObservation, StageResult
from teststation.physiology.selection import pulses, uptake

WORTH_IT = 0.95  # a stage that leaves nineteen twentieths of the width or more is not worth the patient's effort


def look_ahead(
    now: Estimate,
    known: Known,
    line: Line | None,
    stages: tuple[StageResult, ...],
    upcoming: StageObservation | None,
    limit_bpm: float,
) -> Outlook:
    """What the next planned stage would do to the combined interval, were its pulse to lie on the line.

    Args:
        now: The combined estimate as it stands, made from ``known``.
        upcoming: None: the plan has no further stage.
    """
    width_now = _width(now)
    if line is None or width_now is None:
        return Outlook("need_stages" if upcoming is not None else "no_more_stages", width_now=width_now)
    vo2 = None if upcoming is None else uptake(upcoming)[0]
    if upcoming is None or vo2 is None:
        return Outlook("no_more_stages", width_now=width_now)
    next_hr = line.intercept_bpm + line.slope_bpm_per_ml * vo2
    if next_hr > limit_bpm:
        return Outlook("limit_near", width_now=width_now, next_hr_bpm=next_hr)
    foreseen = StageResult(msgspec.structs.replace(upcoming, hr_bpm=next_hr), vo2_ml_kg_min=vo2, used=True)
    then, _ = combine(replace(known, pulses=pulses((*stages, foreseen)), by_stages=None))
    width_next = _width(then)
    worth = width_next is not None and width_next < WORTH_IT * width_now
    return Outlook("one_more" if worth else "enough", width_now, width_next, next_hr)


def _width(found: Estimate) -> float | None:
    low, high = found.low, found.high
    return None if low is None or high is None else high - low

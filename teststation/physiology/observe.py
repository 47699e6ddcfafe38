"""From a run to what the estimators read: one observation for each stage, from its last minute."""

from bisect import bisect_right
from collections.abc import Sequence
from statistics import fmean
from typing import TypeVar

from teststation.physiology.result import Load, StageObservation
from teststation.run.record import PULSE_FROZEN, PULSE_MOVES, BeltSample, HeartSample, RunRecord, StageSpan

Sample = TypeVar("Sample", HeartSample, BeltSample)

WINDOW_S = 60.0
SHORT_WINDOW_S = 30.0  # where the stage is shorter than two windows
ENOUGH_S = 120.0  # a stage this long stands even if it was cut before its planned end
STEADY_WITHIN_BPM = 5.0
COVERAGE_MIN = 0.8


def observe(run: RunRecord) -> tuple[StageObservation, ...]:
    """Every stage that has begun; the one still going on is marked as not long enough until it is."""
    now_s = run.stages_ended_s if run.stages_ended_s is not None else _last_s(run)
    return tuple(_observe_stage(run, span, span.ended_s if span.ended_s is not None else now_s) for span in run.stages)


def _last_s(run: RunRecord) -> float:
    last_samples = [samples[-1].t_s for samples in (run.heart, run.belt) if samples]
    return max(last_samples, default=0.0)


def mean_hr_bpm(run: RunRecord, from_s: float, to_s: float) -> float | None:
    """Mean heart rate between two moments of a run; None where it froze, or more than a fifth of the time has none."""
    if _frozen(run, from_s, to_s):
        return None
    beats = [sample.bpm for sample in _between(run.heart, from_s, to_s) if sample.bpm is not None]
    return fmean(beats) if beats and len(beats) >= COVERAGE_MIN * (to_s - from_s) else None


def _observe_stage(run: RunRecord, span: StageSpan, ended_s: float) -> StageObservation:
    walked_s = max(0.0, ended_s - span.began_s)
    window_s = WINDOW_S if walked_s >= WINDOW_S else SHORT_WINDOW_S
    heart = _between(run.heart, ended_s - window_s, ended_s)
    belt = _between(run.belt, ended_s - window_s, ended_s)
    beats = [sample.bpm for sample in heart if sample.bpm is not None]
    frozen = _frozen(run, ended_s - window_s, ended_s)
    coverage = min(1.0, len(beats) / window_s)
    return StageObservation(
        index=span.index,
        name=span.plan.name,
        planned=Load(duration_s=span.plan.duration_s, speed_kmh=span.plan.speed_kmh, incline_pct=span.plan.incline_pct),
        actual=Load(
            duration_s=walked_s,
            speed_kmh=_mean([s.measured_speed_kmh for s in belt], span.plan.speed_kmh),
            incline_pct=_mean([s.measured_incline_pct for s in belt], span.plan.incline_pct),
        ),
        hr_bpm=fmean(beats) if beats and not frozen else None,
        hr_coverage=coverage,
        steady=_steady(run.heart, span.began_s, ended_s),
        rpe=span.rpe,
        gait=span.gait,
        handrail=span.handrail,
        habituation=span.plan.habituation,
        pulse_frozen=frozen,
        duration_ok=walked_s >= min(span.plan.duration_s, ENOUGH_S) - 1.0,
        systolic_mmhg=span.systolic_mmhg,
        diastolic_mmhg=span.diastolic_mmhg,
    )


def _frozen(run: RunRecord, from_s: float, to_s: float) -> bool:
    """Whether the pulse stood still, while the load rose, in any part of this time."""
    since_s: float | None = None
    for mark in run.marks:
        if mark.kind == PULSE_FROZEN:
            since_s = mark.t_s
        elif mark.kind == PULSE_MOVES and since_s is not None:
            if since_s < to_s and mark.t_s > from_s:
                return True
            since_s = None
    return since_s is not None and since_s < to_s


def _steady(heart: Sequence[HeartSample], began_s: float, ended_s: float) -> bool | None:
    """Whether the means of the last two minutes, or of the last two half minutes, differ by less than 5 bpm."""
    change_bpm = pulse_change_bpm(heart, began_s, ended_s)
    return None if change_bpm is None else abs(change_bpm) < STEADY_WITHIN_BPM


def still_rises(run: RunRecord) -> bool:
    """Whether the pulse of the stage that is walked is on its way up, by the rule that calls a stage not steady."""
    if not run.stages or run.stages[-1].ended_s is not None:
        return False
    change_bpm = pulse_change_bpm(run.heart, run.stages[-1].began_s, _last_s(run))
    return change_bpm is not None and change_bpm >= STEADY_WITHIN_BPM


def pulse_change_bpm(heart: Sequence[HeartSample], began_s: float, ended_s: float) -> float | None:
    """The mean of the last minute less that of the one before; of half minutes where the stage is short of two.

    None where either has no pulse for more than a fifth of its time, or the stage is shorter than a minute.
    """
    part_s = WINDOW_S if ended_s - began_s >= 2 * WINDOW_S else SHORT_WINDOW_S
    if ended_s - began_s < 2 * part_s - 1.0:
        return None
    later = [s.bpm for s in _between(heart, ended_s - part_s, ended_s) if s.bpm is not None]
    earlier = [s.bpm for s in _between(heart, ended_s - 2 * part_s, ended_s - part_s) if s.bpm is not None]
    if min(len(later), len(earlier)) < COVERAGE_MIN * part_s:
        return None
    return fmean(later) - fmean(earlier)


def _between(samples: Sequence[Sample], from_s: float, to_s: float) -> Sequence[Sample]:
    """Samples later than ``from_s`` up to ``to_s``; a run keeps them in the order of time."""
    first = bisect_right(samples, from_s, key=_time_of)
    return samples[first : bisect_right(samples, to_s, lo=first, key=_time_of)]


def _time_of(sample: HeartSample | BeltSample) -> float:
    return sample.t_s


def _mean(values: Sequence[float | None], otherwise: float) -> float:
    known = [value for value in values if value is not None]
    return fmean(known) if known else otherwise

"""Is the change real? Two tests under one HRmax, and the error that is left when it has cancelled.

The error is these tests' own: which stages they have in common, how near the maximum they come, how steep the person's
line is, how long ago it was (``repeat``). Where the earlier test has another one within the fortnight before it, both
together are the baseline. Tests that differ in what moves a pulse or a cost are laid side by side, and no change
between them is called real.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

import numpy as np

from teststation.cause import Cause
from teststation.moments import days_between, hour_of_day, time_of_day
from teststation.physiology.error_budget import budget
from teststation.physiology.observe import WINDOW_S, mean_hr_bpm
from teststation.physiology.posterior import Heart
from teststation.physiology.prior import Prior
from teststation.physiology.repeat import FORTNIGHT_DAYS, Difference, Visit, see_together
from teststation.physiology.result import Change, StageResult
from teststation.run.record import RunRecord, StageSpan

POSSIBLE, REAL = (NormalDist().inv_cdf(0.5 + share / 2) for share in (0.80, 0.95))  # two-sided, in standard errors
WEIGHT_JUMP_SHARE = 0.05  # a choice of this project
SAME_SPEED_KMH, SAME_INCLINE_PCT = 0.15, 0.3
SAME_TIME_OF_DAY_H = 3.0  # a choice of this project
STAGES_MIN = 2
SETTLES_IN_S, COMPARED_MIN_S = 30.0, 30.0
DOES_NOT_STAND = ("cut_short", "not_steady")  # by itself; at equal seconds of the same load it does
NO_OBSTACLE = ("differs_time_of_day",)  # to be borne in mind; the day's own error covers it


@dataclass(frozen=True, slots=True)
class TestedRun:
    """One test as the comparison needs it: what was walked, and each stage's uptake."""

    test_id: str
    run: RunRecord
    stages: tuple[StageResult, ...]


def wording(size_in_errors: float) -> str:
    """``within_error``, ``possible`` (80 %) or ``real`` (95 %), from a change's size in standard errors."""
    return "real" if size_in_errors > REAL else "possible" if size_in_errors >= POSSIBLE else "within_error"


def compare_tests(
    now: TestedRun, before: Sequence[TestedRun], heart: Heart, prior: Prior, *, first: bool
) -> Change | None:
    """The change to ``now`` from the tests before it together, oldest first: one, or two of one fortnight.

    None where any has no stages that can be compared.

    Args:
        first: Whether the earliest of ``before`` was the person's first test.
    """
    visits = at_equal_times((*before, now))
    if any(len(visit.vo2) < STAGES_MIN for visit in visits):
        return None
    apart = days_between(before[0].run.started_at, now.run.started_at)
    found = see_together(visits, heart, prior, days_apart=apart)
    if found is None:
        return None
    return _change(found.difference(len(before)), now, before, first)


def _change(difference: Difference, now: TestedRun, before: Sequence[TestedRun], first: bool) -> Change:
    low, high = difference.interval(REAL)
    latest = before[-1]
    apart = differences(now.run, latest.run)
    return Change(
        earlier_test_id=latest.test_id,
        earlier_started_at=latest.run.started_at,
        change_ml_kg_min=difference.ml_kg_min,
        typical_error_ml_kg_min=difference.smallest(1.0) / 2**0.5,
        low=low,
        high=high,
        wording="not_comparable" if stand_apart(apart) else wording(difference.size_in_errors),
        pulse_at_equal_load_bpm=pulse_at_equal_load(now.stages, latest.stages),
        not_comparable=apart,
        possible_from_ml_kg_min=difference.smallest(POSSIBLE),
        real_from_ml_kg_min=difference.smallest(REAL),
        notes=(Cause("first_test_reads_high"),) if first and len(before) == 1 else (),
        probability_of_rise=difference.probability_of_rise,
        baseline_tests=len(before),
    )


def stand_apart(found: Sequence[Cause]) -> bool:
    """Whether what differs forbids to call a change between two tests real."""
    return any(cause.code not in NO_OBSTACLE for cause in found)


def are_one_baseline(earlier: RunRecord, later: RunRecord) -> bool:
    """Whether two tests lie within a fortnight and are alike enough to stand for one."""
    apart = days_between(earlier.started_at, later.started_at)
    return 0.0 <= apart <= FORTNIGHT_DAYS and not stand_apart(differences(later, earlier))


@dataclass(frozen=True, slots=True)
class _Compared:
    """One stage as the comparison takes it."""

    stage: StageResult
    hr_bpm: float
    over_s: float


def at_equal_times(tests: Sequence[TestedRun]) -> tuple[Visit, ...]:
    """The stages of all tests that can be compared.

    Where several walked the same load, each counts with its pulse from half a minute on to as far as the shortest
    went: a stage that the limit cut short says little of steady state and much of a change, at the same seconds of the
    same load after the same loads. A stage that only one test has counts if it stands by itself.
    """
    walked: list[dict[object, tuple[StageResult, StageSpan]]] = [
        {_load_key(stage): (stage, span) for stage, span in _walked(test)} for test in tests
    ]
    kept: list[dict[object, _Compared | None]] = [{} for _ in tests]
    for key in dict.fromkeys(key for loads in walked for key in loads):
        having = [number for number, loads in enumerate(walked) if key in loads]
        common_s = min(walked[number][key][0].observation.actual.duration_s or 0.0 for number in having)
        together = [_together(tests[number].run, *walked[number][key], common_s) for number in having]
        whole = len(having) > 1 and all(one is not None for one in together)
        for number, one in zip(having, together, strict=True):
            kept[number][key] = one if whole else _alone(walked[number][key][0])
    return tuple(_visit(loads) for loads in kept)


def _walked(test: TestedRun) -> list[tuple[StageResult, StageSpan]]:
    """The stages that have a cost and are no habituation."""
    pairs = zip(test.stages, test.run.stages, strict=True)
    return [(stage, span) for stage, span in pairs if stage.vo2_ml_kg_min is not None and not span.plan.habituation]


def _together(run: RunRecord, stage: StageResult, span: StageSpan, common_s: float) -> _Compared | None:
    over_s = common_s - SETTLES_IN_S
    if over_s < COMPARED_MIN_S:
        return None
    hr_bpm = mean_hr_bpm(run, span.began_s + SETTLES_IN_S, span.began_s + common_s)
    return None if hr_bpm is None else _Compared(stage, hr_bpm, over_s)


def _alone(stage: StageResult) -> _Compared | None:
    hr_bpm = stage.observation.hr_bpm
    return _Compared(stage, hr_bpm, WINDOW_S) if _stands(stage) and hr_bpm is not None else None


def _stands(stage: StageResult) -> bool:
    return stage.used and not any(doubt.code in DOES_NOT_STAND for doubt in stage.doubts)


def _visit(by_load: Mapping[object, _Compared | None]) -> Visit:
    kept = {key: compared for key, compared in by_load.items() if compared is not None}
    stages = [compared.stage for compared in kept.values()]
    return Visit(
        vo2=np.array([stage.vo2_ml_kg_min for stage in stages], dtype=float),
        cost_sd=np.array(budget(stages).uptake_sd, dtype=float),
        hr=np.array([compared.hr_bpm for compared in kept.values()], dtype=float),
        hr_over_s=np.array([compared.over_s for compared in kept.values()], dtype=float),
        loads=tuple(kept),
    )


def _load_key(stage: StageResult) -> object:
    """Equal for loads that are the same within the belt's own steps; a stage without a load equals itself alone."""
    seen = stage.observation
    load = seen.actual
    if load.speed_kmh is None or load.incline_pct is None:
        return ("uptake", round(stage.vo2_ml_kg_min or 0.0, 1))
    speed, incline = round(load.speed_kmh / (2 * SAME_SPEED_KMH)), round(load.incline_pct / (2 * SAME_INCLINE_PCT))
    return (speed, incline, seen.gait, seen.handrail)


def pulse_at_equal_load(now: Sequence[StageResult], before: Sequence[StageResult]) -> float | None:
    """How much higher the pulse was at the loads both tests stood, bpm, mean."""
    pairs = [
        a.observation.hr_bpm - b.observation.hr_bpm
        for a in now
        for b in before
        if _stands(a)
        and _stands(b)
        and a.observation.hr_bpm is not None
        and b.observation.hr_bpm is not None
        and _load_key(a) == _load_key(b)
    ]
    return fmean(pairs) if pairs else None


def differences(run: RunRecord, earlier: RunRecord) -> tuple[Cause, ...]:
    """What was not the same at both tests and may be what changed, in words."""
    found: list[Cause] = []
    if (run.plan.id, run.plan.sha256) != (earlier.plan.id, earlier.plan.sha256):
        found.append(Cause("differs_protocol", {"now": run.plan.title, "before": earlier.plan.title}))
    elif run.plan.speed_name != earlier.plan.speed_name:
        found.append(Cause("differs_speed"))
    if run.heart_rate.partition(":")[0] != earlier.heart_rate.partition(":")[0]:
        found.append(Cause("differs_heart_rate"))
    if run.treadmill.partition(":")[0] != earlier.treadmill.partition(":")[0]:
        found.append(Cause("differs_treadmill"))
    if run.subject.beta_blocker != earlier.subject.beta_blocker:
        found.append(Cause("differs_medication"))
    if any(s.handrail for s in run.stages) != any(s.handrail for s in earlier.stages):
        found.append(Cause("differs_handrail"))
    if abs(run.subject.weight_kg / earlier.subject.weight_kg - 1) > WEIGHT_JUMP_SHARE:
        found.append(
            Cause("differs_weight", {"now": round(run.subject.weight_kg), "before": round(earlier.subject.weight_kg)})
        )
    apart_h = abs(hour_of_day(run.started_at) - hour_of_day(earlier.started_at))
    if min(apart_h, 24 - apart_h) > SAME_TIME_OF_DAY_H:
        now, before = time_of_day(run.started_at), time_of_day(earlier.started_at)
        found.append(Cause("differs_time_of_day", {"now": now, "before": before}))
    return tuple(found)

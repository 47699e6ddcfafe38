"""What many trials say of the station: bias, error, coverage by group, and how often a change is called real."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from ui.laboratory.trial import Seen, SeenChange, Trial

HEADLINE = "combined"
TOLD_STEPS = 5  # of the probability sentence: fifths


@dataclass(frozen=True, slots=True)
class MethodScore:
    """One method in one group. Errors in mL/kg/min; coverage is the share of intervals that held the truth."""

    method: str
    group: str
    patients: int
    given: int
    bias: float | None
    rmse: float | None
    coverage: float | None
    half_width: float | None
    coverage_of_half: float | None = None  # of the 50 % range


@dataclass(frozen=True, slots=True)
class ChangeScore:
    """True changes of one size in one group, and what was said where a change was given."""

    truth: float
    group: str
    patients: int
    given: int
    called_real: float | None
    called_possible_or_real: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Patients who were told about the same probability of lying below the healthy mean, and how many do."""

    patients: int
    said: float
    true: float


def method_scores(trials: Iterable[Trial]) -> list[MethodScore]:
    """Every method in every group, "all" first."""
    sorted_in: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for trial in trials:
        for seen in trial.seen:
            for group in seen.groups:
                sorted_in[(seen.method, group)].append(seen)
    scores = [method_score(method, group, seen) for (method, group), seen in sorted_in.items()]
    return sorted(scores, key=lambda score: (score.method, score.group != "all", score.group))


def change_scores(trials: Iterable[Trial]) -> list[ChangeScore]:
    """Every true change in every group, "all" first."""
    sorted_in: dict[tuple[float, str], list[SeenChange]] = defaultdict(list)
    for trial in trials:
        for change in trial.changes:
            for group in change.groups:
                sorted_in[(change.truth, group)].append(change)
    scores = [_change(truth, group, seen) for (truth, group), seen in sorted_in.items()]
    return sorted(scores, key=lambda score: (score.truth, score.group != "all", score.group))


def calibration(trials: Iterable[Trial]) -> list[Calibration]:
    """Whether the probability sentence is right, by fifths of what it said."""
    told: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for trial in trials:
        for seen in trial.seen:
            if seen.method == HEADLINE and seen.said_below is not None and seen.is_below is not None:
                step = min(TOLD_STEPS - 1, int(TOLD_STEPS * seen.said_below))
                told[step].append((seen.said_below, seen.is_below))
    return [
        Calibration(len(cases), fmean(said for said, _ in cases), fmean(is_below for _, is_below in cases))
        for _, cases in sorted(told.items())
    ]


def method_score(method: str, group: str, seen: Sequence[Seen]) -> MethodScore:
    """One method in one group."""
    given = [(one.value, one) for one in seen if one.value is not None]
    if not given:
        return MethodScore(method, group, len(seen), 0, None, None, None, None)
    errors = [value - one.truth for value, one in given]
    with_half = [one for _, one in given if one.likely_low is not None]
    return MethodScore(
        method=method,
        group=group,
        patients=len(seen),
        given=len(given),
        bias=fmean(errors),
        rmse=fmean(error**2 for error in errors) ** 0.5,
        coverage=fmean(_holds(one.low, one.truth, one.high) for _, one in given),
        half_width=fmean((one.high or 0.0) - (one.low or 0.0) for _, one in given) / 2,
        coverage_of_half=fmean(_holds(one.likely_low, one.truth, one.likely_high) for one in with_half)
        if with_half
        else None,
    )


def _change(truth: float, group: str, seen: Sequence[SeenChange]) -> ChangeScore:
    given = [one for one in seen if one.wording is not None]
    return ChangeScore(
        truth=truth,
        group=group,
        patients=len(seen),
        given=len(given),
        called_real=fmean(one.wording == "real" for one in given) if given else None,
        called_possible_or_real=fmean(one.wording in ("possible", "real") for one in given) if given else None,
        coverage=fmean(_holds(one.low, truth, one.high) for one in given) if given else None,
    )


def _holds(low: float | None, truth: float, high: float | None) -> bool:
    return low is not None and high is not None and low <= truth <= high

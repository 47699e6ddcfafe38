"""What a clinic's tests came to, for who runs it: everybody together, men and women, ages; and nobody by themselves.

Each figure says of how many it is. The mean change is told twice: of those who were tested twice, and of everybody, in
whom no second test counts as no change; there is no control group, and that is said. A change in years is a median of
single changes, for fitness age ends at 20 and 80. Counts of fewer than five are hidden, and with them any that would
tell them by subtraction; no extremes, and no group by illness or drug. Only who has said yes to it is counted; of the
others it is told how many there are and why, and nothing else.

Sources: CONSORT (denominators, everyone who started); Statistics Norway on small cells; the t interval of a mean.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from statistics import fmean, median, stdev
from typing import Any

from teststation.due import months_later
from teststation.physiology.result import Change, FitnessAgeChange
from teststation.subject import Sex
from teststation.training.effect import HIDDEN_BELOW, WORDINGS, Hiding, beyond_error

DROPPED_OUT_MONTHS = 6  # the three months to the next test, and as many again
AGE_BANDS = ((0, 39), (40, 59), (60, 200))
YOUNGER_YEARS = 15.0  # what the clinic promises at least
SESSIONS_A_WEEK = 2  # that make a week of training a whole one
NOT_COUNTED = ("said_no", "not_asked")


@dataclass(frozen=True, slots=True)
class Member:
    """One person's tests, without who it is. ``last_day``: of the latest test."""

    sex: Sex
    age_years: float
    tests: int
    last_day: date
    change: Change | None = None  # from the first test that can be compared to the last
    years: FitnessAgeChange | None = None
    withheld: tuple[str, ...] = ()  # for each test without a number, why: a code
    weeks: int | None = None  # whole weeks of training; None where none is recorded


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of ``people`` with its 95 % range, mL/kg/min."""

    people: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Some:
    """Some of the people. None: hidden, or nothing to tell."""

    people: int | None
    tested_twice: int | None = None
    mean: Mean | None = None


@dataclass(frozen=True, slots=True)
class ClinicResults:
    """Counts are None where they are hidden. ``by``: sex and age band by their codes."""

    on: date
    people: int | None
    tests: int | None
    tested_twice: int | None = None
    mean_of_tested: Mean | None = None
    mean_of_everybody: Mean | None = None
    wordings: Mapping[str, int | None] = field(default_factory=dict)
    median_years: float | None = None
    years_from: int | None = None
    at_caps: int | None = None
    much_younger: int | None = None  # by at least YOUNGER_YEARS
    dropped_out: int | None = None
    withheld: Mapping[str, int | None] = field(default_factory=dict)  # people by cause; one may have several
    median_weeks: float | None = None
    weeks_from: int | None = None
    by: Mapping[str, Some] = field(default_factory=dict)
    not_counted: int | None = 0  # tested, and without a yes to being counted
    not_counted_because: Mapping[str, int | None] = field(default_factory=dict)  # by NOT_COUNTED
    hidden_below: int = HIDDEN_BELOW


def clinic_results(members: Sequence[Member], on: date, not_counted: Mapping[str, int] | None = None) -> ClinicResults:
    """What can be told on a day.

    Args:
        members: Those who have said yes to being counted.
        not_counted: How many others were tested, by NOT_COUNTED.
    """
    hide = Hiding(HIDDEN_BELOW)
    left_out = _not_counted(not_counted or {}, hide)
    if len(members) < hide.below:
        return replace(ClinicResults(on, None if members else 0, None if members else 0), **left_out)
    compared = [one for one in members if _is_compared(one)]
    twice = [one for one in members if one.change is not None]
    told_twice = hide.part(len(twice), len(members))
    counts = Counter(_wording(one) for one in twice)
    cells = hide.cells([counts[name] for name in WORDINGS], whole_is_told=told_twice is not None)
    mean = _mean(compared) if hide.part(len(compared), len(members)) is not None else None
    told = ClinicResults(
        on=on,
        people=len(members),
        tests=sum(one.tests for one in members),
        tested_twice=told_twice,
        mean_of_tested=mean,
        mean_of_everybody=None if mean is None else _mean(members),
        wordings=dict(zip(WORDINGS, cells, strict=True)),
        dropped_out=hide.part(sum(_is_gone(one, on) for one in members), len(members)),
        withheld=_withheld(members, hide),
        by={**_by(members, lambda one: one.sex.value, [sex.value for sex in Sex], hide),
            **_by(members, _band, [_band_name(*band) for band in AGE_BANDS], hide)},
    )  # fmt: skip
    return replace(_with_weeks(_with_years(told, compared, hide), members, hide), **left_out)


@cache
def t_975(degrees: int) -> float:
    """The t distribution's 97.5 % point, found by halving its integral's error (Simpson's rule)."""
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(degrees * math.pi)

    def below(x: float) -> float:
        steps = 400
        width = x / steps
        ends = [(1 + (at * width) ** 2 / degrees) ** (-(degrees + 1) / 2) for at in range(steps + 1)]
        whole = ends[0] + ends[-1] + 4 * sum(ends[1:-1:2]) + 2 * sum(ends[2:-1:2])
        return 0.5 + scale * whole * width / 3

    low, high = 0.0, 20.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < 0.975 else (low, middle)
    return (low + high) / 2


# --- parts ---


def _not_counted(found: Mapping[str, int], hide: Hiding) -> dict[str, Any]:
    counts = [found.get(why, 0) for why in NOT_COUNTED]
    whole = sum(counts)
    told = whole if whole == 0 or whole >= hide.below else None
    cells = hide.cells(counts, whole_is_told=told is not None)
    return {"not_counted": told, "not_counted_because": dict(zip(NOT_COUNTED, cells, strict=True))}


def _is_compared(one: Member) -> bool:
    return one.change is not None and _wording(one) != "not_comparable"


def _wording(one: Member) -> str:
    change = one.change
    assert change is not None
    return "not_comparable" if change.not_comparable else beyond_error(change.wording, change.change_ml_kg_min)


def _is_gone(one: Member, on: date) -> bool:
    return months_later(one.last_day, DROPPED_OUT_MONTHS) < on


def _mean(members: Sequence[Member]) -> Mean | None:
    """The mean change; who has no second test that can be compared counts as unchanged."""
    sizes = [one.change.change_ml_kg_min if one.change is not None and _is_compared(one) else 0.0 for one in members]
    if len(sizes) < 2:
        return None
    mean, half = fmean(sizes), t_975(len(sizes) - 1) * stdev(sizes) / math.sqrt(len(sizes))
    return Mean(len(sizes), mean, mean - half, mean + half)


def _with_years(told: ClinicResults, compared: Sequence[Member], hide: Hiding) -> ClinicResults:
    known = [one.years for one in compared if one.years is not None]
    if len(known) < hide.below or hide.part(len(known), len(compared)) is None:
        return told
    return replace(
        told,
        median_years=median(one.years for one in known),
        years_from=len(known),
        at_caps=hide.part(sum(one.capped != "none" for one in known), len(known)),
        much_younger=hide.part(sum(one.years <= -YOUNGER_YEARS for one in known), len(known)),
    )


def _with_weeks(told: ClinicResults, members: Sequence[Member], hide: Hiding) -> ClinicResults:
    known = [one.weeks for one in members if one.weeks is not None]
    if len(known) < hide.below or hide.part(len(known), len(members)) is None:
        return told
    return replace(told, median_weeks=float(median(known)), weeks_from=len(known))


def _withheld(members: Sequence[Member], hide: Hiding) -> dict[str, int | None]:
    """People who had a test without a number, by cause, the commonest first."""
    counts = Counter(code for one in members for code in set(one.withheld))
    return {code: hide.part(count, len(members)) for code, count in counts.most_common()}


def _by(members: Sequence[Member], of: Callable[[Member], str], names: Sequence[str], hide: Hiding) -> dict[str, Some]:
    """The groups of one division. Means only where no count of any of them gives somebody away."""
    groups = {name: [one for one in members if of(one) == name] for name in names}
    people = hide.cells([len(some) for some in groups.values()], whole_is_told=True)
    compared = {name: [one for one in some if _is_compared(one)] for name, some in groups.items()}
    safe = None not in people and all(
        hide.part(len(compared[name]), len(some)) is not None for name, some in groups.items()
    )
    return {
        name: Some(
            told,
            len(compared[name]) if safe else None,
            _mean(compared[name]) if safe and len(compared[name]) >= hide.below else None,
        )
        for name, told in zip(groups, people, strict=True)
    }


def _band(one: Member) -> str:
    return next(_band_name(low, high) for low, high in AGE_BANDS if low <= int(one.age_years) <= high)


def _band_name(low: int, high: int) -> str:
    return f"age_{low}_{high}"


def last_days(started: Sequence[str]) -> date:
    """The day of the latest of several moments (ISO 8601)."""
    return max(datetime.fromisoformat(at).date() for at in started)

"""Healthy people of the same age and sex: expected VO2max, percentile, and the age at which it is expected."""

import math
import tomllib
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from statistics import NormalDist

from teststation.cause import Cause
from teststation.physiology.result import Estimate, FitnessAge, FitnessAgeChange, ReferenceComparison
from teststation.subject import Sex, Subject

YOUNGEST, OLDEST = 20.0, 80.0
EVEN_ODDS = 2 / 3
WIDEST_YEARS, IN_STEPS_OF_YEARS = 40.0, 5


@dataclass(frozen=True, slots=True)
class Reference:
    """Means (medians where the source prints those) and, where it prints them, SDs at ages, one sex, mL/kg/min."""

    source: str
    ages: tuple[float, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...] | None
    youngest: float = 0.0  # years: below it the source has nobody
    older: float = math.inf  # years: from it on the source has nobody

    def tells_of(self, age_years: float) -> bool:
        """Whether the source has people of this age: beyond them it says nothing of anybody."""
        return self.youngest <= age_years < self.older

    def expected(self, age_years: float) -> float:
        """Mean at an age: piecewise linear through the decades' middles, straight on at the ends.

        The population that an estimate begins from goes straight on beyond the source's people, too; what is told of a
        person against others asks ``tells_of`` first.
        """
        return _through(age_years, self.ages, self.mean)

    def spread(self, age_years: float) -> float:
        """SD at an age; the outermost decades' own beyond them. Only where the source prints one."""
        import numpy as np  # a list of people is on the screen before anything is reckoned

        assert self.sd is not None, self.source
        return float(np.interp(age_years, self.ages, self.sd))

    def age_of(self, vo2max: float) -> float:
        """The age whose mean this is, uncapped."""
        # Means fall with age, so the axis is turned round.
        return _through(-vo2max, [-mean for mean in self.mean], self.ages)


@cache
def hunt3(sex: Sex) -> Reference:
    """HUNT 3 (Loe 2013): healthy Norwegians, mean and SD."""
    return _read("hunt3.toml", sex)


@cache
def friend2022(sex: Sex) -> Reference:
    """FRIEND 2022, treadmill: medians of people in the United States, a second opinion."""
    return _read("friend2022.toml", sex)


def begins_later(subject: Subject) -> int | None:
    """The age at which HUNT 3 begins, where this person is younger and stands beside nobody there."""
    reference = hunt3(subject.sex)
    return round(reference.youngest) if subject.age_years < reference.youngest else None


def _read(name: str, sex: Sex) -> Reference:
    table = tomllib.loads((resources.files("teststation.physiology") / "data" / name).read_text("utf-8"))
    rows = table[sex.value]
    sd = rows.get("sd")
    return Reference(
        table["source"], tuple(table["ages"]), tuple(rows["mean"]), None if sd is None else tuple(sd),
        table.get("youngest", 0.0), table.get("older", math.inf),
    )  # fmt: skip


def compare(
    sex: Sex, age_years: float, estimate: Estimate, below: Callable[[float], float]
) -> ReferenceComparison | None:
    """This estimate among healthy Norwegians of the same age and sex; None where the source has nobody of this age.

    Args:
        estimate: One with a number.
        below: The probability that this person's VO2max lies below a level, mL/kg/min.
    """
    return _compare(hunt3(sex), age_years, estimate, below)


def compare_friend(
    sex: Sex, age_years: float, estimate: Estimate, below: Callable[[float], float]
) -> ReferenceComparison | None:
    """This estimate against the American median of the same age and sex, without a percentile; None as ``compare``."""
    return _compare(friend2022(sex), age_years, estimate, below)


def _compare(
    reference: Reference, age_years: float, estimate: Estimate, below: Callable[[float], float]
) -> ReferenceComparison | None:
    if not reference.tells_of(age_years):
        return None
    expected = reference.expected(age_years)
    value = estimate.vo2max_ml_kg_min or 0.0
    percentile = None
    if reference.sd is not None:
        percentile = 100 * NormalDist(expected, reference.spread(age_years)).cdf(value)
    likely = (estimate.likely_low, estimate.likely_high)
    low, high = (None if end is None else 100 * end / expected for end in likely)
    return ReferenceComparison(
        source=reference.source,
        expected_ml_kg_min=expected,
        percent_of_expected=100 * value / expected,
        percentile=percentile,
        probability_below=below(expected),
        percent_likely_low=low,
        percent_likely_high=high,
    )


def age_bounds(age: FitnessAge) -> str:
    """Which ends of a fitness age's 95 % range are known: an end of the table is no bound."""
    if age.low <= YOUNGEST:
        return "any" if age.high >= OLDEST else "at_most"
    return "at_least" if age.high >= OLDEST else "range"


def in_twentieths(probability_below: float) -> tuple[str, int]:
    """A probability as people take it in: ``below`` or ``above``, and in how many of twenty such tests; never in all.

    Nearer to even odds than two thirds it is ``about``.
    """
    where, share = ("below", probability_below) if probability_below >= 0.5 else ("above", 1.0 - probability_below)
    if share < EVEN_ODDS:
        return "about", 10
    return where, min(19, int(20 * share))


def fitness_age(sex: Sex, estimate: Estimate) -> FitnessAge | Cause:
    """The age at which the mean healthy person of this sex has this VO2max, with the ages of its two ranges.

    The central half is given in fives, outwards. Ages are capped at 20 and 80, and the cap is told: the tables do not
    reach beyond. Where the 95 % range is wider than forty years there is no age: why.
    """
    reference = hunt3(sex)
    ends = (estimate.high, estimate.likely_high, estimate.vo2max_ml_kg_min, estimate.likely_low, estimate.low)
    low, likely_low, years, likely_high, high = (reference.age_of(value or 0.0) for value in ends)
    if _cap(high) - _cap(low) > WIDEST_YEARS:
        return Cause("fitness_age_too_wide", {"years": round(_cap(high) - _cap(low))})
    return FitnessAge(
        years=_cap(years),
        low=_cap(low),
        high=_cap(high),
        capped=_beyond(years),
        likely_low=_cap(IN_STEPS_OF_YEARS * math.floor(likely_low / IN_STEPS_OF_YEARS)),
        likely_high=_cap(IN_STEPS_OF_YEARS * math.ceil(likely_high / IN_STEPS_OF_YEARS)),
    )


def fitness_age_change(sex: Sex, vo2max: float, change: float, low: float, high: float) -> FitnessAgeChange:
    """What a change up to ``vo2max`` (all mL/kg/min) is worth in years of fitness age, with the change's range.

    The error of HRmax moves both ages alike, so a change in years is surer than either age. Each age is capped as it is
    shown: nobody becomes younger than "under 20". That this age or the earlier one lies beyond the table is told: the
    years are then not known.
    """
    reference = hunt3(sex)

    def years(size: float) -> float:
        return _cap(reference.age_of(vo2max)) - _cap(reference.age_of(vo2max - size))

    ends = sorted((years(low), years(high)))
    beyond = [end for size in (0.0, change) if (end := _beyond(reference.age_of(vo2max - size))) != "none"]
    return FitnessAgeChange(years=years(change), low=ends[0], high=ends[1], capped=beyond[0] if beyond else "none")


def _beyond(years: float) -> str:
    return "young" if years < YOUNGEST else "old" if years > OLDEST else "none"


def _cap(years: float) -> float:
    return min(OLDEST, max(YOUNGEST, years))


def _through(x: float, xs: "tuple[float, ...] | list[float]", ys: "tuple[float, ...] | list[float]") -> float:
    index = min(max(bisect_left(xs, x), 1), len(xs) - 1)
    share = (x - xs[index - 1]) / (xs[index] - xs[index - 1])
    return ys[index - 1] + share * (ys[index] - ys[index - 1])

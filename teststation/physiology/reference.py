"""Healthy people of the same age and sex: expected VO2max, percentile, and the age at which it is expected."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from statistics import NormalDist

import numpy as np

from teststation.physiology.result import FitnessAge, ReferenceComparison
from teststation.subject import Sex

YOUNGEST, OLDEST = 20.0, 80.0


@dataclass(frozen=True, slots=True)
class Reference:
    """Means and SDs at ages, one sex, mL/kg/min."""

    source: str
    ages: tuple[float, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]

    def expected(self, age_years: float) -> float:
        """Mean at an age: piecewise linear through the decades' middles, straight on at the ends."""
        return _through(age_years, self.ages, self.mean)

    def spread(self, age_years: float) -> float:
        """SD at an age; the outermost decades' own beyond them."""
        return float(np.interp(age_years, self.ages, self.sd))

    def age_of(self, vo2max: float) -> float:
        """The age whose mean this is, uncapped."""
        # Means fall with age, so the axis is turned round.
        return _through(-vo2max, [-mean for mean in self.mean], self.ages)


@cache
def hunt3(sex: Sex) -> Reference:
    """HUNT 3 (Loe 2013)."""
    table = tomllib.loads((resources.files("teststation.physiology") / "data" / "hunt3.toml").read_text("utf-8"))
    rows = table[sex.value]
    return Reference(table["source"], tuple(table["ages"]), tuple(rows["mean"]), tuple(rows["sd"]))


def compare(sex: Sex, age_years: float, vo2max: float) -> ReferenceComparison:
    """This VO2max among healthy people of the same age and sex."""
    reference = hunt3(sex)
    expected, sd = reference.expected(age_years), reference.spread(age_years)
    return ReferenceComparison(
        source=reference.source,
        expected_ml_kg_min=expected,
        percent_of_expected=100 * vo2max / expected,
        percentile=100 * NormalDist(expected, sd).cdf(vo2max),
    )


def fitness_age(sex: Sex, vo2max: float, low: float, high: float) -> FitnessAge:
    """The age at which the mean healthy person of this sex has this VO2max, with the interval's ages.

    Ages are capped at 20 and 80, and the cap is told: the tables do not reach beyond.
    """
    reference = hunt3(sex)
    years = reference.age_of(vo2max)
    capped = "young" if years < YOUNGEST else "old" if years > OLDEST else "none"
    return FitnessAge(
        years=_cap(years), low=_cap(reference.age_of(high)), high=_cap(reference.age_of(low)), capped=capped
    )


def _cap(years: float) -> float:
    return min(OLDEST, max(YOUNGEST, years))


def _through(x: float, xs: "tuple[float, ...] | list[float]", ys: "tuple[float, ...] | list[float]") -> float:
    index = min(max(int(np.searchsorted(xs, x)), 1), len(xs) - 1)
    share = (x - xs[index - 1]) / (xs[index] - xs[index - 1])
    return ys[index - 1] + share * (ys[index] - ys[index - 1])

"""What a test says of VO2max: one density, from which number, ranges and probabilities are read.

Heart-rate reserve follows oxygen reserve (Swain 1997, 2004), along a curve of the person's own::

    HR  = HR0·(1 − f) + HRmax·f + b·f·(1 − f)·(HRmax − HR0) + day + noise,   f = (c·VO2 − 3.5)/(VO2max − 3.5)
    RPE = 5.5 + 13·f + person + tilt·(1 − f) + answer

Unknown are VO2max (a grid, even in the logarithm), the oxygen cost c (nodes), HRmax, the pulse HR0 where the line
meets rest, the bend b and the day, and how this person uses Borg's scale; the last are Gaussian for fixed VO2max and
c, and integrated out exactly (the bend as two Gaussians: people near the straight line, and people far from it).
Every size has its source in ``error_budget``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from teststation.physiology import error_budget as sizes
from teststation.units import ML_KG_MIN_PER_MET as RESTING_VO2

LOWEST, HIGHEST = 8.0, 110.0  # mL/kg/min; no person is at either end
GRID = np.exp(np.linspace(np.log(LOWEST), np.log(HIGHEST), 200))
QUANTILES = (0.025, 0.25, 0.5, 0.75, 0.975)
END_CELLS = 3  # of the grid; a range that reaches into the lowest is cut off by the grid and no range
NOBODY_ABOVE, NOBODY_SD = 97.0, 0.03  # mL/kg/min, the highest ever measured, and by what share that may be off
MOST_BEYOND = 0.25  # where more than this share would lie above anybody, the pulse is not a person's

Array = NDArray[np.float64]


def normal_nodes(count: int) -> tuple[Array, Array]:
    """Gauss-Hermite nodes and weights of a standard normal."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / weights.sum()


COST_NODES, COST_WEIGHTS = normal_nodes(7)
NO_CHANGE = (np.zeros(1), np.ones(1))

# Everybody's maximum lies below the highest that was ever measured; softly, or a range would end in a wall.
LOG_ANYBODY = -np.logaddexp(0.0, (1.702 / NOBODY_SD) * (GRID / NOBODY_ABOVE - 1.0))

# Least squares knows nothing of the slope beforehand. The slope goes with 1/(VO2max − 3.5); on the logarithm that is:
LOG_FLAT_IN_SLOPE = np.log(GRID) - 2.0 * np.log(GRID - RESTING_VO2)


@dataclass(frozen=True, slots=True)
class Pulses:
    """The heart rates of one test that count, shape (n,)."""

    vo2: Array  # by the equations or measured, mL/kg/min
    hr: Array
    cost_sd: Array  # share of the uptake
    doubt_sd_bpm: Array
    walked: Array  # 1 where the load was held long enough that nobody does it above the own maximum, else 0


@dataclass(frozen=True, slots=True)
class Efforts:
    """The answers on Borg's scale that count, shape (n,)."""

    vo2: Array
    rpe: Array
    cost_sd: Array


@dataclass(frozen=True, slots=True)
class Heart:
    """What is known of the person's heart before the test: mean and SD, bpm."""

    hr_max: tuple[float, float]
    standing: tuple[float, float]

    @property
    def reserve_bpm(self) -> float:
        """HRmax less standing pulse, as expected; a floor keeps the arithmetic whole where both were mistyped."""
        return max(20.0, self.hr_max[0] - self.standing[0])


@dataclass(frozen=True, slots=True)
class Reading:
    """Median, central half and central 95 % of a density, and the density itself as shares of ``GRID``."""

    median: float
    low: float
    likely_low: float
    likely_high: float
    high: float
    share: Array
    beyond: float  # what would lie above anybody, were that not known

    def below(self, level: float) -> float:
        """The probability that VO2max lies below a level."""
        done = np.cumsum(self.share) - self.share / 2
        return float(np.interp(np.log(level), np.log(GRID), done, left=0.0, right=1.0))

    @property
    def at_an_end(self) -> bool:
        """Whether the grid cuts the 95 % range off below, or nobody's maximum is as high as this wants to be."""
        return bool(self.low <= GRID[END_CELLS] or self.beyond > MOST_BEYOND)


def by_pulse(
    tests: Sequence[Pulses], heart: Heart, change: tuple[Array, Array] = NO_CHANGE, scatter: float = 1.0
) -> Array:
    """Log likelihood of the pulses, shape (grid, cost nodes, change nodes).

    Args:
        tests: The test itself, then at most one earlier test of the same person.
        change: Nodes and weights of how much the earlier test's VO2max was away from this one's, mL/kg/min.
        scatter: By what the stages' own variance is multiplied, where they lie farther off a curve than they should.
    """
    hr0, hr0_sd = heart.standing
    top, top_sd = heart.hr_max
    reserve = heart.reserve_bpm
    off, variance, bent = [], [], []
    columns: list[list[Array]] = [[] for _ in range(2 + len(tests))]
    bound = np.zeros((len(GRID), len(COST_NODES), len(change[0])))
    for number, test in enumerate(tests):
        vo2max = np.maximum(GRID[:, None] + number * change[0], RESTING_VO2 + 1.0)  # (grid, changes)
        f = _share(test.vo2, test.cost_sd, vo2max)
        held = np.clip(f, 0.0, 1.0)
        bent.append(held * (1.0 - held) * reserve)
        off.append(_by_stage(test.hr) - hr0 * (1 - f) - top * f)
        parts = [hr0_sd * (1 - f), top_sd * f]
        parts += [np.full_like(f, sizes.DAY_SD_BPM if n == number else 0.0) for n in range(len(tests))]
        for column, part in zip(columns, parts, strict=True):
            column.append(part)
        own = sizes.STAGE_SD_BPM**2 + sizes.LOAD_SD_BPM**2 + _by_stage(test.doubt_sd_bpm) ** 2
        variance.append(scatter * (own + (reserve * f * sizes.LOAD_COST_SD) ** 2))
        bound += _not_above(f, test.walked)
    straight, curve, own_variance = np.concatenate(off), np.concatenate(bent), np.concatenate(variance)
    known = [np.concatenate(column) for column in columns]
    each = [
        np.log(share) + _log_normal(straight - mean * curve, [*known, sd * curve], own_variance)
        for share, mean, sd in sizes.BENDS
    ]
    return bound + np.logaddexp.reduce(each)


def by_effort(efforts: Efforts) -> Array:
    """Log likelihood of the answers, shape (grid, cost nodes, 1)."""
    f = _share(efforts.vo2, efforts.cost_sd, GRID[:, None])
    held = np.clip(f, 0.0, 1.0)
    return _not_above(f, np.ones_like(efforts.vo2)) + _log_normal(
        _by_stage(efforts.rpe) - sizes.RPE_AT_REST - sizes.RPE_TO_MAXIMUM * held,
        [np.full_like(f, sizes.RPE_PERSON_SD), sizes.RPE_TILT_SD * (1.0 - held)],
        np.full_like(f, sizes.RPE_SD**2),
    )


def over_costs(log_likelihood: Array, weights: Array = NO_CHANGE[1]) -> Array:
    """The logarithm of the likelihood of every VO2max on ``GRID``, oxygen cost and change integrated out."""
    flat = log_likelihood.reshape(len(GRID), -1)
    top = flat.max(axis=1, keepdims=True)
    each = np.outer(COST_WEIGHTS, weights).ravel()
    return top[:, 0] + np.log(np.exp(flat - top) @ each)


def read(log_density: Array) -> Reading:
    """A density on ``GRID``, given as a logarithm up to a constant, per step of log VO2max."""
    free = np.exp(log_density - log_density.max())
    log_density = log_density + LOG_ANYBODY
    share = np.exp(log_density - log_density.max())
    share /= share.sum()
    low, likely_low, median, likely_high, high = np.exp(
        np.interp(QUANTILES, np.cumsum(share) - share / 2, np.log(GRID))
    ).tolist()
    beyond = float(free[GRID > NOBODY_ABOVE].sum() / free.sum())
    return Reading(median, low, likely_low, likely_high, high, share, beyond)


def _share(vo2: Array, cost_sd: Array, vo2max: Array) -> Array:
    """f of every stage, shape (stages, grid, cost nodes, changes): sums over stages are sums of whole planes."""
    net_cost = np.exp(COST_NODES * cost_sd[:, None]) * vo2[:, None] - RESTING_VO2
    return net_cost[:, None, :, None] / (vo2max - RESTING_VO2)[None, :, None, :]


def _by_stage(values: Array) -> Array:
    return values[:, None, None, None]


def _not_above(f: Array, walked: Array) -> Array:
    """Nobody holds a load above the own maximum. What that load cost is known to ``LOAD_COST_SD``, so the wall is soft.

    A logistic stands in for the normal's tail; they differ by less than a hundredth.
    """
    return -(np.logaddexp(0.0, (1.702 / sizes.LOAD_COST_SD) * (f - 1.0)) * _by_stage(walked)).sum(axis=0)


def _log_normal(off: Array, columns: Sequence[Array], variance: Array) -> Array:
    """Log density of ``off`` (n, …) under independent ``variance`` and standard normal factors with these columns.

    By the matrix determinant lemma: the factors are few, so their matrix is taken apart by hand for all places at once.
    """
    weight = 1.0 / variance
    squares = (off * off * weight).sum(axis=0)
    log_determinant = np.log(variance).sum(axis=0)
    lower: list[list[Array]] = []
    solved: list[Array] = []
    for i, column in enumerate(columns):
        weighted = column * weight
        row: list[Array] = []
        for j in range(i):
            inner = (weighted * columns[j]).sum(axis=0)
            inner = inner - sum(row[k] * lower[j][k] for k in range(j))
            row.append(inner / lower[j][j])
        pivot = 1.0 + (weighted * column).sum(axis=0) - sum(part * part for part in row)
        row.append(np.sqrt(pivot))
        log_determinant = log_determinant + np.log(pivot)
        along = (weighted * off).sum(axis=0) - sum(part * done for part, done in zip(row, solved, strict=False))
        solved.append(along / row[i])
        lower.append(row)
        squares = squares - solved[i] ** 2
    return -0.5 * (squares + log_determinant)

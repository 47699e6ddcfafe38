"""What the stages of a test say of VO2max: behind the extrapolation's interval and the combined estimate.

Heart-rate reserve follows oxygen reserve (Swain 1997, 2004): HR = HR0 + (HRmax − HR0)·f + day, with f = (c·VO2 −
3.5)/(VO2max − 3.5). Unknown and uncertain: HRmax by its source, standing heart rate HR0, personal oxygen cost c, the
day, and how far each stage lies off the line, all as large as ``error_budget`` says. For fixed VO2max and c the rest
is linear and Gaussian, so it is integrated out exactly on a grid of those two.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from teststation.physiology.error_budget import Budget
from teststation.units import ML_KG_MIN_PER_MET as RESTING_VO2

HR0_BPM, HR0_SD_BPM = 75.0, 15.0  # standing
HR0_MEASURED_SD_BPM = 8.0  # a measured resting pulse, lying or sitting, is not yet a standing one
GRID = np.arange(8.0, 98.0, 0.75)  # VO2max, mL/kg/min
QUANTILES = (0.025, 0.16, 0.5, 0.84, 0.975)

Array = NDArray[np.float64]


def normal_nodes(count: int) -> tuple[Array, Array]:
    """Gauss-Hermite nodes and weights of a standard normal."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / weights.sum()


COST_NODES, COST_WEIGHTS = normal_nodes(7)
NO_CHANGE = (np.zeros(1), np.ones(1))

# Least squares knows nothing of the slope beforehand. The slope goes with 1/(VO2max − 3.5), so on VO2max that is:
FLAT_IN_SLOPE = 1.0 / (GRID - RESTING_VO2) ** 2


@dataclass(frozen=True, slots=True)
class UsableStages:
    """What one test has to say: uptake by the equations and heart rate, shape (n,), with the budget made for them."""

    vo2: Array
    hr: Array
    budget: Budget


@dataclass(frozen=True, slots=True)
class Summary:
    """Median, half the central 68 % and the central 95 % of a distribution: what has no variance has these."""

    middle: float
    spread: float
    low: float
    high: float


def standing_hr(resting_hr_bpm: float | None) -> tuple[float, float]:
    """Mean and SD of HR0, bpm."""
    return (HR0_BPM, HR0_SD_BPM) if resting_hr_bpm is None else (resting_hr_bpm, HR0_MEASURED_SD_BPM)


def likelihood(
    tests: list[UsableStages],
    hr_max_bpm: float,
    resting_hr_bpm: float | None = None,
    change: tuple[Array, Array] = NO_CHANGE,
) -> Array | None:
    """Of every VO2max on ``GRID``, up to a constant; None where no VO2max can have given these stages.

    Args:
        tests: The test itself, then at most one earlier test of the same person.
        change: Nodes and weights of how much the earlier test's VO2max was away from this one's, mL/kg/min.
    """
    nodes, weights = change
    off = np.stack([number * nodes for number in range(len(tests))])
    top = (hr_max_bpm, tests[0].budget.hr_max_sd_bpm)
    found = _log_likelihood(tests, standing_hr(resting_hr_bpm), top, off)
    highest = float(found.max())
    if not np.isfinite(highest):
        return None
    return np.einsum("gck,c,k->g", np.exp(found - highest), COST_WEIGHTS, weights)


def summarise(density: Array) -> Summary:
    """A distribution on ``GRID``, given up to a constant."""
    share = density / density.sum()
    low, lower, middle, upper, high = np.interp(QUANTILES, np.cumsum(share) - share / 2, GRID)
    return Summary(float(middle), max(float(upper - lower) / 2, 1e-3), float(low), float(high))


def _log_likelihood(tests: list[UsableStages], hr0: tuple[float, float], top: tuple[float, float], off: Array) -> Array:
    """Of every VO2max on the grid, cost node and change node; shape (grid, costs, changes).

    ``off`` (tests, changes) is how far each test's VO2max lies from the grid's. HR0, HRmax and the days are integrated
    out in closed form, by the matrix determinant lemma over their few dimensions.
    """
    residual, design, variance = [], [], []
    possible = np.ones((len(GRID), len(COST_NODES), off.shape[1]), dtype=bool)
    for number, test in enumerate(tests):
        own_cost = np.exp(np.outer(COST_NODES, test.budget.uptake_sd))  # (costs, stages)
        vo2max = GRID[:, None] + off[number]  # (grid, changes)
        share = (own_cost * test.vo2 - RESTING_VO2)[None, :, None, :] / (vo2max - RESTING_VO2)[:, None, :, None]
        # A stage that was walked steadily cost no more than the maximum.
        fits = (share.max(axis=-1) <= 1.0) & (vo2max > RESTING_VO2 + 1.0)[:, None, :]
        possible &= fits
        residual.append(test.hr - hr0[0] * (1 - share) - top[0] * share)
        days = [np.full(share.shape, test.budget.day_sd_bpm if number == n else 0.0) for n in range(len(tests))]
        design.append(np.stack([(1 - share) * hr0[1], share * top[1], *days], axis=-1))
        variance.append(np.full(len(test.vo2), test.budget.stage_sd_bpm**2))
    weight = 1.0 / np.concatenate(variance)
    off_line, matrix = np.concatenate(residual, axis=-1), np.concatenate(design, axis=-2)
    weighted = matrix * weight[:, None]
    inner = np.eye(matrix.shape[-1]) + np.swapaxes(weighted, -1, -2) @ matrix
    projected = (np.swapaxes(weighted, -1, -2) @ off_line[..., None])[..., 0]
    solved = np.linalg.solve(inner, projected[..., None])[..., 0]
    squares = (off_line**2 * weight).sum(axis=-1) - (projected * solved).sum(axis=-1)
    _, log_determinant = np.linalg.slogdet(inner)
    return np.where(possible, -0.5 * (squares + log_determinant), -np.inf)

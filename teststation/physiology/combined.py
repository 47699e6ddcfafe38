"""The combined estimate: the stages and the reference population, weighed by what each of them knows.

Heart-rate reserve follows oxygen reserve (Swain 1997, 2004): HR = HR0 + (HRmax − HR0)·f + day, with
f = (c·VO2 − 3.5)/(VO2max − 3.5). Unknown and uncertain: HRmax by its source, standing heart rate HR0, personal
oxygen cost c, the day, the noise of each stage, and VO2max itself, with the reference's mean and a widened spread.
For fixed VO2max and c the rest is linear and Gaussian, so the posterior is exact on a grid of those two.
"""

import numpy as np
from numpy.typing import NDArray

from teststation.cause import Cause
from teststation.physiology.error_budget import Budget
from teststation.physiology.result import Estimate

PRIOR_SD = 12.0  # the reference's spread widened: patients and athletes lie far from healthy volunteers
HR0_BPM, HR0_SD_BPM = 75.0, 15.0  # standing
HR0_MEASURED_SD_BPM = 8.0  # a measured resting pulse, lying or sitting, is not yet a standing one
RESTING_VO2 = 3.5
GRID = np.arange(8.0, 95.0, 0.75)
COST_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
COST_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()

Array = NDArray[np.float64]


def combine(
    vo2: Array, hr: Array, hr_max_bpm: float, budget: Budget, expected: float, resting_hr_bpm: float | None = None
) -> Estimate:
    """Posterior mean and 95 % interval from usable stages, shape (n,), and the reference mean ``expected``."""
    if len(vo2) < 1:
        return Estimate(status="withheld", why=Cause("too_few_stages", {"n": 0}))
    hr0, hr0_sd = (HR0_BPM, HR0_SD_BPM) if resting_hr_bpm is None else (resting_hr_bpm, HR0_MEASURED_SD_BPM)
    cost = np.exp(budget.cost_sd_share * COST_NODES)
    share = (cost[None, :, None] * vo2 - RESTING_VO2) / (GRID[:, None, None] - RESTING_VO2)  # (grid, cost, stage)
    off = hr - (hr0 * (1 - share) + hr_max_bpm * share)
    rest, top = (1 - share) * hr0_sd, share * budget.hr_max_sd_bpm
    covariance = (
        rest[..., :, None] * rest[..., None, :]
        + top[..., :, None] * top[..., None, :]
        + budget.day_sd_bpm**2
        + np.eye(len(vo2)) * budget.stage_sd_bpm**2
    )
    factor = np.linalg.cholesky(covariance)
    white = np.linalg.solve(factor, off[..., None])[..., 0]
    log_likelihood = -0.5 * (white**2).sum(axis=-1) - np.log(np.diagonal(factor, axis1=-2, axis2=-1)).sum(axis=-1)
    # A stage that was walked steadily cost no more than the maximum.
    log_likelihood = np.where(share.max(axis=-1) <= 1.0, log_likelihood, -np.inf)
    peak = log_likelihood.max()
    if not np.isfinite(peak):
        return Estimate(status="withheld", why=Cause("not_a_line", {"r2": 0.0}))
    likelihood = (np.exp(log_likelihood - peak) * COST_WEIGHTS).sum(axis=1)
    posterior = likelihood * np.exp(-0.5 * ((GRID - expected) / PRIOR_SD) ** 2)
    posterior /= posterior.sum()
    cumulative = np.cumsum(posterior)
    low, high = np.interp([0.025, 0.975], cumulative, GRID)
    mean = float((GRID * posterior).sum())
    return Estimate(status="ok", vo2max_ml_kg_min=mean, low=float(low), high=float(high), n_stages=len(vo2))

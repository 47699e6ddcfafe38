"""What a submaximal VO2max can be wrong by: one place, term by term, each from a published spread. Nothing is fitted.

Every term is a standard deviation. ``draws`` carries them through the line by fixed quasi-random numbers, so that the
interval is asymmetric where the arithmetic is, and the same input always gives the same interval.
"""

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from teststation.physiology.metabolic import HANDRAIL_SEE_ML_KG_MIN
from teststation.subject import Gait

N_DRAWS = 2048
MAX_STAGES = 40
FIXED_DIMENSIONS = 3  # HRmax, oxygen cost, day

DAY_SD_BPM = 3.0  # day-to-day heart rate at one load: 2 to 4 bpm
STAGE_SD_BPM = 4.0  # noise of one stage's mean, and how far people depart from a straight line
WALKING_COST_SD = 0.08  # between people, share of the cost: 7 to 10 %
RUNNING_COST_SD_ML = 4.0  # between people, mL/kg/min: 3 to 5
MEASURED_UPTAKE_SD = 0.03  # where uptake itself was measured: the instrument's share, an assumption of this project
RPE_SD = 1.0  # one step of Borg's scale, an assumption of this project

SOURCES = {
    "hr_max": "SEE of the source of HRmax (Nes 2013: 10.8 bpm; measured: 3 bpm)",
    "oxygen_cost": "spread between people of the oxygen cost at one load (walking 7-10 %, running 3-5 mL/kg/min)",
    "day": "day-to-day heart rate at one load, 2-4 bpm",
    "stages": "stage noise and departure from linearity, 4 bpm, by number and spread of the stages",
    "handrail": "Foster 1996, SEE 4.4 mL/kg/min",
}

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Budget:
    """The terms for one person and test."""

    hr_max_sd_bpm: float
    cost_sd_share: float
    cost_term: str  # oxygen_cost | handrail
    day_sd_bpm: float = DAY_SD_BPM
    stage_sd_bpm: float = STAGE_SD_BPM


def budget(
    hr_max_see_bpm: float, mean_vo2: float, *, gait: Gait = Gait.WALK, handrail: bool = False, measured: bool = False
) -> Budget:
    """The terms for stages of this kind; ``mean_vo2`` in mL/kg/min turns absolute spreads into shares."""
    if measured:
        return Budget(hr_max_see_bpm, MEASURED_UPTAKE_SD, "oxygen_cost")
    if handrail:
        return Budget(hr_max_see_bpm, HANDRAIL_SEE_ML_KG_MIN / mean_vo2, "handrail")
    if gait is Gait.RUN:
        return Budget(hr_max_see_bpm, RUNNING_COST_SD_ML / mean_vo2, "oxygen_cost")
    return Budget(hr_max_see_bpm, WALKING_COST_SD, "oxygen_cost")


@cache
def draws() -> Array:
    """Standard normal numbers, shape (N_DRAWS, FIXED_DIMENSIONS + MAX_STAGES): a Kronecker lattice, always the same.

    The lattice's steps are fractional parts of square roots of primes, and each point has its mirror image, so that
    every column has mean zero.
    """
    dimensions = FIXED_DIMENSIONS + MAX_STAGES
    steps = np.sqrt(np.array(_primes(dimensions), dtype=float)) % 1.0
    half = (0.5 + np.outer(np.arange(1, N_DRAWS // 2 + 1), steps)) % 1.0
    normal = NormalDist()
    quantiles = np.array([[normal.inv_cdf(min(max(u, 1e-6), 1 - 1e-6)) for u in row] for row in half])
    return np.concatenate([quantiles, -quantiles])


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found

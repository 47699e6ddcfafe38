"""Multi-stage extrapolation: least squares of stage heart rate on stage oxygen uptake, read at HRmax.

The interval is for the person's true VO2max: the line is drawn again many times with every term of the error budget,
and readings that nature forbids (a maximum below what was just walked) are left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from teststation.cause import Cause
from teststation.physiology.error_budget import FIXED_DIMENSIONS, MAX_STAGES, SOURCES, Budget, draws
from teststation.physiology.result import ErrorTerm, Estimate, Line

HR_FROM_BPM = 110.0  # below it, nerves and stroke volume bend the line
HR_TO_SHARE = 0.85
STAGES_MIN = 2
R2_MIN = 0.7  # below it the stages do not lie on a line; a choice of this project
VO2MAX_HIGHEST = 100.0  # no person has been measured above
BAND_POINTS = 25

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Extrapolation:
    """The estimate with its line and its error budget."""

    estimate: Estimate
    line: Line | None = None
    terms: tuple[ErrorTerm, ...] = ()


def extrapolate(vo2: Array, hr: Array, hr_max_bpm: float, budget: Budget) -> Extrapolation:
    """Extrapolate usable stages: ``vo2`` mL/kg/min and ``hr`` bpm, shape (n,).

    The population of the method: healthy adults; validity rests on heart rate rising in proportion to uptake.
    """
    n = len(vo2)
    if n < STAGES_MIN:
        return Extrapolation(_withheld("too_few_stages", n=n))
    spread = float(((vo2 - vo2.mean()) ** 2).sum())
    if spread < 1.0:
        return Extrapolation(_withheld("loads_too_alike"))
    slope = float(((vo2 - vo2.mean()) * (hr - hr.mean())).sum()) / spread
    if slope <= 0:
        return Extrapolation(_withheld("pulse_does_not_rise"))
    intercept = float(hr.mean() - slope * vo2.mean())
    residual = hr - intercept - slope * vo2
    total = float(((hr - hr.mean()) ** 2).sum())
    r2 = 1.0 - float((residual**2).sum()) / total
    if r2 < R2_MIN:
        return Extrapolation(_withheld("not_a_line", r2=round(r2, 2)))
    vo2max = (hr_max_bpm - intercept) / slope
    if vo2max > VO2MAX_HIGHEST:
        return Extrapolation(_withheld("pulse_hardly_rises"))
    sample = _Sample(vo2[-MAX_STAGES:], hr[-MAX_STAGES:], hr_max_bpm, budget)
    low, high = sample.interval()
    estimate = Estimate(
        status="ok", vo2max_ml_kg_min=vo2max, low=min(low, vo2max), high=max(high, vo2max), r2=r2, n_stages=n
    )
    return Extrapolation(estimate, sample.line(slope, intercept, vo2max), _terms(vo2, slope, vo2max, budget))


class _Sample:
    """The line drawn again under the error budget."""

    def __init__(self, vo2: Array, hr: Array, hr_max_bpm: float, budget: Budget) -> None:
        numbers = draws()
        centred = vo2 - vo2.mean()
        spread = float((centred**2).sum())
        noise = numbers[:, FIXED_DIMENSIONS : FIXED_DIMENSIONS + len(vo2)] * budget.stage_sd_bpm
        self._day = numbers[:, 2] * budget.day_sd_bpm
        seen = hr + noise
        self._slope = seen @ centred / spread
        self._mean_hr = seen.mean(axis=1)
        self._mean_vo2 = float(vo2.mean())
        cost = np.exp(numbers[:, 1] * budget.cost_sd_share)
        maximum = hr_max_bpm + numbers[:, 0] * budget.hr_max_sd_bpm
        with np.errstate(divide="ignore", invalid="ignore"):
            reading = self._mean_vo2 + (maximum - self._mean_hr - self._day) / self._slope
        # What was walked at a submaximal pulse was not more than the maximum.
        possible = (self._slope > 0) & (reading >= vo2.max()) & (reading * cost <= VO2MAX_HIGHEST)
        self._readings = (reading * cost)[possible]
        self._floor = float(vo2.max())

    def interval(self) -> tuple[float, float]:
        """The central 95 %, mL/kg/min."""
        if not len(self._readings):
            return self._floor, VO2MAX_HIGHEST
        low, high = np.percentile(self._readings, [2.5, 97.5])
        return float(low), float(high)

    def line(self, slope: float, intercept: float, vo2max: float) -> Line:
        """The line with the 95 % band of stages, day and noise: what the screen draws."""
        at = np.linspace(0.0, max(vo2max, self._floor) * 1.1, BAND_POINTS)
        lines = self._mean_hr[:, None] + self._day[:, None] + self._slope[:, None] * (at - self._mean_vo2)
        low, high = np.percentile(lines, [2.5, 97.5], axis=0)
        return Line(
            slope_bpm_per_ml=slope,
            intercept_bpm=intercept,
            vo2_ml_kg_min=tuple(at.tolist()),
            band_low_bpm=tuple(low.tolist()),
            band_high_bpm=tuple(high.tolist()),
        )


def _terms(vo2: Array, slope: float, vo2max: float, budget: Budget) -> tuple[ErrorTerm, ...]:
    """Each term's own standard deviation in the answer, to first order."""
    spread = float(((vo2 - vo2.mean()) ** 2).sum())
    leverage = (1 / len(vo2) + (vo2max - float(vo2.mean())) ** 2 / spread) ** 0.5
    sizes = {
        "hr_max": budget.hr_max_sd_bpm / slope,
        budget.cost_term: budget.cost_sd_share * vo2max,
        "day": budget.day_sd_bpm / slope,
        "stages": budget.stage_sd_bpm / slope * leverage,
    }
    return tuple(ErrorTerm(name=name, sd_ml_kg_min=sd, source=SOURCES[name]) for name, sd in sizes.items())


def _withheld(code: str, **values: int | float | str) -> Estimate:
    return Estimate(status="withheld", why=Cause(code, dict(values)))

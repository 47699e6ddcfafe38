"""Multi-stage extrapolation: least squares of stage heart rate on stage oxygen uptake, read at HRmax.

The interval is for the person's true VO2max: every VO2max that could have given these stages, weighed by
``likelihood`` with every term of the error budget, and nothing known beforehand of the slope, as least squares has
it. So it is longer on the side where the line is long, and it begins no lower than what was just walked.
"""

from dataclasses import dataclass

import numpy as np

from teststation.physiology.error_budget import SOURCES, Z95, Budget
from teststation.physiology.likelihood import FLAT_IN_SLOPE, Array, UsableStages, summarise
from teststation.physiology.result import ErrorTerm, Estimate, Line, withheld

HR_FROM_BPM = 110.0  # below it, nerves and stroke volume bend the line
HR_TO_SHARE = 0.85
STAGES_MIN = 2
R2_MIN = 0.7  # below it the stages do not lie on a line; a choice of this project
LEVERAGE_MAX = 5.0  # bpm at the maximum for each bpm that a stage is off; a choice of this project
VO2MAX_HIGHEST = 100.0  # no person has been measured above
BAND_POINTS = 25
NUDGE = 1e-4


@dataclass(frozen=True, slots=True)
class Extrapolation:
    """The estimate with its line and its error budget."""

    estimate: Estimate
    line: Line | None = None
    terms: tuple[ErrorTerm, ...] = ()


def extrapolate(stages: UsableStages, by_stages: Array | None, hr_max_bpm: float) -> Extrapolation:
    """Extrapolate usable stages.

    The population of the method: healthy adults; validity rests on heart rate rising in proportion to uptake.

    Args:
        by_stages: Their likelihood.
    """
    vo2, hr, n = stages.vo2, stages.hr, len(stages.vo2)
    if n < STAGES_MIN:
        return Extrapolation(withheld("too_few_stages", n=n))
    if float(((vo2 - vo2.mean()) ** 2).sum()) < 1.0:
        return Extrapolation(withheld("loads_too_alike"))
    line = FittedLine(vo2, hr, stages.budget)
    if line.slope <= 0:
        return Extrapolation(withheld("pulse_does_not_rise"))
    if line.r2 < R2_MIN or by_stages is None:
        return Extrapolation(withheld("not_a_line", r2=round(line.r2, 2)))
    vo2max = (hr_max_bpm - line.intercept) / line.slope
    if vo2max > VO2MAX_HIGHEST:
        return Extrapolation(withheld("pulse_hardly_rises"))
    if float(line.leverage(np.array([vo2max]))[0]) > LEVERAGE_MAX:
        return Extrapolation(withheld("line_too_long", n=n))
    held = summarise(by_stages * FLAT_IN_SLOPE)
    estimate = Estimate(
        status="ok",
        vo2max_ml_kg_min=vo2max,
        low=min(held.low, vo2max),
        high=max(held.high, vo2max),
        r2=line.r2,
        n_stages=n,
    )
    terms = tuple(
        ErrorTerm(name=name, sd_ml_kg_min=float(off[0]) / line.slope, source=SOURCES[name])
        for name, off in line.errors_bpm(np.array([vo2max])).items()
    )
    return Extrapolation(estimate, line.drawn(max(held.high, float(vo2.max()))), terms)


class FittedLine:
    """Heart rate as a line in oxygen uptake, and how far each term of the budget can put it off HRmax."""

    def __init__(self, vo2: Array, hr: Array, budget: Budget) -> None:
        self._vo2, self._hr, self._budget = vo2, hr, budget
        self.slope, self.intercept = _fit(vo2, hr)
        residual = hr - self.intercept - self.slope * vo2
        total = float(((hr - hr.mean()) ** 2).sum())
        self.r2 = 1.0 - float((residual**2).sum()) / total if total else 0.0

    def leverage(self, at: Array) -> Array:
        """How far the line moves at these uptakes, in bpm, for an independent bpm of error in every stage."""
        centred = self._vo2 - self._vo2.mean()
        return np.sqrt(1 / len(self._vo2) + (at - self._vo2.mean()) ** 2 / (centred**2).sum())

    def errors_bpm(self, at: Array) -> dict[str, Array]:
        """Standard deviation, in bpm, that each term gives to HRmax less the line, at these uptakes."""
        budget, leverage = self._budget, self.leverage(at)
        errors = {"hr_max": np.full_like(at, budget.hr_max_sd_bpm)}
        for term in dict.fromkeys(budget.uptake_terms):
            # The line through stages that cost this person a little more than the equations say.
            share = np.where(np.array(budget.uptake_terms) == term, budget.uptake_sd, 0.0)
            slope, intercept = _fit(self._vo2 * (1 + NUDGE * share), self._hr)
            errors[term] = np.abs(slope * at + intercept - self.slope * at - self.intercept) / NUDGE
        errors["day"] = np.full_like(at, budget.day_sd_bpm)
        errors["stage_noise"] = budget.stage_noise_sd_bpm * leverage
        errors["linearity"] = budget.linearity_sd_bpm * leverage
        return errors

    def drawn(self, to_vo2: float) -> Line:
        """The line with the 95 % band of stages and day: what the screen draws, over uptake by the equations."""
        at = np.linspace(float(self._vo2.min()) * 0.8, to_vo2, BAND_POINTS)
        half = Z95 * np.hypot(self._budget.day_sd_bpm, self._budget.stage_sd_bpm * self.leverage(at))
        middle = self.intercept + self.slope * at
        return Line(
            slope_bpm_per_ml=self.slope,
            intercept_bpm=self.intercept,
            vo2_ml_kg_min=tuple(at.tolist()),
            band_low_bpm=tuple((middle - half).tolist()),
            band_high_bpm=tuple((middle + half).tolist()),
        )


def _fit(vo2: Array, hr: Array) -> tuple[float, float]:
    """Slope and intercept of least squares."""
    centred = vo2 - vo2.mean()
    slope = float((centred * hr).sum() / (centred**2).sum())
    return slope, float(hr.mean()) - slope * float(vo2.mean())

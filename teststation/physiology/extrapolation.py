"""Multi-stage extrapolation: what the stages say by themselves, and the line through them that is drawn to HRmax.

The number is the median of ``posterior`` with nothing known beforehand of the slope, as least squares has it: so it is
no lower than what was just walked, and its interval is longer on the side where the line is long. The line is the
picture of it. It is the weighted least squares of stage heart rate on stage oxygen uptake.
"""

from dataclasses import dataclass

import numpy as np

from teststation.cause import Cause
from teststation.physiology import error_budget as sizes
from teststation.physiology.error_budget import Z95
from teststation.physiology.posterior import (
    LOG_FLAT_IN_SLOPE,
    RESTING_VO2,
    Array,
    Heart,
    Pulses,
    Reading,
    over_costs,
    read,
)
from teststation.physiology.result import Estimate, Line, withheld

HR_FROM_BPM = 110.0  # below it, nerves and stroke volume bend the line
HR_TO_SHARE = 0.85
STAGES_MIN = 2
R2_MIN = 0.7  # below it the stages do not lie on a line; a choice of this project
SCATTER_FROM = 4.0  # times the variance the stages should have about a line; a 2 % chance with four of them
RISES_BPM = 1.0  # less over all stages together is no rise
FITTEST_PATIENT = 80.0  # mL/kg/min; whose pulse rises least
USUAL_SHARE = 0.6  # of the maximum, where stages lie
BAND_POINTS = 25


@dataclass(frozen=True, slots=True)
class Extrapolation:
    """The estimate with its density and its line."""

    estimate: Estimate
    reading: Reading | None = None
    line: Line | None = None


def extrapolate(stages: Pulses, by_stages: Array | None, heart: Heart, line: "FittedLine | None") -> Extrapolation:
    """Extrapolate the stages that count.

    The population of the method: healthy adults; validity rests on heart rate rising in proportion to uptake.

    Args:
        by_stages: Their log likelihood by cost node; None where their pulse does not follow the load.
        line: Through them; None where there are too few or their loads are too alike.
    """
    n = len(stages.vo2)
    if n < STAGES_MIN:
        return Extrapolation(withheld("too_few_stages", n=n))
    if line is None:
        return Extrapolation(withheld("loads_too_alike"))
    reason = line.does_not_follow(heart)
    if reason is not None or by_stages is None:
        return Extrapolation(Estimate(status="withheld", why=reason or Cause("pulse_does_not_rise")))
    if line.r2 < R2_MIN:
        return Extrapolation(withheld("not_a_line", r2=round(line.r2, 2)))
    found = read(over_costs(by_stages) + LOG_FLAT_IN_SLOPE)
    if found.at_an_end:
        return Extrapolation(withheld("line_too_long", n=n), line=line.drawn(float(stages.vo2.max())))
    estimate = with_ranges(found, r2=line.r2, n_stages=n)
    return Extrapolation(estimate, found, line.drawn(max(found.high, float(stages.vo2.max()))))


def with_ranges(found: Reading, *, r2: float | None = None, n_stages: int | None = None) -> Estimate:
    """An estimate from its density."""
    return Estimate(
        status="ok",
        vo2max_ml_kg_min=found.median,
        low=found.low,
        high=found.high,
        r2=r2,
        n_stages=n_stages,
        likely_low=found.likely_low,
        likely_high=found.likely_high,
    )


class FittedLine:
    """Heart rate as a line in oxygen uptake, by weighted least squares."""

    def __init__(self, stages: Pulses, heart: Heart) -> None:
        self._vo2, self._hr = stages.vo2, stages.hr
        by_cost = heart.reserve_bpm * USUAL_SHARE * sizes.LOAD_COST_SD
        self._variance = sizes.STAGE_SD_BPM**2 + sizes.LOAD_SD_BPM**2 + by_cost**2 + stages.doubt_sd_bpm**2
        weight = 1.0 / self._variance
        self._weight = weight
        self._middle = float((weight * self._vo2).sum() / weight.sum())
        level = float((weight * self._hr).sum() / weight.sum())
        centred = self._vo2 - self._middle
        self._spread = float((weight * centred**2).sum())
        self.slope = float((weight * centred * self._hr).sum()) / self._spread
        self.intercept = level - self.slope * self._middle
        off = self._hr - self.intercept - self.slope * self._vo2
        total = float((weight * (self._hr - level) ** 2).sum())
        self._off = float((weight * off**2).sum())
        self.r2 = 1.0 - self._off / total if total else 0.0

    @property
    def scatter(self) -> float:
        """By what the variance of the stages is to be multiplied; 1 unless they lie far off any line."""
        free = len(self._vo2) - 2
        by_chance = self._off / free if free > 0 else 0.0
        return by_chance if by_chance > SCATTER_FROM else 1.0

    def does_not_follow(self, heart: Heart) -> Cause | None:
        """Why these pulses tell nothing of the person: they fall, or rise less than anybody's.

        The least that a pulse rises by is a reserve on the low side of what is known of the heart, over the uptake of
        the fittest; a standard error of the line is allowed for chance. One, not two: so flat a pulse is oftener a
        strap that slipped than a patient fitter than 80 mL/kg/min.
        """
        if self.slope * float(self._vo2.max() - self._vo2.min()) < RISES_BPM:
            return Cause("pulse_does_not_rise")
        least_reserve = heart.reserve_bpm - float(np.hypot(heart.hr_max[1], heart.standing[1]))
        least = max(0.0, least_reserve) / (FITTEST_PATIENT - RESTING_VO2)
        if self.slope + self._spread**-0.5 < least:
            return Cause("pulse_hardly_rises")
        return None

    def drawn(self, to_vo2: float) -> Line:
        """The line with the 95 % band of stages and day: what the screen draws, over uptake by the equations."""
        at = np.linspace(float(self._vo2.min()) * 0.8, to_vo2, BAND_POINTS)
        by_stages = 1.0 / self._weight.sum() + (at - self._middle) ** 2 / self._spread
        half = Z95 * np.sqrt(sizes.DAY_SD_BPM**2 + by_stages)
        middle = self.intercept + self.slope * at
        return Line(
            slope_bpm_per_ml=self.slope,
            intercept_bpm=self.intercept,
            vo2_ml_kg_min=tuple(at.tolist()),
            band_low_bpm=tuple((middle - half).tolist()),
            band_high_bpm=tuple((middle + half).tolist()),
        )


def fit_line(stages: Pulses, heart: Heart) -> FittedLine | None:
    """The line; None with fewer than two stages or loads too alike to tell a slope."""
    if len(stages.vo2) < STAGES_MIN or float(((stages.vo2 - stages.vo2.mean()) ** 2).sum()) < 1.0:
        return None
    return FittedLine(stages, heart)

"""What a submaximal VO2max can be wrong by: one place, term by term, each from a published spread. Nothing is fitted.

Every term is a standard deviation. ``likelihood`` carries them all together from the stages to the interval.

| term | size | source |
|---|---|---|
| ``hr_max`` | the SEE of HRmax's own source | Nes 2013: 10.8 bpm; Brawner 2004: 18; measured: 3 |
| ``walking_cost`` | 8 % between people | 7 to 10 % at one load |
| ``running_cost`` | 4 mL/kg/min between people | 3 to 5 at one load |
| ``handrail`` | 4.4 mL/kg/min | Foster 1996, SEE with the rail held |
| ``uptake_measured`` | 3 % | the instrument's share where uptake was measured; an assumption of this project |
| ``day`` | 3 bpm on every stage of a day | day-to-day heart rate at one load, 2 to 4 bpm |
| ``stage_noise`` | 2 bpm on each stage | what a stage's mean scatters by when the same person walks it again |
| ``linearity`` | 3.5 bpm on each stage | with the noise, the 4 bpm by which stages lie off a line |

Leverage is no term of its own: it is how far few stages, or stages close together, carry noise to the maximum. Gait is
none either: the walk and the run have each their own cost error, so a line through both carries what divides them, and
a stage whose gait nobody stated is not used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

import numpy as np

from teststation.physiology.metabolic import HANDRAIL_SEE_ML_KG_MIN
from teststation.physiology.result import StageResult
from teststation.subject import Gait

Z95 = NormalDist().inv_cdf(0.975)

DAY_SD_BPM = 3.0
STAGE_NOISE_SD_BPM = 2.0
LINEARITY_SD_BPM = (4.0**2 - STAGE_NOISE_SD_BPM**2) ** 0.5
WALKING_COST_SD = 0.08  # share of the cost
RUNNING_COST_SD_ML = 4.0
MEASURED_UPTAKE_SD = 0.03
RPE_SD = 1.0  # one step of Borg's scale, an assumption of this project; HUNT 3 saw 18 ± 1 at the maximum (Loe 2013)

SOURCES = {
    "hr_max": "SEE of the source of HRmax (Nes 2013: 10.8 bpm; Brawner 2004: 18 bpm; measured: 3 bpm)",
    "walking_cost": "spread between people of the oxygen cost of walking, 7-10 %",
    "running_cost": "spread between people of the oxygen cost of running, 3-5 mL/kg/min",
    "handrail": "Foster 1996, SEE 4.4 mL/kg/min",
    "uptake_measured": "the instrument, 3 %",
    "day": "day-to-day heart rate at one load, 2-4 bpm",
    "stage_noise": "scatter of a stage's mean, 2 bpm, by number and spread of the stages",
    "linearity": "departure from a straight line, 3.5 bpm, by number and spread of the stages",
}


@dataclass(frozen=True, slots=True)
class Budget:
    """The terms for one person and test; ``uptake_terms`` and ``uptake_sd`` hold one entry for each stage used."""

    hr_max_sd_bpm: float
    uptake_terms: tuple[str, ...]
    uptake_sd: tuple[float, ...]  # shares of the stage's uptake
    day_sd_bpm: float = DAY_SD_BPM
    stage_noise_sd_bpm: float = STAGE_NOISE_SD_BPM
    linearity_sd_bpm: float = LINEARITY_SD_BPM

    @property
    def stage_sd_bpm(self) -> float:
        """What one stage may lie off the person's line by."""
        return float(np.hypot(self.stage_noise_sd_bpm, self.linearity_sd_bpm))


def budget(hr_max_see_bpm: float, used: Sequence[StageResult]) -> Budget:
    """The terms for these stages. Absolute spreads are shares of the mean uptake of the stages they concern."""
    terms = tuple(_uptake_term(stage) for stage in used)
    means = {
        term: fmean(stage.vo2_ml_kg_min or 0.0 for stage, of in zip(used, terms, strict=True) if of == term)
        for term in set(terms)
    }
    shares = {
        "walking_cost": lambda _: WALKING_COST_SD,
        "running_cost": lambda mean: RUNNING_COST_SD_ML / mean,
        "handrail": lambda mean: HANDRAIL_SEE_ML_KG_MIN / mean,
        "uptake_measured": lambda _: MEASURED_UPTAKE_SD,
    }
    return Budget(hr_max_see_bpm, terms, tuple(shares[term](means[term]) for term in terms))


def _uptake_term(stage: StageResult) -> str:
    seen = stage.observation
    if seen.vo2_ml_kg_min is not None:
        return "uptake_measured"
    if seen.handrail:
        return "handrail"
    return "running_cost" if seen.gait is Gait.RUN else "walking_cost"

"""What the published single equations share."""

import math

from teststation.physiology.error_budget import Z50, Z95
from teststation.physiology.result import Estimate, StageObservation, withheld
from teststation.units import ML_KG_MIN_PER_MET

LEAST_MET = 2.0  # standing is one and a half
WHOLE_STAGE_S = 170.0  # three minutes, less what a belt takes to change


def with_see(found: float, see: float, n_stages: int | None = None) -> Estimate:
    """A number with the interval of its published standard error; withheld where nobody could have walked with it."""
    if found < LEAST_MET * ML_KG_MIN_PER_MET:
        return withheld("outside_the_equation")
    return Estimate(
        status="ok",
        vo2max_ml_kg_min=found,
        low=_above_rest(found, Z95 * see),
        high=found + Z95 * see,
        n_stages=n_stages,
        likely_low=_above_rest(found, Z50 * see),
        likely_high=found + Z50 * see,
    )


def _above_rest(found: float, less: float) -> float:
    """``found`` less a half width; where that would come near rest, as far down on a scale that ends there."""
    net = found - ML_KG_MIN_PER_MET
    return found - less if less < net / 2 else ML_KG_MIN_PER_MET + net / 2 * math.exp(1 - 2 * less / net)


def stands(stage: StageObservation, from_s: float = WHOLE_STAGE_S) -> bool:
    """Whether a stage may go into an equation: whole, freely walked or run, with a pulse and a load."""
    load = stage.actual
    return (
        stage.hr_bpm is not None
        and load.speed_kmh is not None
        and load.incline_pct is not None
        and (load.duration_s is None or load.duration_s >= from_s)
        and stage.duration_ok
        and stage.steady is not False
        and not stage.habituation
        and not stage.handrail
    )

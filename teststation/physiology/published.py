"""What the published single equations share."""

from teststation.physiology.error_budget import Z95
from teststation.physiology.result import Estimate, StageObservation, withheld
from teststation.units import ML_KG_MIN_PER_MET

WHOLE_STAGE_S = 170.0  # three minutes, less what a belt takes to change


def with_see(found: float, see: float, n_stages: int | None = None) -> Estimate:
    """A number with the interval of its published standard error; withheld where it would be below rest."""
    if found <= ML_KG_MIN_PER_MET:
        return withheld("outside_the_equation")
    half = Z95 * see
    return Estimate(
        status="ok",
        vo2max_ml_kg_min=found,
        low=max(ML_KG_MIN_PER_MET, found - half),
        high=found + half,
        n_stages=n_stages,
    )


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

"""4x4 intervals from the person's own test: the pulse to aim at, and the belt setting that should give it."""

from teststation.physiology.metabolic import running_vo2_ml_kg_min
from teststation.physiology.result import Line, StageResult, ThresholdTraining
from teststation.subject import Gait
from teststation.units import M_PER_MIN_PER_KMH

HR_SHARE_LOW, HR_SHARE_HIGH = 0.85, 0.95
HR_SHARE_TARGET = 0.88  # "closer to 85 than 95"
INCLINE_MIN_PCT = 5.0
INCLINE_MAX_PCT = 15.0
RUNS_ABOVE_KMH = 7.0


def four_by_four(line: Line, hr_max_bpm: float, stages: tuple[StageResult, ...]) -> ThresholdTraining | None:
    """The setting at the speed of the last stage used, uphill; a run at 5 % where walking would be too steep."""
    used = [stage for stage in stages if stage.used and stage.observation.actual.speed_kmh is not None]
    if not used:
        return None
    vo2 = (HR_SHARE_TARGET * hr_max_bpm - line.intercept_bpm) / line.slope_bpm_per_ml
    speed_kmh = float(used[-1].observation.actual.speed_kmh or 0.0)
    metres = speed_kmh * M_PER_MIN_PER_KMH
    incline_pct = 100 * (vo2 - 3.5 - 0.1 * metres) / (1.8 * metres)
    gait = Gait.WALK
    if incline_pct < INCLINE_MIN_PCT:
        incline_pct = INCLINE_MIN_PCT
        speed_kmh = (vo2 - 3.5) / (0.1 + 1.8 * incline_pct / 100) / M_PER_MIN_PER_KMH
    elif incline_pct > INCLINE_MAX_PCT:
        gait, incline_pct = Gait.RUN, INCLINE_MIN_PCT
        speed_kmh = (vo2 - 3.5) / (0.2 + 0.9 * incline_pct / 100) / M_PER_MIN_PER_KMH
        if speed_kmh <= RUNS_ABOVE_KMH or vo2 < running_vo2_ml_kg_min(RUNS_ABOVE_KMH, incline_pct):
            # Too slow to run: a quicker walk up the steepest hill.
            gait, incline_pct = Gait.WALK, INCLINE_MAX_PCT
            speed_kmh = (vo2 - 3.5) / (0.1 + 1.8 * incline_pct / 100) / M_PER_MIN_PER_KMH
    if speed_kmh < 2.0:
        return None
    return ThresholdTraining(
        hr_low_bpm=HR_SHARE_LOW * hr_max_bpm,
        hr_high_bpm=HR_SHARE_HIGH * hr_max_bpm,
        hr_target_bpm=HR_SHARE_TARGET * hr_max_bpm,
        speed_kmh=round(speed_kmh, 1),
        incline_pct=round(incline_pct * 2) / 2,
        gait=gait,
    )

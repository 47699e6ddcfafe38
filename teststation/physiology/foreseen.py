"""What the stages of a protocol will ask of one person, before anybody walks: oxygen uptake by the belt's equations,
and the pulse that goes with it.

Nothing here is its own: the cost is ACSM's (``metabolic``), the pulse that of the person's last test, whose line is
known, or else the curve from rest to the maximum that every estimate rests on (``posterior``), with what is known of
such a person beforehand (``prior``) and every size from ``error_budget``. A pulse is told with the range that half of
all such people lie in.
"""

from collections.abc import Sequence

import numpy as np

from teststation.errors import OutOfRange
from teststation.physiology import error_budget as sizes
from teststation.physiology.assess import heart_of
from teststation.physiology.hrmax import hr_max
from teststation.physiology.metabolic import vo2_ml_kg_min
from teststation.physiology.posterior import GRID, read
from teststation.physiology.prior import known_beforehand
from teststation.physiology.result import Line
from teststation.physiology.training import RUNS_ABOVE_KMH
from teststation.ports import Value
from teststation.protocol.plan import StagePlan
from teststation.subject import Gait, Subject
from teststation.units import ML_KG_MIN_PER_MET as RESTING_VO2

# From one day to another the same person's pulse at a load differs by both days, and by the stage walked again.
_AGAIN_SD_BPM = (2 * sizes.DAY_SD_BPM**2 + 2 * sizes.STAGE_SD_BPM**2 + sizes.LOAD_SD_BPM**2) ** 0.5


class ForeseenStage(Value, frozen=True):
    """None is what no equation says: a walk slower than 3 km/h, a pulse on beta-blockers."""

    vo2_ml_kg_min: float | None
    hr_bpm: float | None = None
    hr_low_bpm: float | None = None  # half of all such people lie between these
    hr_high_bpm: float | None = None


class Foreseen(Value, frozen=True):
    """A protocol as it will probably go."""

    stages: tuple[ForeseenStage, ...]
    hr_limit_bpm: float | None  # where the stages end early; None where the pulse limits nothing
    from_test: bool  # whether the pulse is that of the person's own last test


def foresee(
    stages: Sequence[StagePlan | None], subject: Subject, hr_fraction_of_max: float, line: Line | None = None
) -> Foreseen:
    """Every stage of a plan; None stays a stage of which nothing is known.

    Args:
        line: Of this person's last test.
    """
    told = not (subject.beta_blocker or subject.irregular_rhythm)
    maximum = hr_max(subject)
    pulse = _Pulse(subject, line) if told else None
    made: list[ForeseenStage] = []
    for stage in stages:
        vo2 = None if stage is None else _uptake(stage)
        if vo2 is None or pulse is None:
            made.append(ForeseenStage(vo2))
        else:
            mean, sd = pulse.at(vo2)
            low, high = mean - sizes.Z50 * sd, min(mean + sizes.Z50 * sd, maximum.bpm + sizes.Z50 * maximum.see_bpm)
            made.append(ForeseenStage(vo2, mean, low, high))
    return Foreseen(tuple(made), hr_fraction_of_max * maximum.bpm if told else None, told and line is not None)


def _uptake(stage: StagePlan) -> float | None:
    gait = Gait.RUN if stage.speed_kmh > RUNS_ABOVE_KMH else Gait.WALK
    try:
        return vo2_ml_kg_min(stage.speed_kmh, stage.incline_pct, gait)
    except OutOfRange:
        return None


class _Pulse:
    """Mean and standard deviation of one person's pulse at a load."""

    def __init__(self, subject: Subject, line: Line | None) -> None:
        self._line = line
        self._heart = heart_of(subject, hr_max(subject))
        self._known = read(known_beforehand(subject).log_density(GRID))

    def at(self, vo2: float) -> tuple[float, float]:
        top, top_sd = self._heart.hr_max
        if self._line is not None:
            return min(top, self._line.intercept_bpm + self._line.slope_bpm_per_ml * vo2), _AGAIN_SD_BPM
        rest, rest_sd = self._heart.standing
        f = np.clip((vo2 - RESTING_VO2) / (GRID - RESTING_VO2), 0.0, 1.0)
        bent = f * (1.0 - f) * (top - rest)
        pulse = rest * (1.0 - f) + top * f + sizes.BEND * bent
        cost_sd = sizes.WALKING_COST_SD * vo2 * (top - rest) / (GRID - RESTING_VO2) * (f < 1.0)
        own = (rest_sd * (1.0 - f)) ** 2 + (top_sd * f) ** 2 + (sizes.BEND_SD * bent) ** 2 + cost_sd**2
        share = self._known.share
        mean = float((share * pulse).sum())
        variance = float((share * (own + (pulse - mean) ** 2)).sum()) + sizes.DAY_SD_BPM**2 + sizes.STAGE_SD_BPM**2
        return mean, variance**0.5

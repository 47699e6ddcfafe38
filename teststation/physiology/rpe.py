"""RPE extrapolation: oxygen uptake on Borg's scale, read at 20. What is left where the pulse is not to be trusted."""

from collections.abc import Sequence

import numpy as np

from teststation.physiology.error_budget import RPE_SD, Z95, budget
from teststation.physiology.extrapolation import VO2MAX_HIGHEST
from teststation.physiology.hrmax import RPE_AT_MAXIMUM, RPE_STAGES_MIN
from teststation.physiology.result import Estimate, StageResult, withheld


def by_rpe(stages: Sequence[StageResult]) -> Estimate:
    """Least squares of oxygen uptake on RPE over every stage that was walked whole and has an answer.

    The interval counts one Borg step in each answer and in what is called a maximum, and the spread of oxygen cost.
    """
    answered = [
        stage
        for stage in stages
        if stage.vo2_ml_kg_min is not None
        and stage.observation.rpe is not None
        and stage.observation.duration_ok
        and not stage.observation.habituation
    ]
    n = len(answered)
    if n < RPE_STAGES_MIN:
        return withheld("too_few_rpe", n=n)
    vo2 = np.array([stage.vo2_ml_kg_min for stage in answered], dtype=float)
    rpe = np.array([stage.observation.rpe for stage in answered], dtype=float)
    centred = rpe - rpe.mean()
    spread = float((centred**2).sum())
    if spread < 4.0 or float((centred * vo2).sum()) <= 0:
        return withheld("rpe_does_not_rise")
    slope = float((centred * vo2).sum()) / spread
    found = float(vo2.mean()) + slope * (RPE_AT_MAXIMUM - float(rpe.mean()))
    highest = float(vo2.max())
    if not highest <= found <= VO2MAX_HIGHEST:
        return withheld("rpe_does_not_fit")
    leverage = 1 / n + (RPE_AT_MAXIMUM - float(rpe.mean())) ** 2 / spread
    by_answers = slope * RPE_SD * (1 + leverage) ** 0.5
    by_cost = float(np.mean(budget(0.0, answered).uptake_sd)) * found
    half = Z95 * float(np.hypot(by_answers, by_cost))
    return Estimate(
        status="ok",
        vo2max_ml_kg_min=found,
        low=max(highest, found - half),
        high=min(VO2MAX_HIGHEST, found + half),
        n_stages=n,
    )

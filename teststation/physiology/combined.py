"""The combined estimate: the stages and what is known of such people, weighed by what each of them knows.

``likelihood`` times ``prior``, read at its median. An earlier test of the same person is more of the same: its stages
under the same HRmax, HR0 and c, at a VO2max that lies a change away. How large changes between quarterly tests are is
taken from Flemmen 2014 (+6.4 mL/kg/min in eight weeks of training): the standard deviation of a change is set to
that, so that a patient who trained is no surprise.
"""

from teststation.physiology.likelihood import (
    FLAT_IN_SLOPE,
    GRID,
    Array,
    UsableStages,
    likelihood,
    normal_nodes,
    summarise,
)
from teststation.physiology.prior import Prior
from teststation.physiology.result import Estimate, Ingredient, withheld

CHANGE_SD = 6.4
_NODES, _WEIGHTS = normal_nodes(5)
CHANGE = (CHANGE_SD * _NODES, _WEIGHTS)


def combine(
    stages: UsableStages,
    by_stages: Array | None,
    hr_max_bpm: float,
    prior: Prior,
    resting_hr_bpm: float | None = None,
    earlier: UsableStages | None = None,
) -> Estimate:
    """Posterior median, 95 % interval and what each ingredient said by itself.

    Args:
        by_stages: The likelihood of ``stages`` alone.
        earlier: This person's earlier test, where it shall count.
    """
    if not len(stages.vo2):
        return withheld("too_few_stages", n=0)
    if by_stages is None:
        return withheld("not_a_line", r2=0.0)
    name, from_test = "stages", by_stages
    if earlier is not None and len(earlier.vo2):
        both = likelihood([stages, earlier], hr_max_bpm, resting_hr_bpm, CHANGE)
        if both is not None:
            name, from_test = "stages_and_earlier", both
    from_people = prior.density(GRID)
    said = {name: summarise(from_test * FLAT_IN_SLOPE), "population": summarise(from_people)}
    held = {what: 1.0 / summary.spread**2 for what, summary in said.items()}
    together = summarise(from_test * from_people)
    return Estimate(
        status="ok",
        vo2max_ml_kg_min=together.middle,
        low=together.low,
        high=together.high,
        n_stages=len(stages.vo2),
        ingredients=tuple(
            Ingredient(what, summary.middle, summary.spread, held[what] / sum(held.values()))
            for what, summary in said.items()
        ),
    )

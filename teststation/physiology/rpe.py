"""What Borg's answers say by themselves: what is left where the pulse is not to be trusted."""

from teststation.physiology.extrapolation import with_ranges
from teststation.physiology.hrmax import RPE_SPREAD_MIN, RPE_STAGES_MIN
from teststation.physiology.posterior import LOG_FLAT_IN_SLOPE, Array, Efforts, over_costs, read
from teststation.physiology.result import Estimate, withheld


def by_rpe(efforts: Efforts, by_answers: Array | None) -> Estimate:
    """The median of the answers' own density, with nothing known beforehand.

    It reads Borg's scale at 18.5 for the maximum, for HUNT 3's people said 18 ± 1 there: read at 20 an extrapolation is
    some 7 mL/kg/min too high. The ranges count how people differ in their use of the scale, one step in each answer,
    and the spread of oxygen cost.

    Args:
        by_answers: Their log likelihood by cost node; None without answers.
    """
    n = len(efforts.rpe)
    if n < RPE_STAGES_MIN or by_answers is None:
        return withheld("too_few_rpe", n=n)
    away = efforts.vo2 - efforts.vo2.mean()
    rising = float((away * efforts.rpe).sum()) > 0
    if not rising or float(efforts.rpe.max() - efforts.rpe.min()) < RPE_SPREAD_MIN:
        return withheld("rpe_does_not_rise")
    found = read(over_costs(by_answers) + LOG_FLAT_IN_SLOPE)
    return withheld("rpe_does_not_fit") if found.at_an_end else with_ranges(found, n_stages=n)

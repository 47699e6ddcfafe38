"""The combined estimate: everything that is known, in one density.

The stages' pulses and Borg answers (``posterior``) times what is known of the person without them (``prior``), read at
its median. An earlier test of the same person is more of the same: its stages under the same HRmax, HR0 and oxygen
cost, at a VO2max that lies a change away. How large changes between quarterly tests are is taken from Flemmen 2014
(+6.4 mL/kg/min in eight weeks of training): the standard deviation of a change is set to that, so that a patient who
trained is no surprise.
"""

from dataclasses import dataclass

import msgspec
import numpy as np

from teststation.cause import Cause
from teststation.physiology.extrapolation import with_ranges
from teststation.physiology.posterior import (
    GRID,
    LOG_FLAT_IN_SLOPE,
    NO_CHANGE,
    Array,
    Efforts,
    Heart,
    Pulses,
    Reading,
    by_pulse,
    normal_nodes,
    over_costs,
    read,
)
from teststation.physiology.prior import Prior
from teststation.physiology.result import Estimate, Ingredient, withheld

CHANGE_SD = 6.4
_NODES, _WEIGHTS = normal_nodes(5)
CHANGE = (CHANGE_SD * _NODES, _WEIGHTS)
# Three weeks of the eight in which that change comes about: what lies between late sessions and the test, at most.
# So small a change needs no more nodes than three: ranges differ by 0.01 mL/kg/min from those of five.
_FEW, _THEIRS = normal_nodes(3)
SINCE_SESSIONS = (CHANGE_SD * 3 / 8 * _FEW, _THEIRS)
HALF_OF_A_NORMAL = 0.6745  # the central half of a normal, in standard deviations


@dataclass(frozen=True, slots=True)
class Known:
    """What the combined estimate reads."""

    pulses: Pulses | None  # None: the pulse of this person tells nothing
    by_stages: Array | None  # their log likelihood by cost node, where it has been made already
    efforts: Efforts
    by_answers: Array | None  # their log likelihood by cost node; None without answers
    heart: Heart
    prior: Prior
    scatter: float = 1.0
    earlier: Pulses | None = None  # this person's earlier test, where it shall count
    sessions: Pulses | None = None  # this person's late intervals as one more stage, of other days; not beside a test

    def with_sessions(self) -> Pulses | None:
        """The stages, and late intervals as one more of them where they count: for a picture of what limits it."""
        if self.pulses is None or self.sessions is None or self.earlier is not None:
            return self.pulses
        both = [self.pulses, self.sessions]
        return Pulses(
            vo2=np.concatenate([one.vo2 for one in both]),
            hr=np.concatenate([one.hr for one in both]),
            cost_sd=np.concatenate([one.cost_sd for one in both]),
            doubt_sd_bpm=np.concatenate([one.doubt_sd_bpm for one in both]),
            walked=np.concatenate([one.walked for one in both]),
        )


def combine(known: Known, remarks: tuple[Cause, ...] = ()) -> tuple[Estimate, Reading | None]:
    """Posterior median, its ranges, and what each ingredient said by itself."""
    name, from_test = _from_test(known)
    if from_test is None:
        return withheld("nothing_to_go_by"), None
    from_people = known.prior.log_density(GRID)
    together = read(from_test + from_people)
    if together.at_an_end:
        return withheld("pulse_outside_experience"), None
    said = {name: read(from_test + LOG_FLAT_IN_SLOPE), known.prior.name: read(from_people)}
    spread = {what: _sd(one) for what, one in said.items()}
    held = sum(sd**-2 for sd in spread.values())
    ingredients = tuple(
        Ingredient(what, one.median, spread[what], spread[what] ** -2 / held) for what, one in said.items()
    )
    n = 0 if known.pulses is None else len(known.pulses.vo2)
    estimate = with_ranges(together, n_stages=n)
    return msgspec.structs.replace(estimate, ingredients=ingredients, remarks=remarks), together


def _from_test(known: Known) -> tuple[str, Array | None]:
    name, weights, found = "stages", NO_CHANGE[1], None
    if known.pulses is not None and len(known.pulses.vo2):
        found = known.by_stages
        if known.earlier is not None and len(known.earlier.vo2):
            name, weights = "stages_and_earlier", CHANGE[1]
            found = by_pulse([known.pulses, known.earlier], known.heart, CHANGE, known.scatter)
        elif known.sessions is not None:
            name, weights = "stages_and_sessions", SINCE_SESSIONS[1]
            found = by_pulse([known.pulses, known.sessions], known.heart, SINCE_SESSIONS, known.scatter)
        elif found is None:
            found = by_pulse([known.pulses], known.heart, scatter=known.scatter)
    if known.by_answers is not None:
        found = known.by_answers if found is None else found + known.by_answers
    return name, None if found is None else over_costs(found, weights if found.shape[2] > 1 else NO_CHANGE[1])


def _sd(one: Reading) -> float:
    return max(1e-3, (one.likely_high - one.likely_low) / 2 / HALF_OF_A_NORMAL)

"""Maximal strength training, 4 x 4 at 85 to 90 % of 1RM: what 1RM is, what to put on, and when to put on more.

1RM is tested, or estimated from a few repetitions to failure. The two are kept apart: a change between them is none.

Sources, as they are quoted where the project looked them up: Epley 1985, Brzycki 1993, Mayhew 1992, Wathen 1994 (on
pages that list them); Reynolds 2006, J Strength Cond Res 20:584 (five repetitions; leg press n = 70, Sy.x 16.16 kg;
chest press Sy.x 2.98 kg); repeat error of a tested 1RM: Grgic 2020, doi 10.1186/s40798-020-00260-z (median CV 4.2 %).
The dose: Unhjem, Flemmen, Hoff, Wang 2016, doi 10.1186/s13102-016-0032-2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import exp, floor, sqrt

from teststation.cause import Cause
from teststation.errors import BadInput, OutOfRange
from teststation.ports import Value
from teststation.training.diary import Entry, StrengthSet

SETS, REPETITIONS = 4, 4
SHARE_LOW, SHARE_HIGH, SHARE_AIM = 0.85, 0.90, 0.875
REPETITIONS_MAX = 10
BEST_FROM, BEST_TO = 3, 6  # repetitions at which the equations are preferred; beyond, and from 7 on, doubtful
ESTIMATE_ERROR_SHARE = 0.07  # sets at 85 % of 1RM in trained men (Hutchins and Gearhart 2010, as quoted)
REYNOLDS = {"leg_press": (1.0970, 14.2546, 16.16), "chest_press": (1.1307, 0.6999, 2.98)}
TEST_CV_SHARE = 0.042
REAL_SHARE = 1.96 * sqrt(2) * TEST_CV_SHARE  # 11.6 %: 95 % of unchanged people stay below
EXERCISES = ("leg_press", "squat", "hack_squat", "chest_press", "other")
STEPS_KG = (1.0, 2.5, 5.0)
INCREASES_KG = (2.5, 5.0)
LOAD_MAX_KG = 1000.0
FAILED_IN_A_ROW = 2  # sessions with less than 4 x 4 before the load goes down


class Method(StrEnum):
    """How a 1RM was found."""

    TESTED = "tested"  # the last weight lifted once, by ACSM's trials
    ESTIMATED = "estimated"  # from repetitions to failure


class OneRm(Value, frozen=True):
    """A 1RM of one exercise on one day. ``load_kg`` lifted ``repetitions`` times; once where it was tested."""

    day: str  # ISO date
    exercise: str
    method: Method
    load_kg: float
    repetitions: int = 1
    step_kg: float = 2.5  # of this machine's plates
    increase_kg: float = 2.5  # put on when 4 x 4 is mastered
    cleared_by: str = ""  # the clinician who says yes to failure in spite of blood pressure or heart
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """1RM in kg; ``low`` to ``high`` spans the equations and the error of each, ``by`` names the one that is told."""

    kg: float
    low: float
    high: float
    by: str
    doubtful: bool = False  # more repetitions than the equations are good at


def epley_kg(load_kg: float, repetitions: int) -> float:
    """1RM by Epley 1985; one repetition is 1RM itself. Raises OutOfRange beyond ``REPETITIONS_MAX``."""
    _in_range(load_kg, repetitions)
    return load_kg if repetitions == 1 else load_kg * (1 + repetitions / 30)


def brzycki_kg(load_kg: float, repetitions: int) -> float:
    """1RM by Brzycki 1993. Raises as ``epley_kg``."""
    _in_range(load_kg, repetitions)
    return load_kg * (36 / (37 - repetitions))  # in this order one repetition is 1RM itself, to the last digit


def mayhew_kg(load_kg: float, repetitions: int) -> float:
    """1RM by Mayhew 1992 (bench press); one repetition is 1RM itself. Raises as ``epley_kg``."""
    _in_range(load_kg, repetitions)
    return load_kg if repetitions == 1 else 100 * load_kg / (52.2 + 41.9 * exp(-0.055 * repetitions))


def wathen_kg(load_kg: float, repetitions: int) -> float:
    """1RM by Wathen 1994; one repetition is 1RM itself. Raises as ``epley_kg``."""
    _in_range(load_kg, repetitions)
    return load_kg if repetitions == 1 else 100 * load_kg / (48.8 + 53.8 * exp(-0.075 * repetitions))


def reynolds_kg(load_kg: float, exercise: str) -> tuple[float, float]:
    """1RM and its Sy.x from five repetitions to failure, by Reynolds 2006. KeyError: an exercise it does not have."""
    slope, constant, error_kg = REYNOLDS[exercise]
    return slope * load_kg + constant, error_kg


def _in_range(load_kg: float, repetitions: int) -> None:
    if not 0 < load_kg <= LOAD_MAX_KG:
        raise OutOfRange(Cause("strength_load", {"load": load_kg, "most": LOAD_MAX_KG}))
    if not 1 <= repetitions <= REPETITIONS_MAX:
        raise OutOfRange(Cause("strength_repetitions", {"n": repetitions, "most": REPETITIONS_MAX}))


def estimate(one: OneRm) -> Estimate:
    """What a 1RM is worth. Raises OutOfRange, as ``epley_kg``.

    A tested one spans its repeat error. An estimated one is Epley's, or Reynolds' where the exercise is one of theirs
    and five repetitions were done; its range spans all four equations and the error of estimating.
    """
    if one.method is Method.TESTED:
        _in_range(one.load_kg, 1)
        half = 1.96 * TEST_CV_SHARE * one.load_kg
        return Estimate(one.load_kg, one.load_kg - half, one.load_kg + half, "tested")
    found = [rule(one.load_kg, one.repetitions) for rule in (epley_kg, brzycki_kg, mayhew_kg, wathen_kg)]
    by, kg = "epley", found[0]
    half = ESTIMATE_ERROR_SHARE * kg
    if one.repetitions == 5 and one.exercise in REYNOLDS:
        kg, error_kg = reynolds_kg(one.load_kg, one.exercise)
        by, half = "reynolds", 1.96 * error_kg
    doubtful = not BEST_FROM <= one.repetitions <= BEST_TO
    return Estimate(kg, min(*found, kg - half), max(*found, kg + half), by, doubtful)


def problems(one: OneRm, today: date, *, needs_a_yes: bool) -> list[Cause]:
    """Everything that forbids to keep a 1RM.

    Args:
        needs_a_yes: Whether the person has high blood pressure or a heart disease: no set to failure without a
            clinician's yes (repetitions to failure raise blood pressure steeply: Niewiadomski 2008).
    """
    found: list[Cause] = []
    try:
        day = date.fromisoformat(one.day)
        found += [] if day <= today else [Cause("diary_to_come", {"day": one.day})]
    except ValueError:
        found.append(Cause("diary_no_day", {"day": one.day}))
    try:
        estimate(one)
    except OutOfRange as error:
        found += [cause for cause in error.causes if isinstance(cause, Cause)]
    if one.method is Method.TESTED and one.repetitions != 1:
        found.append(Cause("strength_tested_once"))
    if not one.exercise.strip():
        found.append(Cause("strength_no_exercise"))
    if not 0.25 <= one.step_kg <= 20 or not 0.25 <= one.increase_kg <= 20:
        found.append(Cause("strength_step"))
    if one.method is Method.ESTIMATED and one.repetitions > 1 and needs_a_yes and not one.cleared_by.strip():
        found.append(Cause("strength_needs_a_yes"))
    return found


def checked(one: OneRm, today: date, *, needs_a_yes: bool) -> OneRm:
    """The 1RM as it may be kept. Raises BadInput with every problem at once."""
    found = problems(one, today, needs_a_yes=needs_a_yes)
    if found:
        raise BadInput(*found)
    return one


@dataclass(frozen=True, slots=True)
class Load:
    """What to put on. ``inside``: whether plates give a load within 85 to 90 % at all; else it is the one below."""

    kg: float
    share: float  # of 1RM
    inside: bool


def load_for(one_rm_kg: float, step_kg: float) -> Load | None:
    """The load nearest 87.5 % that the plates give within 85 to 90 %, or the step below; None if none is so light."""
    first = floor(SHARE_LOW * one_rm_kg / step_kg) - 1
    steps = [n * step_kg for n in range(max(first, 1), floor(SHARE_HIGH * one_rm_kg / step_kg + 1e-9) + 1)]
    if not steps:
        return None
    inside = [kg for kg in steps if kg >= SHARE_LOW * one_rm_kg - 1e-9]
    kg = min(inside, key=lambda kg: abs(kg - SHARE_AIM * one_rm_kg)) if inside else steps[-1]
    return Load(kg, kg / one_rm_kg, bool(inside))


class Next(StrEnum):
    """What the next session's load is, beside the last one's."""

    UP = "up"
    SAME = "same"
    DOWN = "down"
    FIRST = "first"  # nothing lifted since this 1RM


@dataclass(frozen=True, slots=True)
class Proposal:
    """The load offered for the next session; the therapist decides."""

    kg: float
    what: Next
    inside: bool = True


def propose(one: OneRm, entries: Sequence[Entry]) -> Proposal | None:
    """The next load after a 1RM and what was lifted since, oldest first; None where no plate is light enough.

    What was lifted on the same day and is more than this 1RM was lifted before it, and says nothing.

    All 4 x 4 done and one more repetition in reserve, or a fifth done: up. Two sessions running with less than 4 x 4 at
    this load: one step down. Where nobody has said how many were left, the load stays.
    """
    lifted = [
        (entry, sets)
        for entry in entries
        if entry.day >= one.day
        if (sets := _main_sets(entry, one.exercise)) is not None
        if entry.day > one.day or sets.load_kg <= estimate(one).kg
    ]
    if not lifted:
        load = load_for(_trained_at_kg(one), one.step_kg)
        return None if load is None else Proposal(load.kg, Next.FIRST, load.inside)
    last = lifted[-1][1]
    kg = last.load_kg
    if mastered(last):
        return Proposal(_on_plates(kg + max(one.increase_kg, one.step_kg), one.step_kg), Next.UP)
    running = lifted[-FAILED_IN_A_ROW:]
    if len(running) == FAILED_IN_A_ROW and all(sets.load_kg == kg and not is_whole(sets) for _, sets in running):
        lower = _on_plates(kg - one.step_kg, one.step_kg)
        return Proposal(lower, Next.DOWN) if lower > 0 else Proposal(kg, Next.SAME)
    return Proposal(kg, Next.SAME)


def _trained_at_kg(one: OneRm) -> float:
    """The 1RM that a first load is reckoned from.

    Reynolds' lines have a constant: of a light leg press they make a 1RM of which 87.5 % is far more than was just
    lifted five times to failure. Then the load is of Epley's, which it is told beside.
    """
    kg = estimate(one).kg
    return kg if one.method is Method.TESTED else min(kg, epley_kg(one.load_kg, one.repetitions))


def is_whole(sets: StrengthSet) -> bool:
    """Whether 4 x 4 were done."""
    return sum(n >= REPETITIONS for n in sets.repetitions) >= SETS


def mastered(sets: StrengthSet) -> bool:
    """Whether 4 x 4 were done with one more left, or a fifth done in the last set."""
    left = (sets.in_reserve or 0) >= 1 or (bool(sets.repetitions) and sets.repetitions[-1] > REPETITIONS)
    return is_whole(sets) and left


def _main_sets(entry: Entry, exercise: str) -> StrengthSet | None:
    """What of a session was the training of this exercise: its heaviest sets."""
    of_it = [one for one in entry.sets if one.exercise == exercise]
    return max(of_it, key=lambda one: one.load_kg) if of_it else None


def _on_plates(kg: float, step_kg: float) -> float:
    """The nearest load the plates give, the lower of two."""
    n = kg / step_kg
    whole = floor(n)
    return (whole + (n - whole > 0.5 + 1e-9)) * step_kg


@dataclass(frozen=True, slots=True)
class RmChange:
    """Two 1RM of one exercise. ``wording``: ``above``, ``below``, ``within`` measurement error; ``not_comparable``."""

    share: float
    wording: str


def change(now: OneRm, before: OneRm) -> RmChange:
    """What has changed; only two tested ones can be compared with their repeat error."""
    share = estimate(now).kg / estimate(before).kg - 1
    if now.exercise != before.exercise or (now.method, before.method) != (Method.TESTED, Method.TESTED):
        return RmChange(share, "not_comparable")
    return RmChange(share, "above" if share > REAL_SHARE else "below" if share < -REAL_SHARE else "within")

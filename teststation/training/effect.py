"""What eight weeks came to: of one person sessions done beside the change with its range, of a group everybody counted.

The clinic has no control group. So a group's result says how many started, were tested twice and completed, lays all
who started beside those who completed, and calls a person's change by its measurement error alone. A cell of few people
is hidden, and with it any that would tell it by subtraction; nothing of the smallest or largest is said.
Sources: CONSORT (denominators in every line; everyone who started); Statistics Norway on small cells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.physiology.result import Change

HIDDEN_BELOW, HIDDEN_BELOW_LEAST = 5, 3


@dataclass(frozen=True, slots=True)
class Effect:
    """One person's sessions beside what changed. ``change`` is None where there is no second test to compare."""

    done: int
    planned: int
    change_ml_kg_min: float | None
    low: float | None  # 95 %, as told beside its wording (``Change.told``)
    high: float | None
    wording: str  # above | below | within | not_comparable | none
    years: float | None = None  # fitness age, negative is younger; None where it is withheld
    years_low: float | None = None
    years_high: float | None = None
    years_capped: str = "none"


def effect_of(done: int, planned: int, change: Change | None) -> Effect:
    """Sessions and change together. That one came of the other is not said: nobody is there who did not train."""
    if change is None:
        return Effect(done, planned, None, None, None, "none")
    wording = beyond_error(change.wording, change.change_ml_kg_min)
    told = change.told()
    age = change.fitness_age if wording != "not_comparable" else None
    return Effect(
        done=done,
        planned=planned,
        change_ml_kg_min=change.change_ml_kg_min,
        low=told.low,
        high=told.high,
        wording=wording,
        years=None if age is None else age.years,
        years_low=None if age is None else age.low,
        years_high=None if age is None else age.high,
        years_capped="none" if age is None else age.capped,
    )


def beyond_error(wording: str, change_ml_kg_min: float) -> str:
    """A change's wording beside measurement error: ``above``, ``below``, ``within`` or ``not_comparable``."""
    if wording == "not_comparable":
        return wording
    if wording != "real":
        return "within"
    return "above" if change_ml_kg_min > 0 else "below"


@dataclass(frozen=True, slots=True)
class Participant:
    """One who started and has said yes to being counted.

    ``completed``: by the clinic's own setting of how many sessions that takes. ``out_because``: why they dropped out,
    a code; empty where they did not.
    """

    effect: Effect
    completed: bool
    out_because: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the people, and what changed, mL/kg/min and years. Everything is None where it is hidden."""

    people: int | None = None
    mean_ml_kg_min: float | None = None
    low: float | None = None  # 95 % of the mean
    high: float | None = None
    median_years: float | None = None
    years_from: int | None = None  # of how many that is
    at_caps: int | None = None  # how many of them lie at an end of the table


@dataclass(frozen=True, slots=True)
class GroupResult:
    """A group's weeks of training. Counts are None where they are hidden.

    ``everybody``: all who started, unchanged where there is no second test that can be compared; ``completers``: who
    completed and has one.
    """

    started: int | None
    completed: int | None
    dropped_out: int | None
    neither: int | None  # still under way, or nobody has written why not
    tested_twice: int | None
    because: dict[str, int | None]  # of those who dropped out, by code
    wordings: dict[str, int | None]  # of those tested twice: above, within, below, not_comparable
    everybody: Group
    completers: Group
    sessions_done: int | None
    sessions_planned: int | None
    hidden_below: int
    caveats: tuple[Cause, ...] = ()


WORDINGS = ("above", "within", "below", "not_comparable")


def group_result(people: Iterable[Participant], *, hidden_below: int = HIDDEN_BELOW) -> GroupResult:
    """What a group's training came to.

    Args:
        people: Those alone who have said yes to being counted.
        hidden_below: Counts of fewer people are hidden; at least ``HIDDEN_BELOW_LEAST``.
    Raises:
        BadInput: it is less.
    """
    if hidden_below < HIDDEN_BELOW_LEAST:
        raise BadInput(Cause("group_hidden_below", {"least": HIDDEN_BELOW_LEAST}))
    everybody = tuple(people)
    hide = Hiding(hidden_below)
    few = 0 < len(everybody) < hidden_below
    completed = [one for one in everybody if one.completed]
    out = [one for one in everybody if one.out_because and not one.completed]
    twice = [one for one in everybody if one.effect.change_ml_kg_min is not None]
    compared = [one for one in twice if one.effect.wording != "not_comparable"]
    told = hide.cells([len(completed), len(out), len(everybody) - len(completed) - len(out)], whole_is_told=not few)
    twice_told = None if few else hide.part(len(twice), len(everybody))
    reasons = sorted({one.out_because for one in out})
    because = hide.cells(
        [sum(one.out_because == reason for one in out) for reason in reasons], whole_is_told=told[1] is not None
    )
    wordings = hide.cells(
        [sum(one.effect.wording == name for one in twice) for name in WORDINGS], whole_is_told=twice_told is not None
    )
    finishers = [one for one in compared if one.completed]
    alone = told[0] is not None and all(
        hide.part(len(finishers), len(whole)) is not None for whole in (completed, twice, compared, everybody)
    )
    return GroupResult(
        started=None if few else len(everybody),
        completed=told[0],
        dropped_out=told[1],
        neither=told[2],
        tested_twice=twice_told,
        because=dict(zip(reasons, because, strict=True)),
        wordings=dict(zip(WORDINGS, wordings, strict=True)),
        everybody=_group(compared, len(everybody), hide),
        completers=_group(finishers, len(finishers), hide) if alone else Group(),
        sessions_done=None if few else sum(one.effect.done for one in everybody),
        sessions_planned=None if few else sum(one.effect.planned for one in everybody),
        hidden_below=hidden_below,
        caveats=(Cause("group_no_control"),),
    )


def _group(compared: Sequence[Participant], people: int, hide: "Hiding") -> Group:
    """What changed among ``people``, of whom only ``compared`` have a change to tell; the others count as unchanged."""
    if len(compared) < hide.below:
        return Group()  # a mean of many zeros and one number is that number
    changes = [one.effect.change_ml_kg_min or 0.0 for one in compared]
    changes += [0.0] * (people - len(compared))
    mean, half = fmean(changes), 1.96 * stdev(changes) / people**0.5
    known = [one.effect for one in compared if one.effect.years is not None]
    if not known or hide.part(len(known), len(compared)) is None:
        return Group(people, mean, mean - half, mean + half)
    caps = sum(one.years_capped != "none" for one in known)
    return Group(
        people=people,
        mean_ml_kg_min=mean,
        low=mean - half,
        high=mean + half,
        median_years=median(one.years for one in known if one.years is not None),
        years_from=len(known),
        at_caps=hide.part(caps, len(known)),
    )


@dataclass(frozen=True, slots=True)
class Hiding:
    """Counts of fewer than ``below`` are hidden, and what would tell them."""

    below: int

    def part(self, part: int, whole: int) -> int | None:
        """A part of a whole that is told; None where it, or what is left of the whole, is somebody but only few."""
        return None if 0 < part < self.below or 0 < whole - part < self.below else part

    def cells(self, counts: Sequence[int], *, whole_is_told: bool) -> list[int | None]:
        """Counts that make up a whole. The few are hidden, never one cell alone, and never so that few are left."""
        if not whole_is_told:
            return [None] * len(counts)
        shown: list[int | None] = [None if 0 < count < self.below else count for count in counts]
        hidden = [count for count, told in zip(counts, shown, strict=True) if told is None]
        while hidden and (len(hidden) == 1 or sum(hidden) < self.below) and any(shown):
            smallest = min((told, place) for place, told in enumerate(shown) if told)
            hidden.append(smallest[0])
            shown[smallest[1]] = None
        return shown if not hidden or sum(hidden) >= self.below else [None] * len(counts)

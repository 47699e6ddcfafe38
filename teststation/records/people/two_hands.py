"""One person edited by two hands: what each has written, field by field, and what is kept when somebody has chosen."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from teststation.records.people.person import Person

FIELDS = ("given_name", "family_name", "born", "sex", "number", "height_cm", "note", "language")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the two differ."""

    name: str
    kept: object
    mine: object
    proposal: str | None  # kept | mine: who alone has changed it; None where both have, or nobody knows


def differences(base: Person | None, kept: Person, mine: Person) -> list[Difference]:
    """Every field in which ``mine`` differs from ``kept``; ``base`` is what both began from, where that is known."""
    found = []
    for name in FIELDS:
        before, theirs, ours = (None if one is None else getattr(one, name) for one in (base, kept, mine))
        if theirs == ours:
            continue
        proposal = None
        if base is not None and before in (theirs, ours):
            proposal = "mine" if before == theirs else "kept"
        found.append(Difference(name, theirs, ours, proposal))
    return found


def settled(kept: Person, mine: Person, take_mine: Collection[str]) -> Person:
    """``kept`` with the fields of ``mine`` that were chosen; to be given to ``People.update``."""
    return msgspec.structs.replace(kept, **{name: getattr(mine, name) for name in take_mine})

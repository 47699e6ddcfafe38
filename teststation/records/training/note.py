"""One thing of training as it is kept, in one of its versions. No database is needed for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from teststation.training.diary import Entry
from teststation.training.interview import Interview
from teststation.training.plan import Plan
from teststation.training.strength import OneRm

Thing = Plan | Entry | OneRm | Interview
Some = TypeVar("Some", Plan, Entry, OneRm, Interview)
KINDS: dict[type, str] = {Plan: "plan", Entry: "diary", OneRm: "strength", Interview: "interview"}


@dataclass(frozen=True, slots=True)
class Note(Generic[Some]):
    """One version of a thing as it is kept."""

    id: str
    number: int  # of the version, from 1; 0: a session of the station's that nobody has written anything about
    person_id: str
    value: Some
    withdrawn: bool
    reason: str
    written_at: str  # ISO 8601, UTC
    written_by: str


def without_those_written(sessions: Sequence[Note[Entry]], notes: Sequence[Note[Entry]]) -> list[Note[Entry]]:
    """The station's sessions that no row of the diary is about."""
    written = {note.value.session_id for note in notes}
    return [note for note in sessions if note.value.session_id not in written]

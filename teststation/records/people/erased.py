"""Why a person may be erased, and how much is gone then. No database is needed for it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Reason(StrEnum):
    """Why a person may be erased; a code, so that the trace itself tells nothing of the person."""

    REQUEST = "request"  # the person asks for it, and no duty to keep records stands against it
    WRONG_PERSON = "wrong_person"  # kept by mistake
    TIME_OVER = "time_over"  # the time for which records must be kept is over


@dataclass(frozen=True, slots=True)
class Erased:
    """How much is gone."""

    people: int  # the person and the duplicates merged into them
    tests: int


@dataclass(frozen=True, slots=True)
class Gone:
    """How much is gone, and what nobody can tell."""

    people: int
    tests: int
    journals: int  # of interrupted runs of theirs on this station
    unreadable: tuple[Path, ...] = ()  # journals of which nobody can tell whose they are

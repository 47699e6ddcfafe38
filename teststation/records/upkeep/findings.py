"""What checking, backing up and restoring a record came to, or why it was given up. It is told without a database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from teststation.cause import Problem
from teststation.errors import RecordError
from teststation.records.storage.head_file import Head
from teststation.texts import english

GoOn = Callable[[], bool]


class Interrupted(RecordError):
    """A copy was given up because something more important came."""


def always() -> bool:
    """Go on to the end."""
    return True


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and every problem; none where all is well."""

    name: str
    people: int = 0
    tests: int = 0
    events: int = 0
    causes: tuple[Problem, ...] = ()
    damaged: bool = False  # pages of the file, not only what is written on them
    planted: bool = False  # something in it that this program did not make and that would do its work in a record
    head: Head | None = None  # the audit log's last row
    compared: tuple[str, ...] = ()  # with what outside the record its log was compared
    sealed_since: str | None = None  # ISO 8601, UTC: rows of before are sealed as they were found then
    older: str | None = None  # the revision of tables that were brought to this version's form to be checked

    @property
    def problems(self) -> tuple[str, ...]:
        """The problems in the command line's English."""
        return tuple(english(cause) for cause in self.causes)

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.causes


@dataclass(frozen=True, slots=True)
class Restored:
    """What the record holds now, and where that which was there before is kept."""

    found: Verification
    aside: Path | None
    erased_back: tuple[str, ...] = ()  # ids of people who had been erased and are there again
    users_gone: tuple[str, ...] = ()  # logins that the backup does not know
    users_back: tuple[str, ...] = ()  # logins that had been let in no more, and are again
    compared: bool = True  # whether the record that was there could be read, so that these could be told


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The newest backup of a record; ``at`` is None where there is none."""

    at: datetime | None
    late: bool

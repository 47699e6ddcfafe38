"""One tree of known errors. Each carries sentences for the person who has to act; anything else is a bug.

The exit statuses are the command line's contract: 2 bad input, 3 ended by the operator, 4 a device failed.
"""

from collections.abc import Iterable
from typing import Any

from teststation.cause import Problem
from teststation.texts import english


class StationError(Exception):
    """A known error: what happened and what to do, in one sentence for each problem.

    ``causes`` are the problems as they were raised, ``problems`` the same in the command line's English.
    """

    exit_status = 2

    def __init__(self, *causes: Problem) -> None:
        self.causes: tuple[Problem, ...] = causes
        self.problems: tuple[str, ...] = tuple(english(cause) for cause in causes)
        super().__init__(english(*causes))

    def __reduce__(self) -> tuple[Any, ...]:
        """As it goes to another process: with all that it carries, whatever the errors below are made from."""
        return _as_it_was, (type(self), self.args), self.__dict__

    @classmethod
    def from_problems(cls, problems: Iterable[Problem]) -> "StationError":
        """Build one error that reports every problem at once."""
        return cls(*problems)


def _as_it_was(kind: type[StationError], args: tuple[object, ...]) -> StationError:
    return kind.__new__(kind, *args)


class BadInput(StationError):
    """A file, option or table says something that cannot be used. Nothing has moved."""


class OutOfRange(BadInput, ValueError):
    """A value outside the range a formula or a device is valid for. It is refused, never clipped."""


class RecordError(StationError):
    """The record cannot be opened, read or written."""


class DeviceError(StationError):
    """A treadmill or strap failed, or refused what it was asked."""

    exit_status = 4


class AfterTheTest(StationError):
    """A test was walked, and something after it could not be done: never status 2, for something has moved."""

    exit_status = 4


class EndedByOperator(StationError):
    """The operator ended it early, and in order: what moved is at rest again."""

    exit_status = 3

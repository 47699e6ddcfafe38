"""Who is to be seen to today and why: interrupted tests first, then the sessions of plans, then whose test is due."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from teststation.due import next_due
from teststation.moments import here
from teststation.ports import Value
from teststation.training.diary import Entry, State, overview
from teststation.training.plan import Plan


class Why(StrEnum):
    """Why somebody stands in today's list."""

    INTERRUPTED = "interrupted"  # a test broke off, and nobody has signed it or tested the person again
    SESSION = "session"  # the plan has a session today, and nobody has written what came of it
    DUE = "due"  # the next test


class Interrupted(Value, frozen=True):
    """A test that broke off and is not signed."""

    test_id: str
    person_id: str
    started_at: str  # ISO 8601 with a zone


class Training(Value, frozen=True):
    """A person's plan, the newest, with all rows of their diary."""

    person_id: str
    plan: Plan
    entries: tuple[Entry, ...]


class Line(Value, frozen=True):
    """One line of today's list."""

    why: Why
    person_id: str
    day: str  # ISO date: of the interrupted test, of the session, or from which the test was due
    kind: str = ""  # of the session, one of ``diary.KINDS``
    test_id: str = ""  # the interrupted one


def todays_lines(
    today: date, interrupted: Sequence[Interrupted], training: Sequence[Training], last: Mapping[str, str]
) -> tuple[Line, ...]:
    """What stands in today's list, in its order; within a reason, who has waited longest first.

    Args:
        last: When people were last tested (ISO 8601), by person id, imported results included.
    """
    broken = [
        Line(Why.INTERRUPTED, one.person_id, _day(one.started_at), test_id=one.test_id)
        for one in interrupted
        if not _is_after(last.get(one.person_id), one.started_at)
    ]
    sessions = [
        Line(Why.SESSION, one.person_id, standing.session.day, kind=standing.session.kind)
        for one in training
        for standing in overview(one.plan, one.entries, today).sessions
        if standing.state is State.TODAY
    ]
    due = [
        Line(Why.DUE, person_id, day.isoformat())
        for person_id, started_at in last.items()
        if (day := next_due(started_at)) <= today
    ]
    return tuple(line for part in (broken, sessions, due) for line in sorted(part, key=lambda line: line.day))


def _day(moment: str) -> str:
    return here(datetime.fromisoformat(moment)).date().isoformat()


def _is_after(moment: str | None, other: str) -> bool:
    return moment is not None and datetime.fromisoformat(moment) > datetime.fromisoformat(other)

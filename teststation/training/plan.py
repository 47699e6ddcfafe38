"""A plan of weeks with two or three sessions each, as dates: laid around closed days, moved by hand, never shortened.

A week is seven days from the day the plan begins, so that each holds every weekday once and eight weeks of three are
24 sessions whatever the day. A session whose day is closed moves to the nearest open day of its week, and where there
is none to the end of the plan: how many there are does not depend on the calendar. Nothing here knows what was done;
``standing`` lays the diary beside it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import count

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.ports import Value
from teststation.training.holidays import is_holiday

WEEKS, WEEKS_MAX = 8, 26
SESSIONS_A_WEEK_MAX = 7
WEEK = timedelta(days=7)
WORKING_DAYS = frozenset({1, 2, 3, 4, 5})  # ISO weekdays on which a session that gives way may be held
_LONGEST_CLOSED_WEEKS = 60


class PlannedSession(Value, frozen=True):
    """One session. The number is its own, from 1, and stays when it is moved."""

    number: int
    day: str  # ISO date
    kind: str  # as in the diary: see ``diary.KINDS``
    first_day: str  # the day it was laid on first


class Away(Value, frozen=True):
    """Days on which the person is not there, both included; the sessions from then on were laid later."""

    first: str  # ISO date
    last: str
    reason: str = ""  # one of ``diary.REASONS``, or empty


class Plan(Value, frozen=True):
    """A plan. ``sessions`` by number; ``closed``: days the clinic is closed besides public holidays, ISO dates."""

    starts_on: str
    weeks: int
    weekdays: tuple[int, ...]  # ISO, 1 is Monday
    kind: str
    sessions: tuple[PlannedSession, ...]
    closed: tuple[str, ...] = ()
    away: tuple[Away, ...] = ()
    test_id: str | None = None  # the test it was made from
    ended_on: str | None = None  # ended before its time: nothing after this day is awaited
    ended_because: str = ""

    def session(self, number: int) -> PlannedSession:
        """One by its number. Raises BadInput."""
        found = next((session for session in self.sessions if session.number == number), None)
        if found is None:
            raise BadInput(Cause("plan_no_session", {"number": number}))
        return found

    @property
    def last_day(self) -> str:
        """The day of the last session."""
        return max(session.day for session in self.sessions)


def make_plan(
    starts_on: date,
    weekdays: Iterable[int],
    kind: str,
    *,
    weeks: int = WEEKS,
    closed: Iterable[date] = (),
    test_id: str | None = None,
) -> Plan:
    """A plan from a day on.

    Args:
        weekdays: ISO, 1 to 7; one session on each.
        weeks: 1 to ``WEEKS_MAX``.
    Raises:
        BadInput: every problem at once.
    """
    chosen = _weekdays(weekdays)
    problems = [] if 1 <= weeks <= WEEKS_MAX else [Cause("plan_weeks", {"weeks": weeks, "most": WEEKS_MAX})]
    problems += [] if chosen else [Cause("plan_weekdays")]
    if problems:
        raise BadInput(*problems)
    shut = frozenset(closed)
    days = _lay(starts_on, weeks * len(chosen), chosen, shut)
    return Plan(
        starts_on=starts_on.isoformat(),
        weeks=weeks,
        weekdays=chosen,
        kind=kind,
        sessions=tuple(_session(number, day, kind) for number, day in enumerate(days, start=1)),
        closed=tuple(sorted(day.isoformat() for day in shut)),
        test_id=test_id,
    )


def move(plan: Plan, number: int, day: date) -> Plan:
    """The plan with one session on another day, a closed one too: whoever moves it knows. Raises BadInput."""
    session = plan.session(number)
    taken = next((other for other in plan.sessions if other.day == day.isoformat() and other.number != number), None)
    if taken is not None:
        raise BadInput(Cause("plan_day_taken", {"day": day.isoformat(), "number": taken.number}))
    if day < date.fromisoformat(plan.starts_on):
        raise BadInput(Cause("plan_before_start", {"day": day.isoformat(), "start": plan.starts_on}))
    return _with(plan, [msgspec.structs.replace(session, day=day.isoformat())])


def stay_away(plan: Plan, first: date, last: date, reason: str = "") -> Plan:
    """The plan where the person is away from ``first`` to ``last``: no session is lost, all from then on come later.

    Raises:
        BadInput: the days are the wrong way round, or no session is left from then on.
    """
    if last < first:
        raise BadInput(Cause("plan_away_order", {"first": first.isoformat(), "last": last.isoformat()}))
    left = _from(plan, first)
    if not left:
        raise BadInput(Cause("plan_nothing_left", {"day": first.isoformat()}))
    if left[0].day > last.isoformat():
        moved: list[PlannedSession] = []  # nothing lies within
    else:
        days = _lay(last + timedelta(days=1), len(left), plan.weekdays, _shut(plan))
        moved = [_on(session, day) for session, day in zip(left, days, strict=True)]
    away = (*plan.away, Away(first.isoformat(), last.isoformat(), reason))
    return msgspec.structs.replace(_with(plan, moved), away=away)


def on_other_weekdays(plan: Plan, from_day: date, weekdays: Iterable[int]) -> Plan:
    """The plan with other weekdays from a day on, for as many weeks as were left; earlier sessions stay.

    Raises:
        BadInput: no weekday, or nothing is left from that day on.
    """
    chosen = _weekdays(weekdays)
    if not chosen:
        raise BadInput(Cause("plan_weekdays"))
    left = _from(plan, from_day)
    if not left:
        raise BadInput(Cause("plan_nothing_left", {"day": from_day.isoformat()}))
    weeks = -(-len(left) // len(plan.weekdays))
    kept = tuple(session for session in plan.sessions if session not in left)
    first = max((session.number for session in kept), default=0) + 1
    days = _lay(from_day, weeks * len(chosen), chosen, _shut(plan))
    made = tuple(_session(number, day, plan.kind) for number, day in enumerate(days, start=first))
    return msgspec.structs.replace(plan, weekdays=chosen, sessions=(*kept, *made))


def add_session(plan: Plan, day: date, kind: str) -> Plan:
    """The plan with one more session, under the next number. Raises BadInput where the day has one."""
    number = max(session.number for session in plan.sessions) + 1
    return move(msgspec.structs.replace(plan, sessions=(*plan.sessions, _session(number, day, kind))), number, day)


def end_plan(plan: Plan, day: date, because: str) -> Plan:
    """The plan given up on a day: what was planned after it stays to be seen and is not awaited."""
    return msgspec.structs.replace(plan, ended_on=day.isoformat(), ended_because=because)


def _lay(start: date, n: int, weekdays: Sequence[int], shut: frozenset[date]) -> list[date]:
    """``n`` days from ``start`` on, in order and no two alike, none of them closed."""
    laid: list[date] = []
    empty = 0
    for week in count():
        opens = [start + week * WEEK + timedelta(days=day) for day in range(7)]
        days = _week(opens, weekdays, shut)[: n - len(laid)]
        laid += days
        empty = 0 if days else empty + 1
        if len(laid) == n:
            return laid
        if empty > _LONGEST_CLOSED_WEEKS:
            raise BadInput(Cause("plan_always_closed"))
    raise AssertionError("the weeks do not end")


def _week(days: Sequence[date], weekdays: Sequence[int], shut: frozenset[date]) -> list[date]:
    """The days of one week on which there is a session: as wished, or the nearest open day, rest between them first."""

    def is_open(day: date) -> bool:
        return day not in shut and not is_holiday(day)

    wished = [day for day in days if day.isoweekday() in weekdays]
    taken = {day for day in wished if is_open(day)}
    for day in wished:
        if day in taken:
            continue
        free = [
            other
            for other in days
            if other not in taken
            and is_open(other)
            and (other.isoweekday() in WORKING_DAYS or other.isoweekday() in weekdays)
        ]
        if free:
            taken.add(min(free, key=lambda other: (_crowded(other, taken), abs(other - day), other < day)))
    return sorted(taken)


def _crowded(day: date, taken: set[date]) -> bool:
    return any(abs((day - other).days) == 1 for other in taken)


def _weekdays(weekdays: Iterable[int]) -> tuple[int, ...]:
    chosen = tuple(sorted(set(weekdays)))
    wrong = [day for day in chosen if not 1 <= day <= SESSIONS_A_WEEK_MAX]
    if wrong:
        raise BadInput(Cause("plan_weekday_unknown", {"day": wrong[0]}))
    return chosen


def _shut(plan: Plan) -> frozenset[date]:
    """Closed days, and every day on which the person is known to be away."""
    days = {date.fromisoformat(day) for day in plan.closed}
    for away in plan.away:
        day = date.fromisoformat(away.first)
        while day <= date.fromisoformat(away.last):
            days.add(day)
            day += timedelta(days=1)
    return frozenset(days)


def _from(plan: Plan, day: date) -> list[PlannedSession]:
    """What is planned from a day on, in order of days."""
    later = [session for session in plan.sessions if session.day >= day.isoformat()]
    return sorted(later, key=lambda session: session.day)


def _with(plan: Plan, changed: Iterable[PlannedSession]) -> Plan:
    new = {session.number: session for session in changed}
    return msgspec.structs.replace(plan, sessions=tuple(new.get(one.number, one) for one in plan.sessions))


def _session(number: int, day: date, kind: str) -> PlannedSession:
    return PlannedSession(number, day.isoformat(), kind, day.isoformat())


def _on(session: PlannedSession, day: date) -> PlannedSession:
    return msgspec.structs.replace(session, day=day.isoformat())

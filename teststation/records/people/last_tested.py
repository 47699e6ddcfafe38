"""When people were last tested, here or elsewhere: a result that was brought in counts for who is due.

A demonstration is no test of a person, and counts for the demonstration's own person alone.
"""

from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, Connection, Select, func, not_, or_, select

from teststation.demonstration import EMULATED_BELTS, EMULATED_PULSES
from teststation.records.storage.tables import IMPORTED_RESULT, PERSON, RESULT, TEST

_NOON = "T12:00:00.000+00:00"  # results of others tell the day alone; at noon it is that day in every zone of Europe


def newest_tests() -> Select[str, str]:
    """By person id, when their newest test here began, ISO 8601 in UTC, as ``started_utc``."""
    return (
        select(TEST.c.person_id, func.max(TEST.c.started_utc).label("started_utc"))
        .join(PERSON, PERSON.c.id == TEST.c.person_id)
        .where(or_(PERSON.c.demo == 1, not_(DEMONSTRATION)))
        .where(select(RESULT.c.test_id).where(RESULT.c.test_id == TEST.c.id).exists())  # a session is no test
        .group_by(TEST.c.person_id)
    )


def last_tested(connection: Connection, person_ids: Sequence[str] | None = None) -> dict[str, str]:
    """When each of these people, or everybody, was last tested, by person id; who never was is not in it.

    A duplicate's imported results are those of the person it was merged into.

    Returns:
        ISO 8601 in UTC; noon for a day without an hour.
    """
    tests = newest_tests()
    others = select(IMPORTED_RESULT.c.person_id, func.max(IMPORTED_RESULT.c.tested_on)).group_by(
        IMPORTED_RESULT.c.person_id
    )
    merged = {
        row[0]: row[1]
        for row in connection.execute(
            select(PERSON.c.id, PERSON.c.merged_into).where(PERSON.c.merged_into.is_not(None))
        )
    }
    if person_ids is not None:
        wanted = set(person_ids)
        theirs = [one for one in merged if _kept(one, merged) in wanted]
        tests = tests.where(TEST.c.person_id.in_(sorted(wanted)))
        others = others.where(IMPORTED_RESULT.c.person_id.in_(sorted({*wanted, *theirs})))
    last: dict[str, str] = {row[0]: row[1] for row in connection.execute(tests)}
    for person_id, day in connection.execute(others):
        kept_id, at = _kept(person_id, merged), day + _NOON
        if at > last.get(kept_id, ""):
            last[kept_id] = at
    return last


def _kept(person_id: str, merged: dict[str, str]) -> str:
    """The person that a duplicate, or its duplicate, was merged into."""
    while person_id in merged:
        person_id = merged[person_id]
    return person_id


def _of(device: Column[str], families: Sequence[str]) -> ColumnElement[bool]:
    """Whether a kept DEVICE string is of one of these families."""
    return or_(*(device == family for family in families), *(device.startswith(f"{family}:") for family in families))


# What ``is_demonstration`` says of a row, where the database looks for it.
DEMONSTRATION = or_(_of(TEST.c.treadmill, EMULATED_BELTS), _of(TEST.c.heart_rate, EMULATED_PULSES))

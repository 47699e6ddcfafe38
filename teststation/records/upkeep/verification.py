"""Whether a record is what it was: every check that reads it through, each problem a cause.

A check is a function of a connection and the record's name that yields causes. More checks join ``CHECKS``.
"""

from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy import Connection, select

from teststation.cause import Cause
from teststation.records.access.audit import NOT_TAKEN, Action, chain_problems
from teststation.records.people.people import version_problems
from teststation.records.storage.store import Database
from teststation.records.storage.tables import AUDIT, TEST
from teststation.records.tests.signing import signature_problems

Check = Callable[[Connection, str], Iterator[Cause]]


def kept_test_problems(connection: Connection, name: str) -> Iterator[Cause]:
    """Tests that are not with the person, or not of the raw data, that the audit log tells of."""
    told: dict[str, str] = {}
    digests: dict[str, str] = {}
    erased: set[str] = set()
    actions = (Action.TEST_KEPT.value, Action.TEST_MOVED.value, Action.PERSON_ERASED.value)
    columns = (AUDIT.c.action, AUDIT.c.person_id, AUDIT.c.test_id, AUDIT.c.detail)
    for row in connection.execute(select(*columns).where(AUDIT.c.action.in_(actions)).order_by(AUDIT.c.seq)):
        if row.action == Action.PERSON_ERASED.value:
            erased.add(row.person_id)
            continue
        detail = msgspec.json.decode(row.detail)
        if NOT_TAKEN in detail:
            continue
        told[row.test_id] = row.person_id
        if row.action == Action.TEST_KEPT.value:
            digests[row.test_id] = detail["events_sha256"]
    kept = {row.id: row for row in connection.execute(select(TEST.c.id, TEST.c.person_id, TEST.c.events_sha256))}
    for test_id, person_id in told.items():
        if test_id not in kept:
            if person_id not in erased:
                yield Cause("verify_test_gone", {"name": name, "test": test_id})
        elif kept[test_id].person_id != person_id:
            yield Cause("verify_test_moved", {"name": name, "test": test_id})
        elif kept[test_id].events_sha256 != digests.get(test_id, kept[test_id].events_sha256):
            yield Cause("verify_test_hash", {"name": name, "test": test_id})


CHECKS: tuple[Check, ...] = (chain_problems, kept_test_problems, version_problems, signature_problems)


def problems(database: Database) -> list[Cause]:
    """Every problem that the checks find; none where the record is whole. Raises RecordError where it is damaged."""
    with database.reading() as connection:
        return [cause for check in CHECKS for cause in check(connection, database.name)]

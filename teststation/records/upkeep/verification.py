"""Whether a record is what it was: every check that reads it through, each problem a cause.

A check is a function of a connection and the record's name that yields causes. More checks join ``CHECKS``.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, select

from teststation.cause import Cause
from teststation.records.access.actions import Action
from teststation.records.access.audit import NOT_TAKEN, chain_problems, detail_of
from teststation.records.people.people import version_problems
from teststation.records.storage.store import Database
from teststation.records.storage.tables import AUDIT, TEST
from teststation.records.tests.signing import signature_problems
from teststation.records.tests.stored_copies import copy_problems
from teststation.records.upkeep.sealed import seal_problems, setting_problems

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
        detail = detail_of(row.detail)
        if NOT_TAKEN in detail:
            continue
        told[row.test_id] = row.person_id
        if row.action == Action.TEST_KEPT.value:
            digests[row.test_id] = str(detail.get("events_sha256"))
    kept = {row.id: row for row in connection.execute(select(TEST.c.id, TEST.c.person_id, TEST.c.events_sha256))}
    for test_id, person_id in told.items():
        if test_id not in kept:
            if person_id not in erased:
                yield Cause("verify_test_gone", {"name": name, "test": test_id})
        elif kept[test_id].person_id != person_id:
            yield Cause("verify_test_moved", {"name": name, "test": test_id})
        elif kept[test_id].events_sha256 != digests.get(test_id, kept[test_id].events_sha256):
            yield Cause("verify_test_hash", {"name": name, "test": test_id})


CHECKS: tuple[Check, ...] = (
    chain_problems,
    kept_test_problems,
    version_problems,
    signature_problems,
    copy_problems,
    setting_problems,
)


def problems(database: Database, name: str | None = None) -> list[Cause]:
    """Every problem that the checks find; none where the record is whole. Raises RecordError where it is damaged.

    Args:
        name: What sentences call it; None takes the database's own name.
    """
    shown = name or database.name
    with database.reading() as connection:
        found = [cause for check in CHECKS for cause in check(connection, shown)]
        # A row whose change was told in words of its own is not told of once more.
        told = {row for cause in found for row in _rows_of(cause)}
        return found + [cause for cause in seal_problems(connection, shown) if not _rows_of(cause) & told]


_OF_A_TEST = ("result", "session_result", "signature")


def _rows_of(cause: Cause) -> set[str]:
    """The rows that a cause tells of, and the test whose going takes everything of it along."""
    values = cause.values
    match cause.code:
        case "verify_test_gone":
            return {f"test {values['test']}", f"of {values['test']}"}
        case "verify_test_moved" | "verify_test_hash":
            return {f"test {values['test']}"}
        case "verify_stage_gone":
            return {f"test {values['test']}"}
        case "verify_version_gone" | "verify_version_changed" | "verify_version_unknown":
            return {f"person_version {values['person']}:{values['revision']}"}
        case "verify_signature_gone" | "verify_signature_other":
            return {f"signature {values['test']}:{values['number']}"}
        case "verify_copy" | "verify_row_unknown" | "verify_row_changed" | "verify_row_gone":
            table, _, key = str(values["row"]).partition(" ")
            test = key.partition(":")[0]
            if table == "stage":  # sealed with its test
                return {f"test {test}"}
            return {f"{table} {key}", f"of {test}"} if table in _OF_A_TEST else {f"{table} {key}"}
        case _:
            return set()

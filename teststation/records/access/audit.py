"""Who saw, made, changed, printed and exported what: rows that are only ever added, each bound to the one before.

A row's hash covers the row and the hash before it, so a row that was changed, taken out or put in by hand does not fit
its neighbours. The head of the chain (the last row's number and hash) is kept in a row of its own, and once more in
every signature: a log that was cut short, or written anew from some row on, does not fit those.

The rows name people and tests by their ids and hold codes and figures, no names: they stay when a person is erased.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, insert, select, update
from sqlalchemy.engine import RowMapping

from teststation.cause import Cause
from teststation.records.access.actions import NOBODY, Action, Actor, AuditRow, Detail
from teststation.records.access.seals import SEALS, UNSEALED, Key, every_seal, seals_of
from teststation.records.storage.failures import ServerAway
from teststation.records.storage.head_file import Head
from teststation.records.storage.store import HEAD_WRITTEN, Database
from teststation.records.storage.tables import AUDIT, AUDIT_HEAD, PERSON

NOT_TAKEN = "not_taken"  # in a row's detail: what a station did alone and its server did not take
FIRST_PREVIOUS = "0" * 64
_PAGE = 1000
_SEALS_A_ROW = 200
_detail = msgspec.json.Decoder(Detail)
_WRITES_A_TEST = (
    Action.TEST_KEPT,
    Action.TEST_MOVED,
    Action.RESULT_ADDED,
    Action.TEST_SIGNED,
    Action.TEST_AMENDED,
)


@dataclass(slots=True)
class AuditLog:
    """The audit log of a record, and who is acting on it."""

    database: Database
    acting: Actor = field(default=NOBODY)

    def note(self, action: Action, person_id: str | None = None, test_id: str | None = None, **detail: object) -> None:
        """Add a row in a transaction of its own. Raises RecordError."""
        for last_try in (False, True):
            try:
                with self.database.writing() as connection:
                    self.note_in(connection, action, person_id, test_id, (), (), **detail)
                    return
            except ServerAway:
                # A server that goes away takes the first word with it; the second goes to the station's own file.
                if last_try:
                    raise

    def note_in(
        self,
        connection: Connection,
        action: Action,
        person_id: str | None = None,
        test_id: str | None = None,
        seals: Iterable[Key] = (),
        unsealed: Iterable[str] = (),
        **detail: object,
    ) -> None:
        """Add a row together with what it tells of: both are kept, or neither.

        Args:
            seals: The rows that were written, as they are now: see ``seals``.
            unsealed: The log's keys of rows that are no more.
        """
        gone = list(unsealed)
        if gone:
            detail[UNSEALED] = gone
        made = seals_of(connection, seals)
        if made:
            detail[SEALS] = made
        append(
            connection,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            user_id=self.acting.id,
            actor=self.acting.name,
            action=action.value,
            person_id=person_id,
            test_id=test_id,
            detail=msgspec.json.encode(detail).decode("utf-8"),
        )

    def of_person(self, person_id: str, limit: int = 1000) -> list[AuditRow]:
        """What was done with a person and the duplicates merged into them, newest first."""
        with self.database.reading() as connection:
            ids = [person_id]
            for known in ids:  # grows: a duplicate may have duplicates of its own
                ids += connection.execute(select(PERSON.c.id).where(PERSON.c.merged_into == known)).scalars()
            return _rows(connection, select(AUDIT).where(AUDIT.c.person_id.in_(ids)), limit)

    def row_of_test(self, test_id: str) -> str:
        """The last row that tells of something written of a test, as it is printed: it anchors the log outside.

        The same for as long as the test is, so that a report is; empty where no row tells of it.
        """
        query = select(AUDIT.c.seq, AUDIT.c.sha256).where(
            AUDIT.c.test_id == test_id, AUDIT.c.action.in_([action.value for action in _WRITES_A_TEST])
        )
        with self.database.reading() as connection:
            row = connection.execute(query.order_by(AUDIT.c.seq.desc()).limit(1)).one_or_none()
        return "" if row is None else Head(row.seq, row.sha256).shown

    def newest(self, limit: int = 1000) -> list[AuditRow]:
        """The last rows, newest first."""
        with self.database.reading() as connection:
            return _rows(connection, select(AUDIT), limit)


def detail_of(text: str) -> Detail:
    """A row's detail; empty where somebody has made it unreadable, of which the chain tells."""
    try:
        return _detail.decode(text)
    except msgspec.DecodeError:
        return {}


def append(connection: Connection, **fields: str | None) -> None:
    """Add one row to the chain. Writers take turns, so the head is still the head when it is moved on."""
    seq, previous = head_of(connection)
    row: dict[str, object] = {**fields, "seq": seq + 1, "previous_sha256": previous}
    digest = _sha256(row)
    connection.execute(insert(AUDIT).values(**row, sha256=digest))
    connection.execute(update(AUDIT_HEAD).values(seq=seq + 1, sha256=digest))
    connection.info[HEAD_WRITTEN] = (seq + 1, digest)


def seal_what_is_there(connection: Connection) -> None:
    """Seal every row as it is found, in as many audit rows as it takes: what a version without seals kept."""
    found = [(key, seal) for _, key, seal in every_seal(connection, first=True)]
    for first in range(0, len(found), _SEALS_A_ROW):
        note_by_the_program(connection, Action.RECORD_SEALED, dict(found[first : first + _SEALS_A_ROW]))


def note_by_the_program(connection: Connection, action: Action, seals: dict[str, str], **detail: object) -> None:
    """Add a row of what the program does by itself, whoever sits at the station."""
    append(
        connection,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        user_id=None,
        actor="teststation",
        action=action.value,
        person_id=None,
        test_id=None,
        detail=msgspec.json.encode({SEALS: seals, **detail}).decode("utf-8"),
    )


def head_of(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last row."""
    row = connection.execute(select(AUDIT_HEAD)).one()
    return row.seq, row.sha256


def chain_problems(connection: Connection, name: str) -> Iterator[Cause]:
    """The first place where the chain is broken; nothing where it holds. ``name`` is the record's."""
    seq, previous = 0, FIRST_PREVIOUS
    for row in _pages(connection):
        told = {"name": name, "row": row["seq"], "at": row["at"], "action": row["action"], "actor": row["actor"]}
        if row["seq"] != seq + 1:
            yield Cause("verify_log_missing", told | {"missing": seq + 1})
            return
        if row["previous_sha256"] != previous:
            yield Cause("verify_log_order", told)
            return
        if row["sha256"] != _sha256(row):
            yield Cause("verify_log_changed", told)
            return
        seq, previous = row["seq"], row["sha256"]
    heads = connection.execute(select(AUDIT_HEAD)).mappings().all()
    head = heads[0] if len(heads) == 1 else None
    if head is None or head["id"] != 1:
        yield Cause("verify_log_no_head", {"name": name})
    elif (head["seq"], head["sha256"]) != (seq, previous):
        yield Cause("verify_log_head", {"name": name, "row": seq, "head": head["seq"]})


def _pages(connection: Connection) -> Iterator[RowMapping]:
    """Every row in order, some at a time: a log of years is long."""
    last = -1
    while rows := connection.execute(select(AUDIT).where(AUDIT.c.seq > last).order_by(AUDIT.c.seq).limit(_PAGE)).all():
        yield from (row._mapping for row in rows)
        last = rows[-1].seq


def _rows(connection: Connection, query: Select[*tuple[Any, ...]], limit: int) -> list[AuditRow]:
    found = connection.execute(query.order_by(AUDIT.c.seq.desc()).limit(limit)).mappings()
    return [
        AuditRow(
            **{name: row[name] for name in AuditRow.__struct_fields__ if name != "detail"},
            detail={name: said for name, said in detail_of(row["detail"]).items() if name not in (SEALS, UNSEALED)},
        )
        for row in found
    ]


_HASHED = ("seq", "at", "user_id", "actor", "action", "person_id", "test_id", "detail", "previous_sha256")


def _sha256(fields: dict[str, object] | RowMapping) -> str:
    return hashlib.sha256(msgspec.json.encode([fields[name] for name in _HASHED])).hexdigest()

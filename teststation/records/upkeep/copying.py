"""A whole record from one place to another: page by page between files, row by row from and to a server."""

import hashlib
import time

import msgspec
from sqlalchemy import Connection, MetaData, Table, insert, select

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.rows import fields_of
from teststation.records.storage.tables import RUN_NOW
from teststation.records.upkeep.findings import GoOn, Interrupted, always

PAGES_A_STEP = 500  # 2 MB between two looks at whether to go on; another writer waits no longer
ROWS_A_STEP = 2000
_OF_THE_MOMENT = frozenset({RUN_NOW.name, "alembic_version"})  # who walks now is not what a record holds
_OWN_CHECK = frozenset({"event"})  # events have their hash in their test's row


def copy_pages(source: CipherFile, target: CipherFile, go_on: GoOn = always) -> None:
    """Make ``target`` what ``source`` is, in one transaction of the target, under the target's own passphrase.

    Others may read and write the source meanwhile; the copy then has what they wrote, or begins again.

    Raises:
        Interrupted: ``go_on`` said no; the target is as it was.
        RecordError: either file is in use for too long, full or damaged; the target is as it was.
    """
    progress = _Progress(target, go_on)
    with source.bare() as read, target.bare() as write:
        read.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a wrong passphrase shows here, not as a copy
        read.backup(write, pages=PAGES_A_STEP, progress=progress, sleep=0.02)


def copy_rows(source: Connection, target: Connection, go_on: GoOn = always) -> None:
    """Copy every row of every table into the same tables, empty ones, of the same revision. Raises Interrupted."""
    for table in tables(source):
        with source.execute(select(table).execution_options(yield_per=ROWS_A_STEP)) as rows:
            for part in rows.mappings().partitions(ROWS_A_STEP):
                if not go_on():
                    raise Interrupted(Cause("copy_given_up"))
                target.execute(insert(table), [fields_of(row) for row in part])


def tables(connection: Connection) -> list[Table]:
    """The record's tables as they are there, whatever their revision; who is referred to comes first."""
    found = MetaData()
    found.reflect(bind=connection)
    return [table for table in found.sorted_tables if table.name not in _OF_THE_MOMENT]


def fingerprint(connection: Connection) -> dict[str, str]:
    """The content of each table as a SHA-256, the same in a file and on a server. Events are left to their own."""
    prints: dict[str, str] = {}
    encode = msgspec.json.Encoder().encode
    for table in tables(connection):
        if table.name in _OWN_CHECK:
            continue
        digest = hashlib.sha256()
        columns = sorted(table.columns, key=lambda column: column.name)
        query = select(*columns).order_by(*table.primary_key.columns)
        with connection.execute(query.execution_options(yield_per=ROWS_A_STEP)) as rows:
            for row in rows:
                digest.update(encode(tuple(row)) + b"\n")
        prints[table.name] = digest.hexdigest()
    return prints


class _Progress:
    """Called after each step, also when a step did nothing because somebody held a lock."""

    def __init__(self, target: CipherFile, go_on: GoOn) -> None:
        self._target, self._go_on = target, go_on
        self._left = -1
        self._moved_at_s = time.monotonic()

    def __call__(self, _status: int, left: int, _total: int) -> None:
        if not self._go_on():
            raise Interrupted(Cause("copy_given_up"))
        now_s = time.monotonic()
        if left != self._left:
            self._left, self._moved_at_s = left, now_s
        elif now_s - self._moved_at_s > self._target.busy_timeout_s:
            raise RecordError(Cause("record_in_use", {"name": self._target.name}))

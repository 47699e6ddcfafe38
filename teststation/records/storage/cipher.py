"""The encrypted file as a SQLAlchemy engine: SQLCipher 4, its pragmas, and its failures as sentences.

Rollback journal instead of WAL: a record is written a few times an hour, one file is then the whole record whenever
nobody is writing, and it may lie on a network drive, where WAL may not. ``synchronous=EXTRA`` also syncs the folder
after the rollback journal is gone, so that what was committed survives a power cut.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.storage import key
from teststation.records.storage.failures import Unreadable
from teststation.records.storage.store import EngineDatabase

_IMMEDIATE = "teststation_immediate"
_CODES = {
    5: "record_in_use",
    6: "record_in_use",
    8: "record_read_only",
    10: "record_disk_failed",
    11: "record_damaged",
    13: "record_disk_full",
    14: "record_not_opened",
    26: "record_wrong_passphrase",
}  # by SQLite's primary result code
_UNREADABLE = (11, 26)
# Copying pages gives SQLite's own words and no code.
_BY_WORDS = {
    "database is locked": 5,
    "attempt to write a readonly database": 8,
    "disk I/O error": 10,
    "database disk image is malformed": 11,
    "database or disk is full": 13,
    "unable to open database file": 14,
    "file is not a database": 26,
}
_REKEYING = "PRAGMA key or rekey"  # SQLCipher tells no code of why its pages could not be encrypted anew


class CipherFile(EngineDatabase):
    """A record's tables in their encrypted file."""

    def __init__(self, path: Path, passphrase: str, busy_timeout_s: float, ahead: Any = None) -> None:
        """Prepare the engine; nothing is opened yet.

        Args:
            ahead: The first connection, where ``key.connect_ahead`` has made it.
        Raises:
            RecordError: a passphrase that no database can have.
        """
        self._ahead = ahead
        key.check_passphrase(path, passphrase)
        self.path = path
        self.name = str(path)
        self.busy_timeout_s = busy_timeout_s
        self._passphrase = passphrase
        self._opened: os.stat_result | None = None
        self.engine = create_engine(
            "sqlite://", module=key.DBAPI, creator=self.connect, poolclass=QueuePool, hide_parameters=True
        )
        event.listen(self.engine, "begin", _begin)

    def connect(self) -> Any:
        """A bare connection of the database module, with the key given; the caller closes it."""
        if not self.in_place:  # else an empty one would be made here, or another record be taken for this one
            raise RecordError(Cause("record_moved", {"name": self.name}))
        ahead, self._ahead = self._ahead, None
        return key.connect(self.path, self._passphrase, self.busy_timeout_s) if ahead is None else ahead

    def opened(self) -> None:
        """The file that is there now is the record: another one in its place, later, is not."""
        self._opened = self.path.stat()

    def close(self) -> None:
        """Close every connection, and one that was made ahead and not used."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.close()
        super().close()

    @property
    def in_place(self) -> bool:
        """Whether the file that was opened is still where it was."""
        try:
            return self._opened is None or os.path.samestat(self._opened, self.path.stat())
        except OSError:
            return False

    @contextmanager
    def bare(self) -> Generator[Any]:
        """A bare connection for what no transaction can do. Raises RecordError."""
        raw = self.connect()
        try:
            yield raw
        except key.DBAPI.Error as error:
            known = self.sentence(error)
            if known is None:
                raise
            raise known from error
        finally:
            raw.close()

    def beside(self, path: Path) -> "CipherFile":
        """Another file under the same passphrase."""
        return CipherFile(path, self._passphrase, self.busy_timeout_s)

    def change_key(self, passphrase: str) -> None:
        """Encrypt every page anew, in one transaction. Other programs that have the file open must open it again.

        Raises:
            RecordError: a passphrase that no database can have, or the file is in use or cannot be written.
        """
        key.check_passphrase(self.path, passphrase)
        self.close()  # connections under the former key
        with self.bare() as raw:
            raw.execute("BEGIN EXCLUSIVE")  # waits for others, and finds out whether the present key is right
            raw.execute("ROLLBACK")
            raw.execute(f"PRAGMA rekey = {key.quoted(passphrase)}")
        self._passphrase = passphrase

    def _prepare(self, connection: Connection, *, writing: bool) -> None:
        if writing:
            connection.execution_options(**{_IMMEDIATE: True})

    def _error(self, error: DBAPIError) -> RecordError | None:
        return self.sentence(error.orig)

    def sentence(self, error: BaseException | None) -> RecordError | None:
        """What a failure of the database module means to the user; None for a bug."""
        code = getattr(error, "sqlite_errorcode", 0) or _BY_WORDS.get(str(error), 0)
        known = "record_not_rekeyed" if _REKEYING in str(error) else _CODES.get(code & 0xFF)
        if known is None:
            return None
        if known == "record_read_only" and not self.in_place:
            known = "record_moved"  # SQLite writes to no file whose name leads elsewhere
        kind = Unreadable if code & 0xFF in _UNREADABLE else RecordError
        return kind(Cause(known, {"name": self.name}))


def _begin(connection: Connection) -> None:
    """Begin by ourselves, so that tables are made inside the transaction too.

    A writer takes its place at once and waits for it; a reader that turns writer would be refused without waiting.
    """
    immediate = connection.get_execution_options().get(_IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

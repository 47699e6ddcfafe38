"""The encrypted file as a SQLAlchemy engine: SQLCipher 4, its pragmas, and its failures as sentences.

Rollback journal instead of WAL: a record is written a few times an hour, one file is then the whole record whenever
nobody is writing, and it may lie on a network drive, where WAL may not. ``synchronous=EXTRA`` also syncs the folder
after the rollback journal is gone, so that what was committed survives a power cut.
"""

import unicodedata
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from teststation.errors import RecordError
from teststation.records.store import EngineDatabase

_DBAPI: Any = dbapi2  # a compiled module without types
_IMMEDIATE = "teststation_immediate"
_SENTENCES = {
    5: "it is in use by another program; close it there and try again, nothing was changed",
    6: "it is in use by another program; close it there and try again, nothing was changed",
    8: "it or its folder cannot be written; give this user the right to write there, nothing was changed",
    10: "the disk failed to read or write it; nothing was changed; check the disk, then try again",
    11: "it is damaged; leave it as it is and restore the latest backup",
    13: "the disk is full; nothing was changed; free some space, then try again",
    14: "it cannot be opened; see that the folder is there and that this user may write in it",
    26: "this passphrase does not open it, or it is damaged; check the passphrase, else restore the latest backup",
}  # by SQLite's primary result code


class CipherFile(EngineDatabase):
    """A record's tables in their encrypted file."""

    def __init__(self, path: Path, passphrase: str, busy_timeout_s: float) -> None:
        """Prepare the engine; nothing is opened yet.

        Raises:
            RecordError: a passphrase that no database can have.
        """
        if not passphrase or "\0" in passphrase:
            raise RecordError(f"{path}: the passphrase is empty or holds a null character; give another")
        self.path = path
        self.name = str(path)
        self._busy_timeout_s = busy_timeout_s
        # The same word typed on another system may come as other code points.
        self._quoted = unicodedata.normalize("NFC", passphrase).replace("'", "''")
        self.engine = create_engine("sqlite://", module=_DBAPI, creator=self.connect, poolclass=QueuePool)
        event.listen(self.engine, "begin", _begin)

    def connect(self) -> Any:
        """A bare connection of the database module, with the key given; the caller closes it."""
        raw = _DBAPI.connect(
            str(self.path), timeout=self._busy_timeout_s, isolation_level=None, check_same_thread=False
        )
        raw.execute("PRAGMA cipher_log_level = NONE")  # it writes to standard error, where our one sentence goes
        raw.execute(f"PRAGMA key = '{self._quoted}'")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA synchronous = EXTRA")
        return raw

    def _prepare(self, connection: Connection, *, writing: bool) -> None:
        if writing:
            connection.execution_options(**{_IMMEDIATE: True})

    def _error(self, error: DBAPIError) -> RecordError | None:
        return self.sentence(error.orig)

    def sentence(self, error: BaseException | None) -> RecordError | None:
        """What a failure of the database module means to the user; None for a bug."""
        code = getattr(error, "sqlite_errorcode", 0) or 0
        sentence = _SENTENCES.get(code & 0xFF)
        return None if sentence is None else RecordError(f"{self.name}: {sentence}")


def _begin(connection: Connection) -> None:
    """Begin by ourselves, so that tables are made inside the transaction too.

    A writer takes its place at once and waits for it; a reader that turns writer would be refused without waiting.
    """
    immediate = connection.get_execution_options().get(_IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

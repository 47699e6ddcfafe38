"""The encrypted file as a SQLAlchemy engine: SQLCipher 4, its pragmas, and its failures as sentences.

Rollback journal instead of WAL: a record is written a few times an hour, one file is then the whole record whenever
nobody is writing, and it may lie on a network drive, where WAL may not. ``synchronous=EXTRA`` also syncs the folder
after the rollback journal is gone, so that what was committed survives a power cut.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from teststation.errors import RecordError

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


class Database:
    """A record's tables in their encrypted file. Safe to use from several threads; transactions are short."""

    def __init__(self, path: Path, passphrase: str, busy_timeout_s: float) -> None:
        """Prepare the engine; nothing is opened yet.

        Raises:
            RecordError: a passphrase that no database can have.
        """
        if not passphrase or "\0" in passphrase:
            raise RecordError(f"{path}: the passphrase is empty or holds a null character; give another")
        self.path = path
        # The same word typed on another system may come as other code points.
        quoted = unicodedata.normalize("NFC", passphrase).replace("'", "''")

        def connect() -> Any:
            raw = _DBAPI.connect(str(path), timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
            raw.execute("PRAGMA cipher_log_level = NONE")  # it writes to standard error, where our one sentence goes
            raw.execute(f"PRAGMA key = '{quoted}'")
            raw.execute("PRAGMA foreign_keys = ON")
            raw.execute("PRAGMA synchronous = EXTRA")
            return raw

        self.engine = create_engine("sqlite://", module=_DBAPI, creator=connect, poolclass=QueuePool)
        event.listen(self.engine, "begin", _begin)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the record. Raises RecordError."""
        with self._sentences(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole or not at all. Raises RecordError."""
        with self._sentences(), self.engine.connect() as connection:
            connection.execution_options(**{_IMMEDIATE: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0) or 0
            sentence = _SENTENCES.get(code & 0xFF)
            if sentence is None:
                raise
            raise RecordError(f"{self.path}: {sentence}") from error


def _begin(connection: Connection) -> None:
    """Begin by ourselves, so that tables are made inside the transaction too.

    A writer takes its place at once and waits for it; a reader that turns writer would be refused without waiting.
    """
    immediate = connection.get_execution_options().get(_IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

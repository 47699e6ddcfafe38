"""Keeps the audit log's end outside the record (``storage.head_file``), and compares the log with what is there."""

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select

from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.records.access.audit import head_of
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.head_file import (
    SHOWN_LETTERS,
    Head,
    Known,
    head_path,
    own_mark,
    read_head,
    write_head,
)
from teststation.records.storage.store import Database
from teststation.records.storage.tables import AUDIT, SETTING

HEAD_KEY = "head_key"  # the setting that seals the file beside the record
_SHOWN = re.compile(rf"(\d{{1,12}}):([0-9a-f]{{{SHOWN_LETTERS},64}})")


class HeadKeeper:
    """Notes each new end of a log beside the record.

    Args:
        log: Where the audit log is: the file itself, or a server.
        file: The record's own file or the spool of its server; beside it the head lies, and it holds the key.
    """

    def __init__(self, log: Database, file: CipherFile) -> None:
        self.log, self._file = log, file
        self.path = head_path(file.path)
        self.known: Known | None = None  # of this record, as far as it was learnt

    def begin(self) -> None:
        """Begin a head anew: for a record that is new, was restored, or whose present end somebody has accepted."""
        key = self._key()
        if key is None:
            key = secrets.token_hex(32)
            with self._file.writing() as connection:
                connection.execute(insert(SETTING).values(name=HEAD_KEY, value=key))
        with self.log.reading() as connection:
            seq, sha256 = head_of(connection)
        with suppress(OSError):
            write_head(self.path, key, seq, sha256)

    def keep(self, seq: int, sha256: str) -> None:
        """Note a new end, unless the former one does not fit the log any more: then it stays, as evidence.

        What cannot be written or read now is noted with the next row: nobody's work waits for it.
        """
        with suppress(RecordError, OSError):
            key = self._key()
            if key is not None:
                self.known = Known(own_mark(key), Head(seq, sha256))
            former = None if key is None else read_head(self.path, key)
            if key is None or former is None or former.seq >= seq:
                return
            with self.log.reading() as connection:
                fits = _holds(connection, former)
            if fits:
                write_head(self.path, key, seq, sha256)

    def told(self) -> Head | None:
        """What the file beside the record tells; None where there is none that belongs to it. Raises RecordError."""
        key = self._key()
        return None if key is None else read_head(self.path, key)

    # --- which record it is, to whom it was open before ---

    def learn(self) -> None:
        """Learn anew which record this is, as when it was opened, or holds what a backup held."""
        with suppress(RecordError):
            key = self._key()
            if key is None:
                return
            self.known = Known(own_mark(key), Head(0, ""))
            with self.log.reading() as connection:
                self.known = Known(own_mark(key), Head(*head_of(connection)))

    def is_own(self, known: Known) -> None:
        """See that the file is this record's, before anything is written to it. Raises RecordError."""
        with self._file.reading() as connection:
            key = self._key_in(connection) if inspect(connection).has_table(SETTING.name) else None
        if key is None or own_mark(key) != known.own:
            raise RecordError(Cause("record_moved", {"name": self._file.name}))

    def has_all(self, known: Known) -> None:
        """See that the log holds the row that is known of: an earlier copy does not. Raises RecordError."""
        with self.log.reading() as connection:
            fits = known.head.seq == 0 or (inspect(connection).has_table(AUDIT.name) and _holds(connection, known.head))
        if not fits:
            raise RecordError(Cause("record_moved", {"name": self.log.name}))

    def _key(self) -> str | None:
        with self._file.reading() as connection:
            return self._key_in(connection)

    @staticmethod
    def _key_in(connection: Connection) -> str | None:
        return connection.execute(select(SETTING.c.value).where(SETTING.c.name == HEAD_KEY)).scalar()


def head_problems(connection: Connection, name: str, head: Head, where: str) -> Iterator[Cause]:
    """Whether a log still holds the row that somewhere else is told of. ``where`` names that place."""
    if not _holds(connection, head):
        yield Cause(
            "verify_head", {"name": name, "where": where, "row": head.seq, "sha256": head.sha256[:SHOWN_LETTERS]}
        )


def head_shown(text: str) -> Head:
    """A head as it stands on a report or in a backup's name: ``ROW:HASH``. Raises BadInput."""
    match = _SHOWN.fullmatch(text.strip().lower())
    if match is None:
        raise BadInput(Cause("head_unreadable", {"text": text}))
    return Head(int(match[1]), match[2])


def head_in_name(path: Path) -> Head | None:
    """The head that a scheduled backup bears in its name; None for any other."""
    match = re.search(rf"-r(\d{{1,12}})-([0-9a-f]{{{SHOWN_LETTERS}}})\.backup$", path.name)
    return None if match is None else Head(int(match[1]), match[2])


def _holds(connection: Connection, head: Head) -> bool:
    if head.seq == 0:
        return True  # noted before the first row
    found = connection.execute(select(AUDIT.c.sha256).where(AUDIT.c.seq == head.seq)).scalar()
    return found is not None and found.startswith(head.sha256)

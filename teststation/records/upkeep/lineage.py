"""Which record a file is a copy of: records that have one passphrase in common are still different records.

The audit log tells: its first row is no other record's, and whatever was done since stands in it. A record in which
nothing was done yet is told by what it keeps for itself, such as the key of its journals.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, select

from teststation.errors import RecordError
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.store import Database
from teststation.records.storage.tables import AUDIT, SETTING

_UNREADABLE = "unreadable"
_seen: dict[tuple[str, int, int], str | None] = {}  # a backup is opened once, not at every look


def is_earlier(copy: Connection, record: Connection) -> bool:
    """Whether a file holds nothing that this record does not hold: it was this record once."""
    if beginning(copy) is None:
        return _own_words(copy) <= _own_words(record)
    last = copy.execute(select(AUDIT.c.seq, AUDIT.c.sha256).order_by(AUDIT.c.seq.desc()).limit(1)).one()
    return _row(record, last.seq) == last.sha256


def is_own(database: Database, file: CipherFile, path: Path) -> bool:
    """Whether a file is a backup of this record, made under the passphrase it has now. Never raises."""
    try:
        known = path.stat()
        key = (str(path), known.st_mtime_ns, known.st_size)
        if key not in _seen:
            _seen[key] = _beginning_of(file.beside(path))
        return _seen[key] == _beginning_of_record(database)
    except (OSError, RecordError):
        return False


def beginning(connection: Connection) -> str | None:
    """The hash of the audit log's first row; None where nothing was ever done."""
    return _row(connection, 1)


def _beginning_of(copy: CipherFile) -> str | None:
    try:
        with copy.reading() as connection:
            return beginning(connection)
    except RecordError:
        return _UNREADABLE
    finally:
        copy.close()


def _beginning_of_record(database: Database) -> str | None:
    where = database.server if isinstance(database, ServedDatabase) else database
    with where.reading() as connection:
        return beginning(connection)


def _own_words(connection: Connection) -> set[tuple[str, str]]:
    return {(row.name, row.value) for row in connection.execute(select(SETTING.c.name, SETTING.c.value))}


def _row(connection: Connection, seq: int) -> str | None:
    if not inspect(connection).has_table(AUDIT.name):
        return None
    return connection.execute(select(AUDIT.c.sha256).where(AUDIT.c.seq == seq)).scalar()

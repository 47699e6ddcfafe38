"""A bare connection to a record's file, with the key given.

Here is nothing of SQLAlchemy: deriving a key takes as long as reading that from the disk, and they are done side by
side.
"""

import unicodedata
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.texts.writing import is_text

BUSY_TIMEOUT_S = 5.0
DBAPI: Any = dbapi2  # a compiled module without types


def connect(path: Path, passphrase: str, busy_timeout_s: float) -> Any:
    """A connection of the database module; the caller closes it. Its key is derived when something is first read."""
    raw = DBAPI.connect(str(path), timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
    try:
        raw.execute("PRAGMA cipher_log_level = NONE")  # it writes to standard error, where our one sentence goes
        raw.execute(f"PRAGMA key = {quoted(passphrase)}")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA synchronous = EXTRA")
    except BaseException:
        raw.close()  # Windows moves no file that somebody has open, and a damaged record is to be set aside
        raise
    return raw


def connect_ahead(location: str | Path, passphrase: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Any:
    """The same to a record's file that is there, its key derived already, for ``open_record`` to go on with.

    None where there is no such file, or where it does not open: who opens it without this says why.
    """
    path = Path(location).expanduser()
    try:
        check_passphrase(path, passphrase)
        if "://" in str(location) or path.stat().st_size == 0:
            return None
        raw = connect(path, passphrase, busy_timeout_s)
    except (RecordError, OSError, DBAPI.Error):
        return None
    try:
        raw.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except DBAPI.Error:
        raw.close()
        return None
    return raw


def check_passphrase(path: Path, passphrase: str) -> None:
    """Refuse one that no database can have. Raises RecordError."""
    if not passphrase or "\0" in passphrase:
        raise RecordError(Cause("record_no_passphrase", {"name": str(path)}))
    if not is_text(passphrase):
        raise RecordError(Cause("record_passphrase_no_text", {"name": str(path)}))


def quoted(passphrase: str) -> str:
    """As SQL has it. The same word typed on another system may come as other code points."""
    return "'" + unicodedata.normalize("NFC", passphrase).replace("'", "''") + "'"

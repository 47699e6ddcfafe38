"""The end of the audit log, kept once more outside the record: ``<record>.head``, one sealed line beside it.

Who cuts rows off the log's end, and its head with them, leaves a record that fits together. This file tells what was
there. It is written after each row, and only where the log still holds the row it told of before: a log that was cut
does not get a new end by being used. Whoever has passphrase and folder can write both; what is printed on reports and
stands in the names of backups elsewhere is beyond their reach.
"""

import hashlib
import hmac
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from teststation.errors import BadInput
from teststation.files.reading import read_text

_FORM = "teststation-head-1"
_LINE = re.compile(rf"({_FORM} (\d{{1,12}}) ([0-9a-f]{{64}}) (\S{{1,40}})) ([0-9a-f]{{64}})\n?")
SHOWN_LETTERS = 12  # of a hash, where a person reads it


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of the audit log's last row, and when it was noted (ISO 8601, UTC)."""

    seq: int
    sha256: str
    at: str = ""

    @property
    def shown(self) -> str:
        """As it is printed: ``123:0a1b2c3d4e5f``."""
        return f"{self.seq}:{self.sha256[:SHOWN_LETTERS]}"


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody knows of a record whom it was open to: no other record is like it, nor an earlier copy of it."""

    own: str  # a hash of what it made for itself
    head: Head  # the last row that is known of; its number is 0 where none is


def own_mark(key: str) -> str:
    """Of a record's own key what may be told outside of it."""
    return hashlib.sha256(key.encode("utf-8")).hexdigest()


def head_path(record: Path) -> Path:
    """Where a record's head is kept."""
    return record.with_name(f"{record.name}.head")


def read_head(path: Path, key: str) -> Head | None:
    """What the file tells; None where it cannot be read, was changed, or belongs to another record."""
    try:
        match = _LINE.fullmatch(read_text(path))
    except (OSError, UnicodeDecodeError, BadInput):
        return None
    if match is None or not hmac.compare_digest(_seal(match[1], key), match[5]):
        return None
    return Head(int(match[2]), match[3], match[4])


def write_head(path: Path, key: str, seq: int, sha256: str) -> None:
    """Keep a head, whole or not at all. Raises OSError."""
    line = f"{_FORM} {seq} {sha256} {datetime.now(UTC).isoformat(timespec='milliseconds')}"
    part = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
            file.write(f"{line} {_seal(line, key)}\n")
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def move_head(record: Path, aside: Path) -> None:
    """Set the head of a record aside with it: ``<record>.head.replaced-<date>``. Raises OSError."""
    head = head_path(record)
    if head.exists():
        head.replace(head.with_name(head.name + aside.name.removeprefix(record.name)))


def _seal(line: str, key: str) -> str:
    return hmac.new(key.encode("utf-8"), line.encode("ascii"), hashlib.sha256).hexdigest()

"""Files that others have written are read up to a size: what is larger is no such file, and would be waited for."""

from pathlib import Path
from typing import TypeVar

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput

Kind = TypeVar("Kind")

TABLE_BYTES = 5_000_000  # of a table, a protocol, a passphrase
RECORDING_BYTES = 50_000_000  # of a whole day, with every position


def is_file(path: str | Path) -> bool:
    """Whether a file is there. Raises as ``is_there``."""
    return is_there(path) and Path(path).is_file()


def is_there(path: str | Path) -> bool:
    """Whether anything is there.

    Raises:
        BadInput: nobody can tell: it has a name that no file can have, or lies where this user may not look.
    """
    try:
        return Path(path).exists()
    except OSError as error:
        raise BadInput(Cause("file_unreachable", {"path": str(path), "why": error.strerror or ""})) from error


def read_bytes(path: str | Path, most: int = TABLE_BYTES) -> bytes:
    """What is in a file.

    Raises:
        BadInput: it is larger than ``most`` bytes, as a device is that never ends.
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise BadInput(Cause("file_too_large", {"path": str(path), "megabytes": most // 1_000_000}))
    return data


def read_text(path: str | Path, most: int = TABLE_BYTES) -> str:
    """The same in UTF-8, with or without a mark. Raises also UnicodeDecodeError."""
    return read_bytes(path, most).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def from_json(decoder: msgspec.json.Decoder[Kind], data: bytes) -> Kind:
    """What JSON says. Raises ``msgspec.DecodeError`` for whatever it does not say so, bytes that are no letters too."""
    try:
        return decoder.decode(data)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error)) from error

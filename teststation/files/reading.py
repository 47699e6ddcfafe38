"""Files that others have written are read up to a size: what is larger is no such file, and would be waited for.

So would be a pipe that nobody writes to, and a device. A passphrase alone may come through a pipe, from a program that
keeps it.
"""

import os
import stat
import sys
import time
from pathlib import Path
from typing import TypeVar

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput

Kind = TypeVar("Kind")

TABLE_BYTES = 5_000_000  # of a table, a protocol, a passphrase
RECORDING_BYTES = 50_000_000  # of a whole day, with every position


WRITER_WITHIN_S = 5.0  # a pipe's other end is opened by a program that is begun together with this one
LOOKS_EVERY_S = 0.05
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # also for what was put in a file's place since it was looked at


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


def must_be_ordinary(path: str | Path, *, pipe: bool = False) -> None:
    """Refuse what is no ordinary file before it is opened: some wait for that already. A folder is left to its reader.

    Raises:
        BadInput: it is a device, a socket or, unless one may be, a pipe.
        OSError: it cannot be looked at, as one that is not there.
    """
    mode = Path(path).stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or (pipe and stat.S_ISFIFO(mode))):
        raise BadInput(Cause("file_not_ordinary", {"path": str(path)}))


def read_bytes(path: str | Path, most: int = TABLE_BYTES, *, pipe: bool = False) -> bytes:
    """What is in a file, or with ``pipe`` what comes through one.

    Raises:
        BadInput: it is larger than ``most`` bytes, or no ordinary file.
        OSError: it cannot be read.
    """
    must_be_ordinary(path, pipe=pipe)
    with open(path, "rb", opener=_opened_at_once) as file:
        head = _first_byte(file.fileno()) if pipe and sys.platform != "win32" else b""
        data = head + file.read(most + 1)
    if len(data) > most:
        raise BadInput(Cause("file_too_large", {"path": str(path), "megabytes": most // 1_000_000}))
    return data


def _opened_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | _AT_ONCE)


def _first_byte(descriptor: int) -> bytes:
    """What comes first through a pipe that was opened at once; nothing where nobody has come to write to it."""
    until_s, head = time.monotonic() + WRITER_WITHIN_S, b""
    while not head and time.monotonic() < until_s:
        try:
            head = os.read(descriptor, 1)
        except BlockingIOError:
            break  # somebody is there, and takes the time it takes
        if not head:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                break
            time.sleep(LOOKS_EVERY_S)
    if sys.platform != "win32":
        os.set_blocking(descriptor, True)
    return head


def read_text(path: str | Path, most: int = TABLE_BYTES, *, pipe: bool = False) -> str:
    """The same in UTF-8, with or without a mark. Raises also UnicodeDecodeError."""
    return read_bytes(path, most, pipe=pipe).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def from_json(decoder: msgspec.json.Decoder[Kind], data: bytes) -> Kind:
    """What JSON says. Raises ``msgspec.DecodeError`` for whatever it does not say so, bytes that are no letters too."""
    try:
        return decoder.decode(data)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error)) from error

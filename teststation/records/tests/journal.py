"""The journal of one run: its events, append-only, each line encrypted and authenticated by itself.

The file, line by line (every line ends with a newline; base64 is RFC 4648 with padding):

* line 0: ``teststation-journal-1 <base64 of 8 random bytes> <base64 of a 16-byte tag>``
* line n: base64 of AES-256-GCM(JSON of event n)

The nonce of line n is the file's 8 random bytes and n as 4 big-endian bytes, so none is used twice under one key: a
journal is never opened again for writing. The associated data is line 0's first two words and n: a line that was
changed, moved or taken from another journal does not authenticate.

A power cut may leave a last line without its newline. It is dropped, and everything before it stands.
"""

import base64
import binascii
import os
import secrets
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.files.reading import must_be_ordinary
from teststation.records.storage.file_lock import try_lock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
SYNC_EVERY_S = 0.5  # how often somebody calls ``sync``: a power cut may cost what was measured since, never a decision
_MAGIC = b"teststation-journal-1"
_PREFIX_BYTES = 8
_LOCK_TRIES = 50
_LOCK_WAIT_S = 0.01


def cipher_of(key: bytes) -> "AESGCM":
    """What a journal's lines are written and read with. Its library is read from the disk at the first call.

    A list of people is on the screen before there is a journal; whoever prepares a run in a window calls it before.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


@dataclass(frozen=True, slots=True)
class JournalContent:
    """What a journal holds: every event up to the first that cannot be relied on.

    ``torn``: the last line was cut off, as by a power cut, and is dropped. ``damage``: a sentence when a whole line
    does not authenticate; the events before it are here, it and what follows it are not.
    """

    events: tuple[bytes, ...]
    torn: bool = False
    damage: str | None = None


class JournalWriter:
    """Writes one run's journal (``teststation.ports.Journal``) and holds its lock while it is open.

    What is not durable by itself is made so by ``sync``, which may be called from another thread: a disk can take
    seconds for it, and whoever appends holds a lease of one second.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        """Begin a new journal.

        Args:
            path: A file that does not exist; its folder does.
            key: 32 bytes.
        Raises:
            RecordError: the file exists or cannot be made.
        """
        self.path = path
        self._cipher = cipher_of(key)
        self._encoder = msgspec.json.Encoder()
        self._failure: Cause | None = None
        self._line = 0
        self._dirty = False
        prefix = secrets.token_bytes(_PREFIX_BYTES)
        self._head = _MAGIC + b" " + base64.b64encode(prefix)
        self._prefix = prefix
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            self._descriptor: int | None = os.open(path, flags, 0o600)
        except FileExistsError as error:
            raise RecordError(Cause("journal_taken", {"path": str(path)})) from error
        except OSError as error:
            raise RecordError(_cause("journal_not_made", path, error)) from error
        try:
            self._begin(prefix)
        except RecordError:
            self.close()
            raise

    def _begin(self, prefix: bytes) -> None:
        if self._descriptor is None or not _locked_soon(self._descriptor):
            raise RecordError(Cause("journal_held", {"path": str(self.path)}))
        tag = self._cipher.encrypt(_nonce(prefix, 0), b"", _associated(self._head, 0))
        self._write(self._head + b" " + base64.b64encode(tag) + b"\n", sync=True)
        try:
            _sync_folder(self.path.parent)
        except OSError as error:
            raise RecordError(_cause("journal_not_written", self.path, error)) from error

    def append(self, event: msgspec.Struct, *, durable: bool) -> None:
        """Write one event, handed to the system before this returns; with ``durable`` it is on the disk.

        Raises:
            RecordError: it could not be written; from then on every call fails, so that no gap can arise.
        """
        plain = self._encoder.encode(event)
        self._line += 1
        data = self._cipher.encrypt(_nonce(self._prefix, self._line), plain, _associated(self._head, self._line))
        self._write(base64.b64encode(data) + b"\n", sync=durable)

    def sync(self) -> None:
        """Bring to the disk what was written so far; from any thread. What fails here fails the next ``append``."""
        descriptor = self._descriptor
        if descriptor is None or not self._dirty or self._failure is not None:
            return
        # Before the sync: what is written while it lasts is not in it.
        self._dirty = False
        try:
            os.fsync(descriptor)
            # A file that was deleted, or whose folder was moved away, takes every line and keeps none.
            if not os.path.samestat(os.fstat(descriptor), self.path.stat()):
                self._failure = self._failure or Cause("journal_gone", {"path": str(self.path)})
        except FileNotFoundError:
            self._failure = self._failure or Cause("journal_gone", {"path": str(self.path)})
        except OSError as error:
            self._failure = self._failure or _cause("journal_not_written", self.path, error)

    def close(self) -> None:
        """Sync what the disk still takes, give the lock back and close. A second call does nothing."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        try:
            os.fsync(descriptor)
        except OSError as error:
            self._failure = self._failure or _cause("journal_not_written", self.path, error)
        finally:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, data: bytes, *, sync: bool) -> None:
        if self._descriptor is None:
            raise RecordError(Cause("journal_closed", {"path": str(self.path)}))
        if self._failure is not None:
            raise RecordError(self._failure)
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
            self._dirty = not sync
            if sync:
                os.fsync(self._descriptor)
        except OSError as error:
            # After a failed write the file may end in half a line, after a failed sync nobody knows what it holds.
            self._failure = _cause("journal_not_written", self.path, error)
            raise RecordError(self._failure) from error


def read_journal(path: Path, key: bytes) -> JournalContent:
    """Read a journal, as much of it as is whole.

    Raises:
        RecordError: the file cannot be read at all.
    """
    try:
        _ordinary(path)
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(_cause("journal_unreadable", path, error)) from error
    *lines, rest = data.split(b"\n")
    torn = rest != b""
    if not lines:
        return JournalContent((), torn)
    cipher = cipher_of(key)
    head, prefix = _read_head(cipher, lines[0])
    if prefix is None:
        sentence = f"{path.name}: line 0 is damaged or was written with another record's key; no event could be read"
        return JournalContent((), torn, sentence)
    events: list[bytes] = []
    for number, line in enumerate(lines[1:], start=1):
        event = _open(cipher, prefix, head, number, line)
        if event is None:
            after = len(lines) - 1 - number
            sentence = (
                f"{path.name}: line {number} is damaged; the {number - 1} events before it were saved, "
                f"it and {after} lines after it were not"
            )
            return JournalContent(tuple(events), torn, sentence)
        events.append(event)
    return JournalContent(tuple(events), torn)


def opens_journal(path: Path, key: bytes) -> bool:
    """Whether this key is the one a journal was begun with. Raises RecordError where it cannot be read."""
    try:
        _ordinary(path)
        with path.open("rb") as file:
            head = file.readline().removesuffix(b"\n")
    except OSError as error:
        raise RecordError(_cause("journal_unreadable", path, error)) from error
    return head == b"" or _read_head(cipher_of(key), head)[1] is not None


def is_being_written(path: Path) -> bool:
    """Whether a living process, this one included, has the journal open for writing.

    Raises:
        RecordError: the file cannot be opened, so nobody can tell.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise RecordError(_cause("journal_not_opened", path, error)) from error
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


def _ordinary(path: Path) -> None:
    """Raises RecordError for what would be waited for, and OSError as its own opening does."""
    try:
        must_be_ordinary(path)
    except BadInput as error:
        raise RecordError(*error.causes) from error


def _cause(code: str, path: Path, error: OSError) -> Cause:
    return Cause(code, {"path": str(path), "why": error.strerror or ""})


def _locked_soon(descriptor: int) -> bool:
    """Lock a new file, which a station that looks for unfinished journals may be probing at this moment."""
    for _ in range(_LOCK_TRIES):
        if try_lock(descriptor):
            return True
        time.sleep(_LOCK_WAIT_S)
    return False


def _nonce(prefix: bytes, line: int) -> bytes:
    return prefix + struct.pack(">I", line)


def _associated(head: bytes, line: int) -> bytes:
    return head + struct.pack(">I", line)


def _read_head(cipher: "AESGCM", line: bytes) -> tuple[bytes, bytes | None]:
    """The head and its nonce prefix; no prefix where it does not authenticate."""
    head, _, tag = line.rpartition(b" ")
    magic, _, encoded = head.partition(b" ")
    prefix = _decoded(encoded)
    if magic != _MAGIC or prefix is None or len(prefix) != _PREFIX_BYTES:
        return head, None
    return head, prefix if _open(cipher, prefix, head, 0, tag) == b"" else None


def _open(cipher: "AESGCM", prefix: bytes, head: bytes, number: int, line: bytes) -> bytes | None:
    """The plain event of a line, or None where it does not authenticate."""
    from cryptography.exceptions import InvalidTag  # whoever has a cipher has read it

    data = _decoded(line)
    if data is None:
        return None
    try:
        return cipher.decrypt(_nonce(prefix, number), data, _associated(head, number))
    except InvalidTag:
        return None


def _decoded(encoded: bytes) -> bytes | None:
    """Base64 in its one canonical form: the spare bits of a last character are authenticated by nobody else."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None
    return data if base64.b64encode(data) == encoded else None


def _sync_folder(folder: Path) -> None:
    """Make a new file's name survive a power cut. Windows has no such call and writes names through its own log."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

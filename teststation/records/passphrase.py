"""Where a record's passphrase comes from: a file, the environment, or the operating system's keyring, in that order."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from teststation.errors import RecordError
from teststation.records.place import data_folder

VARIABLE = "TESTSTATION_PASSPHRASE"
SERVICE = "teststation"  # under this name the keyring keeps one key for each record's path
_WAY_OUT = f"set {VARIABLE} or give --passphrase-file FILE"


class KeyringBackend(Protocol):
    """The part of ``keyring.backend.KeyringBackend`` that is used."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """The kept key, or None."""
        ...

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Keep a key."""
        ...


def default_record_path() -> Path:
    """The record in the user's data folder, where no other is named."""
    return data_folder() / "teststation.record"


def find_passphrase(
    record: Path,
    passphrase_file: Path | None,
    environ: Mapping[str, str],
    keyring_backend: KeyringBackend | None = None,
    *,
    create: bool = True,
) -> str:
    """The passphrase of a record; for a new record without one, a random key that the keyring keeps from now on.

    Args:
        record: The record's file, which need not exist.
        passphrase_file: Its first line is the passphrase.
        environ: Read for ``TESTSTATION_PASSPHRASE``; empty counts as not set.
        keyring_backend: None takes the operating system's.
        create: Whether a new record may be made; with False a missing record is refused.
    Raises:
        RecordError: there is none, and what to do.
    """
    if not create and not record.exists():
        raise RecordError(f"{record}: there is no such record; name an existing one with --record FILE")
    if passphrase_file is not None:
        return _first_line(passphrase_file)
    if environ.get(VARIABLE):
        return environ[VARIABLE]
    return _from_keyring(record, keyring_backend)


def _first_line(path: Path) -> str:
    try:
        text = path.read_text("utf-8-sig")  # Notepad may begin a file with a byte order mark
    except OSError as error:
        raise RecordError(
            f"{path}: the passphrase file cannot be read ({error.strerror}); name a file with the passphrase "
            "on its first line"
        ) from error
    except UnicodeDecodeError as error:
        raise RecordError(f"{path}: the passphrase file is not UTF-8 text; save it as UTF-8") from error
    line = text.partition("\n")[0].removesuffix("\r")
    if not line:
        raise RecordError(f"{path}: the first line of the passphrase file is empty; write the passphrase on it")
    return line


def _from_keyring(record: Path, backend: KeyringBackend | None) -> str:
    import keyring  # late: it looks through every installed package for backends
    from keyring.errors import KeyringError

    keeper = backend or keyring.get_keyring()
    name = str(record.resolve())
    new = not record.exists() or record.stat().st_size == 0
    try:
        found = keeper.get_password(SERVICE, name)
        if found:
            return found
        if new:
            made = secrets.token_urlsafe(32)
            keeper.set_password(SERVICE, name, made)
            # A keyring that forgets would lock the record for ever: believe it only when it tells the key again.
            if keeper.get_password(SERVICE, name) == made:
                return made
    except KeyringError as error:
        raise RecordError(f"{record}: no passphrase, and no keyring here to take it from; {_WAY_OUT}") from error
    if new:
        raise RecordError(f"{record}: a new record needs a passphrase, and no keyring here keeps one; {_WAY_OUT}")
    raise RecordError(f"{record}: the keyring of this user holds no passphrase for it; {_WAY_OUT}")

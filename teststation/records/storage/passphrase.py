"""Where a record's passphrase comes from: a file, the environment, or the operating system's keyring, in that order."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.files.reading import is_there, read_text
from teststation.records.storage.place import data_folder

if TYPE_CHECKING:  # a passphrase is found before SQLAlchemy is read from the disk
    from teststation.records.storage.cipher import CipherFile

VARIABLE = "TESTSTATION_PASSPHRASE"
SERVICE = "teststation"  # under this name the keyring keeps one key for each record's path
_COMING = "#coming"  # beside a record's name: the passphrase it is being changed to


class KeyringBackend(Protocol):
    """The part of ``keyring.backend.KeyringBackend`` that is used."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """The kept key, or None."""
        ...

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Keep a key."""
        ...

    def delete_password(self, service: str, username: str, /) -> None:
        """Forget a key."""
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
    if not is_there(record) and not create:
        raise RecordError(Cause("record_missing_named", {"name": str(record)}))
    if passphrase_file is not None:
        return first_line(passphrase_file)
    if environ.get(VARIABLE):
        return environ[VARIABLE]
    return _from_keyring(record, keyring_backend)


def kept_passphrase(
    record: Path,
    passphrase_file: Path | None,
    environ: Mapping[str, str],
    keyring_backend: KeyringBackend | None = None,
) -> str | None:
    """The passphrase that file, environment or keyring keeps for a record; None where somebody has to be asked.

    Nothing is made: a new record's passphrase is chosen by whoever answers for the record.

    Raises:
        RecordError: the passphrase file cannot be read.
    """
    if passphrase_file is not None:
        return first_line(passphrase_file)
    if environ.get(VARIABLE):
        return environ[VARIABLE]
    import keyring
    from keyring.errors import KeyringError

    try:
        return _kept(keyring_backend or keyring.get_keyring(), record)
    except KeyringError:
        return None


def is_new(record: Path) -> bool:
    """Whether a record's file has still to be made."""
    return not is_there(record) or record.stat().st_size == 0


def change_passphrase(
    file: "CipherFile", passphrase: str, new: str, keyring_backend: KeyringBackend | None = None
) -> bool:
    """Encrypt a record's file anew under another passphrase, in one transaction; journals keep their own key.

    Where the keyring holds the present passphrase it holds the new one afterwards. A power cut at any moment leaves a
    file that opens with one of the two, and a keyring that finds out which.

    Returns:
        Whether the keyring holds the new passphrase.
    Raises:
        RecordError: the new passphrase cannot be one, or the file is in use; nothing was changed.
    """
    import keyring
    from keyring.errors import KeyringError

    keeper = keyring_backend or keyring.get_keyring()
    name = str(file.path.resolve())
    try:
        kept = keeper.get_password(SERVICE, name) == passphrase
        if kept:
            keeper.set_password(SERVICE, name + _COMING, new)
    except KeyringError:
        kept = False
    file.change_key(new)
    if kept:
        keeper.set_password(SERVICE, name, new)
        keeper.delete_password(SERVICE, name + _COMING)
    return kept


def opens(path: Path, passphrase: str) -> bool:
    """Whether a passphrase opens a record's file."""
    from teststation.records.storage.key import connect_ahead

    connection = connect_ahead(path, passphrase)
    if connection is None:
        return False
    connection.close()
    return True


def keep_in_keyring(record: Path, passphrase: str, keyring_backend: KeyringBackend | None = None) -> None:
    """Keep a record's passphrase for this user. Raises RecordError where there is no keyring that keeps it."""
    import keyring
    from keyring.errors import KeyringError

    keeper = keyring_backend or keyring.get_keyring()
    name = str(record.resolve())
    try:
        keeper.set_password(SERVICE, name, passphrase)
        kept = keeper.get_password(SERVICE, name) == passphrase
    except KeyringError:
        kept = False
    if not kept:
        raise RecordError(Cause("keyring_keeps_nothing", {"name": str(record), "variable": VARIABLE}))


def keyring_keeps(keyring_backend: KeyringBackend | None = None) -> bool:
    """Whether this user has a keyring that tells again what it was given."""
    import keyring
    from keyring.errors import KeyringError

    keeper, name, said = keyring_backend or keyring.get_keyring(), "#trial", secrets.token_urlsafe(8)
    try:
        keeper.set_password(SERVICE, name, said)
        kept = keeper.get_password(SERVICE, name) == said
        keeper.delete_password(SERVICE, name)
    except KeyringError:
        return False
    return kept


def first_line(path: Path) -> str:
    """The passphrase in a file. Raises RecordError."""
    try:
        text = read_text(path, pipe=True)  # Notepad may begin a file with a byte order mark
    except OSError as error:
        raise RecordError(
            Cause("passphrase_file_unreadable", {"path": str(path), "why": error.strerror or ""})
        ) from error
    except BadInput as error:
        raise RecordError(*error.causes) from error
    except UnicodeDecodeError as error:
        raise RecordError(Cause("passphrase_file_not_utf8", {"path": str(path)})) from error
    line = text.partition("\n")[0].removesuffix("\r")
    if not line:
        raise RecordError(Cause("passphrase_file_empty", {"path": str(path)}))
    return line


def _kept(keeper: KeyringBackend, record: Path) -> str | None:
    name = str(record.resolve())
    found = keeper.get_password(SERVICE, name)
    coming = keeper.get_password(SERVICE, name + _COMING)
    if coming and not is_new(record):
        # A change was cut off: whether before or after the file was changed, only the file can tell.
        if opens(record, coming):
            found = coming
            keeper.set_password(SERVICE, name, coming)
        keeper.delete_password(SERVICE, name + _COMING)
    return found or None


def _from_keyring(record: Path, backend: KeyringBackend | None) -> str:
    import keyring  # late: it looks through every installed package for backends
    from keyring.errors import KeyringError

    keeper = backend or keyring.get_keyring()
    name = str(record.resolve())
    new = is_new(record)
    try:
        found = _kept(keeper, record)
        if found:
            return found
        if new:
            made = secrets.token_urlsafe(32)
            keeper.set_password(SERVICE, name, made)
            # A keyring that forgets would lock the record for ever: believe it only when it tells the key again.
            if keeper.get_password(SERVICE, name) == made:
                return made
    except KeyringError as error:
        raise RecordError(Cause("keyring_missing", {"name": str(record), "variable": VARIABLE})) from error
    if new:
        raise RecordError(Cause("keyring_forgets", {"name": str(record), "variable": VARIABLE}))
    raise RecordError(Cause("keyring_empty", {"name": str(record), "variable": VARIABLE}))

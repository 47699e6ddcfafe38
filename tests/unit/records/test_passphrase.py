"""Where the passphrase comes from, in which order, and what is refused."""

from pathlib import Path

import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as ForgetfulKeyring
from keyring.errors import KeyringLocked

from teststation.errors import RecordError
from teststation.records.database import open_record
from teststation.records.passphrase import SERVICE, KeyringBackend, default_record_path, find_passphrase


class MemoryKeyring:
    """Keeps keys as long as it lives. No ``KeyringBackend``: a subclass would offer itself to the whole process."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class LockedKeyring(MemoryKeyring):
    """A keyring whose owner did not unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("the collection\nis locked.")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase.txt"
    path.write_text("fra fil\n", encoding="utf-8")
    return path


def test_the_file_comes_before_the_environment_and_that_before_the_keyring(path: Path, written: Path) -> None:
    keyring = MemoryKeyring()
    keyring.set_password(SERVICE, str(path.resolve()), "fra nøkkelring")
    environ = {"TESTSTATION_PASSPHRASE": "fra miljø"}
    assert find_passphrase(path, written, environ, keyring) == "fra fil"
    assert find_passphrase(path, None, environ, keyring) == "fra miljø"
    assert find_passphrase(path, None, {}, keyring) == "fra nøkkelring"
    assert find_passphrase(path, None, {"TESTSTATION_PASSPHRASE": ""}, keyring) == "fra nøkkelring"


@pytest.mark.parametrize(
    ("data", "passphrase"),
    [
        (b"hemmelig", "hemmelig"),
        (b"hemmelig\n", "hemmelig"),
        (b"hemmelig\r\n", "hemmelig"),
        (b"hemmelig\nannen linje", "hemmelig"),
        ("\ufeffblåbær\r\n".encode(), "blåbær"),
        (b"  med rom \n", "  med rom "),
    ],
)
def test_the_first_line_of_the_file_without_its_end_is_the_passphrase(
    path: Path, written: Path, data: bytes, passphrase: str
) -> None:
    written.write_bytes(data)
    assert find_passphrase(path, written, {}, NoKeyring()) == passphrase


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\nhemmelig", "\ufeff".encode()])
def test_an_empty_first_line_is_refused(path: Path, written: Path, data: bytes) -> None:
    written.write_bytes(data)
    with pytest.raises(RecordError, match="is empty"):
        find_passphrase(path, written, {"TESTSTATION_PASSPHRASE": "x"}, NoKeyring())


def test_a_passphrase_file_that_cannot_be_read_is_a_sentence(path: Path, tmp_path: Path, written: Path) -> None:
    for missing in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(RecordError, match="cannot be read"):
            find_passphrase(path, missing, {}, NoKeyring())
    written.write_bytes("blåbær".encode("latin-1"))
    with pytest.raises(RecordError, match="UTF-8"):
        find_passphrase(path, written, {}, NoKeyring())


def test_a_new_record_gets_a_random_key_that_the_keyring_keeps(path: Path, tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    key = find_passphrase(path, None, {}, keyring)
    assert len(key) >= 40
    assert key != find_passphrase(tmp_path / "other.record", None, {}, keyring)
    open_record(path, key).close()
    assert find_passphrase(path, None, {}, keyring) == key
    open_record(path, key, create=False).close()


@pytest.mark.parametrize("keyring", [NoKeyring(), ForgetfulKeyring(), LockedKeyring()])
def test_without_a_keyring_a_new_record_is_refused_with_the_way_out(path: Path, keyring: KeyringBackend) -> None:
    with pytest.raises(RecordError, match="set TESTSTATION_PASSPHRASE or give --passphrase-file") as caught:
        find_passphrase(path, None, {}, keyring)
    assert "\n" not in str(caught.value)
    assert not path.exists()


def test_an_existing_record_never_gets_a_new_key(path: Path) -> None:
    open_record(path, "en gang").close()
    keyring = MemoryKeyring()
    with pytest.raises(RecordError, match="holds no passphrase"):
        find_passphrase(path, None, {}, keyring)
    assert keyring.kept == {}


def test_a_missing_record_that_may_not_be_made_is_told_before_a_key_is(path: Path, written: Path) -> None:
    keyring = MemoryKeyring()
    with pytest.raises(RecordError, match="there is no such record"):
        find_passphrase(path, written, {}, keyring, create=False)
    assert keyring.kept == {}


def test_one_record_has_one_key_however_its_path_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = MemoryKeyring()
    key = find_passphrase(path, None, {}, keyring)
    monkeypatch.chdir(path.parent)
    assert find_passphrase(Path(path.name), None, {}, keyring) == key


def test_the_default_record_lies_in_the_users_own_data_folder() -> None:
    assert default_record_path().name == "teststation.record"
    assert default_record_path().is_absolute()

"""Where the passphrase comes from, in which order, and what is refused."""

from pathlib import Path

import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as ForgetfulKeyring
from keyring.errors import KeyringLocked
from sqlalchemy import text

from tests.keyring_in_memory import MemoryKeyring
from teststation.errors import RecordError
from teststation.records.database import open_record
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.passphrase import (
    SERVICE,
    KeyringBackend,
    change_passphrase,
    default_record_path,
    find_passphrase,
    keep_in_keyring,
)
from teststation.subject import Sex


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


# --- changed ---


def test_a_changed_passphrase_opens_the_record_and_the_former_does_not(path: Path) -> None:
    with open_record(path, "gammel") as record:
        person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
        key = record.journal_key()
        assert change_passphrase(record.file, "gammel", "ny's æøå", MemoryKeyring()) is False
        assert record.people.all() == [person], "an open record goes on"
    with pytest.raises(RecordError, match="check the passphrase"):
        open_record(path, "gammel")
    with open_record(path, "ny's æøå", create=False) as record:
        assert record.people.all() == [person]
        assert record.journal_key() == key, "journals stay readable"


def test_the_keyring_follows_a_change(path: Path) -> None:
    keyring = MemoryKeyring()
    former = find_passphrase(path, None, {}, keyring)
    with open_record(path, former) as record:
        assert change_passphrase(record.file, former, "ny", keyring) is True
    assert list(keyring.kept.values()) == ["ny"]
    assert find_passphrase(path, None, {}, keyring) == "ny"


@pytest.mark.parametrize("file_was_changed", [False, True])
def test_a_change_that_was_cut_off_is_found_out_by_the_file(path: Path, file_was_changed: bool) -> None:
    keyring = MemoryKeyring()
    former = find_passphrase(path, None, {}, keyring)
    open_record(path, former).close()
    keyring.set_password(SERVICE, f"{path.resolve()}#coming", "ny")
    if file_was_changed:
        CipherFile(path, former, 1.0).change_key("ny")
    assert find_passphrase(path, None, {}, keyring) == ("ny" if file_was_changed else former)
    assert list(keyring.kept.values()) == ["ny" if file_was_changed else former]
    open_record(path, find_passphrase(path, None, {}, keyring), create=False).close()


def test_a_change_to_nothing_or_of_a_locked_file_changes_nothing(path: Path) -> None:
    with open_record(path, "gammel", busy_timeout_s=0.05) as record:
        with pytest.raises(RecordError, match="give another"):
            change_passphrase(record.file, "gammel", "", MemoryKeyring())
        with open_record(path, "gammel") as other, other.database.reading() as reading:
            reading.execute(text("SELECT * FROM person"))
            with pytest.raises(RecordError, match="in use by another program"):
                change_passphrase(record.file, "gammel", "ny", MemoryKeyring())
    open_record(path, "gammel", create=False).close()


def test_a_passphrase_is_kept_by_a_keyring_or_the_way_out_is_told(path: Path) -> None:
    keyring = MemoryKeyring()
    keep_in_keyring(path, "skrevet", keyring)
    assert list(keyring.kept.values()) == ["skrevet"]
    for none in (NoKeyring(), ForgetfulKeyring()):
        with pytest.raises(RecordError, match="--passphrase-file"):
            keep_in_keyring(path, "skrevet", none)

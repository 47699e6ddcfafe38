"""Opening a record: right, wrong, damaged, locked, full, newer. Nothing is lost and one sentence tells what to do."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.fast_disk import written_through
from tests.fast_keys import IN_A_CHILD
from tests.patience import PATIENCE
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from teststation.errors import RecordError
from teststation.records.database import Record, open_record
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.schema import HEAD, MIGRATIONS, version
from teststation.records.storage.tables import METADATA
from teststation.subject import Sex

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")


@pytest.fixture
def record(path: Path) -> Iterator[Record]:
    """These tests are about the file."""
    with open_record(path, PASSPHRASE) as opened:
        yield opened


def filled(path: Path, passphrase: str = PASSPHRASE) -> bytes:
    """A record with one person and one test; its bytes."""
    with open_record(path, passphrase) as record:
        person = record.people.add(family_name="Hemmeligsen", given_name="Klara", sex=Sex.FEMALE, number="31129956715")
        record.tests.save(person.id, run_of(), assessment_of(), events_of(300))
    return path.read_bytes()


def refused(path: Path, passphrase: str = PASSPHRASE, *, create: bool = True) -> str:
    """The one sentence with which opening is refused."""
    with pytest.raises(RecordError) as caught:
        open_record(path, passphrase, create=create, busy_timeout_s=0.05)
    assert len(caught.value.problems) == 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- what is on the disk ---


def test_nothing_of_a_person_is_readable_in_the_files(path: Path) -> None:
    filled(path)
    with open_record(path, PASSPHRASE) as record:
        record.new_journal("run-2").close()
    for file in path.parent.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        for clear in ("Hemmeligsen", "hemmeligsen", "Klara", "31129956715", "submax", "SQLite", "puls æøå"):
            assert clear.encode() not in data, f"{clear} is readable in {file.name}"


def test_one_file_is_the_whole_record(path: Path) -> None:
    filled(path)
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, f"{path.name}.head"]


@POSIX
def test_only_this_user_may_read_a_new_record(record: Record) -> None:
    assert record.path.stat().st_mode & 0o077 == 0


def test_a_new_record_makes_its_folder(tmp_path: Path) -> None:
    with open_record(tmp_path / "a" / "b" / "c.record", PASSPHRASE) as record:
        assert record.people.all() == []


def test_power_cuts_and_broken_links_are_guarded_against(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CipherFile, "connect", written_through)
    with open_record(path, PASSPHRASE) as record, record.database.reading() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("foreign_keys", "synchronous", "journal_mode", "temp_store")
        }
    assert pragmas["foreign_keys"] == 1
    assert pragmas["synchronous"] == 3, "3 is EXTRA"
    assert pragmas["journal_mode"] == "delete"


# --- passphrases ---


@given(passphrase=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40))
@settings(max_examples=15, deadline=None)
def test_any_passphrase_opens_its_record_and_another_does_not(
    tmp_path_factory: pytest.TempPathFactory, passphrase: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.record"
    with open_record(path, passphrase) as record:
        record.people.add(family_name="Berg", sex=Sex.MALE)
    with open_record(path, passphrase, create=False) as record:
        assert len(record.people.all()) == 1
    assert "passphrase" in refused(path, passphrase + "x")


@pytest.mark.parametrize("passphrase", ["'", "''; DROP TABLE person; --", '"', "x'00'", "\\", "blåbær 🫐", " "])
def test_awkward_passphrases_are_passphrases(path: Path, passphrase: str) -> None:
    filled(path, passphrase)
    with open_record(path, passphrase, create=False) as record:
        assert len(record.people.all()) == 1
    assert "passphrase" in refused(path, passphrase.strip("'\\ ") + "annet")


def test_a_passphrase_is_the_same_word_however_its_letters_are_composed(path: Path) -> None:
    filled(path, unicodedata.normalize("NFC", "blåbær é"))
    with open_record(path, unicodedata.normalize("NFD", "blåbær é"), create=False) as record:
        assert len(record.people.all()) == 1


@pytest.mark.parametrize("passphrase", ["", "a\0b"])
def test_impossible_passphrases_are_refused_before_a_file_is_made(path: Path, passphrase: str) -> None:
    assert "give another" in refused(path, passphrase)
    assert not path.exists()


def test_a_wrong_passphrase_is_a_sentence_and_changes_nothing(path: Path) -> None:
    before = filled(path)
    assert "check the passphrase" in refused(path, "feil")
    assert path.read_bytes() == before


def test_a_refused_record_leaves_standard_error_to_the_one_sentence(path: Path) -> None:
    filled(path)
    script = (
        "import sys\nfrom teststation.records.database import open_record\n"
        "from teststation.errors import RecordError\n"
        "try:\n    open_record(sys.argv[1], 'feil')\nexcept RecordError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        timeout=60 * PATIENCE,
    )
    assert "check the passphrase" in done.stdout
    assert done.stderr == ""


def test_the_key_costs_what_sqlcipher_asks(path: Path) -> None:
    script = (
        "import sys\nfrom teststation.records.database import open_record\n"
        "with open_record(sys.argv[1], 'a') as record, record.file.bare() as raw:\n"
        "    print(raw.execute('PRAGMA kdf_iter').fetchone()[0], raw.execute('PRAGMA cipher_settings').fetchall())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        timeout=60 * PATIENCE,
    )
    assert int(done.stdout.split()[0]) >= 256_000
    assert "HMAC_SHA512" in done.stdout


# --- files that are no record ---


def test_a_missing_record_is_not_made_unasked(path: Path) -> None:
    assert "there is no such record" in refused(path, create=False)
    assert not path.exists()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "this is a folder" in refused(tmp_path)


@pytest.mark.parametrize("url", ["mysql://db/klinikk", "https://a.example", "postgresql://db", "://"])
def test_an_address_that_is_no_record_is_refused(url: str) -> None:
    with pytest.raises(RecordError, match=r"name a file, or postgresql\+psycopg://USER@HOST/DATABASE"):
        open_record(url, PASSPHRASE)


def test_an_unencrypted_database_is_refused_and_left_alone(path: Path) -> None:
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE a (b)")
    plain.close()
    before = path.read_bytes()
    assert "unencrypted" in refused(path)
    assert path.read_bytes() == before


def test_any_other_file_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("Kjære dagbok, " * 500)
    before = path.read_bytes()
    assert "restore the latest backup" in refused(path)
    assert path.read_bytes() == before


def test_a_creation_that_was_cut_off_begins_again(path: Path) -> None:
    path.touch()
    with open_record(path, PASSPHRASE) as record:
        assert record.people.all() == []


# --- damage ---


def test_a_damaged_first_page_is_a_sentence(path: Path) -> None:
    data = bytearray(filled(path))
    data[100] ^= 1
    path.write_bytes(data)
    assert "restore the latest backup" in refused(path)
    assert path.read_bytes() == data


def test_a_damaged_page_further_in_is_noticed_when_it_is_read(path: Path) -> None:
    data = bytearray(filled(path))
    for page in range(1, len(data) // 4096):
        data[page * 4096 + 7] ^= 1
    path.write_bytes(data)
    with pytest.raises(RecordError, match="is damaged; leave it as it is and restore the latest backup"):  # noqa: SIM117
        with open_record(path, PASSPHRASE) as record:
            record.tests.list()
    assert path.read_bytes() == data


def test_a_record_cut_short_is_a_sentence(path: Path) -> None:
    data = filled(path)
    path.write_bytes(data[: len(data) // 2 + 17])
    with pytest.raises(RecordError, match="restore the latest backup"):  # noqa: SIM117
        with open_record(path, PASSPHRASE) as record:
            record.tests.events("run-1")


# --- what stands in the way ---


def test_a_record_another_program_writes_to_is_a_sentence(path: Path, record: Record) -> None:
    with record.file.engine.connect() as other:
        other.exec_driver_sql("SELECT 1")
        other.rollback()
        raw = other.connection.dbapi_connection
        assert raw is not None
        raw.execute("BEGIN EXCLUSIVE")  # type: ignore[attr-defined]
        assert "in use by another program" in refused(path)
        raw.execute("ROLLBACK")  # type: ignore[attr-defined]
    with open_record(path, PASSPHRASE, busy_timeout_s=0.05) as again:
        assert again.people.all() == []


def test_a_writer_waits_for_another_and_both_are_kept(path: Path, record: Record) -> None:
    def add(other: Record, letter: str) -> None:
        for number in range(10):
            other.people.add(family_name="Berg", sex=Sex.MALE, number=f"{letter}{number}")  # reads, then writes

    with open_record(path, PASSPHRASE) as second:
        threads = [threading.Thread(target=add, args=(one, letter)) for one, letter in ((record, "a"), (second, "b"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert len(record.people.all()) == 20


def test_a_full_disk_is_a_sentence_and_keeps_what_was_there(path: Path, record: Record) -> None:
    person = record.people.add(family_name="Berg", sex=Sex.MALE)
    with record.database.reading() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(RecordError, match="the disk is full; nothing was changed"):
        record.tests.save(person.id, run_of(), assessment_of(), events_of(2000))
    assert record.tests.list() == []
    assert record.people.all() == [person]


@pytest.fixture
def ordinary_user() -> Iterator[Path]:
    """A folder, and a process whose rights count: root may write everywhere."""
    geteuid, seteuid = getattr(os, "geteuid"), getattr(os, "seteuid")  # noqa: B009
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    former = geteuid()
    if former == 0:
        os.chown(folder, 65534, 65534)  # type: ignore[attr-defined,unused-ignore]
        seteuid(65534)
    try:
        yield folder
    finally:
        seteuid(former)
        folder.chmod(0o755)
        shutil.rmtree(folder)


@POSIX
def test_a_folder_that_cannot_be_written_is_a_sentence(ordinary_user: Path) -> None:
    path = ordinary_user / "a.record"
    before = filled(path)
    ordinary_user.chmod(0o555)
    assert "folder cannot be written" in refused(path)
    assert "this user may write" in refused(ordinary_user / "new.record")
    assert path.read_bytes() == before


@POSIX
def test_a_file_that_cannot_be_written_is_a_sentence(ordinary_user: Path) -> None:
    path = ordinary_user / "a.record"
    filled(path)
    path.chmod(0o400)
    assert "this user may write" in refused(path)


# --- the schema ---


def test_a_record_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    filled(path)
    with open_record(path, PASSPHRASE) as record, record.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = path.read_bytes()
    assert "update this station" in refused(path)
    assert path.read_bytes() == before


def test_opening_again_writes_nothing(path: Path) -> None:
    before = filled(path)
    with open_record(path, PASSPHRASE) as record:
        record.tests.list()
    assert path.read_bytes() == before


def test_the_migrations_make_the_tables_that_the_code_uses(record: Record) -> None:
    with record.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert version(connection) == HEAD


def test_the_known_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_an_ordinary_start_does_not_load_the_migration_machinery(path: Path) -> None:
    filled(path)
    script = (
        f"{IN_A_CHILD}import sys\nfrom teststation.records.database import open_record\n"
        "open_record(sys.argv[1], sys.argv[2]).close()\nprint('alembic' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path), PASSPHRASE],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        timeout=60 * PATIENCE,
    )
    assert done.stdout.strip() == "False"


# --- speed ---


def test_a_search_comes_in_order_from_the_index_without_sorting(record: Record) -> None:
    with record.database.reading() as connection:
        plan = connection.execute(
            text("EXPLAIN QUERY PLAN SELECT * FROM person WHERE search_key LIKE '%a%' ORDER BY sort_key LIMIT 100")
        ).all()
    assert not any("TEMP B-TREE FOR ORDER BY" in str(row) for row in plan)

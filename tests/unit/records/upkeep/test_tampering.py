"""Somebody with the passphrase changes one thing by hand: verification finds it, and says what.

Every table and every column that is kept is tried, one at a time, so that a column of a later version cannot be
forgotten; then whole rows, what a file may hold beside tables, and the log's end.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Column, Connection, Float, Integer, Table, func, select, text, update

from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of, session_of, undone
from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.access.actions import Action
from teststation.records.access.head_keeping import HEAD_KEY
from teststation.records.access.seals import JOURNAL_KEY, sealed_columns, sealed_tables
from teststation.records.access.user import Role
from teststation.records.database import Record, open_record
from teststation.records.people.erased import Reason
from teststation.records.people.erasure import erase
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.head_file import head_path
from teststation.records.storage.rows import fields_of
from teststation.records.storage.tables import (
    AUDIT,
    AUDIT_HEAD,
    EVENT,
    LOGIN_GUESS,
    METADATA,
    PERSON,
    RESULT,
    RUN_NOW,
    SETTING,
)
from teststation.records.tests.earlier_result import EarlierResult
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.restoring import restore_record
from teststation.records.upkeep.sealed import seal_problems
from teststation.records.upkeep.verification import CHECKS
from teststation.records.upkeep.verify import contents_problems, verify, verify_file
from teststation.subject import Sex
from teststation.training.diary import Entry

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
# Not covered, and verification says so: who guesses passwords leaves rows in the audit log. Marks of runs are of the
# moment; in a file there are none.
NOT_COVERED = {LOGIN_GUESS.name, RUN_NOW.name}


def fill(record: Record) -> None:
    """A record with a row in every table: two people merged and parted, a third merged, tests signed and amended."""
    record.users.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    kari, _ = record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    record.users.log_in("kari", "gå tur i skogen")
    person = record.people.add(family_name="Ødegård", given_name="Åse", born="1974-02-28", sex=Sex.FEMALE, number="47")
    record.people.add(family_name="Sæther", sex=Sex.MALE, language="nn")
    double = record.people.add(family_name="Ødegaard", sex=Sex.FEMALE, height_cm=171.5, note="kneet")
    parted = record.people.add(family_name="Dal", sex=Sex.MALE)
    record.tests.save(double.id, run_of("run-1"), assessment_of(), events_of(5))
    record.tests.save(person.id, run_of("run-2", "2026-04-02T10:00:00+02:00"), assessment_of(), events_of(3))
    record.tests.add_result("run-1", assessment_of(33.0, "2"))
    record.merging.merge(person.id, double.id)
    record.merging.undo(record.merging.merge(person.id, parted.id).id)
    record.people.update(msgspec.structs.replace(record.people.get(parted.id), note="ny"))
    record.signing.sign("run-1", kari, comment="Bra.", result_number=1)
    record.signing.sign("run-1", kari, comment="Bedre.", reason="Skrivefeil.", seen=1)
    record.imported.keep([EarlierResult(person.id, "2019-05-01", 31.5, "sykkel", 180.0, 91.0, "fra papir")], "ab" * 32)
    (row,) = record.training.add(person.id, Entry(day="2026-04-01", minutes=35.0, borg=16))
    record.training.change(row, msgspec.structs.replace(row.value, borg=17), "skrivefeil")
    record.sessions.save(person.id, run_of("run-3", "2026-05-02T10:00:00+02:00"), session_of(), events_of(4))
    record.journal_key()
    gone = record.people.add(family_name="Borte", sex=Sex.MALE)
    record.tests.save(gone.id, run_of("run-9"), assessment_of(), events_of(3))
    record.training.add(gone.id, Entry(day="2026-04-01"))
    erase(record.database, record.audit, gone.id, Reason.REQUEST)
    record.hand_over()


@pytest.fixture
def filled(record: Record) -> Record:
    fill(record)
    assert verify(record.database).problems == ()
    return record


def _other(column: Column[object], was: object) -> object:
    """Another value that the column takes."""
    match column.type:
        case Integer():
            return 0 if was is None else int(str(was)) + 1000
        case Float():
            return 1.5 if was is None else float(str(was)) + 0.125
        case _:
            # As long as before: a server cuts what is too long by spaces alone.
            return "x" if not was else str(was)[:-1] + ("y" if str(was).endswith("x") else "x")


def _each_value(record: Record) -> Iterator[tuple[Table, Column[object], dict[str, object]]]:
    """Each column of each table, with a row that has something in it where there is one."""
    with record.database.reading() as connection:
        for table in METADATA.sorted_tables:
            rows = [fields_of(row) for row in connection.execute(select(table)).mappings()]
            for column in table.columns:
                with_value = [row for row in rows if row[column.name] is not None] or rows
                if table is SETTING:  # the head's key is tried with the head
                    with_value = [row for row in rows if row["name"] != HEAD_KEY]
                if table.name not in NOT_COVERED and with_value:
                    yield table, column, with_value[0]


def _is_reference(column: Column[object]) -> bool:
    """Whether the database itself refuses a value that leads nowhere, or that something else leads to."""
    referred = any(
        key.column is column for table in METADATA.sorted_tables for key in table.foreign_keys if key.column is column
    )
    return bool(column.foreign_keys) or referred


def test_every_value_of_every_column_that_is_changed_is_told(filled: Record) -> None:
    tried: set[str] = set()
    unseen = []
    for table, column, row in _each_value(filled):
        tried.add(table.name)
        if _is_reference(column):
            continue  # the database refuses these; the file is opened with its references let go, below
        own = [key == row[key.name] for key in table.primary_key]
        with undone(filled) as connection:
            connection.execute(update(table).where(*own).values({column.name: _other(column, row[column.name])}))
            if not _found(connection):
                unseen.append(f"{table.name}.{column.name}")
    assert unseen == []
    missing = {table.name for table in METADATA.sorted_tables} - tried - NOT_COVERED
    assert missing == set(), "each table must have a row to try"


def _found(connection: Connection) -> list[Cause]:
    """What the checks find inside a transaction that is taken back."""
    found = [cause for check in (*CHECKS, seal_problems) for cause in check(connection, "r")]
    return found + contents_problems(connection, "r")


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a record with a row in every table, to be copied with whatever lies beside the record."""
    folder = tmp_path_factory.mktemp("filled")
    path = folder / "klinikk.record"
    with open_record(path, PASSPHRASE) as record:
        fill(record)
    assert verify_file(path, PASSPHRASE, is_the_record=True).problems == ()
    return folder


@pytest.fixture
def filled_file(filled_once: Path, tmp_path: Path) -> Path:
    """A record's file with a row in every table."""
    shutil.copytree(filled_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "klinikk.record"


def by_hand(path: Path, *statements: str) -> None:
    """Change the file as anybody does who has the passphrase: without this program, references let go."""
    file = CipherFile(path, PASSPHRASE, 5.0)
    with file.bare() as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            raw.execute(statement)
    file.close()


def found_in(path: Path) -> str:
    return "\n".join(verify_file(path, PASSPHRASE, is_the_record=True).problems)


def test_every_reference_that_leads_elsewhere_is_told(filled_file: Path, tmp_path: Path) -> None:
    whole = filled_file.read_bytes()
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if _is_reference(column):
                first = f"(SELECT rowid FROM {table.name} LIMIT 1)"
                by_hand(filled_file, f"UPDATE {table.name} SET {column.name} = 'elsewhere' WHERE rowid = {first}")
                assert found_in(filled_file), f"{table.name}.{column.name}"
                filled_file.write_bytes(whole)


def test_every_row_taken_out_or_put_in_is_told(filled_file: Path) -> None:
    whole = filled_file.read_bytes()
    for table in METADATA.sorted_tables:
        if table.name in NOT_COVERED:
            continue
        first = f"(SELECT rowid FROM {table.name} LIMIT 1)"
        by_hand(filled_file, f"DELETE FROM {table.name} WHERE rowid = {first}")
        assert found_in(filled_file), f"a row of {table.name} taken out"
        filled_file.write_bytes(whole)
        columns = ", ".join(column.name for column in table.columns)
        unique = {key.name for key in table.primary_key} | {"number"}
        fresh = ", ".join(
            ("NULL" if column.nullable else f"{column.name} || 'x'" if not isinstance(column.type, Integer) else "999")
            if column.name in unique or column.unique or column.name == "login"
            else column.name
            for column in table.columns
        )
        by_hand(filled_file, f"INSERT INTO {table.name} ({columns}) SELECT {fresh} FROM {table.name} LIMIT 1")
        assert found_in(filled_file), f"a row of {table.name} put in"
        filled_file.write_bytes(whole)


# --- the named ones ---


def written_anew(table: str, old: str, new: str) -> str:
    """SQL that lets a table of a file say something else of itself, behind the database's back."""
    quoted = (part.replace("'", "''") for part in (old, new))
    change = "UPDATE sqlite_master SET sql = replace(sql, '{}', '{}')".format(*quoted)
    return f"PRAGMA writable_schema = ON;;{change} WHERE name = '{table}';;PRAGMA writable_schema = RESET"


GONE = "DROP INDEX ix_person_sort_key"
NAMED = {
    "the result's column": ("UPDATE result SET vo2max_ml_kg_min = 55 WHERE test_id = 'run-1'", "vo2max_ml_kg_min"),
    "the stage table": ("UPDATE stage SET rpe = 7 WHERE test_id = 'run-1' AND number = 0", "stage run-1:0"),
    "the second result": (
        "UPDATE result SET assessment_json = replace(assessment_json, '33.0', '43.0') WHERE number = 2",
        "result run-1:2",
    ),
    "unsigned JSON": (
        "UPDATE result SET assessment_json = replace(assessment_json, '31.25', '41.25') WHERE test_id = 'run-2'",
        "result run-2:1",
    ),
    "an unsigned run": (
        "UPDATE test SET run_json = replace(run_json, '4.79', '5.79') WHERE id = 'run-2'",
        "test run-2",
    ),
    "a name": ("UPDATE person SET family_name = 'Dahl' WHERE family_name = 'Dal'", "person "),
    "a role": ("UPDATE station_user SET role = 'therapist'", "station_user "),
    "a password": ("UPDATE station_user SET password_hash = 'x'", "station_user "),
    "an imported result": ("UPDATE imported_result SET vo2max_ml_kg_min = 60", "imported_result "),
    "the kind of an event": ("UPDATE event SET kind = 'x' WHERE test_id = 'run-2' AND seq = 1", "event 1"),
    "the time of an event": ("UPDATE event SET t_s = 99 WHERE test_id = 'run-2' AND seq = 2", "event 2"),
    "the number of an event": ("UPDATE event SET seq = 99 WHERE test_id = 'run-2' AND seq = 2", "event 99"),
    "a second head": ("INSERT INTO audit_head VALUES (2, 0, 'x')", "head is missing"),
    "the key of the journals": (f"UPDATE setting SET value = 'x' WHERE name = '{JOURNAL_KEY}'", "setting journal_key"),
    "the key of the head": (f"UPDATE setting SET value = 'x' WHERE name = '{HEAD_KEY}'", "belongs to another record"),
    "a trigger": ("CREATE TRIGGER spy AFTER INSERT ON test BEGIN DELETE FROM event; END", "trigger spy"),
    "a view": ("CREATE VIEW spy AS SELECT * FROM person", "view spy"),
    "a table": ("CREATE TABLE spy (x)", "table spy"),
    "an index": ("CREATE UNIQUE INDEX spy ON person (family_name)", "index spy"),
    "an index that is gone": ("DROP INDEX ix_person_sort_key", "index ix_person_sort_key is missing"),
    "a column": ("ALTER TABLE person ADD COLUMN spy TEXT", "table person"),
    "an index of another order": (
        f"{GONE};;CREATE INDEX ix_person_sort_key ON person (sort_key DESC)",
        "ix_person_sort",
    ),
    "an index of other letters": (
        f"{GONE};;CREATE INDEX ix_person_sort_key ON person (sort_key COLLATE NOCASE)",
        "ix_person_sort",
    ),
    "an index that refuses": (f"{GONE};;CREATE UNIQUE INDEX ix_person_sort_key ON person (sort_key)", "ix_person_sort"),
    "an index of some rows": (
        f"{GONE};;CREATE INDEX ix_person_sort_key ON person (sort_key) WHERE id > 'a'",
        "ix_person_sort",
    ),
    "a column that is computed": (
        "ALTER TABLE setting ADD COLUMN spy TEXT GENERATED ALWAYS AS (value) VIRTUAL",
        "table setting",
    ),
    "a check": (written_anew("person", "note TEXT NOT NULL", "note TEXT NOT NULL CHECK (note != 'x')"), "table person"),
    "a default": (written_anew("person", "note TEXT NOT NULL", "note TEXT NOT NULL DEFAULT 'x'"), "table person"),
    "letters that are alike": (
        written_anew("person", "note TEXT NOT NULL", "note TEXT COLLATE NOCASE NOT NULL"),
        "table person",
    ),
    "a row that takes another's place": (
        written_anew("person", "PRIMARY KEY (id)", "PRIMARY KEY (id) ON CONFLICT REPLACE"),
        "table person",
    ),
    "a reference that deletes": (
        written_anew("test", "REFERENCES person (id)", "REFERENCES person (id) ON DELETE CASCADE"),
        "table test",
    ),
    "another type": (written_anew("person", "note TEXT", "note VARCHAR(99)"), "table person"),
    "an older revision": ("UPDATE alembic_version SET version_num = '0003'", "not those of revision 0003"),
    "no revision": ("DELETE FROM alembic_version", "no record of tests"),
}


@pytest.mark.parametrize("what", NAMED)
def test_what_was_named_is_told_by_its_name(filled_file: Path, what: str) -> None:
    statement, words = NAMED[what]
    by_hand(filled_file, *statement.split(";;"))
    if what == "no revision":
        with pytest.raises(RecordError, match=words):
            found_in(filled_file)
    else:
        assert words in found_in(filled_file)


def test_an_emptied_log_is_told(filled_file: Path) -> None:
    by_hand(filled_file, "DELETE FROM audit", f"UPDATE audit_head SET seq = 0, sha256 = '{'0' * 64}'")
    assert "it is empty, though" in found_in(filled_file)
    head_path(filled_file).unlink()
    with open_record(filled_file, PASSPHRASE) as record:
        record.audit.note(Action.LIST_SEEN)  # and somebody works with it
    assert "nothing in the audit log tells of this row" in found_in(filled_file)
    assert "nobody can tell whether the audit log was cut short" in found_in(filled_file)


def _cut(path: Path, keep: int) -> None:
    by_hand(
        path,
        f"DELETE FROM audit WHERE seq > {keep}",
        f"UPDATE audit_head SET seq = {keep}, sha256 = (SELECT sha256 FROM audit WHERE seq = {keep})",
    )


def test_a_tail_cut_where_nothing_was_written_is_told_by_the_head_outside(filled_file: Path) -> None:
    with open_record(filled_file, PASSPHRASE) as record:
        last = record.audit.newest(1)[0].seq
        for _ in range(3):
            record.audit.note(Action.LIST_SEEN)
    assert found_in(filled_file) == ""
    _cut(filled_file, last + 1)
    assert f"row {last + 3} is not the one that klinikk.record.head tells of" in found_in(filled_file)
    with open_record(filled_file, PASSPHRASE) as record:
        for _ in range(5):
            record.audit.note(Action.LIST_SEEN)  # the log grows past its former end
    assert "rows were cut off or written anew" in found_in(filled_file), "using it gives it no new end"


def test_a_head_that_is_lost_or_another_records_is_told(filled_file: Path, tmp_path: Path) -> None:
    head = head_path(filled_file)
    mine = head.read_text()
    head.write_text(mine.replace("teststation-head-1 ", "teststation-head-1 1"))
    assert "was changed, or belongs to another record" in found_in(filled_file)
    with open_record(tmp_path / "annen.record", PASSPHRASE):
        pass
    head.write_bytes(head_path(tmp_path / "annen.record").read_bytes())
    assert "was changed, or belongs to another record" in found_in(filled_file)
    head.unlink()
    assert "nobody can tell whether the audit log was cut short" in found_in(filled_file)
    with open_record(filled_file, PASSPHRASE) as record:
        record.audit.note(Action.LIST_SEEN)
    assert not head.exists(), "it is begun anew by somebody, not by use"
    head.write_text(mine)
    assert found_in(filled_file) == ""


def test_a_trigger_is_neither_restored_nor_lost_sight_of_in_a_backup(filled_file: Path, tmp_path: Path) -> None:
    by_hand(filled_file, "CREATE TRIGGER spy AFTER INSERT ON test BEGIN DELETE FROM event; END")
    with open_record(filled_file, PASSPHRASE) as record:
        assert not backup(record.database, record.file, tmp_path / "a.backup").ok
    with pytest.raises(RecordError, match="trigger spy is none of this program"):
        restore_record(tmp_path / "ny.record", "ny", tmp_path / "a.backup", PASSPHRASE, NOW)
    assert not (tmp_path / "ny.record").exists()


def test_a_record_that_claims_an_older_form_is_a_sentence_when_it_is_opened(filled_file: Path) -> None:
    by_hand(filled_file, "UPDATE alembic_version SET version_num = '0003'")
    with pytest.raises(RecordError, match="not those of revision 0003"):
        open_record(filled_file, PASSPHRASE)


def test_what_was_changed_before_it_was_sealed_once_more_is_told(filled_file: Path) -> None:
    """Somebody makes an older record of it, changes a value, and lets this version seal it again."""
    by_hand(
        filled_file,
        "UPDATE person SET given_name = 'Anne' WHERE given_name = 'Åse'",
        "ALTER TABLE person DROP COLUMN salt",
        "ALTER TABLE person DROP COLUMN demo",
        "ALTER TABLE person DROP COLUMN language",
        "ALTER TABLE signature DROP COLUMN symptoms_json",
        "DROP TABLE run_now",
        "DROP TABLE training",
        "DROP TABLE session_result",
        "UPDATE alembic_version SET version_num = '0003'",
    )
    open_record(filled_file, PASSPHRASE).close()
    assert "it was changed before it was sealed once more" in found_in(filled_file)


# --- what is planted on a server ---


def test_what_is_planted_on_a_server_is_told(location: Path | str, filled: Record) -> None:
    if isinstance(location, Path):
        pytest.skip("the file's are above")
    for words, make, drop in (
        (
            "trigger spy",
            "CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "CREATE TRIGGER spy BEFORE INSERT ON test FOR EACH ROW EXECUTE FUNCTION spy()",
            "DROP FUNCTION spy CASCADE",
        ),
        ("view spy", "CREATE VIEW spy AS SELECT * FROM person", "DROP VIEW spy"),
        ("rule spy", "CREATE RULE spy AS ON DELETE TO audit DO INSTEAD NOTHING", "DROP RULE spy ON audit"),
        ("policy spy", "CREATE POLICY spy ON person USING (true)", "DROP POLICY spy ON person"),
        ("table spy", "CREATE TABLE spy (x int)", "DROP TABLE spy"),
        ("index spy", "CREATE INDEX spy ON person (born)", "DROP INDEX spy"),
        (
            "index ix_person_sort_key (UNIQUE)",
            f"{GONE}; CREATE UNIQUE INDEX ix_person_sort_key ON person (sort_key)",
            f"{GONE}; CREATE INDEX ix_person_sort_key ON person (sort_key)",
        ),
    ):
        with filled.database.writing() as connection:
            connection.execute(text(make))
        said = verify(filled.database)
        with filled.database.writing() as connection:
            connection.execute(text(drop))
        assert any(words in problem for problem in said.problems), words
        assert said.planted
    assert verify(filled.database).ok
    reference = "ALTER TABLE test DROP CONSTRAINT fk_test_person_id_person, ADD CONSTRAINT fk_test_person_id_person "
    reference += "FOREIGN KEY (person_id) REFERENCES person (id)"
    for words, make, drop in (
        ("table person", "ALTER TABLE person ALTER note SET DEFAULT 'x'", "ALTER TABLE person ALTER note DROP DEFAULT"),
        (
            "table person",
            'ALTER TABLE person ALTER note TYPE text COLLATE "C.utf8"',
            'ALTER TABLE person ALTER note TYPE text COLLATE "default"',
        ),
        ("table person", "ALTER TABLE person ALTER note TYPE varchar(99)", "ALTER TABLE person ALTER note TYPE text"),
        (
            "table person",
            "ALTER TABLE person ADD CHECK (note <> 'x')",
            "ALTER TABLE person DROP CONSTRAINT person_note_check",
        ),
        ("table test", f"{reference} ON DELETE CASCADE", reference),
    ):
        with filled.database.writing() as connection:
            connection.execute(text(make))
        said = verify(filled.database)
        with filled.database.writing() as connection:
            connection.execute(text(drop))
        assert any(words in problem for problem in said.problems), make
    assert verify(filled.database).ok


def test_a_mark_of_a_run_in_a_file_is_told(filled_file: Path) -> None:
    """A program may not wait for a run that somebody made up."""
    by_hand(filled_file, "INSERT INTO run_now VALUES ('run-9', 'p', 's', '9999-01-01')")
    assert "run_now run-9" in found_in(filled_file)


# --- nothing is forgotten ---


def test_every_column_of_every_table_is_sealed_or_known_not_to_be() -> None:
    sealed = sealed_columns()
    assert set(sealed) == sealed_tables()
    for table in METADATA.sorted_tables:
        if table.name in sealed:
            assert sealed[table.name] == set(table.c.keys()), table.name
        else:
            assert table in (EVENT, AUDIT, AUDIT_HEAD, LOGIN_GUESS, RUN_NOW), f"{table.name}: seal it"


@pytest.mark.parametrize(("was", "then"), [(None, "nn"), ("nn", None), ("nn", "en")])
def test_a_column_younger_than_the_first_seals_is_sealed_where_it_is_empty_too(
    filled: Record, was: str | None, then: str | None
) -> None:
    person = filled.people.add(family_name="Lie", sex=Sex.MALE, language=was)
    assert verify(filled.database).ok
    with filled.database.writing() as connection:
        connection.execute(update(PERSON).where(PERSON.c.id == person.id).values(language=then))
    assert not verify(filled.database).ok


def test_a_log_holds_no_seal_that_can_be_guessed_back(filled: Record) -> None:
    """What is chance in each sealed row is in no row that stays when a person is erased."""
    with filled.database.reading() as connection:
        salts = connection.execute(text("SELECT salt FROM person UNION ALL SELECT salt FROM training")).scalars().all()
        imported = connection.execute(text("SELECT id FROM imported_result")).scalars().all()
        told = " ".join(connection.execute(select(AUDIT.c.detail)).scalars())
        assert connection.execute(select(func.count()).select_from(RESULT)).scalar()
    assert all(len(salt) == 32 for salt in salts)
    assert not any(chance in told for chance in [*salts, *imported])

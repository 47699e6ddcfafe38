"""A backup counts only when it comes back whole: made in use, verified, restored, rotated. On both backends."""

import itertools
import shutil
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from teststation.errors import RecordError
from teststation.records.database import Record, open_record
from teststation.records.storage.cipher import CipherFile
from teststation.records.upkeep.backup import backup, free_name, set_aside
from teststation.records.upkeep.copying import fingerprint
from teststation.records.upkeep.findings import Interrupted
from teststation.records.upkeep.restoring import restore_record
from teststation.records.upkeep.verify import verify, verify_file
from teststation.subject import Sex

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)


def fill(record: Record) -> str:
    """One person with two tests; the person's id."""
    person = record.people.add(family_name="Hemmeligsen", given_name="Klara", sex=Sex.FEMALE, number="31129956715")
    record.tests.save(person.id, run_of("run-1"), assessment_of(), events_of(300))
    record.tests.save(person.id, run_of("run-2", "2026-04-02T10:00:00+02:00"), assessment_of(None), events_of(1))
    return person.id


def prints(record: Record) -> dict[str, str]:
    """What is kept, but for the log of what is done with it."""
    with record.database.reading() as connection:
        own = ("audit", "audit_head", "setting")  # this file's own key seals its head
        return {table: said for table, said in fingerprint(connection).items() if table not in own}


def back_up(record: Record, target: Path) -> Path:
    found = backup(record.database, record.file, target)
    assert (found.people, found.tests, found.ok) == (len(record.people.all()), len(record.tests.ids()), True)
    return target


def test_a_backup_is_one_encrypted_file_for_this_user_that_verifies(record: Record, tmp_path: Path) -> None:
    fill(record)
    folder = tmp_path / "backups"
    folder.mkdir()
    target = back_up(record, folder / "a.backup")
    assert [file.name for file in folder.iterdir()] == ["a.backup"], "no trial is left behind"
    data = target.read_bytes()
    for clear in ("Hemmeligsen", "Klara", "31129956715", "SQLite", "puls æøå"):
        assert clear.encode() not in data
    if sys.platform != "win32":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    found = verify_file(target, PASSPHRASE)
    assert (found.people, found.tests, found.events, found.problems) == (1, 2, 301, ())
    with pytest.raises(RecordError, match="check the passphrase"):
        verify_file(target, "feil")


def test_a_restored_record_is_what_was_backed_up_and_what_was_there_is_kept(
    record: Record, location: Path | str, tmp_path: Path
) -> None:
    person_id = fill(record)
    then = prints(record)
    target = back_up(record, tmp_path / "a.backup")
    record.tests.save(person_id, run_of("run-3"), assessment_of(), events_of(7))
    record.people.add(family_name="Senere", sex=Sex.MALE)
    later = prints(record)
    done = restore_record(location, PASSPHRASE, target, PASSPHRASE, NOW)
    assert (done.found.people, done.found.tests) == (1, 2)
    assert prints(record) == then, "a station that had it open sees what was restored"
    assert record.tests.events("run-1") == events_of(300)
    assert done.aside is not None
    assert ".replaced-20261124T073000" in done.aside.name
    again = restore_record(location, PASSPHRASE, done.aside, PASSPHRASE, NOW)
    assert prints(record) == later, "nothing was lost by restoring"
    assert again.aside != done.aside


def test_a_backup_of_one_kind_restores_into_the_other(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(record)
    target = back_up(record, tmp_path / "a.backup")
    done = restore_record(tmp_path / "ny.record", "en annen", target, PASSPHRASE, NOW)
    assert done.aside is None, "there was nothing"
    with open_record(tmp_path / "ny.record", "en annen", create=False) as other:
        assert prints(other) == prints(record)
        assert other.people.search("klara") == record.people.search("klara")


def test_a_record_of_a_file_moves_to_a_server(path: Path, record: Record, location: Path | str, tmp_path: Path) -> None:
    with open_record(tmp_path / "fil.record", "i fil") as of_file:
        fill(of_file)
        target = back_up(of_file, tmp_path / "a.backup")
        restore_record(location, PASSPHRASE, target, "i fil", NOW)
        assert prints(record) == prints(of_file)


def test_a_later_backup_replaces_an_earlier_and_nothing_else(record: Record, tmp_path: Path) -> None:
    fill(record)
    target = back_up(record, tmp_path / "a.backup")
    record.people.add(family_name="Ny", sex=Sex.MALE)
    back_up(record, target)
    assert verify_file(target, PASSPHRASE).people == 2
    letter = tmp_path / "brev.txt"
    letter.write_text("Kjære dagbok")
    with pytest.raises(RecordError, match="not a backup of this record"):
        backup(record.database, record.file, letter)
    assert letter.read_text() == "Kjære dagbok"
    for wrong, words in ((tmp_path, "this is a folder"), (tmp_path / "no" / "a.backup", "there is no folder")):
        with pytest.raises(RecordError, match=words):
            backup(record.database, record.file, wrong)
    with pytest.raises(RecordError, match="this is the record itself"):
        backup(record.database, record.file, record.path)


def test_a_backup_given_up_leaves_the_earlier_one_and_no_rest(record: Record, tmp_path: Path) -> None:
    fill(record)
    folder = tmp_path / "backups"
    folder.mkdir()
    target = back_up(record, folder / "a.backup")
    before = target.read_bytes()
    for looks in (0, 1, 3):
        left = iter([True] * looks)
        with pytest.raises(Interrupted):
            backup(record.database, record.file, target, go_on=lambda left=left: next(left, False))
    assert target.read_bytes() == before
    assert [file.name for file in folder.iterdir()] == ["a.backup"]


def test_a_backup_made_while_somebody_writes_is_of_one_moment(location: Path | str, tmp_path: Path) -> None:
    with open_record(location, PASSPHRASE) as record, open_record(location, PASSPHRASE) as other:
        fill(record)
        looks = itertools.count()

        def write_meanwhile() -> bool:
            if next(looks) == 1:
                other.people.add(family_name="Midt i", sex=Sex.MALE)
            return True

        found = backup(record.database, record.file, tmp_path / "a.backup", go_on=write_meanwhile)
        assert found.people in (1, 2)
        assert verify_file(tmp_path / "a.backup", PASSPHRASE).ok


# --- damage ---


def test_every_flipped_byte_of_a_record_is_found(path: Path, tmp_path: Path) -> None:
    with open_record(path, PASSPHRASE) as record:
        fill(record)
    data = path.read_bytes()
    assert verify_file(path, PASSPHRASE).ok
    wrong = tmp_path / "wrong.record"
    for place in (*range(4096 - 90, len(data), 4096 * 3 + 977), 0, 15, 16, 100, len(data) - 1):
        flipped = bytearray(data)
        flipped[place] ^= 1
        wrong.write_bytes(flipped)
        try:
            problems = verify_file(wrong, PASSPHRASE).problems
        except RecordError as error:
            problems = error.problems  # the first page opens the file
        assert problems, f"byte {place}"
        assert all("damaged" in problem for problem in problems)
        assert wrong.read_bytes() == flipped, "looking changes nothing"


def test_events_changed_behind_the_records_back_are_found(record: Record) -> None:
    fill(record)
    assert verify(record.database).ok
    with record.database.writing() as connection:
        connection.execute(text("UPDATE event SET body = replace(body, 'puls', 'Puls') WHERE seq = 17"))
        connection.execute(text("DELETE FROM event WHERE test_id = 'run-2'"))
    problems = verify(record.database).problems
    assert len(problems) == 2
    assert all("raw events of test run-" in problem for problem in problems)


def test_a_damaged_backup_is_refused_and_the_record_left_alone(
    record: Record, location: Path | str, tmp_path: Path
) -> None:
    fill(record)
    then = prints(record)
    target = back_up(record, tmp_path / "a.backup")
    data = bytearray(target.read_bytes())
    data[4096 * 2 + 50] ^= 1
    target.write_bytes(data)
    with pytest.raises(RecordError, match="page 3 is damaged"):
        restore_record(location, PASSPHRASE, target, PASSPHRASE, NOW)
    assert prints(record) == then


def test_a_damaged_record_is_set_aside_as_it_is_and_restored(path: Path, tmp_path: Path) -> None:
    with open_record(path, PASSPHRASE) as record:
        fill(record)
        then = prints(record)
        target = back_up(record, tmp_path / "a.backup")
    data = bytearray(path.read_bytes())
    for page in range(len(data) // 4096):
        data[page * 4096 + 99] ^= 1
    path.write_bytes(data)
    done = restore_record(path, PASSPHRASE, target, PASSPHRASE, NOW)
    assert done.aside is not None
    assert done.aside.read_bytes() == data
    with open_record(path, PASSPHRASE, create=False) as record:
        assert prints(record) == then


def test_a_record_that_is_refused_is_let_go_at_once(path: Path) -> None:
    # Windows moves no file that somebody has open: a damaged record could never be set aside.
    path.write_bytes(b"no record" * 1000)
    with pytest.raises(Exception, match="not a database") as refused:
        CipherFile(path, PASSPHRASE, 1.0).connect()
    held = {Path(file.path) for file in psutil.Process().open_files()}  # while the refusal still holds its frames
    assert refused.value.__traceback__ is not None
    assert path not in held


def test_a_record_set_aside_takes_its_rollback_journal_along(path: Path) -> None:
    path.write_bytes(b"record")
    path.with_name(f"{path.name}-journal").write_bytes(b"journal")
    kept = set_aside(path, NOW)
    assert sorted(file.name for file in path.parent.iterdir()) == [kept.name, f"{kept.name}-journal"]
    assert kept.with_name(f"{kept.name}-journal").read_bytes() == b"journal", "never played into what comes here next"


def test_nothing_is_restored_in_the_middle_of_a_test(record: Record, location: Path | str, tmp_path: Path) -> None:
    fill(record)
    target = back_up(record, tmp_path / "a.backup")
    with record.new_journal("run-9"), pytest.raises(RecordError, match="a test is being run"):
        restore_record(location, PASSPHRASE, target, PASSPHRASE, NOW)


@pytest.mark.parametrize("content", [b"", b"Kjaere dagbok" * 1000])
def test_what_is_no_backup_is_a_sentence(record: Record, location: Path | str, tmp_path: Path, content: bytes) -> None:
    wrong = tmp_path / "brev.txt"
    wrong.write_bytes(content)
    for name in (wrong, tmp_path / "none"):
        with pytest.raises(RecordError, match=r"no record of tests|passphrase does not open it|no such file"):
            restore_record(location, PASSPHRASE, name, PASSPHRASE, NOW)
    assert wrong.read_bytes() == content


def test_a_backup_of_a_newer_version_is_refused(record: Record, location: Path | str, tmp_path: Path) -> None:
    fill(record)
    then = prints(record)
    target = back_up(record, tmp_path / "a.backup")
    newer = CipherFile(target, PASSPHRASE, 1.0)
    with newer.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer.close()
    with pytest.raises(RecordError, match="update this station"):
        restore_record(location, PASSPHRASE, target, PASSPHRASE, NOW)
    assert prints(record) == then


def test_the_record_is_not_restored_from_itself(path: Path) -> None:
    with open_record(path, PASSPHRASE) as record:
        fill(record)
    with pytest.raises(RecordError, match="this is the record itself"):
        restore_record(path, PASSPHRASE, path, PASSPHRASE, NOW)


def test_a_restored_copy_is_independent_of_the_backup(record: Record, location: Path | str, tmp_path: Path) -> None:
    fill(record)
    target = back_up(record, tmp_path / "a.backup")
    kept = shutil.copy(target, tmp_path / "kept")
    restore_record(location, PASSPHRASE, target, PASSPHRASE, NOW + timedelta(hours=1))
    record.people.add(family_name="Etterpå", sex=Sex.MALE)
    assert Path(kept).read_bytes() == target.read_bytes()


def test_two_that_restore_in_one_second_set_aside_under_two_names(tmp_path: Path) -> None:
    path = tmp_path / "a.record"
    names = {free_name(path, "replaced", NOW) for _ in range(2)}
    assert len(names) == 2
    assert all(".replaced-20261124T073000-" in name.name for name in names)

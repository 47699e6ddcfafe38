"""Journals beside a record: none is lost, none is taken from a living station."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.unit.records.builders import PASSPHRASE, Happened, assessment_of, run_of
from teststation.errors import RecordError
from teststation.records.database import Record, open_record
from teststation.records.tests.journal import read_journal
from teststation.records.upkeep.verify import verify
from teststation.subject import Sex


@pytest.fixture
def person_id(record: Record) -> str:
    return record.people.add(family_name="Ødegård", sex=Sex.FEMALE).id


def journal_of(record: Record, run_id: str, count: int = 3) -> tuple[bytes, ...]:
    """A closed journal of so many events, and its events as read back."""
    with record.new_journal(run_id) as journal:
        for number in range(count):
            journal.append(Happened(t_s=float(number)), durable=False)
    return read_journal(record.journal_path(run_id), record.journal_key()).events


def test_a_journal_is_named_by_its_run_alone_and_lies_beside_the_record(record: Record) -> None:
    journal_of(record, "run-1")
    assert record.journal_folder == record.path.with_name(f"{record.path.name}.journals")
    assert [file.name for file in record.journal_folder.iterdir()] == ["run-1.journal"]


@pytest.mark.parametrize("run_id", ["../x", "a/b", "a\\b", "", ".", "a.b", "x" * 65, "a\n"])
def test_a_run_id_cannot_leave_the_folder(record: Record, run_id: str) -> None:
    with pytest.raises(ValueError, match="not a run id"):
        record.new_journal(run_id)


def test_the_journal_key_stays_with_the_record(record: Record, tmp_path: Path) -> None:
    key = record.journal_key()
    assert len(key) == 32
    assert record.journal_key() == key
    with open_record(record.location, PASSPHRASE) as again:
        assert again.journal_key() == key
    with open_record(tmp_path / "other.record", PASSPHRASE) as other:
        assert other.journal_key() != key


def test_journals_without_a_kept_test_are_unfinished_oldest_first(record: Record, person_id: str) -> None:
    for age_s, run_id in ((10, "run-2"), (20, "run-3")):
        journal_of(record, run_id)
        os.utime(record.journal_path(run_id), (1_700_000_000 - age_s, 1_700_000_000 - age_s))
    record.tests.save(person_id, run_of("run-1"), assessment_of(), journal_of(record, "run-1"))
    assert [path.stem for path in record.unfinished_journals()] == ["run-3", "run-2"]


def test_a_record_without_journals_has_none_unfinished(record: Record) -> None:
    assert record.unfinished_journals() == []


def test_a_journal_that_is_being_written_is_not_unfinished(record: Record) -> None:
    journal = record.new_journal("run-1")
    journal.append(Happened(t_s=0.0), durable=True)
    with open_record(record.location, PASSPHRASE) as another_station:
        assert another_station.unfinished_journals() == []
        assert record.unfinished_journals() == []
        journal.append(Happened(t_s=1.0), durable=True)
        journal.close()
        assert another_station.unfinished_journals() == [record.journal_path("run-1")]


def test_a_journal_goes_when_its_test_is_kept(record: Record, person_id: str) -> None:
    record.tests.save(person_id, run_of("run-1"), assessment_of(), journal_of(record, "run-1"))
    record.retire_journal("run-1")
    assert list(record.journal_folder.iterdir()) == []
    record.retire_journal("run-1")


def test_a_journal_without_its_test_stays(record: Record) -> None:
    journal_of(record, "run-1")
    with pytest.raises(RecordError, match="does not hold all"):
        record.retire_journal("run-1")
    assert record.journal_path("run-1").exists()


def test_an_empty_journal_without_its_test_stays(record: Record) -> None:
    journal_of(record, "run-1", count=0)
    with pytest.raises(RecordError, match="does not hold all"):
        record.retire_journal("run-1")


def test_a_journal_with_more_than_the_record_stays(record: Record, person_id: str) -> None:
    record.tests.save(person_id, run_of("run-1"), assessment_of(), journal_of(record, "run-1")[:2])
    with pytest.raises(RecordError, match="does not hold all"):
        record.retire_journal("run-1")
    record.retire_kept_journals()
    assert record.journal_path("run-1").exists()


def test_a_journal_that_took_the_beginning_alone_goes_when_the_whole_is_kept(record: Record, person_id: str) -> None:
    """As of a disk that was full: the rest was remembered, and the record has all."""
    whole = journal_of(record, "run-1")
    record.tests.save(person_id, run_of("run-1"), assessment_of(), [*whole, whole[-1]])
    record.retire_journal("run-1")
    assert not record.journal_path("run-1").exists()


def test_a_journal_still_being_written_stays(record: Record, person_id: str) -> None:
    with record.new_journal("run-1"):
        record.tests.save(person_id, run_of("run-1"), assessment_of(), ())
        with pytest.raises(RecordError, match="still being written"):
            record.retire_journal("run-1")
        with open_record(record.location, PASSPHRASE):
            assert record.journal_path("run-1").exists()


def test_a_damaged_journal_is_kept_under_another_name(record: Record, person_id: str) -> None:
    journal_of(record, "run-1", count=5)
    path = record.journal_path("run-1")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b"?" + lines[3], *lines[4:]]))
    content = read_journal(path, record.journal_key())
    assert len(content.events) == 2
    record.tests.save(person_id, run_of("run-1"), assessment_of(), content.events)
    record.retire_journal("run-1")
    assert [file.name for file in record.journal_folder.iterdir()] == ["run-1.damaged"]
    assert record.unfinished_journals() == []


def test_a_crash_between_saving_and_retiring_is_cleaned_up_at_the_next_opening(record: Record, person_id: str) -> None:
    record.tests.save(person_id, run_of("run-1"), assessment_of(), journal_of(record, "run-1"))
    journal_of(record, "run-2")
    with open_record(record.location, PASSPHRASE) as again:
        assert [file.name for file in again.journal_folder.iterdir()] == ["run-2.journal"]


def test_two_that_end_at_once_are_both_kept_and_both_journals_go(record: Record, person_id: str) -> None:
    """Two windows on one file, or two threads of one: each waits for the other's turn."""
    runs = [(name, journal_of(record, name, 200)) for name in ("run-1", "run-2")]
    with open_record(record.location, PASSPHRASE) as beside, ThreadPoolExecutor(4) as threads:
        together = Barrier(4)

        def keep(of: Record, name: str, events: tuple[bytes, ...]) -> str:
            together.wait(10)
            return of.keep(person_id, run_of(name), assessment_of(), events).id

        kept = [threads.submit(keep, of, *run) for run in runs for of in (record, beside)]
        assert sorted(one.result(20) for one in kept) == ["run-1", "run-1", "run-2", "run-2"]
    assert record.journals() == []
    assert [line.id for line in record.tests.summaries()] == ["run-1", "run-2"]
    assert verify(record.database).problems == ()


def test_files_of_others_in_the_folder_are_left_alone(record: Record) -> None:
    journal_of(record, "run-1")
    (record.journal_folder / "notat.txt").write_text("hei")
    (record.journal_folder / "run 1 (kopi).journal").write_text("hei")
    assert [path.stem for path in record.unfinished_journals()] == ["run-1"]

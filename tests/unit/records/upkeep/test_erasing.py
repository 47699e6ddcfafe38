"""Erasing takes the journals of interrupted runs along, and waits for nobody's run to be broken."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from teststation.errors import RecordError
from teststation.records.access.actions import Action
from teststation.records.database import Record, open_record
from teststation.records.people.erased import Reason
from teststation.records.people.person import Person
from teststation.records.upkeep.erasing import erase_person
from teststation.subject import Sex


def _first(person_id: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode({"event": "run_prepared", "t_s": 0.0, "person_id": person_id}))


def interrupted(record: Record, run_id: str, person_id: str) -> Path:
    """The journal of a run that a station left behind."""
    with record.new_journal(run_id, person_id) as journal:
        journal.append(_first(person_id), durable=False)  # type: ignore[arg-type]
    return record.journal_path(run_id)


@pytest.fixture
def people(record: Record) -> tuple[Person, Person]:
    return (
        record.people.add(family_name="Hemmeligsen", sex=Sex.FEMALE),
        record.people.add(family_name="Blir", sex=Sex.MALE),
    )


WALKING = """
import sys, msgspec
from tests.fast_keys import use_fast_keys
use_fast_keys()
from teststation.records.database import open_record
with open_record(sys.argv[1], sys.argv[2]) as record, record.new_journal("run-1", sys.argv[3]) as journal:
    if sys.argv[4] == "walking":
        journal.append(msgspec.Raw(msgspec.json.encode(
            {"event": "run_prepared", "t_s": 0.0, "person_id": sys.argv[3]})), durable=False)
    print("walking", flush=True)
    sys.stdin.read()
"""


@contextmanager
def walking(path: Path, person_id: str, state: str = "walking") -> Generator[None]:
    """Another process in the middle of a run of this person."""
    command = [sys.executable, "-c", WALKING, str(path), PASSPHRASE, person_id, state]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "walking\n"
        try:
            yield
        finally:
            process.stdin.close()
            process.wait(30)


@pytest.mark.parametrize("state", ["prepared", "walking"])
def test_nobody_is_erased_while_they_walk_at_another_window(path: Path, state: str) -> None:
    with open_record(path, PASSPHRASE) as record:
        person = record.people.add(family_name="Hemmeligsen", sex=Sex.FEMALE)
        double = record.people.add(family_name="Hemeligsen", sex=Sex.FEMALE)
        record.merging.merge(person.id, double.id)
        other = record.people.add(family_name="Blir", sex=Sex.MALE)
        with walking(path, double.id, state):
            rows = len(record.audit.newest())
            with pytest.raises(RecordError, match="a test of this person is being prepared or walked"):
                erase_person(record, person.id, Reason.REQUEST)
            assert record.people.get(person.id) is not None
            assert len(record.audit.newest()) == rows
            if state == "walking":
                assert erase_person(record, other.id, Reason.REQUEST).people == 1, "somebody else's run is no hindrance"
        assert erase_person(record, person.id, Reason.REQUEST).people == 2


def test_no_run_begins_of_who_was_erased(record: Record, people: tuple[Person, Person]) -> None:
    erase_person(record, people[0].id, Reason.REQUEST)
    with pytest.raises(RecordError, match="there is no person"):
        record.new_journal("run-1", people[0].id)
    assert record.journals() == []


def test_journals_of_interrupted_runs_go_along_and_others_stay(record: Record, people: tuple[Person, Person]) -> None:
    theirs = interrupted(record, "run-1", people[0].id)
    others = interrupted(record, "run-2", people[1].id)
    record.tests.save(people[0].id, run_of("run-3"), assessment_of(), events_of(3))
    damaged = record.journal_path("run-3").with_suffix(".damaged")
    damaged.write_bytes(b"x\n")  # of a kept test of theirs, though nothing of it can be read
    unreadable = record.journal_path("run-4")
    unreadable.write_bytes(b"x\n")
    gone = erase_person(record, people[0].id, Reason.REQUEST)
    assert (gone.people, gone.tests, gone.journals, gone.unreadable) == (1, 1, 2, (unreadable,))
    assert not theirs.exists()
    assert not damaged.exists()
    assert others.exists()


def test_a_journal_that_outlived_its_person_is_erased_by_the_same_id(
    record: Record, people: tuple[Person, Person]
) -> None:
    """A run at another station, or of a record that was restored since."""
    theirs = interrupted(record, "run-1", people[0].id)
    held = theirs.read_bytes()
    erase_person(record, people[0].id, Reason.REQUEST)
    theirs.write_bytes(held)
    assert erase_person(record, people[0].id, Reason.REQUEST).journals == 1
    assert not theirs.exists()
    assert [row.action for row in record.audit.of_person(people[0].id)[:2]] == [Action.PERSON_ERASED] * 2
    with pytest.raises(RecordError, match="nothing was erased"):
        erase_person(record, people[0].id, Reason.REQUEST)

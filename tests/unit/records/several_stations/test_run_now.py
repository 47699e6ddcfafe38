"""Whom one station walks no other erases, and nothing is restored under them: a mark on the server tells."""

import threading
import uuid
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, text, update

from tests.mutants import fails_with
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from tests.unit.records.several_stations.test_server import OpenStation, cluster, station
from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.database import Record
from teststation.records.people.erased import Reason
from teststation.records.people.person import Person
from teststation.records.several_stations import run_now as run_now_module
from teststation.records.several_stations.run_now import BELIEVED_FOR
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.storage.failures import ServerAway
from teststation.records.storage.tables import PERSON, RUN_NOW
from teststation.records.tests.journal import JournalWriter
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.erasing import erase_person
from teststation.records.upkeep.restoring import restore_record
from teststation.records.upkeep.verify import verify
from teststation.subject import Sex
from ui.station.run_mark import RunMark

__all__ = ["cluster", "station"]  # fixtures


@pytest.fixture
def walked(station: OpenStation) -> tuple[Record, Record, Person]:
    """Two stations and a person of both."""
    one, two = station("one"), station("two")
    return one, two, one.people.add(family_name="Berg", given_name="Kari", sex=Sex.FEMALE)


def begun(record: Record, person_id: str, run_id: str = "run-1") -> JournalWriter:
    """A run that is prepared, with its first event."""
    journal = record.new_journal(run_id, person_id)
    first = {"event": "run_prepared", "t_s": 0.0, "person_id": person_id}
    journal.append(msgspec.Raw(msgspec.json.encode(first)), durable=True)  # type: ignore[arg-type]
    return journal


def kept(record: Record, journal: JournalWriter, person_id: str, run_id: str = "run-1") -> None:
    """The run ends and is kept, with one event more than at its beginning."""
    journal.close()
    record.journal_path(run_id).unlink()
    events = events_of(3)
    with JournalWriter(record.journal_path(run_id), record.journal_key()) as again:
        for event in events:
            again.append(msgspec.Raw(event), durable=False)  # type: ignore[arg-type]
    record.keep(person_id, run_of(run_id), assessment_of(), events)


def marks(record: Record) -> dict[str, str]:
    """Runs by id, with whose they are."""
    assert isinstance(record.database, ServedDatabase)
    with record.database.server.reading() as connection:
        return {row.run_id: row.person_id for row in connection.execute(select(RUN_NOW))}


def aged(record: Record) -> None:
    """As if the server's clock had gone on by as long as a mark is believed."""
    assert isinstance(record.database, ServedDatabase)
    with record.database.server.writing() as connection:
        for run_id, until in connection.execute(select(RUN_NOW.c.run_id, RUN_NOW.c.until)).all():
            then = (datetime.fromisoformat(until) - BELIEVED_FOR).isoformat(timespec="milliseconds")
            connection.execute(update(RUN_NOW).where(RUN_NOW.c.run_id == run_id).values(until=then))


def refused(record: Record, person_id: str) -> None:
    rows = len(record.audit.newest())
    with pytest.raises(RecordError, match=r"at another station .*; end it, then erase; .*or wait until 20.*; nothing"):
        erase_person(record, person_id, Reason.REQUEST)
    assert record.people.is_there(person_id)
    assert len(record.audit.newest()) == rows


def test_nobody_is_erased_while_they_walk_at_another_station(walked: tuple[Record, Record, Person]) -> None:
    one, two, person = walked
    other = one.people.add(family_name="Blir", sex=Sex.MALE)
    journal = begun(one, person.id)
    refused(two, person.id)
    assert erase_person(two, other.id, Reason.REQUEST).people == 1, "somebody else's run is no hindrance"
    kept(one, journal, person.id)
    assert marks(one) == {}
    assert erase_person(two, person.id, Reason.REQUEST).tests == 1


def test_nobody_is_erased_while_a_duplicate_of_theirs_walks(walked: tuple[Record, Record, Person]) -> None:
    one, two, person = walked
    double = one.people.add(family_name="Berg", given_name="Karin", sex=Sex.FEMALE)
    with begun(one, double.id):
        two.merging.merge(person.id, double.id)
        refused(two, person.id)


def test_a_run_that_never_began_leaves_no_mark(walked: tuple[Record, Record, Person]) -> None:
    one, two, person = walked
    begun(one, person.id).close()
    one.discard_journal("run-1")
    assert marks(two) == {}


def test_no_run_begins_of_who_was_erased_at_another_station(walked: tuple[Record, Record, Person]) -> None:
    one, two, person = walked
    erase_person(two, person.id, Reason.REQUEST)
    with pytest.raises(RecordError, match="there is no person"):
        one.new_journal("run-1", person.id)
    assert (one.journals(), marks(one)) == ([], {})


def test_a_station_that_died_is_waited_for_an_hour_and_no_longer(walked: tuple[Record, Record, Person]) -> None:
    one, two, person = walked
    begun(one, person.id).close()  # and nothing more is heard of it
    refused(two, person.id)
    aged(two)
    assert erase_person(two, person.id, Reason.REQUEST).people == 1
    assert marks(two) == {}, "the mark of who is erased goes too"


def test_a_station_that_died_and_starts_again_takes_its_run_in_and_its_mark_away(
    walked: tuple[Record, Record, Person], station: OpenStation
) -> None:
    one, two, person = walked
    journal = begun(one, person.id)
    again = station("one")  # a second program on the same machine, in the middle of the run
    assert marks(two) == {"run-1": person.id}
    journal.close()
    again = station("one")
    assert marks(two) == {"run-1": person.id}, "its journal is not taken in yet"
    again.discard_journal("run-1")
    assert marks(two) == {}


def test_a_test_that_ends_while_the_server_is_away_takes_its_mark_away_with_the_hand_over(
    walked: tuple[Record, Record, Person],
) -> None:
    one, two, person = walked
    one.bring_at_hand(person.id)
    journal = begun(one, person.id)
    assert isinstance(one.database, ServedDatabase)
    one.database._away = ServerAway(Cause("server_away", {"name": "", "said": ""}))
    kept(one, journal, person.id)
    refused(two, person.id)
    one.hand_over()
    assert marks(two) == {}
    assert erase_person(two, person.id, Reason.REQUEST).tests == 1


def test_a_mark_is_moved_on_while_the_run_lasts_and_made_when_the_server_comes_back(
    walked: tuple[Record, Record, Person],
) -> None:
    one, two, person = walked
    one.bring_at_hand(person.id)
    assert isinstance(one.database, ServedDatabase)
    one.database._away = ServerAway(Cause("server_away", {"name": "", "said": ""}))
    journal = begun(one, person.id)
    assert marks(two) == {}, "the server was away"
    one.mark_run("run-1", person.id)
    refused(two, person.id)
    aged(two)
    one.mark_run("run-1", person.id)
    refused(two, person.id)
    journal.close()
    one.hand_over()
    assert marks(two) == {"run-1": person.id}, "the run is not kept yet"


def marks_moved_by() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "run-mark"}


def test_a_mark_is_moved_on_by_a_thread_until_the_run_ends(walked: tuple[Record, Record, Person]) -> None:
    one, _, person = walked
    told, moved = threading.Event(), one.mark_run

    def mark_run(run_id: str, person_id: str) -> None:
        moved(run_id, person_id)
        told.set()

    one.mark_run = mark_run  # type: ignore[method-assign]
    others = marks_moved_by()
    mark = RunMark(one, "run-1", person.id, every_s=0.01)
    assert told.wait(20)
    assert marks(one) == {"run-1": person.id}
    mark.end()
    while marks_moved_by() - others:
        told.wait(0.01)
    one.unmark_run("run-1")
    assert marks(one) == {}


def test_a_mark_that_was_moved_on_too_late_is_taken_back(walked: tuple[Record, Record, Person]) -> None:
    one, _, person = walked
    waits, goes_on, moved = threading.Event(), threading.Event(), one.mark_run

    def mark_run(run_id: str, person_id: str) -> None:
        waits.set()
        goes_on.wait(20)
        moved(run_id, person_id)

    one.mark_run = mark_run  # type: ignore[method-assign]
    others = marks_moved_by()
    mark = RunMark(one, "run-1", person.id, every_s=0.01)
    assert waits.wait(20)
    mark.end()
    one.unmark_run("run-1")
    goes_on.set()
    while marks_moved_by() - others:
        waits.wait(0.01)
    assert marks(one) == {}


def test_nothing_is_restored_under_who_walks_at_another_station(
    walked: tuple[Record, Record, Person], tmp_path: Path
) -> None:
    one, two, person = walked
    saved = tmp_path / "a.backup"
    assert backup(two.database, two.file, saved).ok
    journal = begun(one, person.id)
    with pytest.raises(RecordError, match="a test is being prepared or walked at another station"):
        restore_record(two.location, PASSPHRASE, saved, PASSPHRASE, datetime(2026, 1, 1, tzinfo=UTC))
    kept(one, journal, person.id)
    assert restore_record(two.location, PASSPHRASE, saved, PASSPHRASE, datetime(2026, 1, 1, tzinfo=UTC)).found.ok


def test_a_mark_is_in_no_backup_and_no_problem_of_the_record(
    walked: tuple[Record, Record, Person], tmp_path: Path
) -> None:
    one, two, person = walked
    with begun(one, person.id):
        assert backup(two.database, two.file, tmp_path / "a.backup").ok
        assert verify(two.database).ok
        with two.file.beside(tmp_path / "a.backup").reading() as connection:
            assert connection.execute(select(PERSON.c.id)).scalars().all() == [person.id]
            assert connection.execute(select(RUN_NOW.c.run_id)).scalars().all() == []


def test_a_file_has_no_marks(tmp_path: Path) -> None:
    from teststation.records.database import open_record

    with open_record(tmp_path / "a.record", PASSPHRASE) as record:
        person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
        with begun(record, person.id):
            record.mark_run("run-1", person.id)
            assert record.runs_elsewhere_until() is None
            with record.database.reading() as connection:
                assert connection.execute(text("SELECT count(*) FROM run_now")).scalar() == 0


def walked_and_erased(one: Record, two: Record) -> None:
    """The whole of it: refused while the run lasts, whatever other stations begin and end; then too old, then over."""
    for end in ("died", "kept"):
        person, other, third = (one.people.add(family_name=name, sex=Sex.FEMALE) for name in ("Berg", "Dal", "Hamre"))
        run_id, other_id, over_id = (str(uuid.uuid4()) for _ in range(3))
        journal = begun(one, person.id, run_id)
        going_on = begun(two, other.id, other_id)
        begun(two, third.id, over_id).close()
        two.journal_path(over_id).unlink()  # its run was over when the server was away
        two.hand_over()
        assert marks(two) == {run_id: person.id, other_id: other.id}
        going_on.close()
        two.discard_journal(other_id)
        refused(two, person.id)
        if end == "died":
            journal.close()
            aged(two)
        else:
            kept(one, journal, person.id, run_id)
        try:
            tests = erase_person(two, person.id, Reason.REQUEST).tests
        except RecordError as error:
            raise AssertionError from error
        assert (tests, marks(two)) == (end == "kept", {})


FAULTS = [
    ("BELIEVED_FOR = timedelta(hours=1)", "BELIEVED_FOR = timedelta(0)"),
    ("others.where(RUN_NOW.c.until > _told(_now(connection)))", "others"),
    ("RUN_NOW.c.person_id.in_(people)", "RUN_NOW.c.person_id.not_in(people)"),
    ("RUN_NOW.c.station_id != station", "RUN_NOW.c.station_id == station"),
    ("delete(RUN_NOW).where(RUN_NOW.c.run_id == run_id)", "delete(RUN_NOW).where(RUN_NOW.c.run_id != run_id)"),
    ("RUN_NOW.c.station_id == station, RUN_NOW.c.run_id.not_in", "RUN_NOW.c.run_id.not_in"),
    ("RUN_NOW.c.run_id.not_in(sorted(run_ids))", 'RUN_NOW.c.run_id != ""'),
]


@pytest.mark.parametrize(("old", "new"), FAULTS)
def test_the_mark_fails_on_a_planted_fault(walked: tuple[Record, Record, Person], old: str, new: str) -> None:
    one, two, _ = walked
    fails_with(run_now_module, old, new, partial(walked_and_erased, one, two))

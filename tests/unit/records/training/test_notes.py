"""Training as it is kept: nothing is overwritten, nothing is written twice, and whoever has an old version is told."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import text

from tests.unit.records.builders import events_of, run_of, session_of
from teststation.errors import BadInput, RecordError
from teststation.records.access.actions import Action
from teststation.records.access.user import Role
from teststation.records.database import Record
from teststation.records.people.erased import Reason
from teststation.records.people.erasure import erase
from teststation.records.people.person import Person
from teststation.records.upkeep.verify import verify
from teststation.subject import Sex
from teststation.training.diary import Entry, Source
from teststation.training.interview import Answer, Interview, own_form
from teststation.training.plan import Plan, make_plan, move
from teststation.training.strength import Method, OneRm
from teststation.training.watch import Activity

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def person(record: Record) -> Person:
    return record.people.add(family_name="Ødegård", given_name="Åse", sex=Sex.FEMALE)


def activity(began_min: float = 0.0, name: str = "a") -> Activity:
    began = NOON + timedelta(minutes=began_min)
    return Activity(began, began + timedelta(minutes=35), "run", 150, 172, name * 64)


def test_every_kind_comes_back_as_it_was_kept(record: Record, person: Person) -> None:
    plan = make_plan(date(2026, 8, 17), (1, 3, 5), "4x4", test_id="t1")
    one = OneRm("2026-09-01", "leg_press", Method.TESTED, 120.0)
    said = Interview("2026-08-10", own_form().text, {"goal": Answer(text="gå på fjellet")})
    record.training.add(person.id, plan)
    record.training.add(person.id, Entry(day="2026-08-17"), Entry(day="2026-08-19"))
    record.training.add(person.id, one)
    record.training.add(person.id, said)
    assert [note.value for note in record.training.of_person(person.id, Plan)] == [plan]
    assert {note.value.day for note in record.training.of_person(person.id, Entry)} == {"2026-08-17", "2026-08-19"}
    last = record.training.last(person.id, OneRm)
    assert last is not None
    assert last.value == one
    assert [note.value for note in record.training.of_everybody(Interview)] == [said]
    assert verify(record.database).ok


def test_a_change_is_a_new_version_and_the_old_one_stays(record: Record, person: Person) -> None:
    (note,) = record.training.add(person.id, make_plan(date(2026, 8, 17), (1, 3, 5), "4x4"))
    moved = record.training.change(note, move(note.value, 2, date(2026, 8, 20)), "time hos lege")
    assert (moved.id, moved.number, moved.reason) == (note.id, 2, "time hos lege")
    assert [one.value.session(2).day for one in record.training.versions(note.id, Plan)] == ["2026-08-19", "2026-08-20"]
    assert record.training.of_person(person.id, Plan) == [moved]


def test_who_has_an_old_version_open_overwrites_nothing(record: Record, person: Person) -> None:
    (note,) = record.training.add(person.id, Entry(day="2026-08-17"))
    record.training.change(note, msgspec.structs.replace(note.value, borg=16))
    with pytest.raises(RecordError, match="open it again"):
        record.training.change(note, msgspec.structs.replace(note.value, borg=9))
    with pytest.raises(RecordError, match="open it again"):
        record.training.withdraw(note, "dobbelt")
    assert record.training.of_person(person.id, Entry)[0].value.borg == 16


def test_what_is_taken_back_is_in_no_list_and_can_still_be_read(record: Record, person: Person) -> None:
    (note,) = record.training.add(person.id, Entry(day="2026-08-17", comment="feil person"))
    record.training.withdraw(note, "feil person")
    assert record.training.of_person(person.id, Entry) == []
    last = record.training.get(note.id, Entry)
    assert (last.withdrawn, last.reason, last.value) == (True, "feil person", note.value)
    with pytest.raises(RecordError, match="open it again"):
        record.training.change(last, note.value)


def test_what_is_not_there_is_a_sentence(record: Record, person: Person) -> None:
    with pytest.raises(RecordError, match="has no 'nowhere'"):
        record.training.get("nowhere", Entry)
    (note,) = record.training.add(person.id, Entry(day="2026-08-17"))
    with pytest.raises(RecordError, match=note.id):
        record.training.get(note.id, Plan)
    with pytest.raises(RecordError, match="person"):
        record.training.add("nobody", Entry(day="2026-08-17"))


def test_a_duplicates_diary_goes_with_the_person_and_back_again(record: Record, person: Person) -> None:
    double = record.people.add(family_name="Ødegaard", sex=Sex.FEMALE)
    record.training.add(double.id, Entry(day="2026-08-17"))
    merge = record.merging.merge(person.id, double.id)
    (note,) = record.training.of_person(person.id, Entry)
    record.training.change(note, msgspec.structs.replace(note.value, borg=15))
    assert verify(record.database).ok
    record.merging.undo(merge.id)
    assert record.training.of_person(person.id, Entry) == []
    assert record.training.of_person(double.id, Entry)[0].value.borg == 15


def test_nothing_of_it_is_left_when_the_person_is_erased(record: Record, person: Person) -> None:
    (note,) = record.training.add(person.id, Entry(day="2026-08-17", comment="hemmelig"))
    record.training.change(note, msgspec.structs.replace(note.value, borg=15))
    erase(record.database, record.audit, person.id, Reason.REQUEST)
    with record.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM training")).scalar() == 0
    assert verify(record.database).ok


def test_who_wrote_saw_and_printed_it_is_in_the_log_and_what_it_says_is_not(record: Record, person: Person) -> None:
    (note,) = record.training.add(person.id, Entry(day="2026-08-17", comment="hemmelig"))
    record.training.seen(person.id, Entry)
    record.training.printed(person.id, Entry)
    record.training.withdraw(note, "dobbelt")
    rows = record.audit.of_person(person.id)
    assert [row.action for row in rows[:4]] == [
        Action.TRAINING_WITHDRAWN, Action.TRAINING_PRINTED, Action.TRAINING_SEEN, Action.TRAINING_WRITTEN,
    ]  # fmt: skip
    assert all(row.detail["kind"] == "diary" for row in rows[:4])
    with record.database.reading() as connection:
        assert "hemmelig" not in " ".join(connection.execute(text("SELECT detail FROM audit")).scalars())


def test_who_has_left_the_clinic_writes_nothing(record: Record, person: Person) -> None:
    record.users.add("eva", "Eva Dahl", Role.ADMINISTRATOR, "gå tur i skogen")
    record.users.log_in("eva", "gå tur i skogen")
    (note,) = record.training.add(person.id, Entry(day="2026-08-17"))
    with record.database.writing() as connection:
        connection.execute(text("UPDATE station_user SET active = 0"))
    for write in (
        lambda: record.training.add(person.id, Entry(day="2026-08-18")),
        lambda: record.training.change(note, Entry(day="2026-08-18")),
        lambda: record.training.withdraw(note, "x"),
        lambda: record.training.bring_in(person.id, [activity()]),
    ):
        with pytest.raises(BadInput):
            write()
    assert record.training.of_person(person.id, Entry) == [note]


def test_a_watchs_file_is_written_once_and_into_the_row_it_belongs_to(record: Record, person: Person) -> None:
    day = NOON.date().isoformat()
    (mine,) = record.training.add(person.id, Entry(day=day, minutes=35.0, borg=16, comment="tungt"))
    record.training.bring_in(person.id, [activity(), activity(300, "b")])
    rows = record.training.of_person(person.id, Entry)
    assert len(rows) == 2
    assert (rows[0].id, rows[0].number, rows[0].value.max_bpm, rows[0].value.borg) == (mine.id, 2, 172, 16)
    assert all(match.known for match in record.training.bring_in(person.id, [activity(), activity(300, "b")]))
    assert record.training.of_person(person.id, Entry) == rows
    assert verify(record.database).ok


def test_a_row_that_was_corrected_keeps_its_place(record: Record, person: Person) -> None:
    first, _second = record.training.add(person.id, Entry(day="2026-08-17"), Entry(day="2026-08-19"))
    before = [note.id for note in record.training.of_person(person.id, Entry)]
    record.training.change(first, msgspec.structs.replace(first.value, borg=15))
    assert [note.id for note in record.training.of_person(person.id, Entry)] == before


# --- the station's own sessions ---


def walked(record: Record, person: Person, run_id: str = "session-1") -> None:
    run = run_of(run_id, "2026-09-01T12:00:00+00:00")
    run = msgspec.structs.replace(run, plan=msgspec.structs.replace(run.plan, id="4x4"), treadmill="woodway:COM3")
    record.sessions.save(person.id, run, session_of(), events_of(3))


def test_a_session_on_the_station_is_in_the_diary_without_being_written(record: Record, person: Person) -> None:
    walked(record, person)
    (row,) = record.diary(person.id)
    assert (row.number, row.value.day, row.value.kind, row.value.source) == (0, "2026-09-01", "4x4", Source.STATION)
    assert (row.value.bouts_done, row.value.bouts_planned, row.value.max_bpm) == (1, 4, 171)
    assert record.training.of_person(person.id, Entry) == []


def test_what_somebody_says_of_it_is_written_beside_it_once(record: Record, person: Person) -> None:
    walked(record, person)
    (row,) = record.diary(person.id)
    record.training.change(row, msgspec.structs.replace(row.value, felt=4, borg=17))
    (now,) = record.diary(person.id)
    assert (now.number, now.value.felt, now.value.borg, now.value.session_id) == (1, 4, 17, "session-1")
    with pytest.raises(RecordError, match="has no"):
        record.training.withdraw(row, "x")


def test_a_watch_that_went_along_makes_no_second_row(record: Record, person: Person) -> None:
    walked(record, person)
    (found,) = record.bring_in(person.id, [activity(2)])
    assert (found.entry, found.known) == (0, False)
    (row,) = record.diary(person.id)
    assert (row.value.session_id, row.value.watch_sha256, row.value.source) == ("session-1", "a" * 64, Source.STATION)
    assert record.bring_in(person.id, [activity(2)])[0].known
    assert verify(record.database).ok

"""Interval sessions in a record: kept, sealed, signed, merged, erased and backed up like tests, and no tests."""

from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of, sentences, session_of, undone
from teststation.errors import RecordError
from teststation.records.access.user import Role
from teststation.records.database import Record, open_record
from teststation.records.people.erased import Reason
from teststation.records.people.erasure import erase
from teststation.records.people.person import Person
from teststation.records.storage.tables import METADATA, SESSION_RESULT, TEST
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.sealed import seal_problems
from teststation.records.upkeep.verification import CHECKS
from teststation.records.upkeep.verify import verify_file
from teststation.run.record import RunRecord
from teststation.subject import Sex
from teststation.training.session.result import NextLoad


def trained(run_id: str = "session-1", started_at: str = "2026-01-05T10:00:00+01:00") -> RunRecord:
    run = run_of(run_id, started_at)
    return msgspec.structs.replace(run, plan=msgspec.structs.replace(run.plan, id="4x4"), treadmill="woodway:COM3")


@pytest.fixture
def person(record: Record) -> Person:
    return record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE)


def test_what_was_kept_is_read_back_to_the_last_value(record: Record, person: Person) -> None:
    events = events_of(7)
    kept = record.sessions.save(person.id, trained(), session_of(), events)
    assert kept == record.sessions.get("session-1") == record.sessions.get("session")
    assert kept.run == trained()
    assert kept.result == session_of()
    assert kept.conditions == {"medication": "metadon"}
    assert record.tests.events("session-1") == events
    assert record.sessions.save(person.id, trained(), session_of(), events) == kept, "a second time changes nothing"
    with pytest.raises(RecordError, match="kept already"):
        record.sessions.save(person.id, trained(), session_of(), events_of(8))
    (line,) = record.sessions.lines(person.id)
    assert (line.bouts_done, line.bouts_planned, line.bouts_reached, line.peak_bpm) == (1, 4, 1, 171.0)
    assert not line.demo
    assert sentences(record) == []


def test_a_session_is_no_test_and_a_test_no_session(record: Record, person: Person) -> None:
    record.tests.save(person.id, run_of("a-test"), assessment_of(), events_of(3))
    record.sessions.save(person.id, trained("b-session"), session_of(), events_of(3))
    assert [one.id for one in record.tests.history(person.id)] == ["a-test"]
    assert [one.id for one in record.tests.summaries()] == ["a-test"]
    assert [one.id for one in record.sessions.history(person.id)] == ["b-session"]
    assert [one.id for one in record.sessions.lines()] == ["b-session"]
    with pytest.raises(RecordError):
        record.tests.get("b-session")
    with pytest.raises(RecordError, match="session list"):
        record.sessions.get("a-test")
    with pytest.raises(RecordError):
        record.sessions.get("")


def test_a_session_makes_nobody_tested(record: Record, person: Person) -> None:
    record.sessions.save(person.id, trained(), session_of(), events_of(3))
    assert record.tests.last_started() == {}
    record.tests.save(person.id, msgspec.structs.replace(run_of("t"), treadmill="x:1"), assessment_of(), events_of(3))
    assert record.tests.last_started()[person.id].startswith("2026-01-02")


def test_its_peaks_are_evidence_of_hr_max_with_their_dates(record: Record, person: Person) -> None:
    record.sessions.save(person.id, trained("a", "2026-01-05T10:00:00+01:00"), session_of(168.0), events_of(3))
    record.sessions.save(person.id, trained("b", "2026-01-12T10:00:00+01:00"), session_of(None), events_of(3))
    record.sessions.save(
        person.id, trained("c", "2026-01-19T10:00:00+01:00"), session_of(172.0, all_out=True), events_of(3)
    )
    demo = msgspec.structs.replace(trained("d", "2026-01-20T10:00:00+01:00"), treadmill="emulated")
    record.sessions.save(person.id, demo, session_of(199.0), events_of(3))
    found = record.sessions.peaks(person.id)
    assert [(one.on, one.bpm) for one in found] == [
        ("2026-01-05", 168.0),
        ("2026-01-19", 172.0),
    ], "a demonstration's is nobody's"


def test_the_last_load_of_the_same_session_is_where_the_next_one_starts(record: Record, person: Person) -> None:
    assert record.sessions.last_with_load(person.id, "4x4") is None
    first = session_of()
    assert first.next_load is not None
    steeper = msgspec.structs.replace(first.next_load, incline_pct=9.0)
    record.sessions.save(person.id, trained("a"), first, events_of(3))
    later = trained("b", "2026-01-09T10:00:00+01:00")
    record.sessions.save(person.id, later, msgspec.structs.replace(first, next_load=steeper), events_of(3))
    broken = trained("c", "2026-01-12T10:00:00+01:00")
    record.sessions.save(person.id, broken, msgspec.structs.replace(first, next_load=None), events_of(3))
    last = record.sessions.last_with_load(person.id, "4x4")
    assert last is not None
    assert last.result.next_load == steeper
    assert record.sessions.last_with_load(person.id, "3x4") is None
    assert isinstance(steeper, NextLoad)


@pytest.mark.parametrize("column", [column.name for column in SESSION_RESULT.c if not column.foreign_keys])
def test_a_column_that_was_changed_by_hand_is_found(record: Record, person: Person, column: str) -> None:
    record.sessions.save(person.id, trained(), session_of(), events_of(3))
    other = {"number": 2, "session_json": msgspec.json.encode(session_of(190.0)).decode()}.get(column)
    if other is None:
        other = 3 if SESSION_RESULT.c[column].type.python_type in (int, float) else "x"
    with undone(record) as connection:
        connection.execute(update(SESSION_RESULT).values({column: other}))
        found = [cause for check in CHECKS for cause in check(connection, "r")] + list(seal_problems(connection, "r"))
    assert found
    assert sentences(record) == []


def test_a_session_is_signed_and_its_signature_broken_by_a_change(record: Record, person: Person) -> None:
    record.users.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    kari, _ = record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    record.sessions.save(person.id, trained(), session_of(), events_of(3))
    signed = record.signing.sign("session-1", kari, comment="fin økt")
    assert record.sessions.get("session-1").signature == signed
    assert record.sessions.lines()[0].signed_by == "Kari Berg"
    assert sentences(record) == []
    with record.database.writing() as connection:
        body = msgspec.json.encode(session_of(199.0)).decode()
        connection.execute(update(SESSION_RESULT).values(session_json=body, peak_bpm=199.0))
    assert any("signature" in one or "signed" in one for one in sentences(record))


def test_sessions_move_with_a_merge_and_back(record: Record, person: Person) -> None:
    double = record.people.add(family_name="Dahl", given_name="Eva", sex=Sex.FEMALE)
    record.sessions.save(double.id, trained(), session_of(), events_of(3))
    merge = record.merging.merge(person.id, double.id)
    assert [one.person_id for one in record.sessions.lines(person.id)] == [person.id]
    assert record.sessions.lines(double.id) == []
    record.merging.undo(merge.id)
    assert [one.person_id for one in record.sessions.lines()] == [double.id]
    assert sentences(record) == []


def test_sessions_are_erased_with_their_person(record: Record, person: Person) -> None:
    other = record.people.add(family_name="Vik", sex=Sex.MALE)
    record.sessions.save(person.id, trained("a"), session_of(), events_of(3))
    record.sessions.save(other.id, trained("b"), session_of(), events_of(3))
    erase(record.database, record.audit, person.id, Reason.REQUEST)
    assert [one.id for one in record.sessions.lines()] == ["b"]
    with record.database.reading() as connection:
        for table in METADATA.sorted_tables:
            if "test_id" in table.c and table.name not in ("audit",):
                left = connection.execute(table.select().with_only_columns(table.c.test_id)).scalars()
                assert "a" not in set(left)
        assert {row[0] for row in connection.execute(TEST.select().with_only_columns(TEST.c.id))} == {"b"}
    assert sentences(record) == []


def test_a_backup_holds_the_sessions(tmp_path: Path) -> None:
    with open_record(tmp_path / "klinikk.record", PASSPHRASE) as record:
        person = record.people.add(family_name="Dal", sex=Sex.FEMALE)
        record.sessions.save(person.id, trained(), session_of(), events_of(5))
        backup(record.database, record.file, tmp_path / "copy.backup")
    assert verify_file(tmp_path / "copy.backup", PASSPHRASE).ok
    with open_record(tmp_path / "copy.backup", PASSPHRASE, create=False) as copied:
        assert copied.sessions.get("session-1").result == session_of()


def test_its_row_of_the_diary_has_the_hardest_borg(record: Record, person: Person) -> None:
    found = session_of()
    bouts = tuple(
        msgspec.structs.replace(found.bouts[0], number=n, rpe=rpe) for n, rpe in ((1, 15), (2, None), (3, 17))
    )
    record.sessions.save(person.id, trained("a"), msgspec.structs.replace(found, bouts=bouts), events_of(3))
    record.sessions.save(person.id, trained("b"), msgspec.structs.replace(found, bouts=bouts[1:2]), events_of(3))
    rows = {note.id: note.value for note in record.diary(person.id)}
    assert (rows["a"].borg, rows["b"].borg) == (17, None), "what nobody rated has none"

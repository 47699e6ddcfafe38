"""The audit log: everything that is made and changed is in it, and no hand can change it unseen."""

import re
from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of, sentences, undone
from teststation.records.access.actions import NOBODY, Action
from teststation.records.access.audit import chain_problems
from teststation.records.access.user import Role
from teststation.records.database import Record, open_record
from teststation.records.people.erased import Reason
from teststation.records.people.erasure import erase
from teststation.records.people.person import Person
from teststation.records.storage.rows import fields_of
from teststation.records.storage.tables import AUDIT, AUDIT_HEAD, PERSON, PERSON_VERSION, TEST
from teststation.records.upkeep.verification import problems
from teststation.subject import Sex
from teststation.texts import english


@pytest.fixture
def person(record: Record) -> Person:
    return record.people.add(family_name="Ødegård", given_name="Åse", born="1974-02-28", sex=Sex.FEMALE, number="4711")


@pytest.fixture
def filled(record: Record, person: Person) -> Record:
    """A record in which something has happened: eight rows of audit."""
    record.tests.save(person.id, run_of(), assessment_of(), events_of(3))
    record.tests.add_result("run-1", assessment_of(33.0, "2"))
    record.people.update(msgspec.structs.replace(person, family_name="Dal"))
    for action in (Action.PERSON_SEEN, Action.TEST_SEEN, Action.REPORT_OPENED, Action.REPORT_SAVED):
        record.audit.note(action, person.id, "run-1")
    return record


def by_hand(record: Record, change: Callable[[Connection], object]) -> list[str]:
    """What verification says after somebody with the passphrase has changed the tables."""
    with record.database.writing() as connection:
        change(connection)
    return sentences(record)


def actions(record: Record, person_id: str) -> list[str]:
    return [row.action for row in record.audit.of_person(person_id)][::-1]


# --- what is in it ---


def test_what_is_made_and_changed_is_told_with_who_did_it(record: Record, person: Person) -> None:
    kari, _ = record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    record.audit.acting = kari.actor
    record.tests.save(person.id, run_of(), assessment_of(), events_of(3))
    record.people.update(msgspec.structs.replace(person, family_name="Dal", born=None))
    rows = record.audit.of_person(person.id)[::-1]
    assert [row.action for row in rows] == [Action.PERSON_ADDED, Action.TEST_KEPT, Action.PERSON_CHANGED]
    assert [(row.actor, row.user_id) for row in rows] == [(NOBODY.name, None), *[("kari", kari.id)] * 2]
    assert rows[1].test_id == "run-1"
    assert rows[2].detail["fields"] == ["family_name", "born"]


def test_nothing_is_told_of_what_was_not_done(record: Record, person: Person) -> None:
    record.people.update(person)
    record.tests.save(person.id, run_of(), assessment_of(), events_of(3))
    record.tests.save(person.id, run_of(), assessment_of(), events_of(3))
    assert actions(record, person.id) == [Action.PERSON_ADDED, Action.TEST_KEPT]


def test_a_change_that_fails_is_not_told(record: Record, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("teststation.records.tests.kept_tests.row_of_stage", fail)
    with pytest.raises(RuntimeError):
        record.tests.save(person.id, run_of(), assessment_of(), events_of(3))
    assert actions(record, person.id) == [Action.PERSON_ADDED]


def test_the_log_names_people_by_their_ids_alone(filled: Record) -> None:
    with filled.database.reading() as connection:
        # Identifiers, times and hashes are made of chance digits; who a person is could stand in these.
        told = select(AUDIT.c.actor, AUDIT.c.action, AUDIT.c.detail)
        everything = " ".join(str(row) for row in connection.execute(told))
    everything = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}", "", everything)
    for name in ("Ødegård", "Åse", "Dal", "4711", "1974"):
        assert name not in everything


def test_the_log_of_a_person_is_theirs_alone_and_newest_first(filled: Record, person: Person) -> None:
    other = filled.people.add(family_name="Berg", sex=Sex.MALE)
    rows = filled.audit.of_person(person.id)
    assert [row.seq for row in rows] == list(range(8, 0, -1))
    assert [row.action for row in filled.audit.of_person(other.id)] == [Action.PERSON_ADDED]
    assert filled.audit.newest(2)[0].person_id == other.id
    assert len(filled.audit.newest(2)) == 2


# --- whether it holds ---


def test_an_untouched_record_has_no_problems(filled: Record) -> None:
    assert problems(filled.database) == []


def test_a_new_record_has_no_problems(record: Record) -> None:
    assert problems(record.database) == []


CHANGES_BY_HAND = {
    "at": "2020-01-01T00:00:00.000+00:00",
    "actor": "en annen",
    "user_id": "en annen",
    "action": "audit_seen",
    "person_id": None,
    "test_id": "run-2",
    "detail": "{}  ",
    "previous_sha256": "1" * 64,
    "sha256": "1" * 64,
}


def test_a_row_changed_by_hand_is_named_whatever_was_changed(filled: Record) -> None:
    assert set(CHANGES_BY_HAND) == set(AUDIT.c.keys()) - {"seq"}
    for seq in (1, 4, 8):
        for column, value in CHANGES_BY_HAND.items():
            with undone(filled) as connection:
                connection.execute(update(AUDIT).where(AUDIT.c.seq == seq).values({column: value}))
                found = [english(cause) for cause in chain_problems(connection, "r")]
            assert len(found) == 1
            assert found[0].startswith(f"r: audit log: row {seq} ("), column
    assert problems(filled.database) == []


def test_a_changed_row_with_a_fitting_hash_of_its_own_breaks_the_next(filled: Record) -> None:
    from teststation.records.access.audit import _sha256

    def change(connection: Connection) -> None:
        row = fields_of(connection.execute(select(AUDIT).where(AUDIT.c.seq == 4)).mappings().one())
        row["actor"] = "en annen"
        connection.execute(update(AUDIT).where(AUDIT.c.seq == 4).values(actor="en annen", sha256=_sha256(row)))

    assert "row 5" in by_hand(filled, change)[0]


@pytest.mark.parametrize("seq", [1, 4, 7])
def test_a_row_taken_out_is_missed(filled: Record, seq: int) -> None:
    found = by_hand(filled, lambda c: c.execute(delete(AUDIT).where(AUDIT.c.seq == seq)))
    assert found[0].startswith(f"audit log: row {seq} is missing before row {seq + 1}")


def test_a_row_put_in_at_the_end_does_not_fit_the_head(filled: Record) -> None:
    def change(connection: Connection) -> None:
        from teststation.records.access.audit import _sha256

        last = fields_of(connection.execute(select(AUDIT).where(AUDIT.c.seq == 8)).mappings().one())
        last |= {"seq": 9, "previous_sha256": last["sha256"]}
        connection.execute(insert(AUDIT).values(**last | {"sha256": _sha256(last)}))

    assert "ends at row 9, but its head tells of row 8" in by_hand(filled, change)[0]


def test_a_log_cut_short_does_not_fit_its_head(filled: Record) -> None:
    found = by_hand(filled, lambda c: c.execute(delete(AUDIT).where(AUDIT.c.seq > 5)))
    assert found[0].startswith("audit log: it ends at row 5, but its head tells of row 8")


def test_a_log_whose_head_is_gone_is_told(filled: Record) -> None:
    assert "head is missing" in by_hand(filled, lambda c: c.execute(delete(AUDIT_HEAD)))[0]


def test_a_test_moved_by_hand_is_told(filled: Record) -> None:
    other = filled.people.add(family_name="Berg", sex=Sex.MALE)
    found = by_hand(filled, lambda c: c.execute(update(TEST).values(person_id=other.id)))
    assert found == ["test run-1: it is with another person than the audit log tells"]


def test_a_test_taken_out_by_hand_is_told(filled: Record) -> None:
    def change(connection: Connection) -> None:
        for table in ("event", "stage", "result"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(delete(TEST))

    assert by_hand(filled, change) == ["test run-1: it is in the audit log, but is gone from the record"]


def test_raw_data_with_another_hash_is_told(filled: Record) -> None:
    found = by_hand(filled, lambda c: c.execute(update(TEST).values(events_sha256="0" * 64)))
    assert found == ["test run-1: the hash of its raw data is not the one in the audit log"]


def test_a_former_state_changed_by_hand_is_told(filled: Record, person: Person) -> None:
    found = by_hand(filled, lambda c: c.execute(update(PERSON_VERSION).values(body=PERSON_VERSION.c.body + " ")))
    assert found == [f"person {person.id}: revision 1 was changed after it was written"]


def test_a_former_state_taken_out_by_hand_is_told_unless_the_person_was_erased(filled: Record, person: Person) -> None:
    found = by_hand(filled, lambda c: c.execute(delete(PERSON_VERSION)))
    assert found == [f"person {person.id}: revision 1 is gone"]
    erase(filled.database, filled.audit, person.id, Reason.REQUEST)
    assert problems(filled.database) == []


def test_a_break_is_found_when_the_record_is_opened_again(filled: Record, person: Person) -> None:
    with open_record(filled.location, PASSPHRASE) as record:
        assert problems(record.database) == []
        assert len(by_hand(record, lambda c: c.execute(text("UPDATE audit SET actor = 'x' WHERE seq = 2")))) == 1
        assert record.people.all()[0].family_name == "Dal", "and everything else can still be read"


def test_people_whom_the_log_does_not_know_are_told(record: Record, person: Person) -> None:
    with record.database.writing() as connection:
        old = fields_of(connection.execute(select(PERSON)).mappings().one()) | {"id": "old", "number": None}
        connection.execute(insert(PERSON).values(**old))
    assert ["person old: nothing in the audit log tells of this row" in said for said in sentences(record)] == [True]

"""A person is gone for good where the law asks for it, and that it was done stays."""

import pytest
from sqlalchemy import text

from tests.unit.records.builders import assessment_of, events_of, run_of, undone
from teststation.errors import RecordError
from teststation.records.access.actions import Action
from teststation.records.access.user import Role
from teststation.records.database import Record
from teststation.records.people.erased import Erased, Reason
from teststation.records.people.erasure import erase
from teststation.records.storage.tables import AUDIT, METADATA
from teststation.records.tests.earlier_result import EarlierResult
from teststation.records.tests.signing import signature_problems
from teststation.records.upkeep.verify import verify
from teststation.subject import Sex


def everything(record: Record) -> str:
    """Every row of every table as text."""
    with record.database.reading() as connection:
        return " ".join(
            str(row) for table in METADATA.sorted_tables for row in connection.execute(table.select()).all()
        )


def test_nothing_of_an_erased_person_is_left_but_the_trace(record: Record) -> None:
    stays = record.people.add(family_name="Blir", sex=Sex.MALE)
    record.tests.save(stays.id, run_of("run-9"), assessment_of(), events_of(3))
    person = record.people.add(family_name="Hemmeligsen", given_name="Klara", sex=Sex.FEMALE, note="sensitivt")
    double = record.people.add(family_name="Hemeligsen", sex=Sex.FEMALE)
    record.tests.save(double.id, run_of("run-1"), assessment_of(), events_of(30))
    kari, _ = record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    record.signing.sign("run-1", kari)
    record.merging.merge(person.id, double.id)
    record.imported.keep([EarlierResult(person.id, "2019-05-01", 31.5, "sykkel")], "ab" * 32)
    assert erase(record.database, record.audit, person.id, Reason.REQUEST) == Erased(people=2, tests=1)
    left = everything(record)
    for gone in ("emeligsen", "emmeligsen", "Klara", "sensitivt", "sykkel"):
        assert gone not in left
    assert [one.id for one in record.people.all()] == [stays.id]
    assert record.tests.events("run-9") == events_of(3)
    with record.database.reading() as connection:
        rows = connection.execute(AUDIT.select().where(AUDIT.c.action == Action.PERSON_ERASED.value)).all()
    assert {row.person_id for row in rows} == {person.id, double.id}
    assert all('"reason":"request"' in row.detail for row in rows)
    assert verify(record.database).problems == (), "the log, the signatures and the versions still hold"


def test_the_signatures_of_the_others_are_verified_as_before(record: Record) -> None:
    kari, _ = record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    people = [record.people.add(family_name=name, sex=Sex.FEMALE) for name in ("Blir", "Hemmeligsen", "Står")]
    for number, person in enumerate(people):
        record.tests.save(person.id, run_of(f"run-{number}"), assessment_of(), events_of(5))
        record.signing.sign(f"run-{number}", kari)
    record.signing.sign("run-1", kari, comment="Rettet.", reason="skrivefeil", seen=1)
    kept = [record.signing.signatures(f"run-{number}") for number in (0, 2)]
    erase(record.database, record.audit, people[1].id, Reason.REQUEST)
    with record.database.reading() as connection:
        assert list(signature_problems(connection, "r")) == []
    assert [record.signing.signatures(f"run-{number}") for number in (0, 2)] == kept
    with undone(record) as connection:
        connection.execute(text("UPDATE signature SET comment = 'en annen' WHERE test_id = 'run-2'"))
        assert len(list(signature_problems(connection, "r"))) == 1, "and what is wrong with the rest is still found"
    with undone(record) as connection:
        connection.execute(text("DELETE FROM signature WHERE test_id = 'run-0'"))
        assert len(list(signature_problems(connection, "r"))) == 1, "a signature that was taken away is no erasure"


def test_a_person_that_is_not_there_is_a_sentence(record: Record) -> None:
    with pytest.raises(RecordError, match="nothing was erased"):
        erase(record.database, record.audit, "nobody", Reason.REQUEST)

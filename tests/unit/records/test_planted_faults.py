"""What keeps a record whole, and who may do what in it, each rule planted out: its fact must fail."""

import tempfile
import types
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher
from sqlalchemy import delete, make_url, text, update

from tests.mutants import fails_with
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of, undone
from teststation.errors import BadInput, RecordError
from teststation.records.access import head_keeping, users
from teststation.records.access.actions import Action
from teststation.records.access.user import Role, User
from teststation.records.database import Record, open_record
from teststation.records.people import last_tested
from teststation.records.people.erased import Reason
from teststation.records.people.erasure import erase
from teststation.records.people.person import Person
from teststation.records.storage import server, shape
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.rows import fields_of
from teststation.records.storage.tables import AUDIT, AUDIT_HEAD, PERSON, RESULT, TEST
from teststation.records.tests import stored_copies
from teststation.records.tests.earlier_result import EarlierResult
from teststation.records.upkeep import erasing, restoring, sealed, verification
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.verify import verify_file
from teststation.subject import Sex

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clinic:
    """A record with one tested person and somebody who has logged in, in a folder of its own."""

    folder: Path
    record: Record
    person: Person
    user: User

    @property
    def file(self) -> Path:
        return self.record.path


@contextmanager
def clinic() -> Generator[Clinic]:
    with tempfile.TemporaryDirectory() as name, open_record(Path(name) / "a.record", PASSPHRASE) as record:
        record.users.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
        user = record.users.log_in("kari", "gå tur i skogen")
        person = record.people.add(family_name="Ødegård", sex=Sex.FEMALE, note="kneet")
        record.tests.save(person.id, run_of(), assessment_of(), events_of(3))
        yield Clinic(Path(name), record, person, user)


def codes(record: Record, *changes: object) -> set[str]:
    """What verification finds after somebody with the passphrase has done this by hand."""
    with undone(record) as connection:
        for change in changes:
            connection.execute(change)  # type: ignore[call-overload]
        looks = (
            verification.kept_test_problems, stored_copies.copy_problems, sealed.seal_problems, shape.shape_problems
        )  # fmt: skip
        return {cause.code for look in looks for cause in look(connection, "a")}


# --- verification ---


def a_changed_note_is_told(one: Clinic) -> None:
    assert codes(one.record) == set()
    assert "verify_row_changed" in codes(one.record, update(PERSON).values(note="ryggen"))


def a_column_beside_its_json_is_told(one: Clinic) -> None:
    assert "verify_copy" in codes(one.record, update(RESULT).values(vo2max_ml_kg_min=55.0))


def a_person_taken_out_is_told(one: Clinic) -> None:
    told = codes(one.record, text("PRAGMA defer_foreign_keys = ON"), delete(PERSON))
    assert "verify_row_gone" in told


def a_person_put_in_is_told(one: Clinic) -> None:
    with one.record.database.reading() as connection:
        row = fields_of(connection.execute(PERSON.select()).mappings().one())
    assert "verify_row_unknown" in codes(one.record, PERSON.insert().values(**{**row, "id": "x", "number": None}))


def an_emptied_log_is_told(one: Clinic) -> None:
    emptied = (delete(AUDIT), update(AUDIT_HEAD).values(seq=0))
    assert "verify_log_empty" in codes(one.record, *emptied)


def a_test_given_to_nobody_is_told(one: Clinic) -> None:
    other = one.record.people.add(family_name="Dal", sex=Sex.MALE)
    assert "verify_test_moved" in codes(one.record, update(TEST).values(person_id=other.id))


def a_trigger_is_told(one: Clinic) -> None:
    spy = text("CREATE TRIGGER spy AFTER INSERT ON test BEGIN DELETE FROM event; END")
    assert "verify_planted" in codes(one.record, spy)


def a_log_cut_short_is_told_by_the_head_beside_the_record(_other: Clinic) -> None:
    with clinic() as one:
        for _ in range(3):
            one.record.audit.note(Action.LIST_SEEN)
        seq = one.record.audit.newest(1)[0].seq - 1
        one.record.close()
        assert verify_file(one.file, PASSPHRASE, is_the_record=True).problems == ()
        by_hand = CipherFile(one.file, PASSPHRASE, 5.0)
        with by_hand.bare() as raw:
            raw.execute(f"DELETE FROM audit WHERE seq > {seq}")
            raw.execute(f"UPDATE audit_head SET seq = {seq}, sha256 = (SELECT sha256 FROM audit WHERE seq = {seq})")
        by_hand.close()
        told = verify_file(one.file, PASSPHRASE, is_the_record=True).problems
        assert any("is not the one that" in sentence for sentence in told)


# --- who may ---


def who_was_sent_away_signs_nothing(_other: Clinic) -> None:
    with clinic() as one:
        with one.record.database.writing() as connection:
            connection.execute(users.STATION_USER.update().values(active=0))
        with pytest.raises(BadInput, match="may not"):
            one.record.signing.sign("run-1", one.user)
        with pytest.raises(BadInput, match="may not"):
            one.record.people.add(family_name="Ny", sex=Sex.MALE)


def people_do_not_travel_in_the_clear(_other: Clinic) -> None:
    for where in ("h.example/clinic", "h.example/clinic?sslmode=prefer"):
        with pytest.raises(RecordError, match="in the clear"):
            server.Server(make_url(f"postgresql+psycopg://station@{where}"))


def a_restore_tells_who_is_back_and_who_is_gone(_other: Clinic) -> None:
    with clinic() as one:
        backup(one.record.database, one.record.file, one.folder / "a.backup")
        erase(one.record.database, one.record.audit, one.person.id, Reason.REQUEST)
        one.record.users.add("per", "Per", Role.THERAPIST)
        one.record.close()
        done = restoring.restore_record(one.file, PASSPHRASE, one.folder / "a.backup", PASSPHRASE, NOW)
        assert (done.erased_back, done.users_gone) == ((one.person.id,), ("per",))
        assert done.aside is not None
        assert done.aside.exists()


def nobody_is_erased_who_walks(_other: Clinic) -> None:
    with clinic() as one:
        walks = msgspec.json.encode({"event": "run_prepared", "t_s": 0.0, "person_id": one.person.id})
        with one.record.new_journal("run-2", one.person.id) as journal:
            journal.append(msgspec.Raw(walks), durable=False)  # type: ignore[arg-type]
            try:
                with pytest.raises(RecordError, match="being prepared or walked"):
                    erasing.erase_person(one.record, one.person.id, Reason.REQUEST)
            except PermissionError:  # Windows deletes no open file; the person would be gone all the same
                pytest.fail("erased while walking")
        assert erasing.erase_person(one.record, one.person.id, Reason.REQUEST).journals == 1
        assert not one.record.journal_path("run-2").exists(), "and what an interrupted run left goes along"


# --- last tested ---


def a_result_from_elsewhere_is_a_test(one: Clinic) -> None:
    person = one.record.people.add(family_name="Innhentet", sex=Sex.MALE)
    one.record.imported.keep([EarlierResult(person.id, "2025-06-15", 31.5, "ergospirometri")], "ab" * 32)
    assert one.record.tests.last_started([person.id]).get(person.id, "").startswith("2025-06-15")
    assert person.id in [found.id for found, _ in one.record.people.due(date(2026, 3, 15))]


Fact = Callable[[Clinic], None]
FAULTS: tuple[tuple[Fact, types.ModuleType, str, str], ...] = (
    (a_changed_note_is_told, sealed, "elif known.seal != seal:", "elif False:"),
    (a_person_taken_out_is_told, sealed, "for key, known in told.items():", "for key, known in ():"),
    (a_person_put_in_is_told, sealed, 'yield Cause("verify_row_unknown", {"name": name, "row": shown})', "pass"),
    (an_emptied_log_is_told, sealed, "    if rows and not connection", "    if False and not connection"),
    (a_column_beside_its_json_is_told, stored_copies,
     "if _read(column, row[column]) != _read(column, value):", "if False:"),
    (a_test_given_to_nobody_is_told, verification, "elif kept[test_id].person_id != person_id:", "elif False:"),
    (a_trigger_is_told, shape, "        if not own:\n            yield", "        if False:\n            yield"),
    (a_log_cut_short_is_told_by_the_head_beside_the_record, head_keeping,
     "if not _holds(connection, head):", "if False:"),
    (who_was_sent_away_signs_nothing, users, "if user is None or not user.may(permission):", "if False:"),
    (nobody_is_erased_who_walks, erasing, "if is_being_written(path) and", "if False and"),
    (nobody_is_erased_who_walks, erasing, "path.unlink(missing_ok=True)", "pass"),
    (people_do_not_travel_in_the_clear, server, "if not _is_this_machine(url) and", "if False and"),
    (people_do_not_travel_in_the_clear, server, '_TLS = ("require",', '_TLS = ("require", "prefer",'),
    (a_restore_tells_who_is_back_and_who_is_gone, restoring,
     "tuple(sorted((before.erased - after.erased) & after.people))", "()"),
    (a_result_from_elsewhere_is_a_test, last_tested, "connection.execute(others)", "()"),
)  # fmt: skip


@pytest.fixture(scope="module")
def one() -> Iterator[Clinic]:
    with clinic() as opened:
        yield opened


@pytest.mark.parametrize(("fact", "module", "old", "new"), FAULTS, ids=[fault[2] for fault in FAULTS])
def test_the_fact_fails_where_the_rule_is_broken(
    one: Clinic, fact: Fact, module: types.ModuleType, old: str, new: str
) -> None:
    fails_with(module, old, new, lambda: fact(one))

"""Signed tests: only amended, both versions kept, and nothing of them changed unseen."""

import itertools
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from argon2 import PasswordHasher
from sqlalchemy import delete, text, update

from tests.fast_keys import use_fast_keys
from tests.mutants import fails_with
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of, sentences, undone
from teststation.errors import BadInput, RecordError
from teststation.records.access.actions import Action
from teststation.records.access.user import Role, User
from teststation.records.database import Record, open_record
from teststation.records.storage.tables import AUDIT, AUDIT_HEAD, SIGNATURE
from teststation.records.tests import kept_tests, signing
from teststation.records.tests.signature import Signature
from teststation.records.tests.signing import signature_problems
from teststation.records.upkeep.verification import problems
from teststation.subject import Sex
from teststation.texts import english

_NUMBERS = itertools.count()


@pytest.fixture
def therapist(record: Record) -> User:
    record.users.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    record.users.add("sjef", "Sjefen", Role.ADMINISTRATOR)
    return record.users.add("kari", "Kari Berg", Role.THERAPIST, "gå tur i skogen")[0]


@pytest.fixture
def test_id(record: Record) -> str:
    person = record.people.add(family_name="Ødegård", sex=Sex.FEMALE)
    return record.tests.save(person.id, run_of(), assessment_of(), events_of(3)).id


@pytest.fixture
def signed(record: Record, test_id: str, therapist: User) -> Signature:
    return record.signing.sign(test_id, therapist, comment="Rolig gange, god innsats.")


def test_a_test_is_signed_by_a_named_user(record: Record, test_id: str, therapist: User, signed: Signature) -> None:
    assert (signed.number, signed.is_amendment) == (1, False)
    assert (signed.user_id, signed.user_name) == (therapist.id, "Kari Berg")
    stored = record.tests.get(test_id)
    assert stored.signature == signed
    assert (stored.result_number, stored.newest_result) == (1, 1)
    line = record.tests.summaries()[0]
    assert (line.signed_by, line.signed_at, line.amended) == ("Kari Berg", signed.signed_at, False)


def test_an_unsigned_test_has_no_signature(record: Record, test_id: str) -> None:
    assert record.tests.get(test_id).signature is None
    assert record.signing.signatures(test_id) == []
    assert record.tests.summaries()[0].signed_by is None


def test_a_signature_keeps_the_name_of_its_day(record: Record, signed: Signature, therapist: User) -> None:
    record.users.change(therapist.id, name="Kari Dal")
    assert record.signing.signatures(signed.test_id)[0].user_name == "Kari Berg"


def test_who_may_not_sign_does_not(record: Record, test_id: str, therapist: User) -> None:
    technician, _ = record.users.add("tor", "Tor", Role.TECHNICIAN)
    with pytest.raises(BadInput, match="may not sign"):
        record.signing.sign(test_id, technician)
    assert record.signing.signatures(test_id) == []


def test_a_test_that_is_not_there_is_a_sentence(record: Record, therapist: User) -> None:
    with pytest.raises(RecordError, match="there is no test x"):
        record.signing.sign("x", therapist)


# --- amendments ---


def test_an_amendment_stands_after_the_signature_and_both_are_kept(
    record: Record, therapist: User, signed: Signature
) -> None:
    amended = record.signing.sign(signed.test_id, therapist, comment="Ny.", reason="Skrivefeil.", seen=1)
    assert (amended.number, amended.reason, amended.is_amendment) == (2, "Skrivefeil.", True)
    assert record.signing.signatures(signed.test_id) == [signed, amended]
    assert record.tests.get(signed.test_id).signature == amended
    assert record.tests.summaries()[0].amended


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_amendment_needs_a_reason(record: Record, therapist: User, signed: Signature, reason: str) -> None:
    with pytest.raises(BadInput, match="write the reason"):
        record.signing.sign(signed.test_id, therapist, comment="Ny.", reason=reason, seen=1)
    assert record.signing.signatures(signed.test_id) == [signed]


def test_two_stations_that_sign_one_test_get_a_clear_answer(record: Record, therapist: User, signed: Signature) -> None:
    with pytest.raises(BadInput, match="somebody else has signed this test meanwhile"):
        record.signing.sign(signed.test_id, therapist, comment="Samtidig.", reason="x")
    assert record.signing.signatures(signed.test_id) == [signed]


def test_a_corrected_weight_gives_a_new_result_and_leaves_the_run(
    record: Record, therapist: User, signed: Signature
) -> None:
    before = record.tests.get(signed.test_id)
    heavier = msgspec.structs.replace(before.run.subject, weight_kg=102.5)
    record.signing.sign(
        signed.test_id, therapist, reason="Vekten var feil.", corrected=(heavier, assessment_of(28.0)), seen=1
    )
    after = record.tests.get(signed.test_id)
    assert after.run == msgspec.structs.replace(before.run, subject=heavier)
    assert after.assessment == assessment_of(28.0)
    assert record.tests.results(signed.test_id) == [assessment_of(), assessment_of(28.0)]
    assert record.tests.events(signed.test_id) == events_of(3)
    assert problems(record.database) == []


def test_a_later_amendment_keeps_the_correction(record: Record, therapist: User, signed: Signature) -> None:
    subject = msgspec.structs.replace(run_of().subject, weight_kg=102.5)
    record.signing.sign(signed.test_id, therapist, reason="Vekt.", corrected=(subject, assessment_of(28.0)), seen=1)
    record.signing.sign(signed.test_id, therapist, comment="Mer.", reason="Glemt.", seen=2)
    stored = record.tests.get(signed.test_id)
    assert (stored.run.subject, stored.result_number) == (subject, 2)


def test_a_correction_before_the_first_signature_needs_a_reason_too(
    record: Record, test_id: str, therapist: User
) -> None:
    corrected = (run_of().subject, assessment_of(28.0))
    with pytest.raises(BadInput, match="write the reason"):
        record.signing.sign(test_id, therapist, corrected=corrected)
    assert record.signing.sign(test_id, therapist, reason="Vekt.", corrected=corrected).result_number == 2


# --- symptoms that were told of afterwards ---


def a_symptom_told_of_afterwards_stands_until_it_is_taken_back(record: Record, therapist: User) -> None:
    person = record.people.add(family_name="Dal", sex=Sex.FEMALE)
    run = msgspec.structs.replace(run_of(f"run-{person.id}"), reason=None)
    test_id = record.tests.save(person.id, run, assessment_of(), events_of(3)).id
    steps = ((None, ()), (["dizzy"], ("dizzy",)), (None, ("dizzy",)), ([], ()))
    for seen, (told, expected) in enumerate(steps):
        record.signing.sign(test_id, therapist, reason="Fortalt på telefon.", symptoms=told, seen=seen)
        stored = record.tests.get(test_id)
        assert stored.signature is not None
        assert (stored.signature.symptoms, stored.run.symptoms_told) == (expected, expected)
        assert record.tests.had_symptom(test_id) is bool(expected)
    assert [one.symptoms for one in record.signing.signatures(test_id)] == [(), ("dizzy",), ("dizzy",), ()]
    assert problems(record.database) == []


def a_symptom_taken_out_by_hand_is_told(record: Record, therapist: User) -> None:
    person = record.people.add(family_name="Dal", sex=Sex.FEMALE)
    test_id = record.tests.save(person.id, run_of(f"run-{person.id}"), assessment_of(), events_of(3)).id
    record.signing.sign(test_id, therapist, symptoms=["dizzy"])
    with record.database.writing() as connection:
        connection.execute(update(SIGNATURE).where(SIGNATURE.c.test_id == test_id).values(symptoms_json=None))
        told = [cause for cause in signature_problems(connection, "record") if cause.values.get("test") == test_id]
        assert [cause.code for cause in told] == ["verify_signature"]


FACTS_OF_SYMPTOMS = (
    a_symptom_told_of_afterwards_stands_until_it_is_taken_back,
    a_symptom_taken_out_by_hand_is_told,
)


@pytest.mark.parametrize("fact", FACTS_OF_SYMPTOMS, ids=lambda fact: fact.__name__)
def test_a_symptom_told_of_afterwards(fact: Callable[[Record, User], None], record: Record, therapist: User) -> None:
    fact(record, therapist)


@pytest.mark.parametrize(
    ("module", "old", "new", "fact"),
    [
        (kept_tests, "run = msgspec.structs.replace(run, symptoms_told=signature.symptoms)", "pass",
         a_symptom_told_of_afterwards_stands_until_it_is_taken_back),
        (kept_tests, 'head.marks, row["symptoms_json"] or', "head.marks, '' and",
         a_symptom_told_of_afterwards_stands_until_it_is_taken_back),
        (signing, 'None if last is None else last["symptoms_json"]', "None",
         a_symptom_told_of_afterwards_stands_until_it_is_taken_back),
        (signing, 'if signature["symptoms_json"] is not None:', "if False:", a_symptom_taken_out_by_hand_is_told),
    ],
)  # fmt: skip
def test_the_facts_of_symptoms_fail_on_a_planted_fault(
    module: ModuleType,
    old: str,
    new: str,
    fact: Callable[[Record, User], None],
    tmp_path: Path,
) -> None:
    def holds() -> None:
        use_fast_keys()
        with open_record(tmp_path / f"{next(_NUMBERS)}.record", PASSPHRASE) as record:
            record.users.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
            record.users.add("sjef", "Sjefen", Role.ADMINISTRATOR)
            fact(record, record.users.add("kari", "Kari Berg", Role.THERAPIST, "gå tur i skogen")[0])

    fails_with(module, old, new, holds)


# --- newer algorithms ---


def test_a_newer_result_stands_beside_the_signed_one(record: Record, therapist: User, signed: Signature) -> None:
    record.tests.add_result(signed.test_id, assessment_of(35.0, "2"))
    stored = record.tests.get(signed.test_id)
    assert (stored.assessment, stored.result_number, stored.newest_result) == (assessment_of(), 1, 2)
    assert record.tests.summaries()[0].vo2max_ml_kg_min == 31.25
    amended = record.signing.sign(signed.test_id, therapist, reason="Ny beregning.", result_number=2, seen=1)
    assert amended.result_number == 2
    assert record.tests.get(signed.test_id).assessment == assessment_of(35.0, "2")


def test_a_newer_result_of_an_unsigned_test_counts(record: Record, test_id: str, therapist: User) -> None:
    record.tests.add_result(test_id, assessment_of(35.0, "2"))
    assert record.tests.get(test_id).result_number == 2
    assert record.signing.sign(test_id, therapist).result_number == 2


def test_a_result_that_is_not_there_cannot_be_signed(record: Record, test_id: str, therapist: User) -> None:
    with pytest.raises(RecordError, match="no such result"):
        record.signing.sign(test_id, therapist, result_number=7)


# --- changed by hand ---


CHANGES_BY_HAND = (
    "UPDATE test SET run_json = replace(run_json, '4.79', '5.79')",
    "UPDATE test SET started_at = '2020-01-01T10:00:00+01:00'",
    "UPDATE test SET subject_json = replace(subject_json, '92.5', '82.5')",
    "UPDATE test SET outcome = 'completed'",
    "UPDATE result SET assessment_json = replace(assessment_json, '31.25', '41.25')",
    "UPDATE signature SET comment = 'Alt i orden'",
    "UPDATE signature SET user_name = 'En Annen'",
    "UPDATE signature SET signed_at = '2020-01-01T00:00:00.000+00:00'",
    "UPDATE signature SET content_sha256 = 'x'",
    "DELETE FROM result",
)


def test_a_signed_test_changed_by_hand_is_told(record: Record, signed: Signature) -> None:
    assert problems(record.database) == []
    for statement in CHANGES_BY_HAND:
        with undone(record) as connection:
            assert connection.execute(text(statement)).rowcount == 1
            found = [english(cause) for cause in signature_problems(connection, "r")]
        assert [sentence for sentence in found if sentence.startswith("r: test run-1: signature 1")], statement
    assert problems(record.database) == []


def test_a_signature_taken_out_by_hand_is_told(record: Record, signed: Signature) -> None:
    with record.database.writing() as connection:
        connection.execute(delete(SIGNATURE))
    assert sentences(record) == ["test run-1: signature 1 is in the audit log, but is gone from the record"]


def test_a_log_written_anew_does_not_fit_the_signatures(record: Record, signed: Signature) -> None:
    """Somebody who cuts the log's tail, its head with it, is told by the signature's own anchor."""
    with record.database.writing() as connection:
        first = connection.execute(text("SELECT sha256 FROM audit WHERE seq = 1")).scalar()
        connection.execute(delete(AUDIT).where(AUDIT.c.seq > 1))
        connection.execute(update(AUDIT_HEAD).values(seq=1, sha256=first))
    found = sentences(record)
    assert any("was made on another audit log than this one" in sentence for sentence in found)


def test_signing_and_amending_are_told(record: Record, therapist: User, signed: Signature) -> None:
    record.signing.sign(signed.test_id, therapist, reason="Skrivefeil.", seen=1)
    rows = [row for row in record.audit.newest()[::-1] if row.test_id == signed.test_id]
    assert [row.action for row in rows] == [Action.TEST_KEPT, Action.TEST_SIGNED, Action.TEST_AMENDED]
    assert [row.detail["number"] for row in rows[1:]] == [1, 2]


LONG_AGO = "2000-01-01T00:00:00.000+00:00"


def waiting(record: Record, since: str = LONG_AGO) -> list[str]:
    return [one.test_id for one in record.signing.not_handed_over(since)]


def test_a_signed_test_waits_until_it_is_handed_over_and_an_amended_one_waits_again(
    record: Record, test_id: str, therapist: User
) -> None:
    assert waiting(record) == [], "nobody stands for it yet"
    signed = record.signing.sign(test_id, therapist)
    (one,) = record.signing.not_handed_over(LONG_AGO)
    assert (one.test_id, one.signed_at, one.signed_by) == (test_id, signed.signed_at, "Kari Berg")
    record.audit.note(Action.REPORT_SAVED, one.person_id, test_id)
    assert waiting(record) == [test_id], "a PDF somewhere is no hand-over"
    record.audit.note(Action.TEST_HANDED_OVER, one.person_id, test_id)
    assert waiting(record) == []
    record.signing.sign(test_id, therapist, reason="skrivefeil", seen=1)
    assert waiting(record) == [test_id]
    assert waiting(record, "9999") == [], "what was signed longer ago is no matter of today"


def test_what_was_handed_over_before_it_was_signed_and_what_another_test_was_count_for_nothing(
    record: Record, test_id: str, therapist: User
) -> None:
    person_id = record.tests.get(test_id).person_id
    record.audit.note(Action.TEST_HANDED_OVER, person_id, test_id)  # as a draft
    other = record.tests.save(person_id, run_of("second"), assessment_of(), events_of(3)).id
    record.signing.sign(test_id, therapist)
    record.signing.sign(other, therapist)
    record.audit.note(Action.TEST_HANDED_OVER, person_id, other)
    assert waiting(record) == [test_id]


def test_a_demonstration_waits_for_no_journal(record: Record, therapist: User) -> None:
    person = record.people.add(family_name="Demo", sex=Sex.FEMALE, demo=True)
    shown = run_of("shown", treadmill="emulated")
    record.tests.save(person.id, shown, assessment_of(), events_of(3))
    record.signing.sign("shown", therapist)
    assert waiting(record) == []

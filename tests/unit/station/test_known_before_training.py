"""What talk, test and session say against hard training is at hand before any; a demonstration says nothing."""

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from argon2 import PasswordHasher

from tests.fast_keys import use_fast_keys
from tests.mutants import fails_with
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of, session_of
from tests.unit.run.builders import SUBJECT
from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.exchange import training as exchanged
from teststation.physiology.result import Change
from teststation.ports import Setpoint
from teststation.records import database
from teststation.records.access.user import Role
from teststation.records.database import Record, open_record
from teststation.records.people.person import Person
from teststation.records.tests import sessions
from teststation.records.training import notes
from teststation.run.record import TALK_POSTPONES, Mark
from teststation.subject import Sex
from teststation.texts import texts
from teststation.training.diary import Entry, Overview
from teststation.training.interview import Answer, Interview, own_form
from teststation.training.plan import make_plan
from teststation.training.session import start
from ui.station import interval_session, training
from ui.station.interval_session import propose_session

TODAY = datetime.now().astimezone().date()
BELT, STRAP = "woodway:COM3", "ble:Polar"


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    use_fast_keys()
    with open_record(tmp_path / "klinikk.record", PASSPHRASE) as opened:
        yield opened


def somebody(record: Record) -> Person:
    return record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE, born="1980-02-01")


def a_test(
    record: Record,
    person: Person,
    day: str,
    *,
    treadmill: str = BELT,
    noted: str = "",
    beta: bool = False,
    **answered: str,
) -> None:
    run = run_of(f"t{day}", f"{day}T10:00:00+01:00", treadmill=treadmill)
    run = msgspec.structs.replace(
        run, heart_rate=STRAP, marks=(Mark(100.0, "symptom", noted),) if noted else (), reason=None,
        subject=msgspec.structs.replace(run.subject, beta_blocker=beta),
    )  # fmt: skip
    rise = Change("", "2026-01-01T10:00:00+01:00", 9.0, 1.0, 8.0, 10.0, "real")
    found = msgspec.structs.replace(assessment_of(), change=rise if treadmill != BELT else None)
    record.tests.save(person.id, run, found, events_of(3, **answered))


def hard_training_waits_where_the_talk_says_so(record: Record) -> None:
    person = somebody(record)

    def proposed(protocol: str) -> interval_session.Proposal:
        return propose_session(record, person.id, SUBJECT, protocol, TODAY.isoformat(), demo=False)

    for said, waits in (("no", False), ("yes", True)):
        answers = {"postponed": Answer(chosen=(said,)), "pain_injury_pregnancy": Answer(chosen=("yes",), text="uke 20")}
        record.training.add(person.id, Interview(TODAY.isoformat(), own_form().text, answers))
        assert proposed("4x4").start.barred is waits, said
        told = training.talk_words(record, person.id, texts("en"))
        assert told is not None
        assert "pregnancy" in told[1][0]
        assert "uke 20" in told[1][0]
    assert proposed("4x4").start.cause == Cause("session_postponed")
    with pytest.raises(BadInput):
        proposed("4x4").plan(Setpoint(5.0, 8.0))
    assert proposed("4x4").plan(Setpoint(5.0, 8.0), cleared=True).bouts
    assert not proposed("steady-20").start.barred, "a walk is no hard training"


def hard_training_waits_in_pregnancy_too(record: Record) -> None:
    person = somebody(record)
    assert exchanged.why_it_waits(record, person.id) == ""
    for day, said, waits in (("2026-01-10", "yes: uke 20", True), ("2026-10-10", "no", False)):
        a_test(record, person, day, screening_pregnant=said)
        start = propose_session(record, person.id, SUBJECT, "4x4", TODAY.isoformat(), demo=False).start
        assert start.barred is waits, said
        assert (start.cause == Cause("session_pregnant")) is waits
        walk = propose_session(record, person.id, SUBJECT, "steady-20", TODAY.isoformat(), demo=False).start
        assert not walk.barred, "a walk is no hard training"
        assert (exchanged.why_it_waits(record, person.id) == "pregnant") is waits
        assert training.needs_a_yes(record, person.id) is waits


def what_the_talk_said_before_a_test_may_have_been_answered_since(record: Record) -> None:
    person = somebody(record)
    a_test(record, person, "2026-01-10", **TALK_POSTPONES)
    start = propose_session(record, person.id, SUBJECT, "4x4", TODAY.isoformat(), demo=False).start
    assert not start.barred
    assert start.cause != Cause("advice_waits_talk")
    assert exchanged.why_it_waits(record, person.id) == ""
    assert not training.needs_a_yes(record, person.id)


def a_set_to_failure_wants_a_yes_after_a_symptom(record: Record) -> None:
    person = somebody(record)
    assert not training.needs_a_yes(record, person.id)
    a_test(record, person, "2026-01-10", noted="Svimmel")
    assert training.needs_a_yes(record, person.id)
    a_test(record, person, "2026-04-10")
    assert not training.needs_a_yes(record, person.id)
    run = msgspec.structs.replace(run_of("s", "2026-04-20T10:00:00+02:00", BELT), reason=Cause("stop_chest_pain"))
    record.sessions.save(person.id, run, session_of(171.0), events_of(3))
    assert training.needs_a_yes(record, person.id)


def a_symptom_told_of_afterwards_bars_as_one_that_was_noted(record: Record) -> None:
    """Sessions, a group, the plan, strength and the next date."""
    person = somebody(record)
    record.users.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    record.users.add("sjef", "Sjefen", Role.ADMINISTRATOR)
    kari = record.users.add("kari", "Kari Berg", Role.THERAPIST, "gå tur i skogen")[0]

    def barred() -> tuple[bool, str, bool, bool]:
        start = propose_session(record, person.id, SUBJECT, "4x4", TODAY.isoformat(), demo=False).start
        waits = exchanged.why_it_waits(record, person.id)
        newest = record.tests.summaries(person.id)[0].id
        return start.barred, waits, training.needs_a_yes(record, person.id), record.tests.had_symptom(newest)

    a_test(record, person, "2026-01-10")
    assert barred() == (False, "", False, False)
    record.signing.sign("t2026-01-10", kari, symptoms=["chest_pain"])
    assert barred() == (True, "symptom", True, True)
    run = msgspec.structs.replace(run_of("s", "2026-01-20T10:00:00+01:00", BELT), reason=None)
    record.sessions.save(person.id, run, session_of(171.0), events_of(3))
    a_test(record, person, "2026-01-15")
    assert barred() == (False, "", False, False)
    record.signing.sign("s", kari, symptoms=["dizzy"])
    assert barred() == (True, "symptom", True, False), "of a session, too"


def a_symptom_in_the_diary_bars_as_one_that_was_told_of_a_session(record: Record) -> None:
    """From when it was told, until a session was held since then, or it is taken back."""
    person = somebody(record)

    def barred() -> tuple[bool, str, bool]:
        start = propose_session(record, person.id, SUBJECT, "4x4", TODAY.isoformat(), demo=False).start
        return start.barred, exchanged.why_it_waits(record, person.id), training.needs_a_yes(record, person.id)

    told = Entry(day="2026-01-05", kind="walk", symptoms=("chest_pain",))
    (note,) = record.training.add(person.id, told)
    assert barred() == (True, "symptom", True), "who was never tested, too"
    a_test(record, person, "2026-01-10")
    assert barred() == (True, "symptom", True), "it was told after that test, whatever day it was of"
    assert exchanged.diary_rows([note])[0]["symptoms"] == "chest_pain"
    record.training.withdraw(note, "an error")
    assert barred() == (False, "", False)
    (note,) = record.training.add(person.id, told)
    now = datetime.fromisoformat(note.written_at) + timedelta(milliseconds=1)
    run = msgspec.structs.replace(run_of("s", now.isoformat(), BELT), reason=None)
    record.sessions.save(person.id, run, session_of(171.0), events_of(3))
    assert barred() == (False, "", False), "somebody has answered, and a session was held"
    time.sleep(0.003)  # what is written now is written after that session
    record.training.change(note, msgspec.structs.replace(told, comment="bedre nå"))
    assert barred() == (False, "", False), "nothing new was told"
    (note,) = record.training.of_person(person.id, Entry)
    record.training.change(note, msgspec.structs.replace(told, symptoms=("chest_pain", "dizzy")))
    assert barred() == (True, "symptom", True), "one more was told, and nobody has answered for it"


def a_demonstration_hides_nothing_that_a_test_knew(record: Record) -> None:
    person = somebody(record)
    a_test(record, person, "2026-01-10", beta=True)
    a_test(record, person, "2026-04-10", treadmill="emulated:trackmaster")
    assert training.needs_a_yes(record, person.id)


def nobodys_training_is_told_by_a_demonstration(record: Record) -> None:
    person = somebody(record)
    plan = make_plan(datetime.fromisoformat("2026-02-02").date(), (1, 3), "4x4", weeks=8)
    a_test(record, person, "2026-04-10", treadmill="emulated:trackmaster")
    assert exchanged.effect_on(record, person.id, plan, Overview((), ())) is None
    a_test(record, person, "2026-04-11")
    found = exchanged.effect_on(record, person.id, plan, Overview((), ()))
    assert found is not None
    assert found.wording == "none"


FACTS = (
    hard_training_waits_where_the_talk_says_so,
    hard_training_waits_in_pregnancy_too,
    what_the_talk_said_before_a_test_may_have_been_answered_since,
    a_set_to_failure_wants_a_yes_after_a_symptom,
    a_symptom_told_of_afterwards_bars_as_one_that_was_noted,
    a_symptom_in_the_diary_bars_as_one_that_was_told_of_a_session,
    a_demonstration_hides_nothing_that_a_test_knew,
    nobodys_training_is_told_by_a_demonstration,
)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_before_training(fact: Callable[[Record], None], record: Record) -> None:
    fact(record)


@pytest.mark.parametrize(
    ("module", "old", "new", "fact"),
    [
        (start, "if waits and is_intervals(band):", "if False:", hard_training_waits_where_the_talk_says_so),
        (start, "if waits and is_intervals(band):", "if waits:", hard_training_waits_where_the_talk_says_so),
        (database, "{**asked, **", "{**", hard_training_waits_in_pregnancy_too),
        (database, "if name not in TALK_POSTPONES}", "}",
         what_the_talk_said_before_a_test_may_have_been_answered_since),
        (exchanged, 'return "postponed" if waits == TALK else waits', 'return ""',
         hard_training_waits_in_pregnancy_too),
        (training, "if record.hard_training_waits(", "if False and record.hard_training_waits(",
         hard_training_waits_in_pregnancy_too),
        (sessions, "symptoms_told=signature.symptoms", "symptoms_told=()",
         a_symptom_told_of_afterwards_bars_as_one_that_was_noted),
        (training, "if any(symptoms_of(run)", "if any(False and symptoms_of(run)",
         a_set_to_failure_wants_a_yes_after_a_symptom),
        (exchanged, "if symptom or record.training.symptom_told_since(person_id, last):", "if symptom:",
         a_symptom_in_the_diary_bars_as_one_that_was_told_of_a_session),
        (training, "if record.training.symptom_told_since(person_id, held):", "if False:",
         a_symptom_in_the_diary_bars_as_one_that_was_told_of_a_session),
        (interval_session, "after_symptom=told or ", "after_symptom=",
         a_symptom_in_the_diary_bars_as_one_that_was_told_of_a_session),
        (notes, "new = set(one.value.symptoms) - known", "new = set(one.value.symptoms)",
         a_symptom_in_the_diary_bars_as_one_that_was_told_of_a_session),
        (training, "if demo or not stored.run.demo", "if True", a_demonstration_hides_nothing_that_a_test_knew),
        (exchanged, "if demo or not stored.run.demo", "if True", nobodys_training_is_told_by_a_demonstration),
    ],
)  # fmt: skip
def test_before_training_fails_on_a_planted_fault(
    module: ModuleType, old: str, new: str, fact: Callable[[Record], None], tmp_path: Path
) -> None:
    names = itertools.count()

    def once() -> None:
        with open_record(tmp_path / f"{next(names)}.record", PASSPHRASE) as record:
            fact(record)

    use_fast_keys()
    fails_with(module, old, new, once)

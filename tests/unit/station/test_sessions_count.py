"""Whoever begins a test, window or command line: what interval sessions said of the person's HRmax counts."""

import itertools
import types
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from drivers import heart_rate_client, treadmill_client
from tests.mutants import fails_with
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of, session_of
from tests.unit.run.builders import SUBJECT
from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.ports import Setpoint
from teststation.protocol.load import find, load_plan
from teststation.records.database import Record, open_record
from teststation.records.people.person import Person
from teststation.records.tests import sessions as kept_sessions
from teststation.run import controller as run_controller
from teststation.run import events as ev
from teststation.run.record import Mark, why_hard_training_waits
from teststation.subject import Sex, Subject
from teststation.training.interview import Answer, Interview, own_form
from teststation.training.session import start
from ui.station import interval_session as module_of_sessions
from ui.station import station as module
from ui.station.settings import Settings
from ui.station.station import Setup, Station


class _Prepared(Exception):
    """What the run would have begun with."""


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "klinikk.record", PASSPHRASE) as opened:
        yield opened


def trained(record: Record, days_ago: int = 10) -> Person:
    """Somebody whose hard session held 171."""
    person = record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE)
    on = (datetime.now().astimezone() - timedelta(days=days_ago)).isoformat(timespec="seconds")
    run = run_of("a-session", on)
    run = msgspec.structs.replace(run, plan=msgspec.structs.replace(run.plan, id="4x4"), treadmill="woodway:COM3")
    record.sessions.save(person.id, run, session_of(171.0), events_of(3))
    return person


def prepared(record: Record, person: Person, subject: Subject, monkeypatch: pytest.MonkeyPatch) -> ev.RunPrepared:
    """The first event of a test of this person, on devices that are never opened."""

    def controller(first: ev.RunPrepared, *_: object, **__: object) -> None:
        raise _Prepared(first)

    monkeypatch.setattr(run_controller, "Controller", controller)
    monkeypatch.setattr(treadmill_client, "TreadmillClient", _nothing)
    monkeypatch.setattr(heart_rate_client, "HeartRateClient", _nothing)
    setup = Setup(load_plan(*find("submax-13"), "normal"), subject, "manual", "ble:Polar", person.id)
    with pytest.raises(_Prepared) as caught:
        Station(record, Settings()).prepare(setup)
    (first,) = caught.value.args
    return first


def _nothing(*_: object, **__: object) -> types.SimpleNamespace:
    return types.SimpleNamespace(close=lambda: None)


def what_cannot_be_prepared_whole_leaves_no_driver_and_no_journal(record: Record, patch: pytest.MonkeyPatch) -> None:
    """A disk that was full just then: behind a driver that stays, its port would be taken by another program."""
    left: list[str] = []

    def begun(kind: str) -> Callable[..., types.SimpleNamespace]:
        left.append(kind)
        return lambda *_, **__: types.SimpleNamespace(close=lambda: left.remove(kind))

    with patch.context() as made:
        made.setattr(treadmill_client, "TreadmillClient", begun("treadmill"))
        made.setattr(heart_rate_client, "HeartRateClient", begun("strap"))
        made.setattr(run_controller, "Controller", refuses)
        person = record.people.add(family_name="Li", given_name="Per", sex=Sex.MALE)
        setup = Setup(load_plan(*find("submax-13"), "normal"), SUBJECT, "manual", "ble:Polar", person.id)
        with pytest.raises(RecordError):
            Station(record, Settings()).prepare(setup)
    assert left == []
    assert record.journals() == []


def refuses(*_: object, **__: object) -> None:
    raise RecordError("no space left on the disk")


def test_what_cannot_be_prepared_whole_leaves_no_driver_and_no_journal(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    what_cannot_be_prepared_whole_leaves_no_driver_and_no_journal(record, monkeypatch)


@pytest.mark.parametrize("kept", ["monitor.close", "devices.treadmill.close", "self._forget, first.run_id"])
def test_what_stays_of_one_is_found(record: Record, monkeypatch: pytest.MonkeyPatch, kept: str) -> None:
    fails_with(
        module, f"            undo.callback({kept})\n", "",
        lambda: what_cannot_be_prepared_whole_leaves_no_driver_and_no_journal(record, monkeypatch),
    )  # fmt: skip


def test_a_test_knows_what_a_session_said_of_hr_max(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    person = trained(record)
    first = prepared(record, person, SUBJECT, monkeypatch)
    assert first.subject.hr_max_intervals_bpm == 171.0
    assert first.subject.hr_max_intervals_on is not None
    assert msgspec.structs.replace(first.subject, hr_max_intervals_bpm=None, hr_max_intervals_on=None) == SUBJECT
    higher = msgspec.structs.replace(SUBJECT, hr_max_intervals_bpm=180.0)
    assert prepared(record, person, higher, monkeypatch).subject == higher, (
        "what somebody typed stands where it is higher"
    )


def test_an_old_session_and_anothers_count_for_nothing(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    assert prepared(record, trained(record, 100), SUBJECT, monkeypatch).subject == SUBJECT
    other = record.people.add(family_name="Li", given_name="Per", sex=Sex.MALE)
    assert prepared(record, other, SUBJECT, monkeypatch).subject == SUBJECT


def the_talks_word_goes_along_with_the_run(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    for said, why in (("no", ""), ("yes", "talk")):
        person = record.people.add(family_name="Li", given_name=said, sex=Sex.MALE)
        talk = Interview("2026-03-01", own_form().text, {"postponed": Answer(chosen=(said,))})
        record.training.add(person.id, talk)
        first = prepared(record, person, SUBJECT, monkeypatch)
        assert why_hard_training_waits(first.conditions) == why
    assert why_hard_training_waits({"screening_pregnant": "no"}) == ""
    assert why_hard_training_waits({"screening_pregnant": "yes: uke 20"}) == "pregnant"


def test_the_talks_word_goes_along_with_the_run(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    the_talks_word_goes_along_with_the_run(record, monkeypatch)


def test_the_fact_fails_where_the_talk_is_not_asked(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(
        module,
        "self.record.training.postpones(setup.person_id) else {}",
        "False else {}",
        lambda: the_talks_word_goes_along_with_the_run(record, monkeypatch),
    )


def test_the_fact_fails_where_the_window_asks_for_itself(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(
        module,
        "subject = self.known(setup.person_id, setup.subject, demo=demo)",
        "subject = setup.subject",
        lambda: _once_more(record, monkeypatch),
    )


def _once_more(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    person = next(iter(record.people.all()), None) or trained(record)
    assert prepared(record, person, SUBJECT, monkeypatch).subject.hr_max_intervals_bpm == 171.0


# --- after a session with a symptom ---


def session(
    record: Record,
    person: Person,
    protocol: str,
    days_ago: int,
    reason: str = "",
    noted: str = "",
    *,
    demo: bool = False,
) -> None:
    on = (datetime.now().astimezone() - timedelta(days=days_ago)).isoformat(timespec="seconds")
    run = run_of(f"{person.id}-{days_ago}", on)
    run = msgspec.structs.replace(
        run, plan=msgspec.structs.replace(run.plan, id=protocol), treadmill="emulated" if demo else "woodway:COM3",
        reason=Cause(reason) if reason else None, marks=(Mark(100.0, "symptom", noted),) if noted else (),
    )  # fmt: skip
    record.sessions.save(person.id, run, session_of(171.0), events_of(3))


def barred(record: Record, person: Person, protocol: str = "4x4", *, demo: bool = False) -> bool:
    today = datetime.now().astimezone().date().isoformat()
    proposal = module_of_sessions.propose_session(record, person.id, SUBJECT, protocol, today, demo=demo)
    if proposal.start.barred:
        assert proposal.start.loads is None
        with pytest.raises(BadInput) as refused:
            proposal.plan(Setpoint(5.0, 8.0))
        assert refused.value.causes == (Cause("session_after_symptom"),)
        assert proposal.plan(Setpoint(5.0, 8.0), cleared=True).id == protocol
    return proposal.start.barred


def a_symptom_bars_the_next_session(record: Record) -> None:
    for number, (reason, noted) in enumerate([("stop_chest_pain", ""), ("stop_dizzy", ""), ("", "Svimmel i drag 2")]):
        person = record.people.add(family_name=f"Dal {number}", given_name="Eva", sex=Sex.FEMALE)
        session(record, person, "4x4", 30)
        assert not barred(record, person)
        session(record, person, "4x4", 10, reason, noted)
        assert barred(record, person)
        assert barred(record, person, "3x4"), "another protocol is no way round it"
        session(record, person, "3x4", 5)
        assert not barred(record, person), "somebody has answered for it, and it went well"


def test_a_symptom_bars_the_next_session_of_whatever_protocol_until_somebody_answers(record: Record) -> None:
    a_symptom_bars_the_next_session(record)


def test_a_symptom_in_a_demonstration_bars_demonstrations_alone(record: Record) -> None:
    person = record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE)
    session(record, person, "4x4", 10, "stop_chest_pain", demo=True)
    assert not barred(record, person)
    assert barred(record, person, demo=True)


@pytest.mark.parametrize(
    ("where", "old", "new"),
    [
        (
            module_of_sessions,
            "after_symptom=told or (newest is not None and bool(symptoms_of(newest.run)))",
            "after_symptom=told",
        ),
        (start, "if after_symptom or (last_test", "if (last_test"),
        (kept_sessions, "TEST.c.started_utc.desc(), TEST.c.id.desc()", "TEST.c.started_utc, TEST.c.id"),
    ],
)
def test_a_symptom_fails_on_a_planted_fault(where: types.ModuleType, old: str, new: str, tmp_path: Path) -> None:
    names = itertools.count()

    def fact() -> None:
        with open_record(tmp_path / f"{next(names)}.record", PASSPHRASE) as record:
            a_symptom_bars_the_next_session(record)

    fails_with(where, old, new, fact)


# --- what the next session starts from ---


def proposed(record: Record, person: Person, *, demo: bool = False) -> start.Start:
    today = datetime.now().astimezone().date().isoformat()
    return module_of_sessions.propose_session(record, person.id, SUBJECT, "4x4", today, demo=demo).start


def a_test(record: Record, person: Person, days_ago: int, treadmill: str = "woodway:COM3") -> None:
    on = (datetime.now().astimezone() - timedelta(days=days_ago)).isoformat(timespec="seconds")
    run = msgspec.structs.replace(run_of(f"{person.id}-t{days_ago}", on), treadmill=treadmill)
    record.tests.save(person.id, run, assessment_of(), events_of(3))


def test_a_test_of_the_other_kind_is_said_to_be_one(record: Record) -> None:
    person = record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE)
    assert proposed(record, person).cause == Cause("session_no_test")
    a_test(record, person, 40)
    assert proposed(record, person, demo=True).cause == Cause("session_no_test_demo")
    assert proposed(record, person).cause != Cause("session_no_test")
    other = record.people.add(family_name="Li", given_name="Per", sex=Sex.MALE)
    a_test(record, other, 40, "emulated")
    assert proposed(record, other).cause == Cause("session_no_test_real")
    assert proposed(record, other, demo=True).cause != Cause("session_no_test_demo")


def test_a_session_of_before_the_newest_test_counts_for_three_weeks(record: Record) -> None:
    person = record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE)
    session(record, person, "4x4", 60)
    assert proposed(record, person).cause == Cause("session_from_old", {"weeks": 8})
    a_test(record, person, 40)
    assert proposed(record, person).cause.code not in {"session_from_old", "session_from_last"}
    session(record, person, "4x4", 3)
    a_test(record, person, 1)
    assert proposed(record, person).cause == Cause("session_from_last")

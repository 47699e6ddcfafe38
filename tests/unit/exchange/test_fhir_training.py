"""The plan as a CarePlan and a kept session as Observations: what the record says, valid for others' readers."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.mutants import fails_with
from tests.sample_tests import sample
from tests.unit.exchange.test_fhir import coded, of
from tests.unit.records.builders import events_of
from tests.unit.report.test_report import text_of
from tests.unit.report.test_training_pages import whose
from tests.unit.training.session.builders import walked
from teststation import output
from teststation.cause import Cause
from teststation.exchange import fhir_training
from teststation.exchange.export import export_record
from teststation.exchange.fhir import bundle_of
from teststation.exchange.fhir_training import Trained
from teststation.exchange.sessions import session_rows
from teststation.exchange.training import training_object, why_it_waits
from teststation.output import session_object
from teststation.records.access.user import Role
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredSession
from teststation.report.training_pages import DiaryPage, diary_pdf
from teststation.run.record import Outcome
from teststation.subject import Gait, Sex
from teststation.training.diary import Attendance, Entry, overview
from teststation.training.interview import Answer, Interview, own_form
from teststation.training.plan import end_plan, make_plan
from teststation.training.session.analysis import analyse
from teststation.training.session.result import NextLoad
from teststation.training.together import NO_BELT
from ui.commands import session

STARTS = date(2026, 3, 2)
NEXT = NextLoad(5.0, 8.0, Gait.WALK, Cause("next_same"))


def kept(record: Record, person: Person, run_id: str = "s1", **changed: Any) -> StoredSession:
    run, readings = walked(until_s=1000.0)
    told_of: dict[str, Any] = {"started_at": "2026-03-02T10:00:00+01:00", "treadmill": "woodway:COM3"}
    run = msgspec.structs.replace(run, id=run_id, heart_rate="ble:X", **{**told_of, **changed})
    return record.sessions.save(person.id, run, analyse(run, readings), events_of(3))


def told(record: Record, person: Person, today: date = date(2026, 3, 10)) -> Trained:
    sessions = record.sessions.history(person.id)
    (plan,) = record.training.add(person.id, make_plan(STARTS, (1, 3, 5), "4x4", weeks=8))
    record.training.add(person.id, Entry("2026-03-04", attendance=Attendance.EXCUSED, reason="ill"))
    return Trained(sessions, plan, record.diary(person.id), today)


def parts(resource: Any) -> dict[str, Any]:
    return {part["code"]["text"]: part for part in resource["component"]}


def test_a_session_is_what_the_record_says_of_it(record: Record, person: Person) -> None:
    stored = kept(record, person)
    found = bundle_of(person, [], {}, trained=Trained([stored]))
    Bundle.model_validate(found)
    (peak,) = coded(found, "8867-4")
    assert stored.result.peak is not None
    assert peak["valueQuantity"]["value"] == round(stored.result.peak.bpm)
    assert peak["effectiveDateTime"].startswith("2026-03-02T10:0")
    first = next(one for one in of(found, "Observation") if one["code"].get("text") == "Bout 1 of 4")
    bout, said = stored.result.bouts[0], parts(first)
    values = {name: part["valueQuantity"]["value"] for name, part in said.items() if "valueQuantity" in part}
    assert values["Borg rating of perceived exertion (6 to 20)"] == bout.rpe
    assert values["Time in the heart-rate band"] == bout.in_band_s
    assert values["Fall of the heart rate in the minute after the bout"] == round(bout.fell_bpm or 0)
    whole = next(one for one in of(found, "Observation") if one["code"].get("text") == "Interval session, 4x4")
    assert parts(whole)["Time in the heart-rate band"]["valueQuantity"]["value"] == stored.result.in_band_s
    urls = {entry["fullUrl"] for entry in found["entry"]}
    assert len(whole["hasMember"]) == 1 + len(stored.result.bouts)
    assert {one["reference"] for one in whole["hasMember"]} <= urls
    assert {one["status"] for one in of(found, "Observation")} == {"preliminary"}, "nobody has signed it"
    assert of(found, "DiagnosticReport") == [], "a session is no test"


def test_a_signed_one_is_final_and_one_without_a_belt_has_none(record: Record, person: Person) -> None:
    kept(record, person)
    kari = record.users.add("per", "Per Berg", Role.ADMINISTRATOR, "gå tur i skogen")[0]
    record.signing.sign("s1", kari)
    stored = record.sessions.get("s1")
    found = bundle_of(person, [], {}, trained=Trained([stored]))
    assert {one["status"] for one in of(found, "Observation")} == {"final"}
    assert [one["name"][0]["text"] for one in of(found, "Practitioner")] == ["Per Berg"]
    free = msgspec.structs.replace(stored.run, treadmill=NO_BELT, belt=())
    alone = bundle_of(
        person, [], {}, trained=Trained([StoredSession("g", person.id, free, stored.result, {}, "", "1", "")])
    )
    Bundle.model_validate(alone)
    assert {one["type"]["text"] for one in of(alone, "Device")} == {"Heart rate monitor"}
    whole = next(one for one in of(alone, "Observation") if one["code"].get("text") == "Interval session, 4x4")
    assert "Distance" not in parts(whole)


def test_a_pulse_that_steers_nothing_gives_no_time_in_band_and_says_why(record: Record, person: Person) -> None:
    run, readings = walked(hr_max_bpm=None, until_s=700.0)
    result = analyse(run, readings)
    assert result.in_band_s is None
    stored = StoredSession("b", person.id, run, result, {}, "", "1", "")
    found = bundle_of(person, [], {}, trained=Trained([stored]))
    Bundle.model_validate(found)
    whole = next(one for one in of(found, "Observation") if one["code"].get("text") == "Interval session, 4x4")
    assert "Borg" in parts(whole)["Time in the heart-rate band"]["dataAbsentReason"]["text"]


def test_the_plan_tells_each_session_and_leads_to_what_was_walked(record: Record, person: Person) -> None:
    kept(record, person)
    trained = told(record, person)
    found = bundle_of(person, [], {}, trained=trained)
    Bundle.model_validate(found)
    (plan,) = of(found, "CarePlan")
    assert (plan["status"], plan["intent"], plan["period"]["start"]) == ("active", "plan", "2026-03-02")
    assert len(plan["activity"]) == 24
    assert [one["detail"]["status"] for one in plan["activity"][:5]] == [
        "stopped", "cancelled", "unknown", "unknown", "scheduled",
    ]  # fmt: skip
    (outcome,) = plan["activity"][0]["outcomeReference"]
    assert outcome["reference"] in {entry["fullUrl"] for entry in found["entry"]}
    assert "ill" not in json.dumps(plan["activity"]), "why somebody was away stays in the diary"
    assert bundle_of(person, [], {}, trained=trained) == found, "the same record gives the same bundle"


def test_a_plan_that_is_over_is_completed_and_one_that_was_ended_revoked(record: Record, person: Person) -> None:
    (plan,) = of(bundle_of(person, [], {}, trained=told(record, person, date(2026, 9, 1))), "CarePlan")
    assert plan["status"] == "completed"
    ended = end_plan(make_plan(STARTS, (1, 3), "4x4"), date(2026, 3, 20), "moved")
    (note,) = record.training.add(person.id, ended)
    (plan,) = of(bundle_of(person, [], {}, trained=Trained((), note, (), date(2026, 3, 21))), "CarePlan")
    assert (plan["status"], plan["period"]["end"]) == ("revoked", "2026-03-20")
    assert plan["activity"][-1]["detail"]["status"] == "cancelled"


def test_the_export_holds_it_also_of_who_has_a_plan_alone(record: Record, tmp_path: Path) -> None:
    alone = record.people.add(family_name="Plan", sex=Sex.MALE)
    record.training.add(alone.id, make_plan(STARTS, (1, 3, 5), "4x4"))
    export_record(record, tmp_path / "out", lambda _: b"", frozenset({"fhir"}))
    (path,) = (tmp_path / "out").rglob("fhir_bundle.json")
    assert len(of(json.loads(path.read_bytes()), "CarePlan")) == 1


def what_stopped_a_session_leaves_the_record_with_it(record: Record, person: Person) -> None:
    """FHIR, table, JSON and command line: which symptom and when, and no load for the next one."""
    stopped = {"outcome": Outcome.OPERATOR, "reason": Cause("stop_chest_pain"), "stages_ended_s": 1000.0}
    stored = kept(record, person, **stopped)
    result = msgspec.structs.replace(stored.result, next_load=NEXT)  # as earlier versions kept it
    step = replace(stored, result=result)
    found = bundle_of(person, [], {}, trained=Trained([stored]))
    Bundle.model_validate(found)
    whole = next(one for one in of(found, "Observation") if one["code"].get("text") == "Interval session, 4x4")
    words = "The session was stopped: chest discomfort (min 17)."
    assert [note["text"] for note in whole["note"]] == [words]
    assert words in whole["text"]["div"]
    (row,) = session_rows([stored])
    assert (row["reason"], row["symptoms"]) == ("chest discomfort", words)
    said = session_object(step.run, step.result)
    assert (said["symptoms"], said["next_load"]) == ([words], None)
    lines = " ".join(session.told(step))
    assert words in lines
    assert "before a doctor has answered" in lines
    assert "next time" not in lines


def a_plan_waits_where_a_doctor_is_asked_first(record: Record, person: Person) -> None:
    trained = told(record, person)
    page = DiaryPage(whose=whose(), overview=overview(trained.plan.value, (), trained.today), entries=())  # type: ignore[union-attr]

    def status() -> str:
        waits = why_it_waits(record, person.id)
        found = bundle_of(person, [], {}, trained=replace(trained, waits=waits))
        Bundle.model_validate(found)
        (plan,) = of(found, "CarePlan")
        assert ("note" in plan) is (plan["status"] == "on-hold")
        printed = text_of(diary_pdf(replace(page, waits=waits)))
        assert ("venter til" in printed or "legens avklaring" in printed) is (plan["status"] == "on-hold")
        assert (training_object(record, person.id, trained.today)["waits"] is None) is (plan["status"] == "active")
        return plan["status"]

    assert status() == "active"
    run = msgspec.structs.replace(sample()[0], id="late", started_at="2027-03-04T10:00:00+01:00")
    stopped = msgspec.structs.replace(run, reason=Cause("stop_dizzy"))
    record.tests.save(person.id, stopped, sample()[1], events_of(3))
    assert status() == "on-hold"
    kept(record, person, "after", started_at="2027-03-06T10:00:00+01:00")
    assert status() == "active", "held since then, and it went well"
    record.training.add(person.id, Interview("2027-03-01", own_form().text, {"postponed": Answer(chosen=("yes",))}))
    assert status() == "on-hold"


@pytest.mark.parametrize(
    "fact", [what_stopped_a_session_leaves_the_record_with_it, a_plan_waits_where_a_doctor_is_asked_first]
)
def test_after_a_symptom(fact: Callable[[Record, Person], None], record: Record, person: Person) -> None:
    fact(record, person)


@pytest.mark.parametrize(
    ("module", "old", "new", "fact"),
    [
        (output, "None if symptoms else found.next_load", "found.next_load",
         what_stopped_a_session_leaves_the_record_with_it),
        (session, "    if symptoms:\n", "    if False:\n", what_stopped_a_session_leaves_the_record_with_it),
        (fhir_training, 'if trained.waits and made["status"] == "active":', "if False:",
         a_plan_waits_where_a_doctor_is_asked_first),
    ],
)  # fmt: skip
def test_after_a_symptom_fails_on_a_planted_fault(
    module: ModuleType, old: str, new: str, fact: Callable[[Record, Person], None], record: Record, person: Person
) -> None:
    fails_with(module, old, new, lambda: fact(record, person))

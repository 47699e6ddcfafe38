"""The bundle: what the record says, under the right codes, valid for others' readers, and the same each time."""

import base64
import json
from typing import Any

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.sample_tests import sample
from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.cause import Cause
from teststation.device_names import device_name
from teststation.exchange.fhir import bundle_of
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.subject import Sex
from teststation.texts import LANGUAGES, texts

PDF = b"%PDF-1.4 report"


def of(bundle: Any, kind: str) -> list[Any]:
    """The bundle's resources of one kind."""
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def coded(bundle: Any, code: str) -> list[Any]:
    """Its observations under a LOINC code."""
    return [one for one in of(bundle, "Observation") if one["code"].get("coding", [{"code": ""}])[0]["code"] == code]


def test_a_bundle_is_valid_r4_and_says_what_the_record_says(record: Record, person: Person) -> None:
    tests = record.tests.history(person.id)
    found = bundle_of(person, tests, {tests[0].id: PDF})
    Bundle.model_validate(found)
    (patient,) = of(found, "Patient")
    assert patient["identifier"] == [
        {"use": "official", "system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "31129956715"}
    ]
    assert patient["name"][0] == {
        "use": "official", "text": "Klara Åse Hemmeligsen", "family": "Hemmeligsen", "given": ["Klara", "Åse"],
    }  # fmt: skip
    estimate = tests[0].assessment.estimates[tests[0].assessment.headline]
    uptake = coded(found, "94122-9")[0]
    assert uptake["valueQuantity"]["value"] == pytest.approx(estimate.vo2max_ml_kg_min, abs=0.01)
    ends = {part["code"]["text"]: part["valueQuantity"]["value"] for part in uptake["component"]}
    assert ends["95 % interval, lower limit"] == pytest.approx(estimate.low, abs=0.01)
    assert ends["50 % interval, upper limit"] == pytest.approx(estimate.likely_high, abs=0.01)
    series = next(one for one in of(found, "Observation") if "valueSampledData" in one)
    assert len(series["valueSampledData"]["data"].split()) == len(tests[0].run.heart)
    whole, later = of(found, "DiagnosticReport")
    assert (uptake["status"], whole["status"], later["status"]) == ("final", "final", "preliminary")
    assert later["conclusion"].startswith("DRAFT: not signed.")
    assert base64.b64decode(whole["presentedForm"][0]["data"]) == PDF
    assert bundle_of(person, tests, {tests[0].id: PDF}) == found, "the same record gives the same bundle"


def test_every_reference_leads_to_an_entry_and_nobody_is_there_twice(record: Record, person: Person) -> None:
    found = bundle_of(person, record.tests.history(person.id), {})
    urls = [entry["fullUrl"] for entry in found["entry"]]
    assert len(urls) == len(set(urls))
    said = json.dumps(found)
    assert all(part.split('"')[0] in urls for part in said.split('"reference": "')[1:])
    assert len(of(found, "Practitioner")) == 1, "who signed"
    assert {one["type"]["text"] for one in of(found, "Device")} == {
        "Treadmill", "Heart rate monitor", "Treadmill test station, software",
    }  # fmt: skip


def test_each_stage_has_its_pulse_as_a_quantity_and_its_load(record: Record, person: Person) -> None:
    stored = record.tests.history(person.id)[0]
    found = bundle_of(person, [stored], {})
    pulses = coded(found, "8867-4")
    assert [one["valueQuantity"]["value"] for one in pulses] == [
        round(stage.observation.hr_bpm or 0) for stage in stored.assessment.stages
    ]
    assert all(one["valueQuantity"]["code"] == "/min" for one in pulses)
    loads = [one for one in of(found, "Observation") if one["code"].get("text", "").startswith("Treadmill load")]
    for load, stage in zip(loads, stored.assessment.stages, strict=True):
        parts = {part["code"].get("text") or part["code"]["coding"][0]["code"]: part for part in load["component"]}
        assert parts["Belt speed"]["valueQuantity"]["value"] == pytest.approx(
            stage.observation.actual.speed_kmh, abs=0.06
        )
        assert parts["60842-2"]["valueQuantity"]["value"] == round(
            (stage.vo2_ml_kg_min or 0) * stored.run.subject.weight_kg
        ), "mL/min is what this code is for"
        assert parts["Used in the estimate"]["valueBoolean"] is stage.used


def test_weight_height_resting_pulse_and_pressure_have_their_codes(record: Record, person: Person) -> None:
    run, assessment = sample()
    subject = msgspec.structs.replace(run.subject, height_cm=171.0, resting_hr_bpm=61)
    seen = msgspec.structs.replace(assessment.stages[0].observation, systolic_mmhg=152, diastolic_mmhg=84)
    stages = (msgspec.structs.replace(assessment.stages[0], observation=seen), *assessment.stages[1:])
    one = record.tests.save(
        person.id,
        msgspec.structs.replace(run, id="pressed", subject=subject),
        msgspec.structs.replace(assessment, stages=stages),
        events_of(3),
    )
    found = bundle_of(person, [one], {})
    Bundle.model_validate(found)
    assert coded(found, "29463-7")[0]["valueQuantity"]["value"] == pytest.approx(subject.weight_kg, abs=0.05)
    assert coded(found, "8302-2")[0]["valueQuantity"] == {
        "value": 171, "unit": "cm", "system": "http://unitsofmeasure.org", "code": "cm",
    }  # fmt: skip
    assert coded(found, "8867-4")[0]["code"]["text"] == "Resting heart rate"
    (panel,) = coded(found, "85354-9")
    assert [part["valueQuantity"]["value"] for part in panel["component"]] == [152, 84]


def test_a_withheld_result_is_valid_and_carries_no_number(record: Record) -> None:
    alone = record.people.add(family_name="Berg", sex=Sex.MALE, number="K-17")
    stored = record.tests.save(alone.id, run_of(), assessment_of(None), events_of(3))
    found = bundle_of(alone, [stored], {})
    Bundle.model_validate(found)
    (uptake,) = coded(found, "94122-9")
    assert not {"valueQuantity", "component"} & set(uptake)
    assert uptake["dataAbsentReason"]["text"] == texts("en").say(Cause("pulse_not_to_be_trusted"))
    assert [one["code"] for one in uptake["dataAbsentReason"]["coding"]] == ["unknown", "pulse_not_to_be_trusted"]
    assert of(found, "Patient")[0]["identifier"] == [{"use": "secondary", "value": "K-17"}]
    series = next(one for one in of(found, "Observation") if "valueSampledData" in one)
    assert "E" in series["valueSampledData"]["data"].split()


def test_what_was_written_and_why_it_was_amended_go_along(record: Record, person: Person) -> None:
    (kari,) = [user for user in record.users.all() if user.login == "kari"]
    record.signing.sign(sample()[0].id, kari, comment="Gikk godt <3", reason="feil vekt", seen=1)
    stored = record.tests.get(sample()[0].id)
    found = bundle_of(person, [stored], {})
    Bundle.model_validate(found)
    assert [note["text"] for note in coded(found, "94122-9")[0]["note"]] == ["Gikk godt <3", "Amended: feil vekt"]
    (whole,) = of(found, "DiagnosticReport")
    assert whole["status"] == "amended"
    assert whole["conclusion"].startswith("AMENDED: feil vekt\n")
    assert whole["conclusion"].endswith("\nGikk godt <3")


def test_a_symptom_stands_before_the_number(record: Record, person: Person) -> None:
    run, assessment = sample()
    pain = msgspec.structs.replace(run, id="pain", reason=Cause("stop_chest_pain"))
    stored = record.tests.save(person.id, pain, assessment, events_of(3))
    (whole,) = of(bundle_of(person, [stored], {}), "DiagnosticReport")
    lines = whole["conclusion"].split("\n")
    assert "chest" in lines[1]
    assert [line for line in lines if line.startswith("Estimated")] == lines[3:4]


@pytest.mark.parametrize("text", ["\x0b", "<b>&amp;</b>", "\u200b", "李\u202e小龍", "a\ud7ffb", "\ufffe"])
def test_no_name_or_comment_stops_a_bundle(record: Record, person: Person, text: str) -> None:
    odd = msgspec.structs.replace(person, family_name=text, given_name=text, number=text)
    found = bundle_of(odd, record.tests.history(person.id), {})
    Bundle.model_validate(json.loads(json.dumps(found)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_device_is_called_by_its_name_and_never_by_its_port(language: str) -> None:
    say = texts(language)
    for port in ("COM3", "/dev/ttyUSB0", "socket://10.0.0.4:4001", "usb=0403:6001:A5"):
        said = device_name(f"trackmaster:{port},units=kmh", say)
        assert said == "Trackmaster"
    assert device_name("trackmaster:COM3,units=kmh", say, {"trackmaster:COM3": "Mølle 2"}) == "Mølle 2 (Trackmaster)"
    assert device_name("ant:COM5,number=4711", say) == "ANT+ 4711"
    assert device_name("ble:A4:C1:38:00:11:22", say) == "Bluetooth A4:C1:38:00:11:22"
    assert device_name("emulated:woodway", say, {"emulated:woodway": "Mølle 2"}).endswith("(Woodway)")
    assert device_name("emulated", say) == say("device_name.emulated")

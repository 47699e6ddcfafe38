"""A person with their tests as a FHIR R4 Bundle: Patient, Observations of VO2max and heart rate, DiagnosticReports.

Codes: LOINC 60842-2 (oxygen consumption) and 8867-4 (heart rate), UCUM units; what no code says is said in text. A
result that was withheld is an Observation without a value and with the reason. Identifiers are made from the record's
own, so that the same record gives the same bundle.
"""

import base64
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from teststation.errors import BadInput
from teststation.records.people import national_number
from teststation.records.people.people import Person
from teststation.records.tests.kept_tests import StoredTest
from teststation.texts import texts

Json = dict[str, Any]
_SPACE = uuid.UUID("6f6d5c3c-5a0f-4b39-9d3e-6d1f0f6a4a51")  # this program's own namespace for bundle identifiers
_LOINC, _UCUM = "http://loinc.org", "http://unitsofmeasure.org"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_REGISTERS = {
    national_number.Kind.BIRTH_NUMBER: "urn:oid:2.16.578.1.12.4.1.4.1",
    national_number.Kind.D_NUMBER: "urn:oid:2.16.578.1.12.4.1.4.2",
}
_HELP_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.3"


def bundle_of(person: Person, tests: Sequence[StoredTest], reports: Mapping[str, bytes]) -> Json:
    """The bundle.

    Args:
        reports: The report of each test as PDF, by the test's id; a test without one has no attachment.
    """
    entries = [_entry("Patient", person.id, _patient(person))]
    for stored in tests:
        entries += _entries_of_test(person, stored, reports.get(stored.id))
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _entries_of_test(person: Person, stored: StoredTest, report: bytes | None) -> list[Json]:
    common = {"status": _status(stored), "subject": {"reference": _url("Patient", person.id)}}
    uptake = {"resourceType": "Observation", **common, **_uptake(stored)}
    heart = {"resourceType": "Observation", **common, **_heart(stored)}
    whole = {
        "resourceType": "DiagnosticReport",
        **common,
        "code": {"text": "Submaximal treadmill test"},
        "effectivePeriod": _period(stored),
        "issued": stored.saved_at,
        "result": [{"reference": _url("VO2max", stored.id)}, {"reference": _url("HeartRate", stored.id)}],
        "conclusion": _conclusion(stored),
    }
    for resource in (uptake, heart, whole):
        _mark(resource, demo=stored.run.demo)
    if report is not None:
        data = base64.b64encode(report).decode("ascii")
        whole["presentedForm"] = [{"contentType": "application/pdf", "data": data, "title": "Test report"}]
    return [
        _entry("VO2max", stored.id, uptake),
        _entry("HeartRate", stored.id, heart),
        _entry("DiagnosticReport", stored.id, whole),
    ]


def _patient(person: Person) -> Json:
    name: Json = {"use": "official", "text": person.full_name}
    if person.family_name:
        name["family"] = person.family_name
    patient: Json = {"resourceType": "Patient", "name": [name], "gender": person.sex.value}
    _mark(patient, demo=person.demo)
    if person.given_name:
        name["given"] = person.given_name.split()
    if person.born is not None:
        patient["birthDate"] = person.born
    if person.number is not None:
        patient["identifier"] = [_identifier(person, person.number)]
    return patient


def _identifier(person: Person, number: str) -> Json:
    """A national number names its register; any other number is the clinic's own."""
    try:
        read = national_number.read(number, datetime.fromisoformat(person.updated_at).date())
    except BadInput:
        return {"use": "secondary", "value": number}
    system = _HELP_NUMBER if read.trial is national_number.Trial.HELP_NUMBER else _REGISTERS[read.kind]
    return {"use": "official", "system": system, "value": read.digits}


def _uptake(stored: StoredTest) -> Json:
    estimate = stored.assessment.estimates[stored.assessment.headline]
    said: Json = {
        "category": [_concept(_CATEGORY, "exam", "Exam")],
        "code": {**_concept(_LOINC, "60842-2", "Oxygen consumption (VO2)"), "text": "Estimated VO2max"},
        "effectivePeriod": _period(stored),
        "method": {"text": f"{stored.assessment.headline}, algorithm {stored.assessment.algorithm_version}"},
    }
    if estimate.vo2max_ml_kg_min is None:
        why = "" if estimate.why is None else texts("en").say(estimate.why)
        return said | {"dataAbsentReason": {**_concept(_ABSENT, "unknown", "Unknown"), "text": why or "withheld"}}
    said["valueQuantity"] = _quantity(estimate.vo2max_ml_kg_min)
    limits = (("95 % interval, lower limit", estimate.low), ("95 % interval, upper limit", estimate.high))
    said["component"] = [
        {"code": {"text": text}, "valueQuantity": _quantity(value)} for text, value in limits if value is not None
    ]
    return said if said["component"] else {name: part for name, part in said.items() if name != "component"}


def _heart(stored: StoredTest) -> Json:
    """Heart rate once a second; ``E`` is a second without one."""
    said: Json = {
        "category": [_concept(_CATEGORY, "vital-signs", "Vital Signs")],
        "code": {**_concept(_LOINC, "8867-4", "Heart rate"), "text": "Heart rate during the test"},
        "effectivePeriod": _period(stored),
    }
    if not stored.run.heart:
        return said | {"dataAbsentReason": _concept(_ABSENT, "unknown", "Unknown")}
    said["valueSampledData"] = {
        "origin": {"value": 0, "unit": "beats/minute", "system": _UCUM, "code": "/min"},
        "period": 1000,
        "dimensions": 1,
        "data": " ".join("E" if sample.bpm is None else str(sample.bpm) for sample in stored.run.heart),
    }
    return said


def _conclusion(stored: StoredTest) -> str:
    estimate = stored.assessment.estimates[stored.assessment.headline]
    demo = "DEMONSTRATION, not a test of a person. " if stored.run.demo else ""
    if estimate.vo2max_ml_kg_min is None:
        return f"{demo}VO2max withheld" + ("" if estimate.why is None else f": {texts('en').say(estimate.why)}")
    return (
        f"{demo}Estimated VO2max {estimate.vo2max_ml_kg_min:.1f} mL/kg/min, "
        f"95 % interval {estimate.low:.1f} to {estimate.high:.1f}"
    )


def _mark(resource: Json, *, demo: bool) -> None:
    """The standard's own label for what is no data of a person."""
    if demo:
        resource["meta"] = {"security": [{"system": _REASON, "code": "HTEST", "display": "test health data"}]}


def _status(stored: StoredTest) -> str:
    if stored.signature is None:
        return "preliminary"
    return "amended" if stored.signature.is_amendment else "final"


def _period(stored: StoredTest) -> Json:
    began = datetime.fromisoformat(stored.run.started_at)
    ended = began + timedelta(seconds=round(stored.run.ended_s or 0.0))
    return {"start": began.isoformat(timespec="seconds"), "end": ended.isoformat(timespec="seconds")}


def _quantity(value: float) -> Json:
    return {"value": round(value, 2), "unit": "mL/kg/min", "system": _UCUM, "code": "mL/kg/min"}


def _concept(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _entry(kind: str, identifier: str, resource: Json) -> Json:
    return {"fullUrl": _url(kind, identifier), "resource": resource}


def _url(kind: str, identifier: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_SPACE, f'{kind}/{identifier}')}"

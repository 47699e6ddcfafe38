"""A person with their tests and training as a FHIR R4 Bundle, for who can take more than a page.

Patient after no-basis (Norway's base profile), who examined and who signed, the devices, each test's Observations and a
DiagnosticReport with the page itself, the sessions' Observations and the plan. What no code says is said in text. A
result that was withheld is an Observation without a value and with the reason. Identifiers are made from the record's
own, so that the same record gives the same bundle. How a test ended, that it is unsigned, amended or a demonstration
stands first in the report's conclusion.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from teststation.device_names import device_name
from teststation.errors import BadInput
from teststation.exchange.fhir_observations import PULSE, VO2MAX, observations_of, result_words
from teststation.exchange.fhir_parts import (
    LOINC,
    REPORT_SECTION,
    Json,
    concept,
    entry,
    mark,
    narrative,
    period,
    plain,
    reference,
)
from teststation.exchange.fhir_training import CARE_PLAN, PEAK, Trained, care_plan, session_observations
from teststation.physiology.advice import advise
from teststation.records.people import national_number
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredSession, StoredTest
from teststation.texts import texts
from teststation.training.together import NO_BELT

# Identifier systems as no-basis-Patient has them. The profile is not claimed in ``meta``: a receiver without Norway's
# package would have to refuse the whole bundle, and one that has it needs no claim to check against it.
_REGISTERS = {
    national_number.Kind.BIRTH_NUMBER: "urn:oid:2.16.578.1.12.4.1.4.1",
    national_number.Kind.D_NUMBER: "urn:oid:2.16.578.1.12.4.1.4.2",
}
_HELP_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.3"
UNTRAINED = Trained()
Entries = dict[str, Json]  # by full URL: whoever has signed ten tests is there once


def bundle_of(
    person: Person,
    tests: Sequence[StoredTest],
    reports: Mapping[str, bytes],
    names: Mapping[str, str] | None = None,
    trained: Trained = UNTRAINED,
) -> Json:
    """The bundle.

    Args:
        reports: The report of each test as PDF, by the test's id; a test without one has no attachment.
        names: The clinic's own names of its machines by DEVICE string.
        trained: The sessions and the plan that stands.
    """
    entries: Entries = {}
    _add(entries, "Patient", person.id, _patient(person))
    for stored in tests:
        _add_test(entries, person, stored, reports.get(stored.id), names)
    for session in trained.sessions:
        _add_session(entries, person, session, names)
    if trained.plan is not None:
        _add(entries, CARE_PLAN, trained.plan.id, mark(care_plan(trained, trained.plan, person.id), demo=person.demo))
    return {"resourceType": "Bundle", "type": "collection", "entry": list(entries.values())}


def _add(entries: Entries, kind: str, identifier: str, resource: Json) -> Json:
    """Put one resource in, once, and refer to it."""
    made = entry(kind, identifier, resource)
    entries.setdefault(made["fullUrl"], made)
    return reference(kind, identifier)


def _add_test(
    entries: Entries, person: Person, stored: StoredTest, report: bytes | None, names: Mapping[str, str] | None
) -> None:
    run, demo = stored.run, stored.run.demo
    common: Json = {"status": _status(stored), "subject": reference("Patient", person.id)}
    signer = _signer(entries, stored)
    operator = _operator(entries, stored) or signer
    if operator is not None:
        common["performer"] = [operator]
    _add(entries, "Treadmill", run.treadmill, _device(run.treadmill, "Treadmill", names, demo=demo))
    strap = _add(entries, "Strap", run.heart_rate, _device(run.heart_rate, "Heart rate monitor", names, demo=demo))
    station = _add(entries, "Station", stored.software_version, _station(stored.software_version))
    results: list[Json] = []
    for kind, identifier, resource in observations_of(stored):
        made = resource | common
        if kind in (PULSE, "StagePulse"):
            made["device"] = strap
        elif kind == VO2MAX:
            made |= {"device": station, "issued": stored.saved_at}
        elif kind == "Stage":
            made["device"] = reference("Treadmill", run.treadmill)
        results.append(_add(entries, kind, identifier, mark(made, demo=demo)))
    conclusion = _conclusion(stored)
    whole: Json = {
        "resourceType": "DiagnosticReport",
        **common,
        "category": [concept(REPORT_SECTION, "PT", "Physical Therapy")],
        "code": concept(LOINC, "18752-6", "Exercise stress test study", "Submaximal treadmill test"),
        "effectivePeriod": period(run),
        "issued": stored.saved_at if stored.signature is None else stored.signature.signed_at,
        "result": results,
        "conclusion": conclusion,
        "text": narrative(*conclusion.split("\n")),
    }
    if signer is not None:
        whole["resultsInterpreter"] = [signer]
    if report is not None:
        data = base64.b64encode(report).decode("ascii")
        digest = base64.b64encode(hashlib.sha1(report, usedforsecurity=False).digest()).decode("ascii")
        whole["presentedForm"] = [
            {
                "contentType": "application/pdf",
                "data": data,
                "size": len(report),
                "hash": digest,
                "title": "Test report",
            }
        ]
    _add(entries, "DiagnosticReport", stored.id, mark(whole, demo=demo))


def _add_session(entries: Entries, person: Person, stored: StoredSession, names: Mapping[str, str] | None) -> None:
    run, demo = stored.run, stored.run.demo
    common: Json = {"status": _status(stored), "subject": reference("Patient", person.id)}
    led = _operator(entries, stored) or _signer(entries, stored)
    if led is not None:
        common["performer"] = [led]
    strap = _add(entries, "Strap", run.heart_rate, _device(run.heart_rate, "Heart rate monitor", names, demo=demo))
    belt = None
    if run.treadmill != NO_BELT:
        belt = _add(entries, "Treadmill", run.treadmill, _device(run.treadmill, "Treadmill", names, demo=demo))
    for kind, identifier, resource in session_observations(stored):
        made = resource | common
        device = strap if kind == PEAK else belt
        if device is not None:
            made["device"] = device
        _add(entries, kind, identifier, mark(made, demo=demo))


def _patient(person: Person) -> Json:
    name: Json = {"use": "official", "text": plain(person.full_name) or person.id}
    if plain(person.family_name):
        name["family"] = plain(person.family_name)
    patient: Json = {
        "resourceType": "Patient",
        "name": [name],
        "gender": person.sex.value,
        "text": narrative(" · ".join((name["text"], person.born or ""))),
    }
    mark(patient, demo=person.demo)
    if plain(person.given_name):
        name["given"] = plain(person.given_name).split()
    if person.born is not None:
        patient["birthDate"] = person.born
    if person.number is not None and plain(person.number):
        patient["identifier"] = [_identifier(person, plain(person.number))]
    return patient


def _identifier(person: Person, number: str) -> Json:
    """A national number names its register; any other number is the clinic's own."""
    try:
        read = national_number.read(number, datetime.fromisoformat(person.updated_at).date())
    except BadInput:
        return {"use": "secondary", "value": number}
    system = _HELP_NUMBER if read.trial is national_number.Trial.HELP_NUMBER else _REGISTERS[read.kind]
    return {"use": "official", "system": system, "value": read.digits}


def _signer(entries: Entries, stored: StoredTest | StoredSession) -> Json | None:
    if stored.signature is None:
        return None
    return _practitioner(entries, stored.signature.user_id, stored.signature.user_name)


def _operator(entries: Entries, stored: StoredTest | StoredSession) -> Json | None:
    """Who examined, as the test's own conditions name them."""
    name = plain(stored.conditions.get("operator", ""))
    if not name:
        return None
    if stored.signature is not None and stored.signature.user_name == name:
        return _signer(entries, stored)
    return _practitioner(entries, f"named/{name}", name)


def _practitioner(entries: Entries, identifier: str, name: str) -> Json:
    words = plain(name) or identifier
    return _add(
        entries,
        "Practitioner",
        identifier,
        {"resourceType": "Practitioner", "name": [{"text": words}], "text": narrative(words)},
    )


def _device(device: str, kind: str, names: Mapping[str, str] | None, *, demo: bool) -> Json:
    name = plain(device_name(device, texts("en"), names)) or kind
    return mark(
        {
            "resourceType": "Device",
            "deviceName": [{"name": name, "type": "user-friendly-name"}],
            "type": {"text": kind},
            "text": narrative(f"{kind}: {name}"),
        },
        demo=demo,
    )


def _station(version: str) -> Json:
    return {
        "resourceType": "Device",
        "deviceName": [{"name": "teststation", "type": "manufacturer-name"}],
        "type": {"text": "Treadmill test station, software"},
        "version": [{"value": version}],
        "text": narrative(f"teststation {version}"),
    }


def _conclusion(stored: StoredTest) -> str:
    """What has to be read before the number, and then the number."""
    say, run = texts("en"), stored.run
    lines = ["DEMONSTRATION, not a test of a person."] if run.demo else []
    if stored.signature is None:
        lines.append("DRAFT: not signed.")
    elif stored.signature.is_amendment:
        lines.append(f"AMENDED: {plain(stored.signature.reason)}")
    lines += advise(run, stored.assessment).framed(say)
    lines.append(f"{result_words(stored)}.")
    if run.outcome is not None:
        reason = "" if run.reason is None else f": {say.told(run.reason)}"
        lines.append(f"Ended: {say(f'report.outcome.{run.outcome.value}')}{reason}.")
    if stored.signature is not None and plain(stored.signature.comment):
        lines.append(plain(stored.signature.comment))
    return "\n".join(lines)


def _status(stored: StoredTest | StoredSession) -> str:
    if stored.signature is None:
        return "preliminary"
    return "amended" if stored.signature.is_amendment else "final"

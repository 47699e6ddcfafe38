"""The small parts FHIR resources are made of: codes, quantities, periods, references, a readable text.

Code systems: LOINC for what was measured, UCUM for units, HL7's own for categories and for why a value is absent.
"""

import html
import uuid
from datetime import datetime, timedelta
from typing import Any

from teststation.cause import Cause
from teststation.run.record import RunRecord
from teststation.texts import texts

Json = dict[str, Any]
SPACE = uuid.UUID("6f6d5c3c-5a0f-4b39-9d3e-6d1f0f6a4a51")  # this program's own namespace for bundle identifiers
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
REPORT_SECTION = "http://terminology.hl7.org/CodeSystem/v2-0074"
CAUSES = f"urn:uuid:{uuid.uuid5(SPACE, 'causes')}"  # the station's own codes for why a number is not there
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"


def concept(system: str, code: str, display: str, text: str = "") -> Json:
    """A CodeableConcept of one code."""
    made: Json = {"coding": [{"system": system, "code": code, "display": display}]}
    return made | {"text": text} if text else made


def category(code: str, display: str) -> list[Json]:
    """The category of an Observation."""
    return [concept(_CATEGORY, code, display)]


EXAM, VITAL_SIGNS = category("exam", "Exam"), category("vital-signs", "Vital Signs")
ACTIVITY = category("activity", "Activity")


def vital_signs(profile: str) -> Json:
    """The category of a vital sign, and which of R4's own profiles it follows: what is claimed is checked."""
    return {"meta": {"profile": [f"http://hl7.org/fhir/StructureDefinition/{profile}"]}, "category": VITAL_SIGNS}


def quantity(value: float, unit: str, code: str | None = None, digits: int = 1) -> Json:
    """A UCUM Quantity; a whole number is one."""
    rounded = round(float(value), digits)
    shown = int(rounded) if rounded == int(rounded) else rounded
    return {"value": shown, "unit": unit, "system": UCUM, "code": code or unit}


def beats(value: float) -> Json:
    """A heart rate in the unit that the vital-signs profile asks for."""
    return quantity(value, "beats/minute", "/min", 0)


def per_kg(value: float) -> Json:
    """An oxygen uptake per kilogram of body weight."""
    return quantity(value, "mL/kg/min", digits=2)


def component(text: str, value: Json | bool | str, kind: str = "valueQuantity") -> Json:
    """A component that no code of ours says more exactly than words."""
    return {"code": {"text": text}, kind: value}


def absent(why: Cause | None, otherwise: str) -> Json:
    """Why a value that must exist is not known: the standard's code, ours, and the sentence."""
    reason = concept(_ABSENT, "unknown", "Unknown")
    if why is not None:
        reason["coding"].append({"system": CAUSES, "code": why.code})
    return reason | {"text": otherwise if why is None else texts("en").say(why)}


def period(run: RunRecord, began_s: float = 0.0, ended_s: float | None = None) -> Json:
    """A stretch of the test by the clock of its place; the whole of it unless told."""
    began = datetime.fromisoformat(run.started_at)
    until_s = run.ended_s or 0.0 if ended_s is None else ended_s
    start, end = (began + timedelta(seconds=round(at_s)) for at_s in (began_s, until_s))
    return {"start": start.isoformat(timespec="seconds"), "end": end.isoformat(timespec="seconds")}


def moment(run: RunRecord, at_s: float) -> str:
    """One moment of the test; a vital sign has no period by its profile (constraint vs-1)."""
    return period(run, at_s, at_s)["start"]


def narrative(*lines: str) -> Json:
    """The resource in words, for who sees nothing else of it."""
    body = "".join(f"<p>{html.escape(_printable(line), quote=False)}</p>" for line in lines if line.strip())
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{body or "<p>–</p>"}</div>'}


def plain(text: str) -> str:
    """A text as FHIR takes one: nothing but spaces is none, and no control characters."""
    return _printable(text).strip()


def mark(resource: Json, *, demo: bool) -> Json:
    """The standard's own label for what is no data of a person."""
    if demo:
        meta = resource.setdefault("meta", {})
        meta["security"] = [{"system": _REASON, "code": "HTEST", "display": "test health data"}]
    return resource


def url(kind: str, identifier: str) -> str:
    """The same record gives the same identifiers."""
    return f"urn:uuid:{uuid.uuid5(SPACE, f'{kind}/{identifier}')}"


def reference(kind: str, identifier: str) -> Json:
    """A reference to an entry of the same bundle."""
    return {"reference": url(kind, identifier)}


def entry(kind: str, identifier: str, resource: Json) -> Json:
    """An entry of a bundle."""
    return {"fullUrl": url(kind, identifier), "resource": resource}


def _printable(text: str) -> str:
    """Without what JSON may carry and neither XML nor a FHIR string may."""
    return "".join(letter for letter in text if letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff"))

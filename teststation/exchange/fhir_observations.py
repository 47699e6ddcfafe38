"""The Observations of one test: the result, the stages it rests on, and what was known of the body.

Heart rate, weight, height and blood pressure follow R4's vital-signs profiles. LOINC 94122-9 is oxygen uptake per
kilogram; 60842-2 is mL/min, and is used where the unit is that. The pulse second by second has no code of its own: the
profile of 8867-4 asks for one number, and a series under it would be refused.
"""

from teststation.cause import Cause
from teststation.exchange.fhir_parts import (
    EXAM,
    LOINC,
    UCUM,
    Json,
    absent,
    beats,
    component,
    concept,
    moment,
    narrative,
    per_kg,
    period,
    plain,
    quantity,
    reference,
    vital_signs,
)
from teststation.physiology.result import Estimate, StageResult
from teststation.records.tests.signature import Signature
from teststation.records.tests.stored import StoredTest
from teststation.run.record import StageSpan
from teststation.texts import texts

_HEART_RATE = ("8867-4", "Heart rate")
_UPTAKE = ("60842-2", "Oxygen consumption (VO2)")
_PEAK = ("94122-9", "Oxygen consumption (VO2)/Body weight [Volume Rate Content] --peak during exercise")
# Identifiers of a test's parts within the bundle.
VO2MAX, PULSE, WEIGHT, HEIGHT, RESTING = "VO2max", "HeartRate", "Weight", "Height", "RestingHeartRate"


def observations_of(stored: StoredTest) -> list[tuple[str, str, Json]]:
    """Kind, identifier and resource of each, the result first. Status, subject and who did it come from the bundle."""
    made = [(VO2MAX, stored.id, _result(stored)), (PULSE, stored.id, _series(stored)), *_body(stored)]
    spans = {span.index: span for span in stored.run.stages}
    for stage in stored.assessment.stages:
        made += _stage(stored, stage, spans.get(stage.observation.index))
    return [(kind, identifier, {"resourceType": "Observation", **resource}) for kind, identifier, resource in made]


def _result(stored: StoredTest) -> Json:
    found, run = stored.assessment, stored.run
    estimate = found.estimates[found.headline]
    used = [stage for stage in found.stages if stage.used and stage.observation.hr_bpm is not None]
    said: Json = {
        "category": EXAM,
        "code": concept(LOINC, *_PEAK, text="Estimated VO2max"),
        "effectivePeriod": period(run),
        "method": {"text": f"{found.headline}, algorithm {found.algorithm_version}"},
        "derivedFrom": [
            *(reference("StagePulse", f"{stored.id}/{stage.observation.index}") for stage in used),
            reference(WEIGHT, stored.id),
        ],
        "note": notes_of(stored.signature),
        "text": narrative(result_words(stored)),
    }
    if not said["note"]:
        del said["note"]
    if estimate.vo2max_ml_kg_min is None:
        return said | {"dataAbsentReason": absent(estimate.why, "withheld")}
    said["valueQuantity"] = per_kg(estimate.vo2max_ml_kg_min)
    ends = (
        ("95 % interval, lower limit", estimate.low), ("95 % interval, upper limit", estimate.high),
        ("50 % interval, lower limit", estimate.likely_low), ("50 % interval, upper limit", estimate.likely_high),
    )  # fmt: skip
    parts = [component(text, per_kg(value)) for text, value in ends if value is not None]
    parts.append(component(f"HRmax used ({found.hr_max.source})", beats(found.hr_max.bpm)))
    return said | {"component": parts}


def result_words(stored: StoredTest) -> str:
    """The result in a sentence."""
    estimate: Estimate = stored.assessment.estimates[stored.assessment.headline]
    if estimate.vo2max_ml_kg_min is None:
        return "VO2max withheld" + ("" if estimate.why is None else f": {texts('en').say(estimate.why)}")
    return (
        f"Estimated VO2max {estimate.vo2max_ml_kg_min:.1f} mL/kg/min, "
        f"95 % interval {estimate.low:.1f} to {estimate.high:.1f}"
    )


def notes_of(signature: Signature | None) -> list[Json]:
    """What the professional wrote, and why it was corrected."""
    if signature is None:
        return []
    words = (plain(signature.comment), plain(signature.reason) and f"Amended: {plain(signature.reason)}")
    return [{"authorString": signature.user_name, "time": signature.signed_at, "text": text} for text in words if text]


def _series(stored: StoredTest) -> Json:
    """The pulse once a second; ``E`` is a second without one."""
    run = stored.run
    said: Json = {
        "category": EXAM,
        "code": {"text": "Heart rate once a second during the test"},
        "effectivePeriod": period(run),
        "text": narrative(f"Heart rate once a second, {len(run.heart)} samples"),
    }
    if not run.heart:
        return said | {"dataAbsentReason": absent(None, "no heart rate was recorded")}
    said["valueSampledData"] = {
        "origin": {"value": 0, "unit": "beats/minute", "system": UCUM, "code": "/min"},
        "period": 1000,
        "dimensions": 1,
        "data": " ".join("E" if sample.bpm is None else str(sample.bpm) for sample in run.heart),
    }
    return said


def _body(stored: StoredTest) -> list[tuple[str, str, Json]]:
    subject, day = stored.run.subject, {"effectiveDateTime": moment(stored.run, 0.0)}
    known = (
        (WEIGHT, "bodyweight", "29463-7", "Body weight", "", subject.weight_kg, "kg", "kg"),
        (HEIGHT, "bodyheight", "8302-2", "Body height", "", subject.height_cm, "cm", "cm"),
        (RESTING, "heartrate", *_HEART_RATE, "Resting heart rate", subject.resting_hr_bpm, "beats/minute", "/min"),
    )
    made = [
        (
            kind,
            stored.id,
            {
                **vital_signs(profile),
                "code": concept(LOINC, code, display, text or display),
                **day,
                "valueQuantity": quantity(value, unit, ucum),
                "text": narrative(f"{text or display}: {value:g} {unit}"),
            },
        )
        for kind, profile, code, display, text, value, unit, ucum in known
        if value is not None
    ]
    systolic_mmhg, diastolic_mmhg = subject.resting_systolic_mmhg, subject.resting_diastolic_mmhg
    if systolic_mmhg is not None and diastolic_mmhg is not None:
        made.append(("Pressure", f"{stored.id}/rest", _pressure(systolic_mmhg, diastolic_mmhg, "at rest") | day))
    return made


def _stage(stored: StoredTest, stage: StageResult, span: StageSpan | None) -> list[tuple[str, str, Json]]:
    seen, identifier = stage.observation, f"{stored.id}/{stage.observation.index}"
    run = stored.run
    began_s, ended_s = (0.0, run.ended_s) if span is None else (span.began_s, span.ended_s)
    ended_s = (run.ended_s or began_s) if ended_s is None else ended_s
    at = {"effectiveDateTime": moment(run, ended_s)}
    name = plain(seen.name) or f"stage {seen.index + 1}"
    pulse: Json = {
        **vital_signs("heartrate"),
        "code": concept(LOINC, *_HEART_RATE, text=f"Heart rate, {name}"),
        **at,
    }
    if seen.hr_bpm is None:
        why = stage.excluded_because or Cause("no_pulse")
        pulse |= {"dataAbsentReason": absent(why, "no heart rate"), "text": narrative(f"{name}: no heart rate")}
    else:
        pulse |= {"valueQuantity": beats(seen.hr_bpm), "text": narrative(f"{name}: {seen.hr_bpm:.0f} beats/minute")}
    made = [
        ("StagePulse", identifier, pulse),
        ("Stage", identifier, _load(stored, stage, name) | {"effectivePeriod": period(run, began_s, ended_s)}),
    ]
    if seen.systolic_mmhg is not None and seen.diastolic_mmhg is not None:
        made.append(("Pressure", identifier, _pressure(seen.systolic_mmhg, seen.diastolic_mmhg, name) | at))
    return made


def _load(stored: StoredTest, stage: StageResult, name: str) -> Json:
    """What was walked, and whether it counts."""
    seen, say = stage.observation, texts("en")
    numbers = (
        ("Belt speed", seen.actual.speed_kmh, "km/h"),
        ("Incline", seen.actual.incline_pct, "%"),
        ("Borg rating of perceived exertion (6 to 20)", seen.rpe, "1"),
    )
    parts = [component(text, quantity(value, unit)) for text, value, unit in numbers if value is not None]
    if stage.vo2_ml_kg_min is not None:
        whole = quantity(stage.vo2_ml_kg_min * stored.run.subject.weight_kg, "mL/min", digits=0)
        parts.append({"code": concept(LOINC, *_UPTAKE), "valueQuantity": whole})
        parts.append(component("Oxygen uptake per body weight", per_kg(stage.vo2_ml_kg_min)))
    parts.append(component("Held the rail", seen.handrail, "valueBoolean"))
    parts.append(component("Used in the estimate", stage.used, "valueBoolean"))
    parts.append(component("Gait", seen.gait.value, "valueString"))
    if seen.steady is not None:
        parts.append(component("Steady state", seen.steady, "valueBoolean"))
    made: Json = {
        "category": EXAM,
        "code": {"text": f"Treadmill load, {name}"},
        "component": parts,
        "text": narrative(f"{name}: {_told(seen.actual.speed_kmh)} km/h, {_told(seen.actual.incline_pct)} %"),
    }
    words = [say.say(cause) for cause in (stage.excluded_because, *stage.doubts) if cause is not None]
    return made | {"note": [{"text": "; ".join(words)}]} if words else made


def _told(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _pressure(systolic_mmhg: int, diastolic_mmhg: int, name: str) -> Json:
    """R4's blood-pressure panel."""
    sides = (
        ("8480-6", "Systolic blood pressure", systolic_mmhg),
        ("8462-4", "Diastolic blood pressure", diastolic_mmhg),
    )
    return {
        **vital_signs("bp"),
        "code": concept(LOINC, "85354-9", "Blood pressure panel with all children optional", f"Blood pressure, {name}"),
        "component": [
            {"code": concept(LOINC, code, display), "valueQuantity": quantity(value, "mmHg", "mm[Hg]")}
            for code, display, value in sides
        ],
        "text": narrative(f"{name}: {systolic_mmhg}/{diastolic_mmhg} mmHg"),
    }

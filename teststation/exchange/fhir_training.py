"""What training comes to in FHIR: the plan as a CarePlan, each kept interval session as Observations.

R4's own codes are used where they say the thing (heart rate, 8867-4, for the highest pulse). No code of LOINC is known
here for time in a band, the fall of a pulse or Borg's scale: those are said in words, as a test's loads are.
A plan tells what it asks for and how each session of it stands; who was not there, and why, stays in the diary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from teststation.exchange.fhir_observations import notes_of
from teststation.exchange.fhir_parts import (
    ACTIVITY,
    LOINC,
    Json,
    absent,
    beats,
    component,
    concept,
    moment,
    narrative,
    period,
    plain,
    quantity,
    reference,
    vital_signs,
)
from teststation.physiology.advice import symptom_words
from teststation.records.tests.stored import StoredSession
from teststation.records.training.note import Note
from teststation.texts import texts
from teststation.training.diary import Entry, Overview, State, overview
from teststation.training.plan import Plan
from teststation.training.session.result import BoutResult

SESSION, PEAK, BOUT, CARE_PLAN = "Session", "SessionPeak", "Bout", "CarePlan"
# R4's care-plan-activity-status. A day that has gone by without a word, or without the person, was not held.
_STANDS = {
    State.DONE: "completed",
    State.PART: "stopped",
    State.EXCUSED: "cancelled",
    State.ABSENT: "cancelled",
    State.OPEN: "unknown",
    State.TODAY: "scheduled",
    State.COMING: "scheduled",
    State.GIVEN_UP: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Trained:
    """A person's training as the bundle takes it: the sessions, the plan that stands and the diary beside it."""

    sessions: Sequence[StoredSession] = ()
    plan: Note[Plan] | None = None
    diary: Sequence[Note[Entry]] = ()
    today: date = date.min
    waits: str = ""  # as ``why_it_waits`` says


def session_observations(stored: StoredSession) -> list[tuple[str, str, Json]]:
    """Kind, identifier and resource of each, the session last: it refers to the others. Status and subject come from
    the bundle.
    """
    made: list[tuple[str, str, Json]] = []
    if stored.result.peak is not None:
        made.append((PEAK, stored.id, _peak(stored, stored.result.peak.bpm, stored.result.peak.at_s)))
    made += [(BOUT, f"{stored.id}/{bout.number}", _bout(stored, bout)) for bout in stored.result.bouts]
    whole = _session(stored) | {"hasMember": [reference(kind, identifier) for kind, identifier, _ in made]}
    if not whole["hasMember"]:
        del whole["hasMember"]
    made.append((SESSION, stored.id, whole))
    return [(kind, identifier, {"resourceType": "Observation", **resource}) for kind, identifier, resource in made]


def session_words(stored: StoredSession) -> str:
    """A session in a sentence."""
    found = stored.result
    words = f"Interval session {stored.run.plan.id}: {found.bouts_done} of {found.bouts_planned} bouts"
    if found.in_band_s is not None:
        words += f", {round(found.in_band_s)} s in the heart-rate band"
    return words if found.peak is None else f"{words}, highest heart rate held {found.peak.bpm:.0f} beats/minute"


def care_plan(trained: Trained, note: Note[Plan], person_id: str) -> Json:
    """A plan of weeks, each session of it with its day and how it stands; one walked here refers to what it came to."""
    plan, here = note.value, {stored.id for stored in trained.sessions}
    entries = [one.value for one in trained.diary]
    found = overview(plan, entries, trained.today)
    words = (
        f"Training plan, {plan.kind}: {plan.weeks} weeks from {plan.starts_on}, "
        f"{found.done} of {found.planned} sessions done"
    )
    made: Json = {
        "resourceType": "CarePlan",
        "status": _plan_status(plan, found, trained.today),
        "intent": "plan",
        "title": f"{plan.kind}, {plan.weeks} weeks",
        "subject": reference("Patient", person_id),
        "period": {"start": plan.starts_on, "end": plan.ended_on or plan.last_day},
        "created": note.written_at,
        "activity": [],
        "text": narrative(words),
    }
    if trained.waits and made["status"] == "active":
        why = texts("en")(f"diary.waits.{trained.waits}")
        made |= {"status": "on-hold", "note": [{"text": why}], "text": narrative(why, words)}
    for standing in found.sessions:
        detail: Json = {
            "code": {"text": plain(standing.session.kind)},
            "status": _STANDS[standing.state],
            "scheduledPeriod": {"start": standing.session.day, "end": standing.session.day},
            "description": f"Session {standing.session.number} of {found.planned}",
        }
        activity: Json = {"detail": detail}
        row = None if standing.entry is None else entries[standing.entry]
        if row is not None and row.session_id in here:
            activity["outcomeReference"] = [reference(SESSION, row.session_id)]
        made["activity"].append(activity)
    return made


def _plan_status(plan: Plan, found: Overview, today: date) -> str:
    if plan.ended_on is not None:
        return "revoked"
    over = plan.last_day < today.isoformat() or found.done == found.planned
    return "completed" if over else "active"


def _session(stored: StoredSession) -> Json:
    run, found = stored.run, stored.result
    said = [plain(words) for words in symptom_words(run, texts("en"))]
    notes = [*({"text": words} for words in said), *notes_of(stored.signature)]
    made: Json = {
        "category": ACTIVITY,
        "code": {"text": f"Interval session, {run.plan.id}"},
        "effectivePeriod": period(run),
        "method": {"text": f"algorithm {found.algorithm_version}, steered by {found.steered_by}"},
        "text": narrative(*said, session_words(stored)),
    }
    numbers = [
        ("Bouts planned", found.bouts_planned, "1"),
        ("Bouts walked to their end", found.bouts_done, "1"),
        ("Bouts whose last two minutes reached the band", found.bouts_reached, "1"),
        ("Time on the belt" if run.belt else "Time of the session", found.minutes, "min"),
        ("Time in the heart-rate band", found.in_band_s, "s"),
        ("Distance", found.distance_m if run.belt else None, "m"),
        ("Climbed", found.climbed_m if run.belt else None, "m"),
    ]
    parts = [component(text, quantity(value, unit, digits=1)) for text, value, unit in numbers if value is not None]
    if found.in_band_s is None:
        nobody = absent(None, "the pulse does not steer this session: Borg and the talk test do")
        parts.append({"code": {"text": "Time in the heart-rate band"}, "dataAbsentReason": nobody})
    band = (("Heart-rate band, lower limit", found.hr_low_bpm), ("Heart-rate band, upper limit", found.hr_high_bpm))
    parts += [component(text, beats(bpm)) for text, bpm in band if bpm is not None]
    return made | {"component": parts} | ({"note": notes} if notes else {})


def _peak(stored: StoredSession, bpm: float, at_s: float) -> Json:
    return {
        **vital_signs("heartrate"),
        "code": concept(LOINC, "8867-4", "Heart rate", "Highest heart rate held for five seconds"),
        "effectiveDateTime": moment(stored.run, at_s),
        "valueQuantity": beats(bpm),
        "text": narrative(f"Highest heart rate held for five seconds: {bpm:.0f} beats/minute"),
    }


def _bout(stored: StoredSession, bout: BoutResult) -> Json:
    loads = (("Belt speed", bout.speed_kmh, "km/h"), ("Incline", bout.incline_pct, "%"))
    parts = [component(text, quantity(value, unit)) for text, value, unit in loads if value is not None]
    if bout.rpe is not None:
        parts.append(component("Borg rating of perceived exertion (6 to 20)", quantity(bout.rpe, "1")))
    if bout.in_band_s is not None:
        parts.append(component("Time in the heart-rate band", quantity(bout.in_band_s, "s")))
    pulses = (
        ("Mean heart rate of the third minute", bout.third_minute_bpm),
        ("Mean heart rate of the last two minutes", bout.last_two_bpm),
        ("Highest heart rate held for five seconds", bout.peak_bpm),
        ("Fall of the heart rate in the minute after the bout", bout.fell_bpm),
    )
    parts += [component(text, beats(bpm)) for text, bpm in pulses if bpm is not None]
    parts.append(component("Walked to its end", bout.whole, "valueBoolean"))
    borg = "" if bout.rpe is None else f", Borg {bout.rpe}"
    return {
        "category": ACTIVITY,
        "code": {"text": f"Bout {bout.number} of {stored.result.bouts_planned}"},
        "effectivePeriod": period(stored.run, bout.began_s, bout.ended_s),
        "component": parts,
        "text": narrative(f"Bout {bout.number}: {round(bout.ended_s - bout.began_s)} s{borg}"),
    }

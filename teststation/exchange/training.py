"""What a record holds of a person's training, for others to read: the diary as a table, and all of it as JSON."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from teststation.exchange.tables import Cell
from teststation.physiology.advice import symptoms_of
from teststation.records.training.note import Note, Some
from teststation.run.record import TALK
from teststation.texts import texts
from teststation.training.diary import Entry, Overview, StrengthSet, overview, weeks
from teststation.training.effect import Effect, effect_of
from teststation.training.interview import Interview
from teststation.training.plan import Plan
from teststation.training.strength import OneRm, estimate

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

SYMPTOM = "symptom"
FIELDS = (
    "day", "kind", "what", "attendance", "reason", "minutes", "borg", "rating", "felt", "bouts_done", "bouts_planned",
    "stopped_because", "comment", "therapist", "source", "started_at", "mean_bpm", "max_bpm", "session_id",
    "plan_number", "symptoms",
)  # fmt: skip


def diary_rows(notes: Iterable[Note[Entry]]) -> list[dict[str, Cell]]:
    """One row a diary row, oldest day first."""
    ordered = sorted(notes, key=lambda note: (note.value.day, note.value.started_at or ""))
    return [
        {"id": note.id, "version": note.number, "person_id": note.person_id}
        | {name: getattr(note.value, name) for name in FIELDS}
        | {"symptoms": "; ".join(note.value.symptoms) or None}
        | {"sets": "; ".join(sets_words(one) for one in note.value.sets)}
        for note in ordered
    ]


def sets_words(one: StrengthSet) -> str:
    """``leg_press 100 kg 4/4/4/4 (1 left)``."""
    left = "" if one.in_reserve is None else f" ({one.in_reserve} left)"
    return f"{one.exercise} {one.load_kg:g} kg {'/'.join(str(n) for n in one.repetitions)}{left}"


def training_object(record: "Record", person_id: str, today: date) -> dict[str, Any]:
    """Everything, with what the plan and the diary say together; every version of each thing among it."""
    training = record.training
    plan = training.last(person_id, Plan)
    entries = record.diary(person_id)
    values = [note.value for note in entries]
    told = None if plan is None else overview(plan.value, values, today)
    waits = why_it_waits(record, person_id)
    effect = effect_on(record, person_id, None if plan is None else plan.value, told)
    return {
        "person": person_id,
        "effect": None if effect is None else msgspec.to_builtins(effect),
        "plan": None if plan is None else plan_object(plan, entries, today),
        "waits": texts("en")(f"diary.waits.{waits}") if plan is not None and waits else None,
        "diary": [_object(note, training.versions(note.id, Entry)) for note in entries],
        "weeks": [_week(week) for week in weeks(None if plan is None else plan.value, values, today)],
        "strength": [
            _object(note, training.versions(note.id, OneRm)) | {"one_rm": msgspec.to_builtins(estimate(note.value))}
            for note in training.of_person(person_id, OneRm)
        ],
        "interviews": [
            _object(note, training.versions(note.id, Interview)) for note in training.of_person(person_id, Interview)
        ],
        "earlier_plans": [
            _object(note, training.versions(note.id, Plan)) for note in training.of_person(person_id, Plan)[:-1]
        ],
    }


def why_it_waits(record: "Record", person_id: str) -> str:
    """Why no session of a plan may be held before somebody has answered for it: ``symptom``, ``pregnant``,
    ``postponed`` or nothing.

    A session that was held after a symptom, and had none, says that somebody has. One that the diary tells counts from
    when it was told.
    """
    demo = record.people.get(person_id).demo
    tested = next((line for line in record.tests.summaries(person_id) if demo or not line.demo), None)
    session = record.sessions.newest(person_id, demo=demo)
    after = tested is None or (session is not None and _at(session.run.started_at) > _at(tested.started_at))
    if after:
        symptom = session is not None and bool(symptoms_of(session.run))
    else:
        symptom = tested is not None and record.tests.had_symptom(tested.id)
    held = [] if tested is None else [tested.started_at]
    held += [] if session is None else [session.run.started_at]
    last = max(held, key=_at, default=None)
    if symptom or record.training.symptom_told_since(person_id, last):
        return SYMPTOM
    waits = record.hard_training_waits(person_id, {} if tested is None else record.tests.conditions(tested.id))
    return "postponed" if waits == TALK else waits


def _at(started_at: str) -> datetime:
    return datetime.fromisoformat(started_at)


def effect_on(record: "Record", person_id: str, plan: Plan | None, found: Overview | None) -> Effect | None:
    """Sessions done of planned beside the last test's change, where that test came after the plan began."""
    demo = record.people.get(person_id).demo
    tests = [stored for stored in record.tests.history(person_id) if demo or not stored.run.demo]
    last = tests[-1] if tests else None
    if plan is None or found is None or last is None or last.run.started_at[:10] <= plan.starts_on:
        return None
    return effect_of(found.done, found.planned, last.assessment.change)


def plan_object(plan: Note[Plan], entries: list[Note[Entry]], today: date) -> dict[str, Any]:
    """A plan and how each of its sessions stands."""
    found: Overview = overview(plan.value, [note.value for note in entries], today)
    return {
        "id": plan.id,
        "version": plan.number,
        "starts_on": plan.value.starts_on,
        "weeks": plan.value.weeks,
        "weekdays": list(plan.value.weekdays),
        "kind": plan.value.kind,
        "test_id": plan.value.test_id,
        "ended_on": plan.value.ended_on,
        "ended_because": plan.value.ended_because,
        "away": msgspec.to_builtins(plan.value.away),
        "done": found.done,
        "planned": found.planned,
        "so_far": found.so_far,
        "sessions": [
            {
                "number": standing.session.number,
                "day": standing.session.day,
                "first_day": standing.session.first_day,
                "kind": standing.session.kind,
                "state": standing.state.value,
                "row": None if standing.entry is None else entries[standing.entry].id,
            }
            for standing in found.sessions
        ],
        "extra": [entries[place].id for place in found.extra],
    }


def _object(note: Note[Some], versions: list[Note[Some]]) -> dict[str, Any]:
    fields = {"id": note.id, "version": note.number, "written_at": note.written_at, "written_by": note.written_by}
    before = [
        {"version": one.number, "written_at": one.written_at, "written_by": one.written_by, "reason": one.reason}
        | {"was": msgspec.to_builtins(one.value)}
        for one in versions[:-1]
    ]
    return {**fields, **msgspec.to_builtins(note.value), "earlier_versions": before}


def _week(week: object) -> dict[str, Any]:
    return msgspec.to_builtins(week)

"""A record as CSV: people, tests, stages, and beside them, never among them, results measured by others.

UTF-8 with a byte order mark, commas, decimal points: what spreadsheets read when they are told so, and programs always.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from teststation.records.people.people import Person
from teststation.records.tests.imported import ImportedResult
from teststation.records.tests.kept_tests import StoredTest
from teststation.texts import texts

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | float | int | bool | None


def csv_of(rows: Sequence[Mapping[str, Cell]], header: Sequence[str]) -> bytes:
    """A table. Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if row[name] is None else _cell(row[name]) for name in header])
    return out.getvalue().encode("utf-8-sig")


def people_rows(people: Iterable[Person]) -> list[dict[str, Cell]]:
    """One row a person."""
    return [{name: getattr(person, name) for name in PEOPLE} | {"sex": person.sex.value} for person in people]


PEOPLE = ("id", "family_name", "given_name", "born", "sex", "number", "height_cm", "note", "demo", "language")
IMPORTED = ("person_id", "tested_on", "vo2max_ml_kg_min", "method", "hr_max_bpm", "weight_kg", "comment")
TESTS = (
    "id", "person_id", "started_at", "protocol", "outcome", "reason", "age_years", "weight_kg", "height_cm",
    "method", "status", "why", "vo2max_ml_kg_min", "low", "high", "hr_max_bpm", "hr_max_source", "fitness_age_years",
    "percent_of_expected", "percentile", "algorithm_version", "software_version", "events_sha256", "signed_by",
    "signed_at", "demo",
)  # fmt: skip
STAGES = (
    "test_id", "number", "name", "planned_duration_s", "planned_speed_kmh", "planned_incline_pct", "speed_kmh",
    "incline_pct", "vo2_ml_kg_min", "hr_bpm", "steady", "rpe", "systolic_mmhg", "diastolic_mmhg", "used",
    "excluded_because", "demo",
)  # fmt: skip


def imported_rows(results: Iterable[ImportedResult]) -> list[dict[str, Cell]]:
    """One row a result that somebody else measured."""
    return [{name: getattr(result, name) for name in IMPORTED} for result in results]


def test_row(stored: StoredTest) -> dict[str, Cell]:
    """One kept test with the result that counts."""
    run, found = stored.run, stored.assessment
    estimate = found.estimates[found.headline]
    say = texts("en").say
    return {
        "id": stored.id,
        "person_id": stored.person_id,
        "started_at": run.started_at,
        "protocol": run.plan.id,
        "outcome": None if run.outcome is None else run.outcome.value,
        "reason": None if run.reason is None else say(run.reason),
        "age_years": run.subject.age_years,
        "weight_kg": run.subject.weight_kg,
        "height_cm": run.subject.height_cm,
        "method": found.headline,
        "status": estimate.status,
        "why": None if estimate.why is None else say(estimate.why),
        "vo2max_ml_kg_min": _round(estimate.vo2max_ml_kg_min),
        "low": _round(estimate.low),
        "high": _round(estimate.high),
        "hr_max_bpm": _round(found.hr_max.bpm),
        "hr_max_source": found.hr_max.source,
        "fitness_age_years": None if found.fitness_age is None else _round(found.fitness_age.years),
        "percent_of_expected": None if found.reference is None else _round(found.reference.percent_of_expected),
        "percentile": None if found.reference is None else _round(found.reference.percentile),
        "algorithm_version": found.algorithm_version,
        "software_version": stored.software_version,
        "events_sha256": stored.events_sha256,
        "signed_by": None if stored.signature is None else stored.signature.user_name,
        "signed_at": None if stored.signature is None else stored.signature.signed_at,
        "demo": run.demo,
    }


def stage_rows(stored: StoredTest) -> list[dict[str, Cell]]:
    """One row a stage, planned and walked."""
    say = texts("en").say
    rows: list[dict[str, Cell]] = []
    for number, stage in enumerate(stored.assessment.stages):
        seen = stage.observation
        planned = seen.planned
        rows.append(
            {
                "test_id": stored.id,
                "number": number,
                "name": seen.name,
                "planned_duration_s": None if planned is None else planned.duration_s,
                "planned_speed_kmh": None if planned is None else planned.speed_kmh,
                "planned_incline_pct": None if planned is None else planned.incline_pct,
                "speed_kmh": _round(seen.actual.speed_kmh),
                "incline_pct": _round(seen.actual.incline_pct),
                "vo2_ml_kg_min": _round(stage.vo2_ml_kg_min),
                "hr_bpm": _round(seen.hr_bpm),
                "steady": seen.steady,
                "rpe": seen.rpe,
                "systolic_mmhg": seen.systolic_mmhg,
                "diastolic_mmhg": seen.diastolic_mmhg,
                "used": stage.used,
                "excluded_because": None if stage.excluded_because is None else say(stage.excluded_because),
                "demo": stored.run.demo,
            }
        )
    return rows


def _cell(value: Cell) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _round(value: float | None) -> float | None:
    return None if value is None else round(float(value), 2)

"""A record as CSV: people, tests, stages, marks, seconds, and beside them, never among them, what others measured.

UTF-8 with a byte order mark, in one of two styles: semicolon and decimal comma, as a Norwegian spreadsheet opens it by
itself, or comma and decimal point, as programs read it. ``codebook.csv`` says what each column means.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from teststation.cause import Cause
from teststation.exchange.columns import CODEBOOK, FILES, IMPORTED, PEOPLE, Column
from teststation.physiology.advice import advise
from teststation.physiology.result import METHODS, Estimate
from teststation.records.people.person import Person
from teststation.records.tests.earlier_result import ImportedResult
from teststation.records.tests.stored import StoredTest
from teststation.run.record import RunRecord
from teststation.subject import Gait
from teststation.texts import COMMA as LANGUAGES_WITH_COMMA
from teststation.texts import texts

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | float | int | bool | None
Row = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Style:
    """How a table is written."""

    delimiter: str
    decimal: str


COMMA, SEMICOLON = Style(",", "."), Style(";", ",")
STYLES = {"comma": COMMA, "semicolon": SEMICOLON}


def style_of(name: str, language: str) -> Style:
    """A style by its name; where nobody chose, as the language's spreadsheets expect it."""
    return STYLES.get(name) or (SEMICOLON if language in LANGUAGES_WITH_COMMA else COMMA)


def csv_of(rows: Iterable[Mapping[str, Cell]], columns: Sequence[Column], style: Style = COMMA) -> bytes:
    """A table. Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", delimiter=style.delimiter)
    writer.writerow(column.name for column in columns)
    for row in rows:
        writer.writerow(_cell(row[column.name], column.digits, style) for column in columns)
    return out.getvalue().encode("utf-8-sig")


def codebook(style: Style) -> bytes:
    """What every column of every file means."""
    rows = [
        {
            "file": file,
            "column": column.name,
            "unit": column.unit,
            "decimals": column.digits,
            "meaning": column.meaning,
        }
        for file, columns in FILES.items()
        for column in columns
    ]
    return csv_of(rows, CODEBOOK, style)


def people_rows(people: Iterable[Person]) -> list[Row]:
    """One row a person."""
    names = [column.name for column in PEOPLE]
    return [{name: getattr(person, name) for name in names} | {"sex": person.sex.value} for person in people]


def imported_rows(results: Iterable[ImportedResult]) -> list[Row]:
    """One row a result that somebody else measured."""
    names = [column.name for column in IMPORTED]
    return [{name: getattr(result, name) for name in names} for result in results]


def test_row(stored: StoredTest) -> Row:
    """One kept test with the result that counts, and every other estimate beside it."""
    run, found, signature = stored.run, stored.assessment, stored.signature
    estimate, age, reference, change = (
        found.estimates[found.headline], found.fitness_age, found.reference, found.change,
    )  # fmt: skip
    return {
        "id": stored.id,
        "person_id": stored.person_id,
        "started_at": run.started_at,
        "protocol": run.plan.id,
        "outcome": None if run.outcome is None else run.outcome.value,
        "reason": None if run.reason is None else texts("en").told(run.reason),
        "symptoms": "; ".join(advise(run, found).framed(texts("en"))) if advise(run, found).symptoms else None,
        "operator": stored.conditions.get("operator"),
        **_subject(stored),
        "method": found.headline,
        "status": estimate.status,
        "why": _say(estimate.why),
        "vo2max_ml_kg_min": estimate.vo2max_ml_kg_min,
        "low": estimate.low,
        "high": estimate.high,
        "likely_low": estimate.likely_low,
        "likely_high": estimate.likely_high,
        "hr_max_bpm": found.hr_max.bpm,
        "hr_max_source": found.hr_max.source,
        # Beyond the table nobody knows the age: 80 would be a number for "over 80".
        "fitness_age_years": None if age is None or age.capped != "none" else age.years,
        "fitness_age_low": None if age is None else age.low,
        "fitness_age_high": None if age is None else age.high,
        "fitness_age_capped": None if age is None else age.capped,
        "percent_of_expected": None if reference is None else reference.percent_of_expected,
        "percentile": None if reference is None else reference.percentile,
        "change_ml_kg_min": None if change is None else change.change_ml_kg_min,
        "change_low": None if change is None else change.told().low,
        "change_high": None if change is None else change.told().high,
        "change_verdict": None if change is None else change.wording,
        **_estimates(found.estimates),
        "algorithm_version": found.algorithm_version,
        "software_version": stored.software_version,
        "events_sha256": stored.events_sha256,
        "state": state_of(stored),
        "signed_by": None if signature is None else signature.user_name,
        "signed_at": None if signature is None else signature.signed_at,
        "comment": None if signature is None else signature.comment,
        "amended_because": None if signature is None else signature.reason,
        "demo": run.demo,
    }


def state_of(stored: StoredTest) -> str:
    """Whether somebody stands for a test: ``draft``, ``signed`` or ``amended``."""
    if stored.signature is None:
        return "draft"
    return "amended" if stored.signature.is_amendment else "signed"


def stage_rows(stored: StoredTest) -> list[Row]:
    """One row a stage, planned and walked."""
    rows: list[Row] = []
    for number, stage in enumerate(stored.assessment.stages):
        seen = stage.observation
        planned = seen.planned
        share = None if seen.hr_bpm is None else 100 * seen.hr_bpm / stored.assessment.hr_max.bpm
        rows.append(
            {
                "test_id": stored.id,
                "number": number,
                "name": seen.name,
                "planned_duration_s": None if planned is None else planned.duration_s,
                "planned_speed_kmh": None if planned is None else planned.speed_kmh,
                "planned_incline_pct": None if planned is None else planned.incline_pct,
                "speed_kmh": seen.actual.speed_kmh,
                "incline_pct": seen.actual.incline_pct,
                "gait": seen.gait.value,
                "handrail": seen.handrail,
                "vo2_ml_kg_min": stage.vo2_ml_kg_min,
                "hr_bpm": seen.hr_bpm,
                "hr_coverage": seen.hr_coverage,
                "percent_of_hr_max": share,
                "steady": seen.steady,
                "rpe": seen.rpe,
                "systolic_mmhg": seen.systolic_mmhg,
                "diastolic_mmhg": seen.diastolic_mmhg,
                "used": stage.used,
                "excluded_because": _say(stage.excluded_because),
                "doubts": "; ".join(filter(None, (_say(cause) for cause in stage.doubts))),
                "demo": stored.run.demo,
            }
        )
    return rows


def mark_rows(stored: StoredTest) -> list[Row]:
    """One row for whatever was noted during a test."""
    return [
        {"test_id": stored.id, "t_s": mark.t_s, "kind": mark.kind, "text": mark.text, "demo": stored.run.demo}
        for mark in stored.run.marks
    ]


def second_rows(run: RunRecord) -> list[Row]:
    """One row a second of a run: pulse and belt as they were measured then, and nothing held over."""
    began = datetime.fromisoformat(run.started_at)
    belt = {round(sample.t_s): sample for sample in run.belt}
    heart = {round(sample.t_s): sample.bpm for sample in run.heart}
    rows: list[Row] = []
    for t_s in sorted(belt.keys() | heart.keys()):
        sample = belt.get(t_s)
        at = began + timedelta(seconds=t_s)
        rows.append(
            {
                "test_id": run.id,
                "t_s": t_s,
                "time": at.isoformat(timespec="seconds"),
                "stage": _stage_at(run, t_s),
                "hr_bpm": heart.get(t_s),
                "target_speed_kmh": None if sample is None else sample.target_speed_kmh,
                "measured_speed_kmh": None if sample is None else sample.measured_speed_kmh,
                "target_incline_pct": None if sample is None else sample.target_incline_pct,
                "measured_incline_pct": None if sample is None else sample.measured_incline_pct,
                "demo": run.demo,
            }
        )
    return rows


# --- parts ---


def _subject(stored: StoredTest) -> Row:
    subject = stored.run.subject
    # The rail as it was seen in the stages; what was planned before the test is among the conditions.
    seen = [stage.observation for stage in stored.assessment.stages]
    gaits = {one.gait for one in seen}
    told = {name: text for name, text in sorted(stored.conditions.items()) if name != "operator"}
    return {
        "sex": subject.sex.value,
        "age_years": subject.age_years,
        "weight_kg": subject.weight_kg,
        "height_cm": subject.height_cm,
        "resting_hr_bpm": subject.resting_hr_bpm,
        "resting_systolic_mmhg": subject.resting_systolic_mmhg,
        "resting_diastolic_mmhg": subject.resting_diastolic_mmhg,
        "waist_cm": subject.waist_cm,
        "activity_index": subject.activity_index,
        "beta_blocker": subject.beta_blocker,
        "irregular_rhythm": subject.irregular_rhythm,
        "conditions": "; ".join(f"{name}: {text}" for name, text in told.items()),
        "handrail": any(one.handrail for one in seen) if seen else None,
        "gait": "+".join(gait.value for gait in (Gait.WALK, Gait.RUN) if gait in gaits),
    }


def _estimates(estimates: Mapping[str, Estimate]) -> Row:
    """Every method's own number; empty where an older result knows no such method."""
    row: Row = {}
    for name in METHODS:
        one = estimates.get(name)
        row[f"{name}_status"] = None if one is None else one.status
        row[f"{name}_vo2max_ml_kg_min"] = None if one is None else one.vo2max_ml_kg_min
        row[f"{name}_low"] = None if one is None else one.low
        row[f"{name}_high"] = None if one is None else one.high
    return row


def _stage_at(run: RunRecord, t_s: float) -> int | None:
    return next(
        (span.index for span in run.stages if span.began_s <= t_s and (span.ended_s is None or t_s < span.ended_s)),
        None,
    )


def _say(cause: Cause | None) -> str | None:
    return None if cause is None else texts("en").say(cause)


def _cell(value: Cell, digits: int | None, style: Style) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
        case int():
            return str(value)
        case _:
            text = str(value) if digits is None else f"{value:.{digits}f}"
            return text.replace(".", style.decimal)

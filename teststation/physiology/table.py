"""Tables of stages from anywhere: CSV with a header, one row a stage, and who it is in lines before the header."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from teststation.errors import BadInput
from teststation.files.table import number as to_number
from teststation.files.table import shown, split
from teststation.person_words import activity_index, interval_peak
from teststation.physiology.result import Load, StageObservation
from teststation.subject import Gait
from teststation.texts import english

COLUMNS: dict[str, tuple[float, float]] = {
    "speed_kmh": (0.0, 30.0),
    "incline_pct": (0.0, 30.0),
    "hr_bpm": (30.0, 240.0),
    "vo2_ml_kg_min": (2.0, 100.0),
    "duration_s": (1.0, 7200.0),
    "rpe": (6.0, 20.0),
}
ABOUT = {
    "sex": "sex",
    "age": "age_years",
    "weight": "weight_kg",
    "height": "height_cm",
    "hr-max": "hr_max_measured_bpm",
    "hr-max-from-rpe": "hr_max_from_rpe",
    "hr-max-intervals": "hr_max_intervals_bpm",
    "waist": "waist_cm",
    "resting-hr": "resting_hr_bpm",
    "activity": "activity_index",
    "beta-blocker": "beta_blocker",
    "irregular-rhythm": "irregular_rhythm",
}
ROWS_MAX = 500  # the longest test of all has some thirty stages
YES_OR_NO = ("beta-blocker", "irregular-rhythm", "hr-max-from-rpe")
_ABOUT_LINE = re.compile(r"^\s*#\s*([\w-]+)\s*[=:]\s*(.*?)\s*[,;]*\s*$")


@dataclass(slots=True)
class Table:
    """A table read: what it says of the person, by the names of ``Subject``, and its stages."""

    subject: dict[str, Any] = field(default_factory=dict)
    observations: tuple[StageObservation, ...] = ()


def read_table(text: str, path: str) -> Table:
    """Read a table of stages.

    Raises:
        BadInput: one sentence for each problem, with file, row and field.
    """
    problems: list[str] = []
    table, source = Table(), split(text)
    for place, line in source.remarks:
        said = dict(table.subject)
        _read_about(line, path, place, table.subject, problems)
        if any(table.subject[name] != value for name, value in said.items()):
            problems.append(f"{path}: row {place}: another line said otherwise; keep the one that is true")
    if not source.header:
        raise BadInput(*problems, f"{path}: there is no table in it; begin with speed_kmh,incline_pct,hr_bpm")
    header = list(source.header)
    if any(header):
        problems += _header_problems(header, path)
    if problems:
        raise BadInput(*problems)
    if len(source.rows) > ROWS_MAX:
        raise BadInput(
            f"{path}: has {len(source.rows)} rows; one row is one stage of a test, and {ROWS_MAX} are the most"
        )
    found: list[StageObservation] = []
    for row in source.rows:
        where = f"{path}: row {row.number}"
        if row.problem is not None:
            problems.append(f"{where}: {english(row.problem)}")
            continue
        stage = _read_row(dict(zip(header, row.cells, strict=False)), len(found), where, problems)
        if any(row.cells[len(header) :]):
            problems.append(f"{where}: has more fields than the header; check its separators")
        if stage is not None:
            found.append(stage)
    if not found and not problems:
        problems.append(f"{path}: there is no stage in it; write one row for each stage")
    if problems:
        raise BadInput(*problems)
    table.observations = tuple(found)
    return table


def _header_problems(header: list[str], path: str) -> list[str]:
    known = (*COLUMNS, "gait")
    problems = [
        f"{path}: header: {shown(name)!r} is no column; columns are {', '.join(known)}"
        for name in header
        if name and name not in known
    ]
    problems += [f"{path}: header: {name} stands there twice; keep one" for name in known if header.count(name) > 1]
    loads = {"speed_kmh", "incline_pct"} <= set(header)
    if not loads and "vo2_ml_kg_min" not in header:
        problems.append(f"{path}: header: needs speed_kmh and incline_pct, or vo2_ml_kg_min; add them")
    if "hr_bpm" not in header:
        problems.append(f"{path}: header: needs hr_bpm; add it")
    return problems


def _read_about(line: str, path: str, number: int, subject: dict[str, Any], problems: list[str]) -> None:
    match = _ABOUT_LINE.match(line)
    if match is None:
        return
    key, value = match[1].lower(), match[2]
    name = ABOUT.get(key)
    where = f"{path}: row {number}: {key}"
    if name is None:
        return  # any other remark is a remark
    if key == "sex":
        if value.lower() in ("male", "female"):
            subject[name] = value.lower()
        else:
            problems.append(f"{where}: {shown(value)!r} is not male or female; correct it")
    elif key in YES_OR_NO:
        if value.lower() in ("yes", "no", "true", "false"):
            subject[name] = value.lower() in ("yes", "true")
        else:
            problems.append(f"{where}: {shown(value)!r} is not yes or no; correct it")
    elif key == "hr-max-intervals":
        try:
            subject |= interval_peak(value)
        except BadInput as error:
            problems += [f"{where}: {problem}" for problem in error.problems]
    elif key == "activity":
        try:
            subject[name] = activity_index(value)
        except BadInput as error:
            problems += [f"{where}: {problem}" for problem in error.problems]
    else:
        number_read = to_number(value)
        if number_read is None:
            problems.append(f"{where}: {shown(value)!r} is not a number; correct it")
        else:
            subject[name] = number_read


def _read_row(cells: Mapping[str, str], index: int, where: str, problems: list[str]) -> StageObservation | None:
    values: dict[str, float | None] = {}
    before = len(problems)
    for name, (low, high) in COLUMNS.items():
        text = (cells.get(name) or "").strip()
        values[name] = None
        if not text:
            continue
        value = to_number(text)
        if value is None:
            problems.append(f"{where}: {name}: {shown(text)!r} is not a number; correct it")
        elif not low <= value <= high:
            problems.append(f"{where}: {name}: {value:g} is outside {low:g} to {high:g}; correct it")
        elif name == "rpe" and value % 1:
            problems.append(f"{where}: rpe: {value:g} is no whole number; Borg's scale has none between")
        else:
            values[name] = value
    gait = (cells.get("gait") or "").strip().lower()
    if gait not in ("", "walk", "run"):
        problems.append(f"{where}: gait: {shown(gait)!r} is not walk or run; correct it or leave it empty")
    no_load = values["vo2_ml_kg_min"] is None and (values["speed_kmh"] is None or values["incline_pct"] is None)
    if len(problems) == before and no_load:
        problems.append(f"{where}: has neither speed_kmh and incline_pct nor vo2_ml_kg_min; fill them in")
    if len(problems) > before:
        return None
    return StageObservation(
        index=index,
        name=str(index + 1),
        planned=None,
        actual=Load(values["duration_s"], values["speed_kmh"], values["incline_pct"]),
        hr_bpm=values["hr_bpm"],
        rpe=None if values["rpe"] is None else int(values["rpe"]),
        gait=Gait(gait) if gait else _usual_gait(values["speed_kmh"]),
        gait_stated=bool(gait),
        vo2_ml_kg_min=values["vo2_ml_kg_min"],
    )


def _usual_gait(speed_kmh: float | None) -> Gait:
    """Where the table does not say: a run above 7 km/h, the station's own switch."""
    return Gait.RUN if speed_kmh is not None and speed_kmh > 7.0 else Gait.WALK

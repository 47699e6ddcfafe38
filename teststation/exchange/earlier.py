"""Earlier tests from a table of another system: read, looked up in the record, and shown before anything is kept.

CSV with a header, in UTF-8; comma, semicolon or tab; decimal point or, beside semicolon or tab, decimal comma::

    number,family_name,given_name,born,tested_on,vo2max_ml_kg_min,method,hr_max_bpm,weight_kg,comment

A row names its person by ``number``, or by ``family_name``, ``given_name`` and ``born``.
"""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from teststation.errors import BadInput
from teststation.records.database import Record
from teststation.records.imported import EarlierResult
from teststation.records.names import folded
from teststation.records.people import Person

REQUIRED = ("tested_on", "vo2max_ml_kg_min", "method")
OPTIONAL = ("number", "family_name", "given_name", "born", "hr_max_bpm", "weight_kg", "comment")
# Outside these somebody has mistyped or mixed up the unit (L/min, MET, lb).
BOUNDS = {"vo2max_ml_kg_min": (5.0, 100.0), "hr_max_bpm": (60.0, 240.0), "weight_kg": (25.0, 300.0)}


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row: the person found and the result to be kept, or every problem of it."""

    row: int  # in the file, 1 is the header
    person: Person | None
    result: EarlierResult | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A whole table, before anything is kept."""

    source_sha256: str
    rows: tuple[PreviewRow, ...]

    @property
    def good(self) -> list[EarlierResult]:
        """What can be kept."""
        return [row.result for row in self.rows if row.result is not None]

    @property
    def problems(self) -> list[str]:
        """Every problem with its row."""
        return [f"row {row.row}: {problem}" for row in self.rows for problem in row.problems]


def preview(path: Path, record: Record, today: date) -> Preview:
    """Read a table and look its people up. Nothing is kept.

    Raises:
        BadInput: the file is no such table.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); check the name") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: is not UTF-8 text; save it as CSV in UTF-8") from error
    lines = text.splitlines()
    if not lines:
        raise BadInput(f"{path}: is empty; begin with a header such as {','.join(REQUIRED)}")
    delimiter = max(",;\t", key=lines[0].count)
    header, *rows = csv.reader(lines, delimiter=delimiter)
    names = [name.strip().lower() for name in header]
    problems = [f"{path}: the column {name} is missing; add it" for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in (*REQUIRED, *OPTIONAL)]
    problems += [f"{path}: nobody knows the column {name or 'without a name'}; take it out" for name in unknown]
    if "number" not in names and not {"family_name", "born"} <= set(names):
        problems.append(f"{path}: the rows name nobody; add number, or family_name, given_name and born")
    if problems:
        raise BadInput(*problems)
    finder = _Finder(record)
    read = [
        _read(number, dict(zip(names, row, strict=False)), finder, today, decimal_comma=delimiter != ",")
        for number, row in enumerate(rows, start=2)
        if any(cell.strip() for cell in row)
    ]
    return Preview(hashlib.sha256(data).hexdigest(), tuple(read))


class _Finder:
    """Looks people up as a row names them."""

    def __init__(self, record: Record) -> None:
        people = record.people.all()
        self._by_number = {person.number: person for person in people if person.number is not None}
        self._by_name: dict[tuple[str, str | None], list[Person]] = {}
        for person in people:
            self._by_name.setdefault((folded(person.full_name), person.born), []).append(person)

    def find(self, cells: Mapping[str, str]) -> Person | str:
        """The person, or the problem."""
        number = cells.get("number", "")
        if number:
            return self._by_number.get(number) or "nobody in the record has this number; add the person first"
        name = f"{cells.get('given_name', '')} {cells.get('family_name', '')}".strip()
        if not name or not cells.get("born"):
            return "names nobody; write the number, or name and birth date"
        found = self._by_name.get((folded(name), cells["born"]), [])
        if not found:
            return "nobody in the record has this name and birth date; add the person first"
        return found[0] if len(found) == 1 else "several people have this name and birth date; write the number"


def _read(row: int, raw: Mapping[str, str], finder: _Finder, today: date, *, decimal_comma: bool) -> PreviewRow:
    cells = {name: cell.strip().removeprefix("'") for name, cell in raw.items()}
    problems: list[str] = []
    person = finder.find(cells)
    if isinstance(person, str):
        problems.append(person)
    tested_on = _date(cells.get("tested_on", ""), person, today, problems)
    figures = {name: _figure(name, cells.get(name, ""), problems, decimal_comma) for name in BOUNDS}
    if not cells.get("method"):
        problems.append("method is empty; write how it was measured, such as ergospirometry or Ekblom-Bak")
    vo2max = figures["vo2max_ml_kg_min"]
    if problems or isinstance(person, str) or vo2max is None:
        return PreviewRow(row, None if isinstance(person, str) else person, None, tuple(problems))
    result = EarlierResult(
        person_id=person.id,
        tested_on=tested_on,
        vo2max_ml_kg_min=vo2max,
        method=cells["method"],
        hr_max_bpm=figures["hr_max_bpm"],
        weight_kg=figures["weight_kg"],
        comment=cells.get("comment", ""),
    )
    return PreviewRow(row, person, result)


def _date(text: str, person: Person | str, today: date, problems: list[str]) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        problems.append(f"tested_on: {text!r} is not a date; write it as YYYY-MM-DD")
        return ""
    if day > today:
        problems.append(f"tested_on: {text} is in the future; correct it")
    if not isinstance(person, str) and person.born is not None and text < person.born:
        problems.append(f"tested_on: {text} is before the person was born; correct it")
    return day.isoformat()


def _figure(name: str, text: str, problems: list[str], decimal_comma: bool) -> float | None:
    low, high = BOUNDS[name]
    if not text:
        if name in REQUIRED:
            problems.append(f"{name} is empty; write it, or take the row out")
        return None
    try:
        value = float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        problems.append(f"{name}: {text!r} is not a number; correct it")
        return None
    if not low <= value <= high:
        problems.append(f"{name}: {text} is outside {low:g} to {high:g}; check the unit")
        return None
    return value

"""Earlier tests from a table of another system: read, looked up in the record, and shown before anything is kept.

CSV with a header, as ``files.table`` reads it; comma, semicolon or tab; decimal point or comma; dates as 2019-05-01 or
01.05.2019; UTF-8, UTF-16 or Windows' own coding::

    number,family_name,given_name,born,sex,tested_on,vo2max_ml_kg_min,method,hr_max_bpm,weight_kg,comment
    fødselsnummer;etternavn;fornavn;fødselsdato;kjønn;dato;VO2maks (mL/kg/min);metode;makspuls;vekt (kg);kommentar

A row names its person by ``number``, or by ``family_name``, ``given_name`` and ``born``. Whoever is not in the record
is added if name, ``born`` and ``sex`` are there.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.reading import read_bytes
from teststation.files.table import CELL_LETTERS, Row, decoded_from_a_spreadsheet, number, shown, split
from teststation.records.people import national_number
from teststation.records.people.matching import Description, Matching, told_born
from teststation.records.people.person import NUMBER_LETTERS, Person, new_person
from teststation.records.tests.earlier_result import EarlierResult
from teststation.subject import Sex
from teststation.texts import english

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

REQUIRED = ("tested_on", "vo2max_ml_kg_min", "method")
OPTIONAL = ("number", "family_name", "given_name", "born", "sex", "hr_max_bpm", "weight_kg", "comment")
# A column's other names, without spaces and signs. A unit that is named must be ours: L/min is another number.
HEADINGS = {
    **dict.fromkeys(("nummer", "nr", "pasientnummer", "pasientnr", "fødselsnummer", "fnr", "personnummer"), "number"),
    **dict.fromkeys(("etternavn", "etternamn", "familyname", "lastname"), "family_name"),
    **dict.fromkeys(("fornavn", "fornamn", "førenamn", "givenname", "firstname"), "given_name"),
    **dict.fromkeys(("født", "fødd", "fødselsdato", "fdato", "dateofbirth"), "born"),
    **dict.fromkeys(("kjønn",), "sex"),
    **dict.fromkeys(("dato", "testdato", "testet", "testa", "testedon", "date"), "tested_on"),
    **dict.fromkeys(("metode",), "method"),
    **{
        name + unit: "vo2max_ml_kg_min"
        for name in ("vo2maks", "vo2max", "kondisjon", "kondisjonstall", "oksygenopptak")
        for unit in ("", "mlkgmin", "mlminkg", "mlkg1min1", "mlmin1kg1")
    },
    **{name + unit: "hr_max_bpm" for name in ("makspuls", "hrmaks", "hrmax") for unit in ("", "slagmin", "bpm")},
    **{name + unit: "weight_kg" for name in ("vekt", "kroppsvekt", "weight") for unit in ("", "kg")},
    **dict.fromkeys(("kommentar", "merknad", "notat"), "comment"),
}
# Outside these somebody has mistyped or mixed up the unit (L/min, MET, lb).
BOUNDS = {"vo2max_ml_kg_min": (5.0, 100.0), "hr_max_bpm": (60.0, 240.0), "weight_kg": (25.0, 300.0)}
SEXES = {
    **dict.fromkeys(("female", "f", "kvinne", "k"), Sex.FEMALE),
    **dict.fromkeys(("male", "m", "mann"), Sex.MALE),
}


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row: the person found or to be added and the result to be kept, or every problem of it."""

    row: int  # in the file, 1 is the header
    person: Person | None
    result: EarlierResult | None
    problems: tuple[Cause, ...] = ()
    is_new: bool = False  # the person is not in the record yet
    is_known: bool = False  # the result is in the record already


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
    def fresh(self) -> int:
        """How many results the record does not have yet."""
        return sum(row.result is not None and not row.is_known for row in self.rows)

    @property
    def new_people(self) -> list[Person]:
        """Whom keeping adds."""
        return list({row.person.id: row.person for row in self.rows if row.is_new and row.person is not None}.values())

    @property
    def matched_people(self) -> int:
        """How many people of the record get results."""
        return len({row.person.id for row in self.rows if row.person is not None and not row.is_new})

    @property
    def problems(self) -> list[str]:
        """Every problem with its row, in English."""
        return [f"row {row.row}: {english(problem)}" for row in self.rows for problem in row.problems]


def preview(path: Path, record: "Record", today: date) -> Preview:
    """Read a table and look its people up. Nothing is kept.

    Raises:
        BadInput: the file is no such table.
    """
    data = _read_file(path)
    try:
        source = split(decoded_from_a_spreadsheet(data), remarks=False)
    except UnicodeDecodeError as error:
        raise BadInput(Cause("import_not_utf8", {"path": str(path)})) from error
    if not source.header:
        raise BadInput(Cause("import_empty", {"path": str(path), "columns": ",".join(REQUIRED)}))
    too_long = any(len(cell) > CELL_LETTERS for row in source.rows for cell in row.cells)
    if too_long or not any(source.header):
        raise BadInput(Cause("import_no_table", {"path": str(path)}))
    header = tuple(_column(name) for name in source.header)
    _check_header(path, list(header), list(source.header))
    finder = _Finder(record, today)
    read = [_read(row, header, finder, today) for row in source.rows]
    known = iter(record.imported.known([row.result for row in read if row.result is not None]))
    read = [row if row.result is None else replace(row, is_known=next(known)) for row in read]
    return Preview(hashlib.sha256(data).hexdigest(), tuple(read))


def keep(record: "Record", found: Preview) -> int:
    """Keep all that a preview without problems shows, in one transaction, and return how many results are new.

    Raises:
        BadInput: a row has a problem, or a number went to somebody since; nothing is kept. RecordError.
    """
    if found.problems:
        raise BadInput(Cause("import_rows_wrong"))
    return record.imported.keep(found.good, found.source_sha256, found.new_people)


def _read_file(path: Path) -> bytes:
    try:
        return read_bytes(path)
    except OSError as error:
        raise BadInput(Cause("import_unreadable", {"path": str(path), "why": error.strerror or ""})) from error


def _column(heading: str) -> str:
    """Our name of a column; the heading itself where it is no other name of one."""
    if heading in (*REQUIRED, *OPTIONAL):
        return heading
    return HEADINGS.get(re.sub(r"[\W_]+", "", heading.translate(_SMALL_FIGURES)), heading)


_SMALL_FIGURES = str.maketrans("₂²¹⁻·", "221  ")


def _check_header(path: Path, names: list[str], written: list[str]) -> None:
    here = str(path)
    causes = [Cause("import_column_missing", {"path": here, "name": name}) for name in REQUIRED if name not in names]
    for place, name in enumerate(names):
        if name not in (*REQUIRED, *OPTIONAL):
            told = shown(written[place]) or str(place + 1)
            causes.append(Cause("import_column_unknown", {"path": here, "name": told}))
        elif name in names[:place]:
            causes.append(Cause("import_column_twice", {"path": here, "name": written[place]}))
    if "number" not in names and not {"family_name", "born"} <= set(names):
        causes.append(Cause("import_no_names", {"path": here}))
    if causes:
        raise BadInput(*causes)


class _Finder:
    """Looks people up as a row names them; who is not there is made once, however many rows name them."""

    def __init__(self, record: "Record", today: date) -> None:
        self._matching = Matching(record.people.all(), record.people.with_number)
        self._today = today
        self._new: set[str] = set()

    def find(self, cells: Mapping[str, str]) -> tuple[Person, bool] | Cause:
        """The person and whether they are new, or the problem."""
        born = told_born(iso_day(cells.get("born", "")), self._today)
        if isinstance(born, Cause):
            return Cause("import_born_wrong", born.values) if born.code == "person_born_wrong" else born
        figures = cells.get("number", "")
        damage = national_number.damaged(figures) if figures else None
        if damage is not None:
            return damage
        said_sex = cells.get("sex", "").lower()
        sex = SEXES.get(said_sex)
        if said_sex and sex is None:
            return Cause("import_sex_wrong", {"text": shown(said_sex)})
        name = f"{cells.get('given_name', '')} {cells.get('family_name', '')}".strip()
        found = self._matching.find(Description(name, born, figures, sex))
        if isinstance(found, Person):
            return found, found.id in self._new
        if found is not None:
            return found
        if not name or born is None:
            return Cause("import_number_of_nobody") if figures else Cause("import_names_nobody")
        return self._make(cells, born, figures, sex)

    def _make(self, cells: Mapping[str, str], born: date, figures: str, sex: Sex | None) -> tuple[Person, bool] | Cause:
        if sex is None:
            return Cause("import_unknown_person")
        if len(figures) > NUMBER_LETTERS:
            return Cause("import_number_wrong")
        try:
            person = new_person(
                family_name=cells.get("family_name", ""),
                given_name=cells.get("given_name", ""),
                born=born.isoformat(),
                sex=sex,
                number=figures or None,
            )
        except BadInput:
            return Cause("import_number_wrong")
        self._matching.add(person)
        self._new.add(person.id)
        return person, True


def _read(source: Row, names: tuple[str, ...], finder: _Finder, today: date) -> PreviewRow:
    row = source.number
    if source.problem is not None:
        return PreviewRow(row, None, None, (source.problem,))
    cells = {name: cell.removeprefix("'") for name, cell in zip(names, source.cells, strict=False)}
    if any(source.cells[len(names) :]):
        # A decimal comma beside commas: every cell after it would be read as its neighbour.
        return PreviewRow(row, None, None, (Cause("import_too_many_cells"),))
    problems: list[Cause] = []
    tested_on = _date(cells.get("tested_on", ""), today, problems)
    figures = {name: _figure(name, cells.get(name, ""), problems) for name in BOUNDS}
    if not cells.get("method"):
        problems.append(Cause("import_method_empty"))
    named = finder.find(cells)
    if isinstance(named, Cause):
        return PreviewRow(row, None, None, (named, *problems))
    person, is_new = named
    if person.born is not None and tested_on and tested_on < person.born:
        problems.insert(0, Cause("import_before_birth", {"text": tested_on}))
    vo2max = figures["vo2max_ml_kg_min"]
    if problems or vo2max is None:
        return PreviewRow(row, person, None, tuple(problems), is_new)
    result = EarlierResult(
        person_id=person.id,
        tested_on=tested_on,
        vo2max_ml_kg_min=vo2max,
        method=cells["method"],
        hr_max_bpm=figures["hr_max_bpm"],
        weight_kg=figures["weight_kg"],
        comment=cells.get("comment", ""),
    )
    return PreviewRow(row, person, result, is_new=is_new)


def iso_day(text: str) -> str:
    """A date that was written as 1.5.2019 as 2019-05-01, without a spreadsheet's midnight; anything else as it is."""
    found = _NORWEGIAN_DAY.fullmatch(text)
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else _MIDNIGHT.sub("", text)


_MIDNIGHT = re.compile(r"[T ]0?0[:.]00([:.]00)?$")
_NORWEGIAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})([T ]0?0[:.]00([:.]00)?)?", re.ASCII)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(iso_day(text))
    except ValueError:
        return None


def _date(text: str, today: date, problems: list[Cause]) -> str:
    day = _day(text)
    if day is None:
        problems.append(Cause("import_date_wrong", {"text": shown(text)}))
        return ""
    if day > today:
        problems.append(Cause("import_date_future", {"text": shown(text)}))
    return day.isoformat()


def _figure(name: str, text: str, problems: list[Cause]) -> float | None:
    low, high = BOUNDS[name]
    if not text:
        if name in REQUIRED:
            problems.append(Cause("import_figure_empty", {"name": name}))
        return None
    value = number(text)
    if value is None:
        problems.append(Cause("import_figure_wrong", {"name": name, "text": shown(text)}))
        return None
    if not low <= value <= high:
        values = {"name": name, "text": shown(text), "low": f"{low:g}", "high": f"{high:g}"}
        problems.append(Cause("import_figure_outside", values))
        return None
    return value

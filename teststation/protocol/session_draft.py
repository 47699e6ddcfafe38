"""An interval session while somebody writes it: its parts' cells as they were typed, every problem at its cell. Pure.

What is typed is never lost, as in a test's draft. The bouts have no load here: it is the person's own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.ports import Value
from teststation.protocol.draft import TITLE_LETTERS, number_of, seconds_of, written, written_time
from teststation.protocol.naming import slug
from teststation.protocol.schema import SESSION, check_table, check_text
from teststation.protocol.writing import toml_of
from teststation.units import kmh_from_mph

EASY = ("duration_s", "hr_share", "speed_kmh", "incline_pct")
PARTS: Mapping[str, tuple[str, ...]] = {
    "warm_up": EASY,
    "bout": ("duration_s", "hr_share_low", "hr_share_high", "borg_low", "borg_high"),
    "pause": EASY,
    "cool_down": ("duration_s", "speed_kmh", "incline_pct"),
    "steps": ("speed_kmh", "incline_pct", "up_max"),
}
SHARES = frozenset({"hr_share", "hr_share_low", "hr_share_high"})  # typed in % of HRmax
WHOLE = frozenset({"borg_low", "borg_high", "up_max"})
BOUTS = "bouts"


def cell_of(part: str, field: str) -> str:
    """A cell's name, as a file's reader finds the field."""
    return f"{part}.{field}"


class SessionDraft(Value, frozen=True):
    """A session, as typed; ``cells`` by ``cell_of``."""

    identifier: str = ""  # empty until it is saved for the first time
    title: str = ""
    bouts: str = ""
    cells: Mapping[str, str] = msgspec.field(default_factory=dict)
    citation: str = ""
    cool_down_name: str = ""
    # What a file may say besides, kept as it was: [limits] and [extension].
    kept: Mapping[str, Any] = msgspec.field(default_factory=dict)

    def cell(self, part: str, field: str) -> str:
        """What stands in a cell."""
        return self.cells.get(cell_of(part, field), "")


class FieldProblem(Value, frozen=True):
    """What is wrong with one field: ``title``, ``bouts``, a cell's name, or another of the file's."""

    field: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Aim:
    """One part of the session in time: its length, and the pulse it aims at in shares of HRmax."""

    part: str
    duration_s: float
    low: float
    high: float


def table_of(draft: SessionDraft) -> dict[str, Any]:
    """The session's table; a cell that cannot be read stands in it as text, for the check to find."""
    table: dict[str, Any] = {
        "id": draft.identifier or slug(draft.title), "kind": SESSION, "title": draft.title.strip(),
    }  # fmt: skip
    if draft.citation:
        table["citation"] = draft.citation
    table[BOUTS] = _whole(draft.bouts)
    for part, fields in PARTS.items():
        if part == "pause" and table[BOUTS] == 1:
            continue  # one bout has no pause after it; what is typed there waits
        table[part] = {field: _value(field, draft.cell(part, field)) for field in fields}
    if draft.cool_down_name:
        table["cool_down"]["name"] = draft.cool_down_name
    return table | dict(draft.kept)


def text_of(draft: SessionDraft) -> str:
    """The session as TOML. Raises BadInput where it is not in order."""
    found = problems(draft)
    if found:
        raise BadInput(*(problem.cause for problem in found))
    return toml_of(table_of(draft))


def draft_of(text: str, path: str, *, comma: bool = True) -> SessionDraft:
    """A session's text as a draft. Raises BadInput: it is not in order, or a test."""
    checked = check_text(text)
    if checked.problems:
        raise BadInput(*checked.sentences(path))
    table = checked.table
    if table.get("kind") != SESSION:
        raise BadInput(Cause("protocol_is_test", {"path": path}))
    down = table["cool_down"]
    if "speed_mph" in down:
        down = {**down, "speed_kmh": round(kmh_from_mph(float(down["speed_mph"])), 2)}
    parts = {**table, "cool_down": down}
    cells = {
        cell_of(part, field): _typed(field, parts[part][field], comma)
        for part, fields in PARTS.items()
        if part in parts
        for field in fields
    }
    kept = {name: table[name] for name in ("limits", "extension") if name in table}
    citation, name = table.get("citation", ""), down.get("name", "")
    return SessionDraft(table["id"], table["title"], str(table[BOUTS]), cells, citation, name, kept)


def problems(draft: SessionDraft, taken: Collection[str] = ()) -> tuple[FieldProblem, ...]:
    """Every problem, each at its field. ``taken``: titles of other protocols."""
    found = [_at_field(wrong.where, wrong.cause) for wrong in check_table(table_of(draft)).problems]
    found = [one for one in found if one.field != "id" or draft.identifier]
    title = draft.title.strip()
    if title.casefold() in {other.strip().casefold() for other in taken}:
        found.append(FieldProblem("title", Cause("protocol_title_taken")))
    if len(title) > TITLE_LETTERS:
        found.append(FieldProblem("title", Cause("protocol_long_name", {"most": TITLE_LETTERS})))
    return tuple(found)


def with_cell(draft: SessionDraft, part: str, field: str, text: str) -> SessionDraft:
    """One cell typed anew."""
    return msgspec.structs.replace(draft, cells={**draft.cells, cell_of(part, field): text})


def aims(draft: SessionDraft) -> tuple[Aim, ...]:
    """The parts in their order; one that cannot be read has no length and no aim."""
    bouts = _whole(draft.bouts)
    if not isinstance(bouts, int) or not 1 <= bouts <= 20:
        return ()
    around = ["bout", *["pause", "bout"] * (bouts - 1)]
    return tuple(_aim(draft, part) for part in ("warm_up", *around, "cool_down"))


def length_s(draft: SessionDraft) -> float:
    """How long it takes in all, the cool-down counted."""
    return sum(aim.duration_s for aim in aims(draft))


def _aim(draft: SessionDraft, part: str) -> Aim:
    seconds = seconds_of(draft.cell(part, "duration_s"))
    low = number_of(draft.cell(part, "hr_share_low" if part == "bout" else "hr_share").replace("%", " "))
    high = number_of(draft.cell(part, "hr_share_high").replace("%", " ")) if part == "bout" else low
    if seconds is None or (part != "cool_down" and (low is None or high is None)):
        return Aim(part, 0.0, 0.0, 0.0)
    return Aim(part, seconds, (low or 0.0) / 100, (high or 0.0) / 100)


def _value(field: str, text: str) -> float | str:
    if field == "duration_s":
        seconds = seconds_of(text)
        return text if seconds is None else seconds
    if field in WHOLE:
        return _whole(text)
    value = number_of(text.replace("%", " "))
    if value is None:
        return text
    return round(value / 100, 6) if field in SHARES else value


def _whole(text: str) -> int | str:
    value = number_of(text)
    return text if value is None or value != int(value) else int(value)


def _typed(field: str, value: float, comma: bool) -> str:
    if field == "duration_s":
        return written_time(value, comma=comma)
    if field in WHOLE:
        return str(value)
    return written(round(value * 100, 6) if field in SHARES else value, comma=comma)


def _at_field(where: str, cause: Cause) -> FieldProblem:
    field = where.rpartition(".")[2]
    if field == "duration_s" and cause.code == "protocol_no_number":
        cause = Cause("protocol_no_time")
    if field in SHARES and cause.code == "protocol_outside_plain":
        shares = {name: round(float(share) * 100, 6) for name, share in cause.values.items()}
        cause = Cause("protocol_outside_pct", shares)
    return FieldProblem(where, cause)

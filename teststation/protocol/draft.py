"""A test protocol while somebody writes it: cells as they were typed, and every problem at its cell. Pure.

What is typed is never lost: a cell that nobody can read stays as it is, and says what to write. A draft in order
becomes a protocol's text and comes back from it as it was (``text_of``, ``draft_of``).
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.ports import Value
from teststation.protocol.naming import slug
from teststation.protocol.plan import StagePlan
from teststation.protocol.schema import INCLINE_PCT, SESSION, SPEED_KMH, check_table, check_text
from teststation.protocol.writing import toml_of
from teststation.units import kmh_from_mph

TIME, SPEED, INCLINE, NAME, HABITUATION = "time", "speed", "incline", "name", "habituation"
HEAD = -1  # the row of what belongs to the whole protocol
STARTING = "v"  # in a speed's cell: the starting speed
STEP_INCLINE_PCT = 2.0  # of a new stage, where the ones before it tell no step of their own
TITLE_LETTERS, NAME_LETTERS = 60, 40

_CELLS = {
    "duration_s": TIME, "speed": SPEED, "speed_kmh": SPEED, "speed_mph": SPEED, "incline_pct": INCLINE,
    "name": NAME, "habituation": HABITUATION,
}  # fmt: skip
_STAGE = re.compile(r"stages\[(\d+)\](?:\.(\w+))?")
_NUMBER = re.compile(r"([-−]?)(\d+)(?:[.,](\d+))?", re.ASCII)
_CLOCK = re.compile(r"(\d+):([0-5]\d)", re.ASCII)
_MINUTES = re.compile(r"(\d+)(?:[.,](\d))?", re.ASCII)  # 4, or 4,5: two digits after a comma would be read as seconds
_SECONDS = re.compile(r"(\d+)(?:[.,](\d+))?\s*s", re.ASCII | re.IGNORECASE)


class StageDraft(Value, frozen=True):
    """One row, as typed."""

    time: str = ""  # 4, 4:30 or 90 s
    speed: str = ""  # km/h, or ``STARTING``
    incline: str = ""  # %
    name: str = ""
    habituation: bool = False


class Draft(Value, frozen=True):
    """A protocol, as typed."""

    identifier: str = ""  # empty until it is saved for the first time
    title: str = ""
    stages: tuple[StageDraft, ...] = ()
    cool_down: StageDraft = StageDraft()
    speeds: tuple[tuple[str, str], ...] = ()  # starting speeds by name, km/h; empty texts are not offered
    default_speed: str = ""
    hr_limit: str = ""  # % of HRmax; empty: the station's own
    rpe_limit: str = ""
    citation: str = ""
    method: str = ""
    # What a file may say besides, kept as it was: of [limits] and [extension].
    limits: Mapping[str, float] = msgspec.field(default_factory=dict)
    extension: Mapping[str, float] = msgspec.field(default_factory=dict)

    @property
    def rows(self) -> tuple[StageDraft, ...]:
        """The stages and, last, the cool-down."""
        return (*self.stages, self.cool_down)


class CellProblem(Value, frozen=True):
    """What is wrong with one cell: of a row (the cool-down's is ``len(stages)``), or of the head."""

    row: int
    field: str  # TIME, SPEED, …; of the head: title, speeds.NAME, default_speed, hr_limit, rpe_limit, stages, limits.…
    cause: Cause


# --- reading and writing cells ---


def number_of(text: str) -> float | None:
    """A number with comma or point; None for anything else."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None or len(found[2]) > 9:
        return None
    value = float(f"{found[2]}.{found[3] or 0}")
    return -value if found[1] else value


def seconds_of(text: str) -> float | None:
    """A length in seconds: ``4`` and ``4,5`` are minutes, ``4:30`` minutes and seconds, ``90 s`` seconds.

    ``4,30`` is none of them: half the readers would take it for four and a half minutes.
    """
    text = text.strip()
    if found := _CLOCK.fullmatch(text):
        return float(int(found[1][:9]) * 60 + int(found[2]))
    if found := _MINUTES.fullmatch(text):
        return float(int(found[1][:9]) * 60 + int(found[2] or 0) * 6)
    if found := _SECONDS.fullmatch(text):
        return float(f"{found[1][:9]}.{found[2] or 0}")
    return None


def written(value: float, *, comma: bool) -> str:
    """A number as it stands in a cell, with every digit it has."""
    text = repr(float(value)).removesuffix(".0")
    return text.replace(".", ",") if comma else text


def written_time(seconds: float, *, comma: bool) -> str:
    """A length as it stands in a cell: 4:30, or 62,5 s where it is no whole second."""
    if seconds != int(seconds):
        return f"{written(seconds, comma=comma)} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def tidied(stage: StageDraft, *, comma: bool) -> StageDraft:
    """A row whose readable cells are written as the station writes them."""
    seconds, speed = seconds_of(stage.time), number_of(stage.speed)
    incline = number_of(stage.incline.replace("%", " "))
    starting = stage.speed.strip().casefold() == STARTING
    return StageDraft(
        time=stage.time if seconds is None else written_time(seconds, comma=comma),
        speed=STARTING if starting else stage.speed if speed is None else written(speed, comma=comma),
        incline=stage.incline if incline is None else written(incline, comma=comma),
        name=stage.name.strip(),
        habituation=stage.habituation,
    )


# --- to a protocol and back ---


def table_of(draft: Draft) -> dict[str, Any]:
    """The protocol's table; a cell that cannot be read stands in it as text, for the check to find."""
    table: dict[str, Any] = {"id": draft.identifier or slug(draft.title), "title": draft.title.strip()}
    for key, text in (("citation", draft.citation), ("method", draft.method)):
        if text:
            table[key] = text
    speeds = {name: _or_text(number_of(text), text) for name, text in draft.speeds if text.strip()}
    if speeds:
        table |= {"default_speed": draft.default_speed, "speeds": speeds}
    table["stages"] = [_stage_table(stage, counted=True) for stage in draft.stages]
    table["cool_down"] = _stage_table(draft.cool_down, counted=False)
    limits: dict[str, Any] = dict(draft.limits)
    if draft.hr_limit.strip():
        share = number_of(draft.hr_limit.replace("%", " "))
        limits["hr_fraction_of_max"] = draft.hr_limit if share is None else share / 100
    if draft.rpe_limit.strip():
        rpe = number_of(draft.rpe_limit)
        limits["rpe_max"] = draft.rpe_limit if rpe is None or rpe != int(rpe) else int(rpe)
    if limits:
        table["limits"] = limits
    if draft.extension:
        table["extension"] = dict(draft.extension)
    return table


def text_of(draft: Draft) -> str:
    """The protocol as TOML. Raises BadInput where it is not in order."""
    found = problems(draft)
    if found:
        raise BadInput(*(problem.cause for problem in found))
    return toml_of(table_of(draft))


def draft_of(text: str, path: str, *, comma: bool = True) -> Draft:
    """A protocol's text as a draft. Raises BadInput: it is not in order, or an interval session."""
    checked = check_text(text)
    if checked.problems:
        raise BadInput(*checked.sentences(path))
    table = checked.table
    if table.get("kind") == SESSION:
        raise BadInput(Cause("protocol_is_session", {"path": path}))
    limits, extension = dict(table.get("limits", {})), dict(table.get("extension", {}))
    share, rpe = limits.pop("hr_fraction_of_max", None), limits.pop("rpe_max", None)
    return Draft(
        identifier=table["id"],
        title=table["title"],
        stages=tuple(_stage_draft(stage, comma) for stage in table["stages"]),
        cool_down=_stage_draft(table["cool_down"], comma),
        speeds=tuple((name, written(kmh, comma=comma)) for name, kmh in table.get("speeds", {}).items()),
        default_speed=table.get("default_speed", ""),
        hr_limit="" if share is None else written(round(share * 100, 9), comma=comma),
        rpe_limit="" if rpe is None else str(rpe),
        citation=table.get("citation", ""),
        method=table.get("method", ""),
        limits=limits,
        extension=extension,
    )


def problems(draft: Draft, taken: Collection[str] = ()) -> tuple[CellProblem, ...]:
    """Every problem, each at its cell.

    Args:
        taken: Titles of other protocols: two of one name are taken for each other.
    """
    found = [_at_cell(wrong.where, wrong.cause, draft) for wrong in check_table(table_of(draft)).problems]
    # A name of the station's own making, and so never the writer's fault.
    found = [one for one in found if one.field != "id" or draft.identifier]
    title = draft.title.strip()
    if title.casefold() in {other.strip().casefold() for other in taken}:
        found.append(CellProblem(HEAD, "title", Cause("protocol_title_taken")))
    if len(title) > TITLE_LETTERS:
        found.append(CellProblem(HEAD, "title", Cause("protocol_long_name", {"most": TITLE_LETTERS})))
    for row, stage in enumerate(draft.rows):
        if len(stage.name.strip()) > NAME_LETTERS:
            found.append(CellProblem(row, NAME, Cause("protocol_long_name", {"most": NAME_LETTERS})))
    return tuple(found)


def stages_in_order(draft: Draft, found: Collection[CellProblem], speed_name: str = "") -> tuple[StagePlan | None, ...]:
    """The rows that can be walked as they stand, the cool-down last; None in place of the others."""
    wrong = {problem.row for problem in found}
    starting = {name: number_of(text) for name, text in draft.speeds}
    start_kmh = starting.get(speed_name or draft.default_speed)
    made: list[StagePlan | None] = []
    for row, stage in enumerate(draft.rows):
        seconds, incline = seconds_of(stage.time), number_of(stage.incline.replace("%", " "))
        kmh = start_kmh if _starts(stage) else number_of(stage.speed)
        if row in wrong or seconds is None or incline is None or kmh is None or not within(kmh, SPEED_KMH):
            made.append(None)
        else:
            made.append(StagePlan(stage.name.strip(), seconds, kmh, incline, habituation=stage.habituation))
    return tuple(made)


# --- what the editor does to it ---


def with_stage(draft: Draft, after: int, *, comma: bool) -> Draft:
    """One more stage below row ``after``: the same again, one step harder."""
    stages = list(draft.stages)
    stages.insert(after + 1, _following(stages[: after + 1], comma) if stages[: after + 1] else StageDraft())
    return msgspec.structs.replace(draft, stages=tuple(stages))


def without_stage(draft: Draft, row: int) -> Draft:
    """One stage less; the last one stays, and so does the cool-down."""
    if len(draft.stages) < 2 or not 0 <= row < len(draft.stages):
        return draft
    return msgspec.structs.replace(draft, stages=draft.stages[:row] + draft.stages[row + 1 :])


def moved_stage(draft: Draft, row: int, by: int) -> Draft:
    """A stage moved up (−1) or down (1); at the ends nothing changes."""
    to = row + by
    if not (0 <= row < len(draft.stages) and 0 <= to < len(draft.stages)):
        return draft
    stages = list(draft.stages)
    stages.insert(to, stages.pop(row))
    return msgspec.structs.replace(draft, stages=tuple(stages))


def with_cell(draft: Draft, row: int, field: str, value: str | bool, *, comma: bool) -> Draft:
    """One cell typed anew; a row of a readable value is written as the station writes it."""
    stage = tidied(msgspec.structs.replace(draft.rows[row], **{field: value}), comma=comma)
    if row == len(draft.stages):
        return msgspec.structs.replace(draft, cool_down=stage)
    return msgspec.structs.replace(draft, stages=(*draft.stages[:row], stage, *draft.stages[row + 1 :]))


def with_speed(draft: Draft, name: str, text: str) -> Draft:
    """One starting speed typed anew; the first that is given is the default, until another is chosen."""
    kept = {**dict(draft.speeds), name: text}
    given = [one for one, kmh in kept.items() if kmh.strip()]
    default = draft.default_speed if draft.default_speed in given else next(iter(given), "")
    return msgspec.structs.replace(draft, speeds=tuple(kept.items()), default_speed=default)


def length_s(draft: Draft) -> float:
    """The stages' length in all, cool-down not counted; a cell that cannot be read counts nothing."""
    return sum(seconds_of(stage.time) or 0.0 for stage in draft.stages)


def within(value: float, bounds: tuple[float, float]) -> bool:
    """Whether a value lies within, ends included."""
    return bounds[0] <= value <= bounds[1]


def _starts(stage: StageDraft) -> bool:
    return stage.speed.strip().casefold() == STARTING


def _or_text(value: float | None, text: str) -> float | str:
    return text if value is None else value


def _stage_table(stage: StageDraft, *, counted: bool) -> dict[str, Any]:
    table: dict[str, Any] = {"name": stage.name.strip()} if stage.name.strip() else {}
    table["duration_s"] = _or_text(seconds_of(stage.time), stage.time)
    if _starts(stage):
        table["speed"] = STARTING
    else:
        table["speed_kmh"] = _or_text(number_of(stage.speed), stage.speed)
    table["incline_pct"] = _or_text(number_of(stage.incline.replace("%", " ")), stage.incline)
    if counted and stage.habituation:
        table["habituation"] = True
    return table


def _stage_draft(stage: dict[str, Any], comma: bool) -> StageDraft:
    kmh = round(kmh_from_mph(float(stage["speed_mph"])), 2) if "speed_mph" in stage else stage.get("speed_kmh")
    return StageDraft(
        time=written_time(stage["duration_s"], comma=comma),
        speed=STARTING if kmh is None else written(kmh, comma=comma),
        incline=written(stage["incline_pct"], comma=comma),
        name=stage.get("name", "").strip(),
        habituation=stage.get("habituation", False),
    )


def _at_cell(where: str, cause: Cause, draft: Draft) -> CellProblem:
    found = _STAGE.fullmatch(where)
    if found is not None and found[2] is not None:
        row, field = int(found[1]) - 1, _CELLS.get(found[2], found[2])
    elif where.startswith("cool_down."):
        field = where.removeprefix("cool_down.")
        row, field = len(draft.stages), _CELLS.get(field, field)
    else:
        heads = {"limits.hr_fraction_of_max": "hr_limit", "limits.rpe_max": "rpe_limit"}
        row, field = HEAD, heads.get(where, where)
    if field == TIME and cause.code == "protocol_no_number":
        cause = Cause("protocol_no_time")
    if field == "hr_limit" and cause.code == "protocol_outside_plain":
        shares = {name: round(float(share) * 100, 6) for name, share in cause.values.items()}
        cause = Cause("protocol_outside_pct", shares)
    return CellProblem(row, field, cause)


def _following(stages: list[StageDraft], comma: bool) -> StageDraft:
    last = stages[-1]
    step_kmh, step_pct = 0.0, STEP_INCLINE_PCT
    if len(stages) > 1:
        before = stages[-2]
        kmh, pct = _difference(before.speed, last.speed), _difference(before.incline, last.incline)
        if kmh >= 0 and pct >= 0 and kmh + pct > 0:
            step_kmh, step_pct = kmh, pct
    speed = _raised(last.speed, step_kmh, SPEED_KMH[1], comma)
    incline = _raised(last.incline, step_pct, INCLINE_PCT[1], comma)
    named_by_incline = last.name.strip() == f"{last.incline.strip()} %"
    return StageDraft(time=last.time, speed=speed, incline=incline, name=f"{incline} %" if named_by_incline else "")


def _difference(one: str, other: str) -> float:
    low, high = number_of(one), number_of(other)
    return 0.0 if low is None or high is None else round(high - low, 3)


def _raised(text: str, step: float, most: float, comma: bool) -> str:
    value = number_of(text)
    return text if value is None else written(round(min(most, value + step), 3), comma=comma)

"""What a protocol's TOML may say, and every way in which one can be wrong.

A check never stops at the first problem: it tells each with its field and what to do, so that a file's reader gets a
line for it, and an editor a cell.
"""

import difflib
import math
import tomllib
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from teststation.cause import Cause
from teststation.texts import english

SPEED_KMH = (0.5, 22.0)
INCLINE_PCT = (0.0, 25.0)
STAGE_S = (10.0, 1800.0)
STAGES_MAX = 40
NAME_LETTERS = 200  # of a protocol, its id and a stage: beyond, no screen and no page shows it
TOTAL_MAX_S = 3600.0

SESSION = "session"  # a kind of protocol: intervals, whose load is the person's own
_KINDS = ("test", SESSION)
_BOUTS = (1, 20)

_TOP = {
    "kind",
    "id",
    "title",
    "citation",
    "method",
    "default_speed",
    "speeds",
    "stages",
    "cool_down",
    "limits",
    "extension",
}
_STAGE = {"name", "duration_s", "speed", "speed_kmh", "speed_mph", "incline_pct", "habituation"}
_COOL_DOWN = _STAGE - {"habituation"}
_LIMITS: dict[str, tuple[float, float]] = {
    "hr_fraction_of_max": (0.5, 1.0),
    "hr_over_for_s": (5, 60),
    "hr_answer_within_s": (0, 60),
    "rpe_max": (11, 20),
    "hr_lost_warn_s": (1, 60),
    "hr_lost_cool_down_s": (5, 300),
}
_EXTENSION: dict[str, tuple[float, float]] = {"step_s": (30, 300), "times_max": (0, 5)}

_SESSION_TOP = {
    "kind", "id", "title", "citation", "bouts", "warm_up", "bout", "pause", "cool_down", "steps", "limits", "extension",
}  # fmt: skip
_SHARE = (0.4, 1.0)
_EASY: dict[str, tuple[float, float]] = {
    "duration_s": STAGE_S, "hr_share": _SHARE, "speed_kmh": SPEED_KMH, "incline_pct": INCLINE_PCT,
}  # fmt: skip
_BOUT: dict[str, tuple[float, float]] = {
    "duration_s": STAGE_S, "hr_share_low": _SHARE, "hr_share_high": _SHARE, "borg_low": (6, 20), "borg_high": (6, 20),
}  # fmt: skip
_STEPS: dict[str, tuple[float, float]] = {"speed_kmh": (0.1, 2.0), "incline_pct": (0.5, 5.0), "up_max": (0, 10)}
_V = '"v"'  # as a file has it
_BEYOND = 10**15  # an integer may have any number of digits; arithmetic has not
_WHOLE = frozenset({"rpe_max", "times_max", "borg_low", "borg_high", "up_max"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """One problem: ``where`` is the field as a file's reader finds it, such as ``stages[2].incline_pct``."""

    where: str
    cause: Cause


@dataclass(slots=True)
class Checked:
    """A protocol's table after the check: usable only where there is no ``problem``."""

    table: dict[str, Any] = field(default_factory=dict)
    problems: list[Wrong] = field(default_factory=list)

    def wrong(self, where: str, code: str, **values: float | str) -> None:
        """Note one problem."""
        self.problems.append(Wrong(where, Cause(f"protocol_{code}", values)))

    def sentences(self, path: str) -> list[str]:
        """One line for each problem in the command line's English, with file, field and what to do."""
        return [f"{path}: {problem.where}: {english(problem.cause)}" for problem in self.problems]


def check_text(text: str) -> Checked:
    """Read TOML and check everything in it."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # no TOML, or a number of thousands of digits
        checked = Checked()
        checked.wrong("TOML", "toml", why=str(error))
        return checked
    return check_table(table)


def check_table(table: dict[str, Any]) -> Checked:
    """Check everything in a table, read from a file or typed into an editor."""
    checked = Checked(table)
    if table.get("kind", _KINDS[0]) not in _KINDS:
        checked.wrong("kind", "kind", there=", ".join(_KINDS))
        return checked
    session = table.get("kind") == SESSION
    _known(checked, "", table, _SESSION_TOP if session else _TOP)
    for key in ("id", "title"):
        if not isinstance(table.get(key), str) or not table.get(key, "").strip():
            checked.wrong(key, "text_missing")
        else:
            _short(checked, key, table[key])
    for key in ("citation", "method", "default_speed"):
        if key in table and not isinstance(table[key], str):
            checked.wrong(key, "not_text")
    if table.get("method", "multistage") not in ("multistage", "ebbeling"):
        checked.wrong("method", "method")
    if session:
        _check_session(checked, table)
    else:
        _check_speeds(checked, table)
        _check_stages(checked, table)
    _check_numbers(checked, "limits", table.get("limits", {}), _LIMITS)
    _check_numbers(checked, "extension", table.get("extension", {}), _EXTENSION)
    return checked


def _short(checked: Checked, where: str, name: str) -> None:
    if len(name) > NAME_LETTERS:
        checked.wrong(where, "long_name", most=NAME_LETTERS)


def _known(checked: Checked, where: str, table: dict[str, Any], names: set[str] | dict[str, Any]) -> None:
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, list(names), 1)
            at = f"{where}.{key}" if where else key
            if near:
                checked.wrong(at, "near_field", near=near[0])
            else:
                checked.wrong(at, "no_field")


def _check_speeds(checked: Checked, table: dict[str, Any]) -> None:
    speeds = table.get("speeds", {})
    if not isinstance(speeds, dict):
        checked.wrong("speeds", "no_speeds")
        table["speeds"] = {}
        return
    for name, value in speeds.items():
        _number(checked, f"speeds.{name}", value, SPEED_KMH, "kmh")
    default = table.get("default_speed")
    if speeds and (not isinstance(default, str) or default not in speeds):
        checked.wrong("default_speed", "default_speed", there=", ".join(speeds))


def _check_stages(checked: Checked, table: dict[str, Any]) -> None:
    stages = table.get("stages")
    if not isinstance(stages, list) or not stages:
        checked.wrong("stages", "stages_missing")
        stages = []
    if len(stages) > STAGES_MAX:
        checked.wrong("stages", "stages_many", n=len(stages), most=STAGES_MAX)
    for number, stage in enumerate(stages, start=1):
        _check_stage(checked, f"stages[{number}]", stage, _STAGE, table)
    counted = [s for s in stages if isinstance(s, dict) and s.get("habituation") is not True]
    if stages and not counted:
        checked.wrong("stages", "all_habituation")
    durations = [s.get("duration_s") for s in stages if isinstance(s, dict)]
    total_s = sum(d for d in durations if is_number(d))
    if total_s > TOTAL_MAX_S:
        checked.wrong("stages", "too_long", minutes=total_s / 60, most=TOTAL_MAX_S / 60)
    if "cool_down" not in table:
        checked.wrong("cool_down", "cool_down_missing")
    else:
        _check_stage(checked, "cool_down", table["cool_down"], _COOL_DOWN, table)


def _check_session(checked: Checked, table: dict[str, Any]) -> None:
    bouts = table.get("bouts")
    if isinstance(bouts, bool) or not isinstance(bouts, int) or not _BOUTS[0] <= bouts <= _BOUTS[1]:
        checked.wrong("bouts", "bouts", low=_BOUTS[0], high=_BOUTS[1])
        bouts = 0
    parts = {"warm_up": _EASY, "bout": _BOUT, "steps": _STEPS} | ({"pause": _EASY} if bouts != 1 else {})
    for name, fields in parts.items():
        _check_all(checked, name, table.get(name), fields)
    if bouts == 1 and "pause" in table:
        checked.wrong("pause", "pause_out_of_place")
    for name in ("warm_up", "pause"):
        part = table.get(name)
        if isinstance(part, dict):
            _check_step(checked, f"{name}.incline_pct", part.get("incline_pct"))
    bout = table.get("bout")
    if isinstance(bout, dict):
        for low, high in (("hr_share_low", "hr_share_high"), ("borg_low", "borg_high")):
            least, most = bout.get(low), bout.get(high)
            if is_number(least) and is_number(most) and least > most:
                checked.wrong(f"bout.{low}", "above_other", other=high)
    if isinstance(table.get("steps"), dict):
        _check_step(checked, "steps.incline_pct", table["steps"].get("incline_pct"))
    if "cool_down" not in table:
        checked.wrong("cool_down", "cool_down_missing")
    else:
        _check_stage(checked, "cool_down", table["cool_down"], _COOL_DOWN, table)
    total_s = sum(
        float(part["duration_s"]) * times
        for name, times in (("warm_up", 1), ("bout", bouts), ("pause", max(0, bouts - 1)))
        if isinstance(part := table.get(name), dict) and is_number(part.get("duration_s"))
    )
    if total_s > TOTAL_MAX_S:
        checked.wrong("bouts", "too_long", minutes=total_s / 60, most=TOTAL_MAX_S / 60)


def _check_all(checked: Checked, where: str, table: object, bounds: dict[str, tuple[float, float]]) -> None:
    """Every field of a session's part: all of them are needed."""
    if not isinstance(table, dict):
        checked.wrong(where, "part_missing", part=where, fields=", ".join(bounds))
        return
    _check_numbers(checked, where, {name: table.get(name) for name in bounds} | table, bounds)


def _check_step(checked: Checked, where: str, incline: object) -> None:
    if is_number(incline) and incline * 2 % 1:
        checked.wrong(where, "half_percent", value=incline)


def _check_stage(checked: Checked, where: str, stage: object, names: set[str], table: dict[str, Any]) -> None:
    if not isinstance(stage, dict):
        checked.wrong(where, "no_stage")
        return
    _known(checked, where, stage, names)
    if "name" in stage and not isinstance(stage["name"], str):
        checked.wrong(f"{where}.name", "not_text")
    elif "name" in stage:
        _short(checked, f"{where}.name", stage["name"])
    if "habituation" in stage and not isinstance(stage["habituation"], bool):
        checked.wrong(f"{where}.habituation", "yes_or_no")
    _number(checked, f"{where}.duration_s", stage.get("duration_s"), STAGE_S, "s")
    incline = stage.get("incline_pct")
    if _number(checked, f"{where}.incline_pct", incline, INCLINE_PCT, "pct") and is_number(incline) and incline * 2 % 1:
        checked.wrong(f"{where}.incline_pct", "half_percent", value=incline)
    given = [key for key in ("speed", "speed_kmh", "speed_mph") if key in stage]
    if len(given) != 1:
        checked.wrong(f"{where}.speed_kmh", "speed_once", v=_V)
    elif given == ["speed"]:
        if stage["speed"] != "v":
            checked.wrong(f"{where}.speed", "speed_v", v=_V)
        elif not table.get("speeds"):
            checked.wrong(f"{where}.speed", "speed_without_speeds", v=_V)
    elif given == ["speed_mph"]:
        low, high = (bound / 1.609344 for bound in SPEED_KMH)
        _number(checked, f"{where}.speed_mph", stage["speed_mph"], (low, high), "mph")
    else:
        _number(checked, f"{where}.speed_kmh", stage["speed_kmh"], SPEED_KMH, "kmh")


def _check_numbers(checked: Checked, where: str, table: object, bounds: dict[str, tuple[float, float]]) -> None:
    if not isinstance(table, dict):
        checked.wrong(where, "no_table", part=where)
        return
    _known(checked, where, table, bounds)
    for key, value in table.items():
        if key not in bounds:
            continue
        whole = key in _WHOLE
        if whole and (isinstance(value, bool) or not isinstance(value, int)):
            checked.wrong(f"{where}.{key}", "no_whole_number")
        else:
            _number(checked, f"{where}.{key}", value, bounds[key], "plain")


def _number(checked: Checked, where: str, value: object, bounds: tuple[float, float], unit: str) -> bool:
    if not is_number(value):
        checked.wrong(where, "no_number")
        return False
    low, high = bounds
    if not low <= value <= high:
        checked.wrong(where, f"outside_{unit}", value=value, low=round(low, 2), high=round(high, 2))
        return False
    return True


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value of a table is a number somebody can have meant: finite, and no yes or no."""
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < _BEYOND
    return isinstance(value, float) and math.isfinite(value)

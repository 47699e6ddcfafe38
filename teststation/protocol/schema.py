"""What a protocol's TOML may say, and every way in which one can be wrong.

A check never stops at the first problem: it returns one line for each, with file, field and what to do.
"""

import difflib
import math
import tomllib
from dataclasses import dataclass, field
from typing import Any

SPEED_KMH = (0.5, 22.0)
INCLINE_PCT = (0.0, 25.0)
STAGE_S = (10.0, 1800.0)
STAGES_MAX = 40
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
_WHOLE = frozenset({"rpe_max", "times_max", "borg_low", "borg_high", "up_max"})


@dataclass(slots=True)
class Checked:
    """A protocol's table after the check: usable only where ``problems`` is empty."""

    path: str
    table: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def wrong(self, where: str, what: str) -> None:
        """Note one problem."""
        self.problems.append(f"{self.path}: {where}: {what}")


def check_table(text: str, path: str) -> Checked:
    """Read TOML and check everything in it."""
    checked = Checked(path)
    try:
        checked.table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        checked.wrong("TOML", f"{error}; correct the line")
        return checked
    table = checked.table
    if table.get("kind", _KINDS[0]) not in _KINDS:
        checked.wrong("kind", f"is none of {', '.join(_KINDS)}; write one of them, or leave it out for a test")
        return checked
    session = table.get("kind") == SESSION
    _known(checked, "", table, _SESSION_TOP if session else _TOP)
    for key in ("id", "title"):
        if not isinstance(table.get(key), str) or not table.get(key, "").strip():
            checked.wrong(key, "is missing or no text; write it in quotes")
    for key in ("citation", "method", "default_speed"):
        if key in table and not isinstance(table[key], str):
            checked.wrong(key, "is no text; write it in quotes")
    if table.get("method", "multistage") not in ("multistage", "ebbeling"):
        checked.wrong("method", "is not multistage or ebbeling; choose one or leave it out")
    if session:
        _check_session(checked, table)
    else:
        _check_speeds(checked, table)
        _check_stages(checked, table)
    _check_numbers(checked, "limits", table.get("limits", {}), _LIMITS)
    _check_numbers(checked, "extension", table.get("extension", {}), _EXTENSION)
    return checked


def _known(checked: Checked, where: str, table: dict[str, Any], names: set[str] | dict[str, Any]) -> None:
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, list(names), 1)
            hint = f"did you mean {near[0]}?" if near else "take it out"
            checked.wrong(f"{where}.{key}" if where else key, f"is no field of a protocol; {hint}")


def _check_speeds(checked: Checked, table: dict[str, Any]) -> None:
    speeds = table.get("speeds", {})
    if not isinstance(speeds, dict):
        checked.wrong("speeds", "is no table; write [speeds] with a name and km/h on each line")
        table["speeds"] = {}
        return
    for name, value in speeds.items():
        _number(checked, f"speeds.{name}", value, SPEED_KMH, "km/h")
    default = table.get("default_speed")
    if speeds and default not in speeds:
        checked.wrong("default_speed", f"is none of {', '.join(speeds)}; name one of them")


def _check_stages(checked: Checked, table: dict[str, Any]) -> None:
    stages = table.get("stages")
    if not isinstance(stages, list) or not stages:
        checked.wrong("stages", "are missing; write one [[stages]] for each stage")
        stages = []
    if len(stages) > STAGES_MAX:
        checked.wrong("stages", f"are {len(stages)}, more than {STAGES_MAX}; take some out")
    for number, stage in enumerate(stages, start=1):
        _check_stage(checked, f"stages[{number}]", stage, _STAGE, table)
    counted = [s for s in stages if isinstance(s, dict) and s.get("habituation") is not True]
    if stages and not counted:
        checked.wrong("stages", "are all habituation; at least one must count")
    durations = [s.get("duration_s") for s in stages if isinstance(s, dict)]
    total_s = sum(d for d in durations if isinstance(d, int | float) and math.isfinite(d))
    if total_s > TOTAL_MAX_S:
        checked.wrong(
            "stages", f"last {total_s / 60:.0f} minutes in all, more than {TOTAL_MAX_S / 60:.0f}; shorten them"
        )
    if "cool_down" not in table:
        checked.wrong("cool_down", "is missing; write [cool_down] with duration_s, speed_kmh and incline_pct")
    else:
        _check_stage(checked, "cool_down", table["cool_down"], _COOL_DOWN, table)


def _check_session(checked: Checked, table: dict[str, Any]) -> None:
    bouts = table.get("bouts")
    if isinstance(bouts, bool) or not isinstance(bouts, int) or not _BOUTS[0] <= bouts <= _BOUTS[1]:
        checked.wrong("bouts", f"is missing or no whole number from {_BOUTS[0]} to {_BOUTS[1]}; write one")
        bouts = 0
    parts = {"warm_up": _EASY, "bout": _BOUT, "steps": _STEPS} | ({"pause": _EASY} if bouts != 1 else {})
    for name, fields in parts.items():
        _check_all(checked, name, table.get(name), fields)
    if bouts == 1 and "pause" in table:
        checked.wrong("pause", "has no place with one bout; take it out")
    for name in ("warm_up", "pause"):
        part = table.get(name)
        if isinstance(part, dict):
            _check_step(checked, f"{name}.incline_pct", part.get("incline_pct"))
    bout = table.get("bout")
    if isinstance(bout, dict):
        for low, high in (("hr_share_low", "hr_share_high"), ("borg_low", "borg_high")):
            least, most = bout.get(low), bout.get(high)
            if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
                checked.wrong(f"bout.{low}", f"is above {high}; change one of them")
    if isinstance(table.get("steps"), dict):
        _check_step(checked, "steps.incline_pct", table["steps"].get("incline_pct"))
    if "cool_down" not in table:
        checked.wrong("cool_down", "is missing; write [cool_down] with duration_s, speed_kmh and incline_pct")
    else:
        _check_stage(checked, "cool_down", table["cool_down"], _COOL_DOWN, table)
    total_s = sum(
        float(part["duration_s"]) * times
        for name, times in (("warm_up", 1), ("bout", bouts), ("pause", max(0, bouts - 1)))
        if isinstance(part := table.get(name), dict) and isinstance(part.get("duration_s"), int | float)
    )
    if math.isfinite(total_s) and total_s > TOTAL_MAX_S:
        checked.wrong(
            "bouts", f"last {total_s / 60:.0f} minutes in all, more than {TOTAL_MAX_S / 60:.0f}; shorten them"
        )


def _check_all(checked: Checked, where: str, table: object, bounds: dict[str, tuple[float, float]]) -> None:
    """Every field of a session's part: all of them are needed."""
    if not isinstance(table, dict):
        checked.wrong(where, f"is missing or no table; write [{where}] with {', '.join(bounds)}")
        return
    _check_numbers(checked, where, {name: table.get(name) for name in bounds} | table, bounds)


def _check_step(checked: Checked, where: str, incline: object) -> None:
    if isinstance(incline, int | float) and math.isfinite(incline) and float(incline) * 2 % 1:
        checked.wrong(where, f"{incline} is no multiple of 0.5 %; no treadmill can set it")


def _check_stage(checked: Checked, where: str, stage: object, names: set[str], table: dict[str, Any]) -> None:
    if not isinstance(stage, dict):
        checked.wrong(where, "is no table; write its fields on lines of their own")
        return
    _known(checked, where, stage, names)
    if "name" in stage and not isinstance(stage["name"], str):
        checked.wrong(f"{where}.name", "is no text; write it in quotes")
    if "habituation" in stage and not isinstance(stage["habituation"], bool):
        checked.wrong(f"{where}.habituation", "is not true or false; write one of them")
    _number(checked, f"{where}.duration_s", stage.get("duration_s"), STAGE_S, "s")
    incline = stage.get("incline_pct")
    if _number(checked, f"{where}.incline_pct", incline, INCLINE_PCT, "%") and float(incline or 0) * 2 % 1:
        checked.wrong(f"{where}.incline_pct", f"{incline} is no multiple of 0.5 %; no treadmill can set it")
    given = [key for key in ("speed", "speed_kmh", "speed_mph") if key in stage]
    if len(given) != 1:
        checked.wrong(f"{where}.speed_kmh", 'must be given once, as speed_kmh, speed_mph or speed = "v"')
    elif given == ["speed"]:
        if stage["speed"] != "v":
            checked.wrong(f"{where}.speed", 'can only be "v", the starting speed; write a number as speed_kmh')
        elif not table.get("speeds"):
            checked.wrong(f"{where}.speed", 'is "v", but there is no [speeds] table; add one')
    elif given == ["speed_mph"]:
        low, high = (bound / 1.609344 for bound in SPEED_KMH)
        _number(checked, f"{where}.speed_mph", stage["speed_mph"], (low, high), "mph")
    else:
        _number(checked, f"{where}.speed_kmh", stage["speed_kmh"], SPEED_KMH, "km/h")


def _check_numbers(checked: Checked, where: str, table: object, bounds: dict[str, tuple[float, float]]) -> None:
    if not isinstance(table, dict):
        checked.wrong(where, f"is no table; write [{where}]")
        return
    _known(checked, where, table, bounds)
    for key, value in table.items():
        if key not in bounds:
            continue
        whole = key in _WHOLE
        if whole and (isinstance(value, bool) or not isinstance(value, int)):
            checked.wrong(f"{where}.{key}", "is no whole number; write one")
        else:
            _number(checked, f"{where}.{key}", value, bounds[key], "")


def _number(checked: Checked, where: str, value: object, bounds: tuple[float, float], unit: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        checked.wrong(where, "is missing or no number; write one")
        return False
    low, high = bounds
    if not low <= value <= high:
        checked.wrong(where, f"{value:g} is outside {low:.3g} to {high:.3g} {unit}".rstrip() + "; correct it")
        return False
    return True

"""From a protocol's text to a ``Plan``, or to every problem at once."""

import tomllib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.reading import is_file, read_text
from teststation.ports import Setpoint, Value
from teststation.protocol.own import OwnProtocols, sha256_of, without_head
from teststation.protocol.plan import (
    BOUT,
    PAUSE,
    WARM_UP,
    Extension,
    Limits,
    Plan,
    SessionTerms,
    StagePlan,
)
from teststation.protocol.schema import SESSION, check_text
from teststation.subject import Gait
from teststation.units import kmh_from_mph


class SessionLoads(Value, frozen=True):
    """Where a session starts for one person: what their prescription says, or what was typed."""

    bout: Setpoint
    gait: Gait = Gait.WALK
    hr_max_bpm: float | None = None  # None: the pulse steers nothing, Borg and the talk test do
    band_of_bpm: float | None = None  # what the bouts' band is of, where a session has shown more than HRmax' shares
    warm_up: Setpoint | None = None  # None: as the protocol says, but never above the bouts
    pause: Setpoint | None = None


def builtin_ids() -> tuple[str, ...]:
    """The test protocols that come with the station; the default first."""
    tests = (name for name in _builtin() if not _is_session(_builtin_text(name)))
    return tuple(sorted(tests, key=lambda name: (name != "submax-13", name != "ebbeling-13", name)))


def builtin_sessions() -> tuple[str, ...]:
    """The interval sessions that come with the station; the default first."""
    sessions = (name for name in _builtin() if _is_session(_builtin_text(name)))
    return tuple(sorted(sessions, key=lambda name: (name != "4x4", name)))


def _builtin() -> list[str]:
    files = resources.files("protocols").iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


@lru_cache(maxsize=64)
def _builtin_text(name: str) -> str:
    return (resources.files("protocols") / f"{name}.toml").read_text("utf-8")


def _is_session(text: str) -> bool:
    return tomllib.loads(text).get("kind") == SESSION


def is_session(text: str) -> bool:
    """Whether a protocol's text is an interval session; what is in no order is none."""
    checked = check_text(text)
    return not checked.problems and checked.table.get("kind") == SESSION


def example_plan(text: str, path: str) -> Plan:
    """A test's plan; a session's as somebody would walk it whose bouts are 5 km/h at 8 %: they are everybody's own.

    Raises:
        BadInput: one sentence for each problem.
    """
    example = SessionLoads(bout=Setpoint(speed_kmh=5.0, incline_pct=8.0))
    return load_session(text, path, example) if is_session(text) else load_plan(text, path)


def find(protocol: str, own: OwnProtocols | None = None) -> tuple[str, str]:
    """Text and path of a built-in protocol, a test's or a session's, of one of the clinic's own, or of a file.

    A built-in name always means the built-in protocol.

    Raises:
        BadInput: there is none; the sentence lists those there are.
    """
    if protocol in _builtin():
        return _builtin_text(protocol), f"{protocol}.toml"
    found = None if own is None else own.find(protocol)
    if found is not None:
        return found
    path = Path(protocol)
    if not is_file(path):
        known = ", ".join((*builtin_ids(), *builtin_sessions(), *(() if own is None else own.ids())))
        raise BadInput(Cause("protocol_unknown", {"protocol": protocol, "known": known}))
    try:
        return without_head(read_text(path)), protocol
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Cause("protocol_no_text", {"path": protocol, "why": str(error)})) from error


def is_builtin(identifier: str) -> bool:
    """Whether a protocol or a session of this name comes with the station."""
    return identifier in _builtin()


def check(text: str, path: str) -> list[str]:
    """Every problem of a protocol, one line each; empty when it is in order."""
    return check_text(text).sentences(path)


def speeds(text: str, path: str) -> dict[str, float]:
    """The starting speeds a protocol offers, km/h by name; empty where its speeds are fixed."""
    return {name: float(value) for name, value in _sound(text, path).get("speeds", {}).items()}


def load_plan(text: str, path: str, speed: str | None = None) -> Plan:
    """The plan at one of the protocol's starting speeds, its default one without ``speed``.

    Raises:
        BadInput: one sentence for each problem.
    """
    table = _sound(text, path)
    if table.get("kind") == SESSION:
        raise BadInput(Cause("protocol_is_session", {"path": path}))
    offered = table.get("speeds", {})
    name = speed if speed is not None else table.get("default_speed", "")
    if name not in offered and (offered or speed is not None):
        if not offered:
            raise BadInput(Cause("protocol_fixed_speeds", {"path": path, "speed": name}))
        raise BadInput(Cause("protocol_no_speed", {"path": path, "speed": name, "there": ", ".join(offered)}))
    start_kmh = float(offered.get(name, 0.0))
    return Plan(
        id=table["id"],
        title=table["title"],
        text=text,
        sha256=sha256_of(text),
        speed_name=name,
        stages=tuple(_stage(stage, number, start_kmh) for number, stage in enumerate(table["stages"], start=1)),
        cool_down=_stage(table["cool_down"], 0, start_kmh),
        limits=Limits(**table.get("limits", {})),
        extension=Extension(**table.get("extension", {})),
        citation=table.get("citation", ""),
        method=table.get("method", "multistage"),
    )


def load_session(text: str, path: str, loads: SessionLoads) -> Plan:
    """A session's plan for one person: warm-up, bouts with their pauses, cool-down.

    Raises:
        BadInput: one sentence for each problem; or it is a test.
    """
    table = _sound(text, path)
    if table.get("kind") != SESSION:
        raise BadInput(Cause("protocol_is_test", {"path": path}))
    bout, steps = table["bout"], table["steps"]
    easy = {
        part: _easy(table[part], loads.bout, told)
        for part, told in ((WARM_UP, loads.warm_up), (PAUSE, loads.pause))
        if part in table
    }
    terms = SessionTerms(
        hr_low_bpm=_of(loads.band_of_bpm or loads.hr_max_bpm, bout["hr_share_low"]),
        hr_high_bpm=_of(loads.band_of_bpm or loads.hr_max_bpm, bout["hr_share_high"]),
        hr_max_bpm=loads.hr_max_bpm,
        borg_low=bout["borg_low"],
        borg_high=bout["borg_high"],
        gait=loads.gait,
        step_speed_kmh=float(steps["speed_kmh"]),
        step_incline_pct=float(steps["incline_pct"]),
        top_speed_kmh=loads.bout.speed_kmh,
        top_incline_pct=loads.bout.incline_pct,
        warm_up_hr_bpm=_of(loads.hr_max_bpm, table[WARM_UP]["hr_share"]),
        pause_hr_bpm=_of(loads.hr_max_bpm, table[PAUSE]["hr_share"]) if PAUSE in table else None,
    )
    top = loads.bout
    for _ in range(steps["up_max"]):
        top = terms.harder(top)
    terms = msgspec.structs.replace(terms, top_speed_kmh=top.speed_kmh, top_incline_pct=top.incline_pct)
    count = table["bouts"]
    stages = [_part(table, WARM_UP, easy[WARM_UP])]
    for number in range(1, count + 1):
        stages.append(_part(table, BOUT, loads.bout, f"Drag {number} av {count}"))
        if number < count:
            stages.append(_part(table, PAUSE, easy[PAUSE]))
    cool_down = _stage(table["cool_down"], 0, 0.0)
    slowest = min(cool_down.speed_kmh, loads.bout.speed_kmh)
    return Plan(
        id=table["id"],
        title=table["title"],
        text=text,
        sha256=sha256_of(text),
        speed_name="",
        stages=tuple(stages),
        cool_down=msgspec.structs.replace(cool_down, speed_kmh=slowest),
        limits=Limits(**table.get("limits", {})),
        extension=Extension(**table.get("extension", {})),
        citation=table.get("citation", ""),
        method="session",
        session=terms,
    )


def session_band(text: str, path: str) -> tuple[float, float]:
    """The shares of HRmax that a session's bouts aim at. Raises BadInput for what is no sound session."""
    table = _sound(text, path)
    if table.get("kind") != SESSION:
        raise BadInput(Cause("protocol_is_test", {"path": path}))
    return table["bout"]["hr_share_low"], table["bout"]["hr_share_high"]


_NAMES = {WARM_UP: "Oppvarming", PAUSE: "Aktiv pause"}


def _part(table: dict[str, Any], part: str, load: Setpoint, name: str = "") -> StagePlan:
    return StagePlan(
        name=name or _NAMES[part],
        duration_s=float(table[part]["duration_s"]),
        speed_kmh=load.speed_kmh,
        incline_pct=load.incline_pct,
        habituation=part != BOUT,
        part=part,
    )


def _easy(part: dict[str, Any], bout: Setpoint, told: Setpoint | None) -> Setpoint:
    """The load of warm-up or pause: never quicker or steeper than the bouts."""
    speed_kmh, incline_pct = float(part["speed_kmh"]), float(part["incline_pct"])
    if told is not None:
        speed_kmh, incline_pct = told.speed_kmh, told.incline_pct
    return Setpoint(speed_kmh=min(speed_kmh, bout.speed_kmh), incline_pct=min(incline_pct, bout.incline_pct))


def _of(hr_max_bpm: float | None, share: float) -> float | None:
    return None if hr_max_bpm is None else hr_max_bpm * share


def _sound(text: str, path: str) -> dict[str, Any]:
    checked = check_text(text)
    if checked.problems:
        raise BadInput(*checked.sentences(path))
    return checked.table


def _stage(stage: dict[str, Any], number: int, start_kmh: float) -> StagePlan:
    if "speed_mph" in stage:
        speed_kmh = round(kmh_from_mph(float(stage["speed_mph"])), 2)
    else:
        speed_kmh = float(stage.get("speed_kmh", start_kmh))
    return StagePlan(
        name=stage.get("name", f"Trinn {number}" if number else "Nedtrapping"),
        duration_s=float(stage["duration_s"]),
        speed_kmh=speed_kmh,
        incline_pct=float(stage["incline_pct"]),
        habituation=stage.get("habituation", False),
    )

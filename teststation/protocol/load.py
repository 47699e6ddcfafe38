"""From a protocol's text to a ``Plan``, or to every problem at once."""

import hashlib
from importlib import resources
from pathlib import Path
from typing import Any

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.protocol.plan import Extension, Limits, Plan, StagePlan
from teststation.protocol.schema import check_table
from teststation.units import kmh_from_mph


def builtin_ids() -> tuple[str, ...]:
    """The protocols that come with the station; the default first."""
    names = sorted(
        file.name.removesuffix(".toml")
        for file in resources.files("protocols").iterdir()
        if file.name.endswith(".toml")
    )
    return tuple(sorted(names, key=lambda name: (name != "submax-13", name != "ebbeling-13", name)))


def find(protocol: str) -> tuple[str, str]:
    """Text and path of a built-in protocol or of a file.

    Raises:
        BadInput: there is neither; the sentence lists the built-in ones.
    """
    if protocol in builtin_ids():
        file = resources.files("protocols") / f"{protocol}.toml"
        return file.read_text("utf-8"), f"{protocol}.toml"
    path = Path(protocol)
    if not path.is_file():
        known = ", ".join(builtin_ids())
        raise BadInput(Cause("protocol_unknown", {"protocol": protocol, "known": known}))
    try:
        return path.read_text("utf-8-sig"), protocol
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Cause("protocol_no_text", {"path": protocol, "why": str(error)})) from error


def check(text: str, path: str) -> list[str]:
    """Every problem of a protocol, one line each; empty when it is in order."""
    return check_table(text, path).problems


def speeds(text: str, path: str) -> dict[str, float]:
    """The starting speeds a protocol offers, km/h by name; empty where its speeds are fixed."""
    return {name: float(value) for name, value in _sound(text, path).get("speeds", {}).items()}


def load_plan(text: str, path: str, speed: str | None = None) -> Plan:
    """The plan at one of the protocol's starting speeds, its default one without ``speed``.

    Raises:
        BadInput: one sentence for each problem.
    """
    table = _sound(text, path)
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
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        speed_name=name,
        stages=tuple(_stage(stage, number, start_kmh) for number, stage in enumerate(table["stages"], start=1)),
        cool_down=_stage(table["cool_down"], 0, start_kmh),
        limits=Limits(**table.get("limits", {})),
        extension=Extension(**table.get("extension", {})),
        citation=table.get("citation", ""),
        method=table.get("method", "multistage"),
    )


def _sound(text: str, path: str) -> dict[str, Any]:
    checked = check_table(text, path)
    if checked.problems:
        raise BadInput(*checked.problems)
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

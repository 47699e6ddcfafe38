"""Which device families there are, what their DEVICE strings may say, and where their code lives."""

import difflib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.port_names import is_hardware, one_spelling, why_no_port
from teststation.cause import Cause, Problem
from teststation.errors import BadInput

TREADMILL = "treadmill"
HEART_RATE = "heart-rate"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a family: its choices, or the bounds of a number."""

    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    required: str = ""  # the cause that is told where it is missing


@dataclass(frozen=True, slots=True)
class Family:
    """One device family. ``runner`` is ``module:function``, imported only when a device is run."""

    name: str
    kind: str
    runner: str
    needs_port: bool = True
    on_serial_line: bool = True  # whether its port is one; else a strap's name, a file, or nothing
    port_example: str = ""  # where a port is not a serial port
    options: Mapping[str, Option] = field(default_factory=dict)
    verify: bool = False  # its protocol is in no maker's document: to be verified on the machine itself

    @property
    def unit_on_no_wire(self) -> bool:
        """Whether only a measurement of the belt shows its unit: the console shows what was sent in either."""
        return "units" in self.options and bool(self.options["units"].required)


@dataclass(frozen=True, slots=True)
class Device:
    """A DEVICE string, read and checked."""

    family: str
    port: str
    options: Mapping[str, str]

    @property
    def is_hardware(self) -> bool:
        """Whether a machine can be behind its port, unlike an emulator's."""
        return self.family in _ON_SERIAL_LINE and is_hardware(self.port)


EMULATED = {
    TREADMILL: ("trackmaster", "woodway", "csafe", "woodway-standard", "fec"),
    HEART_RATE: ("bridge", "ant"),
}

_TOPS = {
    "max_kmh": Option(low=1.0, high=25.0),
    "max_incline": Option(low=0.0, high=25.0),
}
# What a console shows where the operator reads it; only for the words of a prompt.
_CONSOLE = {"units": Option(choices=("kmh", "mph"))}
# Whether what a machine calls its incline is a grade; else the operator's word is taken for it.
_INCLINE = {"incline": Option(choices=("read", "word"))}
_LIMITS = {
    **_TOPS,
    "accel": Option(low=0.1, high=3.0),
    "decel": Option(low=0.1, high=3.0),
    "min_kmh": Option(low=0.1, high=1.0),  # the machine's own slowest speed, as it was found
}

_BAUD = Option(low=1200, high=1e6, whole=True)
_ANT_NUMBER = Option(low=1, high=0xFFFFF, whole=True)

FAMILIES: dict[tuple[str, str], Family] = {
    (family.kind, family.name): family
    for family in (
        Family(
            "trackmaster",
            TREADMILL,
            "drivers.treadmill.trackmaster:run",
            options={
                "units": Option(
                    choices=("kmh", "mph"),
                    required="device_units_missing",
                ),
                **_LIMITS,
            },
        ),
        Family("woodway", TREADMILL, "drivers.treadmill.woodway:run", options=_LIMITS, verify=True),
        Family("csafe", TREADMILL, "drivers.treadmill.csafe:run", options={**_CONSOLE, **_TOPS}, verify=True),
        Family(
            "woodway-standard",
            TREADMILL,
            "drivers.treadmill.woodway_standard:run",
            options={**_CONSOLE, **_TOPS},
            verify=True,
        ),
        Family(
            "ftms",
            TREADMILL,
            "drivers.treadmill.ftms:run",
            on_serial_line=False,
            port_example="ftms:C0:FF:EE:12:34:56",
            options={**_CONSOLE, **_TOPS, **_INCLINE},
            verify=True,
        ),
        Family(
            "fec",
            TREADMILL,
            "drivers.treadmill.fec:run",
            options={**_CONSOLE, **_TOPS, **_INCLINE, "number": _ANT_NUMBER, "baud": _BAUD},
            verify=True,
        ),
        Family(
            "manual",
            TREADMILL,
            "drivers.treadmill.manual:run",
            needs_port=False,
            on_serial_line=False,
            options={**_CONSOLE, **_TOPS},
        ),
        Family("emulated", TREADMILL, "", needs_port=False, on_serial_line=False),
        Family("bridge", HEART_RATE, "drivers.heart_rate.bridge:run", options={"baud": _BAUD}),
        Family(
            "ant",
            HEART_RATE,
            "drivers.heart_rate.ant:run",
            options={"number": _ANT_NUMBER, "baud": _BAUD},
        ),
        Family(
            "ble", HEART_RATE, "drivers.heart_rate.ble:run", on_serial_line=False, port_example="ble:C0:FF:EE:12:34:56"
        ),
        Family(
            "ftms",
            HEART_RATE,
            "drivers.heart_rate.ftms:run",
            on_serial_line=False,
            port_example="ftms:C0:FF:EE:12:34:56",
        ),
        Family("replay", HEART_RATE, "drivers.heart_rate.replay:run", on_serial_line=False),
        Family("emulated", HEART_RATE, "", needs_port=False, on_serial_line=False),
    )
}

_ON_SERIAL_LINE = frozenset(family.name for family in FAMILIES.values() if family.on_serial_line)


def parse_device(text: str, kind: str) -> Device:
    """Read ``FAMILY:PORT[,option=value...]``, split at the first colon.

    Raises:
        BadInput: one sentence for each thing that is wrong.
    """
    name, colon, rest = text.partition(":")
    if "," in name:
        # A family without a port may leave its colon out: manual,units=mph.
        name, _, pairs_alone = name.partition(",")
        colon, rest = ":", f",{pairs_alone}"
    family = FAMILIES.get((kind, name))
    if family is None:
        names = [known for known_kind, known in FAMILIES if known_kind == kind]
        near = difflib.get_close_matches(name, names, 1)
        if near:
            raise BadInput(Cause("device_family_near", {"device": text, "family": name, "near": near[0]}))
        raise BadInput(Cause("device_family_unknown", {"device": text, "family": name, "families": ", ".join(names)}))
    if name == "emulated":
        return _emulated(text, kind, rest if colon else "")
    # A file or a strap may have commas in its name, where there are no options to tell from it.
    port, *pairs = rest.split(",") if family.options else [rest]
    problems: list[Problem] = []
    if family.needs_port and not port:
        example = family.port_example or f"{name}:COM3"
        problems.append(Cause("device_port_missing", {"device": text, "family": name, "example": example}))
    if family.on_serial_line or kind == TREADMILL:
        port = one_spelling(port)
    if family.on_serial_line:
        problems.extend(why_no_port(port))
    options: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = (part.strip() for part in pair.partition("="))
        option = family.options.get(key)
        if option is None or not equals:
            known = ", ".join(f"{known}=" for known in family.options)
            told = {"device": text, "option": pair, "family": name, "options": known}
            problems.append(Cause("device_option_unknown", told))
        elif wrong := _wrong_value(option, value):
            problems.append(Cause(wrong.code, {"device": text, "option": f"{key}={value}", **wrong.values}))
        else:
            options[key] = value
    for key, option in family.options.items():
        given = any(pair.strip().startswith(f"{key}=") for pair in pairs)
        if option.required and not given:
            problems.append(Cause(option.required, {"device": text}))
    if problems:
        raise BadInput(*problems)
    return Device(name, port, options)


def refuse_time_scale(device: Device, factor: float) -> None:
    """Raises BadInput where a scaled clock would meet a real machine."""
    if factor != 1.0 and device.is_hardware:
        raise BadInput(Cause("port_not_scaled", {"port": device.port}))


def is_recording(text: str) -> bool:
    """Whether a DEVICE string names a file that is played, and no living strap."""
    return text.partition(":")[0] == "replay"


def with_absolute_file(text: str) -> str:
    """A DEVICE string whose recording is found from every folder: a driver process has a folder of its own."""
    name, _, path = text.partition(":")
    return f"{name}:{Path(path).absolute()}" if is_recording(text) and path else text


def load_runner(kind: str, family: str) -> Callable[..., Any]:
    """The function that runs a device of this family, imported now."""
    module, _, function = FAMILIES[(kind, family)].runner.partition(":")
    return getattr(importlib.import_module(module), function)


def _emulated(text: str, kind: str, worn: str) -> Device:
    known = EMULATED[kind]
    if worn and worn not in known:
        raise BadInput(Cause("device_not_emulated", {"device": text, "family": worn, "families": ", ".join(known)}))
    return Device("emulated", "", {"family": worn or known[0]})


def _wrong_value(option: Option, value: str) -> Cause | None:
    if option.choices:
        allowed = ", ".join(option.choices)
        return None if value in option.choices else Cause("device_option_choice", {"choices": allowed})
    try:
        number = float(value)
    except ValueError:
        return Cause("device_option_number")
    if option.whole and not number.is_integer():
        return Cause("device_option_whole")
    if option.low <= number <= option.high:
        return None
    return Cause("device_option_outside", {"low": option.low, "high": option.high})

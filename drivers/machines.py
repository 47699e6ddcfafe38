"""The clinic's own machines: limits, unit, adapter and belt checks. One TOML file in the user's data folder.

The driver process reads it by itself and lets it bind the guard, whatever the station asks for. A file that cannot be
read is refused: a limit that is not understood is no limit.
"""

import contextlib
import os
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import platformdirs

from drivers.adapters import is_adapter, resolve
from drivers.registry import TREADMILL, Device, parse_device
from teststation.cause import Cause, Problem
from teststation.errors import BadInput, DeviceError
from teststation.ports import BeltCheck

ENVIRONMENT = "TESTSTATION_MACHINES"  # another file, for a machine with several users and for tests
REMINDER_DAYS = 180
LIMITS = ("max_kmh", "max_incline", "accel", "decel")


def _between(low: float, high: float) -> Any:
    return msgspec.Meta(ge=low, le=high)


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One treadmill of the clinic. Limits bind the guard; what is None is the driver's own cautious default."""

    device: str  # a DEVICE string without limits: family, port or adapter, unit
    name: str = ""
    max_kmh: Annotated[float, _between(1.0, 25.0)] | None = None
    max_incline: Annotated[float, _between(0.0, 25.0)] | None = None
    accel: Annotated[float, _between(0.1, 3.0)] | None = None  # km/h per second
    decel: Annotated[float, _between(0.1, 3.0)] | None = None
    belt_length_m: Annotated[float, _between(1.0, 10.0)] | None = None
    reminder_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = REMINDER_DAYS
    checks: tuple[BeltCheck, ...] = ()

    @property
    def last_check(self) -> BeltCheck | None:
        """The latest belt check."""
        return max(self.checks, key=lambda check: check.day, default=None)

    def check_due(self, today: date) -> bool:
        """Whether the belt has not been checked for too long, or ever."""
        last = self.last_check
        return last is None or date.fromisoformat(last.day) + timedelta(days=self.reminder_days) < today


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    machine: tuple[Machine, ...] = ()


def machines_path() -> Path:
    """Where the machines are kept."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else platformdirs.user_data_path("teststation", appauthor=False) / "machines.toml"


def load_machines(path: Path | None = None) -> tuple[Machine, ...]:
    """The clinic's machines; none where there is no file. Raises BadInput where it cannot be read as such."""
    path = path or machines_path()
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        machines = msgspec.convert(data, _File).machine
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInput(Cause("machines_unreadable", {"path": str(path), "why": str(error)})) from error
    problems: list[Problem] = []
    for machine in machines:
        try:
            parse_device(machine.device, TREADMILL)
            for check in machine.checks:
                date.fromisoformat(check.day)
        except BadInput as error:
            problems += error.causes
        except ValueError:
            problems.append(Cause("machines_day", {"device": machine.device}))
    if problems:
        raise BadInput(Cause("machines_wrong", {"path": str(path)}), *problems)
    return machines


def save_machine(machine: Machine, path: Path | None = None) -> None:
    """Add a machine, or replace the one with the same device, so that a crash in the middle leaves the old file whole.

    Raises:
        BadInput: the file that is there cannot be read, or cannot be written.
    """
    path = path or machines_path()
    others = [other for other in load_machines(path) if not _same(other.device, machine.device)]
    text = "# The clinic's treadmills. The guard in the driver keeps these limits.\n"
    text += "".join(_table(one) for one in (*others, machine))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise BadInput(Cause("machines_unsaved", {"path": str(path), "why": str(error)})) from error


def machine_of(device: str | Device, machines: tuple[Machine, ...] | None = None) -> Machine | None:
    """The clinic's entry for a DEVICE string; None where there is none. Raises BadInput where the file is broken."""
    machines = load_machines() if machines is None else machines
    return next((machine for machine in machines if _same(machine.device, device)), None)


def bound(device: Device) -> Device:
    """A device with the clinic's limits: the tighter of both counts.

    Raises:
        BadInput: the file is broken, or the device names another unit than the machine was commissioned with.
    """
    machine = machine_of(device)
    if machine is None:
        return device
    options = dict(device.options)
    units = parse_device(machine.device, TREADMILL).options.get("units")
    if units is not None and options.get("units", units) != units:
        raise BadInput(Cause("machine_units", {"device": f"{device.family}:{device.port}", "units": units}))
    for name in LIMITS:
        limit: float | None = getattr(machine, name)
        if limit is not None:
            options[name] = str(min(limit, float(options[name])) if name in options else limit)
    return Device(device.family, device.port, options)


def _same(known: str, device: str | Device) -> bool:
    one = parse_device(known, TREADMILL)
    other = parse_device(device, TREADMILL) if isinstance(device, str) else device
    return one.family == other.family and (one.port == other.port or _port_today(one.port) == _port_today(other.port))


def _port_today(port: str) -> str:
    """One spelling for one port: COM names in any case and with or without Windows' prefix, a link by its target."""
    name = port
    if is_adapter(port):
        with contextlib.suppress(DeviceError):
            name = resolve(port)
    name = name.removeprefix("\\\\.\\")
    return str(Path(name).resolve()) if name.startswith("/") else name.casefold()


def _table(machine: Machine) -> str:
    values = msgspec.to_builtins(machine)
    checks = values.pop("checks", ())
    lines = ["\n[[machine]]\n", *(f"{name} = {_toml(value)}\n" for name, value in values.items())]
    for check in checks:
        lines += ["\n[[machine.checks]]\n", *(f"{name} = {_toml(value)}\n" for name, value in check.items())]
    return "".join(lines)


def _toml(value: str | float) -> str:
    # A JSON string is a TOML basic string, but for one character.
    return msgspec.json.encode(value).decode("utf-8").replace("\x7f", "\\u007f")

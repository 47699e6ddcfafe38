"""The clinic's own machines: limits, unit, adapter and belt checks. One TOML file in the user's data folder.

The driver process reads it by itself and lets it bind the guard, whatever the station asks for. A file that cannot be
read is refused: a limit that is not understood is no limit.
"""

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
from serial.tools import list_ports

from drivers.adapters import PortInfo, is_adapter, read_adapter, resolve
from drivers.machines_file import machines_path
from drivers.port_names import is_com, is_radio_address, one_spelling
from drivers.registry import FAMILIES, TREADMILL, Device, parse_device
from teststation.cause import Cause, Problem
from teststation.errors import BadInput, DeviceError
from teststation.files.reading import read_text
from teststation.files.writing import write_whole
from teststation.ports import BeltCheck

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
    min_kmh: Annotated[float, _between(0.1, 1.0)] | None = None  # its own slowest speed, as it was found
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


def load_machines(path: Path | None = None) -> tuple[Machine, ...]:
    """The clinic's machines; none where there is no file. Raises BadInput where it cannot be read as such."""
    path = path or machines_path()
    try:
        data = tomllib.loads(read_text(path))
        machines = msgspec.convert(data, _File).machine
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError) as error:
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


def check_machine(machine: Machine) -> None:
    """Raise BadInput where a limit or a check of a machine is none, such as one beyond what a treadmill can be."""
    try:
        msgspec.convert(msgspec.to_builtins(machine), Machine)
    except msgspec.ValidationError as error:
        raise BadInput(Cause("machine_not_kept", {"device": machine.device, "why": str(error)})) from error


def save_machine(machine: Machine, path: Path | None = None) -> None:
    """Add a machine, or replace the one with the same device, so that a crash in the middle leaves the old file whole.

    Raises:
        BadInput: the file that is there cannot be read, or cannot be written; or the machine could not be read again.
    """
    path = path or machines_path()
    check_machine(machine)
    saved, ports = _read(machine), list_ports.comports()
    others = [other for other in load_machines(path) if not _same(_read(other), saved, ports)]
    text = "# The clinic's treadmills. The guard in the driver keeps these limits.\n"
    text += "".join(_table(one) for one in (*others, machine))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise BadInput(Cause("machines_unsaved", {"path": str(path), "why": str(error)})) from error


def machine_of(device: str, machines: tuple[Machine, ...] | None = None) -> Machine | None:
    """The clinic's entry for a DEVICE string; None where there is none. Raises BadInput where the file is broken."""
    machines = load_machines() if machines is None else machines
    asked = parse_device(device, TREADMILL)
    ports = list_ports.comports() if machines else ()
    return next((machine for machine in machines if _same(_read(machine), asked, ports)), None)


def bound(device: Device) -> Device:
    """A device with the limits of every machine of the clinic that it is or may be: the tightest counts.

    What is not plugged in when the driver starts may be found under any name later, when nobody asks any more.

    Raises:
        BadInput: the file is broken, or the device names another unit than the machine was commissioned with.
    """
    options = dict(device.options)
    machines = load_machines()
    ports = list_ports.comports() if machines else ()
    for machine in machines:
        known = _read(machine)
        certain = _same(known, device, ports)
        if not certain and not _may_be(known, device, ports):
            continue
        units = known.options.get("units")
        if units is not None and options.get("units", units) != units:
            told = {"device": f"{device.family}:{device.port}", "known": known.port, "units": units}
            raise BadInput(Cause("machine_units" if certain else "machine_maybe", told))
        for name in LIMITS:
            limit: float | None = getattr(machine, name)
            if limit is not None:
                options[name] = str(min(limit, float(options[name])) if name in options else limit)
        if certain and machine.min_kmh is not None and "min_kmh" in FAMILIES[TREADMILL, device.family].options:
            # No limit but what the machine is: the driver starts there, and looks for a higher one where it must.
            options["min_kmh"] = str(max(machine.min_kmh, float(options.get("min_kmh", 0.0))))
    return Device(device.family, device.port, options)


def _same(known: Device, device: Device, ports: Sequence[PortInfo]) -> bool:
    one, other = known.port, device.port
    if known.family != device.family:
        return False
    if "number" in known.options or "number" in device.options:
        # A machine on ANT+ is its number, whatever stick hears it.
        return known.options.get("number") == device.options.get("number")
    return (_here(one, ports) or one) == (_here(other, ports) or other)


def _may_be(known: Device, device: Device, ports: Sequence[PortInfo]) -> bool:
    """Whether two that are not the same today can turn out to be, once what is away is plugged in."""
    one, other = known.port, device.port
    here = _here(one, ports), _here(other, ports)
    if known.family == device.family and is_radio_address(one) != is_radio_address(other):
        return True  # the name of a machine on Bluetooth that was put into use by its address, or the other way round
    if known.family != device.family or None not in here or "number" in known.options:
        return False
    if is_adapter(one) and is_adapter(other):
        # One of them without its serial number: any of its make.
        ours, theirs = read_adapter(one), read_adapter(other)
        return (ours.vid, ours.pid) == (theirs.vid, theirs.pid) and "" in (ours.serial, theirs.serial)
    if here == (None, None):
        return not (is_com(one) and is_com(other))
    away, there = (one, here[1]) if here[0] is None else (other, here[0])
    # An adapter that is not to be told from its like, and one of those.
    return is_adapter(away) and any(port.device == there and read_adapter(away).fits(port) for port in ports)


def _read(machine: Machine) -> Device:
    return parse_device(machine.device, TREADMILL)


def _here(port: str, ports: Sequence[PortInfo]) -> str | None:
    """What the system calls a port today, a link by its target; None where it is not among the ports that are here."""
    try:
        name = resolve(port, ports)
    except DeviceError:
        return None
    if name.startswith("/"):
        return str(Path(name).resolve()) if Path(name).exists() else None
    return None if is_com(name) and all(one_spelling(there.device) != name for there in ports) else name


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

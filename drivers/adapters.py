"""A serial adapter remembered by what it is, not by the name a system gives it today: ``usb=VID:PID[:SERIAL]``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from serial.tools import list_ports

from teststation.cause import Cause
from teststation.errors import BadInput, DeviceError

PREFIX = "usb="
ANT_MAKER = 0x0FCF  # Dynastream, who make the sticks and no treadmill's cable
_FORM = re.compile(r"usb=([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?::([^,]+))?")


class PortInfo(Protocol):
    """What pyserial tells of a port."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None


@dataclass(frozen=True, slots=True)
class Adapter:
    """One USB adapter; without a serial number, the only one of its make."""

    vid: int
    pid: int
    serial: str = ""

    def __str__(self) -> str:
        return f"{PREFIX}{self.vid:04x}:{self.pid:04x}" + (f":{self.serial}" if self.serial else "")

    def fits(self, port: PortInfo) -> bool:
        """Whether a port is this adapter."""
        same = (port.vid, port.pid) == (self.vid, self.pid)
        return same and (not self.serial or port.serial_number == self.serial)


def is_adapter(port: str) -> bool:
    """Whether a port of a DEVICE string names an adapter."""
    return port.startswith(PREFIX)


def read_adapter(port: str) -> Adapter:
    """``usb=0403:6001`` or ``usb=0403:6001:SERIAL``. Raises BadInput."""
    match = _FORM.fullmatch(port)
    if match is None:
        raise BadInput(Cause("adapter_form", {"port": port}))
    return Adapter(int(match[1], 16), int(match[2], 16), match[3] or "")


def adapter_of(port: PortInfo) -> Adapter | None:
    """The adapter behind a port; None where the system does not tell, or its serial number cannot be written."""
    if port.vid is None or port.pid is None:
        return None
    serial = port.serial_number or ""
    return Adapter(port.vid, port.pid, "" if "," in serial else serial)


@dataclass(frozen=True, slots=True)
class PortHere:
    """A serial port of this machine: its name today, what it says of itself, and how it is best remembered."""

    name: str
    description: str
    port: str  # for a DEVICE string: the adapter where it can be told from all others, else the name


def ports_here(ports: Iterable[PortInfo] | None = None) -> tuple[PortHere, ...]:
    """The serial ports of this machine, by name."""
    here = sorted(list_ports.comports() if ports is None else ports, key=lambda port: port.device)
    found: list[PortHere] = []
    for port in here:
        adapter = adapter_of(port)
        alone = adapter is not None and sum(adapter.fits(other) for other in here) == 1
        said = str(getattr(port, "description", None) or "")
        description = "" if said in ("n/a", port.device) else said
        found.append(PortHere(port.device, description, str(adapter) if alone else port.device))
    return tuple(found)


def is_ant_stick(port: str, ports: Iterable[PortInfo] | None = None) -> bool:
    """Whether a serial port is an ANT stick, by its maker: nothing is asked. Raises BadInput for no form of adapter."""
    here = list(list_ports.comports() if ports is None else ports)
    adapter = read_adapter(port) if is_adapter(port) else None
    fitting = [there for there in here if (there.device == port if adapter is None else adapter.fits(there))]
    return any(there.vid == ANT_MAKER for there in fitting)


def resolve(port: str, ports: Iterable[PortInfo] | None = None) -> str:
    """The system's name of a port today; what names no adapter is returned as it is.

    Raises:
        DeviceError: the adapter is not plugged in, or several fit.
    """
    if not is_adapter(port):
        return port
    adapter = read_adapter(port)
    here = list(list_ports.comports() if ports is None else ports)
    found = [there.device for there in here if adapter.fits(there)]
    if len(found) == 1:
        return found[0]
    if found:
        raise DeviceError(Cause("adapter_not_alone", {"port": port, "n": len(found), "ports": ", ".join(found)}))
    names = [str(known) for there in here if (known := adapter_of(there)) is not None]
    if not names:
        raise DeviceError(Cause("adapter_none_here", {"port": port}))
    raise DeviceError(Cause("adapter_not_here", {"port": port, "adapters": ", ".join(names)}))

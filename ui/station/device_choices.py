"""Treadmills and pulse receivers that a clinic may choose from, instead of writing DEVICE strings. No Qt."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from drivers.machines import Machine
from teststation.device_names import device_name
from teststation.texts import Texts

Choice = tuple[str, str]  # a DEVICE string, and what it is called


class Port(Protocol):
    """A serial port of this computer."""

    @property
    def name(self) -> str:
        """As the system names it."""
        ...

    @property
    def description(self) -> str:
        """What it calls itself; may be empty."""
        ...


def treadmills(machines: Sequence[Machine], now: str, say: Texts) -> list[Choice]:
    """The clinic's own machines, a treadmill without a cable, and the demonstration's; and what is chosen now."""
    names = {machine.device: machine.name for machine in machines if machine.name}
    return _named([*(machine.device for machine in machines), "manual", "emulated"], now, say, names)


def pulses(ports: Sequence[Port], now: str, say: Texts) -> list[Choice]:
    """A receiver on each serial port, and the demonstration's strap; and what is chosen now."""
    names = {f"bridge:{port.name}": f"{port.name}, {port.description}".rstrip(", ") for port in ports}
    return _named([*names, "emulated"], now, say, names)


def _named(devices: Sequence[str], now: str, say: Texts, names: Mapping[str, str]) -> list[Choice]:
    there: list[str] = list(dict.fromkeys([now, *devices] if now else devices))
    return [(device, device_name(device, say, names)) for device in there]

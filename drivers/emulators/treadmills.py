"""Which treadmills can be emulated, by the family whose driver talks to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.emulators.csafe import CsafeEmulator
from drivers.emulators.faults import PlannedFault
from drivers.emulators.fec import FEC_NUMBER, FecEmulator
from drivers.emulators.patient import Patient
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import WireDevice
from drivers.emulators.woodway import WoodwayEmulator
from drivers.emulators.woodway_standard import WoodwayStandardEmulator
from teststation.clock import TimeScale


class EmulatedTreadmill(WireDevice, Protocol):
    """A treadmill on a wire with a belt that can be looked at and broken."""

    active_faults: set[str]
    transcript: list[tuple[float, str, bytes]]  # wall time, "in" or "out", bytes

    @property
    def true_speed_kmh(self) -> float:
        """What a tachometer on the belt would say."""
        ...

    @property
    def incline_pct(self) -> float:
        """What a spirit level on the deck would say."""
        ...

    def give(self, fault: str) -> None:
        """Begin a fault now."""
        ...

    def take(self, fault: str) -> None:
        """End a fault."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an emulated treadmill is to be."""

    family: str
    scale: TimeScale
    units: str = "kmh"
    faults: tuple[PlannedFault, ...] = ()
    zeroing_s: float = 0.0
    reaction_s: float = 0.0  # of the operator, where the belt is set at its console
    patient: Patient | None = None  # whose strap is in the range of the treadmill's own stick


MAKERS: dict[str, Callable[[Wanted], EmulatedTreadmill]] = {
    "trackmaster": lambda wanted: TrackmasterEmulator(
        wanted.units, wanted.scale, faults=wanted.faults, zeroing_s=wanted.zeroing_s
    ),
    "woodway": lambda wanted: WoodwayEmulator(wanted.scale, faults=wanted.faults, zeroing_s=wanted.zeroing_s),
    "csafe": lambda wanted: CsafeEmulator(
        wanted.units, wanted.scale, faults=wanted.faults, reaction_s=wanted.reaction_s
    ),
    "woodway-standard": lambda wanted: WoodwayStandardEmulator(
        wanted.scale, faults=wanted.faults, reaction_s=wanted.reaction_s
    ),
    "fec": lambda wanted: FecEmulator(
        wanted.scale, faults=wanted.faults, reaction_s=wanted.reaction_s, patient=wanted.patient
    ),
}


def make(wanted: Wanted) -> EmulatedTreadmill:
    """One emulated treadmill."""
    return MAKERS[wanted.family](wanted)


def wire_of(family: str) -> str:
    """``ant`` for a treadmill that is heard through an ANT stick, and needs its network key."""
    return "ant" if family == "fec" else "serial"


def device_string(wanted: Wanted, url: str) -> str:
    """The DEVICE string of the driver that talks to it."""
    if wanted.family == "fec":
        return f"fec:{url},number={FEC_NUMBER}"
    has_units = wanted.family in ("trackmaster", "csafe")
    return f"{wanted.family}:{url}" + (f",units={wanted.units}" if has_units else "")

"""The messages between the station and a driver process: one JSON object a line, tagged and versioned.

The same lines go over the driver's standard input and output. A line that cannot be decoded is a fault of the
process that sent it, never a value.
"""

import msgspec

from teststation.cause import Cause, Problem
from teststation.files.reading import from_json
from teststation.ports import BeltTelemetry, HeartRateReading, Setpoint, TreadmillInfo
from teststation.texts import english

VERSION = 3


class Line(msgspec.Struct, frozen=True, tag_field="line", forbid_unknown_fields=True):
    """Base of all lines."""


# --- station to driver ---------------------------------------------------------------------------------------


class Arm(Line, frozen=True, tag="arm"):
    """Accept leases up to these limits. Only at standstill; clears a trip."""

    max_speed_kmh: float
    max_incline_pct: float


class Lease(Line, frozen=True, tag="lease"):
    """The whole setpoint, good for ``lease_s`` wall seconds from arrival. ``None``: ramp to off."""

    setpoint: Setpoint | None
    lease_s: float


class Stop(Line, frozen=True, tag="stop"):
    """Trip now."""


class Quit(Line, frozen=True, tag="quit"):
    """Bring the belt to rest if it moves, then end."""


# --- driver to station ---------------------------------------------------------------------------------------


class Hello(Line, frozen=True, tag="hello"):
    """First line of a driver; a treadmill's says what it can do."""

    version: int
    treadmill: TreadmillInfo | None = None


class Belt(Line, frozen=True, tag="belt"):
    """One look at the belt."""

    telemetry: BeltTelemetry


class Heart(Line, frozen=True, tag="heart"):
    """One heart-rate reading or change of status."""

    reading: HeartRateReading


class Identity(Line, frozen=True, tag="identity"):
    """What a strap's driver after this one needs to take the same strap: given back to it as ``bound``."""

    strap: str


class Alive(Line, frozen=True, tag="alive"):
    """The driver's own loop turns. A strap's driver says so once a second: one that does not is hung."""


class Wire(Line, frozen=True, tag="wire"):
    """Raw bytes as they passed the wire, for the test's own log: ``direction`` is ``in`` or ``out``.

    ``channel`` is the Bluetooth characteristic the bytes came from (``2a37``), empty on a wire with one channel.
    """

    t_mono_s: float
    direction: str
    data_hex: str
    channel: str = ""


class Refused(Line, frozen=True, tag="refused"):
    """An arming or lease that was not accepted, and why."""

    causes: tuple[Cause, ...]

    @property
    def sentence(self) -> str:
        """Why, in English."""
        return english(*self.causes)


class Failed(Line, frozen=True, tag="failed"):
    """What the operator has to mend. ``fatal``: the driver has given up; else it goes on trying."""

    causes: tuple[Problem, ...]
    fatal: bool = True

    @property
    def sentence(self) -> str:
        """What is wrong, in English."""
        return english(*self.causes)


ToDriver = Arm | Lease | Stop | Quit
FromDriver = Hello | Belt | Heart | Identity | Alive | Wire | Refused | Failed

_encoder = msgspec.json.Encoder()
_to_driver = msgspec.json.Decoder(ToDriver)
_from_driver = msgspec.json.Decoder(FromDriver)


def encode(line: Line) -> bytes:
    """The line with its newline."""
    return _encoder.encode(line) + b"\n"


def decode_to_driver(data: bytes) -> ToDriver:
    """Decode a line from the station. Raises ``msgspec.MsgspecError`` on anything else."""
    return from_json(_to_driver, data)


def decode_from_driver(data: bytes) -> FromDriver:
    """Decode a line from a driver. Raises ``msgspec.MsgspecError`` on anything else."""
    return from_json(_from_driver, data)

"""The Trackmaster / Full Vision serial protocol, sans-io. 4800 baud, 8N1; one opcode, up to four ASCII digits.

Only what a clinic's test needs can be expressed here. Starting without the treadmill's watchdog (A1) cannot.
Source: Trackmaster service manual 317-160-406, chapter 8.
"""

import math
from dataclasses import dataclass
from enum import IntEnum

from teststation.errors import OutOfRange
from teststation.units import KMH_PER_MPH

BAUDRATE = 4800
ACK_OFFSET = 0x10
OUT_OF_RANGE, UNRECOGNISED, BAD_QUERY = 0xBE, 0xBF, 0xDF
FAULT_TENTHS = 9999  # 999.9: emergency stop, or no valid speed in the control loop

STOPPED, RUNNING_GUARDED, RUNNING_UNGUARDED = 0x31, 0x32, 0x33


class Opcode(IntEnum):
    """Every request this driver can make."""

    START = 0xA0  # with the half-second watchdog, always
    STOP = 0xA2
    SET_SPEED = 0xA3
    SET_INCLINE = 0xA4
    AUTO_STOP = 0xAA
    STATUS = 0xC0
    ACTUAL_SPEED = 0xC1
    ACTUAL_INCLINE = 0xC2
    SPEED_SETTING = 0xC3
    INCLINE_SETTING = 0xC4


_REPLY_DIGITS = {
    Opcode.STATUS: 1,
    Opcode.ACTUAL_SPEED: 4,
    Opcode.ACTUAL_INCLINE: 4,
    Opcode.SPEED_SETTING: 4,
    Opcode.INCLINE_SETTING: 4,
}
_WITH_TENTHS = (Opcode.SET_SPEED, Opcode.SET_INCLINE)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. ``refused`` when the treadmill answered out of range or not recognised."""

    opcode: Opcode
    value: int | None = None  # tenths, or the status byte
    refused: bool = False


def encode(opcode: Opcode, tenths: int | None = None) -> bytes:
    """The bytes of one request.

    Raises:
        OutOfRange: digits are missing, not wanted, or outside 0 to 9998; a value is never clipped.
    """
    if (opcode in _WITH_TENTHS) != (tenths is not None):
        raise OutOfRange(f"{opcode.name} {'needs' if opcode in _WITH_TENTHS else 'takes no'} value")
    if tenths is None:
        return bytes([opcode])
    if not 0 <= tenths < FAULT_TENTHS:
        raise OutOfRange(f"{opcode.name}: {tenths} tenths cannot be sent")
    if opcode is Opcode.SET_INCLINE and tenths % 5:
        raise OutOfRange(f"{opcode.name}: {tenths} tenths is no multiple of half a percent")
    return bytes([opcode]) + f"{tenths:04d}".encode("ascii")


class ReplyParser:
    """Collects the answer to one request. Bytes that cannot belong to it are counted and dropped, never echoed."""

    def __init__(self, opcode: Opcode) -> None:
        self.opcode = opcode
        self.junk = 0
        self._digits: bytearray | None = None

    @property
    def missing(self) -> int:
        """How many bytes are still needed."""
        wanted = _REPLY_DIGITS.get(self.opcode, 0)
        return 1 + wanted if self._digits is None else wanted - len(self._digits)

    def feed(self, data: bytes) -> Reply | None:
        """Take bytes in; the reply once it is whole."""
        for byte in data:
            reply = self._take(byte)
            if reply is not None:
                return reply
        return None

    def _take(self, byte: int) -> Reply | None:
        wanted = _REPLY_DIGITS.get(self.opcode, 0)
        if byte == self.opcode + ACK_OFFSET:
            self.junk += 0 if self._digits is None else 1 + len(self._digits)
            self._digits = bytearray()
        elif byte in (OUT_OF_RANGE, UNRECOGNISED, BAD_QUERY):
            return Reply(self.opcode, refused=True)
        elif self._digits is not None and 0x30 <= byte <= 0x39:
            self._digits.append(byte)
        else:
            # A stray 'T' of the power-up self-test ends here too: it must never go back out.
            self.junk += 1
            if byte >= 0xA0:
                self._digits = None
            return None
        if self._digits is None or len(self._digits) < wanted:
            return None
        if self.opcode is Opcode.STATUS:
            return Reply(self.opcode, self._digits[0])
        return Reply(self.opcode, int(self._digits) if wanted else None)


@dataclass(frozen=True, slots=True)
class SpeedUnit:
    """The unit one machine is set up for. It is on no wire: a commissioning setting."""

    name: str

    @property
    def kmh(self) -> float:
        """Km/h in one unit."""
        return KMH_PER_MPH if self.name == "mph" else 1.0

    @property
    def step_kmh(self) -> float:
        """The smallest change of speed, km/h."""
        return self.kmh / 10

    def tenths(self, speed_kmh: float) -> int:
        """The nearest setting to a speed in km/h. Raises OutOfRange for what is no speed."""
        if not math.isfinite(speed_kmh) or speed_kmh < 0:
            raise OutOfRange(f"{speed_kmh} km/h is no belt speed")
        return round(speed_kmh / self.kmh * 10)

    def speed_kmh(self, tenths: int) -> float:
        """A setting as km/h: what the machine can really do."""
        return tenths / 10 * self.kmh


def incline_tenths(incline_pct: float) -> int:
    """The nearest half percent, in tenths. Raises OutOfRange outside 0 to 25 %."""
    if not math.isfinite(incline_pct) or not 0 <= incline_pct <= 25:
        raise OutOfRange(f"{incline_pct} % is outside 0 to 25 %")
    return round(incline_pct * 2) * 5

"""The "WOODWAY Standard" protocol of PPS treadmills, 9600 8N1: speed and incline are read, the operator sets the belt.

Its time-out is off until it is set, and how to set it is in no open source: a belt that this station moved would walk
on when the station dies. So only the two questions below can be expressed.
Source: felixtrinoma/WoodwayTreadmill (a client used on a real machine); PPS owner's manual 2012, pages 35 and 36.
"""

from collections.abc import Mapping

from drivers.treadmill.gauge import PolledGauge, Reading
from drivers.treadmill.guided import GuidedDriver
from drivers.treadmill.loop import Emit, Inbox
from teststation.clock import TimeScale

SPEED, INCLINE, END = 0xC7, 0xC8, 0x0D
KMH_PER_MM_S = 3.6 / 1000
VALUE_BYTES = 4


class WoodwayStandardReader:
    """``gauge.ReadCodec``: four digits of mm/s, or a sign and three digits of tenths of a percent, ended by 0D."""

    baudrate = 9600
    questions: tuple[bytes, ...] = (bytes([SPEED, 0x00]), bytes([INCLINE, 0x00]))

    def __init__(self) -> None:
        self.damaged = 0
        self._bytes: bytearray | None = None

    def feed(self, data: bytes) -> list[Reading]:
        """Bytes in, answers out. A lone 0D, the machine's word for a command it could not read, is damage."""
        readings = [self._take(byte) for byte in data]
        return [reading for reading in readings if reading is not None]

    def _take(self, byte: int) -> Reading | None:
        if byte in (SPEED, INCLINE):
            self.damaged += self._bytes is not None
            self._bytes = bytearray([byte])
            return None
        if self._bytes is None:
            self.damaged += 1
            return None
        if byte != END:
            self._bytes.append(byte)
            if len(self._bytes) > 1 + VALUE_BYTES:
                self._bytes = None
                self.damaged += 1
            return None
        whole, self._bytes = bytes(self._bytes), None
        reading = _reading(whole)
        self.damaged += reading is None
        return reading


def _reading(whole: bytes) -> Reading | None:
    value = whole[1:]
    if len(value) != VALUE_BYTES:
        return None
    if whole[0] == SPEED:
        return Reading(speed_kmh=int(value) * KMH_PER_MM_S) if value.isdigit() else None
    if value[:1] not in (b"+", b"-") or not value[1:].isdigit():
        return None
    return Reading(incline_pct=int(value) / 10)


def run(
    port: str,
    options: Mapping[str, str],
    emit: Emit,
    inbox: Inbox,
    scale: TimeScale,
    *,
    recover: bool = False,
) -> None:
    """Read one machine until the station quits or is gone. A second driver (``recover``) reads like the first."""
    GuidedDriver(
        "woodway-standard", port, lambda log: PolledGauge(WoodwayStandardReader, port, log), options, emit, inbox, scale
    ).run()

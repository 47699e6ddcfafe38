"""CSAFE frames, sans-io: flags, byte stuffing, checksum, and the few questions a station asks. 9600 8N1.

Only reads are here: no command that sets a belt or changes a machine's state can be expressed.
Sources: node-csafe and csafe-fitness (framing and their test vectors), qdomyos-zwift (units), a slave's firmware
(Cyclops, Csafe_Lib: status, stuffing of the checksum).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from teststation.units import KMH_PER_MPH

BAUDRATE = 9600
START, STOP, STUFF = 0xF1, 0xF2, 0xF3
EXTENDED = 0xF0
MAX_FRAME_BYTES = 96

# Factor to km/h by unit byte. 82 is rev/min: a bicycle.
SPEED_UNITS = {
    16: KMH_PER_MPH,
    17: KMH_PER_MPH / 10,
    18: KMH_PER_MPH / 100,
    19: 0.3048 * 60 / 1000,  # ft/min
    48: 1.0,
    49: 0.1,
    50: 0.01,
    51: 60 / 1000,  # m/min
}
GRADE_UNITS = {74: 1.0, 75: 0.01, 76: 0.1}  # to percent


class Question(IntEnum):
    """What is asked. Short commands, each a frame of its own."""

    STATUS = 0x80
    SPEED = 0xA5
    GRADE = 0xA8


class State(IntEnum):
    """What the machine says it is doing: the low four bits of its status."""

    ERROR = 0
    READY = 1
    IDLE = 2
    HAVE_ID = 3
    IN_USE = 5
    PAUSED = 6
    FINISHED = 7
    MANUAL = 8
    OFFLINE = 9


@dataclass(frozen=True, slots=True)
class Response:
    """One whole answer. ``state`` is None for a number nobody documents; ``rejected`` for any word but "ok"."""

    state: State | None
    rejected: bool
    data: dict[int, bytes]

    @property
    def speed_kmh(self) -> float | None:
        """The speed, by its unit byte; None where there is none, or where its unit is no belt's."""
        return _measure(self.data.get(Question.SPEED), SPEED_UNITS)

    @property
    def incline_pct(self) -> float | None:
        """The grade in percent, by its unit byte."""
        return _measure(self.data.get(Question.GRADE), GRADE_UNITS)


def checksum(contents: Iterable[int]) -> int:
    """Exclusive or of all bytes before stuffing."""
    value = 0
    for byte in contents:
        value ^= byte
    return value


def frame(contents: bytes) -> bytes:
    """A standard frame around any contents; the checksum is stuffed like the rest."""
    stuffed = bytearray([START])
    for byte in (*contents, checksum(contents)):
        stuffed += bytes([STUFF, byte & 0x03]) if 0xF0 <= byte <= 0xF3 else bytes([byte])
    return bytes([*stuffed, STOP])


def ask(question: Question) -> bytes:
    """The frame of one question."""
    return frame(bytes([question]))


class FrameDecoder:
    """Bytes in, contents of whole frames out. What is damaged is counted in ``damaged`` and dropped."""

    def __init__(self) -> None:
        self.damaged = 0
        self._bytes: bytearray | None = None
        self._stuffed = False

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes in; the contents, without checksum, of every frame that is whole and right."""
        contents = [self._take(byte) for byte in data]
        return [found for found in contents if found is not None]

    def _take(self, byte: int) -> bytes | None:
        if byte in (START, EXTENDED):
            self.damaged += self._bytes is not None
            # Nobody here has an address: an extended frame is for somebody else.
            self._bytes = bytearray() if byte == START else None
            self._stuffed = False
            return None
        if self._bytes is None:
            return None
        if byte == STOP:
            return self._whole()
        if self._stuffed:
            self._stuffed = False
            if byte > 0x03:
                return self._drop()
            byte |= 0xF0
        elif byte == STUFF:
            self._stuffed = True
            return None
        self._bytes.append(byte)
        return self._drop() if len(self._bytes) > MAX_FRAME_BYTES else None

    def _whole(self) -> bytes | None:
        found, self._bytes = self._bytes, None
        if not found or self._stuffed or checksum(found) != 0:
            self._stuffed = False
            self.damaged += 1
            return None
        return bytes(found[:-1])

    def _drop(self) -> None:
        self._bytes = None
        self._stuffed = False
        self.damaged += 1


def response(contents: bytes) -> Response | None:
    """A machine's answer: status, then identifier, count and data, again and again. None where it is none."""
    if not contents:
        return None
    status, rest = contents[0], contents[1:]
    data: dict[int, bytes] = {}
    while rest:
        if len(rest) < 2 or len(rest) < 2 + rest[1]:
            return None
        data[rest[0]] = rest[2 : 2 + rest[1]]
        rest = rest[2 + rest[1] :]
    number = status & 0x0F
    state = State(number) if number in State.__members__.values() else None
    return Response(state, rejected=bool(status & 0x30), data=data)


def _measure(data: bytes | None, units: dict[int, float]) -> float | None:
    if data is None or len(data) != 3 or data[2] not in units:
        return None
    return int.from_bytes(data[:2], "little") * units[data[2]]

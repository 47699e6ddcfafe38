"""The opcode protocols of Trackmaster and Woodway (4800), sans-io: one byte from A0 up, four ASCII digits, 4800 8N1.

A family is a ``Dialect``: a table of what differs. Only what stands in its table can be expressed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.treadmill.port import Answer, Request, Running, Traits
from teststation.cause import Cause
from teststation.errors import OutOfRange

BAUDRATE = 4800
ACK_OFFSET = 0x10
BAD_DATA, BAD_COMMAND = 0xBE, 0xBF

_DIGITS = {
    Request.STATUS: 1,
    Request.SPEED: 4,
    Request.INCLINE: 4,
    Request.SPEED_SETTING: 4,
    Request.INCLINE_SETTING: 4,
}
_SPEEDS = (Request.SPEED, Request.SPEED_SETTING, Request.SET_SPEED)
_INCLINES = (Request.INCLINE, Request.INCLINE_SETTING, Request.SET_INCLINE)
SETTINGS = (Request.SET_SPEED, Request.SET_INCLINE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one family differs. Tenths are of the machine's own unit of speed, or of a percent."""

    family: str
    opcodes: Mapping[Request, int]
    kmh_per_unit: float
    lowest_tenths: int
    highest_tenths: int  # what can be set; a report above it, the reverse digit included, is no speed
    highest_incline_tenths: int
    incline_step_tenths: int
    refusals: frozenset[int] = frozenset({BAD_DATA, BAD_COMMAND})
    timed_out: int | None = None  # the byte that says that the communication timer ran out
    statuses: Mapping[int, Running] = field(default_factory=dict)
    finish: Request = Request.STOP
    silence_s: float = 1.2

    @property
    def traits(self) -> Traits:
        """The family in km/h and percent. A status byte that nobody documents is not asked for."""
        asked = frozenset(self.opcodes) if self.statuses else frozenset(self.opcodes) - {Request.STATUS}
        return Traits(
            family=self.family,
            requests=asked,
            speed_step_kmh=self.kmh_per_unit / 10,
            lowest_kmh=self.lowest_tenths / 10 * self.kmh_per_unit,
            highest_kmh=self.highest_tenths / 10 * self.kmh_per_unit,
            incline_step_pct=self.incline_step_tenths / 10,
            highest_incline_pct=self.highest_incline_tenths / 10,
            finish=self.finish,
            silence_s=self.silence_s,
        )

    def tenths(self, request: Request, value: float) -> int:
        """The nearest setting to km/h or percent. Raises OutOfRange for what cannot be set; nothing is clipped."""
        speed = request in _SPEEDS
        if not math.isfinite(value) or value < 0:
            raise self._not_settable(value, speed=speed)
        if speed:
            tenths, low, high = round(value / self.kmh_per_unit * 10), self.lowest_tenths, self.highest_tenths
        else:
            step = self.incline_step_tenths
            tenths, low, high = round(value * 10 / step) * step, 0, self.highest_incline_tenths
        if not low <= tenths <= high:
            raise self._not_settable(value, speed=speed)
        return tenths

    def value(self, request: Request, tenths: int) -> float:
        """Tenths as km/h or percent: what the machine can really do."""
        return tenths / 10 * (self.kmh_per_unit if request in _SPEEDS else 1.0)

    def encode(self, request: Request, tenths: int | None = None) -> bytes:
        """The bytes of one request.

        Raises:
            OutOfRange: the family has no such request; digits are missing, not wanted, or outside what can be set.
        """
        if request not in self.opcodes or (request in SETTINGS) != (tenths is not None):
            raise self._not_in_dialect(request)
        opcode = bytes([self.opcodes[request]])
        if tenths is None:
            return opcode
        top = self.highest_tenths if request is Request.SET_SPEED else self.highest_incline_tenths
        step = 1 if request is Request.SET_SPEED else self.incline_step_tenths
        if not 0 <= tenths <= top or tenths % step:
            raise self._not_in_dialect(request)
        return opcode + f"{tenths:04d}".encode("ascii")

    def _not_settable(self, value: float, *, speed: bool) -> OutOfRange:
        code = "speed_not_settable" if speed else "incline_not_settable"
        return OutOfRange(Cause(code, {"value": f"{value:g}", "family": self.family}))

    def _not_in_dialect(self, request: Request) -> OutOfRange:
        return OutOfRange(Cause("not_in_dialect", {"request": request.name, "family": self.family}))


class ReplyParser:
    """Collects the answer to one request. Bytes that cannot belong to it are counted and dropped, never echoed."""

    def __init__(self, dialect: Dialect, request: Request) -> None:
        self.junk = 0
        self._dialect = dialect
        self._request = request
        self._acknowledge = dialect.opcodes[request] + ACK_OFFSET
        self._wanted = _DIGITS.get(request, 0)
        self._digits: bytearray | None = None

    @property
    def missing(self) -> int:
        """How many bytes are still needed."""
        return 1 + self._wanted if self._digits is None else self._wanted - len(self._digits)

    def feed(self, data: bytes) -> Answer | None:
        """Take bytes in; the answer once it is whole."""
        for byte in data:
            answer = self._take(byte)
            if answer is not None:
                return answer
        return None

    def _take(self, byte: int) -> Answer | None:
        if byte == self._acknowledge:
            self.junk += 0 if self._digits is None else 1 + len(self._digits)
            self._digits = bytearray()
        elif byte == self._dialect.timed_out:
            return Answer(self._request, timed_out=True)
        elif byte in self._dialect.refusals:
            return Answer(self._request, refused=True)
        elif self._digits is not None and 0x30 <= byte <= 0x39:
            self._digits.append(byte)
        else:
            # A stray 'T' of the power-up self-test ends here too: it must never go back out.
            self.junk += 1
            if byte >= 0xA0:
                self._digits = None
            return None
        if self._digits is None or len(self._digits) < self._wanted:
            return None
        return self._whole(bytes(self._digits))

    def _whole(self, digits: bytes) -> Answer:
        request, dialect = self._request, self._dialect
        if request is Request.STATUS:
            return Answer(request, running=dialect.statuses.get(digits[0], Running.UNKNOWN))
        if not digits:
            return Answer(request)
        tenths = int(digits)
        if request in _INCLINES:
            return Answer(request, dialect.value(request, tenths))
        # 999.9 is a Trackmaster's emergency stop, a first digit of 3 a Woodway's reverse: neither is a speed.
        if tenths > dialect.highest_tenths:
            return Answer(request, faulted=True)
        return Answer(request, dialect.value(request, tenths))

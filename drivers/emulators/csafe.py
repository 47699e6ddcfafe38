"""A CSAFE slave with a belt: framing, status with its toggle, speed and grade in the machine's own units.

Written from the same public sources as the driver's codec and sharing no code with it.
"""

from drivers.emulators.belt import BeltRates
from drivers.emulators.faults import PlannedFault
from drivers.emulators.operated_belt import OperatedBelt
from teststation.clock import TimeScale
from teststation.units import KMH_PER_MPH

FLAG_START, FLAG_STOP, STUFFING = 0xF1, 0xF2, 0xF3
GET_STATUS, GET_VERSION, GET_SPEED, GET_GRADE, GET_HEART_RATE = 0x80, 0x91, 0xA5, 0xA8, 0xB0
SET_SPEED, SET_GRADE = 0x25, 0x28
STATE_ERROR, STATE_IDLE, STATE_IN_USE = 0, 2, 5
PREVIOUS_OK, PREVIOUS_REJECTED, PREVIOUS_BAD = 0x00, 0x10, 0x20
TOGGLE = 0x80
UNIT_TENTH_PERCENT = 76
# Unit byte of a speed, and how many of it are one km/h.
SPEED_UNIT = {"kmh": (49, 10.0), "mph": (17, 10.0 / KMH_PER_MPH), "rpm": (82, 20.0)}


class CsafeEmulator(OperatedBelt):
    """One machine. In use it takes no speed from outside, like the firmware that is known."""

    def __init__(
        self,
        units: str = "kmh",
        scale: TimeScale | None = None,
        rates: BeltRates | None = None,
        faults: tuple[PlannedFault, ...] = (),
        reaction_s: float = 0.0,
        *,
        tells_grade: bool = True,
    ) -> None:
        super().__init__(scale, rates, faults, reaction_s)
        self._unit, self._per_kmh = SPEED_UNIT[units]
        self._tells_grade = tells_grade
        self._frame: list[int] | None = None
        self._escaped = False
        self._toggle = 0

    def _take_byte(self, byte: int) -> None:
        if byte == FLAG_START:
            self._frame, self._escaped = [], False
        elif self._frame is None:
            return
        elif byte == FLAG_STOP:
            contents, self._frame = self._frame, None
            self._answer(contents)
        elif byte == STUFFING:
            self._escaped = True
        else:
            self._frame.append(0xF0 + (byte & 3) if self._escaped else byte)
            self._escaped = False

    def _answer(self, contents: list[int]) -> None:
        parity = 0
        for byte in contents:
            parity ^= byte
        if not contents or parity:
            self._reply(PREVIOUS_BAD, b"")
            return
        commands = contents[:-1]
        self._toggle ^= TOGGLE
        data, rejected, at = b"", False, 0
        while at < len(commands):
            command = commands[at]
            if command < 0x80:
                at += 2 + (commands[at + 1] if at + 1 < len(commands) else 0)
                rejected = True  # nothing is set from outside while the belt is the operator's
                continue
            at += 1
            answered = self._read(command)
            rejected |= answered is None
            data += answered or b""
        self._reply(PREVIOUS_REJECTED if rejected else PREVIOUS_OK, data)

    def _read(self, command: int) -> bytes | None:
        if command in (0x00, GET_STATUS):
            return b""
        if command == GET_VERSION:
            return bytes([GET_VERSION, 5, 0, 1, 1, 1, 0])
        if command == GET_SPEED:
            return self._value(GET_SPEED, round(self.belt.reported_speed_kmh * self._per_kmh), self._unit)
        if command == GET_GRADE and self._tells_grade:
            return self._value(GET_GRADE, round(self.belt.incline_pct * 10), UNIT_TENTH_PERCENT)
        if command == GET_HEART_RATE:
            return bytes([GET_HEART_RATE, 1, 0])
        return None

    @staticmethod
    def _value(command: int, value: int, unit: int) -> bytes:
        return bytes([command, 3, value & 0xFF, value >> 8 & 0xFF, unit])

    def _reply(self, previous: int, data: bytes) -> None:
        state = STATE_IN_USE if self.belt.speed_kmh > 0 else STATE_IDLE
        if "e_stop" in self.active_faults:
            state = STATE_ERROR
        contents = bytes([self._toggle | previous | state]) + data
        parity = 0
        for byte in contents:
            parity ^= byte
        out = bytearray([FLAG_START])
        for byte in contents + bytes([parity]):
            out += bytes([STUFFING, byte - 0xF0]) if 0xF0 <= byte <= 0xF3 else bytes([byte])
        out.append(FLAG_STOP)
        self._say(bytes(out))

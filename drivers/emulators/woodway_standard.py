"""The "WOODWAY Standard" dialect as a treadmill speaks it, with its console beside it.

Source: felixtrinoma/WoodwayTreadmill, bytes of a client used on a real machine; PPS owner's manual, pages 35 and 36 (a
wrong format is answered 0D; a value too high is clamped without a word; a speed is taken only after a release).
"""

from drivers.emulators.belt import BeltRates
from drivers.emulators.faults import PlannedFault
from drivers.emulators.operated_belt import OperatedBelt
from teststation.clock import TimeScale

RELEASE, STOP, SET_SPEED, SET_INCLINE, SPEED, INCLINE = 0xA9, 0xA8, 0xA3, 0xA4, 0xC7, 0xC8
END = 0x0D
MM_S_PER_KMH = 1000 / 3.6
TOP_KMH, TOP_PCT = 25.0, 25.0  # assumptions of this emulator


class WoodwayStandardEmulator(OperatedBelt):
    """One machine. What comes over the line is obeyed as the console is: honest to what a real one would do."""

    def __init__(
        self,
        scale: TimeScale | None = None,
        rates: BeltRates | None = None,
        faults: tuple[PlannedFault, ...] = (),
        reaction_s: float = 0.0,
    ) -> None:
        super().__init__(scale, rates, faults, reaction_s)
        self.released = False
        self._pending = bytearray()

    def _take_byte(self, byte: int) -> None:
        if not self._pending and byte not in (RELEASE, STOP, SET_SPEED, SET_INCLINE, SPEED, INCLINE):
            self._say(bytes([END]))
            return
        self._pending.append(byte)
        wanted = 6 if self._pending[0] in (SET_SPEED, SET_INCLINE) else 2
        if len(self._pending) == wanted:
            command, self._pending = bytes(self._pending), bytearray()
            self._execute(command)

    def _execute(self, command: bytes) -> None:
        opcode, value = command[0], command[1:5]
        if opcode in (SPEED, INCLINE, RELEASE, STOP):
            if command[1] != 0:
                self._say(bytes([END]))
                return
            self.released = opcode == RELEASE or (self.released and opcode != STOP)
            if opcode == STOP:
                self.operator_sets(0.0, self._console[1])
            self._say(bytes([opcode]) + self._measured(opcode) + bytes([END]))
        elif command[-1] != END or not self._set(opcode, value):
            self._say(bytes([END]))
        else:
            self._say(bytes([opcode, END]))

    def _measured(self, opcode: int) -> bytes:
        if opcode == SPEED:
            return f"{round(self.belt.reported_speed_kmh * MM_S_PER_KMH):04d}".encode("ascii")
        if opcode == INCLINE:
            return f"{round(self.belt.incline_pct * 10):+04d}".encode("ascii")
        return b""

    def _set(self, opcode: int, value: bytes) -> bool:
        if opcode == SET_SPEED and value.isdigit() and self.released:
            self._console = (min(TOP_KMH, int(value) / MM_S_PER_KMH), self._console[1])
            return True
        if opcode == SET_INCLINE and value[:1] in (b"+", b"-") and value[1:].isdigit() and self.released:
            self._console = (self._console[0], min(TOP_PCT, int(value) / 10))
            return True
        return False

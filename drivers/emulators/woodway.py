"""The Woodway 4800 dialect as a treadmill speaks it. Source: pyWoodway 0.2.4, the only public description.

Nobody documents the length of the communication timer, when BD is sent, or what the byte after D0 means. This emulator
assumes half a second, BD as the answer to the first command after the timer ran out, and a zero byte.
"""

from drivers.emulators.belt import BeltRates
from drivers.emulators.faults import PlannedFault
from drivers.emulators.opcode_belt import (
    AUTO_STOP,
    OUT_OF_RANGE,
    SET_INCLINE,
    SET_SPEED,
    START,
    STOP,
    UNRECOGNISED,
    Mode,
    OpcodeBelt,
    digits,
)
from teststation.clock import TimeScale
from teststation.units import KMH_PER_MPH

TIMER_S = 0.5
START_UNGUARDED, TIMED_OUT = 0xA9, 0xBD
TEST_COMMS, SPEED, INCLINE, FIRMWARE = 0xC0, 0xC1, 0xC2, 0xC3
FIRMWARE_REVISION = bytes([0, 1, 2, 3])
REVERSE = ord("3")


class WoodwayEmulator(OpcodeBelt):
    """One belt, in miles an hour: 0 to 29.9 either way, 0 to 29.9 %."""

    arguments = {SET_SPEED: 4, SET_INCLINE: 4}  # noqa: RUF012

    def __init__(
        self,
        scale: TimeScale | None = None,
        rates: BeltRates | None = None,
        faults: tuple[PlannedFault, ...] = (),
        zeroing_s: float = 0.0,
    ) -> None:
        super().__init__(
            kmh_per_unit=KMH_PER_MPH,
            watchdog_s=TIMER_S,
            min_tenths=0,
            max_tenths=299,
            scale=scale,
            rates=rates,
            faults=faults,
            zeroing_s=zeroing_s,
        )
        self.reversed = False
        self._timed_out = False

    def _watchdog_ran_out(self) -> None:
        self._timed_out = True

    def _execute(self, opcode: int, data: bytes) -> None:
        if self.mode is Mode.FAULT:
            return  # the red button: no power, no word
        if self._timed_out:
            self._timed_out = False
            self._say(bytes([TIMED_OUT]))
        elif opcode in (START, START_UNGUARDED):
            self._start(opcode, watched=opcode == START)
        elif opcode in (STOP, AUTO_STOP):
            self._stop(opcode)
        elif opcode in self.arguments:
            self._set(opcode, data)
        elif opcode == TEST_COMMS:
            self._acknowledge(opcode, b"\x00")
        elif opcode == SPEED:
            reported = self._tenths(abs(self.belt.reported_speed_kmh))
            self._acknowledge(opcode, (b"3" if self.belt.reported_speed_kmh < 0 else b"0") + digits(reported)[1:])
        elif opcode == INCLINE:
            self._acknowledge(opcode, digits(round(self.belt.incline_pct * 10)))
        elif opcode == FIRMWARE:
            self._acknowledge(opcode, FIRMWARE_REVISION)
        else:
            self._say(bytes([UNRECOGNISED]))

    def _set(self, opcode: int, data: bytes) -> None:
        directions = b"03" if opcode == SET_SPEED else b"0"
        inside = data.isdigit() and data[0] in directions and int(data[1:]) <= self._max_tenths
        if not inside or "refuse" in self.active_faults:
            self._say(bytes([OUT_OF_RANGE]))
            return
        tenths = int(data[1:])
        if opcode == SET_SPEED:
            self.reversed = data[0] == REVERSE and tenths > 0
            self.set_speed_tenths = tenths
        else:
            self.set_incline_tenths = tenths
        self._acknowledge(opcode)

    def _kmh(self, tenths: int) -> float:
        return -super()._kmh(tenths) if self.reversed else super()._kmh(tenths)

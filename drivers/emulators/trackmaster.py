"""The Trackmaster dialect as a treadmill speaks it. Source: Trackmaster service manual 317-160-406, chapter 8."""

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

WATCHDOG_S = 0.5
START_UNGUARDED, RESET, AUTO_COOL_DOWN, TOGGLE_ECHO, BAD_QUERY = 0xA1, 0xA8, 0xAB, 0xAC, 0xDF
QUERIES_NOT_FUNCTIONAL = {0xC5: 4, 0xC6: 4, 0xC7: 4, 0xC8: 2, 0xC9: 2, 0xCA: 4, 0xCB: 4, 0xCC: 4, 0xCD: 4}


class TrackmasterEmulator(OpcodeBelt):
    """One treadmill. Limits are those its only public client assumes: 0.2 to 15.0 units of speed, 0 to 25 %."""

    arguments = {0xA3: 4, 0xA4: 4, 0xA5: 4, 0xA6: 2, 0xA7: 2, 0xA9: 4}  # noqa: RUF012

    def __init__(
        self,
        unit: str = "kmh",
        scale: TimeScale | None = None,
        rates: BeltRates | None = None,
        faults: tuple[PlannedFault, ...] = (),
        zeroing_s: float = 0.0,
        boot_t: bool = False,
    ) -> None:
        super().__init__(
            kmh_per_unit=KMH_PER_MPH if unit == "mph" else 1.0,
            watchdog_s=WATCHDOG_S,
            min_tenths=2,
            max_tenths=150,
            scale=scale,
            rates=rates,
            faults=faults,
            zeroing_s=zeroing_s,
            boot_t=boot_t,
        )
        self._echo_data = False

    def _execute(self, opcode: int, data: bytes) -> None:
        if self.mode is Mode.FAULT and opcode < 0xC0 and opcode != STOP:
            return  # no power on the control board: nothing is obeyed or acknowledged
        if opcode >= 0xC0:
            self._answer_query(opcode)
        elif opcode in (START, START_UNGUARDED):
            self._start(opcode, watched=opcode == START)
        elif opcode in self.arguments:
            self._set(opcode, data)
        elif opcode in (STOP, AUTO_STOP):
            self._stop(opcode)
        elif opcode == AUTO_COOL_DOWN:
            self.set_speed_tenths, self.set_incline_tenths = self._min_tenths, 0
            self._acknowledge(opcode)
        elif opcode in (RESET, TOGGLE_ECHO):
            self._echo_data ^= opcode == TOGGLE_ECHO
            self._acknowledge(opcode)
        else:
            self._say(bytes([UNRECOGNISED]))

    def _set(self, opcode: int, data: bytes) -> None:
        if not data.isdigit() or "refuse" in self.active_faults:
            self._say(bytes([OUT_OF_RANGE]))
            return
        tenths = int(data)
        if opcode == SET_SPEED:
            if not self._min_tenths <= tenths <= self._max_tenths:
                self._say(bytes([OUT_OF_RANGE]))
                return
            self.set_speed_tenths = tenths
        elif opcode == SET_INCLINE:
            if tenths > 250 or tenths % 5:
                self._say(bytes([OUT_OF_RANGE]))
                return
            self.set_incline_tenths = tenths
        self._acknowledge(opcode, data if self._echo_data else b"")

    def _answer_query(self, opcode: int) -> None:
        if opcode > 0xCD:
            self._say(bytes([BAD_QUERY]))
            return
        reply = bytes([opcode + 0x10])
        if opcode == 0xC0:
            self._say(reply + self._status())
        elif opcode == 0xC1:
            faulted = self.mode is Mode.FAULT
            self._say(reply + (b"9999" if faulted else digits(self._tenths(self.belt.reported_speed_kmh))))
        elif opcode == 0xC2:
            self._say(reply + digits(round(self.belt.incline_pct * 10)))
        elif opcode == 0xC3:
            self._say(reply + digits(self.set_speed_tenths))
        elif opcode == 0xC4:
            self._say(reply + digits(self.set_incline_tenths))
        else:
            self._say(reply + b"0" * QUERIES_NOT_FUNCTIONAL[opcode])

    def _status(self) -> bytes:
        if self.mode in (Mode.RUNNING, Mode.STOPPING):
            guarded = self.watchdog_on and "restarted_elsewhere" not in self.active_faults
            return b"2" if guarded else b"3"
        return b"1"

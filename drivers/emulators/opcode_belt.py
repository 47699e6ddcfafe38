"""What the emulated treadmills of the opcode protocols share: commands, a watchdog in wall time, a belt that obeys.

A family adds what it answers.
"""

from enum import StrEnum

from drivers.emulators.belt import BeltRates
from drivers.emulators.faults import PlannedFault
from drivers.emulators.paced_wire import DECK_TOP_PCT, PacedWire
from teststation.clock import TimeScale

LOCKED_OUT_FOR_S = 20.0  # without communication
RUNAWAY_KMH = 4.0
ACK_OFFSET = 0x10

START, STOP, SET_SPEED, SET_INCLINE, AUTO_STOP = 0xA0, 0xA2, 0xA3, 0xA4, 0xAA
OUT_OF_RANGE, UNRECOGNISED = 0xBE, 0xBF


class Mode(StrEnum):
    """What the controller of the treadmill is doing."""

    ZEROING = "zeroing"  # after power-up, finding zero elevation; a start now locks it out
    STOPPED = "stopped"
    RUNNING = "running"
    STOPPING = "stopping"  # stop, auto stop or watchdog: slowing down to rest
    LOCKED_OUT = "locked_out"
    FAULT = "fault"  # emergency stop: power cut from the control board


class OpcodeBelt(PacedWire):
    """One treadmill. Limits in tenths of its own unit."""

    byte_s = 10 / 4800
    slow_by_s = 0.3
    garbage_span = 0x7F

    arguments: dict[int, int]  # how many digits follow an opcode

    def __init__(
        self,
        *,
        kmh_per_unit: float,
        watchdog_s: float,
        min_tenths: int,
        max_tenths: int,
        scale: TimeScale | None = None,
        rates: BeltRates | None = None,
        faults: tuple[PlannedFault, ...] = (),
        zeroing_s: float = 0.0,
        boot_t: bool = False,
    ) -> None:
        super().__init__(scale, rates, faults)
        self.mode = Mode.ZEROING if zeroing_s else Mode.STOPPED
        self.watchdog_on = True
        self.set_speed_tenths = min_tenths
        self.set_incline_tenths = 0
        self.lost_commands = 0
        self.watchdog_fired = 0
        self._kmh_per_unit = kmh_per_unit
        self._watchdog_s = watchdog_s
        self._min_tenths, self._max_tenths = min_tenths, max_tenths
        self._zeroing_left_s = zeroing_s
        self._pending = bytearray()
        self._heard_s: float | None = None
        if boot_t:
            self._leaving.append((0.0, 0x54))

    # --- what a family adds ---

    def _execute(self, opcode: int, data: bytes) -> None:
        """Carry out one whole command, and answer it."""
        raise NotImplementedError

    def _watchdog_ran_out(self) -> None:
        """The watchdog has just begun to stop the belt."""

    # --- the wire's own ---

    @property
    def _in_motion(self) -> bool:
        return self.mode is Mode.RUNNING

    def give(self, fault: str) -> None:
        """Begin a fault now."""
        super().give(fault)
        if fault == "e_stop":
            self.mode = Mode.FAULT
        elif fault == "stopped_elsewhere":
            self._begin_stopping()

    def take(self, fault: str) -> None:
        """End a fault; after an emergency stop the treadmill is as freshly powered."""
        super().take(fault)
        if fault == "e_stop":
            self.mode = Mode.STOPPED

    def _live(self, dt_s: float, now_s: float) -> None:
        if self.mode is Mode.ZEROING:
            self._zeroing_left_s -= dt_s
            if self._zeroing_left_s <= 0:
                self.mode = Mode.STOPPED
        heard_ago_s = float("inf") if self._heard_s is None else now_s - self._heard_s
        silent = heard_ago_s > self._watchdog_s and not self._arriving
        if self.mode is Mode.RUNNING and self.watchdog_on and silent:
            self.watchdog_fired += 1
            self._begin_stopping(lower_deck=True)
            self._watchdog_ran_out()
        if self.mode is Mode.LOCKED_OUT and heard_ago_s > LOCKED_OUT_FOR_S:
            self.mode = Mode.STOPPED
        self._move_belt(dt_s)

    def _move_belt(self, dt_s: float) -> None:
        belt = self.belt
        set_kmh = self._kmh(self.set_speed_tenths)
        target_kmh = set_kmh if self.mode is Mode.RUNNING else 0.0
        if "over_speed" in self.active_faults and self.mode is Mode.RUNNING:
            target_kmh += RUNAWAY_KMH
        if "stuck" in self.active_faults and self.mode is Mode.RUNNING:
            target_kmh = belt.speed_kmh
        if "ignore_stop" in self.active_faults and self.mode is not Mode.FAULT:
            target_kmh = max(target_kmh, belt.speed_kmh)
        belt.target_speed_kmh = target_kmh
        belt.target_incline_pct = self.set_incline_tenths / 10
        if "deck_rises" in self.active_faults and self.mode is Mode.RUNNING:
            belt.target_incline_pct = DECK_TOP_PCT
        if self.mode is Mode.FAULT:
            self._cut_off(dt_s)
        belt.advance(dt_s)
        if self.mode is Mode.STOPPING and belt.speed_kmh == 0.0:
            self.mode = Mode.STOPPED

    def _begin_stopping(self, *, lower_deck: bool = False) -> None:
        if self.mode is Mode.RUNNING:
            self.mode = Mode.STOPPING
        if lower_deck and "ignore_stop" not in self.active_faults:
            self.set_incline_tenths = 0

    # --- bytes ---

    def _take_byte(self, byte: int) -> None:
        if byte >= 0xA0:
            # A new opcode is a resynchronisation point; what was begun before it is gone.
            self._pending = bytearray([byte])
        elif self._pending:
            self._pending.append(byte)
        else:
            return  # below A0 and outside data: swallowed
        opcode = self._pending[0]
        if len(self._pending) < 1 + self.arguments.get(opcode, 0):
            return
        command, self._pending = bytes(self._pending), bytearray()
        waiting = sum(1 for due_s, _ in self._leaving if self._now_s is not None and due_s > self._now_s)
        if waiting > 10:
            # One command fits the buffer while a reply leaves; what comes on top is lost.
            self.lost_commands += 1
            return
        self._heard_s = self._now_s
        self._execute(opcode, command[1:])

    def _start(self, opcode: int, *, watched: bool) -> None:
        if self.mode in (Mode.ZEROING, Mode.LOCKED_OUT) or "lockout" in self.active_faults:
            if self.mode is Mode.ZEROING:
                self.mode = Mode.LOCKED_OUT
            return
        if "false_start" not in self.active_faults:
            self.mode = Mode.RUNNING
            self.watchdog_on = watched
        self._acknowledge(opcode)

    def _stop(self, opcode: int) -> None:
        if self.mode is Mode.LOCKED_OUT and opcode == STOP:
            self.mode = Mode.STOPPED
        self._begin_stopping(lower_deck=opcode == AUTO_STOP)
        if opcode == AUTO_STOP and "ignore_stop" not in self.active_faults:
            self.set_speed_tenths = self._min_tenths
        self._acknowledge(opcode)

    def _acknowledge(self, opcode: int, data: bytes = b"") -> None:
        self._say(bytes([opcode + ACK_OFFSET]) + data)

    # --- units ---

    def _kmh(self, tenths: int) -> float:
        return tenths / 10 * self._kmh_per_unit

    def _tenths(self, speed_kmh: float) -> int:
        return round(speed_kmh / self._kmh_per_unit * 10)


def digits(tenths: int) -> bytes:
    """Four ASCII digits."""
    return f"{max(0, tenths):04d}".encode("ascii")

"""What the emulated treadmills of the opcode protocols share: a paced line, a watchdog, a belt behind them.

Sans-io: time is given with every call, in wall seconds. The line and the watchdog live in wall time; the belt's
physics run in test time, ``scale`` times as fast. A family adds what it answers.
"""

from collections import deque
from enum import StrEnum

from drivers.emulators.belt import BeltPhysics, BeltRates
from drivers.emulators.faults import PlannedFault
from teststation.clock import TimeScale

BYTE_S = 10 / 4800  # one start bit, eight data bits, one stop bit
LOCKED_OUT_FOR_S = 20.0  # without communication
SLOW_BY_S = 0.3
RUNAWAY_KMH = 4.0
E_STOP_DECEL_KMH_S = 4.0
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


class OpcodeBelt:
    """One treadmill. Limits in tenths of its own unit."""

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
        self.belt = BeltPhysics(rates)
        self.mode = Mode.ZEROING if zeroing_s else Mode.STOPPED
        self.watchdog_on = True
        self.set_speed_tenths = min_tenths
        self.set_incline_tenths = 0
        self.transcript: list[tuple[float, str, bytes]] = []
        self.lost_commands = 0
        self.watchdog_fired = 0
        self.active_faults: set[str] = set()
        self._kmh_per_unit = kmh_per_unit
        self._watchdog_s = watchdog_s
        self._min_tenths, self._max_tenths = min_tenths, max_tenths
        self._planned = list(faults)
        self._scale = scale or TimeScale()
        self._zeroing_left_s = zeroing_s
        self._pending = bytearray()
        self._arriving: deque[tuple[float, int]] = deque()
        self._leaving: deque[tuple[float, int]] = deque()
        self._line_free_s = 0.0
        self._last_byte_s = float("-inf")
        self._heard_s: float | None = None
        self._now_s: float | None = None
        self._moving_since_s: float | None = None  # test seconds of motion, for planned faults
        self._test_s = 0.0
        if boot_t:
            self._leaving.append((0.0, 0x54))

    # --- what a family adds ---

    def _execute(self, opcode: int, data: bytes) -> None:
        """Carry out one whole command, and answer it."""
        raise NotImplementedError

    def _watchdog_ran_out(self) -> None:
        """The watchdog has just begun to stop the belt."""

    # --- the outside ---

    @property
    def true_speed_kmh(self) -> float:
        """What a tachometer on the belt would say."""
        return self.belt.speed_kmh

    @property
    def incline_pct(self) -> float:
        """What a spirit level on the deck would say."""
        return self.belt.incline_pct

    @property
    def unplugged(self) -> bool:
        """Whether the cable is out."""
        return "unplug" in self.active_faults

    def give(self, fault: str) -> None:
        """Begin a fault now."""
        self.active_faults.add(fault)
        if fault == "e_stop":
            self.mode = Mode.FAULT
        elif fault == "stopped_elsewhere":
            self._begin_stopping()

    def take(self, fault: str) -> None:
        """End a fault; after an emergency stop the treadmill is as freshly powered."""
        self.active_faults.discard(fault)
        if fault == "e_stop":
            self.mode = Mode.STOPPED

    def receive(self, data: bytes, now_s: float) -> None:
        """Bytes as they come in at ``now_s``; each takes its time on the line."""
        self.advance(now_s)
        if "deaf" in self.active_faults or not data:
            return
        self.transcript.append((now_s, "in", data))
        for byte in data:
            self._last_byte_s = max(now_s, self._last_byte_s) + BYTE_S
            self._arriving.append((self._last_byte_s, byte))

    def transmit(self, now_s: float) -> bytes:
        """Bytes that have left the treadmill by ``now_s``."""
        self.advance(now_s)
        sent = bytearray()
        while self._leaving and self._leaving[0][0] <= now_s:
            sent.append(self._leaving.popleft()[1])
        if {"mute", "deaf"} & self.active_faults:
            return b""
        if sent:
            self.transcript.append((now_s, "out", bytes(sent)))
        return bytes(sent)

    def advance(self, now_s: float) -> None:
        """Let wall time pass up to ``now_s``: bytes arrive, the watchdog counts, the belt moves."""
        if self._now_s is None:
            self._now_s = now_s
        while self._arriving and self._arriving[0][0] <= now_s:
            at_s, byte = self._arriving.popleft()
            self._pass_time(at_s)
            self._take_byte(byte)
        self._pass_time(now_s)

    # --- time ---

    def _pass_time(self, now_s: float) -> None:
        assert self._now_s is not None
        dt_s = max(0.0, now_s - self._now_s) * self._scale.factor
        self._now_s = max(self._now_s, now_s)
        self._test_s += dt_s
        if self._moving_since_s is None and self.mode is Mode.RUNNING:
            self._moving_since_s = self._test_s
        if self._moving_since_s is not None:
            for planned in [p for p in self._planned if self._test_s - self._moving_since_s >= p.at_s]:
                self._planned.remove(planned)
                self.give(planned.name)
        if self.mode is Mode.ZEROING:
            self._zeroing_left_s -= dt_s
            if self._zeroing_left_s <= 0:
                self.mode = Mode.STOPPED
        heard_ago_s = float("inf") if self._heard_s is None else now_s - self._heard_s
        if self.mode is Mode.RUNNING and self.watchdog_on and heard_ago_s > self._watchdog_s:
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
        if self.mode is Mode.FAULT:
            belt.target_incline_pct = belt.incline_pct
            belt.speed_kmh = max(0.0, belt.speed_kmh - E_STOP_DECEL_KMH_S * dt_s)
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
        if "echo" in self.active_faults:
            self._say(bytes([byte]))
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

    def _say(self, reply: bytes) -> None:
        if "garbage" in self.active_faults:
            reply = bytes(0x80 | (7 * byte + 13) % 0x7F for byte in reply)
        if "partial" in self.active_faults:
            reply = reply[:1]
        assert self._now_s is not None
        self._line_free_s = max(self._line_free_s, self._now_s + (SLOW_BY_S if "slow" in self.active_faults else 0.0))
        for byte in reply:
            self._line_free_s += BYTE_S
            self._leaving.append((self._line_free_s, byte))

    # --- units ---

    def _kmh(self, tenths: int) -> float:
        return tenths / 10 * self._kmh_per_unit

    def _tenths(self, speed_kmh: float) -> int:
        return round(speed_kmh / self._kmh_per_unit * 10)


def digits(tenths: int) -> bytes:
    """Four ASCII digits."""
    return f"{max(0, tenths):04d}".encode("ascii")

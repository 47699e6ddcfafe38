"""What the emulated treadmills share whose belt is set at their own console: a paced line, a belt, and an operator.

The operator is a script: whoever has the emulator says what the operator does (``operator_sets``), after the time a
person needs for it. Sans-io: time is given in wall seconds; the belt and the operator live in test time.
"""

from collections import deque

from drivers.emulators.belt import BeltPhysics, BeltRates
from drivers.emulators.faults import PlannedFault
from teststation.clock import TimeScale

BYTE_S = 10 / 9600
SLOW_BY_S = 1.5  # longer than a station waits for an answer
RUNAWAY_KMH = 12.0
E_STOP_DECEL_KMH_S = 4.0


class OperatedBelt:
    """One treadmill with its own console."""

    def __init__(
        self,
        scale: TimeScale | None = None,
        rates: BeltRates | None = None,
        faults: tuple[PlannedFault, ...] = (),
        reaction_s: float = 0.0,
    ) -> None:
        self.belt = BeltPhysics(rates)
        self.transcript: list[tuple[float, str, bytes]] = []
        self.active_faults: set[str] = set()
        self._planned = list(faults)
        self._scale = scale or TimeScale()
        self._reaction_s = reaction_s
        self._console = (0.0, 0.0)
        self._coming: deque[tuple[float, float, float]] = deque()  # test time, speed, incline
        self._arriving: deque[tuple[float, int]] = deque()
        self._leaving: deque[tuple[float, int]] = deque()
        self._line_free_s = 0.0
        self._last_byte_s = float("-inf")
        self._now_s: float | None = None
        self._test_s = 0.0
        self._moving_since_s: float | None = None

    # --- what a dialect adds ---

    def _take_byte(self, byte: int) -> None:
        """One byte has arrived."""
        raise NotImplementedError

    # --- the operator ---

    def operator_sets(self, speed_kmh: float, incline_pct: float) -> None:
        """What the operator sets at the console, once the reaction time has passed."""
        self._coming.append((self._test_s + self._reaction_s, speed_kmh, incline_pct))

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
        if fault == "stopped_elsewhere":
            self._console = (0.0, 0.0)

    def take(self, fault: str) -> None:
        """End a fault."""
        self.active_faults.discard(fault)

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
        """Let wall time pass: bytes arrive, the operator acts, the belt moves."""
        if self._now_s is None:
            self._now_s = now_s
        while self._arriving and self._arriving[0][0] <= now_s:
            at_s, byte = self._arriving.popleft()
            self._pass_time(at_s)
            if "echo" in self.active_faults:
                self._say(bytes([byte]))
            self._take_byte(byte)
        self._pass_time(now_s)

    def _pass_time(self, now_s: float) -> None:
        assert self._now_s is not None
        dt_s = max(0.0, now_s - self._now_s) * self._scale.factor
        self._now_s = max(self._now_s, now_s)
        self._test_s += dt_s
        while self._coming and self._coming[0][0] <= self._test_s:
            self._console = self._coming.popleft()[1:]
        if self._moving_since_s is None and self.belt.speed_kmh > 0:
            self._moving_since_s = self._test_s
        if self._moving_since_s is not None:
            for planned in [p for p in self._planned if self._test_s - self._moving_since_s >= p.at_s]:
                self._planned.remove(planned)
                self.give(planned.name)
        self._move_belt(dt_s)

    def _move_belt(self, dt_s: float) -> None:
        belt, (speed_kmh, incline_pct) = self.belt, self._console
        if "over_speed" in self.active_faults and speed_kmh > 0:
            speed_kmh += RUNAWAY_KMH
        if "stuck" in self.active_faults and speed_kmh > 0:
            speed_kmh = belt.speed_kmh
        belt.target_speed_kmh, belt.target_incline_pct = speed_kmh, incline_pct
        if "e_stop" in self.active_faults:
            belt.target_speed_kmh, belt.target_incline_pct = 0.0, belt.incline_pct
            belt.speed_kmh = max(0.0, belt.speed_kmh - E_STOP_DECEL_KMH_S * dt_s)
        belt.advance(dt_s)

    def _say(self, reply: bytes) -> None:
        if "garbage" in self.active_faults:
            reply = bytes(0x80 | (7 * byte + 13) % 0x70 for byte in reply)
        if "partial" in self.active_faults:
            reply = reply[:1]
        assert self._now_s is not None
        self._line_free_s = max(self._line_free_s, self._now_s + (SLOW_BY_S if "slow" in self.active_faults else 0.0))
        for byte in reply:
            self._line_free_s += BYTE_S
            self._leaving.append((self._line_free_s, byte))

"""What every emulated treadmill is behind its dialect: one paced end of a wire, planned faults, and a belt.

Sans-io: time is given with every call, in wall seconds. The line lives in wall time; the belt's physics, and whoever
acts on the machine, live in test time, ``scale`` times as fast. A dialect adds what its bytes mean.
"""

from collections import deque

from drivers.emulators.belt import BeltPhysics, BeltRates
from drivers.emulators.faults import Faulty, PlannedFault
from teststation.clock import TimeScale

E_STOP_DECEL_KMH_S = 4.0
DECK_TOP_PCT = 25.0  # where the fault ``deck_rises`` goes


class PacedWire(Faulty):
    """One treadmill at its end of a line: bytes take their time, in both directions."""

    byte_s: float  # one start bit, eight data bits, one stop bit
    slow_by_s: float  # how late the fault ``slow`` makes a reply
    garbage_span: int  # the fault ``garbage`` makes bytes from 80 up to here above it

    def __init__(
        self,
        scale: TimeScale | None = None,
        rates: BeltRates | None = None,
        faults: tuple[PlannedFault, ...] = (),
    ) -> None:
        super().__init__()
        self.belt = BeltPhysics(rates)
        self.transcript: list[tuple[float, str, bytes]] = []
        self._planned = list(faults)
        self._scale = scale or TimeScale()
        self._arriving: deque[tuple[float, int]] = deque()
        self._leaving: deque[tuple[float, int]] = deque()
        self._line_free_s = 0.0
        self._last_byte_s = float("-inf")
        self._now_s: float | None = None
        self._test_s = 0.0
        self._moving_since_s: float | None = None  # test seconds of motion, for planned faults

    # --- what a dialect adds ---

    def _take_byte(self, byte: int) -> None:
        """One byte has arrived."""
        raise NotImplementedError

    @property
    def _in_motion(self) -> bool:
        """Whether the belt moves, so that planned faults count from now."""
        raise NotImplementedError

    def _live(self, dt_s: float, now_s: float) -> None:
        """Let ``dt_s`` test seconds pass for controller and belt, up to ``now_s`` on the wall."""
        raise NotImplementedError

    def _act(self) -> None:
        """What somebody does at the machine by now."""

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
    def busy(self) -> bool:
        """Whether bytes are under way, in either direction."""
        return bool(self._arriving or self._leaving)

    def receive(self, data: bytes, now_s: float) -> None:
        """Bytes as they come in at ``now_s``; each takes its time on the line.

        They are on the line before time passes: of what came since the last look nobody knows when.
        """
        if data and "deaf" not in self.active_faults:
            self.transcript.append((now_s, "in", data))
            for byte in data:
                self._last_byte_s = max(now_s, self._last_byte_s) + self.byte_s
                self._arriving.append((self._last_byte_s, byte))
        self.advance(now_s)

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
        """Let wall time pass up to ``now_s``: bytes arrive, people act, the belt moves."""
        if self._now_s is None:
            self._now_s = now_s
        while self._arriving and self._arriving[0][0] <= now_s:
            at_s, byte = self._arriving[0]
            self._pass_time(at_s)
            self._arriving.popleft()
            if "echo" in self.active_faults:
                self._say(bytes([byte]))
            self._take_byte(byte)
        self._pass_time(now_s)

    # --- parts ---

    def _pass_time(self, now_s: float) -> None:
        assert self._now_s is not None
        dt_s = max(0.0, now_s - self._now_s) * self._scale.factor
        self._now_s = max(self._now_s, now_s)
        self._test_s += dt_s
        self._act()
        if self._moving_since_s is None and self._in_motion:
            self._moving_since_s = self._test_s
        if self._moving_since_s is not None:
            for planned in [p for p in self._planned if self._test_s - self._moving_since_s >= p.at_s]:
                self._planned.remove(planned)
                self.give(planned.name)
        self._live(dt_s, now_s)

    def _cut_off(self, dt_s: float) -> None:
        """The red button: the belt runs out, the deck stays where it is."""
        belt = self.belt
        belt.target_speed_kmh, belt.target_incline_pct = 0.0, belt.incline_pct
        belt.speed_kmh = max(0.0, belt.speed_kmh - E_STOP_DECEL_KMH_S * dt_s)

    def _say(self, reply: bytes) -> None:
        if "garbage" in self.active_faults:
            reply = bytes(0x80 | (7 * byte + 13) % self.garbage_span for byte in reply)
        if "partial" in self.active_faults:
            reply = reply[:1]
        assert self._now_s is not None
        late_s = self.slow_by_s if "slow" in self.active_faults else 0.0
        self._line_free_s = max(self._line_free_s, self._now_s + late_s)
        for byte in reply:
            self._line_free_s += self.byte_s
            self._leaving.append((self._line_free_s, byte))

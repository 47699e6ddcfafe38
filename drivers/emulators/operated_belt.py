"""What the emulated treadmills share whose belt is set at their own console: an operator at it.

The operator is a script: whoever has the emulator says what the operator does (``operator_sets``), after the time a
person needs for it. Sans-io: time is given in wall seconds; the belt and the operator live in test time.
"""

from collections import deque

from drivers.emulators.belt import BeltRates
from drivers.emulators.faults import PlannedFault
from drivers.emulators.paced_wire import DECK_TOP_PCT, PacedWire
from teststation.clock import TimeScale

RUNAWAY_KMH = 12.0


class OperatedBelt(PacedWire):
    """One treadmill with its own console."""

    byte_s = 10 / 9600
    slow_by_s = 1.5  # longer than a station waits for an answer
    garbage_span = 0x70

    def __init__(
        self,
        scale: TimeScale | None = None,
        rates: BeltRates | None = None,
        faults: tuple[PlannedFault, ...] = (),
        reaction_s: float = 0.0,
    ) -> None:
        super().__init__(scale, rates, faults)
        self._reaction_s = reaction_s
        self._console = (0.0, 0.0)
        self._coming: deque[tuple[float, float, float]] = deque()  # test time, speed, incline

    # --- the operator ---

    def operator_sets(self, speed_kmh: float, incline_pct: float) -> None:
        """What the operator sets at the console, once the reaction time has passed."""
        self._coming.append((self._test_s + self._reaction_s, speed_kmh, incline_pct))

    # --- the wire's own ---

    @property
    def _in_motion(self) -> bool:
        return self.belt.speed_kmh > 0

    def _act(self) -> None:
        while self._coming and self._coming[0][0] <= self._test_s:
            self._console = self._coming.popleft()[1:]

    def give(self, fault: str) -> None:
        """Begin a fault now."""
        super().give(fault)
        if fault == "stopped_elsewhere":
            self._console = (0.0, 0.0)

    def _live(self, dt_s: float, now_s: float) -> None:
        belt, (speed_kmh, incline_pct) = self.belt, self._console
        if "over_speed" in self.active_faults and speed_kmh > 0:
            speed_kmh += RUNAWAY_KMH
        if "stuck" in self.active_faults and speed_kmh > 0:
            speed_kmh = belt.speed_kmh
        if "deck_rises" in self.active_faults and speed_kmh > 0:
            incline_pct = DECK_TOP_PCT
        belt.target_speed_kmh, belt.target_incline_pct = speed_kmh, incline_pct
        if "e_stop" in self.active_faults:
            self._cut_off(dt_s)
        belt.advance(dt_s)

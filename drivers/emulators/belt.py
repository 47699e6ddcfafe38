"""A belt and its lift as physics, apart from any wire. Time is an argument.

No vendor publishes ramps: every rate here is an assumption of this emulator, not a property of a machine.
"""

from collections import deque
from dataclasses import dataclass

SPEED_AVERAGED_OVER_S = 2.0  # the vendor's manual: the speed a treadmill reports is averaged over two seconds


@dataclass(frozen=True, slots=True)
class BeltRates:
    """Assumed rates of change, per second of test time."""

    accel_kmh_s: float = 1.0
    decel_kmh_s: float = 1.2
    incline_pct_s: float = 0.5


class BeltPhysics:
    """True speed and incline that move towards their targets, and the speed such a machine would report."""

    def __init__(self, rates: BeltRates | None = None) -> None:
        self.rates = rates or BeltRates()
        self.speed_kmh = 0.0
        self.incline_pct = 0.0
        self.target_speed_kmh = 0.0
        self.target_incline_pct = 0.0
        self._window: deque[tuple[float, float]] = deque()  # (dt_s, speed_kmh), newest last
        self._window_s = 0.0

    def advance(self, dt_s: float) -> None:
        """Let ``dt_s`` seconds of test time pass."""
        if dt_s <= 0:
            return
        rate = self.rates.accel_kmh_s if self.target_speed_kmh > self.speed_kmh else self.rates.decel_kmh_s
        self.speed_kmh = _towards(self.speed_kmh, self.target_speed_kmh, rate * dt_s)
        self.incline_pct = _towards(self.incline_pct, self.target_incline_pct, self.rates.incline_pct_s * dt_s)
        self._window.append((dt_s, self.speed_kmh))
        self._window_s += dt_s
        while self._window and self._window_s - self._window[0][0] >= SPEED_AVERAGED_OVER_S:
            self._window_s -= self._window.popleft()[0]

    @property
    def reported_speed_kmh(self) -> float:
        """The average over the last two seconds; exactly zero only once the belt has stood that long."""
        if not self._window_s:
            return self.speed_kmh
        return sum(dt_s * speed_kmh for dt_s, speed_kmh in self._window) / self._window_s


def _towards(value: float, target: float, step: float) -> float:
    if abs(target - value) <= step:
        return target
    return value + step if target > value else value - step

"""Time as an argument: the core never reads a clock by itself.

``now_s`` is test time: seconds on a monotonic clock, sped up by the time scale in demonstrations and tests.
Safety time-outs guard real wires and real processes, so they never shrink below a floor in wall time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Test time, in seconds."""

    def now_s(self) -> float:
        """Seconds of test time, monotonic, from an arbitrary zero."""
        ...


@dataclass(frozen=True, slots=True)
class TimeScale:
    """How many seconds of test time pass in one second on the wall."""

    factor: float = 1.0

    def wall_s(self, nominal_s: float, floor_s: float) -> float:
        """Wall seconds for a time-out of ``nominal_s`` test seconds, never below ``floor_s`` wall seconds."""
        return max(nominal_s / self.factor, floor_s)

    def test_s(self, nominal_s: float, floor_s: float) -> float:
        """The same time-out in test seconds: ``nominal_s``, or longer where the wall floor demands it."""
        return self.wall_s(nominal_s, floor_s) * self.factor


class ScaledClock:
    """A clock over any monotonic source, such as ``time.monotonic``, which all processes of a machine share."""

    def __init__(self, monotonic: Callable[[], float], scale: TimeScale | None = None) -> None:
        self._monotonic = monotonic
        self._zero_s = monotonic()
        self.scale = scale or TimeScale()

    def now_s(self) -> float:
        """Seconds of test time since this clock was made."""
        return self.at(self._monotonic())

    def at(self, monotonic_s: float) -> float:
        """Test time of a stamp that another process took from the same monotonic source."""
        return (monotonic_s - self._zero_s) * self.scale.factor


class ManualClock:
    """A clock that moves only when told: for simulated time."""

    def __init__(self, now_s: float = 0.0) -> None:
        self._now_s = now_s

    def now_s(self) -> float:
        """The time last set."""
        return self._now_s

    def advance(self, dt_s: float) -> None:
        """Move on by ``dt_s`` seconds, which may not be negative."""
        if dt_s < 0:
            raise ValueError("time does not run backwards")
        self._now_s += dt_s

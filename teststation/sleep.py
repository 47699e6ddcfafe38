"""How long the computer slept: ``time.monotonic`` tells it on Windows, and says nothing of it on Linux.

Somebody who shuts the lid, or a system that does it by itself, leaves the belt to nobody. When it wakes up, each clock
that stood still meanwhile goes on as if no time had passed. What slept is the difference of two of the system's clocks,
one that counts sleep and one that does not. A process that alone stands still (Ctrl-Z, a debugger) is no sleep, and
neither is a virtual machine that is paused: there all clocks stand.
"""

import ctypes
import sys
import time
from collections.abc import Callable

SLEPT_S = 1.0  # less is none

Clock = Callable[[], float]


def _clocks() -> tuple[Clock, Clock]:
    """One clock that counts sleep, and one that does not; the same twice where the system has no two."""
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.GetTickCount64.restype = ctypes.c_ulonglong

        def awake_s() -> float:
            hundred_ns = ctypes.c_ulonglong()
            kernel.QueryUnbiasedInterruptTime(ctypes.byref(hundred_ns))
            return hundred_ns.value / 1e7

        return lambda: kernel.GetTickCount64() / 1e3, awake_s
    if sys.platform == "linux":
        return lambda: time.clock_gettime(time.CLOCK_BOOTTIME), lambda: time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic, time.monotonic


_WITH_SLEEP, _AWAKE = _clocks()


def since_boot_s() -> float:
    """Seconds on a monotonic clock that counts the computer's sleep, from an arbitrary zero."""
    return _WITH_SLEEP()


class Sleep:
    """How long the computer slept between two looks."""

    def __init__(self, with_sleep: Clock | None = None, awake: Clock | None = None) -> None:
        self._with_sleep, self._awake = with_sleep or _WITH_SLEEP, awake or _AWAKE
        self._most_s = self._look()[1]

    def since_last_s(self) -> float:
        """Seconds asleep since the last look, 0 where that is less than ``SLEPT_S``. Never more than there were."""
        least_s, most_s = self._look()
        slept_s, self._most_s = least_s - self._most_s, most_s
        return slept_s if slept_s > SLEPT_S else 0.0

    def _look(self) -> tuple[float, float]:
        """At least and at most so much sleep; this process may stand still between two clocks."""
        before_s, with_sleep_s, after_s = self._awake(), self._with_sleep(), self._awake()
        return with_sleep_s - after_s, with_sleep_s - before_s

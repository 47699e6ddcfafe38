"""Which fitness machines are in range, as whoever asks is told: another process looks (``ftms_scan``).

Here is nothing of Bluetooth: a window that may come to ask need not read and hold its library.
"""

from drivers.radio.scan_process import InRange, seen_by

LOOK_S = 4.0
GRACE_S = 5.0


class MachineSeen(InRange, frozen=True):
    """One machine in range."""

    treadmill: bool | None = None  # None: it does not say what it is


def machines_in_range(look_s: float = LOOK_S) -> list[MachineSeen]:
    """Look for machines for ``look_s`` seconds in another process, the nearest first; never hangs."""
    return seen_by("drivers.treadmill.ftms_scan", look_s, look_s + GRACE_S, MachineSeen)

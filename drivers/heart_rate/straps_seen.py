"""Which straps are in range, as whoever asks is told: another process looks (``ble_scan``).

Here is nothing of Bluetooth: a window that may come to ask need not read and hold its library.
"""

from drivers.radio.scan_process import InRange, seen_by

LOOK_S = 4.0
PULSE_WITHIN_S = 6.0
STRAPS_MAX = 8


class StrapSeen(InRange, frozen=True):
    """One strap in range."""

    bpm: int | None = None  # None: it did not tell a pulse within a few seconds
    contact: bool | None = None
    battery_pct: int | None = None
    device: str = ""  # its DEVICE string, where it is not ble:ADDRESS


def straps_in_range(look_s: float = LOOK_S) -> list[StrapSeen]:
    """Look for straps for ``look_s`` seconds in another process; never hangs, whatever the Bluetooth stack does."""
    return seen_by("drivers.heart_rate.ble_scan", look_s, look_s + STRAPS_MAX * PULSE_WITHIN_S + 5.0, StrapSeen)

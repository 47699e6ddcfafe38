"""Which straps are in range, as whoever asks is told: another process looks (``ble_scan``).

Here is nothing of Bluetooth: a window that may come to ask need not read and hold its library.
"""

import msgspec

from drivers.radio.scan_process import said_by, told
from teststation.cause import Cause
from teststation.texts import english

LOOK_S = 4.0
PULSE_WITHIN_S = 6.0
STRAPS_MAX = 8


class StrapSeen(msgspec.Struct, frozen=True):
    """One strap in range, or the reason why none can be seen (``trouble``)."""

    name: str = ""
    address: str = ""
    rssi_dbm: int | None = None
    bpm: int | None = None  # None: it did not tell a pulse within a few seconds
    contact: bool | None = None
    battery_pct: int | None = None
    trouble: str = ""
    device: str = ""  # its DEVICE string, where it is not ble:ADDRESS


def straps_in_range(look_s: float = LOOK_S) -> list[StrapSeen]:
    """Look for straps for ``look_s`` seconds in another process; never hangs, whatever the Bluetooth stack does."""
    said = said_by("drivers.heart_rate.ble_scan", look_s, look_s + STRAPS_MAX * PULSE_WITHIN_S + 5.0)
    if said is None:
        return [StrapSeen(trouble=english(Cause("ble_hangs")))]
    return told(said, StrapSeen)

"""Which fitness machines are in range, as whoever asks is told: another process looks (``ftms_scan``).

Here is nothing of Bluetooth: a window that may come to ask need not read and hold its library.
"""

import msgspec

from drivers.radio.scan_process import said_by, told
from teststation.cause import Cause
from teststation.texts import english

LOOK_S = 4.0
GRACE_S = 5.0


class MachineSeen(msgspec.Struct, frozen=True):
    """One machine in range, or the reason why none can be seen (``trouble``)."""

    name: str = ""
    address: str = ""
    rssi_dbm: int | None = None
    treadmill: bool | None = None  # None: it does not say what it is
    trouble: str = ""


def machines_in_range(look_s: float = LOOK_S) -> list[MachineSeen]:
    """Look for machines for ``look_s`` seconds in another process, the nearest first; never hangs."""
    said = said_by("drivers.treadmill.ftms_scan", look_s, look_s + GRACE_S)
    if said is None:
        return [MachineSeen(trouble=english(Cause("ble_hangs")))]
    return told(said, MachineSeen)

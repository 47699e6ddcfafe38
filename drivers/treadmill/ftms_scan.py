"""Which fitness machines are in range: ``python -m drivers.treadmill.ftms_scan SECONDS``.

One JSON line a machine; a line with ``trouble`` where there is no Bluetooth. Nothing is connected to: a machine that a
person walks on with somebody's tablet is left alone.
"""

import asyncio
import sys

import msgspec
from bleak import BleakScanner

from drivers.naming import readable
from drivers.radio.ble_errors import FITNESS_MACHINE, RADIO_ERRORS, cause_of
from drivers.radio.ftms_codec import SERVICE, is_treadmill
from drivers.radio.scan_process import said_by, say, told
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


async def _look(look_s: float) -> None:
    try:
        seen = await BleakScanner.discover(timeout=look_s, return_adv=True)
    except RADIO_ERRORS as error:
        say(MachineSeen(trouble=english(cause_of(error, "Bluetooth", FITNESS_MACHINE))))
        return
    for device, advertised in sorted(seen.values(), key=lambda pair: -pair[1].rssi):
        data = advertised.service_data.get(SERVICE)
        if SERVICE in advertised.service_uuids or data is not None:
            name = readable(advertised.local_name or device.name or "") or device.address
            say(MachineSeen(name, device.address, advertised.rssi, is_treadmill(data)))


if __name__ == "__main__":
    asyncio.run(_look(float(sys.argv[1])))

"""Which fitness machines are in range: ``python -m drivers.treadmill.ftms_scan SECONDS``.

One JSON line a machine; a line with ``trouble`` where there is no Bluetooth. Nothing is connected to: a machine that a
person walks on with somebody's tablet is left alone.
"""

import asyncio
import sys

from bleak import BleakScanner

from drivers.naming import readable
from drivers.radio.ble_errors import FITNESS_MACHINE, RADIO_ERRORS, cause_of
from drivers.radio.ftms_codec import SERVICE, is_treadmill
from drivers.radio.scan_process import say
from drivers.treadmill.machines_seen import MachineSeen
from teststation.texts import english


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
            say(MachineSeen(name, device.address, advertised.rssi, treadmill=is_treadmill(data)))


if __name__ == "__main__":
    asyncio.run(_look(float(sys.argv[1])))

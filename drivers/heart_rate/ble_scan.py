"""Which straps are in range, with name, signal and live pulse: ``python -m drivers.heart_rate.ble_scan SECONDS``.

One JSON line a strap; a line with ``trouble`` where there is no Bluetooth.
"""

import asyncio
import sys

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice

from drivers.heart_rate import ble_codec
from drivers.heart_rate.straps_seen import PULSE_WITHIN_S, STRAPS_MAX, StrapSeen
from drivers.radio.ble_errors import RADIO_ERRORS, cause_of
from drivers.radio.ble_link import first_characteristic
from drivers.radio.scan_process import say
from teststation.pulse import possible
from teststation.texts import english


async def _look(look_s: float) -> None:
    try:
        seen = await BleakScanner.discover(
            timeout=look_s, return_adv=True, service_uuids=[ble_codec.HEART_RATE_SERVICE]
        )
    except RADIO_ERRORS as error:
        say(StrapSeen(trouble=english(cause_of(error, "Bluetooth"))))
        return
    straps = [pair for pair in seen.values() if ble_codec.HEART_RATE_SERVICE in pair[1].service_uuids]
    for device, advertised in sorted(straps, key=lambda pair: -pair[1].rssi)[:STRAPS_MAX]:
        name = advertised.local_name or device.name or device.address
        pulse, battery_pct = await _pulse(device)
        say(
            StrapSeen(
                name=name,
                address=device.address,
                rssi_dbm=advertised.rssi,
                bpm=pulse.bpm if pulse is not None and pulse.contact is not False and possible(pulse.bpm) else None,
                contact=None if pulse is None else pulse.contact,
                battery_pct=battery_pct,
            )
        )


async def _pulse(device: BLEDevice) -> tuple[ble_codec.Measurement | None, int | None]:
    """The strap's first pulse and its battery, as far as it tells them in time."""
    heard: asyncio.Queue[ble_codec.Measurement] = asyncio.Queue()
    battery_pct = None

    def take(_: object, value: bytearray) -> None:
        measured = ble_codec.decode_measurement(bytes(value))
        if measured is not None:
            heard.put_nowait(measured)

    try:
        async with asyncio.timeout(PULSE_WITHIN_S):
            async with BleakClient(device, winrt={"use_cached_services": False}) as client:
                battery = first_characteristic(client, ble_codec.BATTERY)
                if battery is not None:
                    battery_pct = ble_codec.decode_battery(bytes(await client.read_gatt_char(battery)))
                await client.start_notify(ble_codec.MEASUREMENT, take)
                return await heard.get(), battery_pct
    except RADIO_ERRORS:
        return None, battery_pct


if __name__ == "__main__":
    asyncio.run(_look(float(sys.argv[1])))

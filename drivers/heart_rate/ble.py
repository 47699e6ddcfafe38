"""Heart rate from a Bluetooth strap by bleak, in the driver's own process."""

import asyncio
import time
from collections.abc import Callable, Mapping

from bleak import BleakClient

from drivers import lines
from drivers.heart_rate import ble_codec
from drivers.heart_rate.ble_codec import BleDecoder
from drivers.heart_rate.link import Inbox, Station
from drivers.heart_rate.pulse_link import PulseLink
from drivers.radio.ble_errors import STRAP
from drivers.radio.ble_link import LOOK_EVERY_S, BleLink
from teststation.clock import TimeScale

BATTERY_EVERY_S = 60.0
LEAVE_WITHIN_S = 3.0


def run(
    port: str,
    options: Mapping[str, str],
    emit: Callable[[lines.FromDriver], None],
    inbox: Inbox,
    scale: TimeScale,
    bound: str = "",
) -> None:
    """Keep the strap ``port`` (address or name) until the station quits or is gone.

    ``bound``: the strap that a driver before this one listened to; no other of its name is taken.
    """
    emit(lines.Hello(version=lines.VERSION))
    asyncio.run(until_left(StrapLink(port, emit, scale, bound), Station(emit, inbox)))


async def until_left(link: BleLink, station: Station) -> None:
    """Keep the link until the station leaves."""
    kept = asyncio.create_task(link.keep())
    while not station.left(alive=not link.stuck) and not kept.done():
        link.turn()
        await asyncio.sleep(LOOK_EVERY_S / 2)
    kept.cancel()
    await asyncio.wait({kept}, timeout=LEAVE_WITHIN_S)
    if kept.done() and not kept.cancelled():
        kept.result()  # ``keep`` never ends by itself: this raises what ended it


class StrapLink(PulseLink):
    """The link to one strap, for the life of the process."""

    service = ble_codec.HEART_RATE_SERVICE
    scans_for = [ble_codec.HEART_RATE_SERVICE]  # noqa: RUF012 - bleak takes a list
    words = STRAP

    def __init__(
        self, chosen: str, emit: Callable[[lines.FromDriver], None], scale: TimeScale, bound: str = ""
    ) -> None:
        super().__init__(chosen, emit, scale, bound)
        self._decoder = BleDecoder(sensor=self.sensor)
        self._battery_read_s = 0.0

    async def _begin(self, client: BleakClient) -> None:
        self._decoder.sensor = self.sensor
        for uuid in (ble_codec.LOCATION, ble_codec.BATTERY):
            await self._read_into(client, uuid)
        await self._subscribe(client, ble_codec.MEASUREMENT, self._on_measurement)
        self._battery_read_s = time.monotonic()

    async def _look(self, client: BleakClient, now_s: float) -> None:
        self._pass_time(now_s)
        if now_s - self._battery_read_s > BATTERY_EVERY_S:
            self._battery_read_s = now_s
            await self._read_into(client, ble_codec.BATTERY)

    async def _read_into(self, client: BleakClient, uuid: str) -> None:
        value = await self._read(client, uuid)
        if value is not None:
            self._decoder.take(uuid[4:8], value)

    def _on_measurement(self, channel: str, value: bytes, now_s: float) -> None:
        self._heard(self._decoder.take(channel, value), now_s)

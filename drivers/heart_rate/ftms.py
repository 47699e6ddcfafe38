"""The pulse of a fitness machine on Bluetooth, for who has no strap and chooses it. The machine is never written to."""

import asyncio
from collections.abc import Callable, Mapping

from bleak import BleakClient

from drivers import lines
from drivers.heart_rate.ble import until_left
from drivers.heart_rate.ftms_pulse import MachinePulse
from drivers.heart_rate.link import Inbox, Station
from drivers.heart_rate.pulse_link import PulseLink
from drivers.radio import ftms_codec
from drivers.radio.ble_link import WrongDevice, first_characteristic
from drivers.radio.ftms_link import FitnessMachineLink
from teststation.cause import Cause
from teststation.clock import TimeScale


def run(
    port: str,
    options: Mapping[str, str],
    emit: Callable[[lines.FromDriver], None],
    inbox: Inbox,
    scale: TimeScale,
    bound: str = "",
) -> None:
    """Keep the machine ``port`` (address or name) until the station quits or is gone."""
    emit(lines.Hello(version=lines.VERSION))
    asyncio.run(until_left(MachinePulseLink(port, emit, scale, bound), Station(emit, inbox)))


class MachinePulseLink(PulseLink, FitnessMachineLink):
    """The link to one machine, for its pulse alone."""

    def __init__(
        self, chosen: str, emit: Callable[[lines.FromDriver], None], scale: TimeScale, bound: str = ""
    ) -> None:
        super().__init__(chosen, emit, scale, bound)
        self._pulse = MachinePulse(self.sensor)

    async def _begin(self, client: BleakClient) -> None:
        if first_characteristic(client, ftms_codec.TREADMILL_DATA) is None:
            raise WrongDevice(Cause("ftms_no_treadmill", {"name": self.name}))
        self._pulse.sensor = self.sensor
        await self._subscribe(client, ftms_codec.TREADMILL_DATA, self._on_data)

    async def _look(self, client: BleakClient, now_s: float) -> None:
        self._pass_time(now_s)

    def _over(self) -> None:
        self._pulse.forget()
        super()._over()

    def _on_data(self, channel: str, value: bytes, now_s: float) -> None:
        self._heard(self._pulse.take(channel, value, now_s), now_s)

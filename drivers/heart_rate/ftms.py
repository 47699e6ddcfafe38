"""The pulse of a fitness machine on Bluetooth, for who has no strap and chooses it. The machine is never written to."""

import asyncio
import time
from collections.abc import Callable, Mapping

from bleak import BleakClient

from drivers import lines
from drivers.heart_rate import freshness
from drivers.heart_rate.ble import until_left
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.ftms_pulse import MachinePulse
from drivers.heart_rate.link import Inbox, Station
from drivers.radio import ftms_codec
from drivers.radio.ble_link import WrongDevice, first_characteristic
from drivers.radio.ftms_link import FitnessMachineLink
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus


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
    asyncio.run(until_left(PulseLink(port, emit, scale, bound), Station(emit, inbox)))


class PulseLink(FitnessMachineLink):
    """The link to one machine, for its pulse alone."""

    def __init__(
        self, chosen: str, emit: Callable[[lines.FromDriver], None], scale: TimeScale, bound: str = ""
    ) -> None:
        super().__init__(chosen, scale, bound)
        self._emit = emit
        self._state = Freshness(scale, sensor=self.sensor)
        self._pulse = MachinePulse(self.sensor)

    async def _begin(self, client: BleakClient) -> None:
        if first_characteristic(client, ftms_codec.TREADMILL_DATA) is None:
            raise WrongDevice(Cause("ftms_no_treadmill", {"name": self.name}))
        self._pulse.sensor = self.sensor
        await self._subscribe(client, ftms_codec.TREADMILL_DATA, self._on_data)

    async def _look(self, client: BleakClient, now_s: float) -> None:
        self._tell(freshness.pass_time(self._state, now_s))

    def _over(self) -> None:
        self._pulse.forget()
        self._tell(freshness.lose(self._state, HeartRateStatus.OFFLINE, time.monotonic()))

    def _on_data(self, channel: str, value: bytes, now_s: float) -> None:
        sample = self._pulse.take(channel, value, now_s)
        if sample is not None:
            self._tell(freshness.take(self._state, sample, now_s))

    def _bound_to(self, text: str) -> None:
        self._emit(lines.Identity(strap=text))

    def _log(self, channel: str, value: bytes) -> None:
        self._emit(lines.Wire(t_mono_s=time.monotonic(), direction="in", data_hex=value.hex(), channel=channel))

    def _tell(self, step: tuple[Freshness, HeartRateReading | None]) -> None:
        self._state, reading = step
        if reading is not None:
            self._emit(lines.Heart(reading=reading))

    def _complain(self, *causes: Problem) -> None:
        self._emit(lines.Failed(causes=causes, fatal=False))

"""A virtual treadmill: a whole Bluetooth peripheral by bumble around an emulated fitness machine."""

import asyncio
import time

from bumble import data_types, gatt
from bumble.core import UUID, AdvertisingData
from bumble.link import LocalLink
from bumble.profiles.device_information_service import DeviceInformationService

from tests.virtual_bluetooth.fitness_machine import CONTROL, DATA, STATUS, FitnessMachine
from tests.virtual_bluetooth.strap import ADVERTISED_EVERY_MS, radio_device

FITNESS_MACHINE = UUID.from_16_bits(0x1826)
ANSWERS_AFTER_S = 0.05


class VirtualTreadmill:
    """One machine in the room. All methods run on the radio's own loop."""

    def __init__(
        self,
        link: LocalLink,
        machine: FitnessMachine,
        *,
        name: str = "CTM 1",
        address: str = "D0:D0:D0:D0:D0:01",
        serial: str | None = "4711",
        service_data: bytes | None = b"\x01\x01\x00",
        listed: bool = True,  # whether the service is in its list of services
        is_treadmill: bool = True,
        ranges: bool = True,
    ) -> None:
        self.machine, self.name, self.address = machine, name, address
        self.links = 0
        self.gone = False
        self.device = radio_device(name, address, link)
        self.device.on("connection", self._on_connection)
        self.device.advertising_interval_min = self.device.advertising_interval_max = ADVERTISED_EVERY_MS
        notify = gatt.Characteristic.Properties.NOTIFY
        self._told = {
            channel: gatt.Characteristic(
                UUID.from_16_bits(int(channel, 16)), notify, gatt.Characteristic.Permissions(0), b""
            )
            for channel in (DATA, STATUS)
        }
        self._control = gatt.Characteristic(
            UUID.from_16_bits(int(CONTROL, 16)),
            gatt.Characteristic.Properties.WRITE | gatt.Characteristic.Properties.INDICATE,
            gatt.Characteristic.WRITEABLE,
            gatt.CharacteristicValue(write=self._write),
        )
        self._running: set[asyncio.Task[None]] = set()
        fixed = {0x2ACC: (0x0000050E).to_bytes(4, "little") + (3).to_bytes(4, "little")}
        if ranges:
            low, high, step = machine.incline_range
            fixed[0x2AD4] = b"".join(value.to_bytes(2, "little") for value in machine.speed_range)
            fixed[0x2AD5] = b"".join((value & 0xFFFF).to_bytes(2, "little") for value in (low, high, step))
        readable = [
            gatt.Characteristic(
                UUID.from_16_bits(number), gatt.Characteristic.Properties.READ, gatt.Characteristic.READABLE, value
            )
            for number, value in fixed.items()
        ]
        data = [self._told[DATA]] if is_treadmill else []
        self.device.add_services(
            [
                gatt.Service(FITNESS_MACHINE, [*readable, *data, self._told[STATUS], self._control]),
                DeviceInformationService(serial_number=serial) if serial else DeviceInformationService("maker"),
            ]
        )
        advertised: list[object] = [data_types.CompleteLocalName(name)]
        if listed:
            advertised.append(data_types.IncompleteListOf16BitServiceUUIDs([FITNESS_MACHINE]))
        if service_data is not None:
            advertised.append(data_types.ServiceData16BitUUID(FITNESS_MACHINE, service_data))
        self.device.advertising_data = bytes(AdvertisingData(advertised))  # type: ignore[arg-type]

    @property
    def connected(self) -> bool:
        """Whether somebody holds the link."""
        return bool(self.device.connections)

    def _on_connection(self, *_: object) -> None:
        self.links += 1

    def _write(self, _: object, command: bytes) -> None:
        answer = self.machine.obey(command, time.monotonic())
        task = asyncio.ensure_future(self._indicate(answer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _indicate(self, answer: bytes) -> None:
        await asyncio.sleep(ANSWERS_AFTER_S)
        await self.device.indicate_subscribers(self._control, answer)

    async def live(self) -> None:
        """Advertise, notify what is due, and be in range or not, until the room closes."""
        await self.device.power_on()
        await self.device.start_advertising(auto_restart=True)
        hidden = False
        while not self.gone:
            due = self.machine.due(time.monotonic())
            if self.machine.unplugged != hidden:
                hidden = self.machine.unplugged
                await (self._hide() if hidden else self.device.start_advertising(auto_restart=True))
            for channel, value in due:
                if not hidden and self.connected:
                    await self.device.notify_subscribers(self._told[channel], value)
            await asyncio.sleep(0.01)
        await self._hide()

    async def drop(self) -> None:
        """End the link from the machine's side. The belt goes on."""
        self.machine.let_go()
        for connection in list(self.device.connections.values()):
            await connection.disconnect()

    async def _hide(self) -> None:
        await self.device.stop_advertising()
        await self.drop()
        await self.device.stop_advertising()

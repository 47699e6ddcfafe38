"""A virtual strap: a whole Bluetooth peripheral by bumble. It sends the frames a test gives it, byte for byte."""

from bumble import data_types, gatt
from bumble.controller import Controller
from bumble.core import AdvertisingData
from bumble.device import Device
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.profiles.battery_service import BatteryService
from bumble.profiles.device_information_service import DeviceInformationService
from bumble.transport.common import AsyncPipeSink

ADVERTISED_EVERY_MS = 20  # the shortest that Bluetooth allows


def radio_device(name: str, address: str, link: LocalLink) -> Device:
    """A Bluetooth device with its own host and controller on the virtual radio."""
    controller = Controller(name, link=link, public_address=address)
    return Device(name=name, address=Address(address), host=Host(controller, AsyncPipeSink(controller)))


class VirtualStrap:
    """One strap. All methods run on the radio's own loop."""

    def __init__(
        self,
        link: LocalLink,
        *,
        name: str = "HRM 123456",
        address: str = "F0:F0:F0:F0:F0:F0",
        serial: str = "123456",
        location: int = 1,
        battery_pct: int = 87,
        batteries: int = 1,
    ) -> None:
        self.name, self.address = name, address
        self.battery_pct = battery_pct
        self.links = 0  # how often somebody has connected
        self.device = radio_device(name, address, link)
        self.device.on("connection", self._on_connection)
        self.device.advertising_interval_min = self.device.advertising_interval_max = ADVERTISED_EVERY_MS
        properties = gatt.Characteristic.Properties
        # Real straps allow no read of the measurement: notify only.
        self._measurement = gatt.Characteristic(
            gatt.GATT_HEART_RATE_MEASUREMENT_CHARACTERISTIC,
            properties.NOTIFY,
            gatt.Characteristic.Permissions(0),
            b"",
        )
        where = gatt.Characteristic(
            gatt.GATT_BODY_SENSOR_LOCATION_CHARACTERISTIC,
            properties.READ,
            gatt.Characteristic.READABLE,
            bytes([location]),
        )
        self.device.add_services(
            [
                gatt.Service(gatt.GATT_HEART_RATE_SERVICE, [self._measurement, where]),
                *(BatteryService(lambda _: self.battery_pct) for _ in range(batteries)),
                DeviceInformationService(serial_number=serial),
            ]
        )
        self.device.advertising_data = bytes(
            AdvertisingData(
                [
                    data_types.CompleteLocalName(name),
                    data_types.IncompleteListOf16BitServiceUUIDs([gatt.GATT_HEART_RATE_SERVICE]),
                ]
            )
        )

    def _on_connection(self, *_: object) -> None:
        self.links += 1

    @property
    def connected(self) -> bool:
        """Whether somebody holds the link."""
        return bool(self.device.connections)

    async def appear(self) -> None:
        """Power on and advertise, again after each lost link."""
        await self.device.power_on()
        await self.device.start_advertising(auto_restart=True)

    async def hide(self) -> None:
        """Go out of range: no link, no advertisement."""
        await self.device.stop_advertising()
        await self.drop()
        await self.device.stop_advertising()

    async def show(self) -> None:
        """Come into range again."""
        await self.device.start_advertising(auto_restart=True)

    async def send(self, frame: bytes) -> None:
        """Notify whoever subscribed."""
        await self.device.notify_subscribers(self._measurement, frame)

    async def drop(self) -> None:
        """End the link from the strap's side."""
        for connection in list(self.device.connections.values()):
            await connection.disconnect()

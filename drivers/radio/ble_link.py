"""A Bluetooth link by bleak to one device that was chosen by address or name, and stays that one.

Who answers to the same name with another serial number is another device. The link is renewed for as long as the test
lasts, with a new client each time (WinRT and BlueZ both leave used ones in odd states) and notifications enabled anew.
On Windows the loop must run where no window is: there is no single-threaded apartment then, and bleak's callbacks
arrive.
"""

import asyncio
import contextlib
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

import msgspec
from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from drivers.attempts import SLEPT_S, Attempts
from drivers.naming import readable
from drivers.radio.ble_errors import RADIO_ERRORS, Words, cause_of
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale
from teststation.errors import DeviceError

SERIAL = "00002a25-0000-1000-8000-00805f9b34fb"

SCAN_S = 8.0
SECOND_LOOK_S = 1.0  # after a name was found, how long another device of that name may still show itself
CONNECT_S = 20.0
SUBSCRIBE_S = 10.0
SILENT_LINK_S = 20.0  # a link that stands and says nothing is taken down and made anew
LOOK_EVERY_S = 0.1
DEAF_S = 0.5  # in which everything that has piled up has been handed on
STUCK_AFTER_S = 30.0  # no step of a link takes as long: the Bluetooth stack hangs, and a new process may mend it


class WrongDevice(DeviceError):
    """A device that answers is not the one that was chosen, or it cannot be told which is."""


def first_characteristic(client: BleakClient, uuid: str) -> BleakGATTCharacteristic | None:
    """The characteristic of this name, of two batteries the first: bleak itself refuses to choose."""
    return next((found for found in client.services.characteristics.values() if found.uuid == uuid), None)


def identity(sensor: str, address: str, serial: bytes | None) -> str:
    """What a driver after this one needs to take the same device, under whatever address it comes back."""
    return msgspec.json.encode((sensor, address, "" if serial is None else serial.hex())).decode("utf-8")


def _of_identity(text: str) -> tuple[str, str | None, bytes | None]:
    if not text:
        return "", None, None
    sensor, address, serial = msgspec.json.decode(text, type=tuple[str, str, str])
    return sensor, address, bytes.fromhex(serial) if serial else None


class BleLink(ABC):
    """The link to one device, for the life of the process. ``service`` is the one it is there for."""

    service: str
    scans_for: list[str] | None = None  # services that the system is to filter by; None where makers leave them out
    words: Words

    def __init__(self, chosen: str, scale: TimeScale, bound: str = "") -> None:
        self._chosen = chosen.strip()
        self._scale = scale
        # Bound since the first connection, of this driver or of the one before it.
        self.sensor, self._address, self._serial = _of_identity(bound)
        self._device: BLEDevice | None = None  # what to connect to without another scan
        self._heard_s = 0.0
        self._stepped_s = self._turned_s = time.monotonic()
        self._deaf_until_s = float("-inf")
        self._worked = False

    # --- what a kind of device does its own way ---

    @abstractmethod
    async def _begin(self, client: BleakClient) -> None:
        """Read what is to be known of this device, and subscribe to what it tells."""

    @abstractmethod
    async def _look(self, client: BleakClient, now_s: float) -> None:
        """A moment has passed on a link that stands."""

    @abstractmethod
    def _over(self) -> None:
        """The link is over; the next attempt follows."""

    @abstractmethod
    def _complain(self, *causes: Problem) -> None:
        """Tell what is wrong while the attempts go on."""

    @abstractmethod
    def _bound_to(self, text: str) -> None:
        """This is the device from now on; ``text`` is what a driver after this one needs to take it again."""

    @abstractmethod
    def _log(self, channel: str, value: bytes) -> None:
        """Bytes that a characteristic told."""

    # --- the life of a link ---

    @property
    def stuck(self) -> bool:
        """Whether the Bluetooth stack has not come back from something for too long."""
        return time.monotonic() - self._stepped_s > STUCK_AFTER_S

    def turn(self) -> None:
        """This process runs. What has piled up while it did not is no measurement of now."""
        now_s = time.monotonic()
        if now_s - self._turned_s > SLEPT_S:
            self._deaf_until_s = now_s + DEAF_S
        self._turned_s = now_s

    async def keep(self) -> None:
        """Connect, listen and connect again, without end."""
        attempts = Attempts(self._scale)
        while True:
            await asyncio.sleep(attempts.wait_s)
            self._stepped_s = time.monotonic()
            self._worked = False
            try:
                await self._listen_once()
                self._complain(Cause(self.words.lost, {"name": self.name}))
            except WrongDevice as error:
                self._device = None
                self._complain(*error.causes)
            except RADIO_ERRORS as error:
                self._device = None
                self._complain(cause_of(error, self.name, self.words))
            attempts.end(worked=self._worked)
            self._over()

    @property
    def name(self) -> str:
        """What the device is called where something is told of it."""
        return self.sensor or self._chosen

    # --- one link ---

    async def _listen_once(self) -> None:
        """From the search to the loss of one link."""
        device = self._device or await self._find()
        lost = asyncio.Event()
        client = BleakClient(
            device,
            disconnected_callback=lambda _: lost.set(),
            timeout=CONNECT_S,
            # A cached list of services outlives a reconnection on Windows and then notifies nobody.
            winrt={"use_cached_services": False},
        )
        self._stepped_s = time.monotonic()
        async with client:
            await self._bind(client, device)
            await self._begin(client)
            self._heard_s = time.monotonic()
            while not lost.is_set():
                self._stepped_s = time.monotonic()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), LOOK_EVERY_S)
                now_s = time.monotonic()
                if now_s - self._heard_s > SILENT_LINK_S:
                    return
                await self._look(client, now_s)

    async def _find(self) -> BLEDevice:
        """The chosen device among those in range.

        Raises:
            WrongDevice: nothing of that name or address, or two of the same name.
        """
        found = {device.address: device for device in await self._held_by_the_system()}
        for device in found.values():
            if self._is_address(device):
                return device
        # Of a name there may be another in the air.
        until_s = time.monotonic() + (SECOND_LOOK_S if found else SCAN_S)
        async with BleakScanner(service_uuids=self.scans_for) as scanner:
            while time.monotonic() < until_s:
                await asyncio.sleep(LOOK_EVERY_S / 2)
                for device, advertised in scanner.discovered_devices_and_advertisement_data.values():
                    if self._is_chosen(device, advertised) and device.address not in found:
                        found[device.address] = device
                        until_s = min(until_s, time.monotonic() + SECOND_LOOK_S)
                    if device.address in found and self._is_address(device):
                        return device
        if not found:
            raise WrongDevice(Cause(self.words.away, {"name": self.name}))
        if len(found) > 1:
            both = ", ".join(sorted(found))
            raise WrongDevice(Cause(self.words.namesakes, {"name": self.name, "addresses": both}))
        return next(iter(found.values()))

    async def _held_by_the_system(self) -> list[BLEDevice]:
        """Devices of the chosen name or address that a program has left connected as it died: BlueZ keeps such a link,
        and no other system does. A device so held does not advertise and is in no scan."""
        if sys.platform != "linux":
            return []
        held = await (await BleakAdapter.get()).get_connected_devices([self.service])
        return [device for device in held if self._may_be(device, device.name)]

    def _is_address(self, device: BLEDevice) -> bool:
        return device.address.upper() == (self._address or self._chosen).upper()

    def _advertises(self, advertised: AdvertisementData) -> bool:
        """Whether an advertisement is of a device of this kind."""
        return self.service in advertised.service_uuids

    def _is_chosen(self, device: BLEDevice, advertised: AdvertisementData) -> bool:
        if not self._advertises(advertised):
            return False
        return self._may_be(device, advertised.local_name) or self._may_be(device, device.name)

    def _may_be(self, device: BLEDevice, name: str | None) -> bool:
        if self._is_address(device):
            return True
        # A bound device may come back under another random address, but only with the same serial number.
        return name == self._chosen and (self._address is None or self._serial is not None)

    async def _bind(self, client: BleakClient, device: BLEDevice) -> None:
        """Read who this is, and see that it is the same device as before. Raises WrongDevice."""
        serial = await self._read(client, SERIAL)
        if self._address is not None and device.address.upper() != self._address and serial != self._serial:
            raise WrongDevice(Cause(self.words.another, {"name": self.name}))
        self._device, self._address = device, device.address.upper()
        self._serial = serial if serial is not None else self._serial
        # A new random address is no new device.
        name = readable(device.name or "") or self._chosen
        self.sensor = self.sensor or f"{name} {device.address}"
        self._bound_to(identity(self.sensor, self._address, self._serial))

    # --- what it says ---

    async def _subscribe(self, client: BleakClient, uuid: str, take: Callable[[str, bytes, float], None]) -> None:
        """Hand on what a characteristic tells from now on: its short name, the bytes and the second."""

        def on_value(_: BleakGATTCharacteristic, value: bytearray) -> None:
            self._worked = True
            self._heard_s = time.monotonic()
            if self._heard_s - self._turned_s > SLEPT_S or self._heard_s < self._deaf_until_s:
                return
            self._log(uuid[4:8], bytes(value))
            take(uuid[4:8], bytes(value), self._heard_s)

        found = first_characteristic(client, uuid)
        await asyncio.wait_for(client.start_notify(found or uuid, on_value), SUBSCRIBE_S)

    async def _read(self, client: BleakClient, uuid: str) -> bytes | None:
        """The value of a characteristic that a device may have or not."""
        self._stepped_s = time.monotonic()
        found = first_characteristic(client, uuid)
        if found is None:
            return None
        try:
            value = bytes(await asyncio.wait_for(client.read_gatt_char(found), SUBSCRIBE_S))
        except RADIO_ERRORS:
            return None  # what may be missing is worth no link; a link that is gone says so by itself
        self._log(uuid[4:8], value)
        return value

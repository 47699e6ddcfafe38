"""Heart rate from a Bluetooth strap by bleak, in the driver's own process.

The strap is the one that was chosen, by address or by name, and stays that one: who answers to the same name with
another serial number is another strap. The link is renewed for as long as the test lasts, with a new client each time
(WinRT and BlueZ both leave used ones in odd states) and notifications enabled anew. On Windows this process has no
window, so its main thread is no single-threaded apartment and bleak's callbacks arrive.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Mapping

import msgspec
from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from drivers import lines
from drivers.heart_rate import ble_codec, freshness
from drivers.heart_rate.ble_codec import BleDecoder
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.link import SLEPT_S, Attempts, Inbox, Station
from drivers.heart_rate.samples import readable
from drivers.radio.ble_errors import RADIO_ERRORS, cause_of
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale
from teststation.errors import DeviceError
from teststation.ports import HeartRateReading, HeartRateStatus

SCAN_S = 8.0
SECOND_LOOK_S = 1.0  # after a name was found, how long another strap of that name may still show itself
CONNECT_S = 20.0
SUBSCRIBE_S = 10.0
SILENT_LINK_S = 20.0  # a link that stands and says nothing is taken down and made anew
BATTERY_EVERY_S = 60.0
LOOK_EVERY_S = 0.1
LEAVE_WITHIN_S = 3.0
DEAF_S = 0.5  # in which everything that has piled up has been handed on
STUCK_AFTER_S = 30.0  # no step of a link takes as long: the Bluetooth stack hangs, and a new process may mend it


class WrongStrap(DeviceError):
    """A strap that answers is not the one that was chosen, or it cannot be told which is."""


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
    asyncio.run(_until_left(StrapLink(port, emit, scale, bound), Station(emit, inbox)))


async def _until_left(link: "StrapLink", station: Station) -> None:
    kept = asyncio.create_task(link.keep())
    while not station.left(alive=not link.stuck) and not kept.done():
        link.turn()
        await asyncio.sleep(LOOK_EVERY_S / 2)
    kept.cancel()
    await asyncio.wait({kept}, timeout=LEAVE_WITHIN_S)
    if kept.done() and not kept.cancelled():
        kept.result()  # ``keep`` never ends by itself: this raises what ended it


def first_characteristic(client: BleakClient, uuid: str) -> BleakGATTCharacteristic | None:
    """The characteristic of this name, of two batteries the first: bleak itself refuses to choose."""
    return next((found for found in client.services.characteristics.values() if found.uuid == uuid), None)


def _identity(sensor: str, address: str, serial: bytes | None) -> str:
    """What a driver after this one needs to take the same strap, under whatever address it comes back."""
    return msgspec.json.encode((sensor, address, "" if serial is None else serial.hex())).decode("utf-8")


def _of_identity(text: str) -> tuple[str, str | None, bytes | None]:
    if not text:
        return "", None, None
    sensor, address, serial = msgspec.json.decode(text, type=tuple[str, str, str])
    return sensor, address, bytes.fromhex(serial) if serial else None


class StrapLink:
    """The link to one strap, for the life of the process."""

    def __init__(
        self, chosen: str, emit: Callable[[lines.FromDriver], None], scale: TimeScale, bound: str = ""
    ) -> None:
        self._chosen = chosen.strip()
        self._emit = emit
        self._scale = scale
        # Bound since the first connection, of this driver or of the one before it.
        sensor, self._address, self._serial = _of_identity(bound)
        self._state = Freshness(scale, sensor=sensor)
        self._decoder = BleDecoder(sensor=sensor)
        self._device: BLEDevice | None = None  # what to connect to without another scan
        self._heard_s = 0.0
        self._stepped_s = self._turned_s = time.monotonic()
        self._deaf_until_s = float("-inf")
        self._worked = False

    @property
    def stuck(self) -> bool:
        """Whether the Bluetooth stack has not come back from something for too long."""
        return time.monotonic() - self._stepped_s > STUCK_AFTER_S

    def turn(self) -> None:
        """This process runs. What has piled up while it did not is no pulse of now."""
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
                self._complain(Cause("ble_lost", {"strap": self._name}))
            except WrongStrap as error:
                self._device = None
                self._complain(*error.causes)
            except RADIO_ERRORS as error:
                self._device = None
                self._complain(cause_of(error, self._name))
            attempts.end(worked=self._worked)
            self._tell(freshness.lose(self._state, HeartRateStatus.OFFLINE, time.monotonic()))

    @property
    def _name(self) -> str:
        return self._decoder.sensor or self._chosen

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
            await asyncio.wait_for(client.start_notify(ble_codec.MEASUREMENT, self._on_measurement), SUBSCRIBE_S)
            self._heard_s = battery_read_s = time.monotonic()
            while not lost.is_set():
                self._stepped_s = time.monotonic()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), LOOK_EVERY_S)
                now_s = time.monotonic()
                self._tell(freshness.pass_time(self._state, now_s))
                if now_s - self._heard_s > SILENT_LINK_S:
                    return
                if now_s - battery_read_s > BATTERY_EVERY_S:
                    battery_read_s = now_s
                    await self._read(client, ble_codec.BATTERY)

    async def _find(self) -> BLEDevice:
        """The chosen strap among those in range.

        Raises:
            WrongStrap: nothing of that name or address, or two of the same name.
        """
        found = {device.address: device for device in await self._held_by_the_system()}
        for device in found.values():
            if self._is_address(device):
                return device
        # Of a name there may be another in the air.
        until_s = time.monotonic() + (SECOND_LOOK_S if found else SCAN_S)
        async with BleakScanner(service_uuids=[ble_codec.HEART_RATE_SERVICE]) as scanner:
            while time.monotonic() < until_s:
                await asyncio.sleep(LOOK_EVERY_S / 2)
                for device, advertised in scanner.discovered_devices_and_advertisement_data.values():
                    if self._is_chosen(device, advertised) and device.address not in found:
                        found[device.address] = device
                        until_s = min(until_s, time.monotonic() + SECOND_LOOK_S)
                    if device.address in found and self._is_address(device):
                        return device
        if not found:
            raise WrongStrap(Cause("ble_away", {"strap": self._name}))
        if len(found) > 1:
            both = ", ".join(sorted(found))
            raise WrongStrap(Cause("ble_namesakes", {"strap": self._name, "addresses": both}))
        return next(iter(found.values()))

    async def _held_by_the_system(self) -> list[BLEDevice]:
        """Straps of the chosen name or address that a program has left connected as it died: BlueZ keeps such a link,
        and no other system does. A strap so held does not advertise and is in no scan."""
        if sys.platform != "linux":
            return []
        held = await (await BleakAdapter.get()).get_connected_devices([ble_codec.HEART_RATE_SERVICE])
        return [device for device in held if self._may_be(device, device.name)]

    def _is_address(self, device: BLEDevice) -> bool:
        return device.address.upper() == (self._address or self._chosen).upper()

    def _is_chosen(self, device: BLEDevice, advertised: AdvertisementData) -> bool:
        if ble_codec.HEART_RATE_SERVICE not in advertised.service_uuids:
            return False
        return self._may_be(device, advertised.local_name) or self._may_be(device, device.name)

    def _may_be(self, device: BLEDevice, name: str | None) -> bool:
        if self._is_address(device):
            return True
        # A bound strap may come back under another random address, but only with the same serial number.
        return name == self._chosen and (self._address is None or self._serial is not None)

    async def _bind(self, client: BleakClient, device: BLEDevice) -> None:
        """Read who this is, and see that it is the same strap as before. Raises WrongStrap."""
        serial = await self._read(client, ble_codec.SERIAL)
        if self._address is not None and device.address.upper() != self._address and serial != self._serial:
            raise WrongStrap(Cause("ble_another", {"strap": self._name}))
        self._device, self._address = device, device.address.upper()
        self._serial = serial if serial is not None else self._serial
        # A new random address is no new strap.
        name = readable(device.name or "") or self._chosen
        self._decoder.sensor = self._decoder.sensor or f"{name} {device.address}"
        self._emit(lines.Identity(strap=_identity(self._decoder.sensor, self._address, self._serial)))
        await self._read(client, ble_codec.LOCATION)
        await self._read(client, ble_codec.BATTERY)

    # --- what it says ---

    def _on_measurement(self, _: BleakGATTCharacteristic, value: bytearray) -> None:
        self._worked = True
        self._heard_s = time.monotonic()
        if self._heard_s - self._turned_s > SLEPT_S or self._heard_s < self._deaf_until_s:
            return
        self._log("2a37", bytes(value))
        sample = self._decoder.take("2a37", bytes(value))
        if sample is not None:
            self._tell(freshness.take(self._state, sample, self._heard_s))

    async def _read(self, client: BleakClient, uuid: str) -> bytes | None:
        """The value of a characteristic that a strap may have or not."""
        self._stepped_s = time.monotonic()
        found = first_characteristic(client, uuid)
        if found is None:
            return None
        try:
            value = bytes(await asyncio.wait_for(client.read_gatt_char(found), SUBSCRIBE_S))
        except RADIO_ERRORS:
            return None  # battery and location are worth no link; a link that is gone says so by itself
        self._log(uuid[4:8], value)
        self._decoder.take(uuid[4:8], value)
        return value

    def _log(self, channel: str, value: bytes) -> None:
        self._emit(lines.Wire(t_mono_s=time.monotonic(), direction="in", data_hex=value.hex(), channel=channel))

    def _tell(self, step: tuple[Freshness, HeartRateReading | None]) -> None:
        self._state, reading = step
        if reading is not None:
            self._emit(lines.Heart(reading=reading))

    def _complain(self, *causes: Problem) -> None:
        self._emit(lines.Failed(causes=causes, fatal=False))

"""A stand-in for BlueZ on a private D-Bus: as much of ``org.bluez`` as bleak uses, over a virtual radio.

What it proves is bleak and our own code against BlueZ's D-Bus surface, and no radio, kernel or BlueZ itself. Object
paths matter: bleak reads device and handle out of ``/org/bluez/hci0/dev_XX/serviceHHHH/charHHHH``.
"""

import asyncio
from typing import Any

from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement, Device, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

ADAPTER = "/org/bluez/hci0"
ADAPTER_1, DEVICE_1 = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE_1, CHARACTERISTIC_1 = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
OBJECT_MANAGER, PROPERTIES = "org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Properties"
CONNECT_S = 1.5  # BlueZ itself tries for longer; a test need not
MTU = 247  # BlueZ asks for more than the 23 bytes that everybody has, of which a notification is 20
FLAGS = {
    "read": Characteristic.Properties.READ,
    "write": Characteristic.Properties.WRITE,
    "write-without-response": Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
    "notify": Characteristic.Properties.NOTIFY,
    "indicate": Characteristic.Properties.INDICATE,
}


def long_uuid(uuid: UUID) -> str:
    """The 128-bit text form that BlueZ uses."""
    digits = uuid.to_hex_str().replace("-", "").lower()
    if len(digits) == 4:
        return f"0000{digits}-0000-1000-8000-00805f9b34fb"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class VirtualBlueZ:
    """The tree of objects, and the central that stands behind it."""

    def __init__(self, central: Device, *, powered: bool = True) -> None:
        self._central = central
        self._bus: MessageBus
        self._addresses: dict[str, Any] = {}
        self._heard: dict[str, asyncio.Event] = {}
        self._peers: dict[str, Peer] = {}
        self._characteristics: dict[str, CharacteristicProxy[Any]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._connecting = asyncio.Lock()
        self._notifying: set[str] = set()
        self._searching: set[str] = set()  # who looks around: BlueZ goes on until the last of them has done
        self._adapter = {
            "Address": Variant("s", "00:00:00:00:00:01"),
            "Name": Variant("s", "virtual"),
            "Alias": Variant("s", "virtual"),
            "Powered": Variant("b", powered),
            "Discovering": Variant("b", False),
            "UUIDs": Variant("as", []),
            "Roles": Variant("as", ["central"]),
        }
        self._tree: dict[str, dict[str, dict[str, Variant]]] = {ADAPTER: {ADAPTER_1: self._adapter}}

    async def start(self, bus_address: str) -> None:
        """Take the name ``org.bluez`` on this bus."""
        self._bus = await MessageBus(bus_address=bus_address).connect()
        self._bus.add_message_handler(self._on_message)
        await self._bus.request_name("org.bluez")
        self._central.on("advertisement", self._on_advertisement)

    def close(self) -> None:
        """Leave the bus."""
        self._bus.disconnect()

    async def pull_adapter(self) -> None:
        """The adapter is pulled out: no link is left, and no object."""
        for path, peer in list(self._peers.items()):
            self._on_disconnection(path)
            await peer.connection.disconnect()
        if self._central.is_scanning:
            await self._central.stop_scanning()
        for path in sorted(self._tree, reverse=True):
            self._remove(path)

    async def plug_adapter(self) -> None:
        """The adapter is put in again, and knows no device yet."""
        self._adapter["Discovering"] = Variant("b", False)
        self._add(ADAPTER, ADAPTER_1, self._adapter)

    # --- the tree ---

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        message = Message.new_signal(path, interface, member, signature, body)
        task = asyncio.ensure_future(self._send(message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _send(self, message: Message) -> None:
        await self._bus.send(message)

    def _add(self, path: str, interface: str, properties: dict[str, Variant]) -> None:
        self._tree.setdefault(path, {})[interface] = properties
        self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, {interface: properties}])

    def _remove(self, path: str) -> None:
        interfaces = list(self._tree.pop(path, {}))
        self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [path, interfaces])

    def _change(self, path: str, interface: str, properties: dict[str, Variant]) -> None:
        if path in self._tree:
            self._tree[path][interface].update(properties)
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, properties, []])

    # --- from the radio ---

    def _on_advertisement(self, seen: Advertisement) -> None:
        if ADAPTER not in self._tree:
            return
        address = str(seen.address).split("/")[0]
        path = f"{ADAPTER}/dev_{address.replace(':', '_')}"
        self._addresses[path] = seen.address
        if path in self._heard:
            self._heard[path].set()
        if path in self._tree:
            self._change(path, DEVICE_1, {"RSSI": Variant("n", seen.rssi)})
            return
        kind = AdvertisingData.Type
        uuids = [
            long_uuid(uuid)
            for listed in (
                kind.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
                kind.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
            )
            for uuid in seen.data.get(listed) or []
        ]
        name = seen.data.get(kind.COMPLETE_LOCAL_NAME) or address
        of_services = seen.data.get(kind.SERVICE_DATA_16_BIT_UUID)
        service_data = {} if of_services is None else {long_uuid(of_services[0]): Variant("ay", of_services[1])}
        device = {
            "Address": Variant("s", address),
            "AddressType": Variant("s", "random"),
            "Name": Variant("s", name),
            "Alias": Variant("s", name),
            "Adapter": Variant("o", ADAPTER),
            "UUIDs": Variant("as", uuids),
            "ServiceData": Variant("a{sv}", service_data),
            "RSSI": Variant("n", seen.rssi),
            "Paired": Variant("b", False),
            "Connected": Variant("b", False),
            "ServicesResolved": Variant("b", False),
        }
        self._add(path, DEVICE_1, device)

    def _on_disconnection(self, path: str) -> None:
        for inner in [known for known in self._tree if known.startswith(path + "/")][::-1]:
            self._remove(inner)
            self._characteristics.pop(inner, None)
            self._notifying.discard(inner)
        self._peers.pop(path, None)
        gone = {"Connected": Variant("b", False), "ServicesResolved": Variant("b", False)}
        self._change(path, DEVICE_1, gone)

    # --- from the bus ---

    def _on_message(self, message: Message) -> Message | bool | None:
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        if (message.interface, message.member) == (OBJECT_MANAGER, "GetManagedObjects"):
            return Message.new_method_return(message, "a{oa{sa{sv}}}", [self._tree])
        if (message.interface or "").startswith("org.bluez."):
            task = asyncio.ensure_future(self._answer(message))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            return True
        return None

    async def _answer(self, message: Message) -> None:
        try:
            signature, body = await self._call(message)
            reply = Message.new_method_return(message, signature, body)
        except Exception as error:  # noqa: BLE001 - whatever fails is the caller's to hear, as BlueZ does it
            reply = Message.new_error(message, "org.bluez.Error.Failed", repr(error))
        await self._bus.send(reply)

    async def _call(self, message: Message) -> tuple[str, list[Any]]:
        path = message.path or ""
        if path not in self._tree:
            raise LookupError(f"no such object: {path}")
        match message.member:
            case "SetDiscoveryFilter":
                pass
            case "StartDiscovery":
                self._searching.add(message.sender or "")
                await self._central.start_scanning(filter_duplicates=False)
                self._change(ADAPTER, ADAPTER_1, {"Discovering": Variant("b", True)})
            case "StopDiscovery":
                self._searching.discard(message.sender or "")
                if not self._searching:
                    await self._central.stop_scanning()
                    self._change(ADAPTER, ADAPTER_1, {"Discovering": Variant("b", False)})
            case "Connect":
                await self._connect(path)
            case "Disconnect":
                if path in self._peers:
                    await self._peers[path].connection.disconnect()
            case "ReadValue":
                return "ay", [bytes(await self._characteristics[path].read_value())]
            case "WriteValue":
                with_answer = message.body[1].get("type") != Variant("s", "command")
                await self._characteristics[path].write_value(bytes(message.body[0]), with_response=with_answer)
            case "StartNotify":
                # A program that has died leaves its subscription behind; BlueZ shares one among all who listen.
                if path not in self._notifying:
                    self._notifying.add(path)
                    await self._characteristics[path].subscribe(lambda value: self._on_value(path, bytes(value)))
            case "StopNotify":
                self._notifying.discard(path)
                await self._characteristics[path].unsubscribe()
            case other:
                raise NotImplementedError(other)
        return "", []

    def _on_value(self, path: str, value: bytes) -> None:
        self._change(path, CHARACTERISTIC_1, {"Value": Variant("ay", value)})

    async def _advertises(self, path: str) -> None:
        scanning = self._central.is_scanning
        heard = self._heard[path] = asyncio.Event()
        try:
            if not scanning:
                await self._central.start_scanning(filter_duplicates=False)
            await heard.wait()
        finally:
            if not scanning:
                await self._central.stop_scanning()

    async def _connect(self, path: str) -> None:
        # The virtual controller cannot call a connection attempt off, so none is begun with a device that is away.
        await asyncio.wait_for(self._advertises(path), CONNECT_S)
        # Nor can it tell two attempts apart: one at a time, or a driver gets somebody else's strap.
        async with self._connecting:
            connection = await self._central.connect(self._addresses[path])
        connection.on("disconnection", lambda *_: self._on_disconnection(path))
        self._change(path, DEVICE_1, {"Connected": Variant("b", True)})
        peer = self._peers[path] = Peer(connection)
        await peer.request_mtu(MTU)
        await peer.discover_services()
        await peer.discover_characteristics()
        for service in peer.services:
            service_path = f"{path}/service{service.handle:04x}"
            known = {
                "UUID": Variant("s", long_uuid(service.uuid)),
                "Primary": Variant("b", True),
                "Device": Variant("o", path),
            }
            self._add(service_path, SERVICE_1, known)
            for characteristic in service.characteristics:
                # BlueZ names a characteristic after the handle of its declaration, one before its value's.
                inner = f"{service_path}/char{characteristic.handle - 1:04x}"
                self._characteristics[inner] = characteristic
                flags = [name for name, bit in FLAGS.items() if characteristic.properties & bit]
                known = {
                    "UUID": Variant("s", long_uuid(characteristic.uuid)),
                    "Service": Variant("o", service_path),
                    "Value": Variant("ay", b""),
                    "Notifying": Variant("b", False),
                    "Flags": Variant("as", flags),
                    "MTU": Variant("q", MTU),
                }
                self._add(inner, CHARACTERISTIC_1, known)
        self._change(path, DEVICE_1, {"ServicesResolved": Variant("b", True)})

"""A Bluetooth room without a radio: a private D-Bus daemon, a stand-in for BlueZ and virtual straps, on one thread."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar

from bumble.link import LocalLink

from tests.virtual_bluetooth.fitness_machine import FitnessMachine
from tests.virtual_bluetooth.strap import VirtualStrap, radio_device
from tests.virtual_bluetooth.treadmill import VirtualTreadmill

# BlueZ and its D-Bus are Linux's; Windows' own Bluetooth has no stand-in.
IS_HERE = sys.platform == "linux"
_T = TypeVar("_T")
WITHIN_S = 10.0


class PrivateBus:
    """A D-Bus daemon of our own; ``address`` goes into ``DBUS_SYSTEM_BUS_ADDRESS``."""

    def __init__(self) -> None:
        config = Path(__file__).with_name("dbus.conf")
        self._daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._daemon.stdout is not None
        self.address = self._daemon.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._daemon.terminate()
        self._daemon.communicate(timeout=5)


class VirtualRadio:
    """The room. Straps are added at will; every coroutine runs on the room's own loop."""

    def __init__(self, *, powered: bool = True) -> None:
        self._powered = powered
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="virtual-radio", daemon=True)

    def __enter__(self) -> Self:
        self._bus = PrivateBus()
        self.bus_address = self._bus.address
        self._thread.start()
        self.do(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._bluez.close)
        self.do(self._cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)
        self._loop.close()
        self._bus.__exit__()

    def do(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine in the room and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN_S)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in the room until the room closes."""
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def pull_adapter(self) -> None:
        """The adapter is pulled out of the machine."""
        self.do(self._bluez.pull_adapter())

    def plug_adapter(self) -> None:
        """And put in again."""
        self.do(self._bluez.plug_adapter())

    def strap(self, **particulars: Any) -> VirtualStrap:
        """A strap in the room, advertising."""
        return self.do(self._strap(particulars))

    def treadmill(self, machine: FitnessMachine, **particulars: Any) -> VirtualTreadmill:
        """A treadmill in the room, advertising and telling."""
        treadmill = self.do(self._treadmill(machine, particulars))
        self.begin(treadmill.live())
        return treadmill

    async def _treadmill(self, machine: FitnessMachine, particulars: dict[str, Any]) -> VirtualTreadmill:
        return VirtualTreadmill(self._link, machine, **particulars)

    async def _strap(self, particulars: dict[str, Any]) -> VirtualStrap:
        strap = VirtualStrap(self._link, **particulars)
        await strap.appear()
        return strap

    async def _open(self) -> None:
        from tests.virtual_bluetooth.bluez import VirtualBlueZ  # needs what only Linux has

        self._link = LocalLink()
        central = radio_device("adapter", "F1:F1:F1:F1:F1:F1", self._link)
        await central.power_on()
        self._bluez = VirtualBlueZ(central, powered=self._powered)
        await self._bluez.start(self.bus_address)

    async def _cancel_all(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

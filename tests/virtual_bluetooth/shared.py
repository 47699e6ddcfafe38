"""One Bluetooth room for whole suites: its bus's address stands in the environment, which all threads share."""

import atexit
import itertools
import os
import threading
from functools import cache

from tests.virtual_bluetooth.fitness_machine import FitnessMachine
from tests.virtual_bluetooth.radio import VirtualRadio
from tests.virtual_bluetooth.treadmill import VirtualTreadmill

_numbers = itertools.count(1)
_making = threading.Lock()


def shared_radio() -> VirtualRadio:
    """The room, made when it is first asked for."""
    with _making:
        return _made()


@cache
def _made() -> VirtualRadio:
    room = VirtualRadio()
    room.__enter__()
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = room.bus_address
    atexit.register(room.__exit__)
    return room


class MachineOnAir:
    """What a wire's server is to a treadmill on a wire: ``url`` is where its driver finds it."""

    def __init__(self, machine: FitnessMachine) -> None:
        number = next(_numbers)
        self.radio = shared_radio()
        self.url = f"D1:D1:D1:D1:{number >> 8:02X}:{number & 0xFF:02X}"
        self.treadmill: VirtualTreadmill = self.radio.treadmill(
            machine, name=f"Belt {number}", address=self.url, serial=str(number)
        )

    def close(self) -> None:
        """Take the machine out of the room."""
        self.treadmill.gone = True

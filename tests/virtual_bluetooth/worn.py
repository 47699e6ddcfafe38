"""A virtual strap on the patient of the emulators: frames in test time, and the faults a strap can have."""

import asyncio
import time
from collections.abc import Callable

from drivers.emulators.patient import Patient
from drivers.emulators.worn import OTHER_BPM, SPIKE_BPM, WornStrap
from tests.virtual_bluetooth.strap import VirtualStrap
from teststation.clock import TimeScale

FRAME_EVERY_S = 1.0
LOST_EVERY = 3
RR_MAX = 9  # what fits into a notification of 20 bytes


class WornBluetoothStrap(WornStrap):
    """One frame each test second. ``beat`` runs in the radio's room."""

    def __init__(
        self,
        strap: VirtualStrap,
        patient: Patient,
        load: Callable[[], tuple[float, float]],
        scale: TimeScale,
        other: VirtualStrap | None = None,
    ) -> None:
        super().__init__(patient, load, scale)
        self._strap, self._other = strap, other
        self._due_s = FRAME_EVERY_S
        self._sent = 0
        self._last = b""
        self._frames: list[bytes] = []

    def step(self) -> None:
        """A frame each second."""
        if self.test_s < self._due_s:
            return
        self._due_s += FRAME_EVERY_S
        rr = self.patient.take_rr()[-RR_MAX:]
        self._sent += 1
        if "lost" in self.active_faults and self._sent % LOST_EVERY == 0:
            return
        if "garbage" in self.active_faults:
            self._frames.append(bytes((0x19, 0xFF)))  # promises more than it has
            return
        if not (self.frozen and self._last):
            bpm = 0 if "zero" in self.active_faults else round(self.patient.hr_bpm)
            if "spike" in self.active_faults and self._sent % 10 == 0:
                bpm += SPIKE_BPM
            contact = 0x04 if "no_contact" in self.active_faults else 0x06
            self._last = bytes((contact | 0x10, bpm)) + b"".join(ticks.to_bytes(2, "little") for ticks in rr)
        self._frames.append(self._last)

    async def beat(self) -> None:
        """Send what is due, and be in range or not, until the room closes."""
        hidden = False
        while True:
            self.advance(time.monotonic())
            frames, self._frames = self._frames, []
            self._strap.battery_pct = self.battery_pct
            if self.silent != hidden:
                hidden = self.silent
                await (self._strap.hide() if hidden else self._strap.show())
            for frame in frames:
                if not hidden:
                    await self._strap.send(frame)
                if self._other is not None and "second_strap" in self.active_faults:
                    await self._other.send(bytes((0x06, OTHER_BPM)))
            await asyncio.sleep(0.01)

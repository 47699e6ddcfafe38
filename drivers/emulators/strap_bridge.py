"""An emulated strap behind a serial bridge: the line protocol, one line each test second."""

import json
from collections.abc import Callable

from drivers.emulators.faults import PlannedFault
from drivers.emulators.patient import Patient
from drivers.emulators.worn import OTHER_BPM, OTHER_NUMBER, SPIKE_BPM, WornStrap
from teststation.clock import TimeScale

LINE_EVERY_S = 1.0


class StrapBridge(WornStrap):
    """A patient's strap on a serial bridge."""

    def __init__(
        self,
        patient: Patient,
        load: Callable[[], tuple[float, float]],
        scale: TimeScale | None = None,
        faults: tuple[PlannedFault, ...] = (),
        plain: bool = False,
    ) -> None:
        super().__init__(patient, load, scale, faults)
        self._plain = plain
        self._line_due_s = LINE_EVERY_S
        self._sequence = 0
        self._last_line = b""
        self._out = bytearray()

    def receive(self, data: bytes, now_s: float) -> None:
        """A bridge listens to nobody."""
        self.advance(now_s)

    def transmit(self, now_s: float) -> bytes:
        """Lines that have left by now."""
        self.advance(now_s)
        out, self._out = bytes(self._out), bytearray()
        return out

    def step(self) -> None:
        """Say a line each second. Unread lines do not pile up."""
        if self.test_s >= self._line_due_s:
            self._line_due_s += LINE_EVERY_S
            self._say_line()
        del self._out[:-4096]

    def _say_line(self) -> None:
        rr = self.patient.take_rr()
        if "second_strap" in self.active_faults:
            self._sequence = (self._sequence + 1) % 256
            self._out += self._line(OTHER_BPM, [], str(OTHER_NUMBER))
        if self.silent:
            return
        if self.frozen and self._last_line:
            self._out += self._last_line
            return
        if "garbage" in self.active_faults:
            self._out += b"\xff\xfe{{hr:??\n"
            return
        self._sequence = (self._sequence + 1) % 256
        if "lost" in self.active_faults and self._sequence % 3 == 0:
            return
        bpm = 0 if "zero" in self.active_faults else round(self.patient.hr_bpm)
        if "spike" in self.active_faults and self._sequence % 10 == 0:
            bpm += SPIKE_BPM
        self._last_line = self._line(bpm, rr, "emulated")
        self._out += self._last_line

    def _line(self, bpm: int, rr_1024: list[int], sensor: str) -> bytes:
        if self._plain:
            return _with_checksum(f"HR:{bpm}".encode("ascii"))
        message = {
            "hr": bpm,
            "rr": [round(ticks * 1000 / 1024) for ticks in rr_1024],
            "contact": "no_contact" not in self.active_faults,
            "batt": self.battery_pct,
            "id": sensor,
            "src": "ble",
            "seq": self._sequence,
            "t_ms": round(self.test_s * 1000),
        }
        return _with_checksum(json.dumps(message, separators=(",", ":")).encode("ascii"))


def _with_checksum(line: bytes) -> bytes:
    check = 0
    for byte in line:
        check ^= byte
    return line + b"*%02X\n" % check

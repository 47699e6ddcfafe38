"""An emulated strap behind a serial bridge: the line protocol, one line each test second."""

import json
from collections.abc import Callable

from drivers.emulators.faults import PlannedFault
from drivers.emulators.patient import Patient
from teststation.clock import TimeScale

LINE_EVERY_S = 1.0
STEP_S = 0.1
SPIKE_BPM = 60


class StrapBridge:
    """A patient's strap on a wire. ``load`` tells the belt's true speed and incline at any moment."""

    def __init__(
        self,
        patient: Patient,
        load: Callable[[], tuple[float, float]],
        scale: TimeScale | None = None,
        faults: tuple[PlannedFault, ...] = (),
        plain: bool = False,
    ) -> None:
        self.patient = patient
        self.active_faults: set[str] = set()
        self._planned = list(faults)
        self._load = load
        self._scale = scale or TimeScale()
        self._plain = plain
        self._now_s: float | None = None
        self._test_s = 0.0
        self._behind_s = 0.0
        self._line_due_s = LINE_EVERY_S
        self._sequence = 0
        self._last_line = b""
        self._out = bytearray()

    @property
    def unplugged(self) -> bool:
        """Whether the cable is out."""
        return "unplug" in self.active_faults

    def give(self, fault: str) -> None:
        """Begin a fault now."""
        self.active_faults.add(fault)

    def take(self, fault: str) -> None:
        """End a fault."""
        self.active_faults.discard(fault)

    def receive(self, data: bytes, now_s: float) -> None:
        """A bridge listens to nobody."""
        self.advance(now_s)

    def transmit(self, now_s: float) -> bytes:
        """Lines that have left by now."""
        self.advance(now_s)
        out, self._out = bytes(self._out), bytearray()
        return out

    def advance(self, now_s: float) -> None:
        """Let wall time pass: the patient walks, lines become due. Unread lines do not pile up."""
        if self._now_s is None:
            self._now_s = now_s
        self._behind_s += max(0.0, now_s - self._now_s) * self._scale.factor
        self._now_s = now_s
        while self._behind_s >= STEP_S:
            self._behind_s -= STEP_S
            self._test_s += STEP_S
            self.patient.advance(STEP_S, *self._load())
            self._give_planned()
            if self._test_s >= self._line_due_s:
                self._line_due_s += LINE_EVERY_S
                self._say_line()
        del self._out[:-4096]

    def _give_planned(self) -> None:
        for planned in [p for p in self._planned if self._test_s >= p.at_s]:
            self._planned.remove(planned)
            self.give(planned.name)

    def _say_line(self) -> None:
        rr = self.patient.take_rr()
        if "drop" in self.active_faults:
            return
        if "freeze" in self.active_faults and self._last_line:
            self._out += self._last_line
            return
        if "garbage" in self.active_faults:
            self._out += b"\xff\xfe{{hr:??\n"
            return
        self._sequence = (self._sequence + 1) % 256
        bpm = 0 if "zero" in self.active_faults else round(self.patient.hr_bpm)
        if "spike" in self.active_faults and self._sequence % 10 == 0:
            bpm += SPIKE_BPM
        self._last_line = self._line(bpm, rr)
        self._out += self._last_line

    def _line(self, bpm: int, rr_1024: list[int]) -> bytes:
        if self._plain:
            return f"HR:{bpm}\n".encode("ascii")
        message = {
            "hr": bpm,
            "rr": [round(ticks * 1000 / 1024) for ticks in rr_1024],
            "contact": "no_contact" not in self.active_faults,
            "batt": 87,
            "id": "emulated",
            "src": "ble",
            "seq": self._sequence,
            "t_ms": round(self._test_s * 1000),
        }
        return json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"

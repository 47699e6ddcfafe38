"""An emulated ANT+ strap: the pages it broadcasts, as a real one was seen to do it.

Page 4 tells the beat before the last only in the first message after a beat and repeats the last beat's time after
that; every 65th message four of a background page follow; the toggle flips every fourth message.
"""

from drivers.emulators.patient import Patient
from drivers.emulators.worn import OTHER_BPM, OTHER_NUMBER, SPIKE_BPM

DEVICE_TYPE, PERIOD = 120, 8070
PERIOD_S = PERIOD / 32768
PAGES_EVERY = 65
BACKGROUND_RUN = 4
MANUFACTURER, SERIAL_UPPER = 1, 0x1234
HARDWARE, SOFTWARE, MODEL = 3, 5, 1
BATTERY_GOOD, BATTERY_CRITICAL = 2, 5
BATTERY_V_256, BATTERY_V = 5, 3  # 3 + 5/256 V


class AntStrap:
    """Beats in, pages out. ``told`` is the pulse, the second and the battery that the next page tells."""

    device_type, period = DEVICE_TYPE, PERIOD

    def __init__(self, number: int = 12345, transmission_type: int = 1) -> None:
        self.number, self.transmission_type = number, transmission_type
        self._ticks = self._before = 0
        self._count = 0
        self._told_count: int | None = None
        self._messages = 0
        self.told: tuple[int, float, int] = (0, 0.0, 87)

    def broadcast(self) -> bytes:
        """The next message's eight bytes."""
        return self.page(*self.told)

    def beat(self, rr_1024: int) -> None:
        """The heart beat once, ``rr_1024`` of 1/1024 s after its last beat."""
        self._before, self._ticks = self._ticks, (self._ticks + rr_1024) & 0xFFFF
        self._count = (self._count + 1) & 0xFF

    def page(self, bpm: int, test_s: float, battery_pct: int = 87) -> bytes:
        """The next message's eight bytes; ``bpm`` is what the strap computed."""
        toggle = 0x80 if self._messages // 4 % 2 else 0
        run, place = divmod(self._messages, PAGES_EVERY)
        self._messages += 1
        tail = bytes((self._ticks & 0xFF, self._ticks >> 8, self._count, min(255, max(0, bpm))))
        if place < BACKGROUND_RUN:
            return bytes((toggle | (1, 2, 3, 7)[run % 4],)) + self._background(run % 4, test_s, battery_pct) + tail
        # The beat before the last is told once; a repetition tells the last beat again.
        before = self._before if self._count != self._told_count else self._ticks
        self._told_count = self._count
        return bytes((toggle | 4, 0xFF, before & 0xFF, before >> 8)) + tail

    def _background(self, which: int, test_s: float, battery_pct: int) -> bytes:
        operating = int(test_s / 2).to_bytes(3, "little")
        state = BATTERY_CRITICAL if battery_pct < 5 else BATTERY_GOOD
        return (
            operating,
            bytes((MANUFACTURER, SERIAL_UPPER & 0xFF, SERIAL_UPPER >> 8)),
            bytes((HARDWARE, SOFTWARE, MODEL)),
            bytes((battery_pct, BATTERY_V_256, state << 4 | BATTERY_V)),
        )[which]


class WornAntStraps:
    """The patient's strap and, with the fault ``second_strap``, the strap of somebody else in the room."""

    def __init__(self, patient: Patient, number: int) -> None:
        self.patient = patient
        self.own = AntStrap(number)
        self.other = AntStrap(OTHER_NUMBER)
        self._last_bpm = 0
        self._beats = 0
        self._other_due_s = 0.0

    def advance(self, test_s: float, frozen: bool, faults: set[str], battery_pct: int) -> None:
        """Take the patient's beats; a frozen strap counts none."""
        for ticks in self.patient.take_rr():
            if not frozen:
                self.own.beat(ticks)
                self._beats += 1
        while self._other_due_s <= test_s:
            self._other_due_s += 60 / OTHER_BPM
            self.other.beat(round(60 * 1024 / OTHER_BPM))
        if not frozen:
            self._last_bpm = round(self.patient.hr_bpm)
        bpm = 0 if "zero" in faults else self._last_bpm
        if "spike" in faults and self._beats % 10 == 0:
            bpm += SPIKE_BPM
        self.own.told = (bpm, test_s, battery_pct)
        self.other.told = (OTHER_BPM, test_s, 87)

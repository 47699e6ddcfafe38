"""What every emulated strap has in common: a patient who wears it, test time in small steps, and faults."""

from collections.abc import Callable

from drivers.emulators.faults import Faulty, PlannedFault
from drivers.emulators.patient import Patient
from teststation.clock import TimeScale

DYING_S = 20.0  # a dying battery repeats the last value for this long, then falls silent
LOW_BATTERY_PCT = 3
SPIKE_BPM = 60
OTHER_BPM = 171  # of the second person in range
OTHER_NUMBER = 54321


class WornStrap(Faulty):
    """A patient's strap on a wire. ``load`` tells the belt's true speed and incline at any moment."""

    step_s = 0.1
    busy = False  # what it says leaves at once

    def __init__(
        self,
        patient: Patient,
        load: Callable[[], tuple[float, float]],
        scale: TimeScale | None = None,
        faults: tuple[PlannedFault, ...] = (),
    ) -> None:
        super().__init__()
        self.patient = patient
        self.test_s = 0.0
        self.scale = scale or TimeScale()
        self._planned = list(faults)
        self._load = load
        self._now_s: float | None = None
        self._behind_s = 0.0
        self._dying_since_s: float | None = None

    @property
    def frozen(self) -> bool:
        """Whether the strap repeats its last value: by a fault, or because its battery is dying."""
        return "freeze" in self.active_faults or "battery" in self.active_faults

    @property
    def silent(self) -> bool:
        """Whether nothing comes from the strap: out of range, or its battery is dead."""
        dead = self._dying_since_s is not None and self.test_s - self._dying_since_s >= DYING_S
        return "drop" in self.active_faults or dead

    @property
    def battery_pct(self) -> int:
        """What the strap says of its battery."""
        return LOW_BATTERY_PCT if "battery" in self.active_faults else 87

    def advance(self, now_s: float) -> None:
        """Let wall time pass: the patient walks, messages become due."""
        if self._now_s is None:
            self._now_s = now_s
        self._behind_s += max(0.0, now_s - self._now_s) * self.scale.factor
        self._now_s = now_s
        while self._behind_s >= self.step_s:
            self._behind_s -= self.step_s
            self.test_s += self.step_s
            self.patient.advance(self.step_s, *self._load())
            for planned in [p for p in self._planned if self.test_s >= p.at_s]:
                self._planned.remove(planned)
                self.give(planned.name)
            if "battery" in self.active_faults and self._dying_since_s is None:
                self._dying_since_s = self.test_s
            self.step()

    def step(self) -> None:
        """One step of test time has passed."""
        raise NotImplementedError

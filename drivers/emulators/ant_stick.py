"""An emulated ANT stick on a serial wire with the straps in its range."""

from collections.abc import Callable

from drivers.emulators.ant_radio import DUMMY_KEY, Stick
from drivers.emulators.faults import PlannedFault
from drivers.emulators.patient import Patient
from drivers.emulators.strap_ant import PERIOD_S, AntStrap, WornAntStraps
from drivers.emulators.worn import WornStrap
from teststation.clock import TimeScale

__all__ = ["DUMMY_KEY", "AntStick"]


class AntStick(WornStrap):
    """The stick with the patient's strap. Key, strap number and faults are given; time is the strap's test time."""

    step_s = PERIOD_S / 4

    def __init__(
        self,
        patient: Patient,
        load: Callable[[], tuple[float, float]],
        scale: TimeScale | None = None,
        faults: tuple[PlannedFault, ...] = (),
        number: int = 12345,
        key: bytes = DUMMY_KEY,
    ) -> None:
        super().__init__(patient, load, scale, faults)
        self.straps = WornAntStraps(patient, number)
        self.stick = Stick(key, self.scale.factor)

    @property
    def heard(self) -> list[tuple[int, bytes]]:
        """What the host sent, the key blanked."""
        return self.stick.heard

    def receive(self, data: bytes, now_s: float) -> None:
        """Bytes from the host."""
        self.advance(now_s)
        self.stick.receive(data)

    def transmit(self, now_s: float) -> bytes:
        """Bytes that have left by now."""
        self.advance(now_s)
        return self.stick.take_out()

    def step(self) -> None:
        """A quarter of a slot."""
        frozen = self.frozen or "no_contact" in self.active_faults
        self.straps.advance(self.test_s, frozen, self.active_faults, self.battery_pct)
        in_range: list[AntStrap] = [] if self.silent else [self.straps.own]
        in_range += [self.straps.other] if "second_strap" in self.active_faults else []
        self.stick.step(self.test_s, in_range, self.active_faults)

"""A treadmill that broadcasts ANT+ FE-C, and the stick that hears it; the patient's strap may be in its range too.

Pages go out in threes, the general one and two of the belt's, one of which is now and then the one with the incline;
twice in 64 messages two of who made it. That mix is this emulator's own: the mandated one is in no open source.
Written from the same public sources as the driver's codec and sharing no code with it.
"""

from drivers.emulators.ant_radio import DUMMY_KEY, Broadcaster, Stick
from drivers.emulators.belt import BeltPhysics, BeltRates
from drivers.emulators.faults import PlannedFault
from drivers.emulators.operated_belt import OperatedBelt
from drivers.emulators.patient import Patient
from drivers.emulators.strap_ant import WornAntStraps
from teststation.clock import TimeScale

FEC_NUMBER = 4711
READY, IN_USE, FINISHED = 2, 3, 4
TREADMILL, BICYCLE = 19, 25
CYCLE = 64
SETTINGS_EVERY = 3  # of the belt's own pages
FLICKER_EVERY = 3
PATIENT_STEP_S = 0.1


class FecTransmitter:
    """The machine's radio: its pages, counted from one to the next."""

    device_type, period = 17, 8192
    transmission_type = 5

    def __init__(self, belt: BeltPhysics, faults: set[str], number: int = FEC_NUMBER) -> None:
        self.number = number
        self._belt, self._faults = belt, faults
        self._messages = self._specific = 0
        self._used = False
        self.distance_m = self.elapsed_s = 0.0

    def advance(self, dt_s: float) -> None:
        """Count the way and the time of a belt that moves."""
        if self._belt.speed_kmh > 0:
            self._used = True
            self.distance_m += self._belt.speed_kmh / 3.6 * dt_s
            self.elapsed_s += dt_s

    def broadcast(self) -> bytes:
        """The next message's eight bytes."""
        place = self._messages % CYCLE
        self._messages += 1
        if place in (30, 31):
            return bytes((80, 0xFF, 0xFF, 1, 15, 0, 0x42, 0))
        if place in (62, 63):
            return bytes((81, 0xFF, 0xFF, 12)) + (123456).to_bytes(4, "little")
        if place % 3 == 0:
            return self._general()
        self._specific += 1
        if self._specific % SETTINGS_EVERY == 0 and "no_incline" not in self._faults:
            incline = round(self._belt.incline_pct * 100) & 0xFFFF
            return bytes((17, 0xFF, 0xFF, 0xFF, incline & 0xFF, incline >> 8, 0xFF, self._state()))
        if "bicycle" in self._faults:
            return bytes((25, 0, 80, 0, 0, 90, 0, self._state()))
        return bytes((19, 0xFF, 0xFF, 0xFF, 0xFF, 0, int(self.distance_m / 10) & 0xFF, self._state() | 1))

    def _general(self) -> bytes:
        speed_kmh = self._belt.speed_kmh
        flickers = "flicker" in self._faults and (self._messages // 3) % FLICKER_EVERY == 0
        if flickers or "zero" in self._faults:
            speed_kmh = 0.0
        speed = 0xFFFF if "no_speed" in self._faults else round(speed_kmh / 3.6 * 1000)
        kind = BICYCLE if "bicycle" in self._faults else TREADMILL
        valid = 0 if "no_distance" in self._faults else 4
        frozen = "frozen" in self._faults
        metres, quarters = (0, 0) if frozen else (int(self.distance_m) & 0xFF, int(self.elapsed_s * 4) & 0xFF)
        return bytes((16, kind, quarters, metres, speed & 0xFF, speed >> 8, 0xFF, self._state() | valid))

    def _state(self) -> int:
        moving = self._belt.speed_kmh > 0
        return (IN_USE if moving else FINISHED if self._used else READY) << 4


class FecEmulator(OperatedBelt):
    """The belt, its console and its radio, at the end of a stick on a wire. Nothing that is said to it moves it."""

    byte_s = 10 / 115200

    def __init__(
        self,
        scale: TimeScale | None = None,
        rates: BeltRates | None = None,
        faults: tuple[PlannedFault, ...] = (),
        reaction_s: float = 0.0,
        *,
        number: int = FEC_NUMBER,
        key: bytes = DUMMY_KEY,
        patient: Patient | None = None,
        strap_number: int = 12345,
    ) -> None:
        super().__init__(scale, rates, faults, reaction_s)
        self.machine = FecTransmitter(self.belt, self.active_faults, number)
        self.others: list[Broadcaster] = []  # whoever else broadcasts in the room
        self.stick = Stick(key, self._scale.factor)
        self.patient = patient
        self._straps = None if patient is None else WornAntStraps(patient, strap_number)
        self._walked_s = 0.0

    def receive(self, data: bytes, now_s: float) -> None:
        """Bytes from the host, for the stick: none of them goes on the air."""
        self.advance(now_s)
        if data and "deaf" not in self.active_faults:
            self.stick.receive(data)
            if "echo" in self.active_faults:
                self._say(data)

    def transmit(self, now_s: float) -> bytes:
        """Bytes of the stick that have left by now."""
        self.advance(now_s)
        out = self.stick.take_out()
        if out:
            self._say(out)
        return super().transmit(now_s)

    def _live(self, dt_s: float, now_s: float) -> None:
        super()._live(dt_s, now_s)
        self.machine.advance(dt_s)
        in_range = [*self.others]
        if "drop" not in self.active_faults:
            in_range.append(self.machine)
        if self.patient is not None and self._straps is not None:
            self._walked_s += dt_s
            while self._walked_s >= PATIENT_STEP_S:
                self._walked_s -= PATIENT_STEP_S
                self.patient.advance(PATIENT_STEP_S, self.belt.speed_kmh, self.belt.incline_pct)
            self._straps.advance(self._test_s, False, set(), 87)
            in_range.append(self._straps.own)
        self.stick.step(self._test_s, in_range, set())

"""The emulators as a process of their own, on a real wire: the very drivers that talk to machines talk to them."""

import contextlib
import subprocess
import sys
import threading
from pathlib import Path

import msgspec

from drivers.emulators.patient import draw_body
from drivers.processes import child_environment, first_flags
from teststation.cause import Cause
from teststation.errors import DeviceError

START_WITHIN_S = 20.0


class Truth(msgspec.Struct, frozen=True):
    """What the emulated patient really is: known to the emulator, never to the estimate."""

    vo2max_ml_kg_min: float
    hr_max_bpm: float
    sex: str
    age_years: float
    weight_kg: float
    height_cm: float


class _Announcement(msgspec.Struct, frozen=True):
    treadmill: str
    heart_rate: str
    ant_key: str
    truth: Truth


def patient_of_seed(seed: int) -> Truth:
    """Who the emulated patient of a seed is."""
    body = draw_body(seed)
    return Truth(body.vo2max, body.hr_max, body.sex, body.age_years, body.weight_kg, body.height_cm)


class EmulatedPair:
    """A treadmill, a patient walking on it and the strap the patient wears; ends when this is closed or dies."""

    def __init__(
        self,
        *,
        seed: int,
        time_scale: float,
        family: str = "trackmaster",
        strap: str = "bridge",
    ) -> None:
        command = [sys.executable, "-m", "drivers.emulators", "pair", "--until-stdin-closes"]
        command += ["--seed", str(seed), "--time-scale", str(time_scale), "--family", family, "--strap", strap]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
            cwd=Path.home(),
            **first_flags(),
        )
        timer = threading.Timer(START_WITHIN_S, self._process.kill)
        timer.start()
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        timer.cancel()
        try:
            announced = msgspec.json.decode(line, type=_Announcement)
        except msgspec.MsgspecError as error:
            self.close()
            raise DeviceError(Cause("emulators_not_started")) from error
        self.treadmill = announced.treadmill
        self.heart_rate = announced.heart_rate
        self.ant_key = announced.ant_key  # the emulator's own dummy; empty where it is no ANT stick
        self.truth = announced.truth
        self._told: tuple[float, float] | None = None

    def set_load(self, speed_kmh: float, incline_pct: float) -> None:
        """Tell the emulated operator what to set."""
        if (speed_kmh, incline_pct) == self._told:
            return
        self._told = (speed_kmh, incline_pct)
        self._tell({"speed_kmh": speed_kmh, "incline_pct": incline_pct})

    def fault(self, device: str, name: str, *, on: bool = True) -> None:
        """Let a fault begin, or end, now.

        Args:
            device: ``treadmill`` or ``heart_rate``.
            name: One of the emulators' own; others are nothing.
        """
        self._tell({"fault": name, "of": device, "on": on})

    def _tell(self, what: dict[str, object]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(msgspec.json.encode(what) + b"\n")
            self._process.stdin.flush()
        except OSError:
            return  # the strap's own silence tells that its process is gone

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5.0)
        if self._process.stdout is not None:
            self._process.stdout.close()

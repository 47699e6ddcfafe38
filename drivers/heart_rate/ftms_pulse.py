"""The pulse that a fitness machine tells in its treadmill data, sans-io.

It comes from grips, or from whatever strap the machine itself hears, whoever wears it: it is read only where somebody
chose it, and every reading carries the mark of it. A machine without a pulse tells 0.
"""

from drivers.heart_rate.samples import Sample
from drivers.radio.ftms_codec import Joiner

MACHINE_PULSE = "machine_pulse"


class MachinePulse:
    """Values of a machine's characteristics in, samples out. ``junk`` counts what was dropped."""

    def __init__(self, sensor: str = "") -> None:
        self.sensor = sensor
        self._joiner = Joiner()
        self._tells = False

    @property
    def junk(self) -> int:
        """Frames and unfinished records that were dropped."""
        return self._joiner.damaged

    def forget(self) -> None:
        """The link is lost, and the rest of a record with it."""
        self._joiner.forget()

    def take(self, characteristic: str, value: bytes, now_s: float) -> Sample | None:
        """One value of the characteristic whose short name is given (``2acd``); a sample if it tells of the pulse."""
        record = self._joiner.take(value, now_s) if characteristic == "2acd" else None
        if record is None or (record.hr_bpm is None and not self._tells):
            return None
        self._tells = True
        # A workout's clock that stands is a machine that repeats itself; one that has none can only be believed.
        evidence = None if record.elapsed_s is None else (int(record.elapsed_s),)
        return Sample(int(record.hr_bpm or 0), sensor=self.sensor, remarks=(MACHINE_PULSE,), evidence=evidence)

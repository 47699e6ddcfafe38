"""What every link to something that measures a pulse over Bluetooth tells the station."""

import time
from collections.abc import Callable

from drivers import lines
from drivers.heart_rate import freshness
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.samples import Sample
from drivers.radio.ble_link import BleLink
from teststation.cause import Problem
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus


class PulseLink(BleLink):
    """A link whose readings, bytes and troubles go to ``emit``, each reading with how fresh it is."""

    def __init__(
        self, chosen: str, emit: Callable[[lines.FromDriver], None], scale: TimeScale, bound: str = ""
    ) -> None:
        super().__init__(chosen, scale, bound)
        self._emit = emit
        self._state = Freshness(scale, sensor=self.sensor)

    def _heard(self, sample: Sample | None, now_s: float) -> None:
        if sample is not None:
            self._tell(freshness.take(self._state, sample, now_s))

    def _pass_time(self, now_s: float) -> None:
        self._tell(freshness.pass_time(self._state, now_s))

    def _over(self) -> None:
        self._tell(freshness.lose(self._state, HeartRateStatus.OFFLINE, time.monotonic()))

    def _bound_to(self, text: str) -> None:
        self._emit(lines.Identity(strap=text))

    def _log(self, channel: str, value: bytes) -> None:
        self._emit(lines.Wire(t_mono_s=time.monotonic(), direction="in", data_hex=value.hex(), channel=channel))

    def _complain(self, *causes: Problem) -> None:
        self._emit(lines.Failed(causes=causes, fatal=False))

    def _tell(self, step: tuple[Freshness, HeartRateReading | None]) -> None:
        self._state, reading = step
        if reading is not None:
            self._emit(lines.Heart(reading=reading))

"""The station's end of a strap's driver process. A driver that dies or hangs is replaced; nothing here blocks.

The new one is bound to the strap the old one listened to, and looks for it as after a lost link. A recording is not
played again: a driver of ``replay:`` that dies has ended.
"""

import collections
import contextlib
import threading
import time
from collections.abc import Sequence

from drivers import lines
from drivers.attempts import Attempts
from drivers.driver_process import DriverProcess
from drivers.radio.ant_key import ENVIRONMENT as ANT_KEY_ENVIRONMENT
from drivers.radio.ant_stick import WAITS as ANT_WAITS
from drivers.registry import HEART_RATE, is_recording, with_absolute_file
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus, RawFrame
from teststation.texts import english

FRAMES_MAX = 200_000
# Wall seconds, never scaled: they are about real processes.
HUNG_AFTER_S = 10.0  # a driver says once a second that its loop turns
GREETS_WITHIN_S = 60.0  # a cold start on a busy machine
LOOKS_EVERY_S = 1.0
CLOSES_WITHIN_S = 5.0


class HeartRateClient:
    """``teststation.ports.HeartRateMonitor`` over one driver process after another."""

    def __init__(self, device: str, scale: TimeScale, *, ant_key: str = "", beside: str = "") -> None:
        """``beside``: the treadmill's DEVICE string; one on ANT+ has the stick, and the strap a share in it."""
        self._device = with_absolute_file(device)
        self._scale = scale
        on_ant = device.startswith("ant:")
        self._environment = {ANT_KEY_ENVIRONMENT: ant_key} if ant_key and on_ant else {}
        if on_ant and beside.startswith("fec:"):
            self._environment[ANT_WAITS] = "1"
        self._readings: list[HeartRateReading] = []
        self._frames: collections.deque[RawFrame] = collections.deque(maxlen=FRAMES_MAX)
        self._bound = self._identity = ""
        self._looked_s = time.monotonic()
        self._lost: tuple[Problem, ...] = ()  # why the driver was replaced, until there is a pulse again
        self._attempts = Attempts(TimeScale())
        self._worked = False
        self._closing = threading.Event()
        self._replacing: threading.Thread | None = None
        self.driver = self._start()

    @property
    def trouble(self) -> tuple[Problem, ...]:
        """What the driver last complained of while it goes on trying; nothing again once there is a pulse."""
        return self.driver.trouble or self._lost

    @property
    def attempts(self) -> int:
        """How many attempts to reach the strap have come to nothing since the last pulse."""
        return self._attempts.failed + self.driver.complaints

    def readings(self) -> Sequence[HeartRateReading]:
        """Everything that arrived since the last call, oldest first."""
        self._sort()
        taken, self._readings = self._readings, []
        return taken

    def frames(self) -> Sequence[RawFrame]:
        """Raw bytes that passed since the last call, oldest first."""
        self._sort()
        taken = tuple(self._frames)
        self._frames.clear()
        return taken

    def failure(self) -> str | None:
        """A sentence once the driver cannot work; None while it works or is being replaced."""
        if self._replaceable:
            return None if self.driver.garbled else english(*self.driver.fatal) or None
        return None if self._closing.is_set() else english(*self.driver.why_lost("hr_driver_died")) or None

    def close(self) -> None:
        """End the driver process."""
        self._closing.set()
        if self._replacing is not None:
            self._replacing.join()
        self.driver.close(CLOSES_WITHIN_S)

    # --- parts ---

    @property
    def _replaceable(self) -> bool:
        return not is_recording(self._device)

    def _start(self) -> DriverProcess:
        return DriverProcess(HEART_RATE, self._device, self._scale, bound=self._bound, secrets=self._environment)

    def _sort(self) -> None:
        driver = self.driver  # may be another one the next moment
        while driver.received:
            match driver.received.popleft():
                case lines.Heart(reading=reading):
                    self._readings.append(reading)
                    if reading.status is HeartRateStatus.OK:
                        self._bound = self._identity or reading.sensor or self._bound
                        self._lost, self._worked = (), True
                        self._attempts.failed = 0
                        if reading.t_mono_s > driver.complained_s:
                            driver.trouble, driver.complaints = (), 0
                case lines.Identity(strap=strap):
                    self._identity = strap
                case lines.Wire(t_mono_s=t_mono_s, direction=direction, data_hex=data_hex, channel=channel):
                    self._frames.append(RawFrame(t_mono_s, direction, data_hex, channel))
        if self._replaceable:
            self._look_after()

    def _look_after(self) -> None:
        """Replace a driver that has died or hangs. Its strap is offline until then."""
        now_s = time.monotonic()
        slept, self._looked_s = now_s - self._looked_s > LOOKS_EVERY_S, now_s
        if slept:
            self.driver.heard_s = now_s  # it was this process that stood still, or the whole machine
        driver = self.driver
        gave_up = bool(driver.fatal) and not driver.garbled
        being_replaced = self._replacing is not None and self._replacing.is_alive()
        if gave_up or being_replaced or self._closing.is_set():
            return
        hung = now_s - driver.heard_s > (HUNG_AFTER_S if driver.greeted else GREETS_WITHIN_S)
        if not (hung or driver.garbled or driver.ended.is_set()):
            return
        self._lost = (Cause("hr_driver_hung" if hung else "hr_driver_replaced"),)
        self._readings.append(HeartRateReading(t_mono_s=now_s, status=HeartRateStatus.OFFLINE))
        wait_s = self._attempts.wait_s
        self._attempts.end(worked=self._worked)
        self._worked = False
        # Starting a process may take a while, and the caller holds a belt's lease.
        self._replacing = threading.Thread(target=self._replace, args=(driver, wait_s), name="heart-rate-replacing")
        self._replacing.start()

    def _replace(self, lost: DriverProcess, wait_s: float) -> None:
        lost.kill()
        if not self._closing.wait(wait_s):
            with contextlib.suppress(OSError):  # the system starts no process just now: the next look tries again
                self.driver = self._start()

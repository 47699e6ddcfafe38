"""How a link is kept: tried again, at first soon and then calmly, and begun anew by a loop that stood still."""

from drivers.serial_line import LinkLost
from teststation.cause import Cause
from teststation.clock import TimeScale
from teststation.sleep import Sleep

SLEPT_S = 2.0  # wall seconds: a loop that has not turned for so long was stopped, and what it reads next is old
BACK_OFF_S = (0.0, 1.0, 2.0, 5.0)  # before the first, second, third and every later attempt


class Attempts:
    """Attempts to reach a device. A link that has worked begins anew at once."""

    def __init__(self, scale: TimeScale) -> None:
        self._scale = scale
        self.failed = 0

    @property
    def wait_s(self) -> float:
        """Wall seconds to wait before the next attempt."""
        return BACK_OFF_S[min(self.failed, len(BACK_OFF_S) - 1)] / self._scale.factor

    def end(self, *, worked: bool) -> None:
        """An attempt is over; ``worked`` if the link ever carried something."""
        self.failed = 0 if worked else self.failed + 1


class Turns:
    """The turns of a driver's loop on one link, from its opening on."""

    def __init__(self, now_s: float) -> None:
        self._turned_s = now_s
        self._sleep = Sleep()

    def take(self, now_s: float) -> None:
        """One turn. Raises LinkLost where the loop stood still: what it has just read, and reads next, is old."""
        if now_s - self._turned_s > SLEPT_S or self._sleep.since_last_s():
            raise LinkLost(Cause("driver_slept"))
        self._turned_s = now_s

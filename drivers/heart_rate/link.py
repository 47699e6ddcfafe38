"""What every strap's link does alike: listens for the station's end, and tries again, at first soon and then calmly."""

import queue
import time
from collections.abc import Callable

from drivers import lines
from drivers.serial_line import LinkLost
from teststation.cause import Cause
from teststation.clock import TimeScale

Inbox = queue.Queue[lines.ToDriver | Exception | None]

ALIVE_EVERY_S = 1.0
SLEPT_S = 2.0  # wall seconds: a loop that has not turned for so long was stopped, and what it reads next is old
BACK_OFF_S = (0.0, 1.0, 2.0, 5.0)  # before the first, second, third and every later attempt


class Attempts:
    """Attempts to reach a strap. A link that has worked begins anew at once."""

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

    def take(self, now_s: float) -> None:
        """One turn. Raises LinkLost where the loop stood still: what it has just read, and reads next, is old."""
        if now_s - self._turned_s > SLEPT_S:
            raise LinkLost(Cause("hr_driver_slept"))
        self._turned_s = now_s


class Station:
    """The station's end, as a strap's driver sees it: told that the driver's loop turns, and heard when it leaves."""

    def __init__(self, emit: Callable[[lines.FromDriver], None], inbox: Inbox) -> None:
        self._emit = emit
        self._inbox = inbox
        self._told_s = time.monotonic()

    def left(self, wait_s: float = 0.0, *, alive: bool = True) -> bool:
        """Whether the station has quit or is gone, waiting up to ``wait_s`` for that news; tells it ``alive``."""
        until_s = time.monotonic() + wait_s
        while True:
            now_s = time.monotonic()
            if alive and now_s - self._told_s >= ALIVE_EVERY_S:
                self._told_s = now_s
                self._emit(lines.Alive())
            try:
                line = self._inbox.get(timeout=max(0.0, min(until_s - now_s, ALIVE_EVERY_S)))
            except queue.Empty:
                if time.monotonic() >= until_s:
                    return False
                continue
            if line is None or isinstance(line, lines.Quit):
                return True

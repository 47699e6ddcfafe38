"""What every strap's link does alike: listens for the station's end, and tries again, at first soon and then calmly."""

import queue
import time

from drivers import lines
from teststation.clock import TimeScale

Inbox = queue.Queue[lines.ToDriver | Exception | None]

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


def station_left(inbox: Inbox, wait_s: float) -> bool:
    """Whether the station has quit or is gone, waiting up to ``wait_s`` for that news."""
    until_s = time.monotonic() + wait_s
    while True:
        try:
            line = inbox.get(timeout=max(0.0, until_s - time.monotonic())) if wait_s else inbox.get_nowait()
        except queue.Empty:
            return False
        if line is None or isinstance(line, lines.Quit):
            return True

"""The station's end, as every strap's driver sees it."""

import queue
import time
from collections.abc import Callable

from drivers import lines

Inbox = queue.Queue[lines.ToDriver | Exception | None]

ALIVE_EVERY_S = 1.0


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

"""What takes its time to end when a window closes."""

import threading

from ui.desktop.work import Work


class SlowEnd:
    """Work that is at it until it may end, and then leaves what it did."""

    def __init__(self) -> None:
        self.may_end, self.done = threading.Event(), False
        self.work = Work(self._do).start()

    def _do(self) -> None:
        self.may_end.wait(20.0)
        self.done = True

"""Slow work beside the window: a report or a goodbye to a driver must not hold up STOPP."""

import sys
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

# Each time that a click goes from Qt into Python, and it does so a dozen times before it has stopped a belt, it waits
# until the thread that computes just now gives way. Beside a report each such wait has a median of 5.2 ms with the
# interpreter's own 5 ms, and of 0.7 ms with this; what a library does in one step is waited for all the same.
GIVES_WAY_AFTER_S = 0.0005

# What is at work is held here until its answer has been taken in the window's thread: nothing of Qt's may end in the
# other one, and whoever asked may be gone by then.
_at_work: set["Work"] = set()


def give_way_to_the_window() -> None:
    """From now on no thread of this process keeps the window from Python for longer than one step of a library."""
    sys.setswitchinterval(GIVES_WAY_AFTER_S)


class Work(QObject):
    """One function in a thread of its own; the answer comes back in the window's thread.

    ``asker``: who wants the answer. When it is gone, the answer is for nobody.
    """

    done = Signal(object)
    failed = Signal(object)
    _ended = Signal(bool, object)

    def __init__(self, function: Callable[[], Any], asker: QObject | None = None) -> None:
        super().__init__()  # not the asker's child: a thread must not speak through what is just being destroyed
        self._function: Callable[[], Any] | None = function
        self._wanted = True
        if asker is not None:
            asker.destroyed.connect(self._for_nobody)
        self._ended.connect(self._tell)
        self._thread = threading.Thread(target=self._run, name="window-work")

    def start(self) -> "Work":
        """Begin."""
        _at_work.add(self)
        self._thread.start()
        return self

    @property
    def ended(self) -> bool:
        """Whether it has come to its end."""
        return self.wait(0.0)

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most this long; whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        assert self._function is not None
        try:
            answer = self._function()
        except Exception as error:  # noqa: BLE001 - handed to the window's thread, which says it
            self._ended.emit(False, error)
        else:
            self._ended.emit(True, answer)

    def _for_nobody(self) -> None:
        self._wanted = False

    def _tell(self, good: bool, answer: object) -> None:
        QTimer.singleShot(0, lambda: _at_work.discard(self))  # not here: it would end in its own slot
        self._function = None  # whoever waits for the end holds nothing that it worked on any more
        if self._wanted:
            (self.done if good else self.failed).emit(answer)

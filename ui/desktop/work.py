"""Slow work beside the window: a report or a goodbye to a driver must not hold up STOPP."""

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal


class Work(QObject):
    """One function in a thread of its own; the answer comes back in the window's thread."""

    done = Signal(object)
    failed = Signal(object)

    def __init__(self, function: Callable[[], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._function = function
        self._thread = threading.Thread(target=self._run, name="window-work")

    def start(self) -> "Work":
        """Begin."""
        self._thread.start()
        return self

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most this long; whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            answer = self._function()
        except Exception as error:  # noqa: BLE001 - handed to the window's thread, which says it
            self.failed.emit(error)
        else:
            self.done.emit(answer)

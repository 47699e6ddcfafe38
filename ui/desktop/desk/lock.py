"""Locks a station that nobody has touched for a while, and never one at which a run is under way."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from teststation.sleep import since_boot_s

LOOK_EVERY_MS = 2000
_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
    }
)


def may_lock(*, logged_in: bool, run_under_way: bool) -> bool:
    """Whether locking can be thought of at all: somebody is logged in, and no run is prepared, walked or stopping."""
    return logged_in and not run_under_way


class IdleLock(QObject):
    """Emits ``due`` once the station has been left alone for so long. A run counts as a touch until its very end."""

    due = Signal()

    def __init__(
        self,
        *,
        after_s: Callable[[], float],
        may: Callable[[], bool],
        monotonic: Callable[[], float] = since_boot_s,  # a computer that slept was left alone, too
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._after_s, self._may, self._monotonic = after_s, may, monotonic
        self._touched_s = monotonic()
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def seen(self, event: QEvent) -> None:
        """Take notice of an event; only what a person does counts."""
        if event.type() in _TOUCHES:
            self._touched_s = self._monotonic()

    def look(self) -> None:
        """Lock, if it is time."""
        if not self._may():
            self._touched_s = self._monotonic()
        elif self._monotonic() - self._touched_s >= self._after_s():
            self._touched_s = self._monotonic()
            self.due.emit()

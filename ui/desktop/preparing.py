"""A run is prepared beside the window: processes are started, an emulator is waited for, a server is asked."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QInputEvent, QShortcutEvent
from PySide6.QtWidgets import QApplication, QWidget

from teststation.errors import StationError
from ui.desktop.asked_first import AskedFirst
from ui.desktop.widgets.stop_button import StopButton
from ui.desktop.work import Work


class Closes(Protocol):
    """What has been prepared has drivers that are to be ended."""

    def close(self) -> None:
        """End them."""
        ...


Prepared = TypeVar("Prepared", bound=Closes)
_HANDS = frozenset(
    {
        QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.Wheel, QEvent.Type.TouchBegin,
        QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride, QEvent.Type.Shortcut,
    }
)  # fmt: skip


class _Preparation(Generic[Prepared]):
    """One, and whether somebody still waits for it: what nobody waits for is ended where it was made."""

    def __init__(self, prepare: Callable[[], Prepared]) -> None:
        self._prepare = prepare
        self._deciding = threading.Lock()
        self._abandoned = False
        self._made: Prepared | None = None

    def make(self) -> Prepared | None:
        """In a thread of its own; None where nobody waits any more."""
        made = self._prepare()
        with self._deciding:
            if not self._abandoned:
                self._made = made
                return made
        made.close()
        return None

    def taken(self) -> None:
        """Whoever waited has it."""
        self._made = None

    def abandon(self) -> Prepared | None:
        """Nobody waits any more; what was made already, and not taken, is whoever asks to end."""
        with self._deciding:
            self._abandoned = True
            made, self._made = self._made, None
            return made


class Preparing(QObject):
    """At most one at a time. The screen stands as it is until it is ready, and takes no hand; the window may close."""

    def __init__(self, window: QWidget, asked: Callable[[], AskedFirst]) -> None:
        """``asked``: those that see what a hand does before all others, this one among them while it prepares."""
        super().__init__(window)
        self._window, self._asked = window, asked
        self._work: Work | None = None
        self._preparation: _Preparation | None = None

    @property
    def running(self) -> bool:
        """Whether something is being prepared."""
        return self._preparation is not None

    def begin(
        self,
        prepare: Callable[[], Prepared],
        ready: Callable[[Prepared], None],
        refused: Callable[[StationError], None],
    ) -> None:
        """Prepare, and say how it went. Where something is being prepared already, nothing comes of this.

        Args:
            prepare: In a thread of its own; raises StationError.
            ready: Gets what was prepared, in the window's thread.
            refused: Gets why not.
        """
        if self.running:
            return
        preparation = self._preparation = _Preparation(prepare)

        def done(made: Prepared | None) -> None:
            if made is None or self._preparation is not preparation:
                return
            preparation.taken()
            # Whatever comes of it; hands are let in when the screen is there that they are for.
            QTimer.singleShot(0, self, lambda: QTimer.singleShot(0, self, lambda: self._ended(preparation)))
            ready(made)

        def failed(error: Exception) -> None:
            if not self._ended(preparation):
                return
            if not isinstance(error, StationError):
                raise error
            refused(error)

        self._asked().keep_out(self)
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        self._work = Work(preparation.make, self)
        self._work.done.connect(done)
        self._work.failed.connect(failed)
        self._work.start()

    def abandon(self) -> list[Work]:
        """The window closes: nothing becomes of it, and what has been started is ended, which is to be waited for."""
        preparation, work = self._preparation, self._work
        if preparation is None or work is None:
            return []
        self._ended(preparation)
        made = preparation.abandon()
        return [work] if made is None else [work, Work(made.close).start()]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What a hand does to this window is not meant for the screen that comes. What stops is let by."""
        if not isinstance(event, QInputEvent | QShortcutEvent) or not isinstance(watched, QWidget):
            return False
        if event.type() not in _HANDS or watched.window() is not self._window:
            return False
        return not isinstance(watched, StopButton)

    def _ended(self, preparation: _Preparation) -> bool:
        """Let hands in again; whether this is what was waited for."""
        if self._preparation is not preparation:
            return False
        self._preparation = self._work = None  # else what is connected to it would hold this, and the window with it
        self._asked().let_in(self)
        QApplication.restoreOverrideCursor()
        return True

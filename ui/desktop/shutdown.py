"""Keys that stop, closing that waits for the belt, and mistakes that stop the belt before they are shown."""

import logging
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType, TracebackType
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from teststation.errors import StationError
from ui.desktop.held_keys import HeldKeys
from ui.desktop.i18n import told, tr

log = logging.getLogger("teststation.window")

STOP_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Space)


class BeltMover(Protocol):
    """Whatever in the window has a belt that may move: a test, or a machine that is put into use."""

    @property
    def belt_may_move(self) -> bool:
        """Whether the belt moves, or is not known to be at rest after it has moved."""
        ...

    @property
    def is_stopping(self) -> bool:
        """Whether the belt is being brought to rest, or has not come to it: nothing may hide what is said of it."""
        ...

    @property
    def stop_key_stops(self) -> bool:
        """Whether Escape and Space stop the belt."""
        ...

    def cut(self) -> None:
        """The stop alone, before anything else."""
        ...

    def stop(self, reason: str = "operator") -> None:
        """Stop the belt at once."""
        ...


class StopKeys(QObject):
    """Escape and Space, before anything else in the application sees them: dialogs, menus and text fields included."""

    def __init__(self, bridge: Callable[[], BeltMover | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._held = HeldKeys()
        self._stopped_with: int | None = None  # the key that stopped, for as long as it stays down

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.key() not in STOP_KEYS:
            return False
        if event.type() is QEvent.Type.KeyRelease:
            self._held.released(event)
        if event.type() is not QEvent.Type.KeyPress:
            return False
        held = self._held.pressed(event)
        bridge = self._bridge()
        if bridge is not None and bridge.stop_key_stops:
            self._stopped_with = event.key()
            if not event.isAutoRepeat():
                bridge.stop()
            return True
        if held and event.key() == self._stopped_with:
            return True  # still the stop: what has come on the screen since is not answered by it
        self._stopped_with = None
        return False


class Window(Protocol):
    """What a mistake needs of the window."""

    @property
    def bridge(self) -> BeltMover | None:
        """Who has a belt that may move."""
        ...

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Show sentences until somebody has seen them."""
        ...


def report_exception(window: Window, error: BaseException) -> None:
    """Stop a moving belt, keep the traceback in the log, and say one sentence. Never a traceback on the screen."""
    bridge = window.bridge
    stopped = bridge is not None and bridge.belt_may_move
    if bridge is not None and stopped:
        bridge.cut()
        # The stop alone would come back as a trip that somebody's hand made.
        bridge.stop("window_error")
    if isinstance(error, StationError):
        log.warning("known error: %s", error)
        sentences = told(error)
        title = tr("error.known")
    else:
        log.error("a mistake of the program", exc_info=error)
        sentences = [tr("error.bug", kind=type(error).__name__)]
        title = tr("error.title")
    window.tell(title, [*([tr("error.belt_stopped")] if stopped else []), *sentences])


def install_excepthook(window: Window) -> Callable[[], None]:
    """Catch what nobody caught; returns a function that puts the former hook back."""
    former = sys.excepthook
    busy = False

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        nonlocal busy
        if busy or not isinstance(error, Exception):
            former(kind, error, trace)
            return
        busy = True
        try:
            report_exception(window, error)
        finally:
            busy = False

    def restore() -> None:
        sys.excepthook = former

    sys.excepthook = hook
    return restore


def close_on_signals(close: Callable[[], object]) -> Callable[[], None]:
    """The system's wish to end the program closes the window in good order; returns a function that undoes this."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]

    def handler(_number: int, _frame: FrameType | None) -> None:
        close()

    former = {number: signal.signal(number, handler) for number in numbers}

    def restore() -> None:
        for number, earlier in former.items():
            signal.signal(number, earlier)

    return restore

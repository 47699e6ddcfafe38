"""Where the keyboard is: inside whatever lies on top, always, and never on something that cannot be seen."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from shiboken6 import isValid

from ui.desktop.widgets.sheet import Sheet


class Focus(QObject):
    """Brings the keyboard back into the topmost sheet wherever it leaves it; STOPP alone may have it besides."""

    def __init__(self, window: QMainWindow, top: Callable[[], Sheet | None], stop: QWidget) -> None:
        super().__init__(window)
        self._window, self._top, self._stop = window, top, stop
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._moved)
        self._application: QApplication | None = application

    def let_go(self) -> None:
        """The window has closed: where the keyboard goes is none of its business any more."""
        if self._application is not None:
            self._application.focusChanged.disconnect(self._moved)
        self._application = None

    def look(self) -> None:
        """Something was laid on top, or taken away."""
        self._moved(None, QApplication.focusWidget())

    def _moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        if not isValid(self._window):
            return  # the last that is told: the window goes, and takes the keyboard from what it had
        top = self._top()
        if top is None or not top.isVisible():
            return
        if now is None:
            if self._window.isActiveWindow():
                top.take_focus()
        elif now.window() is self._window and now is not self._stop and now is not top and not top.isAncestorOf(now):
            top.take_focus()

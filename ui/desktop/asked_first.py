"""Those that see what a hand does before anything else in the application does, in one filter.

Every event of the application comes by such a filter, ten thousand while a window's rooms are made and hundreds with
each screen that is shown; each takes 7 µs from Qt into Python and back, half of what all of it takes. So there is one
filter and not one for each that asks, and none at all while a screen is made or laid out in one go.
"""

from collections.abc import Generator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QInputEvent, QShortcutEvent


class AskedFirst(QObject):
    """Asks one after the other, until one keeps what the hand did for itself. The first is what stops."""

    def __init__(self, stops: QObject, *others: QObject, window: QObject) -> None:
        """``window``: of it they are told everything, whatever it is; of all others what a hand does."""
        super().__init__(window)
        self._window = window
        self._asked = [stops, *others]
        self._aside = 0
        self._begun = False

    def begin(self) -> None:
        """From now on they are asked."""
        self._begun = True
        application = QCoreApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def end(self) -> None:
        """They are asked no more."""
        self._begun = False
        self._take_away()

    def _take_away(self) -> None:
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    def keep_out(self, one: QObject) -> None:
        """Ask this one, too: before all others, but after what stops."""
        self._asked.insert(1, one)

    def let_in(self, one: QObject) -> None:
        """Ask it no more."""
        if one in self._asked:
            self._asked.remove(one)

    @contextmanager
    def aside(self) -> Generator[None]:
        """Ask nobody within, where all is done in one go: nothing that a hand does can come before it is over."""
        self._aside += 1
        if self._aside == 1:
            self._take_away()
        try:
            yield
        finally:
            self._aside -= 1
            if self._aside == 0 and self._begun:
                self.begin()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QInputEvent | QShortcutEvent) and watched is not self._window:
            return False
        return any(one.eventFilter(watched, event) for one in self._asked)

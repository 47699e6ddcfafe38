"""Keys of the whole window. STOPP's own keys are asked before these: ``shutdown.StopKeys``."""

from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from ui.desktop.desk.lock import IdleLock
from ui.desktop.machines.commissioning import CommissioningScreen
from ui.desktop.machines.commissioning_flow import CommissioningFlow
from ui.desktop.test.flow import RunFlow
from ui.desktop.test.screen import RunScreen
from ui.desktop.widgets.sheet import Sheet


class Screens(Protocol):
    """What the keys need to know of the window."""

    run: RunScreen
    commissioning: CommissioningScreen

    @property
    def at_work(self) -> RunFlow | CommissioningFlow | None:
        """The test, or the machine that is put into use, while there is one."""
        ...

    @property
    def sheet(self) -> Sheet | None:
        """The sheet on top."""
        ...


class Keys(QObject):
    """Gives keys to the test or machine at work, and tells the idle lock that somebody is there."""

    def __init__(self, window: QMainWindow, screens: Screens, lock: IdleLock) -> None:
        super().__init__(window)
        self._window, self._screens, self._lock = window, screens, lock

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._lock.seen(event)
        if isinstance(event, QKeyEvent) and isinstance(watched, QWidget) and self._window.isActiveWindow():
            at_work = self._screens.at_work
            if event.type() is QEvent.Type.KeyPress:
                return self._pressed(event)
            if event.type() is QEvent.Type.KeyRelease and at_work is not None and not event.isAutoRepeat():
                return at_work.key_released(event.key())
        if event.type() is QEvent.Type.WindowDeactivate and watched is self._window:
            self._screens.run.hold.let_go()
            self._screens.commissioning.let_go()
        return super().eventFilter(watched, event)

    def _pressed(self, event: QKeyEvent) -> bool:
        at_work = self._screens.at_work
        if event.isAutoRepeat():
            return at_work is not None and event.key() == Qt.Key.Key_F2
        if event.key() == Qt.Key.Key_F11:
            self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
            return True
        if at_work is not None and self._screens.sheet is None:
            return at_work.key_pressed(event.key(), event.text())
        return False

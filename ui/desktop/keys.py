"""Keys of the whole window. STOPP's own keys are asked before these: ``shutdown.StopKeys``."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QInputEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QStackedWidget, QWidget

from ui.desktop.desk.lock import IdleLock
from ui.desktop.held_keys import HeldKeys
from ui.desktop.widgets.sheet import Sheet

if TYPE_CHECKING:
    from ui.desktop.machines.commissioning_flow import CommissioningFlow
    from ui.desktop.test.flow import RunFlow

# What such a key does in a test it does once, however long it is held.
ONCE = frozenset(
    {Qt.Key.Key_F2, Qt.Key.Key_F4, Qt.Key.Key_F5, Qt.Key.Key_F8, Qt.Key.Key_E, Qt.Key.Key_Return, Qt.Key.Key_Enter}
)

# What stands on buttons that a drawer leaves free, and is never typed into one.
BESIDE_A_DRAWER = frozenset({Qt.Key.Key_F4, Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_F8})

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Screens(Protocol):
    """What the keys need to know of the window."""

    stack: QStackedWidget

    def let_go(self) -> None:
        """Nothing on the screen stays held."""
        ...

    @property
    def at_work(self) -> "RunFlow | CommissioningFlow | None":
        """The test, or the machine that is put into use, while there is one."""
        ...

    @property
    def sheet(self) -> Sheet | None:
        """The sheet on top."""
        ...

    @property
    def top_sheet(self) -> Sheet | None:
        """The sheet on top, or the door over all of them."""
        ...


class Keys(QObject):
    """Gives keys to the test or machine at work, and tells the idle lock that somebody is there."""

    def __init__(self, window: QMainWindow, screens: Screens, lock: IdleLock) -> None:
        super().__init__(window)
        self._window, self._screens, self._lock = window, screens, lock
        self._held = HeldKeys()
        self._repeated = False  # what the last press was: it goes on to the parents of whoever leaves it alone
        self._passed_on_to: int | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QInputEvent):
            self._lock.seen(event)
        elif watched is not self._window:
            return False
        if isinstance(event, QKeyEvent) and isinstance(watched, QWidget) and self._window.isActiveWindow():
            at_work = self._screens.at_work
            if event.type() is QEvent.Type.KeyPress:
                if id(watched) != self._passed_on_to:
                    self._repeated = self._held.pressed(event)
                self._passed_on_to = id(watched.parentWidget())
                return self._pressed(watched, event)
            self._passed_on_to = None
            if event.type() is QEvent.Type.KeyRelease:
                self._held.released(event)
            if event.type() is QEvent.Type.KeyRelease and at_work is not None and not event.isAutoRepeat():
                return at_work.key_released(event.key())
        if event.type() is QEvent.Type.WindowDeactivate and watched is self._window:
            self._held.forget()
            self._screens.let_go()
        return False

    def _pressed(self, watched: QWidget, event: QKeyEvent) -> bool:
        at_work = self._screens.at_work
        if self._repeated:
            if at_work is not None and event.key() == Qt.Key.Key_F2 and not event.isAutoRepeat():
                at_work.key_still_held(event.key())
            return at_work is not None and self._screens.sheet is None and event.key() in ONCE
        if event.key() == Qt.Key.Key_F11:
            self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
            return True
        if event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return self._go_on()
        if at_work is not None and self._leaves(event.key()) and at_work.key_pressed(event.key(), event.text()):
            return True
        focused = QApplication.focusWidget()
        if event.key() in ENTER and focused is watched and isinstance(focused, QPushButton) and focused.isEnabled():
            focused.click()
            return True
        return False

    def _leaves(self, key: int) -> bool:
        """Whether what lies on top leaves this key to the test or machine at work."""
        sheet = self._screens.top_sheet
        return sheet is None or (sheet.is_drawer and key in BESIDE_A_DRAWER)

    def _go_on(self) -> bool:
        """Press the one button that leads on, of the sheet on top or of the screen. What is held is not pressed."""
        from ui.desktop.widgets.hold_button import HoldButton

        there: QWidget = self._screens.top_sheet or self._screens.stack
        leads = [
            one
            for one in there.findChildren(QPushButton)
            if one.property("role") == "main" and one.isVisible() and one.isEnabled()
        ]
        if len(leads) == 1 and not isinstance(leads[0], HoldButton):
            leads[0].click()
        return True

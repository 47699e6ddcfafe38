"""Two hands on the window: one has keys alone, the other a mouse, and letters only for what a click has opened.

Neither calls anything of the product: an event goes to whatever has the keyboard, or lies under the pointer. What a
hand does not come to is a fault of the product, and said as one.
"""

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QLineEdit, QPlainTextEdit, QWidget

from ui.desktop.widgets.sheet import Sheet

TABS = 150  # more than any screen has controls
WHEEL, TURNS = 120, 60
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Found = TypeVar("Found", bound=QWidget)


def until(fact: Callable[[], object], within_s: float, what: str) -> None:
    """Let the window live until ``fact()`` holds."""
    end_s = time.monotonic() + within_s
    while not fact():
        assert time.monotonic() < end_s, f"it never came to this: {what}"
        QApplication.processEvents()
        time.sleep(0.005)


def top(window: QWidget) -> QWidget:
    """The sheet that lies on top, or the window."""
    sheets = [one for one in window.children() if isinstance(one, Sheet) and one.isVisible()]
    return sheets[-1] if sheets else window


def find(window: QWidget, kind: type[Found], name: str) -> Found:
    """The control that is called so, in what lies on top."""

    def named(one: QWidget) -> bool:
        words = one.text() if isinstance(one, QAbstractButton) else ""
        return name in (words, one.accessibleName()) or words.endswith(f"   {name}")

    def there() -> list[Found]:
        return [one for one in top(window).findChildren(kind) if one.isVisible() and one.isEnabled() and named(one)]

    until(there, 20, f"{name} can be used")
    return there()[0]


class Hand(Protocol):
    """What a hand can do with what is on the screen."""

    def press(self, window: QWidget, name: str) -> None:
        """Press a button, tick a box, choose one of several."""
        ...

    def write(self, window: QWidget, name: str, words: str) -> None:
        """Fill in a field."""
        ...

    def hold(self, window: QWidget, name: str, until_it_acts: Callable[[], object]) -> None:
        """Hold what starts the belt."""
        ...

    def exertion(self, window: QWidget, name: str, rpe: int) -> None:
        """Answer how hard it is."""
        ...


class Keys:
    """Tab, arrows, Space, Enter, and the keys of a run."""

    def press(self, window: QWidget, name: str) -> None:
        target = find(window, QAbstractButton, name)
        self._reach(window, target, name)
        QTest.keyClick(target, Qt.Key.Key_Space if target.isCheckable() else Qt.Key.Key_Return)

    def write(self, window: QWidget, name: str, words: str) -> None:
        target = find(window, QWidget, name)
        self._reach(window, target, name)
        QTest.keyClicks(target, words)

    def hold(self, window: QWidget, name: str, until_it_acts: Callable[[], object]) -> None:
        find(window, QAbstractButton, name)
        QTest.keyPress(_keyboard(window), Qt.Key.Key_F2)
        until(until_it_acts, 15, "F2 was held and the belt starts")
        QTest.keyRelease(_keyboard(window), Qt.Key.Key_F2)

    def exertion(self, window: QWidget, name: str, rpe: int) -> None:
        for digit in str(rpe):
            QTest.keyClick(_keyboard(window), Qt.Key(int(Qt.Key.Key_0.value) + int(digit)))
        QTest.keyClick(_keyboard(window), Qt.Key.Key_Return)

    def _reach(self, window: QWidget, target: QWidget, name: str) -> None:
        for _ in range(TABS):
            if QApplication.focusWidget() is target:
                return
            QTest.keyClick(_keyboard(window), Qt.Key.Key_Tab)
            if QApplication.focusWidget() is not target and target.isAncestorOf(_keyboard(window)):
                return  # the field inside what is called so
        raise AssertionError(f"no key leads to {name}; the keyboard is on {QApplication.focusWidget()}")


class Mouse:
    """The pointer and its wheel."""

    def press(self, window: QWidget, name: str) -> None:
        at = self._at(window, find(window, QAbstractButton, name), name)
        QTest.mouseClick(window.windowHandle(), LEFT, NONE, at)

    def write(self, window: QWidget, name: str, words: str) -> None:
        target = find(window, QWidget, name)
        QTest.mouseClick(window.windowHandle(), LEFT, NONE, self._at(window, target, name))
        there = QApplication.focusWidget()
        assert isinstance(there, QLineEdit | QPlainTextEdit), f"a click on {name} opens no field"
        assert there is target or target.isAncestorOf(there)
        QTest.keyClicks(there, words)

    def hold(self, window: QWidget, name: str, until_it_acts: Callable[[], object]) -> None:
        at = self._at(window, find(window, QAbstractButton, name), name)
        QTest.mousePress(window.windowHandle(), LEFT, NONE, at)
        until(until_it_acts, 15, "the button was held and the belt starts")
        QTest.mouseRelease(window.windowHandle(), LEFT, NONE, at)

    def exertion(self, window: QWidget, name: str, rpe: int) -> None:
        self.press(window, name)

    def _at(self, window: QWidget, target: QWidget, name: str) -> QPoint:
        """Where it lies, wheeled into sight; nothing lies over it there."""
        at = QPoint()
        for _ in range(TURNS):
            QApplication.processEvents()
            at = target.mapTo(window, QPoint(min(14, target.width() // 2), target.height() // 2))
            under = window.childAt(at)
            if under is not None and (under is target or target.isAncestorOf(under)):
                return at
            self._wheel(window, target)
        raise AssertionError(f"no pointer comes to {name}: {window.childAt(at)} lies there")

    def _wheel(self, window: QWidget, target: QWidget) -> None:
        around = target.parentWidget()
        while around is not None and not (
            isinstance(around, QAbstractScrollArea) and around.verticalScrollBar().maximum() > 0
        ):
            around = around.parentWidget()
        if not isinstance(around, QAbstractScrollArea):
            return
        port = around.viewport()
        above = target.mapTo(port, QPoint(0, target.height() // 2)).y() < port.height() // 2
        at = QPointF(2, 2)
        event = QWheelEvent(
            at, port.mapToGlobal(at), QPoint(), QPoint(0, WHEEL if above else -WHEEL), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(port, event)


def _keyboard(window: QWidget) -> QWidget:
    return QApplication.focusWidget() or window

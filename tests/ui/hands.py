"""Two hands on the window: one has keys alone, the other a mouse, and letters only for what a click has opened.

Neither calls anything of the product: an event goes to whatever has the keyboard, or lies under the pointer. What a
hand does not come to is a fault of the product, and said as one.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from shiboken6 import isValid

from ui.desktop.widgets.hold_button import HoldButton
from ui.desktop.widgets.sheet import Sheet

TABS = 150  # more than any screen has controls
WHEEL, TURNS = 120, 60
HELD_ANEW = 8
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Found = TypeVar("Found", bound=QWidget)
Field = QLineEdit | QPlainTextEdit


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


def typed_into(target: QWidget, name: str, words: str) -> None:
    """Type into the field that has the keyboard, which is this one or lies in it, and see the words stand there."""
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit | QPlainTextEdit), f"what has the keyboard at {name} is no field: {field}"
    assert field is target or target.isAncestorOf(field)
    QTest.keyClicks(field, words)
    stands = written_in(field)
    assert stands.endswith(words), f"{name} has {stands!r} after {words!r} was typed"


def written_in(field: Field) -> str:
    """What stands in a field."""
    return field.text() if isinstance(field, QLineEdit) else field.toPlainText()


def folder_dialog() -> QFileDialog:
    """The window that asks for a folder."""

    def there() -> list[QFileDialog]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, QFileDialog) and one.isVisible()]

    until(there, 10, "a folder is asked for")
    (dialog,) = there()
    until(dialog.isActiveWindow, 10, "the folder's window has the keyboard")
    return dialog


def held(
    window: QWidget, name: str, down: Callable[[], None], up: Callable[[], None], until_it_acts: Callable[[], object]
) -> None:
    """Hold until it acts. A button that lets go of the hand before is held anew, as a person would.

    It lets go when nothing is heard of the belt for two seconds: a tenth of one in a test that runs twenty times as
    fast, and on a busy machine that comes.
    """
    button = find(window, HoldButton, name)
    for _ in range(HELD_ANEW):
        until(button.isEnabled, 20, f"{name} can be held")
        down()
        until(lambda: until_it_acts() or button.share == 0.0, 15, f"{name} was held and acts")
        QTest.qWait(200)  # held to its end it has let go, too, and what it began comes with the next look
        up()
        if until_it_acts():
            return
    raise AssertionError(f"{name} let go of the hand {HELD_ANEW} times")


class Hand(Protocol):
    """What a hand can do with what is on the screen."""

    def press(self, window: QWidget, name: str) -> None:
        """Press a button, tick a box, choose one of several."""
        ...

    def write(self, window: QWidget, name: str, words: str) -> None:
        """Fill in a field."""
        ...

    def go_on(self, window: QWidget, name: str) -> None:
        """Press the one button that leads on, which is called so."""
        ...

    def enter(self, window: QWidget, name: str) -> None:
        """Go on from the field just written as the button that is called so does: with Enter in the field."""
        ...

    def choose(self, window: QWidget, name: str, item: str) -> None:
        """Choose one of a list that folds out."""
        ...

    def answer_folder(self, window: QWidget, folder: Path) -> None:
        """Name the folder that is asked for."""
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
        typed_into(target, name, words)

    def go_on(self, window: QWidget, name: str) -> None:
        """Ctrl+Enter, wherever the keyboard is."""
        pressed: list[str] = []
        find(window, QAbstractButton, name).clicked.connect(lambda *_: pressed.append(name))
        here = _keyboard(window)
        QTest.keyClick(here, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert pressed == [name], f"Ctrl+Enter at {here} does not press {name}"

    def enter(self, window: QWidget, name: str) -> None:
        field = QApplication.focusWidget()
        assert isinstance(field, QLineEdit), f"no field has the keyboard, to go on as with {name}"
        QTest.keyClick(field, Qt.Key.Key_Return)

    def choose(self, window: QWidget, name: str, item: str) -> None:
        box = find(window, QComboBox, name)
        self._reach(window, box, name)
        QTest.keyClick(box, Qt.Key.Key_Home)
        for _ in range(box.count()):
            if box.currentText() == item:
                return
            QTest.keyClick(box, Qt.Key.Key_Down)
        raise AssertionError(f"no arrow leads to {item} in {name}; it stands at {box.currentText()}")

    def answer_folder(self, window: QWidget, folder: Path) -> None:
        dialog = folder_dialog()
        self._reach(dialog, _name_field(dialog), "the folder's name")
        typed_into(_name_field(dialog), "the folder's name", str(folder))
        popup = QApplication.activePopupWidget()
        if popup is not None:  # the names that begin so: they have the keys while they are shown
            QTest.keyClick(popup, Qt.Key.Key_Escape)
            until(lambda: not popup.isVisible(), 5, "Escape folds the list of names in")
        QTest.keyClick(_keyboard(dialog), Qt.Key.Key_Return)
        _left(dialog, window)

    def hold(self, window: QWidget, name: str, until_it_acts: Callable[[], object]) -> None:
        def down() -> None:
            QTest.keyPress(_keyboard(window), Qt.Key.Key_F2)

        def up() -> None:
            QTest.keyRelease(_keyboard(window), Qt.Key.Key_F2)

        held(window, name, down, up, until_it_acts)

    def exertion(self, window: QWidget, name: str, rpe: int) -> None:
        for digit in str(rpe):
            QTest.keyClick(_keyboard(window), Qt.Key(int(Qt.Key.Key_0.value) + int(digit)))
        QTest.keyClick(_keyboard(window), Qt.Key.Key_Return)

    def _reach(self, window: QWidget, target: QWidget, name: str) -> None:
        """Tab until it has the keyboard, or, where it only holds a field, the field in it."""
        for _ in range(TABS):
            here = _keyboard(window)
            if here is target or (isinstance(here, QLineEdit | QPlainTextEdit) and target.isAncestorOf(here)):
                return
            QTest.keyClick(here, Qt.Key.Key_Tab)
        raise AssertionError(f"no key leads to {name}; the keyboard is on {QApplication.focusWidget()}")


class Mouse:
    """The pointer and its wheel."""

    def press(self, window: QWidget, name: str) -> None:
        at = self._at(window, find(window, QAbstractButton, name), name)
        QTest.mouseClick(window.windowHandle(), LEFT, NONE, at)

    def write(self, window: QWidget, name: str, words: str) -> None:
        target = find(window, QWidget, name)
        QTest.mouseClick(window.windowHandle(), LEFT, NONE, self._at(window, target, name))
        typed_into(target, name, words)

    def go_on(self, window: QWidget, name: str) -> None:
        self.press(window, name)

    def enter(self, window: QWidget, name: str) -> None:
        self.press(window, name)

    def choose(self, window: QWidget, name: str, item: str) -> None:
        box = find(window, QComboBox, name)
        QTest.mouseClick(window.windowHandle(), LEFT, NONE, self._at(window, box, name))
        items = box.view()
        until(items.isVisible, 10, f"{name} folds out")
        there = box.findText(item)
        assert there >= 0, f"{name} has no {item}"
        rect = items.visualRect(items.model().index(there, box.modelColumn()))
        assert items.viewport().rect().contains(rect.center()), f"{item} is out of sight in {name}"
        # A click on the place that folded it out is taken for the end of that one, for as long as a double click lasts.
        QTest.qWait(QApplication.doubleClickInterval())
        at = items.viewport().mapTo(items.window(), rect.center())
        QTest.mouseClick(items.window().windowHandle(), LEFT, NONE, at)
        until(lambda: not items.isVisible(), 10, f"{name} folds in")
        assert box.currentText() == item

    def answer_folder(self, window: QWidget, folder: Path) -> None:
        dialog = folder_dialog()
        self._click_in(dialog, _name_field(dialog), "the folder's name")
        typed_into(_name_field(dialog), "the folder's name", str(folder))
        buttons = dialog.findChild(QDialogButtonBox)
        assert buttons is not None
        takes = next(
            one for one in buttons.buttons() if buttons.buttonRole(one) is QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._click_in(dialog, takes, takes.text())
        _left(dialog, window)

    def hold(self, window: QWidget, name: str, until_it_acts: Callable[[], object]) -> None:
        at = self._at(window, find(window, QAbstractButton, name), name)

        def down() -> None:
            QTest.mousePress(window.windowHandle(), LEFT, NONE, at)

        def up() -> None:
            QTest.mouseRelease(window.windowHandle(), LEFT, NONE, at)

        held(window, name, down, up, until_it_acts)

    def exertion(self, window: QWidget, name: str, rpe: int) -> None:
        self.press(window, name)

    def _click_in(self, dialog: QWidget, target: QWidget, name: str) -> None:
        popup = QApplication.activePopupWidget()
        if popup is not None:  # the names that begin so lie over the buttons: a click beside them puts them away
            QTest.mouseClick(popup.windowHandle(), LEFT, NONE, QPoint(-5, -5))
            until(lambda: not popup.isVisible(), 5, "the list of names folds in")
        QTest.mouseClick(dialog.windowHandle(), LEFT, NONE, self._at(dialog, target, name))

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


def _left(dialog: QFileDialog, window: QWidget) -> None:
    """The folder is answered, and the keyboard is where it was before."""

    until(lambda: not isValid(dialog) or not dialog.isVisible(), 10, "the folder is answered")
    window.activateWindow()  # as a window manager does, where there is one
    until(window.isActiveWindow, 10, "the window is in front again")
    until(QApplication.focusWidget, 10, "the keyboard is back in the window")


def _name_field(dialog: QFileDialog) -> QLineEdit:
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    assert field is not None
    return field


def _keyboard(window: QWidget) -> QWidget:
    return QApplication.focusWidget() or window

"""Where the keyboard is told to go, to the very end."""

import pytest
import shiboken6
from PySide6.QtWidgets import QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from tests.mutants import planted_fault
from ui.desktop import focus
from ui.desktop.focus import Focus


class Top:
    """Whatever lies on top; it is in sight."""

    def isVisible(self) -> bool:
        return True


def the_keyboard_leaves_a_window_that_goes(kind: type[Focus]) -> None:
    window = QMainWindow()
    keeper = kind(window, Top, QPushButton(window))  # type: ignore[arg-type]
    shiboken6.delete(window)
    keeper._moved(None, None)


def test_a_window_that_goes_with_the_keyboard_is_asked_nothing_any_more(qtbot: QtBot) -> None:
    the_keyboard_leaves_a_window_that_goes(Focus)


def test_one_that_is_asked_is_found(qtbot: QtBot) -> None:
    with (
        planted_fault(focus, "if not isValid(self._window):", "if False:") as broken,
        pytest.raises(RuntimeError, match="deleted"),
    ):
        the_keyboard_leaves_a_window_that_goes(broken.Focus)

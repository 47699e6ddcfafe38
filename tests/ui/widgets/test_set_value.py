"""A bar that shows another value has nothing drawn at once: what else has changed would be drawn twice."""

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QProgressBar
from pytestqt.qtbot import QtBot

from ui.desktop.widgets.base import set_value


class Counted(QProgressBar):
    """Counts how often it is drawn."""

    drawn = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.drawn += 1
        super().paintEvent(event)


@pytest.fixture
def bar(qtbot: QtBot) -> Counted:
    made = Counted()
    made.setRange(0, 100)
    qtbot.addWidget(made)
    made.resize(300, 30)
    made.show()
    QApplication.processEvents()
    return made


def test_another_value_is_drawn_with_the_rest_and_once(bar: Counted) -> None:
    before = bar.drawn
    set_value(bar, 40)
    assert bar.drawn == before
    QApplication.processEvents()
    assert bar.drawn > before
    assert bar.value() == 40


def test_by_itself_a_bar_is_drawn_at_once(bar: Counted) -> None:
    before = bar.drawn
    bar.setValue(40)
    assert bar.drawn > before

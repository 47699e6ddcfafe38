"""A screen that scrolls lays itself out once, whether or not there is something to scroll."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.desktop.widgets.roomy import Roomy

TALL, LOW, WIDE = 300, 200, 400


class Contrary(QWidget):
    """Asks for less height the narrower it is: with a bar it needs none, without one it does."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.wanted = LOW

    def minimumSizeHint(self) -> QSize:
        return QSize(10, self.wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.asked.append(self.width())
        if len(self.asked) < 50:
            self.wanted = TALL if self.width() >= WIDE else LOW
            self.updateGeometry()


def shown(qtbot: QtBot, area: QScrollArea, inside: Contrary, height: int) -> int:
    """How often what is inside was laid out at another width."""
    qtbot.addWidget(area)
    area.resize(WIDE, height)
    area.show()
    for _ in range(60):
        QApplication.processEvents()
    return sum(before != after for before, after in zip(inside.asked, inside.asked[1:], strict=False))


@pytest.mark.parametrize("height", [150, 250, 350])
def test_a_bar_that_is_not_needed_takes_its_room_all_the_same(qtbot: QtBot, height: int) -> None:
    inside, layout = Contrary(), QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(inside)
    assert shown(qtbot, Roomy(layout), inside, height) <= 1


def test_the_fact_fails_with_a_bar_that_comes_and_goes(qtbot: QtBot) -> None:
    inside, layout = Contrary(), QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(inside)
    area = Roomy(layout)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    assert shown(qtbot, area, inside, 250) > 1

"""A screen that scrolls lays itself out once, whether or not there is something to scroll."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.desktop.widgets import roomy
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
    area.resize(WIDE + (area.clear_px if isinstance(area, Roomy) else 0), height)
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


class Restless(QVBoxLayout):
    """Asks for another height at each of two heights that it is given; after so many questions it gives in."""

    PATIENCE = 400

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def minimumSize(self) -> QSize:
        self.asked += 1
        content = self.parentWidget()
        low = content is not None and (content.height() >= TALL or self.asked > self.PATIENCE)
        return QSize(10, LOW if low else TALL)


def asked_of(qtbot: QtBot) -> int:
    """How often what is restless is asked while its screen is shown once."""
    layout = Restless()
    area = Roomy(layout)
    qtbot.addWidget(area)
    area.resize(WIDE, LOW - 50)
    area.show()
    for _ in range(5):
        QApplication.processEvents()
    return layout.asked


def test_what_wants_another_height_at_each_height_does_not_fill_the_stack(qtbot: QtBot) -> None:
    assert asked_of(qtbot) < Restless.PATIENCE / 2


def test_the_fact_fails_where_every_answer_is_answered(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roomy, "ANSWERS_MOST", 10_000)
    assert asked_of(qtbot) >= Restless.PATIENCE

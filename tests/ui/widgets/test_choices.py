"""A drawer of answers: what is too wide for its column takes a second line, and nothing lies outside."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from ui.desktop.widgets import wrapped_button
from ui.desktop.widgets.choices import choices

LONG = "Krampe eller smerte i beina"
ANSWERS = [("a", "Ubehag i brystet"), ("b", LONG), ("c", "Blek, kald eller klam hud"), ("d", LONG)]


def every_answer_is_whole(qtbot: QtBot, width: int, lines: int) -> None:
    """In as many lines as the longest takes."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 600)
    window.show()
    place = QRect(10, 10, width, 500)
    sheet = choices(window, "Hva skjedde?", "", ANSWERS, lambda _: None, dock=lambda: place)
    sheet.open()
    qtbot.wait(20)
    seen = sheet.body.viewport()
    assert seen is not None
    for made in sheet.pressed_by.values():
        right = made.mapTo(sheet.body.content, made.rect().topRight()).x()
        assert right < seen.width()
        assert made.fontMetrics().size(0, QPushButton.text(made)).width() < made.width()
        qtbot.waitUntil(lambda made=made: made.height() > made.fontMetrics().size(0, QPushButton.text(made)).height())
    drawn = [QPushButton.text(made) for made in sheet.pressed_by.values()]
    assert [text.replace("\n", " ") for text in drawn] == [made.text() for made in sheet.pressed_by.values()]
    assert max(text.count("\n") for text in drawn) + 1 == lines


@pytest.mark.parametrize(("width", "lines"), [(700, 1), (400, 2)])
def test_an_answer_wider_than_its_column_takes_a_second_line(qtbot: QtBot, width: int, lines: int) -> None:
    every_answer_is_whole(qtbot, width, lines)


def test_an_answer_that_is_cut_off_would_be_found(qtbot: QtBot) -> None:
    fails_with(wrapped_button, "> width:", "> 9000:", lambda: every_answer_is_whole(qtbot, 400, 2))

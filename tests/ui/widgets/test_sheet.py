"""A sheet is as high as what is in it, also after what is told in it has come and gone."""

import types

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.mutants import planted_fault
from ui.desktop.theme.style import style_sheet
from ui.desktop.widgets import roomy, sheet
from ui.desktop.widgets.base import column, label, problem_label, show_problems

SENTENCE = "Det mangler noe: en setning om hva som mangler, og om hva som skal gjøres med det før det går videre."


def heights(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, module: types.ModuleType) -> list[tuple[int, int]]:
    """What a sheet shows and what is in it: as it opens, with a problem told below, and without it again."""
    monkeypatch.setattr(sheet, "Roomy", module.Roomy)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    problems = problem_label()
    one = sheet.Sheet(window, "Gruppeøkt", column(label("Øvre"), label("Nedre"), problems))
    one.open()
    found = []
    for told in ([], [SENTENCE], []):
        show_problems(problems, told)
        for _ in range(10):
            QApplication.processEvents()
        found.append((one.body.height(), one.body.content.height()))
    one.finish()
    return found


def grows_with_what_is_told(found: list[tuple[int, int]]) -> None:
    before, told, after = found
    assert before == after
    assert told[1] > before[1]
    assert all(shown >= inside for shown, inside in found), "nothing lies behind the scroll bar"


def test_what_is_told_in_a_sheet_is_seen_without_scrolling(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    grows_with_what_is_told(heights(qtbot, monkeypatch, roomy))


def test_a_sheet_reckons_with_the_width_that_its_words_get(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setStyleSheet(style_sheet(1.0, "DejaVu Sans"))
    window.resize(1366, 768)
    window.show()
    asked: list[int] = []
    wanted = roomy.Roomy.wanted_height
    monkeypatch.setattr(roomy.Roomy, "wanted_height", lambda self, width: asked.append(width) or wanted(self, width))
    one = sheet.Sheet(window, "Gruppeøkt", column(label(SENTENCE, wrap=True)))
    one.open()
    for _ in range(10):
        QApplication.processEvents()
    assert asked[-1] == one.body.viewport().width(), "a line more than reckoned with lies behind the scroll bar"
    one.finish()


def test_the_fact_fails_where_nothing_is_told_around_it(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    with planted_fault(roomy, "            self.updateGeometry()", "            pass") as broken:
        found = heights(qtbot, monkeypatch, broken)
    with pytest.raises(AssertionError):
        grows_with_what_is_told(found)

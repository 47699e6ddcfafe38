"""Words that somebody has written go by no single key: Escape and Cancel ask first, on every form, by one mechanism."""

import ast
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import ui.desktop
from tests.mutants import fails_with
from ui.desktop.i18n import tr
from ui.desktop.widgets import sheet as sheet_module
from ui.desktop.widgets import typed
from ui.desktop.widgets.base import column
from ui.desktop.widgets.fields import line_edit
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.widgets.typed import SEARCHES, Typed
from ui.desktop.window import MainWindow

FORMS: dict[str, Callable[[MainWindow], None]] = {
    "a new person": lambda window: window.persons.edit(None),
    "settings": lambda window: window.clinic.edit_settings(),
    "pages": lambda window: window.clinic.edit_papers(),
    "record": lambda window: window.clinic.edit_record(),
}


def asked(window: MainWindow, form: Sheet) -> Sheet | None:
    """The question over a form; None where there is none."""
    return None if window.sheet is form else window.sheet


def press(window: MainWindow, code: str) -> None:
    sheet = window.sheet
    assert sheet is not None
    next(one for one in sheet.pressed_by.values() if one.text().endswith(tr(f"sheet.{code}"))).click()


@pytest.mark.parametrize("form", FORMS)
def test_a_form_with_typed_words_asks_before_it_goes(window: MainWindow, form: str) -> None:
    FORMS[form](window)
    sheet = window.sheet
    assert sheet is not None
    field = next(one for one in sheet.findChildren(QLineEdit) if one.isVisible() and not one.isReadOnly())
    before = field.text()
    QTest.keyClicks(field, "Ny")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert window.sheet is not sheet, "it asks"
    press(window, "stay")
    assert window.sheet is sheet
    assert field.text() == before + "Ny", "and what was written stands"
    next(one for one in sheet.findChildren(QPushButton) if one.text() == tr("common.cancel")).click()
    press(window, "discard")
    assert window.sheet is None


@pytest.mark.parametrize("form", FORMS)
def test_a_form_in_which_nothing_was_typed_goes_at_once(window: MainWindow, form: str) -> None:
    FORMS[form](window)
    sheet = window.sheet
    assert sheet is not None
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert window.sheet is None


def test_what_leads_away_from_the_settings_asks_too(window: MainWindow) -> None:
    window.clinic.edit_settings()
    sheet = window.sheet
    assert sheet is not None
    QTest.keyClicks(sheet.clinic, "Ny")  # type: ignore[attr-defined]
    sheet.protocols_button.click()  # type: ignore[attr-defined]
    press(window, "stay")
    assert window.sheet is sheet


def test_nobody_is_asked_while_a_belt_may_move(qtbot: QtBot) -> None:
    window, shown = QWidget(), list[object]()
    qtbot.addWidget(window)
    field = line_edit("", "name")
    sheet = Sheet(window, "x", column(field))
    sheet.asks = shown.append
    window.show()
    sheet.open()
    QTest.keyClicks(field, "Ny")
    sheet.tell_escape(stops=True)
    left: list[bool] = []
    sheet.closed.connect(lambda: left.append(True))
    sheet.leave()
    assert (left, shown) == ([True], [])


def test_only_a_hand_writes_words(qtbot: QtBot) -> None:
    form = QWidget()
    qtbot.addWidget(form)
    line, search, paper = QLineEdit("a", form), QLineEdit(form), QPlainTextEdit("b", form)
    search.setProperty(SEARCHES, True)
    written = Typed(form)
    line.setText("by the program")
    QTest.keyClicks(search, "Kari")
    assert not written.changed
    QTest.keyClicks(line, "x")
    assert written.changed
    written.begin()
    assert not written.changed, "it is kept"
    QTest.keyClicks(paper, "x")
    assert written.changed


def test_no_sheet_answers_escape_by_itself() -> None:
    """One that closed itself would not ask."""
    found = set()
    for path in Path(inspect.getfile(ui.desktop)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and any("Sheet" in ast.unparse(base) for base in node.bases):
                keys = [one for one in node.body if getattr(one, "name", "") == "keyPressEvent"]
                found |= {node.name for one in keys if "Key_Escape" in ast.unparse(one)}
    assert found == set()


FAULTS = [
    (sheet_module, "if self.asks is None or self._stops or not", "if self.asks is None or not",
     test_nobody_is_asked_while_a_belt_may_move),
    (typed, "return any(by_hand and text", "return any(text", test_only_a_hand_writes_words),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_the_question_fails_on_a_planted_fault(
    qtbot: QtBot, module: object, old: str, new: str, fact: Callable[[QtBot], None]
) -> None:
    fails_with(module, old, new, lambda: fact(qtbot))  # type: ignore[arg-type]

"""Person, pre-test, run, result: the real station, real driver processes, the emulators on a real wire."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from teststation.records.database import Record
from teststation.records.people.people import Person
from teststation.run.record import Outcome
from ui.desktop.i18n import tr
from ui.desktop.result.report import ReportSheet
from ui.desktop.window import MainWindow

TIME_SCALE = 60.0
pytestmark = pytest.mark.process


def prepared(make_window: Callable[..., MainWindow], person: Person, qtbot: QtBot) -> MainWindow:
    window = make_window(time_scale=TIME_SCALE)
    window.people.search.setText("kari")
    window.people.test_button.click()
    form = window.pretest
    form.confirmed.setChecked(True)
    form.weight.setText("82")
    form.screening.answer_no()
    form.prepare_button.click()
    qtbot.waitUntil(lambda: window.flow is not None, timeout=30_000)
    qtbot.waitUntil(lambda: window.run.start_words.text().startswith("Alt er klart"), timeout=30_000)
    return window


def test_from_the_person_to_the_report(
    make_window: Callable[..., MainWindow], record: Record, person: Person, qtbot: QtBot, tmp_path: Path
) -> None:
    window = prepared(make_window, person, qtbot)
    QTest.keyPress(window, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: window.flow is not None and window.flow.session.begun, timeout=10_000)
    QTest.keyRelease(window, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.result, timeout=60_000)
    (stored,) = record.tests.list()
    assert stored.run.outcome in (Outcome.COMPLETED, Outcome.LIMIT), stored.run.reason
    assert stored.run.belt_at_rest
    assert window.result.table.rowCount() == len(stored.assessment.stages)
    assert window.result.sentence.text()
    window.result.print_button.click()
    qtbot.waitUntil(lambda: window.sheet is not None, timeout=30_000)
    sheet = window.sheet
    assert isinstance(sheet, ReportSheet)
    said: list[str] = []
    path = tmp_path / "rapport.pdf"
    window.papers.write(stored, sheet.data, path, said.append)
    assert said == ["Lagret: rapport.pdf"]
    assert path.read_bytes().startswith(b"%PDF-")
    sheet.finish()
    window.result.done_button.click()
    assert window.stack.currentWidget() is window.people


def test_escape_in_a_question_stops_a_real_wire(
    make_window: Callable[..., MainWindow], record: Record, person: Person, qtbot: QtBot
) -> None:
    window = prepared(make_window, person, qtbot)
    flow = window.flow
    assert flow is not None
    flow.session.begin()
    qtbot.waitUntil(lambda: (flow.session.controller.state.measured_speed_kmh or 0) > 1, timeout=20_000)
    flow.ask_event()
    assert window.sheet is not None
    target = window.sheet._first_control()
    assert target is not None
    QTest.keyClick(target, Qt.Key.Key_Escape)
    why = tr("why_stopped.title")
    qtbot.waitUntil(lambda: window.sheet is not None and window.sheet.accessibleName() == why, timeout=30_000)
    assert window.sheet is not None
    window.sheet.finish()
    assert window.stack.currentWidget() is window.result
    (stored,) = record.tests.list()
    assert stored.run.outcome is Outcome.OPERATOR
    assert stored.run.belt_at_rest

"""Person, pre-test, run, result: the real station, real driver processes, the emulators on a real wire."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.patience import PATIENCE
from tests.process.floor import short_protocol
from tests.ui.conftest import SETTINGS, kept
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.run.record import Outcome
from ui.desktop.i18n import tr
from ui.desktop.result.report import ReportSheet
from ui.desktop.result.text import stage_rows
from ui.desktop.widgets.hold_button import REPEATED_WITHIN_MS
from ui.desktop.window import MainWindow

TIME_SCALE = 20.0
READY_WITHIN_MS = 30_000 * PATIENCE
pytestmark = pytest.mark.process


def prepared(make_window: Callable[..., MainWindow], person: Person, qtbot: QtBot, folder: Path) -> MainWindow:
    protocol = folder / "short.toml"
    protocol.write_text(short_protocol((0, 4)), "utf-8")
    window = make_window(TIME_SCALE, msgspec.structs.replace(SETTINGS, default_protocol=str(protocol)))
    window.people.search.setText("kari")
    window.people.test_button.click()
    form = window.pretest
    form.confirmed.setChecked(True)
    form.weight.setText("82")
    form.screening.answer_no()
    form.prepare_button.click()
    qtbot.waitUntil(lambda: window.flow is not None, timeout=READY_WITHIN_MS)
    qtbot.waitUntil(lambda: is_ready(window), timeout=READY_WITHIN_MS)
    return window


def is_ready(window: MainWindow) -> bool:
    return window.run.start_words.text().startswith("Alt er klart")


def hold_to_the_end(window: MainWindow, qtbot: QtBot) -> None:
    """F2, held for three seconds: whoever sees the button let go, as it does when the belt is not known for a moment,
    holds it anew when all is ready again."""
    flow = window.flow
    assert flow is not None
    until_s = time.monotonic() + READY_WITHIN_MS / 1000
    while not flow.session.begun:
        assert time.monotonic() < until_s, window.run.start_words.text()
        qtbot.waitUntil(lambda: is_ready(window), timeout=READY_WITHIN_MS)
        QTest.keyPress(window, Qt.Key.Key_F2)
        qtbot.waitUntil(lambda: flow.session.begun or window.run.hold.share == 0.0, timeout=READY_WITHIN_MS)
        QTest.keyRelease(window, Qt.Key.Key_F2)
        qtbot.wait(2 * REPEATED_WITHIN_MS)  # pressed sooner it would be a key that repeats


def test_from_the_person_to_the_report(
    make_window: Callable[..., MainWindow], record: Record, person: Person, qtbot: QtBot, tmp_path: Path
) -> None:
    window = prepared(make_window, person, qtbot, tmp_path)
    hold_to_the_end(window, qtbot)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.result, timeout=60_000 * PATIENCE)
    (stored,) = record.tests.list()
    assert stored.run.outcome in (Outcome.COMPLETED, Outcome.LIMIT), stored.run.reason
    assert stored.run.belt_at_rest
    assert window.result.table.rowCount() == len(stage_rows(stored.assessment.stages))
    assert window.result.sentence.text()
    window.result.print_button.click()
    qtbot.waitUntil(lambda: window.sheet is not None, timeout=READY_WITHIN_MS)
    sheet = window.sheet
    assert isinstance(sheet, ReportSheet)
    said: list[str] = []
    path = tmp_path / "rapport.pdf"
    window.papers.write(stored, sheet.data, path, said.append)
    qtbot.waitUntil(lambda: said == ["Lagret: rapport.pdf"], timeout=READY_WITHIN_MS)
    assert path.read_bytes().startswith(b"%PDF-")
    sheet.finish()
    window.result.done_button.click()
    assert window.stack.currentWidget() is window.people


def test_escape_in_a_question_stops_a_real_wire(
    make_window: Callable[..., MainWindow], record: Record, person: Person, qtbot: QtBot, tmp_path: Path
) -> None:
    window = prepared(make_window, person, qtbot, tmp_path)
    flow = window.flow
    assert flow is not None
    flow.session.begin()
    qtbot.waitUntil(lambda: (flow.session.controller.state.measured_speed_kmh or 0) > 1, timeout=READY_WITHIN_MS)
    flow.ask_event()
    assert window.sheet is not None
    target = window.sheet._first_control()
    assert target is not None
    QTest.keyClick(target, Qt.Key.Key_Escape)
    why = tr("why_stopped.title")
    qtbot.waitUntil(lambda: window.sheet is not None and window.sheet.accessibleName() == why, timeout=READY_WITHIN_MS)
    assert window.sheet is not None
    window.sheet.finish()
    kept(window)
    assert window.stack.currentWidget() is window.result
    (stored,) = record.tests.list()
    assert stored.run.outcome is Outcome.OPERATOR
    assert stored.run.belt_at_rest

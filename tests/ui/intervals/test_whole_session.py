"""Person, start, session, kept: by real clicks, with real driver processes and the emulators on a real wire."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from teststation.records.database import Record
from teststation.records.people.people import Person
from teststation.run.record import Outcome
from teststation.run.state import Phase
from ui.desktop.intervals.start import StartSheet
from ui.desktop.window import MainWindow

TIME_SCALE = 60.0
LEFT = Qt.MouseButton.LeftButton
pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]


def begun(make_window: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    window = make_window(time_scale=TIME_SCALE)
    window.people.search.setText("kari")
    QTest.mouseClick(window.people.session_button, LEFT)
    sheet = window.sheet
    assert isinstance(sheet, StartSheet)
    for field, text in ((sheet.weight, "82"), (sheet.speed, "4,5"), (sheet.incline, "4")):
        field.clear()
        QTest.keyClicks(field, text)
    QTest.mouseClick(sheet.prepare_button, LEFT)
    qtbot.waitUntil(lambda: window.flow is not None, timeout=30_000)
    qtbot.waitUntil(lambda: window.intervals.start_words.text().startswith("Alt er klart"), timeout=30_000)
    QTest.mousePress(window.intervals.hold, LEFT)
    qtbot.waitUntil(lambda: window.flow is not None and window.flow.session.begun, timeout=10_000)
    QTest.mouseRelease(window.intervals.hold, LEFT)
    return window


@pytest.mark.nightly
def test_a_whole_session_by_real_clicks(
    make_window: Callable[..., MainWindow], record: Record, person: Person, qtbot: QtBot
) -> None:
    window = begun(make_window, qtbot)
    screen, flow = window.intervals, window.flow
    assert flow is not None
    answered: set[int] = set()

    def step() -> bool:
        state = flow.session.controller.state
        now = flow.session.snapshot()
        if not screen.bouts.answers.isHidden():
            QTest.mouseClick(screen.bouts.accept_button, LEFT)
        if now.rpe_due and state.stage_index not in answered:
            answered.add(state.stage_index)
            QTest.mouseClick(screen.controls.rpe.buttons[16], LEFT)
        return window.flow is None

    qtbot.waitUntil(step, timeout=200_000)
    (stored,) = record.sessions.history()
    assert stored.run.outcome is Outcome.COMPLETED, stored.run.reason
    assert stored.run.belt_at_rest
    assert stored.result.bouts_done == 4
    assert {bout.rpe for bout in stored.result.bouts} == {16}
    assert record.tests.list() == []
    assert window.stack.currentWidget() is window.people
    assert window.sheet is not None, "what it came to is told"


def test_stop_in_a_bout_brings_the_belt_to_rest_and_keeps_the_session(
    make_window: Callable[..., MainWindow], record: Record, person: Person, qtbot: QtBot
) -> None:
    window = begun(make_window, qtbot)
    flow = window.flow
    assert flow is not None
    qtbot.waitUntil(lambda: flow.session.controller.state.phase is Phase.STAGES, timeout=20_000)
    assert window.stop_button.isVisible()
    QTest.mousePress(window.stop_button, LEFT)
    QTest.mouseRelease(window.stop_button, LEFT)
    qtbot.waitUntil(lambda: window.sheet is not None, timeout=30_000)
    assert window.sheet is not None
    window.sheet.finish()
    qtbot.waitUntil(lambda: window.flow is None, timeout=30_000)
    (stored,) = record.sessions.history()
    assert stored.run.outcome is Outcome.OPERATOR
    assert stored.run.belt_at_rest
    assert stored.result.bouts_done == 0

"""Person, start, session, kept: by real clicks, with real driver processes and the emulators on a real wire."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.patience import PATIENCE
from tests.process.session_room import SHORT
from tests.ui.conftest import SETTINGS
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.run.record import Outcome
from teststation.run.state import Phase
from ui.desktop.intervals.start import StartSheet
from ui.desktop.window import MainWindow
from ui.station.settings import Settings

TIME_SCALE = 60.0
FASTEST_BY_HAND = 20.0
LEFT = Qt.MouseButton.LeftButton
pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]


def begun(
    make_window: Callable[..., MainWindow], qtbot: QtBot, settings: Settings = SETTINGS, time_scale: float = TIME_SCALE,
    plan: str = "",
) -> MainWindow:  # fmt: skip
    window = make_window(time_scale=time_scale, settings=settings)
    window.people.search.setText("kari")
    QTest.mouseClick(window.people.session_button, LEFT)
    sheet = window.sheet
    assert isinstance(sheet, StartSheet)
    if plan:
        sheet.sessions.addItem("kort", plan)
        sheet.sessions.setCurrentIndex(sheet.sessions.count() - 1)
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


def walked(window: MainWindow, qtbot: QtBot, within_ms: int) -> None:
    """To its end: every bout rated, every offer taken, every load that is asked for said to be set, by clicks."""
    screen, flow = window.intervals, window.flow
    assert flow is not None
    answered: set[int] = set()

    def step() -> bool:
        state = flow.session.controller.state
        now = flow.session.snapshot()
        if not screen.bouts.answers.isHidden():
            QTest.mouseClick(screen.bouts.accept_button, LEFT)
        if screen.prompt.isVisible() and screen.prompt.button.isVisible():
            QTest.mouseClick(screen.prompt.button, LEFT)
        if now.rpe_due and state.stage_index not in answered:
            answered.add(state.stage_index)
            QTest.mouseClick(screen.controls.rpe.buttons[16], LEFT)
        return window.flow is None

    qtbot.waitUntil(step, timeout=within_ms)


def completed(window: MainWindow, record: Record, bouts: int, *, at_rest: bool = True) -> None:
    (stored,) = record.sessions.history()
    assert stored.run.outcome is Outcome.COMPLETED, stored.run.reason
    assert stored.run.belt_at_rest is at_rest
    assert stored.result.bouts_done == bouts
    assert {bout.rpe for bout in stored.result.bouts} == {16}
    assert record.tests.list() == []
    assert window.stack.currentWidget() is window.people
    assert window.sheet is not None, "what it came to is told"


@pytest.mark.nightly
@pytest.mark.timeout(600 * PATIENCE)
@pytest.mark.parametrize("family", ["trackmaster", "woodway", "csafe"])
def test_a_whole_session_by_real_clicks_on_each_belt_with_a_wire(
    family: str, make_window: Callable[..., MainWindow], record: Record, person: Person, qtbot: QtBot
) -> None:
    settings = msgspec.structs.replace(SETTINGS, treadmill=f"emulated:{family}")
    window = begun(make_window, qtbot, settings, FASTEST_BY_HAND)
    walked(window, qtbot, 400_000 * PATIENCE)
    completed(window, record, 4)


@pytest.mark.timeout(180 * PATIENCE)
def test_a_whole_short_session_by_real_clicks_on_a_belt_without_a_wire(
    make_window: Callable[..., MainWindow], record: Record, person: Person, qtbot: QtBot, tmp_path: Path
) -> None:
    """Set by hand at the machine, and said so by clicks; the clinic's 4x4 on the others is walked at night."""
    SHORT.lay_out(tmp_path)
    settings = msgspec.structs.replace(SETTINGS, treadmill="manual", heart_rate=f"replay:{tmp_path / 'pulse.csv'}")
    window = begun(make_window, qtbot, settings, TIME_SCALE, str(tmp_path / SHORT.plan))
    walked(window, qtbot, 120_000 * PATIENCE)
    completed(window, record, SHORT.bouts)


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

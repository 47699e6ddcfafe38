"""Drills in the window: chosen, walked with the hand's own buttons, told, and never kept."""

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import SETTINGS, Bench
from teststation.cause import Cause
from teststation.records.database import Record
from teststation.records.people.people import Person
from teststation.run.drill import TOLD_BY, Act, Course, Done, Fault, scored
from teststation.run.state import Phase
from teststation.texts import LANGUAGES
from ui.desktop.drill.apart import DrillApart
from ui.desktop.drill.flow import DrillFlow, score_lines
from ui.desktop.i18n import use_language
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.window import MainWindow
from ui.station.session import Session
from ui.station.station import Setup, Station


class Emulated:
    """Notes which faults it is given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, str, bool]] = []

    def fault(self, device: str, name: str, *, on: bool = True) -> None:
        self.given.append((device, name, on))

    def set_load(self, speed_kmh: float, incline_pct: float) -> None: ...

    def close(self) -> None: ...


def words_of(sheet: QWidget) -> str:
    return " ".join(one.text() for one in sheet.findChildren(QLabel))


def press(sheet: QWidget, text: str) -> None:
    next(one for one in sheet.findChildren(QPushButton) if text in one.text()).click()


def test_a_drill_is_chosen_walked_and_told_and_nothing_is_kept(
    record: Record, person: Person, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow(Station(record, SETTINGS), demo=True, drill=("", person.id))
    window.resize(1366, 768)
    window.show()
    bench, emulated = Bench(window.station, window, person), Emulated()
    bench.treadmill.stops = False

    def prepared(setup: Setup) -> Session:
        session = bench.session(replace(setup, conditions={}))
        session.emulated = emulated  # type: ignore[assignment]
        return session

    monkeypatch.setattr(window.station, "prepare", prepared)
    window.welcome()
    assert window.sheet is not None
    assert "ingenting lagres" in words_of(window.sheet)
    press(window.sheet, "lystrer ikke STOPP")
    flow = window.flow
    assert isinstance(flow, DrillFlow)
    assert window.drills is not None
    bar = window.drills.bar
    assert not bar.isHidden()
    assert "ØVELSE" in bar.words.text()
    flow.bridge.halt()
    bench.pass_s(1.0)
    flow.session.begin()
    bench.pass_s(3.0)
    assert emulated.given == [("treadmill", "ignore_stop", True)]
    window.stop()
    bench.pass_s(2.0)
    assert flow.session.controller.state.phase is Phase.STOPPING
    bar.red.click()
    assert emulated.given[-1] == ("treadmill", "e_stop", True)
    bench.treadmill.speed_kmh = 0.0
    bench.pass_s(5.0)
    assert window.flow is None
    assert window.sheet is not None
    told = words_of(window.sheet)
    assert "Båndet lystret ikke STOPP." in told
    assert "Det var det alarmen ba om." in told
    assert bar.isHidden()
    assert record.tests.list() == []
    assert record.unfinished_journals() == []
    window.sheets.finish_all()
    window.close()
    window.deleteLater()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_score_is_told_in_every_language(language: str) -> None:
    use_language(language)
    try:
        for fault in Fault:
            for acts in ((), tuple(Done(act, 12.0 + n) for n, act in enumerate(Act))):
                for station in (None, 20.0, 13.5):
                    lines = score_lines(scored(Course(fault, 10.0, 11.0, Cause(TOLD_BY[fault]), station, acts)))
                    assert all(line and "{" not in line for line in lines)
    finally:
        use_language("nb")
    (told, *_) = [
        line
        for line in score_lines(scored(Course(Fault.CABLE_OUT, 0.0, 1.5, Cause("press_red_button"), None, ())))
        if "1,5" in line
    ]
    assert "RØDE KNAPP" in told.upper(), "the product's own words"


class Asks:
    """A window that shows one sheet."""

    def __init__(self, qtbot: QtBot) -> None:
        self.widget = QWidget()
        qtbot.addWidget(self.widget)
        self.sheets: list[Sheet] = []

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        self.sheets.append(make(self.widget))


def test_from_the_clinics_window_it_is_a_program_of_its_own(qtbot: QtBot) -> None:
    asks = Asks(qtbot)
    waits = (sys.executable, "-c", "import time; time.sleep(60)")
    apart = DrillApart(asks.widget, asks, lambda: waits)
    apart.open()
    assert apart.running
    apart.open()
    assert len(asks.sheets) == 1, "one at a time"
    assert "begynner ingen test" in words_of(asks.sheets[0])
    process = apart._process
    assert process is not None
    asks.sheets[0].finish()
    process.wait(20)
    assert not apart.running
    over = DrillApart(asks.widget, asks, lambda: (sys.executable, "-c", ""))
    over.open()
    process = over._process
    assert process is not None
    process.wait(20)
    closed: list[int] = []
    asks.sheets[-1].closed.connect(lambda: closed.append(1))
    over.look()
    assert closed == [1], "it goes with the drill"

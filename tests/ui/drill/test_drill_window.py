"""Drills in the window: chosen, walked with the hand's own buttons, told, and never kept."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.mutants import planted_fault
from tests.ui.conftest import SETTINGS, Bench, ended, live_while, prepared
from tests.ui.test_any_screen import FULL
from teststation.cause import Cause
from teststation.errors import DeviceError
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.run.drill import TOLD_BY, Act, Course, Done, Fault, scored
from teststation.run.state import Phase
from teststation.texts import LANGUAGES
from ui.desktop import closing
from ui.desktop.drill import apart as apart_module
from ui.desktop.drill.apart import DrillApart, Tether
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


@pytest.fixture
def drilling(record: Record, person: Person, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Bench, Emulated]]:
    """A drill's window, its run on scripted ports, with a belt that obeys no stop."""
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
    yield bench, emulated
    window.sheets.finish_all()
    window.close()
    live_while(lambda: window.isVisible() and window.flow is None, "the window does not close")
    window.deleteLater()


def begin(bench: Bench) -> DrillFlow:
    window = bench.window
    assert window.sheet is not None
    press(window.sheet, "lystrer ikke STOPP")
    prepared(window)
    flow = window.flow
    assert isinstance(flow, DrillFlow)
    flow.bridge.halt()
    bench.pass_s(1.0)
    flow.session.begin()
    bench.pass_s(3.0)
    return flow


def test_a_drill_is_chosen_walked_and_told_and_nothing_is_kept(drilling: tuple[Bench, Emulated]) -> None:
    bench, emulated = drilling
    window = bench.window
    record = window.station.record
    assert window.sheet is not None
    assert "ingenting lagres" in words_of(window.sheet)
    flow = begin(bench)
    assert window.drills is not None
    bar = window.drills.bar
    assert not bar.isHidden()
    assert "ØVELSE" in bar.words.text()
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
    assert "Rett svar kom etter " in told
    assert " s: tredemøllens røde knapp." in told
    assert bar.isHidden()
    assert record.tests.list() == []
    assert record.unfinished_journals() == []


def a_drill_that_is_ended_waits_for_no_belt(bench: Bench) -> None:
    flow = begin(bench)
    assert flow.bridge.belt_may_move
    assert not bench.window.closing.close(), "the window's corner asks, as in a test"
    assert bench.window.isVisible()
    bench.window.close_when_at_rest()
    live_while(lambda: bench.window.isVisible() and bench.window.flow is None, "the window does not close")
    assert not bench.window.isVisible(), "the belt of this drill never comes to rest, and nobody is on it"


def test_a_drill_that_is_ended_waits_for_no_belt(drilling: tuple[Bench, Emulated]) -> None:
    a_drill_that_is_ended_waits_for_no_belt(drilling[0])


def test_a_drill_that_waits_is_found_out(drilling: tuple[Bench, Emulated]) -> None:
    old = "nobody = self.wanted and window.drills is not None"
    bench = drilling[0]
    with planted_fault(closing, old, "nobody = False") as broken, pytest.MonkeyPatch.context() as patch:
        patch.setattr(closing.Closing, "close", broken.Closing.close)
        with pytest.raises(AssertionError, match="never comes to rest"):
            a_drill_that_is_ended_waits_for_no_belt(bench)
        bench.treadmill.speed_kmh = 0.0
        bench.pass_s(5.0)


def test_a_drill_that_cannot_be_prepared_leads_back_to_the_choice(
    drilling: tuple[Bench, Emulated], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = drilling[0].window
    monkeypatch.setattr(window.station, "prepare", lambda _: (_ for _ in ()).throw(DeviceError("ingen emulator")))
    assert window.sheet is not None
    press(window.sheet, "lystrer ikke STOPP")
    prepared(window)
    assert window.sheet is not None
    assert "ngen emulator" in words_of(window.sheet)
    window.sheet.finish()
    assert window.sheet is not None, "an empty appointment would lie there, with nothing of a drill"
    assert "ingenting lagres" in words_of(window.sheet)


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


DEAF = "import pathlib, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
DEAF += "; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"


def a_drill_ends_with_the_clinics_window(qtbot: QtBot, ready: Path) -> None:
    asks = Asks(qtbot)
    apart = DrillApart(asks.widget, asks, lambda: (sys.executable, "-c", DEAF, str(ready)))
    apart.open()
    qtbot.waitUntil(ready.exists, timeout=30_000)
    process = apart._process
    assert process is not None
    ended(apart.close())
    try:
        assert process.poll() is not None, "its STOPP would stay on the screen, and stop nothing"
    finally:
        process.kill()
        process.wait()
    assert not apart.running


@pytest.mark.process
def test_a_drill_ends_with_the_clinics_window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(apart_module, "END_WITHIN_S", 0.2)
    a_drill_ends_with_the_clinics_window(qtbot, tmp_path / "one")
    if sys.platform == "win32":
        return  # nobody is deaf there: to terminate is to kill
    with planted_fault(apart_module, "        process.kill()\n", "        return\n") as broken:
        monkeypatch.setattr(apart_module, "_kill", broken._kill)
        with pytest.raises(AssertionError, match="stay on the screen"):
            a_drill_ends_with_the_clinics_window(qtbot, tmp_path / "two")


class Input:
    """Standard input, as far as a tether asks for it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def fileno(self) -> int:
        return self.descriptor


def test_a_drill_hears_that_the_clinics_window_has_died(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.pipe()
    monkeypatch.setattr(sys, "stdin", Input(ours))
    parent = QObject()
    tether = Tether(parent)
    heard: list[int] = []
    tether.loose.connect(lambda: heard.append(1))
    QApplication.processEvents()
    assert heard == []
    with qtbot.waitSignal(tether.loose, timeout=10_000):
        os.close(theirs)
    os.close(ours)


def test_the_clinics_window_takes_its_drill_along(record: Record, person: Person, qtbot: QtBot) -> None:
    window = MainWindow(Station(record, SETTINGS), demo=True)
    closed: list[int] = []
    window.apart.close = lambda: closed.append(1) or []  # type: ignore[method-assign]
    assert window.close()
    window.deleteLater()
    assert closed == [1]


def test_the_digits_are_whole_beside_a_drills_bar(drilling: tuple[Bench, Emulated]) -> None:
    """Beside the bar of a drill, on the smallest screen, with what takes room above them."""
    bench, _ = drilling
    bench.window.resize(*FULL[0])
    begin(bench)
    bench.strap.bpm = None
    bench.pass_s(8.0)
    QApplication.processEvents()
    stage = bench.window.run.stage
    assert stage.held.text()
    assert stage.left.height() >= stage.left.minimumSizeHint().height()
    bench.treadmill.speed_kmh = 0.0
    bench.window.stop()
    bench.pass_s(5.0)

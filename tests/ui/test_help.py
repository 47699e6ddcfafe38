"""F1 opens the text of the screen that is shown, from wherever the keyboard is; the door has none."""

import importlib
import inspect
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import ui.desktop
from tests.ui.conftest import Bench
from teststation.records.access.user import Role
from teststation.records.database import Record
from teststation.run.state import Phase
from ui.desktop.i18n import language
from ui.desktop.rooms import Rooms
from ui.desktop.widgets.help import HelpSheet
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.window import MainWindow
from ui.station.help_texts import SCREENS, SHEETS, help_of


def press_f1(window: MainWindow) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F1)


def heading_of(screen: str) -> str:
    """The first words of a screen's help."""
    return help_of(screen, language()).splitlines()[0].removeprefix("### ")


def test_f1_opens_the_text_of_the_screen_that_is_shown(window: MainWindow) -> None:
    for screen in SCREENS:
        window.go_to(getattr(window, screen))
        press_f1(window)
        sheet = window.sheet
        assert isinstance(sheet, HelpSheet), screen
        assert sheet.of == screen
        assert sheet.text.toPlainText().startswith(heading_of(screen)), screen
        here = QApplication.focusWidget()
        assert here is not None
        assert sheet.isAncestorOf(here), "and keys scroll it"
        press_f1(window)
        assert window.sheet is sheet, "not twice"
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
        assert window.sheet is None, screen


def test_every_screen_of_the_window_has_a_text() -> None:
    made = {name for name, one in vars(Rooms).items() if isinstance(one, cached_property)}
    shown = {name for name in made if "_on_stack(" in inspect.getsource(vars(Rooms)[name].func)}
    assert {"people", *shown} == set(SCREENS)


# Questions and lists about what the screen below them shows: its help tells of them.
OF_THE_SCREEN = frozenset(
    {
        "AboutSheet", "BringInSheet", "CompareSheet", "Cover", "EntrySheet", "EraseSheet", "FirstUserSheet",
        "GroupStartSheet", "HandingOver", "HelpSheet", "InterviewSheet", "MergeSheet", "NewUserSheet", "PasswordSheet",
        "PersonForm", "ReportSheet", "SessionsSheet", "SignSheet", "StartSheet", "TwoHandsSheet", "UsersSheet",
        "WaitingSheet", "_Asking",
    }
)  # fmt: skip


def test_every_sheet_has_its_own_help_or_is_said_to_belong_to_its_screen() -> None:
    for path in Path(inspect.getfile(ui.desktop)).parent.rglob("*.py"):
        if "Sheet):" in path.read_text("utf-8"):
            inside = path.relative_to(Path(*ui.desktop.__path__)).with_suffix("").parts
            importlib.import_module(".".join(("ui.desktop", *inside)))
    every = {one for one in below(Sheet) if one.__module__.startswith("ui.desktop") and "broken" not in one.__module__}
    pages = {one.__name__: one.help_page for one in every}
    assert set(pages.values()) - {""} == set(SHEETS)
    on_one = {one.__name__ for one in every if any(base.__name__ in OF_THE_SCREEN for base in one.__mro__)}
    assert {name for name, page in pages.items() if not page} - on_one == set()


def below(kind: type[Sheet]) -> set[type[Sheet]]:
    """Every class that stands on it."""
    return {kind_ for one in kind.__subclasses__() for kind_ in {one, *below(one)}}


def test_f1_in_a_large_sheet_opens_its_own_text(window: MainWindow) -> None:
    for show, page in ((window.clinic.edit_settings, "settings"), (window.clinic.edit_record, "record")):
        show()
        press_f1(window)
        sheet = window.sheet
        assert isinstance(sheet, HelpSheet)
        assert sheet.of == page
        assert sheet.text.toPlainText().startswith(heading_of(page))
        window.sheets.finish_all()


def test_f1_over_a_question_of_a_run_tells_of_the_run_and_the_question_waits(bench: Bench) -> None:
    bench.to_stages()
    assert bench.window.flow is not None
    bench.window.flow.ask_pressure()
    question = bench.window.sheet
    press_f1(bench.window)
    help_sheet = bench.window.sheet
    assert isinstance(help_sheet, HelpSheet)
    assert help_sheet.of == "run"
    QApplication.processEvents()
    for seen in (bench.window.run.heart, bench.window.run.stage, bench.window.stop_button):
        at = seen.mapTo(bench.window, seen.rect().center())
        assert not help_sheet.geometry().contains(at), "pulse, clock and STOPP stay in sight"
    assert help_sheet.text.height() > bench.window.height() // 5
    help_sheet.finish()
    assert bench.window.sheet is question
    press_f1(bench.window)
    QTest.keyClick(QApplication.focusWidget() or bench.window, Qt.Key.Key_Escape)
    assert bench.running.controller.state.phase is Phase.STOPPING, "and a stop key stops the belt from it"


def test_the_door_tells_nothing(record: Record, make_window: Callable[..., MainWindow]) -> None:
    record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    window = make_window()
    assert window.door.cover is not None
    press_f1(window)
    assert window.sheet is None

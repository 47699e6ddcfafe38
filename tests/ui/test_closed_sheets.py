"""A sheet that is closed is gone: nothing holds it, neither what it showed nor what works for it beside the window.

``tests/ui/widgets/test_no_window_of_its_own.py`` closes every sheet of an appointment so.
"""

import gc
import threading
import time
import weakref
from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from drivers.heart_rate.straps_seen import StrapSeen
from tests.mutants import fails_with
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.machines import strap_finder
from ui.desktop.machines.strap_finder import StrapFinder
from ui.desktop.widgets import sheet as sheet_module
from ui.desktop.widgets.base import button
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.window import MainWindow

GONE_WITHIN_S = 10.0


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Sheet]]:
    """Every sheet that is closed."""
    found: list[weakref.ref[Sheet]] = []
    finish = Sheet.finish

    def noting(sheet: Sheet) -> None:
        found.append(weakref.ref(sheet))
        finish(sheet)

    monkeypatch.setattr(Sheet, "finish", noting)
    return found


def left(closed: list[weakref.ref[Sheet]]) -> list[str]:
    """Those that are there still, when whatever is on its way to them has come."""
    until_s = time.monotonic() + GONE_WITHIN_S
    while True:
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        there = [type(sheet).__name__ for sheet in (one() for one in closed) if sheet is not None]
        if not there or time.monotonic() > until_s:
            return there
        time.sleep(0.02)


def a_sheet_is_gone_though_a_control_was_shown_to_nobody(window: QWidget) -> None:
    class Asking(Sheet):
        def __init__(self) -> None:
            super().__init__(window, "Spør", QVBoxLayout())
            self.unseen = button("Ja", lambda: self.finish())

    sheet: Sheet = Asking()
    seen: weakref.ref[Sheet] = weakref.ref(sheet)
    sheet.open()
    sheet.finish()
    del sheet
    assert left([seen]) == []


def test_a_sheet_is_gone_though_a_control_was_shown_to_nobody(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    a_sheet_is_gone_though_a_control_was_shown_to_nobody(window)
    monkeypatch.setattr("tests.ui.test_closed_sheets.GONE_WITHIN_S", 0.3)
    fails_with(
        sheet_module,
        "        self._take_along()\n",
        "",
        lambda: a_sheet_is_gone_though_a_control_was_shown_to_nobody(window),
    )


def test_settings_are_gone_when_they_are_closed_in_the_middle_of_a_search(
    window: MainWindow, closed: list[weakref.ref[Sheet]]
) -> None:
    go_on = threading.Event()
    window.clinic.edit_settings()
    sheet = window.sheet
    assert isinstance(sheet, SettingsSheet)

    def search() -> tuple[StrapSeen, ...]:
        go_on.wait(20)
        return ()

    sheet.straps._search = search
    sheet.straps.begin()
    work = sheet.straps.work
    sheet.finish()
    del sheet
    go_on.set()
    assert work is not None
    assert work.wait(20)
    del work
    assert left(closed) == []


def a_finder_is_gone_when_its_search_is_over(window: QWidget, search: Callable[[], object]) -> None:
    finder = StrapFinder(window, lambda device: None, search)  # type: ignore[arg-type]
    seen = weakref.ref(finder)
    finder.begin()
    assert finder.work is not None
    assert finder.work.wait(20)
    QApplication.processEvents()
    finder.deleteLater()
    del finder
    until_s = time.monotonic() + GONE_WITHIN_S
    while seen() is not None and time.monotonic() < until_s:
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    assert seen() is None


def fails() -> object:
    raise OSError("no radio")


def test_a_finder_is_gone_when_its_search_is_over(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    for search in (tuple, fails):
        a_finder_is_gone_when_its_search_is_over(window, search)
    monkeypatch.setattr("tests.ui.test_closed_sheets.GONE_WITHIN_S", 0.3)
    fails_with(
        strap_finder,
        "self.work.failed.connect(self._found_none)",
        "self.work.failed.connect(lambda _: self.show_found(()))",
        lambda: a_finder_is_gone_when_its_search_is_over(window, tuple),
    )

"""One window for all facts of a file: one appointment after the other, as in the clinic, each begun from nothing.

What a test may have left is put back: the belt at rest, no sheet, no key held, the window's size, its settings, and a
record without people. A window that was closed, or in which a test failed, is thrown away, and the next test has a new
one. Facts that break the window itself on purpose have one of their own.
"""

import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from teststation.errors import RecordError
from teststation.records.database import Record, open_record
from teststation.records.people.erased import Reason
from teststation.records.upkeep.erasing import erase_person
from ui.desktop.held_keys import HeldKeys
from ui.desktop.window import MainWindow
from ui.station.settings import Settings
from ui.station.station import Station

SIZE = (1366, 768)
CLOSES_WITHIN_S = 10.0


def at_rest(window: MainWindow) -> None:
    """End whatever runs in a window, and close what lies over it."""
    if window.flow is not None:
        window.flow.session.stop()
        window.flow.bridge.confirm_at_rest()
        window.closing.let_go_of_the_run()
    window.look_at_sheets()
    window.sheets.finish_all()


def close(window: MainWindow) -> None:
    """End a window, and what it awaits beside itself."""
    at_rest(window)
    end_s = time.monotonic() + CLOSES_WITHIN_S
    while not window.close() and time.monotonic() < end_s:
        QApplication.processEvents()
        time.sleep(0.001)
    window.deleteLater()


class UsedWindow:
    """The window that is there, or a new one."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder, self._settings = folder, settings
        self._record: Record | None = None
        self._window: MainWindow | None = None

    def window(self) -> MainWindow:
        """A window on a record without people, of the usual size and active."""
        if self._record is None:
            self._record = open_record(self._folder / "clinic.record", "hemmelig nok")
        if self._window is None:
            self._window = MainWindow(Station(self._record, self._settings, 1.0))
            self._window.resize(*SIZE)
            self._window.show()
        self._window.activateWindow()
        QApplication.processEvents()
        return self._window

    def put_back(self) -> None:
        """Leave nothing of a test for the next one."""
        window = self._window
        if window is None:
            return
        if not window.isVisible() or window.closing.wanted:
            self.throw_away()
        else:
            at_rest(window)
            window.station.settings = self._settings
            window.resize(*SIZE)
            self._let_go(window)
            window.back_to_people()
        assert self._record is not None
        self._await_journals(self._record)
        for person in self._record.people.all():
            erase_person(self._record, person.id, Reason.REQUEST)
        assert self._record.unfinished_journals() == []

    def throw_away(self) -> None:
        """Close it; the next test has a new one."""
        window, self._window = self._window, None
        if window is not None:
            close(window)
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def end(self) -> None:
        """The file's last test is over."""
        self.throw_away()
        if self._record is not None:
            self._record.close()

    @staticmethod
    def _await_journals(record: Record) -> None:
        """A run that has ended is let go beside the window: its journal may still be open for a moment."""

        def open_still() -> bool:
            try:
                return record.runs_now()
            except RecordError:
                return True  # one that is discarded was gone between being listed and being looked at

        end_s = time.monotonic() + CLOSES_WITHIN_S
        while open_still() and time.monotonic() < end_s:
            QApplication.processEvents()
            time.sleep(0.01)

    @staticmethod
    def _let_go(window: MainWindow) -> None:
        """No key is down, and what a test replaced on the screens is as it was made."""
        window.let_go()
        window.keys._held, window.keys._passed_on_to = HeldKeys(), None
        window._stop_keys._held, window._stop_keys._stopped_with = HeldKeys(), None
        if window.made("run"):
            window.run.hold._monotonic = window.run.controls._monotonic = time.monotonic
            if window.run._swapped:
                window.run.swap_plots()
        if window.made("result"):
            window.result.stored = None

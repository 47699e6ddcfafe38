"""Drills from the clinic's own window: in a program of their own, which cannot reach its record, belt or strap."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from drivers.processes import child_environment, quiet_flags
from ui.desktop.i18n import language, tr
from ui.desktop.widgets.choices import message
from ui.desktop.widgets.sheet import Sheet

LOOK_MS = 500


class Window(Protocol):
    """What is needed of the window."""

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        """Show one more sheet."""
        ...


def command() -> Sequence[str]:
    """The program that drills."""
    return (sys.executable, "-m", "ui.cli", "drill", "--language", language())


class DrillApart(QObject):
    """At most one drill at a time. Meanwhile a sheet lies over the clinic's window: no test is begun beside a drill."""

    def __init__(self, window: QObject, asks: Window, run: Callable[[], Sequence[str]] = command) -> None:
        super().__init__(window)
        self._asks, self._command = asks, run
        self._process: subprocess.Popen[Any] | None = None
        self._sheet: Sheet | None = None
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self.look)

    @property
    def running(self) -> bool:
        """Whether a drill is open."""
        return self._process is not None and self._process.poll() is None

    def open(self) -> None:
        """Open one."""
        if self.running:
            return
        self._process = subprocess.Popen(
            self._command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=child_environment(), cwd=Path.home(), **quiet_flags(),
        )  # fmt: skip
        self._asks.show_sheet(self._waiting)
        self._looking.start()

    def _waiting(self, window: QWidget) -> Sheet:
        sheet = message(window, tr("drill.title"), [tr("drill.apart")], confirm=tr("drill.end"))
        sheet.closed.connect(self.end)
        self._sheet = sheet
        return sheet

    def look(self) -> None:
        """Whether it is over."""
        if not self.running:
            self.end()

    def end(self) -> None:
        """End it, if it goes on; its belt is an emulated one."""
        self._looking.stop()
        if self._process is not None:
            if self._process.poll() is None:
                self._process.terminate()
            self._process = None
        if self._sheet is not None:
            sheet, self._sheet = self._sheet, None
            sheet.finish()

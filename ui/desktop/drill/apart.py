"""Drills from the clinic's own window: in a program of their own, which cannot reach its record, belt or strap.

It ends with the clinic's window, however that ends: a STOPP that stops nothing must not be left on the screen.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from drivers.processes import child_environment, quiet_flags
from ui.desktop.i18n import language, tr
from ui.desktop.widgets.choices import message
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.work import Work

LOOK_MS = 500
END_WITHIN_S = 5.0  # then it is ended all the same: whatever its emulated belt does, nobody is on it


class Window(Protocol):
    """What is needed of the window."""

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        """Show one more sheet."""
        ...


def command() -> Sequence[str]:
    """The program that drills."""
    return (sys.executable, "-m", "ui.cli", "drill", "--until-stdin-closes", "--language", language())


class Tether(QObject):
    """In the drill's own program: tells when whoever started it lets go, or has died. Nothing is read of the input."""

    loose = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        if sys.stdin is not None:
            # Not by ``sys.stdin``: a thread that waits in it would hold its lock when the interpreter ends.
            threading.Thread(target=self._wait, args=(sys.stdin.fileno(),), daemon=True).start()

    def _wait(self, descriptor: int) -> None:
        with suppress(OSError):
            while os.read(descriptor, 1):
                pass
        with suppress(RuntimeError):  # the window is gone already
            self.loose.emit()


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
            self._command(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
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
        process, self._process = self._process, None
        if process is not None:
            _let_go(process)
            QTimer.singleShot(int(END_WITHIN_S * 1000), self, lambda: _kill(process))
        if self._sheet is not None:
            sheet, self._sheet = self._sheet, None
            sheet.finish()

    def close(self) -> list[Work]:
        """End it: the clinic's window closes. What is returned sees it ended."""
        process = self._process
        self.end()
        return [] if process is None else [Work(lambda: _see_ended(process)).start()]


def _let_go(process: subprocess.Popen[Any]) -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
    if process.poll() is None:
        process.terminate()


def _see_ended(process: subprocess.Popen[Any]) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(END_WITHIN_S)
    _kill(process)


def _kill(process: subprocess.Popen[Any]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()

"""The system's own windows for a printer."""

from types import SimpleNamespace

import pytest
from PySide6 import QtPrintSupport
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.desktop.widgets import dialogs as dialogs_module
from ui.desktop.widgets.dialogs import Dialogs


class NoPrinter(QPrinter):
    """What Qt makes of a computer without a printer: one that writes files."""

    def outputFormat(self) -> QPrinter.OutputFormat:
        return QPrinter.OutputFormat.PdfFormat


def test_windows_without_a_printer_asks_for_none(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its dialog would not come, and nobody would say why."""
    window = QWidget()
    qtbot.addWidget(window)
    dialogs = Dialogs(window)
    with monkeypatch.context() as patch:
        patch.setattr(QtPrintSupport, "QPrinter", NoPrinter)
        patch.setattr(dialogs_module, "sys", SimpleNamespace(platform="win32"))
        assert not dialogs.printer("a", 300, lambda _: None)
    assert dialogs.shown is None

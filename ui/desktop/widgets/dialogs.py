"""The system's own windows for a file or a printer: one at a time, and none outlives who opened it.

They lie outside the station's window, so a cover cannot lie over them. When the station locks they are closed, and an
answer that comes all the same, as from a window that the system does not let be closed, is no answer any more.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from ui.desktop.i18n import tr

if TYPE_CHECKING:  # read from the disk when something is printed
    from PySide6.QtPrintSupport import QPrinter


class Dialogs(QObject):
    """Opens them for one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.shown: QDialog | None = None

    def save_as(self, title: str, name: str, kind: str, chosen: Callable[[Path], None]) -> None:
        """Ask where a file goes, ``name`` proposed. ``kind`` as ``PDF (*.pdf)``; its ending is added where missing."""
        ending = kind[kind.rindex(".") : -1]
        dialog = QFileDialog(self._window, title, str(Path.home() / name), kind)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        self._ask_file(dialog, chosen)

    def open_file(self, title: str, kind: str, chosen: Callable[[Path], None]) -> None:
        """Ask for a file that is there."""
        dialog = QFileDialog(self._window, title, str(Path.home()), kind)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._ask_file(dialog, chosen)

    def folder(self, title: str, start: str, chosen: Callable[[Path], None]) -> None:
        """Ask for a folder."""
        dialog = QFileDialog(self._window, title, start or str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._ask_file(dialog, chosen)

    def printer(self, name: str, dpi: int, chosen: "Callable[[QPrinter], None]", pages: int = 0) -> bool:
        """Ask for a printer, and for which of ``pages``. ``name`` is shown in the printer's queue, to everybody.

        Returns:
            Whether it is asked. Windows shows nothing to a computer without a printer, and says nothing either.
        """
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if sys.platform == "win32" and printer.outputFormat() != QPrinter.OutputFormat.NativeFormat:
            return False
        printer.setResolution(dpi)
        printer.setDocName(name)
        dialog = QPrintDialog(printer)
        if pages:
            dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange)
            dialog.setMinMax(1, pages)
            dialog.setFromTo(1, pages)
        self.ask(dialog, lambda: chosen(printer))
        return True

    def ask(self, dialog: QDialog, accepted: Callable[[], None]) -> None:
        """Show a dialog; ``accepted`` is called only if it is still the station's when it is answered."""
        self.close_all()
        self.shown = dialog

        def answered(result: int) -> None:
            still_ours = self.shown is dialog
            if still_ours:
                self.shown = None
            dialog.deleteLater()
            if still_ours and result == QDialog.DialogCode.Accepted:
                accepted()

        dialog.finished.connect(answered)
        QDialog.open(dialog)  # a printer's dialog hides it behind one of its own that takes a slot

    def close_all(self) -> None:
        """Close what is open; its answer counts no more."""
        dialog, self.shown = self.shown, None
        if dialog is not None:
            dialog.reject()

    def _ask_file(self, dialog: QFileDialog, chosen: Callable[[Path], None]) -> None:
        dialog.setLabelText(QFileDialog.DialogLabel.Reject, tr("common.cancel"))
        self.ask(dialog, lambda: chosen(Path(dialog.selectedFiles()[0])))

"""The system's own windows for a file or a printer: one at a time, and none outlives who opened it.

They lie outside the station's window, so a cover cannot lie over them. When the station locks they are closed, and an
answer that comes all the same, as from a window that the system does not let be closed, is no answer any more.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from ui.desktop.i18n import tr


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

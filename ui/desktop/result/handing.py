"""Several tests handed over at once: how far it has come, what could not be made, and a way to stop in between."""

from collections.abc import Sequence

from PySide6.QtWidgets import QProgressBar, QWidget

from teststation.cause import Problem
from ui.desktop.i18n import told, tr
from ui.desktop.widgets.base import button, column, label, set_shown, set_text
from ui.desktop.widgets.sheet import Sheet


class HandingOver(Sheet):
    """``stopped``: somebody has asked for no more; the one that is being written is still written whole."""

    def __init__(self, window: QWidget, of: int) -> None:
        self.stopped = False
        self.words = label(tr("papers.so_far", done=0, of=of), "lead", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, of)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("papers.hand_over_many"))
        self.left_out = label("", "problem", wrap=True)
        self.left_out.hide()
        super().__init__(window, tr("papers.hand_over_many"), column(self.words, self.bar, self.left_out))
        self.stop_button = button(tr("papers.stop"), self.stop, "touch")
        self.close_button = button(tr("common.close"), self.finish, "main")
        self.close_button.setEnabled(False)
        self.foot.addWidget(self.stop_button)
        self.foot.addWidget(self.close_button)

    def stop(self) -> None:
        """No more after the one that is being made."""
        self.stopped = True
        self.stop_button.setEnabled(False)

    def finish(self) -> None:
        """Who closes the sheet wants no more of them, either."""
        self.stopped = True
        super().finish()

    def come_to(self, done: int, of: int) -> None:
        """So many of them are done."""
        self.bar.setValue(done)
        set_text(self.words, tr("papers.so_far", done=done, of=of))

    def end(self, made: int, of: int, folder: str, problems: Sequence[Problem]) -> None:
        """What came of it."""
        set_text(self.words, tr("papers.handed_over_many", n=made, of=of, folder=folder))
        set_text(self.left_out, "\n".join(told(problems)))
        set_shown(self.left_out, bool(problems))
        self.stop_button.setEnabled(False)
        self.close_button.setEnabled(True)
        self.close_button.setFocus()

"""F1: what the screen is for and what its keys do."""

from collections.abc import Callable

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QTextBrowser, QWidget

from ui.desktop.i18n import language, tr
from ui.desktop.widgets.base import column
from ui.desktop.widgets.sheet import Sheet
from ui.station.help_texts import help_of


class HelpSheet(Sheet):
    """The help of one screen, scrolled where it is long."""

    def __init__(self, window: QWidget, screen: str, dock: Callable[[], QRect] | None = None) -> None:
        """``dock``: where a drawer lies beside what must be seen, where the screen has such a place."""
        self.text = QTextBrowser()
        self.text.setAccessibleName(tr("help.title"))
        self.text.setMarkdown(help_of(screen, language()))
        super().__init__(window, tr("help.title"), column(self.text), width=1200, fill=True, dock=dock)
        self.of = screen
        self.add_cancel(tr("common.close"))

"""The sheets that lie over the window's screen, the newest on top."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from ui.desktop.widgets.choices import message
from ui.desktop.widgets.sheet import Sheet


class Sheets:
    """A pile of sheets over one window; the ones below wait."""

    def __init__(self, window: QWidget, shown: Callable[[], None]) -> None:
        """``shown`` is called after each new sheet: what may never be covered comes back on top."""
        self._window, self._shown = window, shown
        self._pile: list[Sheet] = []

    @property
    def top(self) -> Sheet | None:
        """The sheet on top, if there is one."""
        return self._pile[-1] if self._pile else None

    def show(self, make: Callable[[QWidget], Sheet]) -> None:
        """Show one more sheet."""
        sheet = make(self._window)
        self._pile.append(sheet)
        sheet.closed.connect(lambda: self._pile.remove(sheet))
        sheet.open()
        self._shown()

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Say something and wait to be seen."""
        self.show(lambda window: message(window, title, sentences))

    def finish_all(self) -> None:
        """Close them, the newest first."""
        while self._pile:
            self._pile[-1].finish()

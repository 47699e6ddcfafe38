"""The sheets that lie over the window's screen, the newest on top."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from ui.desktop.widgets.base import settle
from ui.desktop.widgets.choices import message
from ui.desktop.widgets.sheet import Sheet


@dataclass(slots=True)
class _Lying:
    sheet: Sheet
    still: Callable[[], bool] | None
    gone: Callable[[], None] | None


class Sheets:
    """A pile of sheets over one window; the ones below wait.

    While a belt comes to rest none of them may hide what is said of it: they stand aside, and come back.
    """

    def __init__(
        self,
        window: QWidget,
        shown: Callable[[], None],
        stops: Callable[[], bool],
        in_one_go: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """``shown`` is called after each new sheet: what may never be covered comes back on top.

        ``stops``: whether Escape would stop a belt now, which every sheet says. ``in_one_go``: where one is made.
        """
        self._window, self._shown, self._stops, self._in_one_go = window, shown, stops, in_one_go
        self._pile: list[_Lying] = []
        self._aside = False

    @property
    def top(self) -> Sheet | None:
        """The sheet on top, if there is one to be seen."""
        return self._pile[-1].sheet if self._pile and not self._aside else None

    @property
    def help_page(self) -> str:
        """The help of the topmost sheet that has its own; empty where none has."""
        own = [] if self._aside else [one.sheet.help_page for one in self._pile if one.sheet.help_page]
        return own[-1] if own else ""

    def show(
        self,
        make: Callable[[QWidget], Sheet],
        still: Callable[[], bool] | None = None,
        gone: Callable[[], None] | None = None,
    ) -> None:
        """Show one more sheet.

        Args:
            still: Whether what the sheet asks is still to be asked; once it is not, the sheet closes by itself.
            gone: Called where it did.
        """
        with self._in_one_go():
            sheet = make(self._window)
            lying = _Lying(sheet, still, gone)
            self._pile.append(lying)
            sheet.closed.connect(lambda: self._pile.remove(lying))
            sheet.tell_escape(stops=self._stops())
            sheet.asks = self.show
            if not self._aside:
                sheet.open()
            self._shown()
            settle()

    def tell(self, title: str, sentences: Sequence[str], still: Callable[[], bool] | None = None) -> None:
        """Say something and wait to be seen."""
        self.show(lambda window: message(window, title, sentences), still)

    def look(self, *, aside: bool) -> None:
        """Close what is not to be asked any more, and stand aside, or come back."""
        for lying in self._pile[::-1]:
            if lying.still is not None and not lying.still():
                lying.sheet.finish()
                if lying.gone is not None:
                    lying.gone()
        for lying in self._pile:
            lying.sheet.tell_escape(stops=self._stops())
        if aside is not self._aside:
            self._aside = aside
            for lying in self._pile:
                if aside:
                    lying.sheet.hide()
                else:
                    lying.sheet.open()
            if aside and self._pile:
                self._window.setFocus()
            self._shown()

    def finish_all(self) -> None:
        """Close them, the newest first."""
        while self._pile:
            self._pile[-1].sheet.finish()

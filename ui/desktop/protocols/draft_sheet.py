"""What editors of a protocol and of a session have alike: a draft is kept as a new version, or left, and asked about
first where something would be lost."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLayout, QLineEdit, QWidget

from teststation.errors import StationError
from teststation.protocol.own import Version
from ui.desktop.i18n import told, tr
from ui.desktop.widgets.base import button, set_state, show_problems
from ui.desktop.widgets.fields import line_edit
from ui.desktop.widgets.sheet import Sheet

PROBLEMS_SHOWN = 3


class DraftSheet(Sheet):
    """``kept`` carries the version that was saved. Escape and Cancel ask first where something would be lost."""

    help_page = "editor"

    kept = Signal(object)
    draft: Any  # as it is written now
    problems: QLabel  # where they are told; whoever lays out the sheet makes it
    _found: tuple[Any, ...]  # the draft's problems, in their order

    def __init__(
        self,
        window: QWidget,
        title: str,
        body: QLayout,
        keep: Callable[[Any, str], Version],
        show_sheet: Callable[[Callable[[QWidget], Sheet]], None],
        *,
        width: int,
    ) -> None:
        """``keep``: saves a draft under a version's name, or raises. ``draft`` and ``problems`` are there by now."""
        super().__init__(window, title, body, width=width, fill=True)
        self._keep, self._began = keep, self.draft
        self.asks = show_sheet
        self.what_is_new = line_edit("", tr("protocols.what_is_new"), tr("protocols.what_is_new"))
        self.save_button = button(tr("protocols.save"), self.save, "main")
        self.foot.insertWidget(0, button(tr("common.cancel"), self.leave, "touch"))
        self.foot.insertWidget(1, self.what_is_new, 1)
        self.foot.addWidget(self.save_button)

    def _go_to(self, problem: Any) -> None:
        """Take the keyboard to where a problem is."""
        raise NotImplementedError

    def _finish_typing(self) -> None:
        """Take in what is still being typed."""

    def save(self) -> None:
        """Keep a new version, or go to the first problem."""
        self._finish_typing()
        if self._found:
            self._go_to(self._found[0])
            return
        try:
            version = self._keep(self.draft, self.what_is_new.text().strip())
        except StationError as error:
            show_problems(self.problems, told(error))
            return
        self.finish()
        self.kept.emit(version)

    @property
    def unsaved(self) -> bool:
        """Whether the draft is another one than it began as."""
        self._finish_typing()
        return self.draft != self._began

    def tell_problems(self, sentences: Sequence[str]) -> None:
        """The first of them, and how many more there are."""
        shown = list(sentences[:PROBLEMS_SHOWN])
        if len(sentences) > PROBLEMS_SHOWN:
            shown.append(tr("protocols.more_problems", n=len(sentences) - PROBLEMS_SHOWN))
        show_problems(self.problems, shown)


def mark(edit: QLineEdit, problem: str) -> None:
    """Show a field as wrong and say why; an empty ``problem``: it is in order."""
    set_state(edit, "wrong" if problem else "")
    edit.setToolTip(problem)
    edit.setAccessibleDescription(problem)


def within(sentence: str) -> str:
    """As it stands in the middle of another."""
    return sentence[:1].lower() + sentence[1:]

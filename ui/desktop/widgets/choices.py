"""A sheet of large buttons: coded answers that need no keyboard, because Space stops the belt."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from ui.desktop.i18n import told, tr
from ui.desktop.widgets.base import button, column, label
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.widgets.wrapped_button import WrappedButton

KEYS = "1234567890"  # the tenth answer has the 0


def numbered(sheet: Sheet, buttons: Sequence[QPushButton]) -> None:
    """Each of the first ten is pressed by a digit, which stands before its words."""
    for key, made in zip(KEYS, buttons, strict=False):
        made.setText(f"{key}   {made.text()}")
        sheet.pressed_by[key] = made


def choices(
    window: QWidget,
    title: str,
    explanation: str,
    answers: Sequence[tuple[str, str]],
    chosen: Callable[[str], None],
    *,
    columns: int = 2,
    cancel: str = "",
    dock: Callable[[], QRect] | None = None,
) -> Sheet:
    """A sheet with one button for each ``(code, text)``; a tap or its digit closes it and hands over the code."""
    grid = QGridLayout()
    grid.setSpacing(10)
    # A drawer is as high as its place: what is asked stands together at its top.
    below = () if dock is None else (1,)
    sheet = Sheet(window, title, column(label(explanation, "soft", wrap=True), grid, *below), dock=dock)

    def choose(code: str) -> None:
        sheet.answer = code
        sheet.finish()
        chosen(code)

    buttons = [button(text, lambda code=code: choose(code), "choice") for code, text in answers]
    for index, made in enumerate(buttons):
        grid.addWidget(made, index // columns, index % columns)
        grid.setColumnStretch(index % columns, 1)
        if isinstance(made, WrappedButton):
            made.wraps = dock is not None  # a drawer has its place, a sheet grows
    numbered(sheet, buttons)
    sheet.add_cancel(cancel or tr("common.cancel"))
    return sheet


def message(window: QWidget, title: str, sentences: Sequence[str], *, confirm: str = "") -> Sheet:
    """A sheet that says something and waits to be seen."""
    sheet = Sheet(window, title, column(*(label(sentence, "lead", wrap=True) for sentence in told(sentences))))
    sheet.foot.addWidget(button(confirm or tr("common.understood"), sheet.finish, "main"))
    return sheet

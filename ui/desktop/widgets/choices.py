"""A sheet of large buttons: coded answers that need no keyboard, because Space stops the belt."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from ui.desktop.i18n import told, tr
from ui.desktop.widgets.base import button, column, label
from ui.desktop.widgets.sheet import Sheet


def choices(
    window: QWidget,
    title: str,
    explanation: str,
    answers: Sequence[tuple[str, str]],
    chosen: Callable[[str], None],
    *,
    columns: int = 2,
    cancel: str = "",
) -> Sheet:
    """A sheet with one button for each ``(code, text)``; a tap closes it and hands over the code."""
    grid = QGridLayout()
    grid.setSpacing(10)
    sheet = Sheet(window, title, column(label(explanation, "soft", wrap=True), grid))

    def choose(code: str) -> None:
        sheet.answer = code
        sheet.finish()
        chosen(code)

    for index, (code, text) in enumerate(answers):
        grid.addWidget(button(text, lambda code=code: choose(code), "choice"), index // columns, index % columns)
    sheet.add_cancel(cancel or tr("common.cancel"))
    return sheet


def message(window: QWidget, title: str, sentences: Sequence[str], *, confirm: str = "") -> Sheet:
    """A sheet that says something and waits to be seen."""
    sheet = Sheet(window, title, column(*(label(sentence, "lead", wrap=True) for sentence in told(sentences))))
    sheet.foot.addWidget(button(confirm or tr("common.understood"), sheet.finish, "main"))
    return sheet

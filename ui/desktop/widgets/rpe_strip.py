"""Perceived exertion 6 to 20 in one tap, under the talk test's own words."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton

from ui.desktop.i18n import tr
from ui.desktop.widgets.base import button, label, set_state

FIRST, LAST = 6, 20
BANDS = (
    (6, 10, "rpe.easy"),
    (11, 12, "rpe.short_sentences"),
    (13, 14, "rpe.some_words"),
    (15, 16, "rpe.two_words"),
    (17, 20, "rpe.gasping"),
)


class RpeStrip(QFrame):
    """One button for each number. ``given`` carries the number tapped."""

    given = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "rpe")
        self.setAccessibleName(tr("rpe.name"))
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 2, 6, 4)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        for low, high, key in BANDS:
            grid.addWidget(label(tr(key), "caption", centred=True), 0, low - FIRST, 1, high - low + 1)
        self.buttons: dict[int, QPushButton] = {}
        for rpe in range(FIRST, LAST + 1):
            made = button(str(rpe), lambda rpe=rpe: self.given.emit(rpe), "rpe", name=tr("rpe.one", rpe=rpe))
            made.setCheckable(True)
            self.buttons[rpe] = made
            grid.addWidget(made, 1, rpe - FIRST)
            grid.setColumnStretch(rpe - FIRST, 1)

    def show_answer(self, rpe: int | None, *, due: bool) -> None:
        """Mark the number this stage has, and whether it is time to ask."""
        for number, made in self.buttons.items():
            if made.isChecked() is not (number == rpe):
                made.setChecked(number == rpe)
        set_state(self, "due" if due and rpe is None else "")

"""Perceived exertion 6 to 20 in one tap, under the talk test's own words, and what each stage was given."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton

from teststation.snapshot import Exertion
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import DASH
from ui.desktop.widgets.base import button, label, set_shown, set_state, set_text

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
        self.so_far = label("", "caption", wrap=True)  # stands elsewhere
        self.lacking = label("", "chip", wrap=True)  # beside it: what can be given no more, or is about to be
        set_state(self.lacking, "caution")
        kept = self.lacking.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # nothing moves when it comes
        self.lacking.setSizePolicy(kept)
        self.lacking.hide()

    def show_exertion(self, asked: Exertion, answers: Sequence[int | None]) -> None:
        """Mark the number of the stage that an answer is for, whether it is time to ask, and what is missing."""
        for number, made in self.buttons.items():
            lit = number == asked.answer
            if made.isChecked() is not lit:
                made.setChecked(lit)
        if self.isEnabled() is (asked.stage is None):
            self.setEnabled(asked.stage is not None)
        set_state(self, "due" if asked.due else "")
        parts = [] if asked.stage is None else [tr("rpe.of", index=asked.stage + 1)]
        parts += [
            tr("rpe.had", index=index + 1, rpe=DASH if answer is None else answer)
            for index, answer in enumerate(answers)
        ]
        set_text(self.so_far, "  ·  ".join(parts))
        if asked.missing:
            set_text(self.lacking, tr("rpe.lacking", stages=", ".join(str(index + 1) for index in asked.missing)))
        set_shown(self.lacking, bool(asked.missing))

"""What may be asked before the test because it narrows the result: HUNT 3's three questions of activity."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from ui.desktop.i18n import tr
from ui.desktop.widgets.base import row

# HUNT 3's three questions and what each answer counts (Nes 2011); the index is their product.
ACTIVITY = {
    "frequency": (0.0, 1.0, 2.5, 5.0),
    "intensity": (1.0, 2.0, 3.0),
    "duration": (0.1, 0.38, 0.75, 1.0),
}


class Activity(QWidget):
    """How often, how hard and how long; an index where all three are answered, or where the first is never."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choices: dict[str, QComboBox] = {}
        for question, values in ACTIVITY.items():
            choice = QComboBox()
            choice.setAccessibleName(tr(f"activity.{question}"))
            choice.setMinimumContentsLength(6)
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.addItem(tr(f"activity.{question}"), None)
            for number, value in enumerate(values):
                choice.addItem(tr(f"activity.{question}_{number}"), value)
            choice.currentIndexChanged.connect(lambda *_: self.changed.emit())
            self.choices[question] = choice
        self.setLayout(row(*self.choices.values(), gap=4, shares=(1, 1, 1)))

    def clear(self) -> None:
        """No answer."""
        for choice in self.choices.values():
            choice.setCurrentIndex(0)

    @property
    def begun(self) -> bool:
        """Whether anything was answered."""
        return any(choice.currentData() is not None for choice in self.choices.values())

    @property
    def index(self) -> float | None:
        """Nes 2011's index; None while an answer is missing."""
        often, hard, long = (choice.currentData() for choice in self.choices.values())
        if often == 0.0:
            return 0.0
        return None if often is None or hard is None or long is None else often * hard * long

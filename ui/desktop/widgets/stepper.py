"""A number with a large minus and plus beside it: for a finger, and for the keyboard too."""

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from ui.desktop.i18n import tr
from ui.desktop.widgets.base import button, row


class Stepper(QWidget):
    """A number between ``low`` and ``top``; outside them it cannot be set."""

    changed = Signal(float)

    def __init__(
        self, name: str, low: float, top: float, value: float, *, step: float, decimals: int = 0, unit: str = ""
    ) -> None:
        super().__init__()
        self.box = QDoubleSpinBox()
        self.box.setLocale(QLocale(tr("app.locale")))
        self.box.setDecimals(decimals)
        self.box.setRange(low, top)
        self.box.setSingleStep(step)
        self.box.setValue(value)
        self.box.setSuffix(f" {unit}")
        self.box.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.box.setAccessibleName(name)
        self.box.setProperty("role", "figure")
        self.less = button("−", self.box.stepDown, "stepper", name=tr("common.less", name=name))
        self.more = button("+", self.box.stepUp, "stepper", name=tr("common.more", name=name))
        for control in (self.less, self.more):
            control.setAutoRepeat(True)
            control.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.box.valueChanged.connect(self.changed)
        self.setLayout(row(self.less, self.box, self.more, gap=8, shares=(0, 1)))

    def value(self) -> float:
        """The number, rounded to its decimals."""
        return round(self.box.value(), self.box.decimals())

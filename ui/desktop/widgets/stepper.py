"""A number with a large minus and plus beside it: for a finger, and typed like any other number."""

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import number, parse_number
from ui.desktop.widgets.base import button, label, row


class NumberEdit(QLineEdit):
    """Takes any text: what cannot be is said by ``problem``, and neither refused letter by letter nor clipped."""

    def __init__(
        self, low: float, top: float, value: float | None, *, start: float, step: float, decimals: int
    ) -> None:
        """``start``: where an empty field begins to count from."""
        super().__init__()
        self.low, self.top = low, top
        self._start, self._step, self._decimals = start, step, decimals
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("role", "figure")
        self.setValue(value)

    def value(self) -> float | None:
        """The number, rounded to its decimals; None where there is none or it cannot be."""
        typed = parse_number(self.text())
        if typed is None or not math.isfinite(typed):
            return None
        rounded = round(typed, self._decimals)
        return rounded if self.low <= rounded <= self.top else None

    def setValue(self, value: float | None) -> None:
        """Show a number, or none."""
        self.setText("" if value is None else number(value, self._decimals))

    def stepUp(self) -> None:
        """One step more, as far as there is one."""
        self._by(self._step)

    def stepDown(self) -> None:
        """One step less, as far as there is one."""
        self._by(-self._step)

    def _by(self, step: float) -> None:
        now = self.value()
        to = self._start if now is None else round(now + step, self._decimals)
        if self.low <= to <= self.top:
            self.setValue(to)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up:
                self.stepUp()
            case Qt.Key.Key_Down:
                self.stepDown()
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()  # what is typed takes the place of what stood there


class Stepper(QWidget):
    """A number between ``low`` and ``top``, or none yet."""

    def __init__(
        self,
        name: str,
        low: float,
        top: float,
        value: float | None,
        *,
        step: float,
        start: float | None = None,
        decimals: int = 0,
        unit: str = "",
    ) -> None:
        super().__init__()
        self._name, self._decimals, self._unit = name, decimals, unit
        begins = start if start is not None else low if value is None else value
        self.box = NumberEdit(low, top, value, start=begins, step=step, decimals=decimals)
        self.box.setAccessibleName(f"{name}, {unit}")
        self.less = button("−", self.box.stepDown, "stepper", name=tr("common.less", name=name))
        self.more = button("+", self.box.stepUp, "stepper", name=tr("common.more", name=name))
        for control in (self.less, self.more):
            control.setAutoRepeat(True)
            control.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setLayout(row(self.less, self.box, label(unit, "unit"), self.more, gap=8, shares=(0, 1)))

    def value(self) -> float | None:
        """The number, rounded to its decimals; None where there is none or it cannot be."""
        return self.box.value()

    def problem(self) -> str | None:
        """What to write instead, if anything."""
        if self.value() is not None:
            return None
        low, high = (number(bound, self._decimals) for bound in (self.box.low, self.box.top))
        return tr("form.outside", name=self._name, low=low, high=high, unit=self._unit)

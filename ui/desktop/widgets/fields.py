"""Fields of forms, and the widest values that can belong to a grown person on a treadmill."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from ui.desktop.i18n import tr
from ui.desktop.widgets.base import label


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number may be; outside it somebody has mistyped."""

    low: float
    high: float
    unit_key: str

    def holds(self, value: float | None) -> bool:
        """Whether there is a value and it lies within."""
        return value is not None and self.low <= value <= self.high

    def sentence(self, name: str) -> str:
        """What to write instead."""
        return tr("form.outside", name=name, low=f"{self.low:g}", high=f"{self.high:g}", unit=tr(self.unit_key))


# The same as the command line's.
AGE_YEARS = Bounds(10, 100, "unit.years")
WEIGHT_KG = Bounds(25, 300, "unit.kg")
HEIGHT_CM = Bounds(100, 230, "unit.cm")
HR_MAX_BPM = Bounds(90, 240, "unit.bpm")
BELT_LENGTH_M = Bounds(1, 10, "unit.metres")
HR_RESTING_BPM = Bounds(30, 130, "unit.bpm")
WAIST_CM = Bounds(40, 200, "unit.cm")


def line_edit(text: str, name: str, hint: str = "") -> QLineEdit:
    """A field with an accessible name and a hint of its form."""
    made = QLineEdit(text)
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    return made


class ShortChoice(QComboBox):
    """A list that may be narrower than what is chosen in it: then it ends in an ellipsis, and ``cut`` says so."""

    fitted = Signal()  # it has another width

    @property
    def cut(self) -> bool:
        """Whether the chosen thing is wider than its place."""
        return self.fontMetrics().horizontalAdvance(self.currentText()) > self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        shown = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, self._place())
        option.currentText = shown  # type: ignore[bad-assignment] - PySide types an option's text as an ellipsis
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fitted.emit()

    def _place(self) -> int:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self)
        return room.width() - 2  # the style keeps a pixel on each side


def short_choice(name: str) -> ShortChoice:
    """A list that may be narrower than the longest thing in it."""
    made = ShortChoice()
    made.setAccessibleName(name)
    made.setMinimumContentsLength(8)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return made


class FieldName(QLabel):
    """The name beside a field, at the height of its middle: by itself a form puts it at the top of a higher one."""

    def __init__(self, name: str, field: QWidget | QLayout) -> None:
        super().__init__(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._field = field

    def sizeHint(self) -> QSize:
        own = super().sizeHint()
        # Beside something of several lines it stays where one begins to read.
        of_lines = isinstance(self._field, QVBoxLayout | QGridLayout | QPlainTextEdit)
        return own if of_lines else own.expandedTo(QSize(0, self._field.sizeHint().height()))


def form(*fields: tuple[str, QWidget | QLayout], above: bool = False) -> QFormLayout:
    """Names on the left of their fields, or ``above`` them."""
    made = QFormLayout()
    made.setHorizontalSpacing(18)
    made.setVerticalSpacing(10)
    made.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    made.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    if above:
        made.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        made.setVerticalSpacing(2)
    for name, field in fields:
        heading = label(name) if above else FieldName(name, field)
        if isinstance(field, QWidget):
            heading.setBuddy(field)
            made.addRow(heading, field)
        else:
            made.addRow(heading, field)
    return made

"""What both plots share. No antialiasing: it costs ten times the drawing."""

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsGridLayout, QSizePolicy

from teststation.texts import COMMA
from ui.desktop.i18n import language
from ui.desktop.theme import palette as c
from ui.desktop.widgets.plot_library import pg

pg.setConfigOptions(antialias=False)
GRID_ALPHA = 35  # of 255
LEAST_HIGH = 190  # as drawn: below it the curve is a line between two numbers
PULSES = "000"  # as wide as any
OF_A_LINE = 0.8  # what pyqtgraph counts of a line's height for its numbers


def pen(colour: str, width: int = 2, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen that keeps its width whatever the axes."""
    made = QPen(QColor(colour))
    made.setWidth(width)
    made.setCosmetic(True)
    made.setStyle(style)
    return made


class Axis(pg.AxisItem):
    """Numbers as the window's language writes them; a title stands there where the whole of it has room."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        said = super().tickStrings(values, scale, spacing)
        return [one.replace(".", ",") for one in said] if language() in COMMA else said

    def keep_text_room(self, room_px: int) -> None:
        """So much for its numbers, across the axis; more where one needs more, and not less again."""
        self.setStyle(autoReduceTextSpace=False)
        if self.orientation == "left":
            self.textWidth = room_px
            self._updateWidth()
        else:
            self.textHeight = room_px
            self._updateHeight()

    _named = False  # whether its title is wanted at all

    def showLabel(self, show: bool = True) -> None:
        self._named = show
        super().showLabel(show)

    def resizeEvent(self, ev: object = None) -> None:
        super().resizeEvent(ev)
        if self._named and self.labelText and self.label is not None:
            room = self.size().height() if self.orientation == "left" else self.size().width()
            self.label.setVisible(self.label.boundingRect().width() <= room)


class Axes(pg.GraphicsWidget):
    """A box for what is drawn, with an axis below it and one at its left.

    pyqtgraph's own ``PlotItem`` has four axes, a title, buttons, and a form for each wish somebody may have of a plot,
    made anew for each plot though nobody sees it: half of what a plot takes to make, in which no hand is taken in.
    """

    def __init__(self) -> None:
        super().__init__()
        self._box = pg.ViewBox(parent=self, enableMenu=False, enableMouse=False)
        # Every plot says itself what it shows, and each thing added would be measured.
        self._box.disableAutoRange()
        self._sides = {side: Axis(side) for side in ("bottom", "left")}
        layout = QGraphicsGridLayout()
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        self.setLayout(layout)
        layout.addItem(self._box, 0, 1)
        layout.setRowStretchFactor(0, 100)
        layout.setColumnStretchFactor(1, 100)
        for side, place in (("bottom", (1, 1)), ("left", (0, 0))):
            axis = self._sides[side]
            axis.linkToView(self._box)
            axis.setZValue(0.5)  # the grid lies over what is drawn
            axis.enableAutoSIPrefix(False)  # "VO2max (x0.001)" is no unit of ours
            # A third grid between the finer lines is hardly to be seen, and is two thirds of all lines.
            axis.setStyle(maxTickLevel=1)
            axis.setGrid(GRID_ALPHA)
            layout.addItem(axis, *place)

    def getAxis(self, side: str) -> "Axis":
        """The one at the ``bottom``, or at the ``left``."""
        return self._sides[side]

    def getViewBox(self) -> pg.ViewBox:
        """Where things are drawn."""
        return self._box

    def addItem(self, item: Any) -> None:
        """Draw this, too."""
        self._box.addItem(item, ignoreBounds=True)

    def show_range(
        self, x: Sequence[float] | None = None, y: Sequence[float] | None = None, *, room: float = 0.0
    ) -> None:
        """What the axes show; None leaves one as it is. ``room``: so much of it more at either end."""
        self._box.setRange(xRange=x, yRange=y, padding=room)
        self.fit()

    def fit(self) -> None:
        """Let what is drawn take its place now.

        pyqtgraph does that when it begins to draw: what then finds that it stands elsewhere has all drawn once more.
        """
        if not self._box.rect().isEmpty():
            self.scene().prepareForPaint()


class Plot(pg.GraphicsView):
    """Axes on the window's surface. Nobody can drag it away by touching it, and the keyboard passes it by."""

    def __init__(self, x_title: str, y_title: str, name: str) -> None:
        pg.setConfigOptions(background=c.SURFACE, foreground=c.INK_SOFT)  # of the theme of now
        super().__init__()
        self.axes = Axes()
        self.enableMouse(False)
        self.setCentralItem(self.axes)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.axes.getAxis("bottom").setLabel(x_title)
        self.axes.getAxis("left").setLabel(y_title)

    def resizeEvent(self, ev: QResizeEvent) -> None:
        super().resizeEvent(ev)
        if hasattr(self, "axes"):  # the view is given a size before it has them
            self.axes.fit()


def rescale_axes(widget: Plot, scale: float, family: str, widest: str = "") -> QFont:
    """Letters of the axes at this scale, and the least height; returns the font, for whatever else is written there.

    ``widest``: the widest number at the left. The axis has room for it from the beginning: else it finds out while it
    is drawn, and the whole plot is laid out and drawn twice more.
    """
    widget.setMinimumHeight(round(LEAST_HIGH * scale))
    font = QFont(family)
    font.setPixelSize(max(9, round(20 * scale)))
    for side in ("bottom", "left"):
        axis = widget.axes.getAxis(side)
        axis.setTickFont(font)
        axis.label.setFont(font)
        axis.setTextPen(c.INK_SOFT)
    measure = QFontMetricsF(font)
    widget.axes.getAxis("bottom").keep_text_room(math.ceil(measure.height() * OF_A_LINE))
    if widest:
        widget.axes.getAxis("left").keep_text_room(math.ceil(measure.horizontalAdvance(widest)))
    return font


class Changed:
    """Remembers what was drawn last: the same data is not drawn twice."""

    def __init__(self) -> None:
        self._last: dict[str, object] = {}

    def __call__(self, name: str, value: object) -> bool:
        if name in self._last and self._last[name] == value:
            return False
        self._last[name] = value
        return True


def pulse_range(values: Sequence[float | None]) -> tuple[float, float]:
    """Axis of pulse in whole tens around the values, 60 to 190 bpm where there are none."""
    there = [value for value in values if value is not None and math.isfinite(value)]
    low = min([60.0, *there])
    high = max(there, default=180.0)
    return math.floor((low - 5) / 10) * 10, math.ceil((high + 16) / 10) * 10

"""What both plots share. No antialiasing: it costs ten times the drawing."""

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPen
from PySide6.QtWidgets import QSizePolicy

from teststation.texts import COMMA
from ui.desktop.i18n import language
from ui.desktop.theme import palette as c
from ui.desktop.widgets.plot_library import pg

pg.setConfigOptions(antialias=False)


def pen(colour: str, width: int = 2, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen that keeps its width whatever the axes."""
    made = QPen(QColor(colour))
    made.setWidth(width)
    made.setCosmetic(True)
    made.setStyle(style)
    return made


def axes_of(widget: pg.PlotWidget) -> Any:
    """The item inside the widget that has the axes; pyqtgraph makes half of its methods at run time."""
    return widget.getPlotItem()


class Axis(pg.AxisItem):
    """Numbers as the window's language writes them; a title stands there where the whole of it has room."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        said = super().tickStrings(values, scale, spacing)
        return [one.replace(".", ",") for one in said] if language() in COMMA else said

    _named = False  # whether its title is wanted at all

    def showLabel(self, show: bool = True) -> None:
        self._named = show
        super().showLabel(show)

    def resizeEvent(self, ev: object = None) -> None:
        super().resizeEvent(ev)
        if self._named and self.labelText and self.label is not None:
            room = self.size().height() if self.orientation == "left" else self.size().width()
            self.label.setVisible(self.label.boundingRect().width() <= room)


def plot(x_title: str, y_title: str, name: str) -> pg.PlotWidget:
    """A plot that nobody can drag away by touching it."""
    pg.setConfigOptions(background=c.SURFACE, foreground=c.INK_SOFT)  # of the theme of now
    made = pg.PlotWidget(enableMenu=False, axisItems={side: Axis(side) for side in ("bottom", "left")})
    made.setAccessibleName(name)
    made.hideButtons()
    made.setMouseEnabled(False, False)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
    item = axes_of(made)
    item.disableAutoRange()  # every plot says itself what it shows, and each thing added would be measured
    item.setLabel("bottom", x_title)
    item.setLabel("left", y_title)
    for side in ("bottom", "left", "top", "right"):  # those that nobody sees would write theirs with each new range
        item.getAxis(side).enableAutoSIPrefix(False)  # "VO2max (x0.001)" is no unit of ours
    for side in ("bottom", "left"):
        # A third grid between the finer lines is hardly to be seen, and is two thirds of all lines.
        item.getAxis(side).setStyle(maxTickLevel=1)
    item.showGrid(x=True, y=True, alpha=0.14)
    return made


def rescale_axes(widget: pg.PlotWidget, scale: float, family: str) -> QFont:
    """Letters of the axes at this scale; returns their font, for whatever else is written in the plot."""
    font = QFont(family)
    font.setPixelSize(max(9, round(20 * scale)))
    for side in ("bottom", "left"):
        axis = axes_of(widget).getAxis(side)
        axis.setTickFont(font)
        axis.label.setFont(font)
        axis.setTextPen(c.INK_SOFT)
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

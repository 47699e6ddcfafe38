"""VO2max of all tests of a person against the date, each with its 95 % interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from teststation.moments import DAYS_IN_YEAR
from teststation.physiology.result import Trend
from teststation.physiology.trend import TYPICAL_ERROR, fit_trend
from teststation.texts import COMMA
from ui.desktop.i18n import language, tr
from ui.desktop.i18n.numbers import day
from ui.desktop.theme import palette as c
from ui.desktop.widgets.plot_library import pg
from ui.desktop.widgets.plotting import Plot, pen, rescale_axes

TICKS = 6
DAYS_OF_ROOM, ROOM_SHARE = 20, 0.1
USUAL_ML_KG_MIN = (20.0, 50.0)  # of an axis without a point
_NONE = np.array([], dtype=float)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One test with a number. Without a range it was brought in from elsewhere and belongs to no line of ours."""

    on: date
    vo2max_ml_kg_min: float
    low: float | None = None
    high: float | None = None
    reckoned_by: str = ""  # ``line_of``; the line joins the points of the newest one's

    @property
    def is_own(self) -> bool:
        """Whether this station measured it, and so can say how sure it is."""
        return self.low is not None and self.high is not None

    @property
    def span(self) -> tuple[float, float]:
        """What the axis has to show of it."""
        value = self.vo2max_ml_kg_min
        return (value if self.low is None else self.low), (value if self.high is None else self.high)


def ticks(days: Sequence[date]) -> list[tuple[float, str]]:
    """A few dates to write under the axis, the first and the last among them."""
    distinct = sorted(set(days))
    if len(distinct) > TICKS:
        step = (len(distinct) - 1) / (TICKS - 1)
        distinct = [distinct[round(number * step)] for number in range(TICKS)]
    months = {(day.year, day.month) for day in distinct}
    by_day = len(months) < len(distinct)  # two of one month must be told apart
    return [(float(on.toordinal()), _written(on, by_day=by_day)) for on in distinct]


def _written(on: date, *, by_day: bool) -> str:
    """A day, or its month alone, as the window's language writes it."""
    if language() in COMMA:
        return on.strftime("%d.%m.%y" if by_day else "%m.%Y")
    words = day(on.isoformat())
    return words if by_day else words.partition(" ")[2]


class TrendPlot(QWidget):
    """Points with bars; from three tests on, the straight line through them with its band. Hollow: brought in.

    A number that an older algorithm gave, or another method, stands by itself: between two of them lies no change.

    Before that a thin line joins them only to lead the eye.
    """

    def __init__(self) -> None:
        super().__init__()
        self.plot = Plot(tr("trend.date"), tr("trend.vo2"), tr("trend.name"))
        self._axes = self.plot.axes
        self._line = pg.PlotCurveItem(pen=pen(c.LINE_STRONG, 1))
        self._bars = pg.ErrorBarItem(x=_NONE, y=_NONE, top=_NONE, bottom=_NONE, beam=0, pen=pen(c.ACCENT_DARK, 3))
        self._points = pg.ScatterPlotItem(size=13, brush=c.ACCENT, pen=pen(c.ACCENT_DARK, 2))
        self._others = pg.ScatterPlotItem(size=13, brush=c.SURFACE, pen=pen(c.ACCENT_DARK, 2))
        self._low, self._high = pg.PlotCurveItem(pen=None), pg.PlotCurveItem(pen=None)
        band = pg.FillBetweenItem(self._low, self._high, brush=QColor(c.ACCENT_SOFT))
        self._trend = pg.PlotCurveItem(pen=pen(c.ACCENT, 2))
        for item in (self._low, self._high, band, self._trend, self._line, self._bars, self._others, self._points):
            self._axes.addItem(item)
        self._nothing = pg.TextItem(tr("trend.none"), color=c.INK_SOFT, anchor=(0.5, 0.5))
        self._nothing.setPos(0.5, sum(USUAL_ML_KG_MIN) / 2)
        self._axes.addItem(self._nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    def show_points(self, points: Sequence[TrendPoint]) -> None:
        """Draw these tests, oldest first."""
        own = [point for point in points if point.is_own]
        days, values = _days_and_values(own)
        above = np.array([point.span[1] for point in own], dtype=float) - values
        below = values - np.array([point.span[0] for point in own], dtype=float)
        alike = [point for point in own if point.reckoned_by == own[-1].reckoned_by]
        in_line, of_line = _days_and_values(alike)
        trend = fit_trend([f"{p.on}T12:00+00:00" for p in alike], of_line.tolist(), [TYPICAL_ERROR] * len(alike))
        self._draw_trend(trend, 0.0 if not alike else float(in_line.min()))
        self._others.setData(*_days_and_values([point for point in points if not point.is_own]))
        self._line.setData(*((in_line, of_line) if trend is None else ([], [])))
        self._points.setData(days, values)
        self._bars.setData(x=days, y=values, top=above, bottom=below)
        self._axes.getAxis("bottom").setTicks([ticks([point.on for point in points])])
        self._nothing.setVisible(not points)
        if not points:
            self._axes.show_range((0, 1))
            self._axes.show_range(y=USUAL_ML_KG_MIN)
        else:
            every, _ = _days_and_values(points)
            room = max(DAYS_OF_ROOM, ROOM_SHARE * float(every.max() - every.min()))  # for the outer dates
            self._axes.show_range((float(every.min()) - room, float(every.max()) + room))
            low, high = min(point.span[0] for point in points), max(point.span[1] for point in points)
            self._axes.show_range(y=(max(0.0, low - 3), high + 3))

    def _draw_trend(self, trend: Trend | None, first_day: float) -> None:
        if trend is None:
            for curve in (self._low, self._high, self._trend):
                curve.setData([], [])
            return
        days = first_day + np.array(trend.at_years) * DAYS_IN_YEAR
        self._trend.setData(days, np.array(trend.line))
        self._low.setData(days, np.array(trend.band_low))
        self._high.setData(days, np.array(trend.band_high))

    def drawn(self, *, brought_in: bool = False) -> tuple[list[float], list[float]]:
        """Days (as ordinals) and values of the points on the screen."""
        days, values = (self._others if brought_in else self._points).getData()
        return list(days), list(values)  # type: ignore[arg-type]

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale."""
        self._nothing.setFont(rescale_axes(self.plot, scale, family))


def _days_and_values(points: Sequence[TrendPoint]) -> tuple[np.ndarray, np.ndarray]:
    days = np.array([point.on.toordinal() for point in points], dtype=float)
    return days, np.array([point.vo2max_ml_kg_min for point in points], dtype=float)

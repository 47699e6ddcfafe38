"""Sessions week by week: a frame for what was planned, filled by what was done; and 1RM against the date."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from teststation.training.diary import Week
from ui.desktop.i18n import tr
from ui.desktop.theme import palette as c
from ui.desktop.widgets.plot_library import pg
from ui.desktop.widgets.plotting import Plot, pen, rescale_axes
from ui.desktop.widgets.trend_plot import ticks

WIDTH = 0.7
DAYS_OF_ROOM = 10


class WeekPlot(QWidget):
    """Bars, one place a week; what was trained outside the plan stands on top, paler."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = Plot(tr("training.week"), tr("training.sessions"), tr("training.chart"))
        self._axes = self.plot.axes
        none: list[float] = []
        self._done = pg.BarGraphItem(x=none, height=none, width=WIDTH, brush=c.ACCENT, pen=pen(c.ACCENT_DARK, 1))
        self._extra = pg.BarGraphItem(
            x=none, y0=none, height=none, width=WIDTH, brush=c.ACCENT_SOFT, pen=pen(c.ACCENT, 1)
        )
        self._planned = pg.BarGraphItem(x=none, height=none, width=WIDTH, brush=None, pen=pen(c.INK_SOFT, 2))
        for item in (self._done, self._extra, self._planned):
            self._axes.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    def show_weeks(self, weeks: Sequence[Week]) -> None:
        """Draw these weeks."""
        at = np.arange(len(weeks), dtype=float)
        done = np.array([week.done for week in weeks], dtype=float)
        extra = np.array([week.extra for week in weeks], dtype=float)
        planned = np.array([week.planned for week in weeks], dtype=float)
        self._done.setOpts(x=at, height=done)
        self._extra.setOpts(x=at, y0=done, height=extra)
        self._planned.setOpts(x=at, height=planned)
        step = max(1, -(-len(weeks) // 8))
        marks = [(float(n), str(week.monday.isocalendar().week)) for n, week in enumerate(weeks) if n % step == 0]
        self._axes.getAxis("bottom").setTicks([marks])
        most = max([3.0, *(done + extra), *planned])
        self._axes.getAxis("left").setTicks([[(float(n), str(n)) for n in range(int(most) + 1)]])
        self._axes.show_range((-0.6, max(len(weeks), 1) - 0.4))
        self._axes.show_range(y=(0, most + 0.3))

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale."""
        rescale_axes(self.plot, scale, family)


class RmPlot(QWidget):
    """1RM in kg against the date, each with its range. Filled: tested. Hollow: estimated."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = Plot(tr("trend.date"), tr("strength.kg"), tr("strength.chart"))
        self._axes = self.plot.axes
        none = np.array([], dtype=float)
        self._bars = pg.ErrorBarItem(x=none, y=none, top=none, bottom=none, beam=0, pen=pen(c.ACCENT_DARK, 2))
        self._tested = pg.ScatterPlotItem(size=13, brush=c.ACCENT, pen=pen(c.ACCENT_DARK, 2))
        self._estimated = pg.ScatterPlotItem(size=13, brush=c.SURFACE, pen=pen(c.ACCENT_DARK, 2))
        for item in (self._bars, self._estimated, self._tested):
            self._axes.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    def show_points(self, points: Sequence[tuple[date, float, float, float, bool]]) -> None:
        """Day, kg, low, high, and whether it was tested."""
        days = np.array([point[0].toordinal() for point in points], dtype=float)
        kg = np.array([point[1] for point in points], dtype=float)
        low, high = (np.array([point[place] for point in points], dtype=float) for place in (2, 3))
        tested = np.array([point[4] for point in points], dtype=bool)
        self._bars.setData(x=days, y=kg, top=high - kg, bottom=kg - low)
        self._tested.setData(days[tested], kg[tested])
        self._estimated.setData(days[~tested], kg[~tested])
        self._axes.getAxis("bottom").setTicks([ticks([point[0] for point in points])])
        if points:
            self._axes.show_range((days.min() - DAYS_OF_ROOM, days.max() + DAYS_OF_ROOM))
            self._axes.show_range(y=(max(0.0, low.min() - 5), high.max() + 5))

    def drawn(self) -> list[float]:
        """The kg of every point, tested ones first."""
        return [*self._tested.getData()[1], *self._estimated.getData()[1]]

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale."""
        rescale_axes(self.plot, scale, family)

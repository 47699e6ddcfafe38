"""Sessions week by week: a frame for what was planned, filled by what was done; and 1RM against the date."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from teststation.training.diary import Week
from ui.desktop.i18n import tr
from ui.desktop.theme import palette as c
from ui.desktop.widgets.chart import Chart
from ui.desktop.widgets.chart_items import Bars, Points, Ranges
from ui.desktop.widgets.plotting import pen
from ui.desktop.widgets.trend_plot import ticks

WIDTH = 0.7
DAYS_OF_ROOM = 10


class WeekPlot(QWidget):
    """Bars, one place a week; what was trained outside the plan stands on top, paler."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = Chart(tr("training.week"), tr("training.sessions"), tr("training.chart"))
        self._done = Bars(WIDTH, pen(c.ACCENT_DARK, 1), QColor(c.ACCENT))
        self._extra = Bars(WIDTH, pen(c.ACCENT, 1), QColor(c.ACCENT_SOFT))
        self._planned = Bars(WIDTH, pen(c.INK_SOFT, 2), None)
        self.plot.add(self._done, self._extra, self._planned)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    def show_weeks(self, weeks: Sequence[Week]) -> None:
        """Draw these weeks."""
        at = np.arange(len(weeks), dtype=float)
        done = np.array([week.done for week in weeks], dtype=float)
        extra = np.array([max(0, week.sessions - week.done) for week in weeks], dtype=float)
        planned = np.array([week.planned for week in weeks], dtype=float)
        self._done.set(at, done)
        self._extra.set(at, extra, done)
        self._planned.set(at, planned)
        step = max(1, -(-len(weeks) // 8))
        marks = [(float(n), str(week.monday.isocalendar().week)) for n, week in enumerate(weeks) if n % step == 0]
        self.plot.bottom.mark(marks)
        most = max([3.0, *(done + extra), *planned])
        self.plot.left.mark([(float(n), str(n)) for n in range(int(most) + 1)])
        self.plot.show_range((-0.6, max(len(weeks), 1) - 0.4), (0, most + 0.3))

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale."""
        self.plot.rescale(scale, family)


class RmPlot(QWidget):
    """1RM in kg against the date, each with its range. Filled: tested. Hollow: estimated."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = Chart(tr("trend.date"), tr("strength.kg"), tr("strength.chart"))
        self._bars = Ranges(pen(c.ACCENT_DARK, 2))
        self._tested = Points("circle", 13, pen(c.ACCENT_DARK, 2), QColor(c.ACCENT))
        self._estimated = Points("circle", 13, pen(c.ACCENT_DARK, 2), QColor(c.SURFACE))
        self.plot.add(self._bars, self._estimated, self._tested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    def show_points(self, points: Sequence[tuple[date, float, float, float, bool]]) -> None:
        """Day, kg, low, high, and whether it was tested."""
        days = np.array([point[0].toordinal() for point in points], dtype=float)
        kg = np.array([point[1] for point in points], dtype=float)
        low, high = (np.array([point[place] for point in points], dtype=float) for place in (2, 3))
        tested = np.array([point[4] for point in points], dtype=bool)
        self._bars.span(days, low, high)
        self._tested.set(days[tested], kg[tested])
        self._estimated.set(days[~tested], kg[~tested])
        self.plot.bottom.mark(ticks([point[0] for point in points]))
        if points:
            self.plot.show_range(
                (days.min() - DAYS_OF_ROOM, days.max() + DAYS_OF_ROOM), (max(0.0, low.min() - 5), high.max() + 5)
            )

    def drawn(self) -> list[float]:
        """The kg of every point, tested ones first."""
        return [*self._tested.ys, *self._estimated.ys]

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale."""
        self.plot.rescale(scale, family)

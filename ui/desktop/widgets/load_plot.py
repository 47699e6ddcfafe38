"""Heart rate against workload: the stages, the line that grows to HRmax, and its band."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from teststation.physiology.result import Assessment, StageResult
from ui.desktop.i18n import tr
from ui.desktop.theme import palette as c
from ui.desktop.widgets.base import label
from ui.desktop.widgets.plot_library import pg
from ui.desktop.widgets.plotting import PULSES, Changed, Plot, pen, pulse_range, rescale_axes


class LoadPlot(QWidget):
    """Used and excluded stages have different shapes; the legend below says which."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = Plot(tr("plot.workload"), tr("plot.pulse"), tr("plot.load_name"))
        self._axes = self.plot.axes
        self._changed = Changed()
        self._low, self._high = pg.PlotCurveItem(pen=None), pg.PlotCurveItem(pen=None)
        band = pg.FillBetweenItem(self._low, self._high, brush=QColor(c.ACCENT_SOFT))
        self._seen = pg.PlotCurveItem(pen=pen(c.ACCENT, 5))
        self._beyond = pg.PlotCurveItem(pen=pen(c.ACCENT, 4, Qt.PenStyle.DashLine))
        self._range = pg.PlotCurveItem(pen=pen(c.ACCENT_DARK, 5))
        self._used = pg.ScatterPlotItem(symbol="o", size=15, pen=pen(c.ACCENT_DARK, 2), brush=QColor(c.ACCENT))
        self._excluded = pg.ScatterPlotItem(symbol="x", size=15, pen=pen(c.INK_SOFT, 2), brush=QColor(c.INK_SOFT))
        self._open = pg.ScatterPlotItem(symbol="d", size=17, pen=pen(c.INK, 2), brush=QColor(c.SURFACE))
        self._result = pg.ScatterPlotItem(symbol="star", size=24, pen=pen(c.ACCENT_DARK, 2), brush=QColor(c.SURFACE))
        marks = {"position": 0.98, "anchors": [(1, 0), (1, 1)], "color": c.INK_SOFT, "movable": False}
        self._max = pg.InfiniteLine(angle=0, pen=pen(c.INK_SOFT, 3, Qt.PenStyle.DashLine), label="", labelOpts=marks)
        self._limit = pg.InfiniteLine(
            angle=0,
            pen=pen(c.CAUTION_LINE, 3, Qt.PenStyle.DotLine),
            label="",
            labelOpts={**marks, "color": c.CAUTION_INK},
        )
        layers = (
            self._low, self._high, band, self._limit, self._max, self._beyond, self._seen, self._range,
            self._excluded, self._used, self._open, self._result,
        )  # fmt: skip
        for item in layers:
            self._axes.addItem(item)
        self.legend = label(tr("plot.legend"), "caption", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.legend)
        self.show_assessment(None)

    def compact(self, small: bool) -> None:
        """Drawn small it has no names at its axes, and its curve the room."""
        for side in ("bottom", "left"):
            self._axes.getAxis(side).showLabel(not small)
        self.legend.setVisible(not small)

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale."""
        font = rescale_axes(self.plot, scale, family, PULSES)
        for line in (self._max, self._limit):
            line.label.setFont(font)

    def show_assessment(self, found: Assessment | None, *, open_stage: bool = False) -> None:
        """Draw it where it changed. ``open_stage``: the last stage is still being walked."""
        if not self._changed("all", (found, open_stage)):
            return
        stages = () if found is None else found.stages
        closed = stages[:-1] if open_stage else stages
        walked = stages[-1:] if open_stage else ()
        self._used.setData(*_points([stage for stage in closed if stage.used]))
        self._excluded.setData(*_points([stage for stage in closed if not stage.used]))
        self._open.setData(*_points(list(walked)))
        self._draw_line(found)
        self._draw_levels(found)

    def _draw_line(self, found: Assessment | None) -> None:
        line = None if found is None else found.line
        estimate = None if found is None else found.estimates.get(found.headline)
        if found is None or line is None:
            for curve in (self._low, self._high, self._seen, self._beyond, self._range):
                curve.setData([], [])
            self._result.setData([], [])
            return
        vo2 = list(line.vo2_ml_kg_min)
        self._low.setData(vo2, list(line.band_low_bpm))
        self._high.setData(vo2, list(line.band_high_bpm))
        used = [s.vo2_ml_kg_min for s in found.stages if s.used and s.vo2_ml_kg_min is not None]
        top_bpm = found.hr_max.bpm
        at_max = (top_bpm - line.intercept_bpm) / line.slope_bpm_per_ml

        def bpm(x: float) -> float:
            return line.intercept_bpm + line.slope_bpm_per_ml * x

        self._seen.setData([min(used), max(used)], [bpm(min(used)), bpm(max(used))])
        self._beyond.setData([max(used), at_max], [bpm(max(used)), top_bpm])
        if estimate is None or estimate.vo2max_ml_kg_min is None:
            self._result.setData([], [])
            self._range.setData([], [])
            return
        # The answer stands at the HRmax that it was reckoned with, which has its name beside the other one's.
        answer_bpm = found.answer_hr_max_bpm
        self._result.setData([estimate.vo2max_ml_kg_min], [answer_bpm])
        self._range.setData([estimate.low or 0.0, estimate.high or 0.0], [answer_bpm, answer_bpm])

    def _draw_levels(self, found: Assessment | None) -> None:
        self._max.setVisible(found is not None)
        self._limit.setVisible(found is not None and found.hr_limit_bpm is not None)
        pulses: list[float | None] = []
        right = 40.0
        if found is not None:
            self._max.setValue(found.hr_max.bpm)
            bpm, reckoned = round(found.hr_max.bpm), round(found.answer_hr_max_bpm)
            two = reckoned != bpm
            self._max.label.setFormat(
                tr("plot.max_two", bpm=bpm, reckoned=reckoned) if two else tr("plot.max", bpm=bpm)
            )
            pulses += [found.hr_max.bpm, found.answer_hr_max_bpm, *(stage.observation.hr_bpm for stage in found.stages)]
            if found.hr_limit_bpm is not None:
                self._limit.setValue(found.hr_limit_bpm)
                self._limit.label.setFormat(tr("plot.limit", bpm=round(found.hr_limit_bpm)))
            estimate = found.estimates.get(found.headline)
            if estimate is not None and estimate.high is not None:
                right = max(right, min(90.0, estimate.high + 4))
        ranges = ((0.0, right), pulse_range(pulses))
        if self._changed("range", ranges):
            self._axes.show_range(ranges[0], ranges[1])


def _points(stages: list[StageResult]) -> tuple[list[float], list[float]]:
    seen = [
        (stage.vo2_ml_kg_min, stage.observation.hr_bpm)
        for stage in stages
        if stage.vo2_ml_kg_min is not None and stage.observation.hr_bpm is not None
    ]
    return [x for x, _ in seen], [y for _, y in seen]

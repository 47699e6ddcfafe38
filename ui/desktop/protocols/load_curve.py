"""What a protocol asks, drawn while it is written: oxygen uptake by stages, and the pulse that one person will have."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from teststation.physiology.foreseen import Foreseen, ForeseenStage
from teststation.protocol.plan import StagePlan
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import number
from ui.desktop.theme import palette as c
from ui.desktop.theme.style import font_family
from ui.desktop.widgets.plot_library import pg
from ui.desktop.widgets.plotting import Plot, pen, pulse_range, rescale_axes

LOW_BELOW = 0.6  # the scale below which a step's name takes more of its plot's height
UNKNOWN_S = 60.0  # how wide a stage is drawn whose length cannot be read


class LoadCurve(QWidget):
    """Steps of uptake above; below, the pulse at each stage's end, the range of half of such people, and the limit."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.uptake = Plot("", tr("protocols.axis_vo2"), tr("protocols.curve_vo2"))
        self.pulse = Plot(tr("plot.minutes"), tr("plot.pulse"), tr("protocols.curve_pulse"))
        self._headroom = 1.6 if scale < LOW_BELOW else 1.3
        self._above, self._below = self.uptake.axes, self.pulse.axes
        self._steps = pg.PlotCurveItem(pen=pen(c.ACCENT, 2), fillLevel=0.0, brush=QColor(c.ACCENT_SOFT))
        self._low, self._high = pg.PlotCurveItem(pen=None), pg.PlotCurveItem(pen=None)
        band = pg.FillBetweenItem(self._low, self._high, brush=QColor(c.ACCENT_SOFT))
        self._line = pg.PlotCurveItem(pen=pen(c.ACCENT_DARK, 3))
        self._ends = pg.ScatterPlotItem(symbol="o", size=9, pen=pen(c.ACCENT_DARK, 2), brush=QColor(c.SURFACE))
        marks = {"position": 0.02, "anchors": [(0, 1), (0, 1)], "color": c.CAUTION_INK, "movable": False}
        style = Qt.PenStyle.DashLine
        self._limit = pg.InfiniteLine(angle=0, pen=pen(c.CAUTION_LINE, 2, style), label="", labelOpts=marks)
        self._names: list[pg.TextItem] = []
        self._font = rescale_axes(self.uptake, scale, font_family())
        rescale_axes(self.pulse, scale, font_family())
        self._limit.label.setFont(self._font)
        self._above.addItem(self._steps)
        for item in (self._low, self._high, band, self._limit, self._line, self._ends):
            self._below.addItem(item)
        for axes in (self._above, self._below):
            axes.getAxis("left").setWidth(round(74 * scale))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.uptake, 3)
        layout.addWidget(self.pulse, 4)

    def show_stages(self, stages: Sequence[StagePlan | None], told: Foreseen) -> None:
        """Draw the stages, the cool-down last. One that cannot be read leaves a gap of a minute."""
        ends: list[float] = []
        for stage in stages:
            length = UNKNOWN_S if stage is None else stage.duration_s
            ends.append((ends[-1] if ends else 0.0) + length / 60)
        begins = [0.0, *ends[:-1]]
        uptakes = [one.vo2_ml_kg_min or 0.0 for one in told.stages]
        xs = [x for pair in zip(begins, ends, strict=True) for x in pair]
        self._steps.setData(xs, [y for uptake in uptakes for y in (uptake, uptake)])
        top = max([20.0, *uptakes]) * self._headroom
        self._above.show_range((0, ends[-1]), (0, top))
        self._name(stages, begins, ends, uptakes)
        # The cool-down's pulse is no answer to its load: it is drawn up to there.
        told_ends = [(x, one) for x, one in zip(ends[:-1], told.stages[:-1], strict=True) if one.hr_bpm is not None]
        self._draw_pulse(told_ends)
        self._limit.setVisible(told.hr_limit_bpm is not None)
        values: list[float | None] = [one.hr_high_bpm for _, one in told_ends]
        if told.hr_limit_bpm is not None:
            self._limit.setValue(told.hr_limit_bpm)
            self._limit.label.setFormat(tr("plot.limit", bpm=round(told.hr_limit_bpm)))
            values.append(told.hr_limit_bpm)
        self._below.show_range((0, ends[-1]), pulse_range(values))

    def _draw_pulse(self, ends: Sequence[tuple[float, ForeseenStage]]) -> None:
        xs = [x for x, _ in ends]
        pulse = [one.hr_bpm or 0.0 for _, one in ends]
        self._line.setData(xs, pulse)
        self._ends.setData(xs, pulse)
        self._low.setData(xs, [one.hr_low_bpm or 0.0 for _, one in ends])
        self._high.setData(xs, [one.hr_high_bpm or 0.0 for _, one in ends])

    def _name(
        self,
        stages: Sequence[StagePlan | None],
        begins: Sequence[float],
        ends: Sequence[float],
        uptakes: Sequence[float],
    ) -> None:
        while len(self._names) < len(stages):
            made = pg.TextItem(color=c.INK_SOFT, anchor=(0.5, 1.0))
            made.setFont(self._font)
            self._names.append(made)
            self._above.addItem(made)
        for place, name in enumerate(self._names):
            stage = stages[place] if place < len(stages) else None
            # Only where there is room for it: narrow steps stand too close.
            shown = stage is not None and (ends[place] - begins[place]) > 0.07 * ends[-1]
            name.setVisible(shown)
            if stage is not None and shown:
                decimals = 0 if stage.incline_pct % 1 == 0 else 1
                name.setText(tr("protocols.percent", incline=number(stage.incline_pct, decimals)))
                name.setPos((begins[place] + ends[place]) / 2, uptakes[place])

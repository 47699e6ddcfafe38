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
from ui.desktop.widgets.chart import Chart
from ui.desktop.widgets.chart_items import Band, Curve, LevelLine, Points, Words
from ui.desktop.widgets.plotting import pen, pulse_range

LOW_BELOW = 0.6  # the scale below which a step's name takes more of its plot's height
UNKNOWN_S = 60.0  # how wide a stage is drawn whose length cannot be read


class LoadCurve(QWidget):
    """Steps of uptake above; below, the pulse at each stage's end, the range of half of such people, and the limit."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.uptake = Chart("", tr("protocols.axis_vo2"), tr("protocols.curve_vo2"))
        self.pulse = Chart(tr("plot.minutes"), tr("plot.pulse"), tr("protocols.curve_pulse"))
        self._headroom = 1.6 if scale < LOW_BELOW else 1.3
        self._steps = Curve(pen(c.ACCENT, 2), brush=QColor(c.ACCENT_SOFT))
        self._low, self._high = Curve(None), Curve(None)
        band = Band(self._low, self._high, QColor(c.ACCENT_SOFT))
        self._line = Curve(pen(c.ACCENT_DARK, 3))
        self._ends = Points("circle", 9, pen(c.ACCENT_DARK, 2), QColor(c.SURFACE))
        dashes = pen(c.CAUTION_LINE, 2, Qt.PenStyle.DashLine)
        self._limit = LevelLine(dashes, c.CAUTION_INK, at_left=True, always_above=True)
        self._names: list[Words] = []
        self._font = self.uptake.rescale(scale, font_family())
        self.pulse.rescale(scale, font_family())
        self._limit.label.set_font(self._font)
        self.uptake.add(self._steps)
        self.pulse.add(self._low, self._high, band, self._limit, self._line, self._ends)
        for chart in (self.uptake, self.pulse):
            chart.left.fixed_px = round(74 * scale)
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
        self._steps.set(xs, [y for uptake in uptakes for y in (uptake, uptake)])
        top = max([20.0, *uptakes]) * self._headroom
        self.uptake.show_range((0, ends[-1]), (0, top))
        self._name(stages, begins, ends, uptakes)
        # The cool-down's pulse is no answer to its load: it is drawn up to there.
        told_ends = [(x, one) for x, one in zip(ends[:-1], told.stages[:-1], strict=True) if one.hr_bpm is not None]
        self._draw_pulse(told_ends)
        self._limit.show(told.hr_limit_bpm is not None)
        values: list[float | None] = [one.hr_high_bpm for _, one in told_ends]
        if told.hr_limit_bpm is not None:
            self._limit.set(told.hr_limit_bpm, tr("plot.limit", bpm=round(told.hr_limit_bpm)))
            values.append(told.hr_limit_bpm)
        self.pulse.show_range((0, ends[-1]), pulse_range(values))

    def _draw_pulse(self, ends: Sequence[tuple[float, ForeseenStage]]) -> None:
        xs = [x for x, _ in ends]
        pulse = [one.hr_bpm or 0.0 for _, one in ends]
        self._line.set(xs, pulse)
        self._ends.set(xs, pulse)
        self._low.set(xs, [one.hr_low_bpm or 0.0 for _, one in ends])
        self._high.set(xs, [one.hr_high_bpm or 0.0 for _, one in ends])

    def _name(
        self,
        stages: Sequence[StagePlan | None],
        begins: Sequence[float],
        ends: Sequence[float],
        uptakes: Sequence[float],
    ) -> None:
        while len(self._names) < len(stages):
            made = Words(c.INK_SOFT, (0.5, 1.0))
            made.set_font(self._font)
            self._names.append(made)
            self.uptake.add(made)
        for place, name in enumerate(self._names):
            stage = stages[place] if place < len(stages) else None
            # Only where there is room for it: narrow steps stand too close.
            shown = stage is not None and (ends[place] - begins[place]) > 0.07 * ends[-1]
            name.show(shown)
            if stage is not None and shown:
                decimals = 0 if stage.incline_pct % 1 == 0 else 1
                words = tr("protocols.percent", incline=number(stage.incline_pct, decimals))
                name.set(words, (begins[place] + ends[place]) / 2, uptakes[place])

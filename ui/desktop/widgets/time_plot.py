"""Heart rate against time, the stages shaded, what is still to come in outline."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from teststation.run.record import RunRecord
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import number
from ui.desktop.theme import palette as c
from ui.desktop.widgets.plot_library import pg
from ui.desktop.widgets.plotting import PULSES, Changed, Plot, pen, pulse_range, rescale_axes

OPERATORS_MARKS = frozenset(
    {"note", "symptom", "load_changed", "handrail", "gait_set", "stage_extended", "limit_overridden", "hold_pressed"}
)
# The last pulse is up to a second behind what is left of a stage, so the end of one sways: by two pixels or three.
SWAYS_S = 2.0
MARKS_AT = 0.3  # of the height, where the pulse hardly comes, above the stages' names


@dataclass(frozen=True, slots=True)
class StageBand:
    """One stage on the axis of time, in seconds from the start."""

    began_s: float
    ends_s: float
    incline_pct: float
    cool_down: bool = False


def stage_bands(run: RunRecord, remaining_s: float, *, walking: bool) -> tuple[StageBand, ...]:
    """Stages as they were walked, the one that goes on, those to come, and the cool-down.

    Args:
        remaining_s: Left of the stage that goes on; its clock may stand still.
        walking: Whether the stages go on.
    """
    now_s = run.heart[-1].t_s if run.heart else 0.0
    bands: list[StageBand] = []
    for span in run.stages:
        ends_s = span.ended_s if span.ended_s is not None else now_s + remaining_s
        bands.append(StageBand(span.began_s, ends_s, span.plan.incline_pct))
    at_s = bands[-1].ends_s if bands else 0.0
    if run.stages_ended_s is not None:
        ends_s = run.ended_s if run.ended_s is not None else run.stages_ended_s + run.plan.cool_down.duration_s
        return (*bands, StageBand(at_s, max(at_s, ends_s), run.plan.cool_down.incline_pct, cool_down=True))
    if run.stages and not walking:
        return tuple(bands)
    following = run.stages[-1].index + 1 if run.stages else 0
    for stage in run.plan.stages[following:]:
        bands.append(StageBand(at_s, at_s + stage.duration_s, stage.incline_pct))
        at_s += stage.duration_s
    cool = run.plan.cool_down
    return (*bands, StageBand(at_s, at_s + cool.duration_s, cool.incline_pct, cool_down=True))


def moved(before: Sequence[StageBand], after: Sequence[StageBand]) -> bool:
    """Whether the bands are others, or stand elsewhere, by more than they sway."""
    if len(before) != len(after):
        return True
    return any(
        (old.incline_pct, old.cool_down) != (new.incline_pct, new.cool_down)
        or abs(old.began_s - new.began_s) >= SWAYS_S
        or abs(old.ends_s - new.ends_s) >= SWAYS_S
        for old, new in zip(before, after, strict=True)
    )


class TimePlot(QWidget):
    """A missing heart rate is a gap, never a bridge."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = Plot(tr("plot.minutes"), tr("plot.pulse"), tr("plot.time_name"))
        self._axes = self.plot.axes
        self._changed = Changed()
        self._curve = pg.PlotCurveItem(pen=pen(c.ACCENT_DARK, 4), connect="finite")
        self._limit = pg.InfiniteLine(angle=0, pen=pen(c.CAUTION_LINE, 3, Qt.PenStyle.DotLine))
        self._marks = pg.ScatterPlotItem(symbol="t", size=16, pen=pen(c.INK, 1), brush=QColor(c.CAUTION))
        self._last_mark = pg.TextItem(color=c.INK, anchor=(1, 1))
        self._now = pg.InfiniteLine(angle=90, pen=pen(c.INK_SOFT, 1))
        self._font = QFont()
        self._read: RunRecord | None = None
        self._bands: tuple[StageBand, ...] = ()  # as drawn
        self._regions: list[pg.LinearRegionItem] = []
        self._names: list[pg.TextItem] = []
        for item in (self._limit, self._now, self._curve, self._marks):
            self._axes.addItem(item)
        self._axes.addItem(self._last_mark)
        self._last_mark.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)

    def compact(self, small: bool) -> None:
        """Drawn small it has no names at its axes, and its curve the room."""
        for side in ("bottom", "left"):
            self._axes.getAxis(side).showLabel(not small)

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale."""
        self._font = rescale_axes(self.plot, scale, family, PULSES)
        for name in (*self._names, self._last_mark):
            name.setFont(self._font)

    def drawn_marks(self) -> int:
        """How many of the operator's marks are on the screen."""
        return len(self._marks.getData()[0])

    def _draw_marks(self, run: RunRecord) -> None:
        """Every mark of the operator's answers on the plot: a triangle at its time, and words beside the last one."""
        marks = tuple(mark for mark in run.marks if mark.kind in OPERATORS_MARKS and mark.t_s >= 0.0)
        if not self._changed("marks", (marks, self._axes.getViewBox().viewRange()[1])):
            return
        low, high = self._axes.getViewBox().viewRange()[1]
        level = low + MARKS_AT * (high - low)
        self._marks.setData([mark.t_s / 60 for mark in marks], [level] * len(marks))
        self._last_mark.setVisible(bool(marks))
        if marks:
            last = marks[-1]
            self._last_mark.setText(last.text if last.kind in ("note", "symptom") else tr(f"mark.{last.kind}"))
            left = last.t_s / 60 < self._axes.getViewBox().viewRange()[0][1] / 2
            self._last_mark.setAnchor((0 if left else 1, 1))
            self._last_mark.setPos(last.t_s / 60, level)

    def show_run(self, run: RunRecord, limit_bpm: float | None, remaining_s: float, *, walking: bool) -> None:
        """Draw what changed."""
        heart = run.heart if run.stages else ()
        bpm = [sample.bpm for sample in heart]
        if self._changed("heart", (run.id, len(heart))):
            self._curve.setData(
                np.array([sample.t_s / 60 for sample in heart], dtype=float),
                np.array([np.nan if value is None else value for value in bpm], dtype=float),
            )
            self._now.setVisible(bool(heart) and run.ended_s is None)
            self._now.setValue(heart[-1].t_s / 60 if heart else 0.0)
            values = pulse_range([limit_bpm, *bpm])
            if self._changed("pulse", values):
                self._axes.show_range(y=values)
                self._bands = ()
        self._limit.setVisible(limit_bpm is not None)
        if limit_bpm is not None and self._changed("limit", limit_bpm):
            self._limit.setValue(limit_bpm)
        # Only of a record that is new: with one that is not, what is left would count from another now than is known.
        if run is not self._read:
            self._read = run
            bands = stage_bands(run, remaining_s, walking=walking)
            if moved(self._bands, bands):
                self._draw_bands(bands)
        self._draw_marks(run)

    def _draw_bands(self, bands: tuple[StageBand, ...]) -> None:
        self._bands = bands
        while len(self._regions) < len(bands):
            region = pg.LinearRegionItem(movable=False, pen=pen(c.LINE, 1))
            region.setZValue(-10)
            name = pg.TextItem(color=c.INK_SOFT, anchor=(0.5, 1))
            name.setFont(self._font)
            self._regions.append(region)
            self._names.append(name)
            self._axes.addItem(region)
            self._axes.addItem(name)
        foot = self._axes.getViewBox().viewRange()[1][0]  # the limit's line runs through the top
        for index, (region, name) in enumerate(zip(self._regions, self._names, strict=True)):
            there = index < len(bands)
            region.setVisible(there)
            name.setVisible(there)
            if not there:
                continue
            band = bands[index]
            region.setBrush(QColor(c.SURFACE_SOFT if band.cool_down else c.STAGE_TINTS[index % 2]))
            region.setRegion((band.began_s / 60, band.ends_s / 60))
            name.setText(tr("plot.cool_down") if band.cool_down else f"{number(band.incline_pct, _decimals(band))} %")
            name.setPos((band.began_s + band.ends_s) / 120, foot)
        if bands:
            end = bands[-1].ends_s / 60
            self._axes.show_range((0, end), room=0.01)


def _decimals(band: StageBand) -> int:
    return 0 if band.incline_pct == int(band.incline_pct) else 1

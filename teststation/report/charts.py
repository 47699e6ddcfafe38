"""The report's charts as vectors, legible in black and white: shapes and dashes say what colours say."""

import math
from dataclasses import dataclass

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from teststation.moments import years_between
from teststation.physiology.result import StageResult
from teststation.report.layout import ACCENT, BAND, INK, PALE, QUIET, REGULAR, RULE, WHITE, fit
from teststation.report.model import Report
from teststation.report.typesetting.drawing import CENTRE, RIGHT, draw_text

DATE_WIDTH = 42.0  # of a date in small type, with the room beside it


@dataclass(frozen=True, slots=True)
class Box:
    """A chart's plot area on the page."""

    x: float
    y: float
    width: float
    height: float


class Axes:
    """Linear axes over a box, with ticks and titles."""

    def __init__(self, canvas: Canvas, box: Box, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
        self.canvas, self.box = canvas, box
        self.x_low, self.x_high = x_range
        self.y_low, self.y_high = y_range

    def x(self, value: float) -> float:
        """Page x of a value."""
        return self.box.x + (value - self.x_low) / (self.x_high - self.x_low) * self.box.width

    def y(self, value: float) -> float:
        """Page y of a value."""
        return self.box.y + (value - self.y_low) / (self.y_high - self.y_low) * self.box.height

    def frame(self, x_title: str, y_title: str, x_step: float | None, y_step: float, size: float = 7) -> None:
        """Grid, ticks and titles."""
        c, box = self.canvas, self.box
        c.setLineWidth(0.4)
        c.setStrokeColor(RULE)
        c.setFillColor(QUIET)
        for value in _ticks(self.y_low, self.y_high, y_step):
            c.line(box.x, self.y(value), box.x + box.width, self.y(value))
            draw_text(c, box.x - 4, self.y(value) - size * 0.35, f"{value:g}", REGULAR, size, anchor=RIGHT)
        for value in _ticks(self.x_low, self.x_high, x_step):
            c.line(self.x(value), box.y, self.x(value), box.y - 3)
            draw_text(c, self.x(value), box.y - size - 4, f"{value:g}", REGULAR, size, anchor=CENTRE)
        c.setStrokeColor(QUIET)
        c.setLineWidth(0.8)
        c.line(box.x, box.y, box.x + box.width, box.y)
        c.line(box.x, box.y, box.x, box.y + box.height)
        draw_text(c, box.x + box.width / 2, box.y - 2.2 * size - 6, x_title, REGULAR, size, anchor=CENTRE)
        c.saveState()
        c.translate(box.x - 27, box.y + box.height / 2)
        c.rotate(90)
        draw_text(c, 0, 0, y_title, REGULAR, size, anchor=CENTRE)
        c.restoreState()

    def clip(self) -> None:
        """Draw only inside the box until ``restoreState``."""
        path = self.canvas.beginPath()
        path.rect(self.box.x, self.box.y, self.box.width, self.box.height)
        self.canvas.clipPath(path, stroke=0, fill=0)

    def polygon(self, points: list[tuple[float, float]], fill: Color) -> None:
        """A filled shape."""
        path = self.canvas.beginPath()
        path.moveTo(self.x(points[0][0]), self.y(points[0][1]))
        for x, y in points[1:]:
            path.lineTo(self.x(x), self.y(y))
        path.close()
        self.canvas.setFillColor(fill)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def level(self, value: float, label: str, dash: tuple[int, int]) -> None:
        """A horizontal line with its name above it, at the left."""
        c, box = self.canvas, self.box
        c.setDash(*dash)
        c.setStrokeColor(INK)
        c.setLineWidth(0.9)
        c.line(box.x, self.y(value), box.x + box.width, self.y(value))
        c.setDash()
        text, size = fit(label, REGULAR, 7, box.width * 0.6)
        c.setFillColor(INK)
        draw_text(c, box.x + 4, self.y(value) + 2.5, text, REGULAR, size)


def workload(canvas: Canvas, box: Box, report: Report) -> None:
    """Heart rate against oxygen uptake: stages, line, band, limit and HRmax."""
    found, say = report.assessment, report.say
    hr_max = found.hr_max.bpm
    stages = [s for s in found.stages if s.vo2_ml_kg_min is not None and s.observation.hr_bpm is not None]
    answer = report.headline.vo2max_ml_kg_min
    most = max([30.0, *(s.vo2_ml_kg_min or 0 for s in stages), answer or 0.0]) * 1.12
    low = min([90.0, *(s.observation.hr_bpm or 999 for s in stages)]) - 12
    high = max([hr_max, *(s.observation.hr_bpm or 0 for s in stages)]) + 14
    axes = Axes(canvas, box, (0, most), (10 * math.floor(low / 10), 10 * math.ceil(high / 10)))
    canvas.saveState()
    axes.clip()
    if found.line is not None:
        line = found.line
        upper = list(zip(line.vo2_ml_kg_min, line.band_high_bpm, strict=True))
        lower = list(zip(line.vo2_ml_kg_min, line.band_low_bpm, strict=True))
        axes.polygon([*upper, *reversed(lower)], BAND)
    canvas.restoreState()
    axes.frame(say("report.chart.uptake"), say("report.chart.pulse"), 10, 20)
    canvas.saveState()
    axes.clip()
    if found.line is not None:
        line = found.line
        at_maximum = (hr_max - line.intercept_bpm) / line.slope_bpm_per_ml
        ends = [(x, line.intercept_bpm + line.slope_bpm_per_ml * x) for x in (0.0, at_maximum)]
        canvas.setStrokeColor(ACCENT)
        canvas.setLineWidth(1.6)
        canvas.line(axes.x(ends[0][0]), axes.y(ends[0][1]), axes.x(ends[1][0]), axes.y(ends[1][1]))
    canvas.restoreState()
    axes.level(hr_max, say("report.chart.hr_max", bpm=report.number(hr_max, 0)), (5, 2))
    if found.hr_limit_bpm is not None:
        axes.level(found.hr_limit_bpm, say("report.chart.limit", bpm=report.number(found.hr_limit_bpm, 0)), (1, 2))
    for stage in stages:
        _point(canvas, axes, stage)
    if answer is not None:
        _answer(canvas, axes, answer, hr_max)


def _point(canvas: Canvas, axes: Axes, stage: StageResult) -> None:
    """Used stages are filled circles, left-out ones open crosses."""
    x, y = axes.x(stage.vo2_ml_kg_min or 0), axes.y(stage.observation.hr_bpm or 0)
    canvas.setLineWidth(1.2)
    if stage.used:
        canvas.setFillColor(ACCENT)
        canvas.setStrokeColor(WHITE)
        canvas.circle(x, y, 4, stroke=1, fill=1)
        return
    canvas.setStrokeColor(QUIET)
    canvas.line(x - 3.5, y - 3.5, x + 3.5, y + 3.5)
    canvas.line(x - 3.5, y + 3.5, x + 3.5, y - 3.5)


def _answer(canvas: Canvas, axes: Axes, vo2max: float, hr_max: float) -> None:
    x = axes.x(vo2max)
    canvas.setDash(2, 2)
    canvas.setStrokeColor(ACCENT)
    canvas.setLineWidth(1)
    canvas.line(x, axes.y(hr_max), x, axes.box.y)
    canvas.setDash()
    canvas.setFillColor(WHITE)
    canvas.setStrokeColor(ACCENT)
    canvas.setLineWidth(1.6)
    path = canvas.beginPath()
    y = axes.y(hr_max)
    path.moveTo(x, y + 5)
    path.lineTo(x + 5, y)
    path.lineTo(x, y - 5)
    path.lineTo(x - 5, y)
    path.close()
    canvas.drawPath(path, stroke=1, fill=1)


def over_time(canvas: Canvas, box: Box, report: Report) -> None:
    """Heart rate against time, the stages behind it."""
    run, say = report.run, report.say
    seen = [(s.t_s / 60, s.bpm) for s in run.heart if s.bpm is not None]
    end_min = max([1.0, *(t for t, _ in seen), (run.stages_ended_s or 0) / 60])
    low = min([80, *(bpm for _, bpm in seen)]) - 10
    high = max([160, *(bpm for _, bpm in seen)]) + 15
    axes = Axes(canvas, box, (0, end_min), (10 * math.floor(low / 10), 10 * math.ceil(high / 10)))
    for number, span in enumerate(run.stages):
        left, right = span.began_s / 60, (span.ended_s if span.ended_s is not None else end_min * 60) / 60
        if number % 2 == 0:
            axes.polygon([(left, axes.y_low), (left, axes.y_high), (right, axes.y_high), (right, axes.y_low)], PALE)
        text, size = fit(span.plan.name, REGULAR, 7, max(8.0, axes.x(right) - axes.x(left) - 2), 4)
        canvas.setFillColor(QUIET)
        middle = (axes.x(left) + axes.x(right)) / 2
        draw_text(canvas, middle, box.y + box.height - 9, text, REGULAR, size, anchor=CENTRE)
    axes.frame(say("report.chart.minutes"), say("report.chart.pulse"), 2 if end_min > 6 else 1, 20)
    canvas.setStrokeColor(ACCENT)
    canvas.setLineWidth(1.1)
    path, drawing = canvas.beginPath(), False
    for sample in run.heart:
        if sample.bpm is None or not axes.y_low <= sample.bpm <= axes.y_high:
            drawing = False  # a missing pulse is a gap, never a line across it
            continue
        move = path.lineTo if drawing else path.moveTo
        move(axes.x(sample.t_s / 60), axes.y(sample.bpm))
        drawing = True
    canvas.drawPath(path, stroke=1, fill=0)
    limit = report.assessment.hr_limit_bpm
    if limit is not None and limit < axes.y_high:
        axes.level(limit, "", (1, 2))


def trend(canvas: Canvas, box: Box, report: Report) -> None:
    """VO2max of every test with its interval, and where there are enough the line through them; hollow: brought in."""
    points, line = report.tested, report.trend
    years = [years_between(points[0].started_at, point.started_at) for point in points]
    spans = [(p.vo2max_ml_kg_min, p.vo2max_ml_kg_min) if p.method else (p.low, p.high) for p in points]
    low, high = min(span[0] or 0 for span in spans), max(span[1] or 0 for span in spans)
    first = next((at for at, point in zip(years, points, strict=True) if point in report.in_line), 0.0)
    margin = max(years[-1] * 0.12, 0.02)
    y_range = (5 * math.floor(low / 5), 5 * math.ceil(high / 5))
    axes = Axes(canvas, box, (-margin, years[-1] + margin), y_range)
    canvas.saveState()
    axes.clip()
    if line is not None:
        shifted = [first + at for at in line.at_years]
        upper = list(zip(shifted, line.band_high, strict=True))
        lower = list(zip(shifted, line.band_low, strict=True))
        axes.polygon([*upper, *reversed(lower)], BAND)
    canvas.restoreState()
    axes.frame("", report.say("report.chart.vo2max"), None, 10)
    canvas.setLineWidth(1.1)
    if line is not None:
        canvas.setStrokeColor(ACCENT)
        ends = ((first + line.at_years[0], line.line[0]), (first + line.at_years[-1], line.line[-1]))
        canvas.line(axes.x(ends[0][0]), axes.y(ends[0][1]), axes.x(ends[1][0]), axes.y(ends[1][1]))
    free_from = box.x - 100.0
    for place, (at, point) in enumerate(zip(years, points, strict=True)):
        x = axes.x(at)
        if point.method:
            canvas.setStrokeColor(ACCENT)
            canvas.setFillColor(WHITE)
            canvas.circle(x, axes.y(point.vo2max_ml_kg_min or 0), 3.5, stroke=1, fill=1)
        else:
            canvas.setStrokeColor(QUIET)
            canvas.line(x, axes.y(point.low or 0), x, axes.y(point.high or 0))
            for end in (point.low, point.high):
                canvas.line(x - 3, axes.y(end or 0), x + 3, axes.y(end or 0))
            canvas.setFillColor(ACCENT)
            canvas.circle(x, axes.y(point.vo2max_ml_kg_min or 0), 3.5, stroke=0, fill=1)
        # A date where there is room for it; the last one always.
        last_x = axes.x(years[-1])
        if x >= free_from and (place == len(points) - 1 or x + DATE_WIDTH <= last_x):
            canvas.setFillColor(QUIET)
            draw_text(canvas, x, box.y - 11, report.day(point.started_at), REGULAR, 6.5, anchor=CENTRE)
            free_from = x + DATE_WIDTH


def _ticks(low: float, high: float, step: float | None) -> list[float]:
    if step is None:
        return []
    first = math.ceil(low / step)
    return [number * step for number in range(first, int(high // step) + 1)]

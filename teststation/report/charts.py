"""The report's charts as vectors, legible in black and white: shapes and dashes say what colours say."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from teststation.physiology.result import Estimate, StageResult
from teststation.report.known import Told
from teststation.report.layout import ACCENT, BAND, BOLD, INK, PALE, QUIET, REGULAR, RULE, WHITE, fit
from teststation.report.model import Report
from teststation.report.typesetting.drawing import CENTRE, LEFT, RIGHT, draw_text, text_width

SEEN_FROM_S = 30.0  # a stage left out after so little has no pulse of its own
NAME_FROM = 5.5  # points; a stage too short for its name in this size has none
FLAG_ROWS = 5  # notes within the same seconds; more than these lie on one another, and all are listed below


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
        self._grid: list[float] = []  # where its lines lie on the page

    def x(self, value: float) -> float:
        """Page x of a value."""
        return self.box.x + (value - self.x_low) / (self.x_high - self.x_low) * self.box.width

    def y(self, value: float) -> float:
        """Page y of a value."""
        return self.box.y + (value - self.y_low) / (self.y_high - self.y_low) * self.box.height

    def frame(
        self, x_title: str, y_title: str, x_step: float | None, y_step: float, size: float = 7, names: float = 0.0
    ) -> None:
        """Grid, ticks and titles; ``names``: so much of the top is for names, which no line of the grid crosses."""
        c, box = self.canvas, self.box
        c.setLineWidth(0.4)
        c.setStrokeColor(RULE)
        c.setFillColor(QUIET)
        for value in ticks(self.y_low, self.y_high, y_step):
            if not 1.0 < box.y + box.height - self.y(value) < names:
                self._grid.append(self.y(value))
                c.line(box.x, self.y(value), box.x + box.width, self.y(value))
            draw_text(c, box.x - 4, self.y(value) - size * 0.35, f"{value:g}", REGULAR, size, anchor=RIGHT)
        for value in ticks(self.x_low, self.x_high, x_step):
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

    def level(self, value: float, label: str, dash: tuple[int, int], anchor: float = LEFT) -> None:
        """A horizontal line with its name above it, at the left or at the right."""
        c, box = self.canvas, self.box
        c.setDash(*dash)
        c.setStrokeColor(INK)
        c.setLineWidth(0.9)
        c.line(box.x, self.y(value), box.x + box.width, self.y(value))
        c.setDash()
        text, size = fit(label, REGULAR, 7, box.width * 0.6)
        c.setFillColor(INK)
        x = box.x + 4 + anchor * (box.width - 8)
        # Above the line, or below it where a line of the grid would go through the letters.
        y = self.y(value)
        crossed = any(y + 1 < at < y + size + 1.5 for at in self._grid)
        draw_text(c, x, y - size if crossed else y + 2.5, text, REGULAR, size, anchor=anchor)


def workload(canvas: Canvas, box: Box, report: Report) -> None:
    """Heart rate against oxygen uptake: stages, line, band, limit and HRmax, and the answer where it stands.

    The line is drawn through the stages. From there on it is broken and leads to the answer, which rests on more than
    the line: on everything that was known of the person.
    """
    found, say, answer = report.assessment, report.say, report.headline
    hr_max, of_answer = found.hr_max.bpm, found.answer_hr_max_bpm
    stages = [s for s in found.stages if s.vo2_ml_kg_min is not None and s.observation.hr_bpm is not None]
    uptakes = [s.vo2_ml_kg_min or 0.0 for s in stages]
    pulses = [s.observation.hr_bpm or 0.0 for s in stages]
    ends = [v for v in (answer.vo2max_ml_kg_min, answer.likely_low, answer.likely_high) if v is not None]
    x_range = (5 * math.floor((min([30.0, *uptakes, *ends]) - 2) / 5), max([30.0, *uptakes, *ends]) * 1.05 + 1)
    y_range = (
        10 * math.floor((min([hr_max - 60, *pulses]) - 8) / 10),
        10 * math.ceil((max([hr_max, of_answer, *pulses]) + 8) / 10),
    )
    axes = Axes(canvas, box, x_range, y_range)
    canvas.saveState()
    axes.clip()
    line = found.line
    if line is not None:
        upper = list(zip(line.vo2_ml_kg_min, line.band_high_bpm, strict=True))
        lower = list(zip(line.vo2_ml_kg_min, line.band_low_bpm, strict=True))
        axes.polygon([*upper, *reversed(lower)], BAND)
    canvas.restoreState()
    axes.frame(say("report.chart.uptake"), say("report.chart.pulse"), 10, 20)
    used = [s.vo2_ml_kg_min or 0.0 for s in stages if s.used] or uptakes
    if line is not None and used:
        first, last = ((x, line.intercept_bpm + line.slope_bpm_per_ml * x) for x in (min(used), max(used)))
        canvas.setStrokeColor(ACCENT)
        canvas.setLineWidth(1.6)
        canvas.line(axes.x(first[0]), axes.y(first[1]), axes.x(last[0]), axes.y(last[1]))
        if answer.vo2max_ml_kg_min is not None:
            canvas.setDash(4, 2)
            canvas.setLineWidth(1.1)
            canvas.line(axes.x(last[0]), axes.y(last[1]), axes.x(answer.vo2max_ml_kg_min), axes.y(of_answer))
            canvas.setDash()
    named, reckoned = report.number(hr_max, 0), report.number(of_answer, 0)
    key = "report.chart.hr_max" if named == reckoned else "report.chart.hr_max_two"
    axes.level(hr_max, say(key, bpm=named, reckoned=reckoned), (5, 2))
    if found.hr_limit_bpm is not None:
        axes.level(found.hr_limit_bpm, say("report.chart.limit", bpm=report.number(found.hr_limit_bpm, 0)), (1, 2))
    for stage in stages:
        if stage.used or (stage.observation.actual.duration_s or SEEN_FROM_S) >= SEEN_FROM_S:
            _point(canvas, axes, stage)
    if answer.vo2max_ml_kg_min is not None:
        _answer(canvas, axes, answer, of_answer, report.number(answer.vo2max_ml_kg_min))


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


def _answer(canvas: Canvas, axes: Axes, answer: Estimate, hr_max: float, told: str) -> None:
    """The number in large type: a diamond at HRmax, with its likely range and the number at the foot of it."""
    x, y = axes.x(answer.vo2max_ml_kg_min or 0.0), axes.y(hr_max)
    canvas.setStrokeColor(ACCENT)
    if answer.likely_low is not None and answer.likely_high is not None:
        canvas.setLineWidth(4)
        canvas.line(axes.x(answer.likely_low), y, axes.x(answer.likely_high), y)
    canvas.setDash(2, 2)
    canvas.setLineWidth(1)
    canvas.line(x, y, x, axes.box.y)
    canvas.setDash()
    canvas.setFillColor(WHITE)
    canvas.setLineWidth(1.6)
    path = canvas.beginPath()
    path.moveTo(x, y + 5)
    path.lineTo(x + 5, y)
    path.lineTo(x, y - 5)
    path.lineTo(x - 5, y)
    path.close()
    canvas.drawPath(path, stroke=1, fill=1)
    canvas.setFillColor(ACCENT)
    draw_text(canvas, x - 3, axes.box.y + 4, told, BOLD, 8, anchor=RIGHT)


def over_time(canvas: Canvas, box: Box, report: Report, told: Sequence[Told] = ()) -> None:
    """Heart rate against time, the stages behind it; what was noted by its number, and where the load was held."""
    run, say = report.run, report.say
    seen = [(s.t_s / 60, s.bpm) for s in run.heart if s.bpm is not None]
    end_min = max([1.0, *(t for t, _ in seen), (run.stages_ended_s or 0) / 60])
    low = min([80, *(bpm for _, bpm in seen)]) - 10
    limit = report.assessment.hr_limit_bpm
    # Room for the stages' names above everything, and for the notes' flags.
    high = max([150, limit or 0, *(bpm for _, bpm in seen)]) + (18 if not told else 30)
    axes = Axes(canvas, box, (0, end_min), (10 * math.floor(low / 10), 10 * math.ceil(high / 10)))
    for number, span in enumerate(run.stages):
        left, right = span.began_s / 60, (span.ended_s if span.ended_s is not None else end_min * 60) / 60
        if number % 2 == 0:
            axes.polygon([(left, axes.y_low), (left, axes.y_high), (right, axes.y_high), (right, axes.y_low)], PALE)
        room = axes.x(right) - axes.x(left) - 2
        text, size = fit(say.name_of(span.plan.name), REGULAR, 7, max(1.0, room), NAME_FROM)
        canvas.setFillColor(QUIET)
        if text_width(text, REGULAR, size) <= room:
            middle = (axes.x(left) + axes.x(right)) / 2
            draw_text(canvas, middle, box.y + box.height - 9, text, REGULAR, size, anchor=CENTRE)
    axes.frame(say("report.chart.minutes"), say("report.chart.pulse"), 2 if end_min > 6 else 1, 20, names=12)
    _flags(canvas, axes, told)
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
    if limit is not None:
        # At the right the pulse has come down, and no stage has its name there.
        axes.level(limit, say("report.chart.limit", bpm=report.number(limit, 0)), (1, 2), RIGHT)


def _flags(canvas: Canvas, axes: Axes, told: Sequence[Told]) -> None:
    """A numbered flag for each note; notes close together stand below one another. A hold is a bar at the foot."""
    box = axes.box
    taken: list[float] = []  # how far right each row is in use
    for number, one in enumerate(told, start=1):
        x = axes.x(min(max(one.t_s / 60, axes.x_low), axes.x_high))
        if one.held and one.until_s is not None:
            canvas.setFillColor(QUIET)
            canvas.rect(x, box.y, max(1.5, axes.x(min(one.until_s / 60, axes.x_high)) - x), 4, stroke=0, fill=1)
        level = next((place for place, until in enumerate(taken) if x - 5 > until), len(taken))
        if level == len(taken):
            taken.append(0.0)
        taken[level] = x + 5
        y = box.y + box.height - 19 - 9.5 * (level % FLAG_ROWS)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.5)
        canvas.line(x, box.y, x, y)
        canvas.setFillColor(WHITE)
        canvas.circle(x, y + 2, 4.6, stroke=1, fill=1)
        canvas.setFillColor(INK)
        draw_text(canvas, x, y, str(number), REGULAR, 6, anchor=CENTRE)


def ticks(low: float, high: float, step: float | None) -> list[float]:
    if step is None:
        return []
    first = math.ceil(low / step)
    return [number * step for number in range(first, int(high // step) + 1)]

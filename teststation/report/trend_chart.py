"""All of a person's tests in one small chart: readable with one test and with forty."""

from datetime import datetime

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from teststation.moments import time_of_day, years_between
from teststation.physiology.reference import hunt3
from teststation.report.charts import Axes, Box
from teststation.report.layout import ACCENT, BAND, INK, QUIET, REGULAR, RULE, WHITE
from teststation.report.model import HistoryPoint, Report
from teststation.report.typesetting.drawing import CENTRE, LEFT, draw_text, text_width

STRONG = 2  # so many of the last tests are drawn strongly
ALONE_YEARS = 0.15  # on each side of a single test
YEARLY_FROM = 1.6  # years between first and last from which the axis has years and no dates
SIZE = 6.5
NAMED_UP_TO = 2  # tests; with more the name of the healthy mean stands in the legend alone
HEALTHY_DASH = (1, 1.5)


def draw(canvas: Canvas, box: Box, report: Report) -> None:
    """Every test with its ranges, the line through those that are comparable, and healthy people of the same age."""
    points = report.tested
    origin = points[0].started_at
    at = [years_between(origin, point.started_at) for point in points]
    x_range, healthy = span_of(report), healthy_line(report)
    shown = [v for point in points for v in _ends(point)] + [v for _, v in healthy]
    axes = Axes(canvas, box, x_range, (min(shown) - 2.0, max(shown) + 2.0))
    canvas.saveState()
    axes.clip()
    _band(axes, report, origin)
    canvas.restoreState()
    axes.frame("", report.say("report.chart.vo2max"), None, 10)
    if healthy:
        _healthy_line(axes, report, healthy)
    _line(axes, report, origin)
    for number, (x, point) in enumerate(zip(at, points, strict=True)):
        _test(axes, x, point, strong=number >= len(points) - STRONG, crowded=len(points) > 12)
    _dates(axes, report, at)


def _ends(point: HistoryPoint) -> tuple[float, ...]:
    value = point.vo2max_ml_kg_min or 0.0
    return (value,) if point.method else (point.low or value, value, point.high or value)


def span_of(report: Report) -> tuple[float, float]:
    """The chart's ends, years from the first test."""
    points = report.tested
    last = years_between(points[0].started_at, points[-1].started_at)
    margin = max(last * 0.07, ALONE_YEARS if last < ALONE_YEARS else 0.0)
    return -margin, last + margin


def healthy_line(report: Report) -> list[tuple[float, float]]:
    """The mean of healthy people as old as the person was then: its two ends, years from the first test and mL/kg/min.

    It begins where its source has people of that age; empty where it has none in the whole range.
    """
    subject, x_range = report.run.subject, span_of(report)
    reference = hunt3(subject.sex)
    age_at_origin = subject.age_years - years_between(report.tested[0].started_at, report.run.started_at)
    begins = max(x_range[0], reference.youngest - age_at_origin)
    if begins >= x_range[1]:
        return []
    return [(x, reference.expected(age_at_origin + x)) for x in (begins, x_range[1])]


def _band(axes: Axes, report: Report, origin: str) -> None:
    line = report.trend
    if line is None:
        return
    first = years_between(origin, report.in_line[0].started_at)
    shifted = [first + x for x in line.at_years]
    upper, lower = (list(zip(shifted, band, strict=True)) for band in (line.band_high, line.band_low))
    axes.polygon([*upper, *reversed(lower)], BAND)


def _line(axes: Axes, report: Report, origin: str) -> None:
    line = report.trend
    if line is None:
        return
    first = years_between(origin, report.in_line[0].started_at)
    axes.canvas.setStrokeColor(ACCENT)
    axes.canvas.setLineWidth(1.1)
    ends = [(axes.x(first + line.at_years[end]), axes.y(line.line[end])) for end in (0, -1)]
    axes.canvas.line(*ends[0], *ends[1])


def _healthy_line(axes: Axes, report: Report, healthy: list[tuple[float, float]]) -> None:
    canvas = axes.canvas
    canvas.setDash(*HEALTHY_DASH)
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.9)
    (left, low), (right, high) = healthy
    canvas.line(axes.x(left), axes.y(low), axes.x(right), axes.y(high))
    canvas.setDash()
    if len(report.tested) <= NAMED_UP_TO:
        canvas.setFillColor(INK)
        # A single test stands in the middle, two stand at the ends.
        name = report.say("report.trendline.healthy")
        most = axes.box.x + axes.box.width - text_width(name, REGULAR, SIZE) / 2  # a short line has a longer name
        first, middle = axes.x(left) + 3, min(axes.x((left + right) / 2), most)
        x, anchor = (first, LEFT) if len(report.tested) == 1 else (middle, CENTRE)
        draw_text(
            canvas,
            x,
            axes.y((low + high) / 2) + 2.5,
            name,
            REGULAR,
            SIZE,
            anchor=anchor,
        )


def _test(axes: Axes, x_years: float, point: HistoryPoint, *, strong: bool, crowded: bool) -> None:
    canvas, x, y = axes.canvas, axes.x(x_years), axes.y(point.vo2max_ml_kg_min or 0.0)
    radius = 3.4 if strong else 1.4 if crowded else 2.4
    if point.method:
        canvas.setStrokeColor(ACCENT)
        canvas.setFillColor(WHITE)
        canvas.setLineWidth(1)
        canvas.circle(x, y, radius, stroke=1, fill=1)
        return
    if point.low is not None and point.high is not None:
        _range(axes, x, point.low, point.high, 1.0 if strong else 0.5, QUIET if strong else RULE)
    if point.likely_low is not None and point.likely_high is not None:
        _range(axes, x, point.likely_low, point.likely_high, 3.2 if strong else 1.2, QUIET if strong else RULE)
    canvas.setFillColor(ACCENT if strong else QUIET)
    canvas.setStrokeColor(WHITE)
    canvas.setLineWidth(0.8)
    canvas.circle(x, y, radius, stroke=1 if strong else 0, fill=1)
    if point.verdict in ("real_up", "real_down"):
        up = point.verdict == "real_up"
        end = point.likely_high if up else point.likely_low
        _triangle(axes, x, axes.y(end) if end is not None else y + (radius if up else -radius), up=up)


def _range(axes: Axes, x: float, low: float, high: float, thick: float, color: Color) -> None:
    axes.canvas.setStrokeColor(color)
    axes.canvas.setLineWidth(thick)
    axes.canvas.line(x, axes.y(low), x, axes.y(high))


def _triangle(axes: Axes, x: float, y: float, *, up: bool) -> None:
    """The mark of a change that is real: above the likely range of the test it led to, or below."""
    way = 1 if up else -1
    foot = y + way * 2.0
    path = axes.canvas.beginPath()
    path.moveTo(x - 3, foot)
    path.lineTo(x + 3, foot)
    path.lineTo(x, foot + way * 5)
    path.close()
    axes.canvas.setFillColor(INK)
    axes.canvas.drawPath(path, stroke=0, fill=1)


def _dates(axes: Axes, report: Report, at: list[float]) -> None:
    """Years where there are several, else the days of the tests; with the time where a day has two."""
    points = report.tested
    canvas, y = axes.canvas, axes.box.y - 11
    canvas.setFillColor(QUIET)
    if at[-1] >= YEARLY_FROM:
        _years(axes, points[0].started_at)
        return
    days = [point.started_at[:10] for point in points]
    labels = [
        report.day(point.started_at) + (f" {time_of_day(point.started_at)}" if days.count(day) > 1 else "")
        for point, day in zip(points, days, strict=True)
    ]
    free_from, last = axes.box.x - 30.0, len(points) - 1
    reserved = _span(axes, at[last], labels[last])
    for place, label in enumerate(labels):
        left, right = _span(axes, at[place], label)
        if place != last and (left < free_from or right + 4 > reserved[0]):
            continue
        draw_text(canvas, left, y, label, REGULAR, SIZE)
        canvas.setStrokeColor(QUIET)
        canvas.setLineWidth(0.5)
        canvas.line(axes.x(at[place]), axes.box.y, axes.x(at[place]), axes.box.y - 3)
        free_from = right + 4


def _span(axes: Axes, x_years: float, label: str) -> tuple[float, float]:
    """Where a label begins and ends: under its test, and not beyond the chart."""
    width = text_width(label, REGULAR, SIZE)
    left = min(axes.x(x_years) - width / 2, axes.box.x + axes.box.width - width)
    return left, left + width


def _years(axes: Axes, origin: str) -> None:
    """A tick at each new year; every second or fifth named where they are many."""
    canvas, began = axes.canvas, datetime.fromisoformat(origin)
    last = began.year + int(axes.x_high) + 1
    news = [(year, years_between(origin, f"{year}-01-01T00:00:00+00:00")) for year in range(began.year, last + 1)]
    inside = [(year, x) for year, x in news if axes.x_low <= x <= axes.x_high]
    step = next(step for step in (1, 2, 5, 10) if len(inside) / step * 24 <= axes.box.width or step == 10)
    canvas.setStrokeColor(QUIET)
    canvas.setLineWidth(0.5)
    for year, x in inside:
        canvas.line(axes.x(x), axes.box.y, axes.x(x), axes.box.y - 3)
        if year % step == 0:
            draw_text(canvas, axes.x(x), axes.box.y - 11, str(year), REGULAR, SIZE, anchor=CENTRE)

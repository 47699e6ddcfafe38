"""Page one: the answer, for the patient and for the journal."""

import io

from teststation.physiology.advice import PULSE_ZONES
from teststation.physiology.course import course
from teststation.physiology.prescription import zones
from teststation.report import charts, in_words, trend_chart
from teststation.report.change import change_words
from teststation.report.charts import Box
from teststation.report.layout import (
    ACCENT,
    BOLD,
    INK,
    INNER,
    MARGIN,
    PALE,
    QUIET,
    REGULAR,
    RULE,
    WHITE,
    WIDTH,
    Page,
    name_lines,
    new_canvas,
    wrap,
)
from teststation.report.logo import picture_of
from teststation.report.model import Report
from teststation.report.training_block import (
    ZONE_COLUMNS,
    by_borg_words,
    no_session_words,
    session_words,
    zone_cells,
    zones_left_out_words,
)
from teststation.report.typesetting.drawing import text_width
from teststation.report.typesetting.tagging import CELL, FIGURE, HEAD_CELL, HEADING, ROW, SECTION

CHART_HEIGHT, LOWEST_CHART = 222.0, 110.0
FOOT = 50.0  # above the footer's rule
BOX_HEIGHT, GAP = 82.0, 10.0


def draw(page: Page, report: Report) -> None:
    """Head, sentence, three answers, chart, trend, training; the chart gives way where much has to be said."""
    scratch = Page(new_canvas(io.BytesIO()))
    _draw(scratch, report, CHART_HEIGHT)
    _draw(page, report, max(LOWEST_CHART, CHART_HEIGHT - max(0.0, FOOT - scratch.y)))


def _draw(page: Page, report: Report, chart_height: float) -> None:
    _head(page, report)
    _answers(page, report)
    _chart(page, report, chart_height)
    _change(page, report)
    _training(page, report)


def _head(page: Page, report: Report) -> None:
    say, run = report.say, report.run
    top, left = page.y, MARGIN
    if report.clinic.logo:
        left += picture_of(report.clinic.logo).draw(page.canvas, left, top - 38, 84.0, 38.0) + 8
    wide = MARGIN + INNER * 0.48 - left
    page.text(left, top - 14, report.clinic.name or say("report.title"), 15, bold=True, color=ACCENT, width=wide)
    page.text(left, top - 29, say("report.title") + " · " + say.name_of(run.plan.title), 9, color=QUIET, width=wide)
    if report.clinic.address:
        page.text(left, top - 39, report.clinic.address, 7, color=QUIET, width=wide)
    right = WIDTH - MARGIN
    names, size = name_lines(report.person.name, report.person.family, 12, INNER * 0.5)
    for line in names:
        page.text(right, top - 12, line, size, bold=True, right=True)
        top -= size + 2.5
    top += size + 2.5
    born = say("report.born", day=report.day(report.person.born)) if report.person.born else ""
    number = say("report.number", number=report.person.number) if report.person.number else ""
    age = say("report.years", age=report.whole_years)
    page.text(
        right,
        top - 25,
        " · ".join(part for part in (born, age, number) if part),
        9,
        color=QUIET,
        right=True,
        width=INNER * 0.5,
    )
    tested = say("report.tested", day=report.day(run.started_at), operator=report.operator or "–")
    page.text(right, top - 37, tested, 9, color=QUIET, right=True, width=INNER * 0.5)
    page.canvas.setStrokeColor(ACCENT)
    page.canvas.setLineWidth(1.6)
    page.canvas.line(MARGIN, top - 46, right, top - 46)
    page.y = top - 54
    _frame(page, report.advice.framed(say))
    with page.canvas.part(HEADING):
        page.paragraph(report.plain_sentence, 13, bold=True, most=3)


def _frame(page: Page, lines: tuple[str, ...]) -> None:
    """What has to be seen before anything else, in a frame."""
    if not lines:
        return
    wrapped = [line for text in lines for line in wrap(text, BOLD, 10.5, INNER - 20)]
    height = 14.5 * len(wrapped) + 12
    page.canvas.setStrokeColor(INK)
    page.canvas.setLineWidth(1.4)
    page.canvas.rect(MARGIN, page.y - height, INNER, height, stroke=1, fill=0)
    for number, line in enumerate(wrapped):
        page.text(MARGIN + 10, page.y - 17 - 14.5 * number, line, 10.5, bold=True)
    page.y -= height + 4


def _answers(page: Page, report: Report) -> None:
    """Number, age and norm, a box for each that there is; what was measured where there is no number."""
    page.y -= 12
    if report.headline.vo2max_ml_kg_min is None:
        _measured(page, report)
        return
    middle = _age if report.assessment.fitness_age is not None else _surer if report.remedy_words else None
    last = _norm if report.assessment.reference is not None else _no_norm if report.no_norm_words else None
    boxes = [box for box in (_number, middle, last) if box is not None]
    width = (INNER - GAP * (len(boxes) - 1)) / len(boxes)
    for place, draw in enumerate(boxes):
        x = MARGIN + place * (width + GAP)
        page.canvas.setFillColor(PALE)
        page.canvas.roundRect(x, page.y - BOX_HEIGHT, width, BOX_HEIGHT, 5, stroke=0, fill=1)
        draw(page, report, x + 10, width - 20)
    page.y -= BOX_HEIGHT


def _box(page: Page, x: float, width: float, title: str, large: str, first: str, second: str) -> None:
    page.text(x, page.y - 16, title, 8.5, color=QUIET, width=width)
    page.text(x, page.y - 43, large, 24, bold=True, color=ACCENT, width=width)
    page.text(x, page.y - 59, first, 8.5, width=width)
    page.text(x, page.y - 72, second, 8, color=QUIET, width=width)


def _number(page: Page, report: Report, x: float, width: float) -> None:
    """The number with both ranges, in words and as a bar: thick where it most likely is, thin almost certainly."""
    say, estimate = report.say, report.headline
    value = report.number(estimate.vo2max_ml_kg_min)
    _box(page, x, width, say("report.vo2max"), value, "", report.ranges)
    page.text(x + text_width(value, BOLD, 24) + 5, page.y - 43, say("report.unit"), 8.5)
    if estimate.low is None or estimate.high is None:
        return
    low, high = estimate.low, estimate.high

    def at(number: float) -> float:
        return x + width * (number - low) / (high - low)

    page.canvas.setStrokeColor(ACCENT)
    page.canvas.setLineWidth(1.2)
    page.canvas.line(x, page.y - 56, x + width, page.y - 56)
    if estimate.likely_low is not None and estimate.likely_high is not None:
        page.canvas.setLineWidth(5)
        page.canvas.line(at(estimate.likely_low), page.y - 56, at(estimate.likely_high), page.y - 56)
    page.canvas.setFillColor(WHITE)
    page.canvas.setLineWidth(1.4)
    page.canvas.circle(at(estimate.vo2max_ml_kg_min or 0.0), page.y - 56, 3.6, stroke=1, fill=1)


def _age(page: Page, report: Report, x: float, width: float) -> None:
    titles = report.say("report.fitness_age"), report.say("report.age_meaning")
    _box(page, x, width, titles[0], report.fitness_age_words, report.fitness_age_range, titles[1])


def _norm(page: Page, report: Report, x: float, width: float) -> None:
    say, reference = report.say, report.assessment.reference
    assert reference is not None
    percent = say("report.percent", n=report.number(reference.percent_of_expected, 0))
    expected = say("report.expected", n=report.number(reference.expected_ml_kg_min))
    words = report.norm_words if report.advice.verdicts else ""
    _box(page, x, width, say("report.compared"), percent, expected, "")
    for number, line in enumerate(wrap(words, REGULAR, 7, width)[:2]):
        page.text(x, page.y - 69.5 - 8.5 * number, line, 7, color=QUIET, width=width)


def _no_norm(page: Page, report: Report, x: float, width: float) -> None:
    """In place of a comparison with people whom the reference does not know."""
    page.text(x, page.y - 16, report.say("report.compared"), 8.5, color=QUIET, width=width)
    for number, line in enumerate(wrap(report.no_norm_words, REGULAR, 8.5, width)[:4]):
        page.text(x, page.y - 32 - 12 * number, line, 8.5)


def _surer(page: Page, report: Report, x: float, width: float) -> None:
    """In place of an age whose range is as wide as a life."""
    page.text(x, page.y - 16, report.say("report.surer.title"), 8.5, color=QUIET, width=width)
    for number, line in enumerate(wrap(report.remedy_words, REGULAR, 8.5, width)[:4]):
        page.text(x, page.y - 32 - 12 * number, line, 8.5)


def _measured(page: Page, report: Report) -> None:
    """What the test did measure, in one line: no row of empty boxes."""
    say, seen = report.say, course(report.run, report.assessment)
    words = [say("report.nothing.walked", time=report.clock(seen.walked_s))] if seen.walked_s else []
    if seen.peak_hr_bpm is not None:
        words.append(say("report.nothing.peak", bpm=report.number(seen.peak_hr_bpm, 0)))
    other = report.other_number
    if not words and not other:
        return
    lines = wrap(other, REGULAR, 9, INNER - 20) if other else []
    height = 38.0 + 12 * len(lines)
    page.canvas.setFillColor(PALE)
    page.canvas.roundRect(MARGIN, page.y - height, INNER, height, 5, stroke=0, fill=1)
    page.text(MARGIN + 10, page.y - 15, say("report.nothing.measured"), 8.5, color=QUIET)
    page.text(MARGIN + 10, page.y - 30, " · ".join(words), 11, bold=True, width=INNER - 20)
    for number, line in enumerate(lines):
        page.text(MARGIN + 10, page.y - 44 - 12 * number, line, 9)
    page.y -= height


def _chart(page: Page, report: Report, height: float) -> None:
    say, found = report.say, report.assessment
    measured = any(s.vo2_ml_kg_min is not None and s.observation.hr_bpm is not None for s in found.stages)
    if not measured and not report.tested:
        return
    page.heading(say("report.heading.workload" if measured else "report.heading.trend"))
    top, left, width = page.y, MARGIN, INNER
    if measured:
        width = INNER * (0.60 if report.tested else 1.0) - 34
        with page.canvas.part(FIGURE, alt=in_words.workload(report)):
            charts.workload(page.canvas, Box(MARGIN + 34, top - height - 2, width, height - 8), report)
        left = MARGIN + 34 + width + 14
    bottom = top - height - 2
    if report.tested:
        inner = left + 30
        if measured:  # beside the other chart's heading, above the same rule
            with page.canvas.part(SECTION):
                page.text(left, top + 7, say("report.heading.trend"), 10.5, bold=True, color=ACCENT)
        with page.canvas.part(FIGURE, alt=in_words.trend(report)):
            trend_chart.draw(page.canvas, Box(inner, bottom, WIDTH - MARGIN - inner, height - 22), report)
        if report.trend is not None:
            values = {name: report.signed(getattr(report.trend, name)) for name in ("per_year", "low", "high")}
            page.text(left, top - 9, say("report.trend", **values), 7, color=QUIET)
    page.y = bottom - 26
    key = "legend_effort" if report.run.subject.irregular_rhythm else "legend"
    legend = [say(f"report.chart.{key}")] if measured else []
    legend += [say("report.chart.legend_line")] if measured and found.line is not None else []
    if report.tested:
        legend.append(say(f"report.chart.legend_{'trend' if trend_chart.healthy_line(report) else 'tests'}"))
    if any(point.verdict.startswith("real") for point in report.tested):
        legend += [say("report.trendline.legend_up"), say("report.trendline.legend_down")]
    if report.last_imported is not None and report.tested:
        legend.append(say("report.chart.legend_imported"))
    page.paragraph(" ".join(legend), 7, color=QUIET, most=3)


def _change(page: Page, report: Report) -> None:
    """The sentence first, in a patient's words; the figures that it rests on in smaller type."""
    say = report.say
    if report.assessment.change is None and not report.advice.verdicts:
        return
    page.heading(say("report.heading.change"))
    told = change_words(report)
    if told.first:
        page.paragraph(told.first, 10, bold=True, most=2)
    page.paragraph(told.then, 8.5, most=6)


def _training(page: Page, report: Report) -> None:
    say, advice = report.say, report.advice
    page.heading(say("report.heading.training"))
    if advice.symptoms:
        page.paragraph(report.next_test, 9.5, bold=True, color=ACCENT)
        return
    if "training" in report.clinic.without:
        page.paragraph(report.next_test, 9.5, bold=True, color=ACCENT)
        return
    told = report.prescription
    if told is None:
        page.paragraph(no_session_words(say, advice), 9.5, bold=True)
    else:
        first, *more = session_words(say, told)
        page.paragraph(first, 9.5, bold=True, most=2)
        page.paragraph(" ".join(more), 8.5, most=4)
    by_borg = by_borg_words(say, advice)
    if by_borg:
        page.paragraph(by_borg, 9, most=2)
    _zones(page, report)
    page.y -= 4
    page.paragraph(report.next_test, 9.5, bold=True, color=ACCENT)


def _zones(page: Page, report: Report) -> None:
    say = report.say
    told = zones(report.assessment, report.advice)
    if not told:
        return
    page.y -= 4
    places = {"zone": 0.0, "pulse": 48.0, "borg": 128.0, "talk": 178.0}
    if not report.advice.may(PULSE_ZONES):  # no column of dashes
        places = {"zone": 0.0, "borg": 48.0, "talk": 98.0}
    columns = tuple(places.values())
    rows: list[dict[str, str]] = [{name: say(f"report.zone.{name}") for name in places}]
    for zone in told:
        rows.append(dict(zip(ZONE_COLUMNS, zone_cells(say, zone), strict=True)))
    for number, cells in enumerate([[row[name] for name in places] for row in rows]):
        page.y -= 12
        with page.canvas.group(ROW):
            for x, cell, until in zip(columns, cells, (*columns[1:], INNER), strict=True):
                with page.canvas.part(CELL if number else HEAD_CELL):
                    page.text(MARGIN + x, page.y, cell, 8, width=until - x - 4, color=INK if number else QUIET)
        page.canvas.setStrokeColor(RULE)
        page.canvas.setLineWidth(0.4)
        page.canvas.line(MARGIN, page.y - 3, WIDTH - MARGIN, page.y - 3)
    left_out = zones_left_out_words(say, report.advice)
    if left_out:
        page.y -= 4
        page.paragraph(left_out, 8, color=QUIET)

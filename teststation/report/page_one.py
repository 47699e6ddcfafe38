"""Page one: the answer, for the patient and for the journal."""

from teststation.physiology.advice import FOUR_BY_FOUR, PULSE_ZONES
from teststation.physiology.result import Change
from teststation.physiology.zones import ZONES
from teststation.report import charts
from teststation.report.charts import Box
from teststation.report.layout import ACCENT, BOLD, INK, INNER, MARGIN, PALE, QUIET, RULE, WIDTH, Page, wrap
from teststation.report.model import Report

CHART_HEIGHT = 236.0


def draw(page: Page, report: Report) -> None:
    """Head, sentence, three answers, chart, trend, training."""
    _head(page, report)
    _answers(page, report)
    _chart(page, report)
    _change(page, report)
    _training(page, report)


def _head(page: Page, report: Report) -> None:
    say, run = report.say, report.run
    top = page.y
    page.text(
        MARGIN, top - 14, report.clinic.name or say("report.title"), 15, bold=True, color=ACCENT, width=INNER * 0.55
    )
    page.text(MARGIN, top - 29, say("report.title") + " · " + run.plan.title, 9, color=QUIET, width=INNER * 0.6)
    right = WIDTH - MARGIN
    page.text(right, top - 12, report.person.name, 12, bold=True, right=True, width=INNER * 0.42)
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
    say, found, estimate = report.say, report.assessment, report.headline
    reference = found.reference
    top, height = page.y - 12, 82.0
    gap = 10.0
    width = (INNER - 2 * gap) / 3
    low_high = ""
    if estimate.vo2max_ml_kg_min is not None:
        low_high = report.ranges
    cells = (
        (
            say("report.vo2max"),
            report.number(estimate.vo2max_ml_kg_min),
            say("report.unit") if estimate.vo2max_ml_kg_min is not None else say("report.no_number"),
            low_high,
        ),
        (say("report.fitness_age"), report.fitness_age_words, report.fitness_age_range, say("report.age_meaning")),
        (
            say("report.compared"),
            "–" if reference is None else say("report.percent", n=report.number(reference.percent_of_expected, 0)),
            "" if reference is None else say("report.expected", n=report.number(reference.expected_ml_kg_min)),
            report.norm_words,
        ),
    )
    for place, (title, large, first, second) in enumerate(cells):
        x = MARGIN + place * (width + gap)
        page.canvas.setFillColor(PALE)
        page.canvas.roundRect(x, top - height, width, height, 5, stroke=0, fill=1)
        page.text(x + 10, top - 16, title, 8.5, color=QUIET, width=width - 20)
        page.text(x + 10, top - 43, large, 24, bold=True, color=ACCENT, width=width - 20)
        page.text(x + 10, top - 59, first, 8.5, width=width - 20)
        page.text(x + 10, top - 72, second, 8, color=QUIET, width=width - 20)
    page.y = top - height


def _chart(page: Page, report: Report) -> None:
    say = report.say
    page.heading(say("report.heading.workload"))
    with_trend = len(report.tested) > 1
    width = INNER * (0.60 if with_trend else 1.0) - 34
    box = Box(MARGIN + 34, page.y - CHART_HEIGHT - 2, width, CHART_HEIGHT - 8)
    charts.workload(page.canvas, box, report)
    if with_trend:
        left = MARGIN + 34 + width + 44
        page.text(left - 30, page.y - 10, say("report.heading.trend"), 8.5, bold=True, color=QUIET)
        charts.trend(page.canvas, Box(left, box.y, WIDTH - MARGIN - left, box.height - 22), report)
        if report.trend is not None:
            values = {name: report.number(getattr(report.trend, name)) for name in ("per_year", "low", "high")}
            page.text(left - 30, page.y - 20, say("report.trend", **values), 7, color=QUIET)
    page.y = box.y - 26
    legend = say("report.chart.legend")
    if with_trend and report.last_imported is not None:
        legend = f"{legend} {say('report.chart.legend_imported')}"
    page.paragraph(legend, 7, color=QUIET, most=2)


def _change(page: Page, report: Report) -> None:
    say, change = report.say, report.assessment.change
    page.heading(say("report.heading.change"))
    if change is None:
        page.paragraph(report.first_words, 9, most=3)
        return
    if change.not_comparable:
        _side_by_side(page, report, change)
        return
    values = {
        "day": report.day(change.earlier_started_at),
        "size": ("+" if change.change_ml_kg_min >= 0 else "") + report.number(change.change_ml_kg_min),
        "low": report.number(change.low),
        "high": report.number(change.high),
        "verdict": say(f"report.change.{change.wording}"),
    }
    text = say("report.change.line", **values)
    if change.probability_of_rise is not None and change.wording != "not_comparable":
        text += " " + say("report.change.probability", percent=report.percent(change.probability_of_rise))
    if change.baseline_tests > 1:
        text += " " + say("report.change.baseline")
    if change.pulse_at_equal_load_bpm is not None:
        text += " " + say("report.change.pulse", bpm=report.number(change.pulse_at_equal_load_bpm, 0))
    if change.real_from_ml_kg_min is not None and change.possible_from_ml_kg_min is not None:
        real, possible = report.number(change.real_from_ml_kg_min), report.number(change.possible_from_ml_kg_min)
        text += " " + say("report.change.thresholds", real=real, possible=possible)
    if change.fitness_age is not None:
        age = change.fitness_age
        years = {name: report.number(getattr(age, name), 0) for name in ("years", "low", "high")}
        known = age.capped == "none"
        text += " " + (say("report.change.years", **years) if known else say("report.change.years_unknown"))
    if change.notes:
        text += " " + say("report.change.note", what="; ".join(say.say(cause) for cause in change.notes))
    page.paragraph(text, 9, most=4)


def _side_by_side(page: Page, report: Report, change: Change) -> None:
    """Two tests that cannot be compared: both numbers and what differs, and no word on the difference."""
    say = report.say
    before = next((p for p in report.history if p.started_at == change.earlier_started_at), None)
    values = {
        "day": report.day(change.earlier_started_at),
        "before": report.number(None if before is None else before.vo2max_ml_kg_min),
        "now": report.number(report.headline.vo2max_ml_kg_min),
    }
    page.paragraph(say("advice.then_and_now", **values), 9)
    differences = "; ".join(say.say(cause) for cause in change.not_comparable)
    page.paragraph(say("report.change.differs", what=differences), 9, bold=True, most=2)


def _training(page: Page, report: Report) -> None:
    say, advice = report.say, report.advice
    page.heading(say("report.heading.training"))
    if advice.symptoms:
        page.paragraph(report.next_test, 9.5, bold=True, color=ACCENT)
        return
    page.paragraph(_intervals(report), 9.5, bold=True, most=3)
    if advice.withheld_because is not None and not advice.may(PULSE_ZONES) and not advice.again:
        page.paragraph(say("advice.borg_only", why=say.say(advice.withheld_because)), 9, most=2)
    page.y -= 4
    _zones(page, report, with_pulse=advice.may(PULSE_ZONES))
    page.y -= 4
    page.paragraph(report.next_test, 9.5, bold=True, color=ACCENT)


def _intervals(report: Report) -> str:
    """The 4x4 session, by pulse where pulse may be aimed at, else by Borg."""
    say, training, advice = report.say, report.assessment.training, report.advice
    if not advice.may(FOUR_BY_FOUR):
        return say("advice.no_training")
    if not advice.may(PULSE_ZONES):
        return say("advice.four_by_borg")
    if training is None:
        low, high = (report.number(share * report.assessment.hr_max.bpm, 0) for share in (0.85, 0.95))
        return say("report.training.pulse_only", low=low, high=high)
    values = {
        "low": report.number(training.hr_low_bpm, 0),
        "high": report.number(training.hr_high_bpm, 0),
        "target": report.number(training.hr_target_bpm, 0),
        "speed": report.number(training.speed_kmh),
        "incline": report.number(training.incline_pct),
        "gait": say(f"report.gait.{training.gait.value}"),
    }
    return say("report.training.four", **values)


def _zones(page: Page, report: Report, *, with_pulse: bool) -> None:
    say, hr_max = report.say, report.assessment.hr_max.bpm
    columns = (0.0, 48.0, 128.0, 178.0)
    for zone in (None, *ZONES):
        page.y -= 12
        if zone is None:
            cells = tuple(say(f"report.zone.{name}") for name in ("zone", "pulse", "borg", "talk"))
        else:
            pulse = f"{report.number(zone.hr_share_low * hr_max, 0)}–{report.number(zone.hr_share_high * hr_max, 0)}"
            talk = say(f"report.talk.{zone.name.replace('-', '_').lower()}")
            cells = (zone.name, pulse if with_pulse else "–", f"{zone.borg_low}–{zone.borg_high}", talk)
        for x, cell, until in zip(columns, cells, (*columns[1:], INNER), strict=True):
            page.text(MARGIN + x, page.y, cell, 8, width=until - x - 4, color=QUIET if zone is None else INK)
        page.canvas.setStrokeColor(RULE)
        page.canvas.setLineWidth(0.4)
        page.canvas.line(MARGIN, page.y - 3, WIDTH - MARGIN, page.y - 3)

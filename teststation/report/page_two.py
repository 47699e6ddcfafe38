"""Page two: how the answer came about, for the professional."""

from teststation.physiology.result import METHODS, Estimate, StageResult
from teststation.report import charts
from teststation.report.charts import Box
from teststation.report.layout import ACCENT, BAND, INK, INNER, MARGIN, PALE, QUIET, RULE, WIDTH, Page
from teststation.report.model import Report
from teststation.units import ML_KG_MIN_PER_MET

CHART_HEIGHT = 150.0
TERMS_SHOWN = 6  # the smaller ones are in the JSON


def draw(page: Page, report: Report) -> None:
    """Course, stages, method, methods side by side, error budget, devices, signature."""
    say = report.say
    page.text(MARGIN, page.y - 10, say("report.heading.professional"), 12, bold=True, color=ACCENT)
    who = f"{report.person.name} · {report.day(report.run.started_at)}"
    page.text(WIDTH - MARGIN, page.y - 10, who, 9, color=QUIET, right=True, width=INNER * 0.5)
    page.y -= 14
    page.heading(say("report.heading.course"), 16)
    box = Box(MARGIN + 34, page.y - CHART_HEIGHT - 2, INNER - 34, CHART_HEIGHT - 6)
    charts.over_time(page.canvas, box, report)
    page.y = box.y - 22
    _stages(page, report)
    _method(page, report)
    _methods(page, report)
    _budget(page, report)
    _foot(page, report)


_COLUMNS = (
    ("name", 64),
    ("planned", 70),
    ("walked", 70),
    ("vo2", 32),
    ("met", 28),
    ("pulse", 30),
    ("percent", 34),
    ("rpe", 26),
    ("bp", 40),
    ("used", 0),
)


def _stages(page: Page, report: Report) -> None:
    say, stages = report.say, report.assessment.stages
    page.heading(say("report.heading.stages"))
    row_height = 11.5 if len(stages) <= 8 else max(6.5, 92.0 / len(stages))
    size = min(7.5, row_height * 0.7)
    for stage in (None, *stages):
        page.y -= row_height
        x = MARGIN
        cells = [say(f"report.stage.{name}") for name, _ in _COLUMNS] if stage is None else _cells(report, stage)
        for cell, (_, width) in zip(cells, _COLUMNS, strict=True):
            room = (width or MARGIN + INNER - x) - 4
            page.text(x, page.y, cell, size, bold=stage is None, color=QUIET if stage is None else INK, width=room)
            x += width
        page.canvas.setStrokeColor(RULE)
        page.canvas.setLineWidth(0.4)
        page.canvas.line(MARGIN, page.y - row_height * 0.28, WIDTH - MARGIN, page.y - row_height * 0.28)
    if not stages:
        page.paragraph(say("report.stage.none"), 8.5)


def _cells(report: Report, stage: StageResult) -> list[str]:
    seen, say, n = stage.observation, report.say, report.number
    load = say("report.stage.load", speed="{0}", incline="{1}")
    planned = seen.planned
    used = "–" if stage.excluded_because is None else say.say(stage.excluded_because)
    if stage.used:
        used = "; ".join((say("report.stage.yes"), *(say.say(doubt) for doubt in stage.doubts)))
    vo2, pulse = stage.vo2_ml_kg_min, seen.hr_bpm
    return [
        seen.name,
        "–" if planned is None else load.format(n(planned.speed_kmh), n(planned.incline_pct)),
        load.format(n(seen.actual.speed_kmh), n(seen.actual.incline_pct)),
        n(vo2),
        n(None if vo2 is None else vo2 / ML_KG_MIN_PER_MET),
        n(pulse, 0),
        n(None if pulse is None else 100 * pulse / report.assessment.hr_max.bpm, 0),
        "–" if seen.rpe is None else str(seen.rpe),
        "–" if seen.systolic_mmhg is None else f"{seen.systolic_mmhg}/{seen.diastolic_mmhg}",
        used,
    ]


def _method(page: Page, report: Report) -> None:
    say, found, subject, n = report.say, report.assessment, report.run.subject, report.number
    page.heading(say("report.heading.method"))
    estimate = found.estimates["extrapolation"]
    hr_max = say(f"report.hr_max.{found.hr_max.source}", bpm=n(found.hr_max.bpm, 0), see=n(found.hr_max.see_bpm))
    if found.hr_max.measured_on is not None:
        hr_max += " " + say("report.hr_max.measured_on", day=report.day(found.hr_max.measured_on))
    if found.hr_max.rpe_check_bpm is not None and found.hr_max.source != "rpe":
        hr_max += " " + say("report.hr_max.check", bpm=n(found.hr_max.rpe_check_bpm, 0))
    if found.hr_max.reckoned_source == "age":
        hr_max += " " + say(
            "report.hr_max.reckoned", bpm=n(found.hr_max.reckoned_bpm, 0), sd=n(found.hr_max.reckoned_sd_bpm, 0)
        )
    line = "" if estimate.r2 is None else say("report.method.line", n=estimate.n_stages or 0, r2=n(estimate.r2, 2))
    person = say(
        "report.method.person", weight=n(subject.weight_kg), height=n(subject.height_cm, 0), age=report.whole_years
    )
    flags = [say(f"report.flag.{flag}") for flag in ("beta_blocker", "irregular_rhythm") if getattr(subject, flag)]
    page.paragraph(f"{hr_max} {line} {person} {' '.join(flags)}", 8, most=4)
    if found.hr_max.question is not None:
        page.paragraph(say.say(found.hr_max.question), 8, bold=True, most=2)
    page.paragraph(f"{say('report.method.ended')} {report.ending}.", 8, most=3)


def _methods(page: Page, report: Report) -> None:
    """Every estimate with its interval on one scale, or why it is withheld."""
    say = report.say
    page.heading(say("report.heading.methods"))
    estimates = {name: report.assessment.estimates[name] for name in METHODS if name in report.assessment.estimates}
    numbers = [e.high for e in estimates.values() if e.high is not None]
    top = max([60.0, *numbers])
    left, right = MARGIN + 190, WIDTH - MARGIN - 6
    for name, estimate in estimates.items():
        page.y -= 11
        headline = name == report.assessment.headline
        page.text(MARGIN, page.y, say(f"report.estimate.{name}"), 8, bold=headline, width=112)
        if estimate.vo2max_ml_kg_min is None:
            why = "–" if estimate.why is None else say("report.withheld", why=say.say(estimate.why))
            page.text(MARGIN + 116, page.y, why, 7.5, color=QUIET, width=INNER - 120)
            continue
        page.text(MARGIN + 140, page.y, report.number(estimate.vo2max_ml_kg_min), 8, bold=headline, right=True)
        interval = f"({report.number(estimate.low, 0)}–{report.number(estimate.high, 0)})"
        page.text(MARGIN + 144, page.y, interval, 7.5, color=QUIET, width=44)
        _interval(page, estimate, left, right, top)
    notes: list[str] = []
    combined, second = estimates.get("combined"), report.assessment.second_reference
    if combined is not None and len(combined.ingredients) == 2:
        stages, people = (report.number(100 * one.weight, 0) for one in combined.ingredients)
        first, known = (one.name for one in combined.ingredients)
        key = known if known == "questions" else first
        notes.append(say(f"report.ingredients.{key}", stages=stages, people=people))
    if combined is not None:
        notes += [f"{say.say(remark)}." for remark in combined.remarks]
    if second is not None:
        percent, median = report.number(second.percent_of_expected, 0), report.number(second.expected_ml_kg_min)
        notes.append(say("report.second_reference", percent=percent, median=median))
    if notes:
        page.paragraph(" ".join(notes), 7.5, color=QUIET, most=3)


def _interval(page: Page, estimate: Estimate, left: float, right: float, top: float) -> None:
    def at(value: float | None) -> float:
        return left + (right - left) * min(1.0, (value or 0.0) / top)

    canvas = page.canvas
    canvas.setStrokeColor(BAND)
    canvas.setLineWidth(5)
    canvas.line(at(estimate.low), page.y + 2.5, at(estimate.high), page.y + 2.5)
    canvas.setFillColor(ACCENT)
    canvas.circle(at(estimate.vo2max_ml_kg_min), page.y + 2.5, 2.8, stroke=0, fill=1)


def _budget(page: Page, report: Report) -> None:
    """What the uncertainty is made of: each term's share of the variance."""
    terms, say = report.assessment.error_budget, report.say
    if not terms:
        return
    page.heading(say("report.heading.budget"))
    total = sum(term.sd_ml_kg_min**2 for term in terms)
    longest = max(term.sd_ml_kg_min**2 / total for term in terms)
    for term in sorted(terms, key=lambda one: -one.sd_ml_kg_min)[:TERMS_SHOWN]:
        page.y -= 10.5
        share = term.sd_ml_kg_min**2 / total
        page.text(MARGIN, page.y, say(f"report.term.{term.name}"), 8, width=176)
        page.canvas.setFillColor(BAND)
        page.canvas.rect(MARGIN + 182, page.y - 1.5, 200 * share / longest, 8, stroke=0, fill=1)
        told = say("report.term_size", sd=report.number(term.sd_ml_kg_min), percent=report.number(100 * share, 0))
        page.text(MARGIN + 390, page.y, told, 7.5, color=QUIET, width=INNER - 390)
    if report.limits_words:
        page.paragraph(report.limits_words, 7.5, color=QUIET, most=2)


def _foot(page: Page, report: Report) -> None:
    run, say = report.run, report.say
    page.heading(say("report.heading.devices"))
    values = {
        "treadmill": run.treadmill,
        "heart_rate": run.heart_rate,
        "gap": report.number(run.link.worst_gap_ms, 0),
        "version": report.made_with,
        "algorithm": report.assessment.algorithm_version,
        "protocol": run.plan.id,
        "sha": run.plan.sha256[:16],
        "data": report.data_sha256[:16] or "–",
        "log": report.log_row or "–",
    }
    page.paragraph(f"{say('report.devices', **values)} · {_belt_check(report)}", 7, color=QUIET, most=4)
    page.paragraph(say("report.sources"), 7, color=QUIET, most=3)
    _signature(page, report)


def _signature(page: Page, report: Report) -> None:
    """The comment, and who signed it when; lines for pen and paper where nobody has."""
    say, signed, y = report.say, report.signatures, 62.0
    day, name = (report.signed_on(signed[0]), signed[0].name) if signed else ("", "")
    if page.y < y + 14:
        # A very long test leaves no room for comments, and lines for a pen belong to the printed form.
        if signed:
            words = " ".join([say("report.signed", day=day, name=name), *report.professional_words[-1:]])
            page.text(MARGIN, y - 9, words, 7, width=INNER)
        return
    page.canvas.setFillColor(PALE)
    height = min(70.0, page.y - y - 26)
    if height > 20:
        page.canvas.rect(MARGIN, page.y - 8 - height, INNER, height, stroke=0, fill=1)
        page.text(MARGIN + 6, page.y - 19, say("report.comment"), 7.5, color=QUIET)
        page.y -= 22
        room = int((height - 18) / 10)
        words = " ".join(report.professional_words)
        if words and room > 0:
            page.paragraph(words, 7.5, most=room, x=MARGIN + 6, width=INNER - 12)
    page.canvas.setStrokeColor(INK)
    page.canvas.setLineWidth(0.6)
    for x, label, value in (
        (MARGIN, "report.sign_date", day), (MARGIN + INNER / 2, "report.sign_name", name)
    ):  # fmt: skip
        page.canvas.line(x, y, x + INNER / 2 - 20, y)
        page.text(x, y + 3, value, 9, width=INNER / 2 - 20)
        page.text(x, y - 9, say(label), 7, color=QUIET)


def _belt_check(report: Report) -> str:
    check, say = report.run.belt_check, report.say
    if check is None:
        return say("report.belt_check.none")
    sign = "+" if check.error_pct >= 0 else ""
    error = f"{sign}{report.number(check.error_pct)}"
    return say(f"report.belt_check.{check.method}", day=report.day(check.day), error=error)

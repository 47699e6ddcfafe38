"""Page two and on: what was known and how the answer came about, for the professional. What is long goes overleaf."""

from collections.abc import Callable

from teststation.physiology.result import METHODS, Estimate
from teststation.report import charts, in_words, ledger
from teststation.report.charts import Box
from teststation.report.flow import (
    Block,
    beside,
    gap,
    heading,
    height_of,
    on_pages,
    place,
    row,
    section,
    stacked,
    written,
)
from teststation.report.known import known_words, told_of
from teststation.report.layout import (
    ACCENT,
    BAND,
    HEIGHT,
    INK,
    INNER,
    MARGIN,
    PALE,
    QUIET,
    REGULAR,
    WIDTH,
    Page,
    name_lines,
)
from teststation.report.model import Report
from teststation.report.numbers import number_rows
from teststation.report.stages import stage_rows
from teststation.report.typesetting.drawing import text_width
from teststation.report.typesetting.tagging import FIGURE, HEADING

CHART_HEIGHTS = 110.0, 94.0, 78.0
HALF, RIGHT = 246.0, 259.0  # the width of a column, and where the right one begins
SIGNATURE_TOP, FOOT = 77.0, 54.0
TOP = 18.0  # from a page's margin down to its first block
SMALL, TINY = 7.5, 6.5
TERMS_SHOWN = 6  # the smaller ones are in the JSON
LOWEST_PEN_BOX = 34.0


def _in_as_few_pages(report: Report, room: float) -> list[list[Block]]:
    """The blocks page by page; the chart gives way where that leaves nothing for a page more."""
    found: list[list[Block]] = []
    for height in CHART_HEIGHTS:
        pages = on_pages(_blocks(report, height), room - SIGNATURE_TOP, room - FOOT)
        if not found or len(pages) < len(found):
            found = pages
        if len(found) == 1:
            break
    return found


def sheets(report: Report) -> list[Callable[[Page], None]]:
    """One function for each page, the first with the signature; how many there are is known before any is drawn."""
    room = HEIGHT - MARGIN - TOP
    pages = _in_as_few_pages(report, room)
    return [_sheet(report, blocks, first=number == 0) for number, blocks in enumerate(pages)]


def _sheet(report: Report, blocks: list[Block], *, first: bool) -> Callable[[Page], None]:
    def draw(page: Page) -> None:
        title = report.say("report.heading.professional" if first else "report.sheet.heading")
        with page.canvas.part(HEADING):
            page.text(MARGIN, page.y - 10, title, 12, bold=True, color=ACCENT, width=INNER * 0.4)
        day = f" · {report.day(report.run.started_at)}"
        lines, size = name_lines(
            report.person.name, report.person.family, 9, INNER * 0.58 - text_width(day, REGULAR, 9), 1
        )
        for number, line in enumerate(lines):
            last = number == len(lines) - 1
            y = page.y - 10 + (size + 1) * (len(lines) - 1 - number)
            page.text(WIDTH - MARGIN, y, line + (day if last else ""), size, color=QUIET, right=True)
        page.y -= TOP
        place(page, blocks, MARGIN)
        if first:
            _signature(page, report)

    return draw


def _blocks(report: Report, chart_height: float) -> list[Block]:
    return [
        *(() if "course" in report.clinic.without else _course(report, chart_height)),
        *_stages(report),
        *_in_columns(report),
        *_comments(report),
        *_method(report),
        *(() if "methods" in report.clinic.without else _methods(report)),
        *_foot(report),
        *(ledger.blocks(report) if report.extras.ledger else ()),
    ]


def _course(report: Report, chart_height: float) -> list[Block]:
    """Pulse over time, what was noted on it, and the notes by their numbers."""
    told, say = told_of(report), report.say

    def chart(page: Page, x: float) -> None:
        box = Box(x + 34, page.y - chart_height, INNER - 34, chart_height - 2)
        with page.canvas.part(FIGURE, alt=in_words.over_time(report)):
            charts.over_time(page.canvas, box, report, told)

    lines = [
        say("report.marks.lead", n=number, clock=report.clock(one.t_s), words=one.words)
        for number, one in enumerate(told, start=1)
    ]
    chart_block = stacked([heading(say("report.heading.course"), INNER, 2), gap(2), Block(chart_height + 21, chart)])
    # Two columns, read downwards; a long note takes the lines it needs.
    half = -(-len(lines) // 2)
    pairs = zip(lines[:half], [*lines[half:], *[""] * (half - len(lines[half:]))], strict=True)
    return [
        chart_block,
        gap(4 if lines else 0),
        *(row([(a, INNER / 2), (b, INNER / 2)], 7, color=QUIET, ruled=False) for a, b in pairs),
    ]


def _stages(report: Report) -> list[Block]:
    rows = stage_rows(report)
    say = report.say
    return section(say("report.heading.stages"), INNER, rows or written(say("report.stage.none"), 8.5, INNER))


def _in_columns(report: Report) -> list[Block]:
    """The test in numbers beside what was known; one below the other where much was written."""
    say = report.say
    titles = say("report.sum.heading"), say("report.known.heading")
    numbers = number_rows(report, HALF)
    known = [line for words in known_words(report) for line in written(words, SMALL, HALF)]
    if height_of(known) <= height_of(numbers) + 30:
        left, right = ([heading(t, HALF), *blocks] for t, blocks in zip(titles, (numbers, known), strict=True))
        return [beside(left, right, RIGHT)]
    wide = [line for words in known_words(report) for line in written(words, SMALL, INNER)]
    return [*section(titles[1], INNER, wide), *section(titles[0], INNER, numbers)]


def _comments(report: Report) -> list[Block]:
    """The comment and every amendment, whole and with their line breaks."""
    lines = [line for words in report.professional_words for line in written(words, 8, INNER)]
    return section(report.say("report.comments.heading"), INNER, lines)


def _method(report: Report) -> list[Block]:
    say, found, subject, n = report.say, report.assessment, report.run.subject, report.number
    estimate = found.estimates["extrapolation"]
    words = [say(f"report.hr_max.{found.hr_max.source}", bpm=n(found.hr_max.bpm, 0), see=n(found.hr_max.see_bpm))]
    if found.hr_max.measured_on is not None:
        words.append(say("report.hr_max.measured_on", day=report.day(found.hr_max.measured_on)))
    if found.hr_max.rpe_check_bpm is not None and found.hr_max.source != "rpe":
        words.append(say("report.hr_max.check", bpm=n(found.hr_max.rpe_check_bpm, 0)))
    if found.hr_max.reckoned_source == "age":
        reckoned = n(found.hr_max.reckoned_bpm, 0), n(found.hr_max.reckoned_sd_bpm, 0)
        words.append(say("report.hr_max.reckoned", bpm=reckoned[0], sd=reckoned[1]))
    # Two points lie on a line whatever they are.
    if estimate.r2 is not None and (estimate.n_stages or 0) > 2:
        words.append(say("report.method.line", n=estimate.n_stages or 0, r2=n(estimate.r2, 2)))
    words.append(
        say("report.method.person", weight=n(subject.weight_kg), height=n(subject.height_cm, 0), age=report.whole_years)
    )
    blocks = written(" ".join(words), SMALL, INNER)
    if found.hr_max.question is not None:
        blocks += written(say.say(found.hr_max.question), SMALL, INNER, bold=True)
    if found.fitness_age_withheld is not None:
        age = say("report.fitness_age"), say("report.withheld", why=say.say(found.fitness_age_withheld))
        blocks += written(f"{age[0]} {age[1]}.", SMALL, INNER)
    blocks += written(f"{say('report.method.ended')} {report.ending}.", SMALL, INNER)
    return section(say("report.heading.method"), INNER, blocks)


def _methods(report: Report) -> list[Block]:
    """Every estimate with its interval on one scale beside what the doubt is made of; then what was withheld."""
    say = report.say
    estimates = {name: report.assessment.estimates[name] for name in METHODS if name in report.assessment.estimates}
    given = {name: one for name, one in estimates.items() if one.vo2max_ml_kg_min is not None}
    terms = _budget(report)
    width = HALF if terms else INNER
    top = max([60.0, *(one.high or 0.0 for one in given.values())])
    bars = [_estimate(report, name, one, width, top) for name, one in given.items()]
    blocks: list[Block] = []
    if given:
        left = [heading(say("report.heading.methods"), width), *bars]
        blocks.append(beside(left, terms, RIGHT) if terms else stacked(left))
    notes = _notes(report, estimates)
    return [*blocks, gap(4), *(line for words in notes for line in written(words, TINY, INNER, color=QUIET))]


def _notes(report: Report, estimates: dict[str, Estimate]) -> list[str]:
    say, notes = report.say, list[str]()
    combined, second = estimates.get("combined"), report.assessment.second_reference
    if combined is not None and len(combined.ingredients) == 2:
        stages, people = (report.number(100 * one.weight, 0) for one in combined.ingredients)
        first, known = (one.name for one in combined.ingredients)
        key = known if known == "questions" else first
        notes.append(say(f"report.ingredients.{key}", stages=stages, people=people))
    if combined is not None:
        notes += [f"{sentence[:1].upper()}{sentence[1:]}." for sentence in map(say.say, combined.remarks)]
    if second is not None:
        percent, median = report.number(second.percent_of_expected, 0), report.number(second.expected_ml_kg_min)
        notes.append(say("report.second_reference", percent=percent, median=median))
    together = [" ".join(part for part in (report.limits_words, *notes) if part)]
    reasons: dict[str, list[str]] = {}
    for name, one in estimates.items():
        if one.vo2max_ml_kg_min is None and one.why is not None:
            reasons.setdefault(say.say(one.why), []).append(say(f"report.estimate.{name}"))
    without = [f"{', '.join(names)} {say('report.withheld', why=why)}." for why, names in reasons.items()]
    return [words for words in (*together, " ".join(without)) if words]


def _estimate(report: Report, name: str, estimate: Estimate, width: float, top: float) -> Block:
    headline = name == report.assessment.headline
    value = report.number(estimate.vo2max_ml_kg_min)
    interval = f"({report.number(estimate.low, 0)}–{report.number(estimate.high, 0)})"

    def draw(page: Page, x: float) -> None:
        y, left = page.y - 9, x + 148
        page.text(x, y, report.say(f"report.estimate.{name}"), SMALL, bold=headline, width=86)
        page.text(x + 108, y, value, SMALL, bold=headline, right=True)
        page.text(x + 112, y, interval, 7, color=QUIET, width=34)

        def at(number: float | None) -> float:
            return left + (x + width - left) * min(1.0, (number or 0.0) / top)

        page.canvas.setStrokeColor(BAND)
        page.canvas.setLineWidth(5)
        page.canvas.line(at(estimate.low), y + 2.5, at(estimate.high), y + 2.5)
        page.canvas.setFillColor(ACCENT)
        page.canvas.circle(at(estimate.vo2max_ml_kg_min), y + 2.5, 2.8, stroke=0, fill=1)

    return Block(11, draw)


def _budget(report: Report) -> list[Block]:
    """What the uncertainty is made of: each term's share of the variance."""
    terms = report.assessment.error_budget
    if not terms:
        return []
    total = sum(term.sd_ml_kg_min**2 for term in terms)
    shares = {term.name: term.sd_ml_kg_min**2 / total for term in terms}
    longest = max(shares.values())
    width = INNER - RIGHT
    blocks = [heading(report.say("report.heading.budget"), width)]
    for term in sorted(terms, key=lambda one: -one.sd_ml_kg_min)[:TERMS_SHOWN]:
        told = {"sd": report.number(term.sd_ml_kg_min), "percent": report.number(100 * shares[term.name], 0)}
        words = report.say("report.term_size", **told)
        blocks.append(_term(report.say(f"report.term.{term.name}"), words, shares[term.name] / longest, width))
    return blocks


def _term(name: str, words: str, length: float, width: float) -> Block:
    def draw(page: Page, x: float) -> None:
        y = page.y - 9
        page.text(x, y, name, SMALL, width=120)
        page.canvas.setFillColor(BAND)
        page.canvas.rect(x + 122, y - 1.5, 36 * length, 8, stroke=0, fill=1)
        page.text(x + 162, y, words, 7, color=QUIET, width=width - 162)

    return Block(11, draw)


def _foot(report: Report) -> list[Block]:
    run, say = report.run, report.say
    made_with = {
        "version": report.made_with,
        "algorithm": report.assessment.algorithm_version,
        "protocol": run.plan.id,
        "sha": run.plan.sha256[:16],
        "data": report.data_sha256[:16] or "–",
        "log": report.log_row or "–",
    }
    told = [say("report.devices", treadmill=report.device(run.treadmill), heart_rate=report.device(run.heart_rate))]
    if run.link.worst_gap_ms:  # of a treadmill that the station does not command nobody has measured it
        told.append(say("report.gap", gap=report.number(run.link.worst_gap_ms, 0)))
    told += [say("report.made_with", **made_with), _belt_check(report)]
    blocks = written(" · ".join(told), TINY, INNER, color=QUIET)
    blocks += written(say("report.sources"), TINY, INNER, color=QUIET)
    return section(say("report.heading.devices"), INNER, blocks)


def _signature(page: Page, report: Report) -> None:
    """Who signed it when; where nobody has, lines for pen and paper, and a box for a comment where there is room."""
    say, signed, y = report.say, report.signatures, 62.0
    day, name = (report.signed_on(signed[0]), signed[0].name) if signed else ("", "")
    height = min(70.0, page.y - SIGNATURE_TOP - 8)
    if not signed and height >= LOWEST_PEN_BOX:
        page.canvas.setFillColor(PALE)
        page.canvas.rect(MARGIN, page.y - 8 - height, INNER, height, stroke=0, fill=1)
        page.text(MARGIN + 6, page.y - 19, say("report.comment"), SMALL, color=QUIET)
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
    return say(f"report.belt_check.{check.method}", day=report.day(check.day), error=report.signed(check.error_pct))

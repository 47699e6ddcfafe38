"""The page for who runs the clinic: what everybody's tests came to, of how many, and nobody by themselves."""

import io
from dataclasses import dataclass

from teststation.cause import Cause
from teststation.report.archive import archive
from teststation.report.layout import (
    ACCENT,
    BAND,
    INK,
    INNER,
    MARGIN,
    QUIET,
    RULE,
    WIDTH,
    Page,
    new_canvas,
    register_fonts,
)
from teststation.report.logo import picture_of
from teststation.report.model import Clinic
from teststation.texts import Texts, texts, writing
from teststation.training.clinic_results import YOUNGER_YEARS, ClinicResults, Mean
from teststation.training.effect import WORDINGS

VALUE, OF, BAR = 250.0, 330.0, 372.0  # where the columns begin, from the margin
BAR_ML_KG_MIN = 10.0  # half of the bar's width


@dataclass(frozen=True, slots=True)
class GroupPaper:
    """What the page is drawn from."""

    results: ClinicResults
    clinic: Clinic
    made_with: str
    language: str = "nb"

    @property
    def say(self) -> Texts:
        """The words of the page's language."""
        return texts(self.language)

    def count(self, value: int | None) -> str:
        """A count, or that it is hidden."""
        return self.say("group.hidden") if value is None else str(value)


def render_group(paper: GroupPaper) -> bytes:
    """One page of PDF/A. The same results of the same day give the same bytes."""
    register_fonts()
    out = io.BytesIO()
    canvas = new_canvas(out)
    canvas.setTitle(f"{paper.say('group.title')} {writing.day(paper.language, paper.results.on.isoformat())}")
    canvas.setCreator(f"teststation {paper.made_with}")
    page = Page(canvas)
    _draw(page, paper)
    canvas.showPage()
    canvas.save()
    return archive(out.getvalue())


def _draw(page: Page, paper: GroupPaper) -> None:
    say, results = paper.say, paper.results
    left = MARGIN
    if paper.clinic.logo:
        left += picture_of(paper.clinic.logo).draw(page.canvas, left, page.y - 38, 84.0, 38.0) + 8
    page.text(left, page.y - 14, paper.clinic.name or say("group.title"), 15, bold=True, color=ACCENT, width=INNER)
    page.text(
        left, page.y - 29, say("group.of_day", day=writing.day(paper.language, results.on.isoformat())), 9, color=QUIET
    )
    page.y -= 50
    if results.people is None or results.people == 0:
        page.paragraph(say("group.too_few", n=results.hidden_below), 11, bold=True)
        page.heading(say("group.heading.people"))
        _not_counted(page, paper)
        _foot(page, paper)
        return
    page.paragraph(_sentence(paper), 12, bold=True, most=3)
    _people(page, paper)
    _changes(page, paper)
    _groups(page, paper)
    _withheld(page, paper)
    _foot(page, paper)


def _sentence(paper: GroupPaper) -> str:
    mean, say = paper.results.mean_of_tested, paper.say
    if mean is None:
        return say("group.no_mean", people=paper.results.people or 0, n=paper.results.hidden_below)
    return say(
        "group.sentence",
        n=mean.people,
        mean=writing.signed(paper.language, mean.value, 1),
        low=writing.signed(paper.language, mean.low, 1),
        high=writing.signed(paper.language, mean.high, 1),
    )


def _people(page: Page, paper: GroupPaper) -> None:
    say, results = paper.say, paper.results
    page.heading(say("group.heading.people"))
    whole = results.people
    _row(page, say("group.people"), paper.count(whole))
    _row(page, say("group.tests"), paper.count(results.tests))
    _row(page, say("group.tested_twice"), paper.count(results.tested_twice), whole)
    _row(page, say("group.dropped_out"), paper.count(results.dropped_out), whole)
    if results.median_weeks is not None:
        _row(page, say("group.weeks"), writing.number(paper.language, results.median_weeks, 1), results.weeks_from)
    _not_counted(page, paper)


def _not_counted(page: Page, paper: GroupPaper) -> None:
    """How many were tested and are in none of these figures, and why."""
    say, results = paper.say, paper.results
    few = say("group.few", n=results.hidden_below)
    whole = results.not_counted
    _row(page, say("group.not_counted"), few if whole is None else str(whole))
    if whole:
        for why, count in results.not_counted_because.items():
            _row(page, say(f"group.because.{why}"), paper.count(count), whole)


def _changes(page: Page, paper: GroupPaper) -> None:
    say, results = paper.say, paper.results
    page.heading(say("group.heading.change"))
    for name, mean in (("tested", results.mean_of_tested), ("everybody", results.mean_of_everybody)):
        if mean is not None:
            _mean_row(page, paper, say(f"group.mean_{name}"), mean)
    for name in WORDINGS:
        if name in results.wordings:
            _row(page, say(f"group.wording.{name}"), paper.count(results.wordings[name]), results.tested_twice)
    if results.median_years is not None:
        _row(page, say("group.years"), writing.signed(paper.language, results.median_years, 0), results.years_from)
        younger = say("group.younger", years=writing.number(paper.language, YOUNGER_YEARS))
        _row(page, younger, paper.count(results.much_younger), results.years_from)
        _row(page, say("group.caps"), paper.count(results.at_caps), results.years_from)


def _groups(page: Page, paper: GroupPaper) -> None:
    say = paper.say
    page.heading(say("group.heading.groups"))
    for name, some in paper.results.by.items():
        label = say(f"group.by.{name}")
        if some.mean is None:
            _row(page, label, paper.count(some.people), paper.results.people)
        else:
            _mean_row(page, paper, f"{label} ({some.people})", some.mean)


def _withheld(page: Page, paper: GroupPaper) -> None:
    withheld, say = paper.results.withheld, paper.say
    if not withheld:
        return
    page.heading(say("group.heading.withheld"))
    for code, count in withheld.items():
        _row(page, cause_words(say, code), paper.count(count), paper.results.people)


def cause_words(say: Texts, code: str) -> str:
    """A cause by its code alone: what its sentence says of one test's numbers is left out."""
    if say.knows(f"group.cause.{code}"):
        return say(f"group.cause.{code}")
    try:
        return say.say(Cause(code))
    except KeyError:
        return code


def _row(page: Page, label: str, value: str, of: int | None = None) -> None:
    page.y -= 14
    page.text(MARGIN, page.y, label, 9, width=VALUE - 8)
    page.text(MARGIN + VALUE, page.y, value, 9, bold=True, width=OF - VALUE - 4)
    if of is not None:
        page.text(MARGIN + OF, page.y, f"/ {of}", 9, color=QUIET, width=BAR - OF - 4)
    page.canvas.setStrokeColor(RULE)
    page.canvas.setLineWidth(0.4)
    page.canvas.line(MARGIN, page.y - 4, WIDTH - MARGIN, page.y - 4)


def _mean_row(page: Page, paper: GroupPaper, label: str, mean: Mean) -> None:
    """A mean with its range in figures, and as a bar about no change."""
    _row(page, label, writing.signed(paper.language, mean.value, 1), mean.people)
    canvas, left = page.canvas, MARGIN + BAR
    middle, half = (left + MARGIN + INNER) / 2, (INNER - BAR) / 2

    def at(value: float) -> float:
        return middle + half * max(-1.0, min(1.0, value / BAR_ML_KG_MIN))

    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.6)
    canvas.line(middle, page.y - 3, middle, page.y + 9)
    canvas.setStrokeColor(BAND)
    canvas.setLineWidth(5)
    canvas.line(at(mean.low), page.y + 3, at(mean.high), page.y + 3)
    canvas.setFillColor(ACCENT)
    canvas.circle(at(mean.value), page.y + 3, 2.8, stroke=0, fill=1)


def _foot(page: Page, paper: GroupPaper) -> None:
    say = paper.say
    page.y -= 14
    for words in (say("group.how", n=paper.results.hidden_below), say("group.no_control"), say("group.promise")):
        page.paragraph(words, 8, color=QUIET, most=4)
    page.canvas.setStrokeColor(INK)
    page.canvas.setLineWidth(0.6)
    page.canvas.line(MARGIN, 40, WIDTH - MARGIN, 40)
    page.text(MARGIN, 29, say("report.intended_use"), 7, color=QUIET, width=INNER)
    page.text(MARGIN, 19, paper.clinic.footer, 7, color=QUIET, width=INNER)

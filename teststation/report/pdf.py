"""Pages of A4: one for the patient and the journal, one for the professional, and more where there is more to say."""

import io
from collections.abc import Callable
from functools import partial

from teststation.report import page_one, page_two
from teststation.report.layout import (
    HEIGHT,
    INK,
    INNER,
    MARGIN,
    QUIET,
    RULE,
    WHITE,
    WIDTH,
    Page,
    new_canvas,
    register_fonts,
)
from teststation.report.model import Report


def render(report: Report) -> bytes:
    """The report as PDF bytes. The same report gives the same bytes."""
    register_fonts()
    out = io.BytesIO()
    canvas = new_canvas(out)
    # A title says what it is and of which day, and of nobody: it stands in window titles and lists of files.
    title = f"{report.say('report.title')} {report.day(report.run.started_at)}"
    canvas.setTitle(" – ".join((*report.marks, title)))
    canvas.setSubject(report.say.name_of(report.run.plan.title))
    canvas.setCreator(f"teststation {report.made_with}")
    first: Callable[[Page], None] = partial(page_one.draw, report=report)
    pages = (first, *page_two.sheets(report))
    for number, draw in enumerate(pages, start=1):
        page = Page(canvas)
        draw(page)
        _footer(page, report, number, len(pages))
        if report.marks:
            _mark(page, report)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _mark(page: Page, report: Report) -> None:
    """Across the top of every page, where no part of it is cut off: why this is no original."""
    page.canvas.setFillColor(INK)
    page.canvas.rect(MARGIN, HEIGHT - MARGIN + 9, INNER, 17, stroke=0, fill=1)
    words = " · ".join(report.marks)
    page.text(MARGIN + 8, HEIGHT - MARGIN + 14, words, 10, bold=True, color=WHITE, width=INNER - 16)


def _footer(page: Page, report: Report, number: int, of: int) -> None:
    say = report.say
    with page.canvas.artifact():  # the same on every page
        page.canvas.setStrokeColor(RULE)
        page.canvas.setLineWidth(0.6)
        page.canvas.line(MARGIN, 40, WIDTH - MARGIN, 40)
        page.text(MARGIN, 29, say("report.intended_use"), 7, color=QUIET, width=INNER - 70)
        if report.clinic.footer:
            page.text(MARGIN, 19, report.clinic.footer, 7, color=QUIET, width=INNER)
        page.text(WIDTH - MARGIN, 29, say("report.page", number=number, of=of), 7, color=QUIET, right=True)

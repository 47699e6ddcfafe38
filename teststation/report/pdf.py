"""Two pages of A4: one for the patient and the journal, one for the professional."""

import io

from reportlab.pdfgen.canvas import Canvas

from teststation.report import page_one, page_two
from teststation.report.layout import HEIGHT, INNER, MARGIN, QUIET, REGULAR, RULE, WIDTH, Page, register_fonts
from teststation.report.model import Report

PAGES = (page_one.draw, page_two.draw)


def render(report: Report) -> bytes:
    """The report as PDF bytes. The same report gives the same bytes."""
    register_fonts()
    out = io.BytesIO()
    # Without a font of ours from the start, a page names Helvetica, which is embedded nowhere.
    canvas = Canvas(
        out,
        pagesize=(WIDTH, HEIGHT),
        initialFontName=REGULAR,  # pyright: ignore[reportArgumentType] - the stubs take it for a size
        invariant=1,
        pdfVersion=(1, 4),
    )
    canvas.setTitle(report.say("report.title"))
    canvas.setSubject(report.run.plan.title)
    canvas.setCreator(f"teststation {report.made_with}")
    for number, draw in enumerate(PAGES, start=1):
        page = Page(canvas)
        draw(page, report)
        _footer(page, report, number)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _footer(page: Page, report: Report, number: int) -> None:
    say = report.say
    page.canvas.setStrokeColor(RULE)
    page.canvas.setLineWidth(0.6)
    page.canvas.line(MARGIN, 40, WIDTH - MARGIN, 40)
    page.text(MARGIN, 29, say("report.intended_use"), 7, color=QUIET, width=INNER - 70)
    page.text(WIDTH - MARGIN, 29, say("report.page", number=number, of=len(PAGES)), 7, color=QUIET, right=True)

"""One page to keep in a safe: the record's passphrase, without which nobody opens it again."""

import io
from datetime import date

from reportlab.pdfbase.pdfmetrics import stringWidth

from teststation.report.layout import (
    INK,
    INNER,
    MARGIN,
    PALE,
    QUIET,
    REGULAR,
    Page,
    new_canvas,
    register_fonts,
    wrap,
)
from teststation.texts import texts

TYPEWRITER = "Courier-Bold"  # tells l, I and 1, O and 0 apart
SIZE = 17.0


def recovery_sheet(language: str, clinic: str, record: str, passphrase: str, today: date) -> bytes:
    """The page as PDF bytes.

    Args:
        language: One of ``texts.LANGUAGES``.
        clinic: The clinic's name, which may be empty.
        record: Where the record is, as the station names it.
    """
    register_fonts()
    say = texts(language)
    out = io.BytesIO()
    canvas = new_canvas(out)
    canvas.setTitle(say("recovery_sheet.title"))
    page = Page(canvas)
    page.text(MARGIN, page.y - 18, say("recovery_sheet.title"), 18, bold=True, width=INNER)
    page.y -= 34
    if clinic:
        page.paragraph(clinic, 11, most=2)
    page.paragraph(say("recovery_sheet.what"), 11, most=8)
    page.y -= 22
    _box(page, passphrase)
    page.y -= 14
    page.paragraph(say("recovery_sheet.spaces"), 9, color=QUIET, most=3)
    page.heading(say("recovery_sheet.belongs_to"), 30)
    page.y -= 4
    page.paragraph(record, 10, most=4)
    page.paragraph(say("recovery_sheet.made", day=_day(today, language)), 10)
    page.heading(say("recovery_sheet.how"), 30)
    page.y -= 4
    for number in range(1, 5):
        page.paragraph(f"{number}. {say(f'recovery_sheet.step{number}')}", 10, most=5)
        page.y -= 4
    page.y -= 30
    page.paragraph(say("recovery_sheet.kept_by"), 10)
    page.canvas.setStrokeColor(INK)
    page.canvas.line(MARGIN, page.y - 26, MARGIN + INNER, page.y - 26)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _day(day: date, language: str) -> str:
    return day.isoformat() if language == "en" else f"{day.day}.{day.month}.{day.year}"


def _box(page: Page, passphrase: str) -> None:
    """The passphrase in a typewriter's letters; what those do not have, in the page's own."""
    shown = passphrase.replace(" ", "␣")
    lines = _typed(shown) if _has_all(shown) else wrap(shown, REGULAR, SIZE, INNER - 40)
    height = len(lines) * SIZE * 1.6 + 22
    page.canvas.setFillColor(PALE)
    page.canvas.rect(MARGIN, page.y - height, INNER, height, stroke=0, fill=1)
    y = page.y - 11
    for line in lines:
        y -= SIZE * 1.6
        _line(page, MARGIN + 20, y + 8, line, typed=_has_all(shown))
    page.y -= height


def _has_all(text: str) -> bool:
    try:
        text.replace("␣", " ").encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _typed(text: str) -> list[str]:
    room = int((INNER - 40) / stringWidth("0", TYPEWRITER, SIZE))
    return [text[at : at + room] for at in range(0, len(text), room)]


def _line(page: Page, x: float, y: float, line: str, *, typed: bool) -> None:
    if not typed:
        page.text(x, y, line, SIZE, bold=True)
        return
    page.canvas.setFillColor(INK)
    for letter in line:
        width = stringWidth("0", TYPEWRITER, SIZE)
        if letter == "␣":  # no typewriter has the sign for a space: it is drawn
            page.canvas.setStrokeColor(INK)
            page.canvas.lines(
                [(x + 2, y + 3, x + 2, y - 1), (x + 2, y - 1, x + 8, y - 1), (x + 8, y - 1, x + 8, y + 3)]
            )
        else:
            page.canvas.setFont(TYPEWRITER, SIZE)
            page.canvas.drawString(x, y, letter)
        x += width

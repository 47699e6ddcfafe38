"""Draws lines of any script on a canvas. Where glyphs change places, the page carries the text as it was written."""

from typing import Any

from reportlab.pdfgen.canvas import Canvas

from teststation.report.typesetting.lines import pieces, width_em
from teststation.report.typesetting.tagging import PARAGRAPH, TaggedCanvas

LEFT, CENTRE, RIGHT = 0.0, 0.5, 1.0


def text_width(text: str, font: str, size: float) -> float:
    """The width of a line in points."""
    return width_em(text, font) * size


def draw_text(
    canvas: Canvas, x: float, y: float, text: str, font: str, size: float, *, anchor: float = LEFT, rtl: bool = False
) -> None:
    """One line at ``x``: its left end, its middle or its right end, by ``anchor``."""
    if not text:
        return
    if isinstance(canvas, TaggedCanvas):
        with canvas.part(PARAGRAPH):
            _draw(canvas, x, y, text, font, size, anchor, rtl=rtl)
    else:
        _draw(canvas, x, y, text, font, size, anchor, rtl=rtl)


def _draw(canvas: Canvas, x: float, y: float, text: str, font: str, size: float, anchor: float, *, rtl: bool) -> None:
    raw: Any = canvas  # reportlab has no public way to what stands around a text
    parts = pieces(text, font, right_to_left=rtl)
    x -= anchor * sum(part.width_em for part in parts) * size
    for part in parts:
        canvas.setFont(part.font, size)
        if part.needs_telling:
            said = part.said.encode("utf-16-be").hex().upper()
            raw._code.append(f"/Span << /ActualText <FEFF{said}> >> BDC")
        canvas.drawString(x, y, part.drawn)
        if part.needs_telling:
            raw._code.append("EMC")
        x += part.width_em * size

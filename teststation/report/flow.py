"""What fills pages from top to bottom: blocks of a known height, so that nothing is cut and pages are counted first."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from reportlab.lib.colors import Color

from teststation.report.layout import ACCENT, BOLD, INK, REGULAR, RULE, Page, wrap
from teststation.report.typesetting.drawing import LEFT, RIGHT, draw_text
from teststation.report.typesetting.lines import runs_right_to_left
from teststation.report.typesetting.tagging import CELL, HEAD_CELL, PARAGRAPH, ROW, SECTION

LEADING = 1.35
WHOLE_SECTION = 120.0  # a lower one is not torn apart between two pages


@dataclass(frozen=True, slots=True)
class Block:
    """``draw`` gets the page, whose ``y`` is the block's upper edge, and its left edge; it leaves ``y`` alone."""

    height: float
    draw: Callable[[Page, float], None]


Row = Sequence[tuple[str, float]]  # texts and the width of their columns


def gap(height: float) -> Block:
    """Nothing, so high."""
    return Block(height, lambda _page, _x: None)


def heading(text: str, width: float, above: float = 9.0) -> Block:
    """A section's heading with a rule under it."""

    def draw(page: Page, x: float) -> None:
        y = page.y - above - 8
        with page.canvas.part(SECTION):
            page.text(x, y, text, 10, bold=True, color=ACCENT, width=width)
        page.canvas.setStrokeColor(RULE)
        page.canvas.setLineWidth(0.6)
        page.canvas.line(x, y - 4, x + width, y - 4)

    return Block(above + 15, draw)


def written(text: str, size: float, width: float, *, bold: bool = False, color: Color = INK) -> list[Block]:
    """A text as it was written, a block a line: its line breaks stay, and Arabic begins at the right."""
    font = BOLD if bold else REGULAR
    blocks: list[Block] = []
    for paragraph in text.strip().splitlines():
        backwards = runs_right_to_left(paragraph)
        whole = object()  # its lines are one paragraph
        blocks += [
            _line(line, font, size, width, color, whole, backwards=backwards)
            for line in wrap(paragraph, font, size, width) or [""]
        ]
    return blocks


def _line(text: str, font: str, size: float, width: float, color: Color, whole: object, *, backwards: bool) -> Block:
    def draw(page: Page, x: float) -> None:
        page.canvas.setFillColor(color)
        at, anchor = (x + width, RIGHT) if backwards else (x, LEFT)
        with page.canvas.part(PARAGRAPH, same=whole):
            draw_text(page.canvas, at, page.y - size, text, font, size, anchor=anchor, rtl=backwards)

    return Block(size * LEADING, draw)


def row(cells: Row, size: float, *, bold: bool = False, color: Color = INK, ruled: bool = True) -> Block:
    """A row of a table; a text that is too wide for its column goes on below."""
    font = BOLD if bold else REGULAR
    wrapped = [wrap(text, font, size, width - 4) for text, width in cells]
    leading = size * 1.2
    height = max(1, *(len(lines) for lines in wrapped)) * leading + size * 0.32

    def draw(page: Page, x: float) -> None:
        left = x
        with page.canvas.group(ROW) if ruled else nullcontext():
            for lines, (_, width) in zip(wrapped, cells, strict=True):
                with page.canvas.part((HEAD_CELL if bold else CELL) if ruled else PARAGRAPH):
                    for number, line in enumerate(lines):
                        page.text(left, page.y - size - number * leading, line, size, bold=bold, color=color)
                left += width
        if ruled:
            page.canvas.setStrokeColor(RULE)
            page.canvas.setLineWidth(0.4)
            page.canvas.line(x, page.y - height + 0.6, left, page.y - height + 0.6)

    return Block(height, draw)


def height_of(blocks: Sequence[Block]) -> float:
    """All of them, one below the other."""
    return sum(block.height for block in blocks)


def stacked(blocks: Sequence[Block]) -> Block:
    """Several as one that stays whole."""

    def draw(page: Page, x: float) -> None:
        top = page.y
        for block in blocks:
            block.draw(page, x)
            page.y -= block.height
        page.y = top

    return Block(height_of(blocks), draw)


def beside(left: Sequence[Block], right: Sequence[Block], at: float) -> Block:
    """Two columns, the right one beginning ``at`` from the left edge."""
    one, other = stacked(left), stacked(right)

    def draw(page: Page, x: float) -> None:
        one.draw(page, x)
        other.draw(page, x + at)

    return Block(max(one.height, other.height), draw)


def section(title: str, width: float, blocks: Sequence[Block]) -> list[Block]:
    """A heading that is never left alone at the foot of a page; a low section stays whole."""
    if not blocks:
        return []
    whole = [heading(title, width), *blocks]
    if height_of(whole) <= WHOLE_SECTION:
        return [stacked(whole)]
    return [stacked(whole[:3]), *whole[3:]]


def on_pages(blocks: Sequence[Block], first_room: float, next_room: float) -> list[list[Block]]:
    """The blocks page by page. One that is higher than a page gets one of its own."""
    pages: list[list[Block]] = [[]]
    room = first_room
    for block in blocks:
        if block.height > room and (pages[-1] or len(pages) == 1):
            pages.append([])
            room = next_room
        pages[-1].append(block)
        room -= block.height
    return pages


def place(page: Page, blocks: Sequence[Block], x: float) -> None:
    """Draw blocks down the page."""
    for block in blocks:
        block.draw(page, x)
        page.y -= block.height

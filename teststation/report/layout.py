"""The page's grid, fonts and colours, and text that never leaves its place."""

import io
from functools import cache

from reportlab.graphics import shapes
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4

from teststation.report.typesetting.drawing import LEFT, RIGHT, draw_text, text_width
from teststation.report.typesetting.lines import plain
from teststation.report.typesetting.scripts import BOLD, REGULAR, base_font, joins
from teststation.report.typesetting.tagging import PARAGRAPH, SECTION, TaggedCanvas
from teststation.texts.writing import pieces

WIDTH, HEIGHT = A4
MARGIN = 45.0
INNER = WIDTH - 2 * MARGIN

INK = HexColor("#1c2733")
QUIET = HexColor("#5a6875")
ACCENT = HexColor("#0b5c7a")
PALE = HexColor("#e6eff3")
BAND = HexColor("#cfe0e8")
RULE = HexColor("#c3ced6")
WHITE = HexColor("#ffffff")


@cache
def register_fonts() -> None:
    """Embed the same two fonts everywhere; drawings name one of their own unless told."""
    for name in (REGULAR, BOLD):
        base_font(name)
    shapes.STATE_DEFAULTS["fontName"] = REGULAR


LONG_WORD = 100  # letters: no word, and measured piece by piece


def fit(text: str, font: str, size: float, width: float, smallest: float = 6.0) -> tuple[str, float]:
    """The text and a size at which it fits; cut with an ellipsis only where the smallest size is too large."""
    text = plain(text)
    letters, least = _letters(text), min(size, smallest)
    # Never measured whole before it is known to be about a line long: a pasted page would take minutes.
    if _how_many_fit(letters, font, least, width) < len(letters):
        return "".join(letters[: _how_many_fit(letters, font, least, width, "…")]) + "…", least
    while size > least and text_width(text, font, size) > width:
        size -= 0.25
    return text, size


def wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Lines no wider than ``width``; a word longer than a line is cut between two letters."""
    lines: list[str] = []
    line = ""
    for word in _words(plain(text), font, size, width):
        long = len(word) > LONG_WORD
        if line and (long or text_width(f"{line} {word}", font, size) > width):
            lines.append(line)
            line = ""
        letters = _letters(word) if long or text_width(word, font, size) > width else [word]
        while len(letters) > 1:  # one letter may be wider than the line
            cut = max(1, _how_many_fit(letters, font, size, width))
            if cut == len(letters):
                break
            lines.append("".join(letters[:cut]))
            letters = letters[cut:]
        line = f"{line} {''.join(letters)}".strip()
    return [*lines, line] if line else lines


def _words(text: str, font: str, size: float, width: float) -> list[str]:
    """What a line may end between: figures whole, where they are no wider than a line."""
    kept: list[str] = []
    for piece in pieces(text):
        whole = " " not in piece or text_width(piece, font, size) <= width
        kept += [piece] if whole else piece.split()
    return kept


def _how_many_fit(letters: list[str], font: str, size: float, width: float, behind: str = "") -> int:
    """How many of the first letters, and what stands behind them, fit on a line. What is long costs no more for it."""
    fit, too_many = 0, 1
    while too_many <= len(letters) and text_width("".join(letters[:too_many]) + behind, font, size) <= width:
        fit, too_many = too_many, 2 * too_many
    too_many = min(too_many, len(letters) + 1)
    while too_many - fit > 1:
        middle = (fit + too_many) // 2
        if text_width("".join(letters[:middle]) + behind, font, size) <= width:
            fit = middle
        else:
            too_many = middle
    return fit


def name_lines(name: str, family: str, size: float, width: float, most: int = 2) -> tuple[list[str], float]:
    """A name in at most so many lines and the size that it needs: given names become initials before anything is lost.

    Args:
        family: The part that is never left out; empty: the name's last word.
    """
    name = " ".join(plain(name).split())
    family = " ".join(plain(family).split()) or name.rpartition(" ")[2]
    given = name.removesuffix(family).split() if name.endswith(family) else []
    short = " ".join([*(f"{_letters(one)[0]}." for one in given), family])
    for text, smallest in ((name, 7.5), (short, 7.0), (family, 6.0)):
        at = size
        while at >= smallest:
            lines = wrap(text, BOLD, at, width)  # bold is the wider
            if len(lines) <= most:
                return lines, at
            at -= 0.5
    return wrap(family, BOLD, 6.0, width), 6.0


def _letters(text: str) -> list[str]:
    """A text in what a reader takes for single letters: marks and joiners stay with the letter before them."""
    letters: list[str] = []
    for character in text:
        if letters and (joins(character) or letters[-1].endswith("\u200d")):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def new_canvas(out: io.BytesIO) -> TaggedCanvas:
    """An empty document."""
    # Without a font of ours from the start, a page names Helvetica, which is embedded nowhere.
    return TaggedCanvas(
        out,
        pagesize=(WIDTH, HEIGHT),
        initialFontName=REGULAR,  # pyright: ignore[reportArgumentType] - the stubs take it for a size
        invariant=1,
        pdfVersion=(1, 7),
    )


class Page:
    """A canvas with a cursor that goes down the page."""

    def __init__(self, canvas: TaggedCanvas) -> None:
        self.canvas = canvas
        self.y = HEIGHT - MARGIN

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        *,
        bold: bool = False,
        color: Color = INK,
        width: float | None = None,
        right: bool = False,
    ) -> None:
        """One line that stays within ``width``."""
        font = BOLD if bold else REGULAR
        if width is not None:
            text, size = fit(text, font, size, width)
        self.canvas.setFillColor(color)
        draw_text(self.canvas, x, y, text, font, size, anchor=RIGHT if right else LEFT)

    def paragraph(
        self,
        text: str,
        size: float = 9,
        *,
        bold: bool = False,
        color: Color = INK,
        most: int = 6,
        x: float = MARGIN,
        width: float = INNER,
    ) -> None:
        """Lines from the cursor on, at most ``most``."""
        font = BOLD if bold else REGULAR
        lines = wrap(text, font, size, width)
        if len(lines) > most:
            lines = [*lines[: most - 1], fit(" ".join(lines[most - 1 :]), font, size, width, size)[0]]
        with self.canvas.part(PARAGRAPH):
            for line in lines:
                self.y -= size * 1.35
                self.text(x, self.y, line, size, bold=bold, color=color)

    def heading(self, text: str, gap: float = 22) -> None:
        """A section's heading with a rule under it."""
        self.y -= gap
        with self.canvas.part(SECTION):
            self.text(MARGIN, self.y, text, 10.5, bold=True, color=ACCENT)
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(MARGIN, self.y - 4, WIDTH - MARGIN, self.y - 4)
        self.y -= 7

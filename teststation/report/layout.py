"""The page's grid, fonts and colours, and text that never leaves its place."""

from functools import cache
from importlib import resources

from reportlab.graphics import shapes
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
MARGIN = 45.0
INNER = WIDTH - 2 * MARGIN
REGULAR, BOLD = "DejaVu", "DejaVu-Bold"

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
    for name, file in ((REGULAR, "DejaVuSans.ttf"), (BOLD, "DejaVuSans-Bold.ttf")):
        with resources.as_file(resources.files("teststation.report") / "fonts" / file) as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))
    shapes.STATE_DEFAULTS["fontName"] = REGULAR


def fit(text: str, font: str, size: float, width: float, smallest: float = 6.0) -> tuple[str, float]:
    """The text and a size at which it fits; cut with an ellipsis only where the smallest size is too large."""
    while size > smallest and stringWidth(text, font, size) > width:
        size -= 0.25
    if stringWidth(text, font, size) <= width:
        return text, size
    while text and stringWidth(text + "…", font, size) > width:
        text = text[:-1]
    return text + "…", size


def wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Lines no wider than ``width``; a word longer than a line is cut into pieces."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and stringWidth(f"{line} {word}", font, size) > width:
            lines.append(line)
            line = ""
        while stringWidth(word, font, size) > width:
            cut = len(word) - 1
            while cut > 1 and stringWidth(word[:cut], font, size) > width:
                cut -= 1
            lines.append(word[:cut])
            word = word[cut:]
        line = f"{line} {word}".strip()
    return [*lines, line] if line else lines


class Page:
    """A canvas with a cursor that goes down the page."""

    def __init__(self, canvas: Canvas) -> None:
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
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(color)
        if right:
            self.canvas.drawRightString(x, y, text)
        else:
            self.canvas.drawString(x, y, text)

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
        for line in lines:
            self.y -= size * 1.35
            self.text(x, self.y, line, size, bold=bold, color=color)

    def heading(self, text: str, gap: float = 22) -> None:
        """A section's heading with a rule under it."""
        self.y -= gap
        self.text(MARGIN, self.y, text, 10.5, bold=True, color=ACCENT)
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(MARGIN, self.y - 4, WIDTH - MARGIN, self.y - 4)
        self.y -= 7

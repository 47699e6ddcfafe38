"""A clinic's logo on the page: a PNG laid on white, or an SVG of paths and plain shapes drawn as such.

What an archive's page cannot hold is refused, and said: transparency becomes white, text in an SVG has to be paths, and
gradients, filters and pictures inside an SVG are none of ours.
"""

import io
import xml.etree.ElementTree as Xml
from dataclasses import dataclass

import defusedxml.ElementTree as SafeXml
from PIL import Image, UnidentifiedImageError
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from teststation.report.svg import Drawn, drawn_of

PIXELS_MAX = 1600  # on a side: more than 300 dots an inch where a logo stands


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo as it can be drawn: either of the two, with its size in its own units."""

    width: float
    height: float
    image: Image.Image | None = None
    shapes: tuple[Drawn, ...] = ()

    def draw(self, canvas: Canvas, x: float, y: float, width: float, height: float) -> float:
        """Draw it with its lower left corner there, as large as fits; returns the width it took, in points."""
        scale = min(width / self.width, height / self.height)
        took, tall = self.width * scale, self.height * scale
        bottom = y + (height - tall) / 2
        if self.image is not None:
            canvas.drawImage(ImageReader(self.image), x, bottom, took, tall)
            return took
        canvas.saveState()
        canvas.translate(x, bottom + tall)
        canvas.scale(scale, -scale)
        for shape in self.shapes:
            shape.draw(canvas)
        canvas.restoreState()
        return took


def picture_of(data: bytes) -> Picture:
    """A logo from a file's bytes. Raises ValueError with what is wrong."""
    if data.startswith(b"\x89PNG"):
        return _png(data)
    try:
        root = SafeXml.fromstring(data)
    except (Xml.ParseError, ValueError) as error:
        raise ValueError("no PNG and no SVG") from error
    width, height, shapes = drawn_of(root)
    return Picture(width, height, shapes=shapes)


def _png(data: bytes) -> Picture:
    try:
        with Image.open(io.BytesIO(data)) as opened:
            image = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("broken PNG") from error
    image.thumbnail((PIXELS_MAX, PIXELS_MAX))
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return Picture(*white.size, image=white)

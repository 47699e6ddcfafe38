"""The pages of a PDF as pictures, made in memory. PDFium is not thread-safe: one thread, the window's, and no other."""

import math
from collections.abc import Generator
from typing import Any

import pypdfium2
from PySide6.QtGui import QImage, QPainter

POINTS_PER_INCH = 72.0
BAND_PX = 440  # an eighth of a page as it is printed
HAIR_PX = 1e-3


class Pages:
    """An open PDF. Nothing of it is ever on the disk."""

    def __init__(self, data: bytes) -> None:
        self._document = pypdfium2.PdfDocument(data)

    def __len__(self) -> int:
        return len(self._document)

    def size_pt(self, number: int) -> tuple[float, float]:
        """Width and height of a page, counted from 0, in points (1/72 inch)."""
        return self._document.get_page_size(number)

    def words(self, number: int) -> str:
        """What a page says, for who hears it instead of seeing it."""
        page = self._document[number]
        try:
            return page.get_textpage().get_text_bounded()
        finally:
            page.close()

    def band(self, number: int, dots_per_inch: float, top_px: int, height_px: int) -> QImage:
        """So much of a page's picture, on white and as wide as it is; nothing where it is below the page."""
        page: Any = self._document[number]  # its annotations know whole scales only
        try:
            return _band(page, dots_per_inch / POINTS_PER_INCH, top_px, height_px)
        finally:
            page.close()

    def drawn_in_bands(self, number: int, dots_per_inch: float) -> Generator[None, None, QImage]:
        """A page's picture, with a pause after each band of it: whoever draws in between need not wait for a page."""
        page: Any = self._document[number]
        try:
            scale = dots_per_inch / POINTS_PER_INCH
            width, height = _size_px(page, scale)
            whole = QImage(width, height, QImage.Format.Format_RGB32)
            painter = QPainter(whole)
            for top in range(0, height, BAND_PX):
                painter.drawImage(0, top, _band(page, scale, top, BAND_PX))
                yield
            painter.end()
            return whole
        finally:
            page.close()

    def close(self) -> None:
        """Give the memory back."""
        self._document.close()


def _size_px(page: Any, scale: float) -> tuple[int, int]:
    width_pt, height_pt = page.get_size()
    return math.ceil(width_pt * scale), math.ceil(height_pt * scale)


def _band(page: Any, scale: float, top_px: int, height_px: int) -> QImage:
    """Always as wide as the page: PDFium sets letters that cross a left edge, and some beside it, a dot away."""
    below_px = _size_px(page, scale)[1] - top_px - height_px
    if below_px + height_px <= 0:
        return QImage()
    crop = (0.0, *(max(0.0, (px - HAIR_PX) / scale) for px in (below_px, 0, top_px)))  # whole pixels, rounded up
    drawn = page.render(scale=scale, crop=crop, prefer_bgrx=True, maybe_alpha=False)
    # No copy is made: the picture holds the bytes that were drawn.
    return QImage(drawn.buffer, drawn.width, drawn.height, drawn.stride, QImage.Format.Format_RGB32)

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

    def picture(self, number: int, dots_per_inch: float) -> QImage:
        """One page on white."""
        page: Any = self._document[number]  # its annotations know whole scales only
        try:
            drawn = page.render(scale=dots_per_inch / POINTS_PER_INCH, prefer_bgrx=True, maybe_alpha=False)
            data, kind = bytes(drawn.buffer), QImage.Format.Format_RGB32
            # A copy: the picture outlives this function's bytes.
            return QImage(data, drawn.width, drawn.height, drawn.stride, kind).copy()
        finally:
            page.close()

    def drawn_in_bands(self, number: int, dots_per_inch: float) -> Generator[None, None, QImage]:
        """The same picture, with a pause after each band of it: whoever draws in between need not wait for a page."""
        page: Any = self._document[number]
        try:
            scale = dots_per_inch / POINTS_PER_INCH
            width, height = (math.ceil(points * scale) for points in page.get_size())
            whole = QImage(width, height, QImage.Format.Format_RGB32)
            painter = QPainter(whole)
            for top in range(0, height, BAND_PX):
                below = max(0, height - top - BAND_PX)
                crop = (0.0, *(max(0.0, (px - HAIR_PX) / scale) for px in (below, 0, top)))  # whole pixels, rounded up
                drawn = page.render(scale=scale, crop=crop, prefer_bgrx=True, maybe_alpha=False)
                band = QImage(bytes(drawn.buffer), drawn.width, drawn.height, drawn.stride, QImage.Format.Format_RGB32)
                painter.drawImage(0, top, band)
                yield
            painter.end()
            return whole
        finally:
            page.close()

    def close(self) -> None:
        """Give the memory back."""
        self._document.close()

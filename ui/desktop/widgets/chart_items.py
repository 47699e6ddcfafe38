"""What is drawn in a chart: each thing holds its values and draws itself where the chart says."""

import math
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF, QTransform

if TYPE_CHECKING:
    from ui.desktop.widgets.chart import Chart

WORDS_EDGE = 4  # round words in a chart, so that no line touches them
_STAR = (
    (0, -0.5), (-0.1123, -0.1545), (-0.4755, -0.1545), (-0.1816, 0.059), (-0.2939, 0.4045), (0, 0.1910),
    (0.2939, 0.4045), (0.1816, 0.059), (0.4755, -0.1545), (0.1123, -0.1545),
)  # fmt: skip
_PLUS = (
    (-0.5, -0.1), (-0.5, 0.1), (-0.1, 0.1), (-0.1, 0.5), (0.1, 0.5), (0.1, 0.1), (0.5, 0.1), (0.5, -0.1), (0.1, -0.1),
    (0.1, -0.5), (-0.1, -0.5), (-0.1, -0.1),
)  # fmt: skip
_CORNERS = {
    "triangle": ((-0.5, -0.5), (0, 0.5), (0.5, -0.5)),
    "diamond": ((0, -0.5), (-0.4, 0), (0, 0.5), (0.4, 0)),
    "star": _STAR,
    "cross": _PLUS,  # turned
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where values lie in the chart: ``room`` in pixels shows ``left`` to ``right`` and ``low`` to ``high``."""

    room: QRectF
    left: float
    right: float
    low: float
    high: float

    def x(self, value: float) -> float:
        """From a value to pixels."""
        return self.room.left() + (value - self.left) * self.room.width() / (self.right - self.left)

    def y(self, value: float) -> float:
        """From a value to pixels, the larger one above."""
        return self.room.bottom() - (value - self.low) * self.room.height() / (self.high - self.low)

    def points(self, xs: Sequence[float], ys: Sequence[float]) -> list[QPointF]:
        """Values that are all there, in pixels."""
        wide, high = self.room.width() / (self.right - self.left), self.room.height() / (self.high - self.low)
        at, foot = self.room.left() - self.left * wide, self.room.bottom() + self.low * high
        return [QPointF(at + x * wide, foot - y * high) for x, y in zip(xs, ys, strict=True)]


class Item:
    """Something in a chart, which is drawn anew when it changes."""

    layer = 0  # what has a lower one lies under all that has a higher one

    def __init__(self) -> None:
        self._chart: weakref.ref[Chart] | None = None
        self._shown = True

    def belong_to(self, chart: "Chart") -> None:
        """The chart that it is drawn in."""
        self._chart = weakref.ref(chart)

    @property
    def shown(self) -> bool:
        """Whether it is to be seen."""
        return self._shown

    def show(self, shown: bool = True) -> None:
        """Show it, or hide it."""
        if shown != self._shown:
            self._shown = shown
            self._changed()

    def _changed(self) -> None:
        chart = None if self._chart is None else self._chart()
        if chart is not None:
            chart.update()

    def draw(self, painter: QPainter, place: Place) -> None:
        """Draw it there."""
        raise NotImplementedError


class _Values(Item):
    """Something that holds points; a value that is missing is NaN."""

    def __init__(self) -> None:
        super().__init__()
        self.xs: tuple[float, ...] = ()
        self.ys: tuple[float, ...] = ()

    def set(self, xs: Iterable[float], ys: Iterable[float]) -> None:
        """Draw these."""
        self.xs, self.ys = tuple(float(x) for x in xs), tuple(float(y) for y in ys)
        self._changed()


class Curve(_Values):
    """A line through points, with a gap where one is missing.

    Args:
        pairs: Two points each make a line of their own.
        brush: Fills what lies between the line and 0.
    """

    def __init__(self, pen: QPen | None, *, pairs: bool = False, brush: QColor | None = None) -> None:
        super().__init__()
        self._pen, self.pairs, self._brush = pen, pairs, brush

    def draw(self, painter: QPainter, place: Place) -> None:
        for points in self.pieces(place):
            if self._brush is not None and points:
                foot = place.y(0.0)
                ends = [QPointF(points[-1].x(), foot), QPointF(points[0].x(), foot)]
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._brush)
                painter.drawPolygon(QPolygonF([*points, *ends]))
            if self._pen is None or len(points) < 2:
                continue
            painter.setPen(self._pen)
            if self._pen.style() is Qt.PenStyle.SolidLine:
                # Each piece by itself: the outline of a long wide line costs many times as much.
                painter.drawLines([QLineF(one, other) for one, other in pairwise(points)])
            else:
                painter.drawPolyline(QPolygonF(points))

    def pieces(self, place: Place) -> list[list[QPointF]]:
        """What is drawn in one go, in pixels."""
        if self.pairs:
            starts = range(0, len(self.xs) - 1, 2)
            return [place.points(self.xs[at : at + 2], self.ys[at : at + 2]) for at in starts]
        gaps = [-1, *(at for at, y in enumerate(self.ys) if math.isnan(y)), len(self.ys)]
        return [
            place.points(self.xs[before + 1 : after], self.ys[before + 1 : after])
            for before, after in pairwise(gaps)
            if after > before + 1
        ]


class Band(Item):
    """What lies between two curves, filled."""

    layer = -1

    def __init__(self, low: Curve, high: Curve, brush: QColor) -> None:
        super().__init__()
        self._low, self._high, self._brush = low, high, brush

    def draw(self, painter: QPainter, place: Place) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._brush)
        for low, high in zip(self._low.pieces(place), self._high.pieces(place), strict=False):
            painter.drawPolygon(QPolygonF([*low, *reversed(high)]))


class Points(_Values):
    """A mark at every point: circle, triangle (on its tip), diamond, star or cross, so many pixels wide."""

    def __init__(self, mark: str, size_px: float, pen: QPen, brush: QColor) -> None:
        super().__init__()
        self._pen, self._brush = pen, brush
        path = QPainterPath()
        if mark == "circle":
            path.addEllipse(QRectF(-0.5, -0.5, 1, 1))
        else:
            path.addPolygon(QPolygonF([QPointF(x, y) for x, y in _CORNERS[mark]]))
            path.closeSubpath()
        turned = QTransform().scale(size_px, size_px).rotate(45 if mark == "cross" else 0)
        self._path = turned.map(path)

    def draw(self, painter: QPainter, place: Place) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        painter.setBrush(self._brush)
        for point in place.points(self.xs, self.ys):
            painter.drawPath(self._path.translated(point))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class Words(Item):
    """Words at a point, which lies at this share of their width and height."""

    def __init__(self, colour: str, anchor: tuple[float, float], words: str = "") -> None:
        super().__init__()
        self._colour, self.anchor, self.words = QColor(colour), anchor, words
        self.x = self.y = 0.0
        self._font: QFont | None = None

    def set(self, words: str, x: float, y: float, anchor: tuple[float, float] | None = None) -> None:
        """Write these there."""
        after = (words, x, y, anchor or self.anchor)
        if after != (self.words, self.x, self.y, self.anchor):
            self.words, self.x, self.y, self.anchor = after
            self._changed()

    def set_font(self, font: QFont) -> None:
        """In these letters."""
        self._font = font
        self._changed()

    def draw(self, painter: QPainter, place: Place) -> None:
        self.draw_at(painter, QPointF(place.x(self.x), place.y(self.y)))

    def draw_at(self, painter: QPainter, point: QPointF) -> None:
        """At a point in pixels."""
        if self._font is not None:
            painter.setFont(self._font)
        metrics = QFontMetrics(painter.font())
        lines = self.words.split("\n")
        wide = max(metrics.horizontalAdvance(line) for line in lines) + 2 * WORDS_EDGE
        high = len(lines) * metrics.height() + 2 * WORDS_EDGE
        left, top = point.x() - self.anchor[0] * wide, point.y() - self.anchor[1] * high
        painter.setPen(self._colour)
        for number, line in enumerate(lines):
            foot = top + WORDS_EDGE + number * metrics.height() + metrics.ascent()
            painter.drawText(QPointF(left + WORDS_EDGE, foot), line)


class LevelLine(Item):
    """A line across the chart at one value, with words at its left or right end."""

    def __init__(self, pen: QPen, colour: str = "", *, at_left: bool = False, always_above: bool = False) -> None:
        """``always_above``: words stand on it; else on its side where there is more room."""
        super().__init__()
        self._pen, self._at_left, self._above = pen, at_left, always_above
        self.value = 0.0
        self.label = Words(colour or pen.color().name(), (0, 1))

    def belong_to(self, chart: "Chart") -> None:
        super().belong_to(chart)
        self.label.belong_to(chart)

    def set(self, value: float, words: str = "") -> None:
        """At this value."""
        if (value, words) != (self.value, self.label.words):
            self.value, self.label.words = value, words
            self._changed()

    def draw(self, painter: QPainter, place: Place) -> None:
        y = place.y(self.value)
        painter.setPen(self._pen)
        painter.drawLine(QPointF(place.room.left(), y), QPointF(place.room.right(), y))
        if self.label.words:
            under = not self._above and self.value > (place.low + place.high) / 2
            self.label.anchor = (0 if self._at_left else 1, 0 if under else 1)
            share = 0.02 if self._at_left else 0.98
            self.label.draw_at(painter, QPointF(place.room.left() + share * place.room.width(), y))


class UprightLine(Item):
    """A line from top to bottom at one value."""

    def __init__(self, pen: QPen) -> None:
        super().__init__()
        self._pen, self.value = pen, 0.0

    def set(self, value: float) -> None:
        """At this value."""
        if value != self.value:
            self.value = value
            self._changed()

    def draw(self, painter: QPainter, place: Place) -> None:
        painter.setPen(self._pen)
        x = place.x(self.value)
        painter.drawLine(QPointF(x, place.room.top()), QPointF(x, place.room.bottom()))


class Stretch(Item):
    """All of the chart's height between two values, shaded, with a line at each end."""

    layer = -10

    def __init__(self, pen: QPen) -> None:
        super().__init__()
        self._pen, self._brush = pen, QBrush()
        self._span = (0.0, 0.0)

    def set(self, begins: float, ends: float, colour: str) -> None:
        """From here to there."""
        self._span, self._brush = (begins, ends), QBrush(QColor(colour))
        self._changed()

    def draw(self, painter: QPainter, place: Place) -> None:
        left, right = (place.x(value) for value in self._span)
        room = place.room
        painter.fillRect(QRectF(left, room.top(), right - left, room.height()), self._brush)
        painter.setPen(self._pen)
        for x in (left, right):
            painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))


class Bars(_Values):
    """A bar at each x, as high as its y, on 0 or on what it is told to stand on."""

    def __init__(self, width: float, pen: QPen, brush: QColor | None) -> None:
        super().__init__()
        self._width, self._pen, self._brush = width, pen, QBrush() if brush is None else QBrush(brush)
        self._stands_on: tuple[float, ...] = ()

    def set(self, xs: Iterable[float], ys: Iterable[float], on: Iterable[float] = ()) -> None:
        """Draw these."""
        self._stands_on = tuple(float(one) for one in on)
        super().set(xs, ys)

    def draw(self, painter: QPainter, place: Place) -> None:
        painter.setPen(self._pen)
        painter.setBrush(self._brush)
        feet = self._stands_on or (0.0,) * len(self.xs)
        for x, height, foot in zip(self.xs, self.ys, feet, strict=True):
            corner = QPointF(place.x(x - self._width / 2), place.y(foot + height))
            painter.drawRect(QRectF(corner, QPointF(place.x(x + self._width / 2), place.y(foot))))


class Ranges(_Values):
    """An upright line at each x, from its lowest value to its highest."""

    def __init__(self, pen: QPen) -> None:
        super().__init__()
        self._pen = pen
        self.tops: tuple[float, ...] = ()

    def span(self, xs: Iterable[float], lows: Iterable[float], highs: Iterable[float]) -> None:
        """Draw these."""
        self.tops = tuple(float(one) for one in highs)
        self.set(xs, lows)

    def draw(self, painter: QPainter, place: Place) -> None:
        painter.setPen(self._pen)
        ends = zip(place.points(self.xs, self.ys), place.points(self.xs, self.tops), strict=True)
        painter.drawLines([QLineF(low, high) for low, high in ends])

"""A chart that costs little: two axes, a grid, and what lies on it, all drawn in one go.

While somebody walks it is drawn anew with each heart beat, in the thread that takes STOPP in. So it makes no object of
Qt's for each thing in it, and lays its axes out only where range, size or letters are others. Nothing but marks is
antialiased: that costs ten times the drawing.
"""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.desktop.theme import palette as c
from ui.desktop.widgets.chart_axis import TITLE_EDGE, Axis, Laid
from ui.desktop.widgets.chart_items import Item, Place

EDGE = 1
GRID_ALPHA = 35  # of the lines at the numbers, of 255
LINES_FADE_PX = 20.0  # a grid whose lines stand closer than this is paler
NUDGE = 5  # a title lies closer to its axis than the edge round it lets it


@dataclass(frozen=True, slots=True)
class _Laid:
    """Where all of it is, until range, size or letters are others."""

    place: Place
    bottom: Laid
    left: Laid


class Chart(QWidget):
    """Nobody can drag it away by touching it, and the keyboard passes it by."""

    def __init__(self, x_title: str, y_title: str, name: str) -> None:
        super().__init__()
        self.bottom, self.left = Axis(x_title, upright=False), Axis(y_title, upright=True)
        self._items: list[Item] = []
        self._laid: _Laid | None = None
        self._font = QFont()
        self._surface, self._ink = QColor(c.SURFACE), QColor(c.INK_SOFT)  # of the theme of now
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def add(self, *items: Item) -> None:
        """Draw these, each over those before it and under those of a higher layer."""
        for item in items:
            item.belong_to(self)
        self._items = sorted([*self._items, *items], key=lambda item: item.layer)
        self.update()

    def show_range(
        self, x: tuple[float, float] | None = None, y: tuple[float, float] | None = None, *, room: float = 0.0
    ) -> None:
        """What the axes show; None leaves one as it is. ``room``: so much of it more at either end."""
        for axis, span in ((self.bottom, x), (self.left, y)):
            if span is None:
                continue
            beside = room * (span[1] - span[0])
            shown = (float(span[0] - beside), float(span[1] + beside))
            if shown != (axis.low, axis.high):
                axis.low, axis.high = shown
                self.lay_out_again()

    def compact(self, small: bool) -> None:
        """Drawn small it has no titles, and what it shows the room."""
        for axis in (self.bottom, self.left):
            axis.titled = not small
        self.lay_out_again()

    def rescale(self, scale: float, family: str) -> QFont:
        """Letters of the axes at this scale; returns their font, for whatever else is written in the chart."""
        self._font = QFont(family)
        self._font.setPixelSize(max(9, round(20 * scale)))
        self.lay_out_again()
        return self._font

    def lay_out_again(self) -> None:
        """What the axes say, or how, is another."""
        self._laid = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._laid = None

    def paintEvent(self, event: QPaintEvent) -> None:
        self._laid = self._laid or self._lay_out()
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._surface)
        painter.setFont(self._font)
        painter.setClipRect(self._laid.place.room)
        for item in self._items:
            if item.shown:
                item.draw(painter, self._laid.place)
        painter.setClipping(False)
        painter.setFont(self._font)
        self._draw_axis(painter, self.bottom, self._laid.bottom)
        self._draw_axis(painter, self.left, self._laid.left)
        painter.end()

    def _lay_out(self) -> _Laid:
        for axis in (self.bottom, self.left):
            axis.title_fits = True
        # Numbers at the left take width from the axis below, and a title that has no room gives back what it had.
        for _ in range(2):
            room = self._room()
            self.left.lay_out(room.bottom(), room.top(), self._font)
            room = self._room()
            self.bottom.lay_out(room.left(), room.right(), self._font)
            room = self._room()
            self.left.title_fits = self.left.title_px(self._font)[0] <= room.height()
            self.bottom.title_fits = self.bottom.title_px(self._font)[0] <= room.width()
        room = self._room()
        place = Place(room, self.bottom.low, self.bottom.high, self.left.low, self.left.high)
        return _Laid(
            place,
            self.bottom.lay_out(room.left(), room.right(), self._font),
            self.left.lay_out(room.bottom(), room.top(), self._font),
        )

    def _room(self) -> QRectF:
        """What the axes leave for the chart itself."""
        left = EDGE + self.left.room_px(self._font)
        foot = self.height() - EDGE - self.bottom.room_px(self._font)
        return QRectF(left, EDGE, max(1.0, self.width() - EDGE - left), max(1.0, foot - EDGE))

    def _draw_axis(self, painter: QPainter, axis: Axis, laid: Laid) -> None:
        assert self._laid is not None
        room = self._laid.place.room
        length = room.height() if axis.upright else room.width()
        line = QPen(self._ink)
        painter.setPen(line)
        if axis.upright:
            painter.drawLine(room.topLeft() + QPointF(-1, -1), room.bottomLeft() + QPointF(-1, 1))
        else:
            painter.drawLine(room.bottomLeft() + QPointF(-1, 1), room.bottomRight() + QPointF(1, 1))
        for number, places in enumerate(laid.lines):
            colour = QColor(self._ink)
            share = min(1.0, length / LINES_FADE_PX / (len(places) + 1))
            colour.setAlpha(int(GRID_ALPHA / (number + 1) * share))
            line.setColor(colour)
            painter.setPen(line)
            for at in places:
                if axis.upright:
                    painter.drawLine(QPointF(room.right(), at), QPointF(room.left(), at))
                else:
                    painter.drawLine(QPointF(at, room.top()), QPointF(at, room.bottom()))
        painter.setPen(self._ink)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if not axis.upright:
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        for at, width, height, words in laid.words:
            if axis.upright:
                rect = QRectF(room.left() - 5 - width, at - height / 2, width, height)
            else:
                rect = QRectF(at - width / 2, room.bottom() + 2, width, height)
            painter.drawText(rect, flags | Qt.TextFlag.TextDontClip, words)
        if axis.title_shown:
            self._draw_title(painter, axis, room)

    def _draw_title(self, painter: QPainter, axis: Axis, room: QRectF) -> None:
        wide, high = axis.title_px(self._font)
        at = QPointF(TITLE_EDGE, TITLE_EDGE + painter.fontMetrics().ascent())
        painter.save()
        if axis.upright:
            painter.translate(EDGE - NUDGE, EDGE + int(room.height() / 2 + wide / 2))
            painter.rotate(-90)
        else:
            painter.translate(
                room.left() + int(room.width() / 2 - wide / 2),
                room.bottom() + int(axis.room_px(self._font) - high + NUDGE),
            )
        painter.drawText(at, axis.title)
        painter.restore()

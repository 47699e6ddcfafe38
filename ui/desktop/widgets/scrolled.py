"""Lines of a sheet that scroll when there are many of them."""

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget

from ui.desktop.widgets.base import column
from ui.desktop.widgets.roomy import settle

LEAST_PX = 320


class Scrolled(QScrollArea):
    """Wants to be as high as its lines, so that nothing scrolls beside free room; asks for less where it must.

    It is at least as wide as they are: nothing scrolls from side to side.
    """

    def __init__(self, lines: QLayout, name: str, *, least_px: int = LEAST_PX) -> None:
        """The lines from the top, clear of the frame that the keyboard brings and with room for the bar beside them.

        ``name``: what a screen reader says. ``least_px``: how much of its height it asks for where it must.
        """
        super().__init__()
        self._least_px = least_px
        inside = self._inside = QWidget()
        inside.setObjectName("scrolled")
        self._lines = column(lines, 1, margin=(8, 4, 12, 4))
        inside.setLayout(self._lines)
        self.setWidgetResizable(True)
        self.setAccessibleName(name)
        self.setWidget(inside)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._lines_px())

    def minimumSizeHint(self) -> QSize:
        beside_px = self.width() - self.viewport().width() or self.verticalScrollBar().sizeHint().width()
        return QSize(self._lines.totalMinimumSize().width() + beside_px, min(self._least_px, self._lines_px()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        settle(self._inside)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        settle(self._inside)

    def _lines_px(self) -> int:
        edge_px, width = self.height() - self.viewport().height(), self.viewport().width()
        lines = self._lines
        high = lines.totalHeightForWidth(width) if lines.hasHeightForWidth() else lines.totalSizeHint().height()
        return high + edge_px

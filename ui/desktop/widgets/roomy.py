"""What is higher than the window lets it be scrolls, and what fits looks as if there were no scroll bar.

The bar's room is kept all the same: where it came and went, words that wrap took another line with it and one less
without it, and a screen laid itself out by turns until the stack was full.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QScrollBar, QWidget

# What is inside may want another height at each of two heights that it is given, as words beside a table do. Qt answers
# every change of its size with another one, at once and without end; this many in one another settle all that can be.
ANSWERS_MOST = 4
CLEAR_PX = 6  # between the bar and what it scrolls: a field that touches it looks like a part of it


def settle(content: QWidget) -> None:
    """Lay out what got its size while it was hidden: Qt leaves it as it was, rows of a form one over another."""
    layout = content.layout()
    if layout is not None and layout.geometry() != content.rect():
        layout.invalidate()
        layout.activate()


class _Bar(QScrollBar):
    """Seen where there is something to scroll."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.maximum() > self.minimum():
            super().paintEvent(event)


class Roomy(QScrollArea):
    """Holds one layout, as wide as itself; from top to bottom it scrolls where it must."""

    def __init__(self, inside: QLayout, name: str = "") -> None:
        super().__init__()
        self._answers = 0
        self.refit: Callable[[Roomy], None] | None = None  # lays out anew what is inside, for the room that is seen
        # Beside what keeps a margin of its own, there is room already.
        self.clear_px = max(0, CLEAR_PX - inside.contentsMargins().right())
        self.setViewportMargins(0, 0, self.clear_px, 0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBar(_Bar(Qt.Orientation.Vertical))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        self.content = QWidget()
        self.content.setObjectName("scrolled")
        self.content.setLayout(inside)
        self.setWidget(self.content)

    def wanted_height(self, width: int) -> int:
        """How high it would be at this width without a scroll bar."""
        layout = self.content.layout()
        assert layout is not None
        hint = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        return max(hint, layout.totalMinimumSize().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's answer to another size of what is inside, but not without end; and what it wants is told around it."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()  # a sheet is as high as what is in it: what is told below must not lie behind the bar
        if event.type() != QEvent.Type.Resize:
            return super().eventFilter(watched, event)
        if self._answers >= ANSWERS_MOST:
            return False
        self._answers += 1
        try:
            return super().eventFilter(watched, event)
        finally:
            self._answers -= 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settle()

    def _settle(self) -> None:
        if self.refit is not None:
            self.refit(self)
        settle(self.content)

    def page(self, pages: int) -> None:
        """Scroll by so many pages, for keys."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + pages * bar.pageStep())

"""Lines of a sheet that scroll when there are many of them."""

from PySide6.QtWidgets import QLayout, QScrollArea, QWidget

from ui.desktop.widgets.base import column

LEAST_PX = 320


def scrolled(lines: QLayout, name: str) -> QScrollArea:
    """The lines from the top, with room for the bar beside them; ``name`` is what a screen reader says."""
    inside = QWidget()
    inside.setObjectName("scrolled")
    inside.setLayout(column(lines, 1, margin=(0, 0, 12, 0)))
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setAccessibleName(name)
    scroll.setWidget(inside)
    scroll.setMinimumHeight(LEAST_PX)
    return scroll

"""What the plots share."""

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen


def pen(colour: str, width: int = 2, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen that keeps its width whatever the axes."""
    made = QPen(QColor(colour))
    made.setWidth(width)
    made.setCosmetic(True)
    made.setStyle(style)
    return made


class Changed:
    """Remembers what was drawn last: the same data is not drawn twice."""

    def __init__(self) -> None:
        self._last: dict[str, object] = {}

    def __call__(self, name: str, value: object) -> bool:
        if name in self._last and self._last[name] == value:
            return False
        self._last[name] = value
        return True


def pulse_range(values: Sequence[float | None]) -> tuple[float, float]:
    """Axis of pulse in whole tens around the values, 60 to 190 bpm where there are none."""
    there = [value for value in values if value is not None and math.isfinite(value)]
    low = min([60.0, *there])
    high = max(there, default=180.0)
    return math.floor((low - 5) / 10) * 10, math.ceil((high + 16) / 10) * 10

"""What pulse the parts of a session aim at, drawn while it is written: steps in time, in per cent of HRmax."""

from collections.abc import Sequence

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from teststation.protocol.session_draft import Aim
from ui.desktop.i18n import tr
from ui.desktop.theme import palette as c
from ui.desktop.theme.style import font_family
from ui.desktop.widgets.plot_library import pg
from ui.desktop.widgets.plotting import Plot, pen, rescale_axes

LOW_PCT, HIGH_PCT = 40.0, 105.0
UNKNOWN_MIN = 1.0  # how wide a part is left open that cannot be read


class AimCurve(QWidget):
    """The bouts' band filled, the aim of warm-up and pauses as a line; a cool-down aims at nothing."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.aims = Plot(tr("plot.minutes"), tr("protocols.session.axis"), tr("protocols.session.curve"))
        self._axes = self.aims.axes
        self._low, self._high = pg.PlotCurveItem(pen=pen(c.ACCENT, 2)), pg.PlotCurveItem(pen=pen(c.ACCENT, 2))
        band = pg.FillBetweenItem(self._low, self._high, brush=QColor(c.ACCENT_SOFT))
        for item in (band, self._low, self._high):
            self._axes.addItem(item)
        rescale_axes(self.aims, scale, font_family())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.aims)

    def show_aims(self, aims: Sequence[Aim]) -> None:
        """Draw the parts, one after the other."""
        at, xs, low, high = 0.0, [], [], []
        for aim in aims:
            ends = at + (aim.duration_s / 60 or UNKNOWN_MIN)
            if aim.high > 0:
                xs += [at, ends]
                low += [100 * aim.low] * 2
                high += [100 * aim.high] * 2
            at = ends
        self._low.setData(xs, low, connect="pairs")
        self._high.setData(xs, high, connect="pairs")
        self._axes.show_range((0, max(at, 1.0)), (LOW_PCT, HIGH_PCT))

"""What is shown, or changes, is drawn once: whatever is drawn twice holds up STOPP twice as long."""

from collections.abc import Callable
from types import ModuleType

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from ui.desktop.theme.style import font_family
from ui.desktop.widgets import base, load_plot, plotting
from ui.desktop.widgets.load_plot import LoadPlot
from ui.desktop.widgets.time_plot import StageBand, TimePlot
from ui.desktop.window import MainWindow


class Drawn(QObject):
    """Counts how often a part is drawn."""

    def __init__(self, part: QWidget) -> None:
        super().__init__(part)
        self._times = 0
        part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._times += event.type() is QEvent.Type.Paint
        return False

    def until_at_rest(self) -> int:
        """How often it is until nothing is left to do."""
        self._times = 0
        for _ in range(20):
            QApplication.processEvents()
        return self._times


def bands(stage_s: float) -> tuple[StageBand, ...]:
    cool_down = StageBand(2 * stage_s, 3 * stage_s, 0.0, cool_down=True)
    return StageBand(0.0, stage_s, 4.0), StageBand(stage_s, 2 * stage_s, 6.0), cool_down


def a_plot_is_drawn_once_for_each_change() -> None:
    window = QWidget()
    window.resize(900, 400)
    window.show()
    for made in (TimePlot(), LoadPlot()):
        made.setParent(window)
        drawn = Drawn(made.plot.viewport())
        made.rescale(1.0, font_family())
        changes: list[Callable[[], object]] = [
            lambda made=made: (made.resize(800, 300), made.show(), base.settle()),
            lambda made=made: made.resize(700, 320),
            lambda made=made: made._axes.show_range(y=(60, 230)),
            lambda made=made: made._axes.show_range(y=(70, 90)),
        ]
        if isinstance(made, TimePlot):
            made._draw_bands(bands(180.0))
            changes.append(lambda made=made: made._draw_bands(bands(200.0)))
        for number, change in enumerate(changes):
            change()
            assert drawn.until_at_rest() == 1, (type(made).__name__, number)
        made.hide()
    window.close()
    window.deleteLater()


def test_a_plot_is_drawn_once_for_each_change(qtbot: QtBot) -> None:
    a_plot_is_drawn_once_for_each_change()


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        (plotting, "            self.axes.fit()\n", "            pass\n"),
        (plotting, "padding=room)\n        self.fit()\n", "padding=room)\n"),
        (plotting, 'getAxis("bottom").keep_text_room(', 'getAxis("bottom").size() or ('),
        (load_plot, "family, PULSES", "family"),
    ],
)
def test_a_plot_that_finds_its_place_while_it_is_drawn_is_found_out(
    qtbot: QtBot, module: ModuleType, old: str, new: str
) -> None:
    fails_with(module, old, new, a_plot_is_drawn_once_for_each_change)


def a_screen_is_drawn_once(window: MainWindow) -> None:
    window.resize(1366, 768)
    window.show()
    for screen in (window.pretest, window.run):
        drawn = Drawn(screen)
        drawn.until_at_rest()
        window.header.update()  # the clock goes on there, say: it is to be drawn already
        window.go_to(screen)
        assert drawn.until_at_rest() == 1, window.name_of_screen(screen)


def test_a_screen_is_drawn_once_where_something_is_to_be_drawn_already(window: MainWindow) -> None:
    a_screen_is_drawn_once(window)


def test_a_screen_that_is_drawn_twice_is_found_out(window: MainWindow) -> None:
    old = "        QCoreApplication.sendPostedEvents(None, kind)"
    fails_with(base, old, "        pass", lambda: a_screen_is_drawn_once(window))

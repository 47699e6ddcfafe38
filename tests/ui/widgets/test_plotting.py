"""What every plot shares."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ui.desktop.i18n import use_language
from ui.desktop.theme.style import font_family
from ui.desktop.widgets.plotting import Plot, rescale_axes
from ui.desktop.widgets.time_plot import TimePlot


@pytest.fixture(autouse=True)
def norwegian_again() -> Iterator[None]:
    yield
    use_language("nb")


@pytest.mark.parametrize(("language", "half"), [("nb", "0,5"), ("nn", "0,5"), ("en", "0.5")])
def test_an_axis_writes_numbers_as_the_window_does(qtbot: QtBot, language: str, half: str) -> None:
    use_language(language)
    made = Plot("Minutter", "Puls", "Puls mot tid")
    qtbot.addWidget(made)
    for side in ("bottom", "left"):
        assert made.axes.getAxis(side).tickStrings([0.5, 1.0], 1.0, 0.5)[0] == half


def test_a_title_that_has_no_room_beside_its_axis_is_left_out(qtbot: QtBot) -> None:
    made = Plot("", "Puls, slag/min", "Puls mot tid")
    qtbot.addWidget(made)
    rescale_axes(made, 0.5, font_family())
    made.setMinimumHeight(0)  # lower than any screen makes it
    title = made.axes.getAxis("left").label
    for height_px, there in ((300, True), (50, False), (300, True)):
        made.resize(300, height_px)
        made.grab()
        assert title.isVisible() is there, height_px


def test_the_grid_has_two_kinds_of_lines(qtbot: QtBot) -> None:
    made = Plot("Minutter", "Puls", "Puls mot tid")
    qtbot.addWidget(made)
    for side in ("bottom", "left"):
        levels = made.axes.getAxis(side).tickValues(0.0, 20.0, 1000.0)
        assert len(levels) == 2, "a third is drawn ten times a second, and hardly seen"
        assert sum(len(values) for _, values in levels) < 25


def test_a_small_plot_has_no_titles_however_large_it_becomes(qtbot: QtBot) -> None:
    made = TimePlot()
    qtbot.addWidget(made)
    axis = made.plot.axes.getAxis("bottom")
    for small in (True, False, True):
        made.compact(small)
        for height_px in (300, 400):
            made.resize(900, height_px)
            made.grab()
            assert axis.label.isVisible() is not small

"""What every chart shares."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from ui.desktop.i18n import use_language
from ui.desktop.theme import palette as c
from ui.desktop.theme.style import font_family
from ui.desktop.widgets import chart_items
from ui.desktop.widgets.chart import Chart
from ui.desktop.widgets.chart_axis import levels_of, written
from ui.desktop.widgets.chart_items import Bars, Curve, LevelLine, Points, Stretch, UprightLine, Words
from ui.desktop.widgets.plotting import pen
from ui.desktop.widgets.time_plot import TimePlot

RED = "#ff0000"


@pytest.fixture(autouse=True)
def norwegian_again() -> Iterator[None]:
    yield
    use_language("nb")


def chart() -> Chart:
    made = Chart("Minutter", "Puls, slag/min", "Puls mot tid")
    made.rescale(0.5, font_family())
    made.resize(400, 300)
    return made


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def reds(drawn: QImage) -> set[tuple[int, int]]:
    """Where it is red, also under the grid."""
    plain = drawn.convertToFormat(QImage.Format.Format_RGB888)
    bytes_ = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    colours = bytes_[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3)
    ys, xs = np.nonzero((colours[:, :, 0] > 200) & (colours[:, :, 1] < 60))
    return set(zip(xs.tolist(), ys.tolist(), strict=True))


@pytest.mark.parametrize(("language", "half"), [("nb", "0,5"), ("nn", "0,5"), ("en", "0.5")])
def test_an_axis_writes_numbers_as_the_window_does(language: str, half: str) -> None:
    use_language(language)
    assert written([0.0, 0.5, 10.0], 0.5) == ("0", half, half.replace("0", "10", 1).replace("5", "0"))


def test_an_axis_has_round_numbers_and_finer_lines_between_them() -> None:
    for low, high in ((0.0, 15.3), (50.0, 190.0), (0.0, 0.004), (739_000.0, 740_100.0)):
        for length_px in (60.0, 300.0, 1000.0):
            coarse, finer = levels_of(low, high, length_px)
            first = coarse.step / 10 ** math.floor(math.log10(coarse.step) + 1e-9)
            assert round(first, 6) in (1, 2, 5)
            assert 2 <= len(coarse.values) < 25
            assert len(finer.values) < 50, "more are drawn ten times a second, and hardly seen"
            assert not {round(v / finer.step) for v in coarse.values} & {round(v / finer.step) for v in finer.values}
            assert all(low <= value <= high for value in (*coarse.values, *finer.values))


def test_a_title_that_has_no_room_beside_its_axis_is_left_out(qtbot: QtBot) -> None:
    made = chart()
    qtbot.addWidget(made)
    for height_px, there in ((300, True), (50, False), (300, True)):
        made.resize(300, height_px)
        made.grab()
        assert made.left.title_shown is there, height_px


def test_a_small_plot_has_no_titles_however_large_it_becomes(qtbot: QtBot) -> None:
    made = TimePlot()
    qtbot.addWidget(made)
    for small in (True, False, True):
        made.compact(small)
        for height_px in (300, 400):
            made.resize(900, height_px)
            made.grab()
            assert made.plot.bottom.title_shown is not small


def values_are_drawn_where_the_axes_say(qtbot: QtBot) -> None:
    """A line from corner to corner, a level, an upright, a mark: each at its values, with the larger ones above."""
    made = chart()
    qtbot.addWidget(made)
    made.show_range((0.0, 10.0), (100.0, 200.0))
    red = pen(RED, 1)
    curve, level, upright, mark = Curve(red), LevelLine(red), UprightLine(red), Points("diamond", 9, red, QColor(RED))
    made.add(curve, level, upright, mark)
    for item in (curve, level, upright, mark):
        item.show(False)
    assert not reds(picture(made)), "what is hidden is not drawn"
    curve.show()
    curve.set([0.0, 10.0], [100.0, 200.0])
    line = reds(picture(made))
    left, right = min(line), max(line)
    assert left[1] > right[1], "up is more"
    assert right[0] - left[0] > 300
    curve.show(False)
    level.show()
    level.set(163.0)
    rows = {y for _, y in reds(picture(made))}
    assert len(rows) == 1
    assert abs(rows.pop() - (left[1] + 0.63 * (right[1] - left[1]))) <= 1
    level.show(False)
    upright.show()
    upright.set(3.3)
    columns = {x for x, _ in reds(picture(made))}
    assert len(columns) == 1
    assert abs(columns.pop() - (left[0] + 0.33 * (right[0] - left[0]))) <= 1
    upright.show(False)
    mark.show()
    mark.set([3.3], [163.0])
    spots = reds(picture(made))
    assert abs(sum(x for x, _ in spots) / len(spots) - (left[0] + 0.33 * (right[0] - left[0]))) <= 1
    assert abs(sum(y for _, y in spots) / len(spots) - (left[1] + 0.63 * (right[1] - left[1]))) <= 1


def test_values_are_drawn_where_the_axes_say(qtbot: QtBot) -> None:
    values_are_drawn_where_the_axes_say(qtbot)


def a_missing_value_is_a_gap(qtbot: QtBot) -> None:
    made = chart()
    qtbot.addWidget(made)
    made.show_range((0.0, 4.0), (0.0, 2.0))
    curve = Curve(pen(RED, 3))
    made.add(curve)
    curve.set([0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 1.0, float("nan"), 1.0, 1.0])
    columns = {x for x, _ in reds(picture(made))}
    left, right = min(columns), max(columns)
    assert (left + right) // 2 not in columns
    assert left + (right - left) // 8 in columns
    assert right - (right - left) // 8 in columns


def test_a_missing_value_is_a_gap(qtbot: QtBot) -> None:
    a_missing_value_is_a_gap(qtbot)


def test_what_lies_in_a_chart_is_drawn_anew_when_it_changes(qtbot: QtBot) -> None:
    made = chart()
    qtbot.addWidget(made)
    made.show_range((0.0, 10.0), (0.0, 10.0))
    red = pen(RED, 2)
    words, bars, stretch = Words(RED, (0.5, 1)), Bars(0.7, red, QColor(RED)), Stretch(red)
    made.add(words, bars, stretch)
    made.show()
    qtbot.waitExposed(made)
    changes = (
        lambda: bars.set([5.0], [3.0]),
        lambda: stretch.set(1.0, 4.0, c.SURFACE_SOFT),
        lambda: words.set("her", 5.0, 5.0),
        lambda: stretch.show(False),
        lambda: made.show_range(x=(0.0, 20.0)),
        lambda: made.compact(True),
        lambda: made.rescale(0.8, font_family()),
    )
    before = picture(made)
    for change in changes:
        change()
        after = picture(made)
        assert after != before
        before = after


FAULTS = [
    ("return self.room.bottom() - (value - self.low)", "return self.room.top() + (value - self.low)",
     values_are_drawn_where_the_axes_say),
    ("at + x * wide", "at + x * wide / 2", values_are_drawn_where_the_axes_say),
    ("for points in self.pieces(place):", "for points in [sum(self.pieces(place), [])]:", a_missing_value_is_a_gap),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_the_chart_fails_on_a_planted_fault(qtbot: QtBot, old: str, new: str, fact: Callable[[QtBot], None]) -> None:
    fails_with(chart_items, old, new, lambda: fact(qtbot))

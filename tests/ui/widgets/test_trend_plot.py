"""The chart of all tests of a person."""

from dataclasses import replace
from datetime import date

import pytest
from pytestqt.qtbot import QtBot

from ui.desktop import i18n
from ui.desktop.widgets.plot_library import pg
from ui.desktop.widgets.trend_plot import TrendPlot, TrendPoint, ticks


def points(*values: float) -> list[TrendPoint]:
    return [TrendPoint(date(2026, 1 + 3 * n, 1), value, value - 9, value + 12) for n, value in enumerate(values)]


def drawn(curve: pg.PlotCurveItem) -> tuple[list[float], list[float]]:
    days, values = curve.getData()
    return ([], []) if days is None or values is None else (list(days), list(values))


def test_from_three_tests_on_the_fitted_line_takes_the_place_of_the_joining_one(qtbot: QtBot) -> None:
    chart = TrendPlot()
    qtbot.addWidget(chart)
    chart.show_points(points(30.0, 32.0))
    assert len(drawn(chart._line)[0]) == 2
    assert drawn(chart._trend) == ([], [])
    chart.show_points(points(30.0, 32.0, 34.0))
    assert drawn(chart._line) == ([], [])
    days, values = drawn(chart._trend)
    assert (round(values[0]), round(values[-1])) == (30, 34)
    assert (days[0], round(days[-1])) == (date(2026, 1, 1).toordinal(), date(2026, 7, 1).toordinal())
    assert not chart._nothing.isVisible()
    chart.show_points([])
    assert drawn(chart._trend) == ([], [])
    assert chart._nothing.isVisible(), "an empty chart says so"
    assert "x0" not in chart._axes.getAxis("left").labelString(), "no number is written in thousandths"


def test_two_of_one_month_are_told_apart_under_the_axis() -> None:
    assert [words for _, words in ticks([date(2026, 3, 1), date(2026, 11, 8)])] == ["03.2026", "11.2026"]
    assert [words for _, words in ticks([date(2026, 11, 8), date(2026, 11, 22)])] == ["08.11.26", "22.11.26"]


def test_english_writes_months_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_language", "en")
    assert [words for _, words in ticks([date(2026, 3, 1), date(2026, 11, 8)])] == ["Mar 2026", "Nov 2026"]
    assert [words for _, words in ticks([date(2026, 11, 8), date(2026, 11, 22)])] == ["8 Nov 2026", "22 Nov 2026"]


def test_numbers_of_two_algorithms_are_in_no_line_together(qtbot: QtBot) -> None:
    chart = TrendPlot()
    qtbot.addWidget(chart)
    old, *new = points(30.0, 40.0, 41.0, 42.0)
    chart.show_points(
        [replace(old, reckoned_by="2 extrapolation"), *(replace(p, reckoned_by="3 combined") for p in new)]
    )
    assert chart.drawn()[1] == [30.0, 40.0, 41.0, 42.0]
    days, values = drawn(chart._trend)
    assert (days[0], round(values[0]), round(values[-1])) == (date(2026, 4, 1).toordinal(), 40, 42)

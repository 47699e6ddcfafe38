"""The window's stop rules, each broken once on purpose: the test that states the rule must then fail."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tests.ui.conftest import Bench
from tests.ui.test import test_stop as facts
from tests.ui.test.test_stop import no_mouse_of_a_finger  # noqa: F401 - a fixture
from teststation.records.people.person import Person
from ui.desktop.test.bridge import SessionBridge
from ui.desktop.window import MainWindow


@pytest.fixture
def bench(window: MainWindow, person: Person, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A window of its own for each fault."""
    made = Bench(window.station, window, person)
    monkeypatch.setattr(window.station, "prepare", made.session)
    return made


def test_the_keys_fact_fails_where_the_filter_lets_them_through(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    # Qt keeps the overridden method it found first, so the fault is planted in what the filter asks.
    monkeypatch.setattr(bench.window._stop_keys, "_bridge", lambda: None)
    with pytest.raises(AssertionError):
        facts.test_a_stop_key_stops_the_belt_at_once(bench, Qt.Key.Key_Space)


def test_the_keys_fact_fails_where_stop_asks_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SessionBridge, "stop", lambda self, reason="operator": None)
    with pytest.raises(AssertionError):
        facts.test_a_stop_key_stops_the_belt_at_once(bench, Qt.Key.Key_Escape)


def test_the_corner_fact_fails_where_the_corner_is_deaf(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.window.stop_button.stop_pressed.disconnect()
    with pytest.raises(AssertionError):
        facts.test_the_corner_stops_the_belt_when_the_finger_comes_down(bench)


@pytest.mark.usefixtures("no_mouse_of_a_finger")
def test_the_finger_fact_fails_where_the_corner_takes_no_touch(bench: Bench) -> None:
    bench.window.stop_button.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents, False)
    with pytest.raises(AssertionError):
        facts.test_a_finger_stops_the_belt_when_it_comes_down_and_needs_no_mouse(bench, "")


def test_the_closing_fact_fails_where_closing_is_accepted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MainWindow, "closeEvent", QWidget.closeEvent)
    with pytest.raises(AssertionError):
        facts.test_the_window_does_not_close_over_a_moving_belt_but_stops_it(bench)

"""A run is prepared beside the window: it lives meanwhile, takes no hand, and leaves no driver behind."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from tests.mutants import fails_with, planted_fault
from tests.ui.conftest import Bench, closed, prepared
from teststation.cause import Cause
from teststation.errors import DeviceError
from teststation.records.people.person import Person
from ui.desktop import preparing
from ui.desktop.preparing import Preparing
from ui.desktop.window import MainWindow
from ui.station.session import Session
from ui.station.station import Setup


class Slow:
    """A station that takes its time to prepare a run."""

    def __init__(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_go_on, self.threads, self.made = threading.Event(), list[int](), list[Session]()
        self.refuses: Exception | None = None
        windows = threading.get_ident()

        def prepare(setup: Setup) -> Session:
            self.threads.append(threading.get_ident())
            assert threading.get_ident() == windows or self.may_go_on.wait(20)
            if self.refuses is not None:
                raise self.refuses
            self.made.append(bench.session(setup))
            return self.made[-1]

        monkeypatch.setattr(bench.window.station, "prepare", prepare)


@pytest.fixture
def slow(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow(bench, monkeypatch)
    yield made
    made.may_go_on.set()
    prepared(bench.window)


def asked_for(bench: Bench) -> MainWindow:
    bench.to_pretest()
    bench.window.pretest.prepare_button.click()
    return bench.window


def test_the_window_lives_and_takes_no_hand_while_a_run_is_prepared(bench: Bench, slow: Slow) -> None:
    window = asked_for(bench)
    assert window.preparing.running
    assert window.in_test, "nothing else is begun"
    assert window.occupied, "and the station does not lock"
    QTest.mouseClick(window.pretest.prepare_button, Qt.MouseButton.LeftButton)
    QTest.keyClicks(window.pretest.weight, "99")
    window.tell("Noe", ["som ligger der"])
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.sheet is not None, "nor is it closed that something is asked from"
    window.prepare(window.pretest._setup())  # type: ignore[arg-type]
    assert window.pretest.weight.text() == "82", "what is prepared is what was asked for"
    assert window.stack.currentWidget() is window.pretest
    slow.may_go_on.set()
    prepared(window)
    assert window.flow is not None
    assert window.stack.currentWidget() is window.run
    assert len(slow.threads) == 1
    assert slow.threads != [threading.get_ident()]
    assert QApplication.overrideCursor() is None
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
    QTest.keyClick(window, Qt.Key.Key_F6)
    assert window.run._swapped, "and hands are let in again"


def what_stops_is_never_kept_out(bench: Bench, slow: Slow) -> None:
    window = asked_for(bench)
    pressed: list[int] = []
    window.stop_button.show()
    window.stop_button.stop_pressed.connect(lambda: pressed.append(1))
    QTest.mousePress(window.stop_button, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(window.stop_button, Qt.MouseButton.LeftButton)
    assert pressed
    asked: list[int] = []
    bridge = SimpleNamespace(stop_key_stops=True, stop=lambda: asked.append(1), belt_may_move=True, cut=lambda: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window._stop_keys, "_bridge", lambda: bridge)
        QTest.keyClick(window.pretest.weight, Qt.Key.Key_Escape)
    assert asked


def test_what_stops_is_never_kept_out(bench: Bench, slow: Slow) -> None:
    what_stops_is_never_kept_out(bench, slow)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return not isinstance(watched, StopButton)", "return True"),
        ("self._asked().keep_out(self)", "self._asked()._asked.insert(0, self)"),
    ],
)
def test_a_stop_that_is_kept_out_is_found_out(old: str, new: str, bench: Bench, slow: Slow) -> None:
    window = bench.window
    with planted_fault(preparing, old, new) as broken, pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "preparing", broken.Preparing(window, lambda: window.asked))
        with pytest.raises(AssertionError):
            what_stops_is_never_kept_out(bench, slow)
        slow.may_go_on.set()
        prepared(window)


def test_what_cannot_be_prepared_is_told_and_the_screen_is_as_it_was(bench: Bench, slow: Slow) -> None:
    slow.refuses = DeviceError(Cause("emulators_not_started"))
    slow.may_go_on.set()
    window = asked_for(bench)
    prepared(window)
    assert not window.in_test
    assert window.sheet is not None
    assert window.sheet.findChildren(QLabel)
    assert window.stack.currentWidget() is window.pretest
    window.sheet.finish()
    QTest.keyClicks(window.pretest.weight, "1")
    assert window.pretest.weight.text() != "82"


class Driver:
    """Something prepared, with a driver that is to be ended."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


def what_nobody_waits_for_is_ended(window: MainWindow) -> None:
    for made_before in (False, True):
        driver, may_go_on, made = Driver(), threading.Event(), threading.Event()

        def prepare(driver: Driver = driver, may: threading.Event = may_go_on, made: threading.Event = made) -> Driver:
            assert may.wait(20)
            made.set()
            return driver

        got: list[Driver] = []
        one = Preparing(window, lambda: window.asked)
        one.begin(prepare, got.append, lambda _: None)
        if made_before:
            may_go_on.set()
            assert made.wait(10)
            assert one._work is not None
            assert one._work.wait(10)
        works = one.abandon()
        may_go_on.set()
        assert works
        assert all(work.wait(10) for work in works)
        QApplication.processEvents()
        assert got == [], "a window that is closed shows no run"
        assert driver.closed.is_set(), "a driver would be left behind that nobody ends"


def test_what_nobody_waits_for_is_ended(bench: Bench) -> None:
    what_nobody_waits_for_is_ended(bench.window)


FAULTS: list[tuple[str, str]] = [
    ("        made.close()\n        return None\n", "        return made\n"),
    ("return [work] if made is None else [work, Work(made.close).start()]", "return [work]"),
]


@pytest.mark.parametrize(("old", "new"), FAULTS)
def test_a_driver_that_is_left_behind_is_found_out(old: str, new: str, bench: Bench) -> None:
    fails_with(preparing, old, new, lambda: what_nobody_waits_for_is_ended(bench.window))


def test_a_window_that_closes_over_a_preparation_ends_it(
    window: MainWindow, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(window.station, window, person)
    slow = Slow(bench, monkeypatch)
    asked_for(bench)
    threading.Timer(0.05, slow.may_go_on.set).start()
    closed(window)
    assert window.flow is None
    assert "close" in bench.treadmill.log
    assert window.station.record.journals() == []

"""The rooms of the window are made before they are asked for, in pieces that hold nobody up."""

import threading

import pytest
from PySide6.QtCore import QPropertyAnimation, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.mutants import planted_fault
from tests.ui.conftest import SETTINGS
from teststation.records.database import Record
from ui.desktop import rooms as rooms_module
from ui.desktop.rooms import WARMED_UP, Rooms
from ui.desktop.window import MainWindow
from ui.station.station import Station


def made(window: MainWindow) -> set[str]:
    return {name for name in WARMED_UP if window.made(name)}


def is_dressed(screen: QWidget) -> bool:
    return all(part.testAttribute(Qt.WidgetAttribute.WA_WState_Polished) for part in screen.findChildren(QWidget))


def test_rooms_are_read_beside_the_window_and_made_one_at_a_time(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_in: list[int] = []
    may_go_on = threading.Event()
    read = rooms_module._read_rooms

    def slowly() -> None:
        read_in.append(threading.get_ident())
        assert may_go_on.wait(20)
        read()

    monkeypatch.setattr(rooms_module, "_read_rooms", slowly)
    before = made(window)
    for _ in range(3):
        assert window.warm_up()
        QApplication.processEvents()
    assert made(window) == before, "nothing is read from the disk in the window's thread"
    may_go_on.set()
    assert window._reading is not None
    assert window._reading.wait(20)
    assert read_in != [threading.get_ident()]
    there = len(before)
    while window.warm_up():
        assert len(made(window)) - there in (0, 1)
        bare = window._bare
        if bare is not None and len(made(window)) > there:
            assert window.stack.indexOf(bare) < 0, "to be made and to be put among the others are two pieces"
        there = len(made(window))
    assert made(window) == set(WARMED_UP)
    assert all(is_dressed(getattr(window, name)) for name in ("pretest", "run", "history", "intervals"))
    assert window.warm_up() is False


def test_the_first_picture_is_whole(record: Record, qtbot: QtBot) -> None:
    window = MainWindow(Station(record, SETTINGS))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    central = window._central
    assert (central.size(), is_dressed(central)) == (window.size(), True), "before anything else goes on"
    assert central.findChildren(QPropertyAnimation) == [], "it does not move there"


def a_screen_that_is_asked_for_in_between_is_dressed(window: MainWindow) -> None:
    with window._undressed():
        screen = window.lifting
    assert not is_dressed(screen)
    window.go_to(screen)
    assert window._bare is None
    assert is_dressed(screen)


def test_a_screen_that_is_asked_for_in_between_is_dressed(window: MainWindow) -> None:
    a_screen_that_is_asked_for_in_between_is_dressed(window)


def test_the_last_of_two_bare_screens_is_not_all_that_is_dressed(window: MainWindow) -> None:
    with window._undressed():
        first, second = window.lifting, window.training
    window._dress()
    assert is_dressed(first)
    assert is_dressed(second)


def test_a_screen_that_stays_bare_is_found_out(window: MainWindow) -> None:
    old, new = "        self._dress()\n        self._bare = screen", "        self._bare = screen"
    with planted_fault(rooms_module, old, new) as broken, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rooms, "_on_stack", broken.Rooms._on_stack)
        with pytest.raises(AssertionError):
            test_the_last_of_two_bare_screens_is_not_all_that_is_dressed(window)

"""Who sees what a hand does before anything else does."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QInputEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from ui.desktop import asked_first
from ui.desktop.asked_first import AskedFirst


class Asks(QObject):
    """Writes down that it was asked, and keeps what it is told to keep."""

    def __init__(self, name: str, told: list[str], *, keeps: bool = False) -> None:
        super().__init__()
        self._name, self._told, self.keeps = name, told, keeps

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QInputEvent) and event.type() is not QEvent.Type.KeyPress:
            return False
        self._told.append(self._name if isinstance(event, QInputEvent) else "else")
        return self.keeps


class House:
    """A field to write in, and three that ask: what stops, what keeps hands out, and the rest."""

    def __init__(self, qtbot: QtBot) -> None:
        self.told: list[str] = []
        self.stops, self.keeps_out, self.rest = (Asks(name, self.told) for name in ("stops", "keeps out", "rest"))
        self.field = QLineEdit()
        qtbot.addWidget(self.field)
        self.window = QObject()
        self.asked = AskedFirst(self.stops, self.rest, window=self.window)
        self.asked.begin()

    def told_of_a_key(self) -> list[str]:
        self.told.clear()
        QTest.keyClick(self.field, Qt.Key.Key_A)
        return self.told


@pytest.fixture
def house(qtbot: QtBot) -> House:
    return House(qtbot)


@pytest.fixture(autouse=True)
def nobody_asks_afterwards(house: House) -> Iterator[None]:
    yield
    house.asked.end()


def nothing_comes_before_the_stop(house: House) -> None:
    assert house.told_of_a_key() == ["stops", "rest"]
    house.asked.keep_out(house.keeps_out)
    try:
        assert house.told_of_a_key() == ["stops", "keeps out", "rest"]
        house.keeps_out.keeps = True
        assert house.told_of_a_key() == ["stops", "keeps out"]
        house.stops.keeps = True
        assert house.told_of_a_key() == ["stops"]
    finally:
        house.stops.keeps = house.keeps_out.keeps = False
        house.asked.let_in(house.keeps_out)
    house.asked.let_in(house.keeps_out)
    assert house.told_of_a_key() == ["stops", "rest"]
    assert house.field.text().count("a") >= 2, "and what nobody keeps is written"


def they_are_asked_again_whatever_became_of_a_screen(house: House) -> None:
    def fail() -> None:
        with house.asked.aside():
            with house.asked.aside():
                pass
            assert house.told_of_a_key() == []
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert house.told_of_a_key() == ["stops", "rest"]


def only_the_window_tells_more_than_hands_do(house: House) -> None:
    house.told.clear()
    for watched, told in ((house.field, []), (house.window, ["else", "else"])):
        house.asked.eventFilter(watched, QEvent(QEvent.Type.WindowDeactivate))
        assert house.told == told


FAULTS = [
    ("self._asked.insert(1, one)", "self._asked.insert(0, one)", nothing_comes_before_the_stop),
    ("self._asked = [stops, *others]", "self._asked = [*others, stops]", nothing_comes_before_the_stop),
    ("                self.begin()\n", "                pass\n", they_are_asked_again_whatever_became_of_a_screen),
    ("self._aside -= 1", "self._aside = 0", they_are_asked_again_whatever_became_of_a_screen),
    ("        finally:\n", "        except StopIteration:\n", they_are_asked_again_whatever_became_of_a_screen),
]  # fmt: skip


def test_nothing_comes_before_the_stop(house: House) -> None:
    nothing_comes_before_the_stop(house)


def test_they_are_asked_again_whatever_became_of_a_screen(house: House) -> None:
    they_are_asked_again_whatever_became_of_a_screen(house)


def test_only_the_window_tells_more_than_hands_do(house: House) -> None:
    only_the_window_tells_more_than_hands_do(house)


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_who_is_asked_first_fails_on_a_planted_fault(
    qtbot: QtBot, house: House, old: str, new: str, fact: Callable[[House], None]
) -> None:
    def whole_or_broken() -> None:
        one = House(qtbot)
        try:
            fact(one)
        finally:
            one.asked.end()

    house.asked.end()
    fails_with(asked_first, old, new, whole_or_broken)

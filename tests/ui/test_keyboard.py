"""The keyboard: where it is, what Enter and Ctrl+Enter press, and that it never leaves what lies on top."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Bench, prepared
from teststation.records.access.user import Role
from teststation.records.database import Record
from teststation.run.state import Phase
from ui.desktop.focus import Focus
from ui.desktop.window import MainWindow

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Opener = Callable[[Bench], object]


def two_tests(bench: Bench) -> None:
    """Two kept tests, and their list on the screen."""
    import msgspec

    bench.to_stages().pass_s(30.0)
    bench.running.stop()
    bench.pass_s(5.0)
    first = bench.window.result.stored
    assert first is not None
    again = msgspec.structs.replace(first.run, id="again", started_at="2026-06-04T10:00:00+02:00")
    bench.window.station.record.tests.save(bench.person.id, again, first.assessment, ())
    bench.window.persons.show_history(bench.person)


def in_stages(ask: str) -> Opener:
    def opened(bench: Bench) -> None:
        bench.to_stages()
        getattr(bench.window.flow, ask)()

    return opened


def from_history(button: str) -> Opener:
    def opened(bench: Bench) -> None:
        two_tests(bench)
        getattr(bench.window.history, button).click()

    return opened


SHEETS: dict[str, Opener] = {
    "first user": lambda bench: bench.window.door.set_up_users(),
    "new person": lambda bench: bench.window.persons.edit(None),
    "settings": lambda bench: bench.window.clinic.edit_settings(),
    "about": lambda bench: bench.window.header.about_button.click(),
    "told": lambda bench: bench.window.tell("Noe", ["som skal ses"]),
    "due": lambda bench: bench.window.people.due_button.click(),
    "compare": from_history("compare_button"),
    "audit": from_history("audit_button"),
    "cool-down": in_stages("ask_cool_down"),
    "event": in_stages("ask_event"),
    "pressure": in_stages("ask_pressure"),
    "load": in_stages("ask_load"),
}


def focused() -> QWidget:
    """Whatever has the keyboard."""
    there = QApplication.focusWidget()
    assert there is not None
    return there


def inside(window: MainWindow) -> bool:
    here, top = QApplication.focusWidget(), window.top_sheet
    assert top is not None
    return here is not None and (here is top or top.isAncestorOf(here))


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_keyboard_stays_in_the_sheet_on_top(bench: Bench, sheet: str) -> None:
    SHEETS[sheet](bench)
    window = bench.window
    assert window.top_sheet is not None
    assert inside(window)
    for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        for _ in range(30):
            QTest.keyClick(focused(), Qt.Key.Key_Tab, modifier)
            assert inside(window)
    for taken in (window.people.search, window.run, window.header.about_button, window):
        taken.setFocus()
        assert inside(window), "whoever takes it, it comes back"


def test_the_door_has_the_keyboard_though_something_is_told_behind_it(
    record: Record, make_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    window = make_window()
    cover = window.door.cover
    assert cover is not None
    qtbot.waitUntil(lambda: inside(window))
    window.welcome()
    window.tell("En test ble avbrutt", ["Den er tatt vare på."])
    assert inside(window)
    QTest.keyClicks(focused(), "kari")
    assert cover.login.text() == "kari"  # type: ignore[attr-defined]


def test_closing_a_sheet_gives_the_keyboard_back(bench: Bench, qtbot: QtBot) -> None:
    bench.window.people.search.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is bench.window.people.search)
    bench.window.tell("Noe", ["som skal ses"])
    assert bench.window.sheet is not None
    bench.window.sheet.finish()
    assert QApplication.focusWidget() is bench.window.people.search


@pytest.mark.parametrize("key", ENTER)
def test_enter_presses_the_button_that_has_the_keyboard_once(bench: Bench, key: Qt.Key) -> None:
    window = bench.window
    window.people.refresh(choose=bench.person.id)
    window.people.new_button.setFocus()
    QTest.keyClick(window.people.new_button, key)
    first = window.sheet
    assert first is not None
    cancel = first.foot.itemAt(0).widget()  # type: ignore[union-attr]
    assert isinstance(cancel, QPushButton)
    cancel.setFocus()
    QTest.keyClick(cancel, key)
    assert window.sheet is None


def test_control_and_enter_goes_on_but_never_sets_a_belt_in_motion(bench: Bench) -> None:
    window = bench.window
    window.people.refresh(choose=bench.person.id)

    def go_on() -> None:
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    go_on()
    assert window.stack.currentWidget() is window.pretest
    window.pretest.confirmed.setChecked(True)
    window.pretest.weight.setText("82")
    window.pretest.screening.answer_no()
    go_on()
    prepared(window)
    assert window.stack.currentWidget() is window.run
    assert window.flow is not None
    window.flow.bridge.halt()
    bench.pass_s(1.0)
    for _ in range(5):
        go_on()
        bench.pass_s(4.0)
    assert bench.running.controller.state.phase is Phase.READY
    assert "arm" not in bench.treadmill.log


def test_the_keyboard_fact_fails_where_nobody_brings_it_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.window.keyboard, "_top", lambda: None)
    assert isinstance(bench.window.keyboard, Focus)
    with pytest.raises(AssertionError):
        test_the_keyboard_stays_in_the_sheet_on_top(bench, "told")

"""Keys that are held, sheets whose question is over, and a belt that comes to rest under them."""

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Bench, Wall, kept
from tests.ui.test.test_run_screen import phase
from teststation.ports import BeltState
from teststation.run.state import Phase
from ui.desktop.held_keys import HeldKeys
from ui.desktop.i18n import tr
from ui.desktop.sheets import Sheets
from ui.desktop.widgets.hold_button import HOLD_S, REPEATED_WITHIN_MS, HoldButton
from ui.desktop.widgets.stepper import Stepper

PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease


def send(target: QWidget, kind: QEvent.Type, key: Qt.Key, at_ms: int = 0, *, auto: bool = False) -> None:
    """One event as the system brings it, with the system's own time where it tells it."""
    event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "", auto)
    event.setTimestamp(at_ms)
    QApplication.sendEvent(target, event)


def repeat(target: QWidget, key: Qt.Key, how: str, times: int = 20) -> None:
    """A key held down, as three kinds of systems repeat it; it stays down."""
    at_ms = 50_000
    send(target, PRESS, key, at_ms)
    for n in range(times):
        at_ms += 500 if n == 0 else 33
        if how == "pairs":  # X11 without its own word for it
            send(target, RELEASE, key, at_ms)
            send(target, PRESS, key, at_ms)
        elif how == "pairs told":
            send(target, RELEASE, key, at_ms, auto=True)
            send(target, PRESS, key, at_ms, auto=True)
        else:
            send(target, PRESS, key, at_ms, auto=how == "told")


HOWS = ("told", "pairs told", "pairs", "presses alone")


@pytest.mark.parametrize("how", HOWS)
def test_the_start_key_held_and_repeated_starts(bench: Bench, how: str) -> None:
    bench.to_run()
    wall = bench.window.run.hold._monotonic = Wall(0.0)
    repeat(bench.window, Qt.Key.Key_F2, how)
    wall.now_s = HOLD_S / 2
    bench.window.run.hold.look()
    repeat(bench.window, Qt.Key.Key_F2, how)
    wall.now_s = HOLD_S
    bench.window.run.hold.look()
    bench.pass_s(2.0)
    assert phase(bench) is Phase.STAGES


def test_the_start_key_let_go_starts_nothing_though_its_time_comes_just_then(bench: Bench, qtbot: QtBot) -> None:
    bench.to_run()
    wall = bench.window.run.hold._monotonic = Wall(0.0)
    send(bench.window, PRESS, Qt.Key.Key_F2, 1000)
    wall.now_s = HOLD_S - 0.02
    send(bench.window, RELEASE, Qt.Key.Key_F2, 3980)
    wall.now_s = HOLD_S + 0.05
    bench.window.run.hold.look()
    qtbot.wait(REPEATED_WITHIN_MS + 60)
    bench.pass_s(2.0)
    assert phase(bench) is Phase.READY
    assert bench.window.run.hold.share == 0.0


def test_a_start_that_let_go_of_the_hand_says_so_and_begins_when_it_is_held_anew(bench: Bench) -> None:
    bench.to_run()
    hold = bench.window.run.hold
    wall = hold._monotonic = Wall(0.0)
    send(bench.window, PRESS, Qt.Key.Key_F2, 1000)
    wall.now_s = HOLD_S / 2
    bench.treadmill.state = BeltState.OFFLINE
    bench.pass_s(1.0)
    hold.look()
    assert hold.text() == tr("hold_button.anew")
    bench.treadmill.state = BeltState.IDLE
    bench.pass_s(5.0)
    assert hold.isEnabled()
    assert hold.text() == tr("hold_button.anew"), "a hand that still holds would wait for the belt"
    repeat(bench.window, Qt.Key.Key_F2, "told")
    wall.now_s = 3 * HOLD_S
    hold.look()
    bench.pass_s(2.0)
    assert phase(bench) is Phase.READY, "what was interrupted does not go on by itself"
    send(bench.window, RELEASE, Qt.Key.Key_F2, 9000)
    send(bench.window, PRESS, Qt.Key.Key_F2, 9500)
    wall.now_s = 4 * HOLD_S
    hold.look()
    bench.pass_s(2.0)
    assert phase(bench) is Phase.STAGES


def test_a_sheet_over_the_start_lets_it_go(bench: Bench) -> None:
    bench.to_run()
    wall = bench.window.run.hold._monotonic = Wall(0.0)
    send(bench.window, PRESS, Qt.Key.Key_F2, 1000)
    bench.window.tell("Noe", ["som kom imellom"])
    wall.now_s = HOLD_S * 2
    bench.window.run.hold.look()
    bench.pass_s(2.0)
    assert phase(bench) is Phase.READY


@pytest.mark.parametrize("how", HOWS)
def test_a_held_key_does_what_it_does_once(bench: Bench, how: str) -> None:
    bench.to_stages()
    repeat(bench.window, Qt.Key.Key_F5, how)
    bench.pass_s(0.5)
    assert bench.running.controller.state.stage_index == 1
    repeat(bench.window, Qt.Key.Key_F4, how, 21)
    bench.pass_s(0.5)
    assert bench.running.controller.state.holds


@pytest.mark.parametrize("ask", ["ask_event", "ask_pressure", "ask_load", "ask_more"])
def test_the_keys_on_the_buttons_beside_a_drawer_do_what_they_say(bench: Bench, ask: str) -> None:
    bench.to_stages()
    flow, window = bench.window.flow, bench.window
    assert flow is not None
    getattr(flow, ask)()
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F4)
    assert bench.running.controller.state.holds
    assert window.sheet is not None, "and what is asked waits"
    swapped = window.run._swapped
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F6)
    assert window.run._swapped is not swapped
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F8)
    assert window.sheet is not None
    assert window.sheet.accessibleName() == tr("cool_down.title")
    window.tell("Noe", ["som skal ses"])
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F5)
    assert bench.running.controller.state.stage_index == 0, "under a sheet that veils the screen no key acts"


@pytest.mark.parametrize("how", HOWS)
def test_a_stop_key_that_stays_down_answers_nothing_that_comes_after(bench: Bench, how: str) -> None:
    bench.to_stages()
    repeat(bench.window, Qt.Key.Key_Space, how)
    bench.pass_s(2.0)
    window = bench.window
    asked = window.sheet
    assert asked is not None, "why it was stopped"
    button = asked._first_control()
    assert button is not None
    for n in range(20):
        at_ms = 51_200 + 33 * n
        if how.startswith("pairs"):
            send(button, RELEASE, Qt.Key.Key_Space, at_ms, auto=how == "pairs told")
        send(button, PRESS, Qt.Key.Key_Space, at_ms, auto=how in ("told", "pairs told"))
    send(button, RELEASE, Qt.Key.Key_Space, 52_000)
    assert window.sheet is asked
    QTest.keyClick(button, Qt.Key.Key_Space)
    kept(window)
    assert window.stack.currentWidget() is window.result, "a press of its own counts"


def set_button(bench: Bench) -> QWidget:
    sheet = bench.window.sheet
    assert sheet is not None
    item = sheet.foot.itemAt(sheet.foot.count() - 1)
    assert item is not None
    button = item.widget()
    assert button is not None
    return button


def test_a_load_is_never_set_against_another_than_was_seen(bench: Bench) -> None:
    bench.to_stages()
    bench.window.run.controls.load_asked.emit()
    first = bench.window.sheet
    assert first is not None
    stale = set_button(bench)
    speed = first.findChildren(Stepper)[0]
    speed.box.setValue(3.0)
    bench.running.next()
    bench.pass_s(0.5)
    load = bench.running.controller.state.setpoint
    sheet = bench.window.sheet
    assert sheet is not None
    assert sheet is not first, "it asks anew"
    assert any("har skiftet" in label.text() for label in sheet.findChildren(QLabel))
    assert load is not None
    assert [one.value() for one in sheet.findChildren(Stepper)] == [load.speed_kmh, load.incline_pct]
    stale.click()  # type: ignore[attr-defined]
    bench.pass_s(0.5)
    assert bench.running.controller.state.setpoint == load
    set_button(bench).click()  # type: ignore[attr-defined]
    assert bench.window.sheet is None


def test_a_load_in_the_same_tick_as_the_next_stage_is_not_set(bench: Bench) -> None:
    bench.to_stages()
    bench.window.run.controls.load_asked.emit()
    button = set_button(bench)
    bench.running.next()
    load = bench.running.controller.state.setpoint
    button.click()  # type: ignore[attr-defined]
    assert bench.running.controller.state.setpoint == load
    assert not bench.running.controller.state.holds


@pytest.mark.parametrize("ask", ["load_asked", "cool_down"])
def test_what_is_asked_of_a_stage_closes_with_the_stages(bench: Bench, ask: str) -> None:
    bench.to_stages()
    getattr(bench.window.run.controls, ask).emit()
    assert bench.window.sheet is not None
    bench.running.cool_down("operator")
    bench.pass_s(0.5)
    assert phase(bench) is Phase.COOL_DOWN
    assert bench.window.sheet is None


def test_going_on_over_a_limit_is_asked_no_longer_than_the_limit_is(bench: Bench) -> None:
    bench.to_stages()
    limit_bpm = bench.running.controller.state.hr_limit_bpm
    assert limit_bpm is not None
    bench.strap.bpm = round(limit_bpm) + 4
    bench.pass_s(17.0)
    bench.window.run.limit.yes.click()
    assert bench.window.sheet is not None
    bench.pass_s(20.0)
    assert phase(bench) is Phase.COOL_DOWN
    assert bench.window.sheet is None


def test_a_pressure_belongs_to_the_stage_in_which_it_was_asked(bench: Bench) -> None:
    bench.to_stages()
    bench.window.run.controls.pressure.emit()
    sheet = bench.window.sheet
    bench.running.next()
    bench.pass_s(0.5)
    assert bench.window.sheet is sheet, "nobody types a pressure twice"
    for stepper, mmhg in zip(sheet.findChildren(Stepper), (148, 84), strict=True):  # type: ignore[union-attr]
        stepper.box.setValue(mmhg)
    set_button(bench).click()  # type: ignore[attr-defined]
    bench.pass_s(0.5)
    stages = bench.running.controller.recording.record(bench.running.controller.state).stages
    assert [stage.systolic_mmhg is not None for stage in stages] == [True, False]


ASKED: dict[str, Callable[[Bench], None]] = {
    "load": lambda bench: bench.window.run.controls.load_asked.emit(),
    "event": lambda bench: bench.window.run.controls.event_asked.emit(),
    "pressure": lambda bench: bench.window.run.controls.pressure.emit(),
    "cool_down": lambda bench: bench.window.run.controls.cool_down.emit(),
    "told": lambda bench: bench.window.tell("Feil", ["noe gikk galt"]),
}


@pytest.mark.parametrize("asked", ASKED)
def test_nothing_hides_how_a_belt_comes_to_rest(bench: Bench, asked: str) -> None:
    bench.to_stages()
    ASKED[asked](bench)
    assert bench.window.sheet is not None
    bench.treadmill.stops = False
    bench.window.stop()
    bench.pass_s(40.0)
    assert phase(bench) is Phase.STOPPING
    window = bench.window
    assert window.sheet is None
    for seen in (window.run.banner, window.run.at_rest_button, window.stop_button):
        assert seen.isVisible()
        middle = seen.mapTo(window, QPoint(seen.width() // 2, seen.height() // 2))
        at = window.childAt(middle)
        assert at is seen or (at is not None and seen.isAncestorOf(at)), "nothing lies over it"
    ASKED[asked](bench) if asked == "told" else QTest.keyClick(window, Qt.Key.Key_E)
    assert window.sheet is None, "nor does what comes meanwhile"
    bench.treadmill.speed_kmh = 0.0
    bench.pass_s(10.0)  # one zero alone is not believed
    why = window.sheet
    assert why is not None
    assert why.accessibleName() == tr("why_stopped.title")
    why.finish()
    kept(window)
    assert window.stack.currentWidget() is window.result
    assert (window.sheet is not None) is (asked == "told"), "what was told is still to be seen"


def _facts() -> dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Callable[..., None]]]:
    """A fault for each rule, and the fact that must fail with it."""
    look = Sheets.look

    def held_for_ever(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(HeldKeys, "pressed", lambda self, event: event.isAutoRepeat())

    def goes_at_once(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(HoldButton, "loosen", HoldButton.let_go)

    def never_loose(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(HoldButton, "loose", False)

    def never_aside(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(Sheets, "look", lambda self, *, aside: look(self, aside=False))

    def never_over(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(Sheets, "look", lambda self, *, aside: None)

    return {
        "keys repeat": (held_for_ever, partial(test_a_held_key_does_what_it_does_once, how="pairs")),
        "stop answers": (
            held_for_ever,
            partial(test_a_stop_key_that_stays_down_answers_nothing_that_comes_after, how="pairs"),
        ),
        "a repeat lets go": (goes_at_once, partial(test_the_start_key_held_and_repeated_starts, how="pairs")),
        "starts as it is let go": (
            never_loose,
            test_the_start_key_let_go_starts_nothing_though_its_time_comes_just_then,
        ),
        "over a stopping belt": (never_aside, partial(test_nothing_hides_how_a_belt_comes_to_rest, asked="told")),
        "asks what is over": (
            never_over,
            partial(test_what_is_asked_of_a_stage_closes_with_the_stages, ask="cool_down"),
        ),
        "a stale load": (never_over, test_a_load_is_never_set_against_another_than_was_seen),
    }


@pytest.mark.parametrize("fault", _facts())
def test_each_rule_is_needed(fault: str, bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, fact = _facts()[fault]
    plant(monkeypatch)
    more = {"qtbot": qtbot} if "just_then" in getattr(fact, "__name__", "") else {}
    with pytest.raises(AssertionError):
        fact(bench, **more)

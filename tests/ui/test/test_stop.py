"""STOPP: from any key, any sheet and the corner, without a question, before anything else."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Bench, closed, kept, live_while
from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.physiology.advice import symptoms_of
from teststation.ports import BeltState
from teststation.run.state import Phase
from ui.desktop.i18n import tr
from ui.desktop.shutdown import report_exception
from ui.desktop.widgets.sheet import Sheet

FINGERS = QTest.createTouchDevice()
KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Space)


def stopped(bench: Bench) -> bool:
    return "stop" in bench.treadmill.log and bench.running.controller.state.tripped


@pytest.mark.parametrize("key", KEYS)
def test_a_stop_key_stops_the_belt_at_once(bench: Bench, key: Qt.Key) -> None:
    bench.to_stages()
    QTest.keyClick(bench.window, key)
    assert stopped(bench)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("ask", ["ask_cool_down", "ask_override", "ask_event", "ask_pressure", "ask_load"])
def test_a_stop_key_stops_the_belt_from_every_question(bench: Bench, ask: str, key: Qt.Key) -> None:
    bench.to_stages()
    getattr(bench.window.flow, ask)()
    inside = bench.window.sheet
    assert inside is not None
    target = inside._first_control()
    assert target is not None
    QTest.keyClick(target, key)
    assert stopped(bench)


@pytest.mark.parametrize("key", KEYS)
def test_a_stop_key_in_a_text_field_or_a_window_of_its_own_stops_the_belt(
    bench: Bench, qtbot: QtBot, key: Qt.Key
) -> None:
    bench.to_stages()
    other = QLineEdit()
    qtbot.addWidget(other)
    other.show()
    QTest.keyClick(other, key)
    assert stopped(bench)
    assert other.text() == ""


def test_the_corner_stops_the_belt_when_the_finger_comes_down(bench: Bench) -> None:
    bench.to_stages()
    QTest.mousePress(bench.window.stop_button, Qt.MouseButton.LeftButton)
    assert stopped(bench)


@pytest.fixture
def no_mouse_of_a_finger(qapp: QApplication) -> Iterator[None]:
    """Qt makes no mouse of a touch that nobody takes."""
    made = Qt.ApplicationAttribute.AA_SynthesizeMouseForUnhandledTouchEvents
    qapp.setAttribute(made, False)
    yield
    qapp.setAttribute(made, True)


@pytest.mark.usefixtures("no_mouse_of_a_finger")
@pytest.mark.parametrize("ask", ["", "ask_more", "ask_event", "ask_load"])
def test_a_finger_stops_the_belt_when_it_comes_down_and_needs_no_mouse(bench: Bench, ask: str) -> None:
    bench.to_stages()
    if ask:
        getattr(bench.window.flow, ask)()
    handle, button = bench.window.windowHandle(), bench.window.stop_button
    assert handle is not None
    at = button.geometry().center()
    QTest.touchEvent(handle, FINGERS).press(0, at, handle).commit()
    assert stopped(bench)
    assert button.isDown()
    stops = bench.treadmill.log.count("stop")
    QTest.touchEvent(handle, FINGERS).move(0, at + QPoint(2, 0), handle).commit()
    QTest.touchEvent(handle, FINGERS).release(0, at, handle).commit()
    assert not button.isDown()
    assert bench.treadmill.log.count("stop") == stops, "one finger, one stop"


def test_a_second_finger_stops_while_another_holds_something_else(bench: Bench) -> None:
    bench.to_stages()
    handle = bench.window.windowHandle()
    assert handle is not None
    elsewhere, at = QPoint(40, 200), bench.window.stop_button.geometry().center()
    QTest.touchEvent(handle, FINGERS).press(0, elsewhere, handle).commit()
    assert not stopped(bench)
    QTest.touchEvent(handle, FINGERS).stationary(0).press(1, at, handle).commit()
    assert stopped(bench)
    QTest.touchEvent(handle, FINGERS).release(0, elsewhere, handle).release(1, at, handle).commit()


def test_nothing_lies_over_the_corner_when_a_question_is_open(bench: Bench) -> None:
    bench.to_stages()
    button = bench.window.stop_button
    for ask in ("ask_cool_down", "ask_event", "ask_load"):
        getattr(bench.window.flow, ask)()
        centre = button.mapTo(bench.window, button.rect().center())
        assert bench.window.childAt(centre) is button
        sheet = bench.window.sheet
        assert isinstance(sheet, Sheet)
        assert not sheet.panel.geometry().intersects(button.geometry())
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    assert stopped(bench)


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (1200, 700)])
def test_the_corner_stays_in_the_corner_at_every_size(bench: Bench, size: tuple[int, int]) -> None:
    bench.to_run()
    bench.window.resize(*size)
    button = bench.window.stop_button
    corner = button.geometry().bottomRight()
    assert bench.window.rect().contains(button.geometry())
    gap = QPoint(bench.window.width(), bench.window.height()) - corner
    assert 0 < gap.x() <= 20
    assert 0 < gap.y() <= 20


def test_space_presses_buttons_again_once_there_is_no_run(bench: Bench) -> None:
    bench.to_pretest()
    box = bench.window.pretest.rail
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert box.isChecked()


def test_a_held_stop_key_stops_once(bench: Bench) -> None:
    bench.to_stages()
    for repeat in (False, True, True):
        QTest.simulateEvent(bench.window, True, Qt.Key.Key_Space.value, Qt.KeyboardModifier.NoModifier, " ", repeat, -1)
    assert bench.treadmill.log.count("stop") <= 2  # the key's own, and the engine's command after it
    assert stopped(bench)


def test_the_corner_of_the_window_asks_before_it_ends_a_test(bench: Bench) -> None:
    bench.to_stages()
    for _ in range(3):  # a hand that taps again makes no pile of questions
        assert bench.window.close() is False
    assert not stopped(bench)
    sheet = bench.window.sheet
    assert sheet is not None
    sheet.finish()
    assert bench.window.sheet is None
    bench.pass_s(5.0)
    assert bench.running.controller.state.phase is Phase.STAGES
    assert bench.window.close() is False, "it asks anew"
    assert bench.window.sheet is not None


def test_the_window_does_not_close_over_a_moving_belt_but_stops_it(bench: Bench) -> None:
    bench.to_stages()
    bench.treadmill.stops = False
    assert bench.window.close() is False
    sheet = bench.window.sheet
    assert sheet is not None
    sheet.foot.itemAt(sheet.foot.count() - 1).widget().click()  # type: ignore[union-attr]
    assert stopped(bench)
    assert bench.window.isVisible()
    bench.pass_s(20.0)
    assert bench.window.isVisible()
    bench.treadmill.speed_kmh = 0.0
    bench.pass_s(10.0)
    assert bench.window.flow is None
    live_while(bench.window.isVisible, "it closes by itself, and asks nothing more")
    reasons = [test.run.reason for test in map(bench.window.station.record.tests.get, _ids(bench))]
    assert [reason.code for reason in reasons if reason] == ["stop_window_closed"]


def test_the_question_whether_to_close_goes_with_the_belt_that_it_was_asked_of(bench: Bench) -> None:
    bench.to_stages()
    assert bench.window.close() is False
    QTest.keyClick(bench.window, Qt.Key.Key_Escape)
    bench.pass_s(2.0)
    assert stopped(bench)
    sheet = bench.window.sheet
    assert sheet is not None
    assert sheet.accessibleName() == tr("why_stopped.title")


def test_the_systems_wish_to_end_stops_without_a_question(bench: Bench) -> None:
    bench.to_stages()
    bench.window.close_when_at_rest()
    assert stopped(bench)


def _ids(bench: Bench) -> list[str]:
    return [line.id for line in bench.window.station.record.tests.list()]


def answer(bench: Bench, code: str) -> None:
    """Say why the operator stopped."""
    sheet = bench.window.sheet
    assert sheet is not None
    assert sheet.accessibleName() == tr("why_stopped.title")
    next(one for one in sheet.findChildren(QPushButton) if one.accessibleName() == tr(f"reason.{code}")).click()
    kept(bench.window)


def test_after_a_stop_and_never_before_the_window_asks_why(bench: Bench) -> None:
    bench.to_stages()
    bench.treadmill.stops = False
    QTest.keyClick(bench.window, Qt.Key.Key_Space)
    bench.pass_s(5.0)
    assert bench.window.sheet is None, "nothing is asked of a belt that moves"
    bench.treadmill.speed_kmh = 0.0
    bench.pass_s(10.0)
    answer(bench, "chest_pain")
    stored = bench.window.result.stored
    assert stored is not None
    assert stored.run.reason is not None
    assert stored.run.reason.code == "stop_chest_pain"


def test_a_symptom_that_made_somebody_stop_the_cool_down_is_kept(bench: Bench) -> None:
    bench.to_stages()
    bench.running.cool_down("operator")
    bench.pass_s(2.0)
    QTest.keyClick(bench.window, Qt.Key.Key_Space)
    bench.pass_s(3.0)
    bench.treadmill.state = BeltState.IDLE
    answer(bench, "dizzy")
    stored = bench.window.result.stored
    assert stored is not None
    assert [one.cause for one in symptoms_of(stored.run)] == [Cause("stop_dizzy")]


@pytest.mark.parametrize("key", KEYS)
def test_the_question_may_be_left_and_the_test_is_kept(bench: Bench, key: Qt.Key) -> None:
    bench.to_stages()
    QTest.keyClick(bench.window, key)
    bench.pass_s(3.0)
    sheet = bench.window.sheet
    assert sheet is not None
    sheet.finish()
    kept(bench.window)
    stored = bench.window.result.stored
    assert stored is not None
    assert stored.run.reason is not None
    assert stored.run.reason.code == "stop_operator"


def test_a_belt_that_runs_again_while_somebody_says_why_it_was_stopped_is_told_and_stopped_by_every_key(
    bench: Bench,
) -> None:
    """The person may still be standing on it, and the question hides the screen."""
    bench.to_stages()
    QTest.keyClick(bench.window, Qt.Key.Key_Escape)
    bench.pass_s(3.0)
    assert bench.window.sheet is not None
    bench.treadmill.speed_kmh, bench.treadmill.stops = 2.0, False
    bench.pass_s(0.5)
    assert bench.window.sheet is not None, "one look is none"
    bench.pass_s(1.5)
    assert bench.window.sheet is None, "the question stands aside"
    assert not bench.window.run.banner.isHidden()
    moment = bench.running.snapshot()
    assert (moment.at_rest, moment.measured_speed_kmh) == (False, 2.0), "nothing on the screen says that it stands"
    stops = bench.treadmill.log.count("stop")
    QTest.keyClick(bench.window, Qt.Key.Key_Escape)
    assert bench.treadmill.log.count("stop") > stops
    bench.treadmill.speed_kmh = 0.0
    bench.pass_s(2.0)
    assert bench.window.sheet is not None
    answer(bench, "dizzy")


def test_nothing_is_asked_where_nobody_stopped(bench: Bench) -> None:
    bench.to_stages()
    bench.running.cool_down("operator")  # the reason is given
    bench.pass_s(200.0)
    assert bench.window.sheet is None
    assert bench.window.stack.currentWidget() is bench.window.result


def test_the_window_closes_before_the_start(bench: Bench) -> None:
    bench.to_run()
    closed(bench.window)
    assert bench.window.station.record.tests.list() == []


def test_a_mistake_stops_the_belt_and_says_one_sentence_without_a_traceback(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.to_stages()
    report_exception(bench.window, KeyError("intern"))
    assert stopped(bench)
    sheet = bench.window.sheet
    assert sheet is not None
    spoken = " ".join(child.text() for child in sheet.panel.findChildren(QWidget) if hasattr(child, "text"))  # type: ignore[attr-defined]
    assert "Båndet er stoppet." in spoken
    assert "Traceback" not in spoken
    assert "KeyError" in caplog.text
    caplog.clear()


@pytest.mark.parametrize("error", [KeyError("intern"), RecordError("the record is gone")])
def test_a_belt_that_a_mistake_stops_is_nobodys_stop(bench: Bench, error: Exception) -> None:
    bench.to_stages()
    report_exception(bench.window, error)
    assert stopped(bench)
    assert bench.running.controller.state.reason == Cause("stop_window_error")


def test_a_belt_that_does_not_stop_asks_for_the_red_button_and_for_a_word_that_it_stands(bench: Bench) -> None:
    bench.to_stages()
    bench.treadmill.stops = False
    QTest.keyClick(bench.window, Qt.Key.Key_Escape)
    bench.pass_s(35.0)
    assert not bench.window.run.banner.isHidden()
    assert "rød" in bench.window.run.banner_text.text()
    for words in (bench.window.run.end_words.text(), bench.window.run.stage.stage.text()):
        assert "stopper" not in words, "nobody knows that it does"
    assert "kanskje ennå" in bench.window.run.end_words.text()
    bench.window.run.at_rest_button.click()
    bench.pass_s(1.0)
    answer(bench, "dizzy")
    assert bench.window.flow is None
    stored = bench.window.result.stored
    assert stored is not None
    assert stored.run.reason is not None
    assert stored.run.reason.code == "stop_ignored", "a fault stays one"
    assert [one.cause for one in symptoms_of(stored.run)] == [Cause("stop_dizzy")]
    assert bench.window.stack.currentWidget() is bench.window.result


def test_a_belt_that_was_given_up_on_still_refuses_to_close_until_someone_sees_it_stand(bench: Bench) -> None:
    bench.to_stages()
    bench.treadmill.stops = False
    QTest.keyClick(bench.window, Qt.Key.Key_Escape)
    bench.pass_s(70.0)
    assert bench.running.controller.state.phase is Phase.ENDED
    assert bench.window.close() is False
    bench.window.run.at_rest_button.click()
    bench.pass_s(1.0)
    assert bench.window.flow is None

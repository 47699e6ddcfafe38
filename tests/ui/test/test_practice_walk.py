"""The practice walk: on the guarded path like any run, and nothing of it is kept but that it was done."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.mutants import planted_fault
from tests.ui.conftest import Bench, kept, prepared
from tests.ui.test.test_run_screen import held_by, phase
from teststation.run.state import Phase
from ui.desktop import window as window_module
from ui.desktop.i18n import tr
from ui.desktop.widgets.hold_button import HOLD_S
from ui.station import practice
from ui.station.practice import PRACTICE, SPEEDS_KMH, is_practice, practice_plan


def to_practice(bench: Bench) -> Bench:
    bench.to_pretest()
    bench.window.pretest.practice_button.click()
    prepared(bench.window)
    assert bench.window.flow is not None
    bench.window.flow.bridge.halt()
    return bench.pass_s(1.0)


@pytest.mark.parametrize(("name", "speed_kmh"), list(zip(practice.PRACTICE_SPEEDS, SPEEDS_KMH, strict=True)))
def test_it_is_level_and_slow_and_no_protocol_of_a_test(name: str, speed_kmh: float) -> None:
    plan = practice_plan("Prøvegange", name)
    assert {(stage.speed_kmh, stage.incline_pct, stage.habituation) for stage in plan.stages} == {
        (speed_kmh, 0.0, True)
    }
    assert plan.max_speed_kmh <= 4.0
    assert is_practice(plan)


def test_preparing_it_moves_nothing_and_only_a_held_start_does(bench: Bench) -> None:
    to_practice(bench).pass_s(30.0)
    assert bench.treadmill.log == []
    held_by(bench, HOLD_S - 0.1)
    bench.pass_s(2.0)
    assert phase(bench) is Phase.READY
    held_by(bench, HOLD_S)
    bench.pass_s(2.0)
    assert phase(bench) is Phase.STAGES
    assert bench.treadmill.speed_kmh == 3.0
    assert bench.treadmill.log[0] == "arm", "through engine, lease and guard, as any run"


def test_nothing_is_kept_but_that_it_was_done(bench: Bench) -> None:
    to_practice(bench)
    bench.running.begin()
    bench.pass_s(60.0)
    QTest.keyClick(bench.window, Qt.Key.Key_F8)
    assert bench.window.sheet is None, "nobody asks why a practice walk ends"
    bench.pass_s(40.0)
    window = bench.window
    assert window.stack.currentWidget() is window.pretest
    assert bench.treadmill.speed_kmh == 0.0
    record = window.station.record
    assert record.tests.list() == []
    assert record.unfinished_journals() == []
    assert window.pretest.practice_button.text() == tr("practice.done")
    bench.treadmill.log.clear()
    window.pretest.prepare_button.click()
    prepared(window)
    assert window.flow is not None
    window.flow.bridge.halt()
    bench.pass_s(2.0)
    bench.running.begin()
    bench.pass_s(5.0)
    bench.running.stop()
    bench.pass_s(10.0)
    if window.sheet is not None:
        window.sheet.finish()  # why it was stopped is left unsaid
    kept(window)
    stored = window.result.stored
    assert stored is not None
    assert stored.conditions["practice"] == "yes"


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Space])
def test_stop_stops_it_and_leads_back(bench: Bench, key: Qt.Key) -> None:
    to_practice(bench)
    bench.running.begin()
    bench.pass_s(10.0)
    QTest.keyClick(bench.window, key)
    assert "stop" in bench.treadmill.log
    bench.pass_s(5.0)
    assert bench.window.stack.currentWidget() is bench.window.pretest
    assert bench.window.station.record.tests.list() == []


def a_fault_is_told_where_no_result_tells_it(bench: Bench) -> None:
    to_practice(bench)
    bench.running.begin()
    bench.pass_s(10.0)
    bench.strap.bpm = None
    bench.pass_s(90.0)  # a minute without pulse, and the way down
    window = bench.window
    assert window.stack.currentWidget() is window.pretest
    assert window.sheet is not None, "the test would begin on a belt of which nobody has been told anything"
    assert tr("practice.fault_words") in [one.text() for one in window.sheet.findChildren(QLabel)]
    assert window.pretest.practice_button.text() == tr("practice.open"), "it is not done"
    window.sheet.finish()


def test_one_that_ended_with_a_fault_is_told_and_not_done(bench: Bench) -> None:
    a_fault_is_told_where_no_result_tells_it(bench)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("if practised and state.outcome is Outcome.FAULT and", "if False and"),
        ("if practised and state.outcome is not Outcome.FAULT and", "if practised and"),
    ],
)
def test_a_window_that_is_silent_about_it_is_found_out(bench: Bench, old: str, new: str) -> None:
    with planted_fault(window_module, old, new) as broken, pytest.MonkeyPatch.context() as patch:
        patch.setattr(window_module.MainWindow, "_ended", broken.MainWindow._ended)
        with pytest.raises(AssertionError):
            a_fault_is_told_where_no_result_tells_it(bench)


def test_one_that_was_interrupted_is_no_test(bench: Bench, qtbot: QtBot) -> None:
    to_practice(bench)
    bench.running.begin()
    bench.pass_s(10.0)
    session = bench.running
    bench.window.flow.disconnect_screen()  # type: ignore[union-attr]
    bench.window.flow = None
    session._journal.close()  # the station died
    record = bench.window.station.record
    assert len(record.unfinished_journals()) == 1
    assert bench.window.station.recover() == []
    assert record.unfinished_journals() == []
    assert record.tests.list() == []
    assert PRACTICE not in [identifier for identifier, _ in bench.window.station.protocols()]


def test_a_practice_walk_that_never_began_leaves_no_trace(bench: Bench) -> None:
    to_practice(bench)
    bench.window.run.give_up.click()
    bench.pass_s(1.0)
    assert bench.window.stack.currentWidget() is bench.window.pretest
    assert bench.window.pretest.practice_button.text() == tr("practice.open")


def test_as_last_time_takes_what_hardly_changes_and_never_what_is_measured_today(bench: Bench) -> None:
    bench.to_pretest()
    form = bench.window.pretest
    assert not form.as_last.isVisible()
    form.waist.setText("88")
    form.resting.setText("61")
    form.beta.setChecked(True)
    form.prepare_button.click()
    prepared(bench.window)
    assert bench.window.flow is not None
    bench.window.flow.bridge.halt()
    bench.pass_s(1.0)
    bench.running.begin()
    bench.pass_s(30.0)
    bench.running.stop()
    bench.pass_s(5.0)
    station = bench.window.station
    bench.window.begin_pretest(bench.person)
    assert not form.as_last.isVisible(), "a walk on a real belt is no last time of a demonstration"
    station.settings = msgspec.structs.replace(
        station.settings, treadmill="trackmaster:COM3,units=kmh", heart_rate="ble:A"
    )
    bench.window.begin_pretest(bench.person)
    assert form.as_last.isVisible()
    assert (form.weight.text(), form.resting.text(), form.waist.text()) == ("", "", "")
    assert [field.placeholderText() for field in (form.weight, form.resting, form.waist)] == [
        "sist: 82", "sist: 61", "sist: 88"
    ]  # fmt: skip
    form.beta.setChecked(False)
    form.as_last.click()
    assert (form.weight.text(), form.resting.text(), form.waist.text()) == ("", "", "88")
    assert form.beta.isChecked()

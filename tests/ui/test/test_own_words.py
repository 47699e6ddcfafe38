"""What stands on no list: every sheet that asks for a reason takes it in own words, by a key, and loses none."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Bench, kept
from teststation.run.reasons import cause_of, in_own_words
from ui.desktop.test.questions import (
    cool_down_sheet,
    event_sheet,
    override_sheet,
    why_one_is_done_sheet,
    why_stopped_sheet,
)
from ui.desktop.widgets.sheet import Sheet

Make = Callable[[QWidget, Callable[[str], None]], Sheet]
REASONS: dict[str, Make] = {
    "cool-down": cool_down_sheet,
    "why stopped": why_stopped_sheet,
    "override": override_sheet,
    "one of a group": lambda window, chosen: why_one_is_done_sheet(window, "Kari", chosen),
}
DIGIT = {"override": "5"}  # the others: 0
WITHOUT_WORDS = {"cool-down": 1, "why stopped": 2, "one of a group": 2}  # how often it is pressed; override: never


def made(qtbot: QtBot, which: str) -> tuple[Sheet, list[str]]:
    window, said = QWidget(), list[str]()
    qtbot.addWidget(window)
    sheet = REASONS[which](window, said.append)
    window.show()
    sheet.open()
    return sheet, said


@pytest.mark.parametrize("which", REASONS)
def test_another_reason_has_a_digit_and_takes_its_words(qtbot: QtBot, which: str) -> None:
    sheet, said = made(qtbot, which)
    assert sheet.own_words is not None
    sheet.own_words.setText(" Vond-fot ")
    QTest.keyClicks(sheet, DIGIT.get(which, "0"))
    assert said == ["Vond-fot" if which == "override" else in_own_words("Vond-fot")]


@pytest.mark.parametrize("which", REASONS)
def test_enter_in_the_field_answers_with_its_words(qtbot: QtBot, which: str) -> None:
    sheet, said = made(qtbot, which)
    assert sheet.own_words is not None
    sheet.own_words.setText("Vond-fot")
    QTest.keyClick(sheet.own_words, Qt.Key.Key_Return)
    assert said == ["Vond-fot" if which == "override" else in_own_words("Vond-fot")]


@pytest.mark.parametrize("which", REASONS)
def test_every_answer_has_a_key(qtbot: QtBot, which: str) -> None:
    sheet, _ = made(qtbot, which)
    assert len(sheet.pressed_by) == (5 if which == "override" else 11)


@pytest.mark.parametrize("which", REASONS)
def test_without_words_nobody_goes_over_a_limit_and_no_cooling_down_waits(qtbot: QtBot, which: str) -> None:
    sheet, said = made(qtbot, which)
    answered_after = WITHOUT_WORDS.get(which)
    for pressed in range(1, (answered_after or 3) + 1):
        sheet.pressed_by[DIGIT.get(which, "0")].click()
        assert said == (["other"] if pressed == answered_after else [])


def test_what_was_being_written_when_a_space_stopped_the_belt_is_kept(bench: Bench) -> None:
    for ask in ("ask_event", "ask_cool_down"):
        bench.to_stages().pass_s(2.0)
        getattr(bench.window.flow, ask)()
        session, sheet = bench.running, bench.window.sheet
        assert sheet is not None
        assert sheet.own_words is not None
        sheet.own_words.setFocus()
        QTest.keyClicks(sheet.own_words, "Kvalm")
        QTest.keyClick(sheet.own_words, Qt.Key.Key_Space)
        bench.pass_s(1.0)
        assert bench.running.controller.state.tripped, "a space stops the belt as before"
        marks = bench.running.controller.recording.record(bench.running.controller.state).marks
        assert [mark.text for mark in marks if mark.kind == "note"] == ["Kvalm"]
        bench.pass_s(20.0)
        why = bench.window.sheet
        assert why is not None
        assert why.own_words is not None
        why.own_words.setText("Kvalm, ville ned")
        why.finish()  # written, and no answer pressed
        assert session.controller.state.reason == cause_of(in_own_words("Kvalm, ville ned"))
        kept(bench.window)


def test_an_event_kept_by_hand_is_not_noted_twice(qtbot: QtBot) -> None:
    window, said = QWidget(), list[tuple[str, str]]()
    qtbot.addWidget(window)
    sheet = event_sheet(window, lambda kind, words: said.append((kind, words)))
    assert sheet.own_words is not None
    sheet.own_words.setText("Snublet-litt")
    QTest.keyClick(sheet.own_words, Qt.Key.Key_Return)
    assert said == [("note", "Snublet-litt")]
    assert sheet.answer, "it has been answered"

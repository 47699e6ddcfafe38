"""The run screen of a session: band, bout, offer; and where a session starts."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.unit.run.test_bouts import BOUT_S, in_bout, session
from teststation.physiology.hrmax import SessionPeak
from teststation.ports import HeartRateStatus
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.records.tests.sessions import KeptSessions
from teststation.run import events as ev
from teststation.snapshot import Snapshot, snapshot
from teststation.training.interview import Answer, Interview, own_form
from ui.desktop.i18n.numbers import today
from ui.desktop.intervals.screen import IntervalScreen
from ui.desktop.intervals.start import StartSheet
from ui.desktop.window import MainWindow


def moment_of(bench) -> Snapshot:
    return snapshot(bench.state, bench.now_s, bench.recording.record(bench.state), None)


def shown(qtbot: QtBot, moment: Snapshot) -> IntervalScreen:
    screen = IntervalScreen()
    qtbot.addWidget(screen)
    screen.show_moment(moment)
    return screen


def test_the_pulse_stands_against_its_band_and_the_bout_is_named(qtbot: QtBot) -> None:
    bench = in_bout(session(), 2)
    bench.bpm = 145
    bench.run_for(30.0)
    screen = shown(qtbot, moment_of(bench))
    assert (screen.bouts.bout.text(), screen.bouts.part.text()) == ("Drag 2 av 4", "Arbeid")
    assert screen.top.test_left.text().startswith("Økten med nedvarming: "), "a session is no test"
    assert screen.heart.share.text() == "Sone 153–171 slag/min"
    assert screen.heart.near.text() in ("7 slag under sonen", "8 slag under sonen", "9 slag under sonen")
    assert screen.heart.pulse.text() in ("144", "145", "146")
    assert screen.stage.left.text() == "3:30"
    bench.feed(ev.HeartRateRead(t_s=bench.now_s, status=HeartRateStatus.OK, bpm=175))
    screen.show_moment(moment_of(bench))
    assert screen.heart.near.text() == "4 slag over sonen"


def test_an_offer_is_asked_and_answered_by_a_tap(qtbot: QtBot) -> None:
    bench = in_bout(session())
    bench.bpm = 145
    bench.run_for(100.0)
    screen = shown(qtbot, moment_of(bench))
    assert screen.bouts.answers.isHidden()
    assert screen.bouts.load.text() == "5,0 km/t, 8,0 %"
    bench.run_for(90.0)
    screen.show_moment(moment_of(bench))
    assert not screen.bouts.answers.isHidden()
    assert "8 slag under sonen" in screen.bouts.offer.text()
    assert "9,0 %" in screen.bouts.offer.text()
    with qtbot.waitSignal(screen.bouts.accepted, timeout=1000):
        QTest.mouseClick(screen.bouts.accept_button, Qt.MouseButton.LeftButton)
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct == 8.0, "the screen moves nothing by itself"


def test_borg_is_due_after_a_bout_and_marked_with_the_bout(qtbot: QtBot) -> None:
    bench = in_bout(session())
    bench.bpm = 160
    bench.run_for(BOUT_S + 5.0)
    screen = shown(qtbot, moment_of(bench))
    assert screen.controls.rpe.property("state") == "due"
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=16))
    screen.show_moment(moment_of(bench))
    assert screen.controls.rpe.buttons[16].isChecked()
    assert screen.bouts.part.text() == "Aktiv pause"
    assert screen.heart.limit.text() == "Mot 126 slag/min"


def test_where_the_pulse_steers_nothing_borg_stands_in_its_place(qtbot: QtBot) -> None:
    bench = in_bout(session(hr_max_bpm=None))
    screen = shown(qtbot, moment_of(bench))
    assert screen.heart.share.text() == "Borg 15–17"
    assert screen.heart.bar.isHidden()
    assert not any("sone" in one.text().lower() for one in (screen.heart.share, screen.heart.limit, screen.heart.near))


@pytest.fixture
def start(make_window: Callable[..., MainWindow], person: Person, qtbot: QtBot) -> StartSheet:
    window = make_window()
    window.people.search.setText("kari")
    QTest.mouseClick(window.people.session_button, Qt.MouseButton.LeftButton)
    assert isinstance(window.sheet, StartSheet)
    return window.sheet


def test_without_a_test_the_load_is_asked_for(start: StartSheet) -> None:
    assert "ingen test" in start.where.text()
    QTest.mouseClick(start.prepare_button, Qt.MouseButton.LeftButton)
    assert "fart og stigning" in start.problems.text().lower()
    assert "Vekt" in start.problems.text()


@pytest.mark.parametrize(("speed", "incline"), [("99", "5"), ("5", "99"), ("5", "5,3"), ("0", "5")])
def test_a_load_that_is_none_is_refused_in_a_sentence(start: StartSheet, speed: str, incline: str) -> None:
    start.weight.setText("82")
    start.speed.setText(speed)
    start.incline.setText(incline)
    QTest.mouseClick(start.prepare_button, Qt.MouseButton.LeftButton)
    assert "kan ikke starte" in start.problems.text()


def test_a_record_without_sessions_is_none_the_wiser(record: Record, start: StartSheet) -> None:
    assert record.sessions.lines() == []
    assert start.harder_button.isHidden()
    assert start.cleared.isHidden()
    assert start.talk.isHidden()


def test_what_the_talk_says_is_at_hand_before_a_session(
    make_window: Callable[..., MainWindow], record: Record, person: Person
) -> None:
    answers = {"postponed": Answer(chosen=("yes",)), "pain_injury_pregnancy": Answer(chosen=("yes",), text="uke 20")}
    record.training.add(person.id, Interview("2026-02-02", own_form().text, answers))
    window = make_window()
    window.people.search.setText("kari")
    QTest.mouseClick(window.people.session_button, Qt.MouseButton.LeftButton)
    sheet = window.sheet
    assert isinstance(sheet, StartSheet)
    assert "uke 20" in sheet.talk.text()
    assert not sheet.talk.isHidden()
    assert "hard trening skal vente" in sheet.cleared_words.text()
    assert not sheet.cleared.isHidden()


def test_where_the_band_follows_what_was_shown_the_sheet_says_so(
    start: StartSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Borg 17" not in start.where.text()
    peak = SessionPeak(today().isoformat(), 220.0, 222.0, 15)
    monkeypatch.setattr(KeptSessions, "peaks", lambda *_, **__: (peak,))
    start.propose()
    assert "Sonen går til 220" in start.where.text()
    start.beta_blocker.setChecked(True)
    assert "Borg 17" not in start.where.text(), "no pulse is aimed at"

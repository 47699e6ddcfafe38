"""Training in the window, with real clicks: plan and diary, strength, the talk; nothing lost and nothing in silence."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.fit_file import FIT_ZERO_UNIX_S, fit_bytes
from tests.ui.conftest import ended
from tests.unit.records.builders import events_of, session_of
from tests.unit.records.tests.test_sessions import trained
from teststation.exchange.training import why_it_waits
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.records.training.note import Note
from teststation.training.diary import Entry, State
from teststation.training.interview import Answer, Interview, own_form
from teststation.training.plan import Plan, make_plan
from teststation.training.strength import Method, OneRm
from ui.desktop.intervals.sessions import SessionsSheet
from ui.desktop.result.report import ReportSheet
from ui.desktop.training.entry_sheet import EntrySheet
from ui.desktop.training.interview import InterviewSheet
from ui.desktop.training.plan_sheets import AwaySheet, MoveSheet, PlanSheet, ReasonSheet
from ui.desktop.training.strength import OneRmSheet
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.window import MainWindow

TODAY = datetime.now().astimezone().date()
MONDAY = TODAY - timedelta(days=TODAY.weekday() + 14)


def press(qtbot: QtBot, where: QWidget, text: str) -> None:
    # An answer of a sheet has its digit before its words.
    found = [one for one in where.findChildren(QPushButton) if one.text().split("   ")[-1] == text and one.isVisible()]
    assert len(found) == 1, f"{text}: {len(found)}"
    assert found[0].isEnabled(), text
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


Kind = TypeVar("Kind", bound=Sheet)


def on_top(window: MainWindow, kind: type[Kind]) -> Kind:
    found = window.sheet
    assert isinstance(found, kind)
    return found


def cell(window: MainWindow, line: int, column: int) -> str:
    item = window.training.table.item(line, column)
    assert item is not None
    return item.text()


def norwegian(on: date) -> str:
    return f"{on:%d.%m.%Y}"


@pytest.fixture
def open_training(window: MainWindow, person: Person, qtbot: QtBot) -> MainWindow:
    window.people.refresh(choose=person.id)
    press(qtbot, window.people, "Trening")
    assert window.stack.currentWidget() is window.training
    return window


def planned(record: Record, person: Person) -> Note[Plan]:
    (note,) = record.training.add(person.id, make_plan(MONDAY, (1, 3, 5), "4x4"))
    return note


def test_a_plan_is_made_and_a_session_written_into_it(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    window = open_training
    assert window.training.table.isHidden()
    press(qtbot, window.training, "Lag plan")
    form = on_top(window, PlanSheet)
    form.start.setText(norwegian(MONDAY))
    press(qtbot, form, "Lagre")
    assert window.sheet is None
    assert len(window.training.lines) == 24
    window.training.table.selectRow(0)
    press(qtbot, window.training, "Før denne")
    sheet = on_top(window, EntrySheet)
    sheet.minutes.setText("35")
    sheet.bouts.setText("3/4")
    sheet.borg.setCurrentIndex(sheet.borg.findData(16))
    sheet.felt.setCurrentIndex(sheet.felt.findData(4))
    sheet.comment.setText("tungt i dag")
    press(qtbot, sheet, "Lagre")
    (note,) = record.training.of_person(person.id, Entry)
    assert (note.value.day, note.value.minutes, note.value.bouts_done) == (MONDAY.isoformat(), 35.0, 3)
    assert (note.value.borg, note.value.felt, note.value.comment) == (16, 4, "tungt i dag")
    assert window.training.lines[0].state is State.PART
    assert cell(window, 0, 3) == "3 av 4 drag"
    assert window.training.summary.text().startswith("1 av ")
    assert "training_seen" in [row.action for row in record.audit.of_person(person.id)]


def test_a_symptom_is_ticked_in_a_row_told_in_the_list_and_holds_the_plan_back(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    press(qtbot, open_training.training, "Før økt")
    sheet = on_top(open_training, EntrySheet)
    sheet.symptoms["chest_pain"].setChecked(True)
    sheet.comment.setText("på vei hjem")
    press(qtbot, sheet, "Lagre")
    (note,) = record.training.of_person(person.id, Entry)
    assert note.value.symptoms == ("chest_pain",)
    assert "symptom: ubehag i brystet" in cell(open_training, 0, 7)
    assert why_it_waits(record, person.id) == "symptom"


def test_what_cannot_be_is_said_and_nothing_kept(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    press(qtbot, open_training.training, "Før økt")
    sheet = on_top(open_training, EntrySheet)
    sheet.day.setText("i går")
    sheet.bouts.setText("alle")
    press(qtbot, sheet, "Lagre")
    assert "dd.mm.åååå" in sheet.problems.text()
    assert "4/4" in sheet.problems.text()
    sheet.day.setText(norwegian(TODAY + timedelta(days=2)))
    sheet.bouts.setText("5/4")
    press(qtbot, sheet, "Lagre")
    assert "er ikke kommet ennå" in sheet.problems.text()
    assert "5 drag er flere" in sheet.problems.text()
    assert record.training.of_person(person.id, Entry) == []


def test_who_was_not_there_has_a_reason_and_no_work(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    press(qtbot, open_training.training, "Før økt")
    sheet = on_top(open_training, EntrySheet)
    sheet.minutes.setText("35")
    sheet.attendance.setCurrentIndex(1)
    assert not sheet.minutes.isEnabled()
    sheet.reason.setCurrentIndex(sheet.reason.findData("ill"))
    press(qtbot, sheet, "Lagre")
    (note,) = record.training.of_person(person.id, Entry)
    assert (note.value.attendance.value, note.value.reason, note.value.minutes) == ("excused", "ill", None)
    assert cell(open_training, 0, 3) == "Meldt fra (syk)"


def test_a_row_is_corrected_and_taken_back_with_a_reason(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    window = open_training
    (note,) = record.training.add(person.id, Entry(day=MONDAY.isoformat(), minutes=35.0))
    window.train.refresh()
    window.training.table.selectRow(0)
    press(qtbot, window.training, "Rett")
    form = on_top(window, EntrySheet)
    form.minutes.setText("40")
    press(qtbot, form, "Lagre")
    assert record.training.get(note.id, Entry).value.minutes == 40.0
    window.training.table.selectRow(0)
    press(qtbot, window.training, "Ta tilbake")
    sheet = on_top(window, ReasonSheet)
    press(qtbot, sheet, "Ta tilbake")
    assert "Skriv hvorfor" in sheet.problems.text()
    sheet.reason.setText("feil person")
    press(qtbot, sheet, "Ta tilbake")
    assert window.training.lines == []
    assert record.training.get(note.id, Entry).reason == "feil person"


def test_two_who_correct_one_row_are_told(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    window = open_training
    (note,) = record.training.add(person.id, Entry(day=MONDAY.isoformat(), minutes=35.0))
    window.train.refresh()
    window.training.table.selectRow(0)
    press(qtbot, window.training, "Rett")
    sheet = on_top(window, EntrySheet)
    record.training.change(note, msgspec.structs.replace(note.value, minutes=20.0))
    sheet.minutes.setText("50")
    press(qtbot, sheet, "Lagre")
    assert "noen har endret dette" in sheet.problems.text().lower()
    assert record.training.get(note.id, Entry).value.minutes == 20.0


def test_a_session_is_moved_and_days_away_lose_none(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    window, note = open_training, planned(record, person)
    window.train.refresh()
    window.training.table.selectRow(3)
    press(qtbot, window.training, "Flytt økt")
    sheet = on_top(window, MoveSheet)
    sheet.day.setText(norwegian(MONDAY + timedelta(days=9)))
    press(qtbot, sheet, "Lagre")
    assert "velg en annen dag" in sheet.problems.text()
    sheet.day.setText(norwegian(MONDAY + timedelta(days=8)))
    press(qtbot, sheet, "Lagre")
    press(qtbot, window.training, "Borte …")
    away = on_top(window, AwaySheet)
    first, last = MONDAY + timedelta(days=21), MONDAY + timedelta(days=27)
    away.first.setText(norwegian(first))
    away.last.setText(norwegian(last))
    press(qtbot, away, "Lagre")
    plan = record.training.get(note.id, Plan)
    assert plan.number == 3
    assert len(plan.value.sessions) == 24
    assert not any(first.isoformat() <= one.day <= last.isoformat() for one in plan.value.sessions)


def test_other_weekdays_hold_for_the_rest_of_the_plan(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    window, note = open_training, planned(record, person)
    window.train.refresh()
    press(qtbot, window.training, "Endre plan")
    sheet = on_top(window, PlanSheet)
    sheet.weekdays[4].click()
    press(qtbot, sheet, "Lagre")
    assert record.training.get(note.id, Plan).value.weekdays == (1, 3)


def test_a_watchs_file_comes_in_and_is_told(
    open_training: MainWindow, record: Record, person: Person, tmp_path: Path
) -> None:
    path = tmp_path / "klokke.fit"
    path.write_bytes(fit_bytes([(60 * minute, 120 + minute, ()) for minute in range(36)]))
    window = open_training
    window.train.bring_in(path)
    assert window.sheet is not None
    window.sheet.finish()
    began = datetime.fromtimestamp(FIT_ZERO_UNIX_S + 1_000_000_000).astimezone()
    (line,) = window.training.lines
    assert line.on == began.date().isoformat()
    assert "høyest 155" in cell(window, 0, 7)
    (tmp_path / "x.gpx").write_text("<gpx/>")
    window.train.bring_in(tmp_path / "x.gpx")
    assert window.sheet is not None
    assert len(record.training.of_person(person.id, Entry)) == 1


@pytest.mark.parametrize("which", ["Dagboken som den er", "Tomt skjema til å skrive på"])
def test_the_diary_is_shown_as_a_page_and_saved(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot, tmp_path: Path, which: str
) -> None:
    window = open_training
    planned(record, person)
    window.train.refresh()
    press(qtbot, window.training, "Skriv ut")
    assert window.sheet is not None
    press(qtbot, window.sheet, which)
    sheet = on_top(window, ReportSheet)
    assert len(sheet.pages) == 1
    window.train.pages.write(
        sheet.data, tmp_path / "side.pdf", sheet, lambda: record.training.printed(person.id, Entry)
    )
    ended(window.train.pages.close())
    QApplication.processEvents()
    assert sheet.said.text() == "Lagret: side.pdf"
    assert (tmp_path / "side.pdf").read_bytes() == sheet.data
    assert record.audit.of_person(person.id)[0].action == "training_printed"


# --- strength ---


def test_a_1rm_is_kept_its_load_offered_and_the_next_after_a_session(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    window = open_training
    press(qtbot, window.training, "Styrke")
    assert window.stack.currentWidget() is window.lifting
    press(qtbot, window.lifting, "Ny 1RM")
    sheet = on_top(window, OneRmSheet)
    sheet.load.setText("120")
    press(qtbot, sheet, "Lagre")
    assert "forslag 105,0 kg" in window.lifting.offer.text()
    assert window.lifting.plot.drawn() == [120.0]
    press(qtbot, window.lifting, "Før styrkeøkt")
    lifted = on_top(window, EntrySheet)
    assert lifted.load.text() == "105"
    lifted.repetitions.setText("4/4/4/5")
    press(qtbot, lifted, "Lagre")
    assert "forslag 107,5 kg" in window.lifting.offer.text()
    (note,) = record.training.of_person(person.id, Entry)
    assert note.value.sets[0].repetitions == (4, 4, 4, 5)
    press(qtbot, window.lifting, "Tilbake")
    assert window.stack.currentWidget() is window.training


def test_no_set_to_failure_without_a_yes_where_the_talk_says_caution(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    window = open_training
    press(qtbot, window.training, "Samtale")
    talk = on_top(window, InterviewSheet)
    heart = next(field for field in talk.fields if field.question.id == "heart_lung_pressure")
    assert heart.choice is not None
    heart.choice.setCurrentIndex(1)
    press(qtbot, talk, "Lagre utkast")
    talk.finish()
    press(qtbot, window.training, "Styrke")
    press(qtbot, window.lifting, "Ny 1RM")
    sheet = on_top(window, OneRmSheet)
    sheet.method.setCurrentIndex(sheet.method.findData(Method.ESTIMATED.value))
    sheet.load.setText("80")
    sheet.repetitions.setText("5")
    press(qtbot, sheet, "Lagre")
    assert "må en kliniker ha sagt ja" in sheet.problems.text()
    assert record.training.of_person(person.id, OneRm) == []
    sheet.cleared.setText("Dr. Lie")
    press(qtbot, sheet, "Lagre")
    assert record.training.of_person(person.id, OneRm)[0].value.cleared_by == "Dr. Lie"


# --- the talk ---


def test_a_talk_is_a_draft_then_done_and_keeps_its_versions(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    window = open_training
    press(qtbot, window.training, "Samtale")
    sheet = on_top(window, InterviewSheet)
    fields = {field.question.id: field for field in sheet.fields}
    goal, adaptation, importance = fields["goal"], fields["adaptation"], fields["importance"]
    assert goal.text is not None
    assert importance.choice is not None
    goal.text.setPlainText("gå på fjellet")
    adaptation.boxes["music"].click()
    importance.choice.setCurrentIndex(importance.choice.findData(9))
    fields["sleep"].declined.click()
    press(qtbot, sheet, "Lagre utkast")
    assert "Utkast, versjon 1" in sheet.said.text()
    press(qtbot, sheet, "Samtalen er ferdig")
    assert window.sheet is None
    note = record.training.last(person.id, Interview)
    assert note is not None
    assert (note.number, note.value.done) == (2, True)
    assert note.value.answers == {
        "goal": Answer(text="gå på fjellet"),
        "adaptation": Answer(chosen=("music",)),
        "importance": Answer(number=9),
        "sleep": Answer(declined=True),
    }
    press(qtbot, window.training, "Samtale")
    again = on_top(window, InterviewSheet)
    assert "Ferdig, versjon 2" in again.said.text()
    assert again.interview(done=True) == msgspec.structs.replace(
        note.value, answers={**{field.question.id: Answer() for field in again.fields}, **note.value.answers}
    )
    press(qtbot, again, "Skriv ut")
    assert isinstance(window.sheet, ReportSheet)
    last = record.training.last(person.id, Interview)
    assert last is not None
    assert last.number == 2, "printing what is unchanged makes no version"


def test_what_the_talk_said_is_at_hand_before_a_test(open_training: MainWindow, record: Record, person: Person) -> None:
    window = open_training
    window.begin_pretest(person)
    assert window.pretest.talk.isHidden()
    said = {"goal": Answer(text="gå på fjellet"), "heart_lung_pressure": Answer(chosen=("yes",), text="høyt blodtrykk"),
            "sleep": Answer(text="dårlig")}  # fmt: skip
    record.training.add(person.id, Interview("2026-08-10", own_form().text, said))
    window.begin_pretest(person)
    assert "Fra samtalen 10.08.2026" in window.pretest.talk.text()
    assert "Ja – høyt blodtrykk" in window.pretest.talk.text()
    assert "gå på fjellet" in window.pretest.talk.text()
    assert "dårlig" not in window.pretest.talk.text()


def test_the_screens_fit_their_room(open_training: MainWindow, record: Record, person: Person) -> None:
    """At 1366 x 768 no button of the foot is cut."""
    planned(record, person)
    open_training.train.refresh()
    for screen in (open_training.training, open_training.lifting):
        open_training.go_to(screen)
        QApplication.processEvents()
        for one in screen.findChildren(QPushButton):
            if one.isVisible():
                assert one.width() >= one.minimumSizeHint().width(), one.text()
                right = one.mapTo(open_training, one.rect().bottomRight())
                assert right.x() <= open_training.width(), one.text()
                assert right.y() <= open_training.height(), one.text()


def test_the_sessions_that_were_walked_here_are_listed_and_opened(
    open_training: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    window = open_training
    record.sessions.save(person.id, trained(), session_of(), events_of(3))
    press(qtbot, window.training, "Økter her")
    press(qtbot, on_top(window, SessionsSheet), "Åpne")
    words = " ".join(one.text() for one in on_top(window, Sheet).findChildren(QLabel))
    assert "Drag 1: 5,0 km/t, 8,0 %, Borg 16" in words
    assert ("test_seen", "session-1") in [(row.action, row.test_id) for row in record.audit.of_person(person.id)]

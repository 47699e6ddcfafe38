"""The first screen: today's list, what Enter does with a line of it, more people than a page, and erasing."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from tests.ui.desk.test_login import quick  # noqa: F401 - a fixture
from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.records.access.actions import Action
from teststation.records.access.user import Role
from teststation.records.database import Record
from teststation.records.people.erased import Reason
from teststation.records.people.people import add_in
from teststation.records.people.person import SEARCH_LIMIT, Person, new_person
from teststation.run.record import Mark, Outcome
from teststation.subject import Sex
from teststation.training.interview import Answer, Interview, own_form
from teststation.training.plan import make_plan
from ui.desktop.i18n.numbers import today
from ui.desktop.people.erase import EraseSheet, gone_words, reason_sheet
from ui.desktop.people.person import PersonScreen
from ui.desktop.people.today import TodayModel, line_words
from ui.station import next_test
from ui.station.today import today_of

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # windows on a platform without any


def keep_test(
    record: Record, person: Person, run_id: str, days_ago: int, outcome: Outcome = Outcome.COMPLETED, noted: str = ""
) -> None:
    at = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat(timespec="seconds")
    run = msgspec.structs.replace(
        run_of(run_id, at), reason=None, outcome=outcome, marks=(Mark(9.0, "symptom", noted),) if noted else ()
    )
    record.tests.save(person.id, run, assessment_of(), events_of(1))


def add(record: Record, name: str) -> Person:
    return record.people.add(family_name=name, given_name="Kari", born="1964-02-29", sex=Sex.FEMALE)


@pytest.fixture
def people(record: Record) -> dict[str, Person]:
    """One who is due, one whose test broke off, one with a session today, and one whom nobody waits for."""
    made = {name: add(record, name) for name in ("Forfalt", "Avbrutt", "Økt", "Ingen")}
    keep_test(record, made["Forfalt"], "run-1", 200)
    keep_test(record, made["Avbrutt"], "run-2", 3, Outcome.INTERRUPTED)
    keep_test(record, made["Ingen"], "run-3", 10)
    record.training.add(made["Økt"].id, make_plan(today(), {today().isoweekday()}, "4x4", weeks=2))
    return made


@pytest.fixture
def screen(record: Record, people: dict[str, Person], qtbot: QtBot) -> PersonScreen:
    made = PersonScreen(record)
    qtbot.addWidget(made)
    made.today_wanted.connect(lambda: made.show_today(today_of(record, today())))
    made.resize(1200, 700)
    made.show()
    made.refresh()
    return made


def test_today_is_what_is_seen_first_and_each_line_says_why(screen: PersonScreen) -> None:
    assert screen.today_table.isVisible()
    assert not screen.table.isVisible()
    cells = [[screen.today.data(screen.today.index(row, column)) for column in (0, 2)] for row in range(3)]
    assert [who for who, _ in cells] == ["Avbrutt, Kari", "Økt, Kari", "Forfalt, Kari"]
    assert "avbrutt" in str(cells[0][1])
    assert "4×4" in str(cells[1][1])
    assert "på tide" in str(cells[2][1])
    assert screen.chosen is None, "nobody is looked at whom nobody chose"
    screen.all_button.click()
    assert screen.table.isVisible()
    screen.refresh()
    assert screen.table.isVisible(), "as it was left"
    screen.today_button.click()
    screen.search.setText("ingen")
    assert screen.table.isVisible(), "a search is one in all people"
    assert screen.chosen is not None
    assert screen.chosen.family_name == "Ingen"
    screen.search.clear()
    assert screen.today_table.isVisible()


def what_must_come_first_is_told(record: Record) -> None:
    waits, walks, due, both = (add(record, name) for name in ("Venter", "Går", "Svimmel", "Begge"))
    talk = Interview("2026-01-01", own_form().text, {"postponed": Answer(chosen=("yes",))})
    for person, kind in ((waits, "4x4"), (walks, "steady"), (both, "steady")):
        record.training.add(person.id, talk)
        record.training.add(person.id, make_plan(today(), {today().isoweekday()}, kind, weeks=2))
    for person, days_ago in ((due, 150), (both, 1)):
        keep_test(record, person, f"run-{person.id}", days_ago, noted="Svimmel")
    broken = add(record, "Feil")
    keep_test(record, broken, f"run-{broken.id}", 150, Outcome.FAULT)
    model = TodayModel(record)
    model.show_rows(today_of(record, today()))
    said = {row.person.id: str(model.data(model.index(at, 2))) for at, row in enumerate(model.rows)}
    whole = {row.person.id: line_words(record, row.line) for row in model.rows}
    assert "venter" not in said[walks.id], "a walk is no hard training"
    assert said[waits.id].startswith("Hard trening venter · ")
    assert "Hard trening venter til" in whole[waits.id]
    assert said[due.id].startswith("Legen først · ")
    assert "legens avklaring" in whole[due.id]
    assert said[broken.id].startswith("Ta testen på nytt · ")
    assert "så snart årsaken er rettet" in whole[broken.id]
    assert said[both.id].startswith("Legen først · "), "after a symptom no session is held"


def test_what_must_come_first_is_told(record: Record) -> None:
    what_must_come_first_is_told(record)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('f"diary.waits.{waits}" if waits', '"" if waits'),
        ("waits == SYMPTOM or (waits and line.kind in INTERVALS)", "waits"),
        ("waits == SYMPTOM or (waits", "(waits"),
        ("return told if line.why is Why.DUE or", "return told if"),
    ],
)
def test_what_must_come_first_fails_on_a_planted_fault(old: str, new: str, record: Record) -> None:
    fails_with(next_test, old, new, lambda: what_must_come_first_is_told(record))


def test_enter_begins_what_the_line_is_there_for(screen: PersonScreen, people: dict[str, Person], qtbot: QtBot) -> None:
    begun: list[object] = []
    screen.interrupted_wanted.connect(lambda test_id: begun.append(("look", test_id)))
    screen.session_wanted.connect(lambda person: begun.append(("session", person.id)))
    screen.training_wanted.connect(lambda person: begun.append(("training", person.id)))
    screen.test_wanted.connect(lambda person: begun.append(("test", person.id)))
    screen.search.setFocus()
    qtbot.keyClick(screen.search, Qt.Key.Key_Return)
    assert begun == [], "the first Enter only chooses"
    for row in range(3):
        screen.today_table.selectRow(row)
        qtbot.keyClick(screen.today_table, Qt.Key.Key_Return)
    assert begun == [("look", "run-2"), ("session", people["Økt"].id), ("test", people["Forfalt"].id)]
    screen.search.setText("Ingen, Kari")
    qtbot.keyClick(screen.search, Qt.Key.Key_Return)
    assert begun[-1] == ("test", people["Ingen"].id)


def test_a_strength_session_is_opened_where_it_is_written_and_not_on_the_belt(
    screen: PersonScreen, record: Record, qtbot: QtBot
) -> None:
    lifts = add(record, "Løft")
    record.training.add(lifts.id, make_plan(today(), {today().isoweekday()}, "strength", weeks=2))
    screen.refresh()
    row = next(row for row, one in enumerate(screen.today.rows) if one.person.id == lifts.id)
    screen.today_table.selectRow(row)
    with qtbot.waitSignal(screen.training_wanted) as seen:
        screen.begin()
    assert seen.args == [lifts]


def test_the_card_shows_the_last_result_and_says_who_looked(
    screen: PersonScreen, people: dict[str, Person], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(screen.result_seen) as seen:
        screen.today_table.selectRow(2)
    assert seen.args == [people["Forfalt"]]
    assert "VO₂maks" in screen.last.text()
    assert "forfalt" in screen.last.text()
    with qtbot.assertNotEmitted(screen.result_seen):
        screen.today_table.selectRow(1)
    assert "Ikke testet før" in screen.last.text()


def test_more_people_than_a_page_come_as_one_scrolls(screen: PersonScreen, record: Record, qtbot: QtBot) -> None:
    with record.database.writing() as connection:
        for number in range(SEARCH_LIMIT + 30):
            add_in(connection, record.audit, new_person(family_name=f"Aa{number:03d}", sex=Sex.MALE))
    screen.all_button.click()
    screen.search.setText("aa")
    assert len(screen.model.people) == SEARCH_LIMIT
    assert "Rull ned" in screen.note.text()
    screen.table.scrollToBottom()
    qtbot.waitUntil(lambda: len(screen.model.people) == SEARCH_LIMIT + 30)
    assert screen.note.text() == ""
    assert [person.family_name for person in screen.model.people] == [f"Aa{n:03d}" for n in range(SEARCH_LIMIT + 30)]
    screen.search.clear()
    screen.search.setText("aa")
    screen.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert screen.model.people[0].family_name == f"Aa{SEARCH_LIMIT + 29}", "another order is one of all"
    last = record.people.search("aa", limit=None)[-1]
    screen.search.clear()
    screen.refresh(choose=last.id)
    assert screen.chosen == last, "wherever in the list it stands"


# --- erasing ---


def test_a_person_is_erased_in_two_steps_with_a_reason_and_a_trace(record: Record, qtbot: QtBot) -> None:
    person = add(record, "Sletteset")
    keep_test(record, person, "run-9", 10)
    window, chosen, gone = QWidget(), list[Reason](), list[object]()
    window.resize(1200, 700)
    qtbot.addWidget(window)
    window.show()
    first = reason_sheet(window, person, chosen.append)
    first.open()
    next(one for one in first.findChildren(QPushButton) if "feil" in one.text()).click()
    assert chosen == [Reason.WRONG_PERSON]
    assert record.people.is_there(person.id), "a reason alone erases nobody"
    sheet = EraseSheet(window, record, person, chosen[0], gone.append)
    sheet.open()
    sheet.erase_button.click()
    assert record.people.is_there(person.id), "nor does a button before somebody has said whom"
    sheet.right_person.click()
    sheet.erase_button.click()
    assert not record.people.is_there(person.id)
    (done,) = gone
    said = " ".join(gone_words(done, str(record.location)))  # type: ignore[arg-type] - what the sheet handed over
    assert "1 tester" in said
    row = record.audit.of_person(person.id)[0]
    assert (row.action, "wrong_person" in str(row.detail)) == (Action.PERSON_ERASED, True)


def test_who_may_not_erase_is_told_so_and_nothing_is_gone(record: Record, quick: None, qtbot: QtBot) -> None:  # noqa: F811
    person = add(record, "Blir")
    record.users.add("sjef", "Sjef", Role.ADMINISTRATOR)
    therapist, _ = record.users.add("kari", "Kari", Role.THERAPIST)
    record.audit.acting = therapist.actor
    window = QWidget()
    qtbot.addWidget(window)
    sheet = EraseSheet(window, record, person, Reason.REQUEST, lambda _: None)
    sheet.right_person.setChecked(True)
    sheet.erase()
    assert sheet.problems.text()
    assert record.people.is_there(person.id)

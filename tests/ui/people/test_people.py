"""People in the window: sorted, corrected, merged, due, compared, and not taken for another."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.ui.conftest import Bench
from tests.ui.desk.test_login import PASSWORD, kari, log_in, quick  # noqa: F401 - fixtures
from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.cause import Cause
from teststation.physiology.result import Assessment, Change
from teststation.records.access.actions import Action
from teststation.records.access.user import Role, User
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.subject import Sex
from ui.desktop.i18n.numbers import exact, parse_number, signed
from ui.desktop.people.compare import CompareSheet, comparison_lines, stage_lines
from ui.desktop.people.merge import MergeSheet
from ui.desktop.people.person_form import PersonForm
from ui.desktop.people.two_hands import TwoHandsSheet
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.widgets.trend_plot import ticks
from ui.desktop.window import MainWindow

NUMBER = "31129956715"


def words_of(sheet: Sheet | None) -> str:
    assert sheet is not None
    return " | ".join(child.text() for child in sheet.panel.findChildren(QLabel))


def form_of(window: MainWindow, person: Person | None) -> PersonForm:
    window.persons.edit(person)
    sheet = window.sheet
    assert isinstance(sheet, PersonForm)
    return sheet


def keep_test(record: Record, person: Person, run_id: str, started_at: str, found: Assessment | None = None) -> None:
    run = msgspec.structs.replace(run_of(run_id, started_at), reason=None)
    record.tests.save(person.id, run, found or assessment_of(), events_of(1))


# --- which language a person reads ---


def test_a_person_card_keeps_the_language_of_the_persons_page(window: MainWindow, record: Record) -> None:
    person = record.people.add(family_name="Dal", given_name="Kari", born="1964-02-29", sex=Sex.FEMALE)
    form = form_of(window, person)
    assert (form.language.currentText(), form.language.currentData()) == ("Som klinikkens: Bokmål", None)
    form.language.setCurrentIndex(form.language.findData("nn"))
    form.save()
    assert record.people.get(person.id).language == "nn"
    form = form_of(window, record.people.get(person.id))
    assert form.language.currentText() == "Nynorsk"
    form.language.setCurrentIndex(0)
    form.save()
    assert record.people.get(person.id).language is None


# --- what a form does not change ---


@pytest.mark.parametrize("height_cm", [172.5, 168.0, 171.25, 160.1, 199.99999999999997, None])
def test_saving_a_form_changes_only_what_was_written_in_it(
    window: MainWindow, record: Record, height_cm: float | None
) -> None:
    person = record.people.add(
        family_name="van der  Ås", given_name="Åse-Marie", born="1964-02-29", sex=Sex.FEMALE, number="P-0017/b",
        height_cm=height_cm, note="to\nlinjer",
    )  # fmt: skip
    form_of(window, person).save()
    assert record.people.get(person.id) == person, "nothing was changed, so there is no new version"
    form = form_of(window, person)
    form.given.setText("Astrid")
    form.save()
    kept = record.people.get(person.id)
    assert (
        msgspec.structs.replace(
            kept, given_name=person.given_name, updated_at=person.updated_at, revision=person.revision
        )
        == person
    )


@pytest.mark.parametrize("value", [172.5, 0.1 + 0.2, 92.0, 1e-3, 239.99999, -4.25, 7])
def test_a_number_in_a_field_is_read_back_as_it_was(value: float) -> None:
    assert parse_number(exact(value)) == value
    assert "." not in exact(value)


def test_a_second_person_of_one_name_and_birth_date_is_asked_about(
    window: MainWindow, record: Record, person: Person
) -> None:
    form = form_of(window, None)
    for field, text in ((form.given, " kari "), (form.family, "ØDEGÅRD"), (form.born, "12041979")):
        field.setText(text)
    form.female.setChecked(True)
    form.save()
    assert "finnes allerede en person" in form.problems.text()
    assert record.people.all() == [person]
    form.save()
    assert len(record.people.all()) == 2, "saving again is the answer"


@pytest.mark.parametrize("born", ["12.04.1080", "12.04.2999", "12.04.1899"])
def test_a_birth_date_that_is_nobodys_is_refused(window: MainWindow, record: Record, person: Person, born: str) -> None:
    form = form_of(window, person)
    form.born.setText(born)
    form.save()
    assert "fødselsdatoen" in form.problems.text()
    assert record.people.get(person.id) == person


# --- the number ---


def test_an_impossible_national_number_is_told_in_the_form(window: MainWindow, person: Person) -> None:
    form = form_of(window, person)
    form.number.setText("31129956716")
    form.save()
    assert "kan ikke stemme" in form.problems.text()


def test_a_number_of_another_birth_date_is_a_question_and_corrects_nothing(
    window: MainWindow, person: Person, record: Record
) -> None:
    form = form_of(window, person)
    form.number.setText(NUMBER)
    form.save()
    assert "annen dato" in form.problems.text()
    assert "en gang til" in form.problems.text()
    assert record.people.get(person.id) == person
    assert form.born.text() == "12.04.1979"
    form.save()
    assert window.sheet is None
    kept = record.people.get(person.id)
    assert (kept.number, kept.born, kept.sex) == (NUMBER, "1979-04-12", Sex.FEMALE), "a man's number, and a question"


def test_a_number_that_fits_is_no_question(window: MainWindow, record: Record) -> None:
    form = form_of(window, None)
    for field, text in ((form.family, "Berg"), (form.born, "31.12.1999"), (form.number, "311299 56715")):
        field.setText(text)
    form.female.setChecked(True)
    form.save()
    assert window.sheet is None
    assert record.people.all()[0].number == NUMBER


def test_a_test_number_is_asked_about(window: MainWindow, person: Person) -> None:
    form = form_of(window, person)
    form.number.setText("12847910184")  # synthetic: month + 80
    form.save()
    assert "testnummer" in form.problems.text()


def test_a_number_is_masked_until_it_is_asked_for(window: MainWindow, record: Record, person: Person) -> None:
    person = record.people.update(msgspec.structs.replace(person, number=NUMBER))
    window.people.refresh(choose=person.id)
    assert "311299 •••••" in window.people.facts.text()
    form = form_of(window, person)
    assert form.number.text() == "311299 •••••"
    assert form.number.isReadOnly()
    form.given.setText("Karianne")
    form.save()
    assert record.people.get(person.id).number == NUMBER, "what is masked is kept as it was"
    form = form_of(window, record.people.get(person.id))
    form.show_number.click()
    assert form.number.text() == NUMBER
    form.number.setText("")
    form.save()
    assert record.people.get(person.id).number is None


def test_the_number_of_a_merged_duplicate_is_taken(window: MainWindow, record: Record, person: Person) -> None:
    twin = record.people.add(family_name="Ødegård", given_name="Kari", sex=Sex.FEMALE, number="17")
    record.people.update(msgspec.structs.replace(person, number="18"))
    record.merging.merge(person.id, twin.id)
    form = form_of(window, None)
    form.number.setText("17")
    form.save()
    assert "annen person har dette nummeret" in form.problems.text()


def test_somebody_elses_change_in_the_meantime_is_told(window: MainWindow, record: Record, person: Person) -> None:
    form = form_of(window, person)
    theirs = record.people.update(msgspec.structs.replace(person, note="fra den andre stasjonen", given_name="Karin"))
    form.given.setText("Karianne")
    form.height_cm.setText("170")
    form.save()
    sheet = window.sheet
    assert isinstance(sheet, TwoHandsSheet)
    assert record.people.get(person.id) == theirs, "nothing is overwritten"
    assert set(sheet.choices) == {"given_name", "height_cm", "note"}
    assert {name: group.checkedId() for name, group in sheet.choices.items()} == {
        "given_name": -1, "height_cm": 1, "note": 0,
    }  # fmt: skip
    assert "Karin" in words_of(sheet) or "Karin" in sheet.choices["given_name"].buttons()[0].text()
    assert not sheet.save_button.isEnabled(), "what both have changed must be chosen"
    sheet.choose("given_name", mine=True)
    later = record.people.update(msgspec.structs.replace(theirs, family_name="Dal"))
    sheet.save()
    assert "en gang til" in sheet.problems.text()
    assert record.people.get(person.id) == later
    sheet.choose("given_name", mine=True)
    sheet.choose("family_name", mine=False)
    sheet.save()
    kept = record.people.get(person.id)
    assert (kept.full_name, kept.height_cm, kept.note) == ("Karianne Dal", 170.0, "fra den andre stasjonen")
    assert window.sheet is None


def test_what_the_server_did_not_take_is_shown_when_the_person_is_edited(
    window: MainWindow, record: Record, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = record.people.update(msgspec.structs.replace(person, family_name="Dal"))
    mine = msgspec.structs.replace(person, note="skrevet alene")
    monkeypatch.setattr(record, "kept_here", lambda person_id: (person, mine) if person_id == person.id else None)
    window.persons.edit(theirs)
    sheet = window.sheet
    assert isinstance(sheet, TwoHandsSheet)
    assert {name: group.checkedId() for name, group in sheet.choices.items()} == {"family_name": 0, "note": 1}
    sheet.save()
    kept = record.people.get(person.id)
    assert (kept.family_name, kept.note) == ("Dal", "skrevet alene")


# --- the list ---


def test_a_click_on_a_heading_sorts_what_is_shown(window: MainWindow, record: Record) -> None:
    for family, born in (("Ås", "1970-01-01"), ("Berg", "1990-01-01"), ("Østby", "1980-01-01")):
        record.people.add(family_name=family, born=born, sex=Sex.MALE)
    window.people.refresh()
    shown = window.people

    def families() -> list[str]:
        return [person.family_name for person in shown.model.people]

    assert families() == ["Berg", "Østby", "Ås"]
    shown.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert families() == ["Berg", "Østby", "Ås"]
    shown.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert families() == ["Ås", "Østby", "Berg"]
    shown.search.setText("s")
    assert families() == ["Ås", "Østby"], "and stays sorted while you type"
    shown.table.selectRow(0)
    assert shown.chosen is not None
    assert shown.chosen.family_name == "Ås"


def test_who_is_due_is_chosen_from_the_list(window: MainWindow, record: Record, person: Person) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=200)).isoformat()
    other = record.people.add(family_name="Berg", given_name="Ola", born="1980-01-01", sex=Sex.MALE)
    keep_test(record, other, "run-1", long_ago)
    keep_test(record, person, "run-2", datetime.now(UTC).isoformat())
    window.people.due_button.click()
    assert "Ola Berg" in words_of(window.sheet)
    assert "Ødegård" not in words_of(window.sheet)
    assert window.sheet is not None
    choose = [b for b in window.sheet._controls() if b.accessibleName() == "Velg Ola Berg"]
    choose[0].click()  # type: ignore[attr-defined]
    assert window.people.chosen is not None
    assert window.people.chosen.id == other.id


# --- the wrong person ---


def test_a_namesake_is_warned_of_before_the_test(window: MainWindow, record: Record, person: Person) -> None:
    window.begin_pretest(person)
    assert window.pretest.namesakes.isHidden()
    record.people.add(family_name="Ødegaard", given_name="Kari", born="1955-02-03", sex=Sex.FEMALE)
    window.begin_pretest(person)
    assert not window.pretest.namesakes.isHidden()
    assert "Kari Ødegaard, 03.02.1955" in window.pretest.namesakes.text()


def test_no_test_begins_before_name_and_birth_date_are_confirmed(bench: Bench) -> None:
    bench.to_pretest()
    bench.window.pretest.confirmed.setChecked(False)
    bench.window.pretest.prepare_button.click()
    assert not bench.window.in_test
    assert "Bekreft navn og fødselsdato" in bench.window.pretest.problems.text()


# --- merging ---


def test_a_duplicate_is_merged_and_the_merge_undone_in_the_window(
    window: MainWindow, record: Record, person: Person
) -> None:
    twin = record.people.add(family_name="Ødegaard", given_name="Kari", born="1979-04-12", sex=Sex.MALE)
    keep_test(record, twin, "run-1", "2026-01-02T10:00:00+01:00")
    window.people.refresh(choose=person.id)
    window.people.merge_button.click()
    sheet = window.sheet
    assert isinstance(sheet, MergeSheet)
    assert [found.id for found in sheet.found] == [twin.id], "namesakes are offered"
    assert not sheet.merge_button.isEnabled()
    assert sheet.choice is not None
    sheet.choice.button(0).click()
    assert "ulikt kjønn" in sheet.warning.text()
    sheet.undo("undone at another station")
    assert window.sheet is sheet
    assert sheet.problems.text() == "Denne sammenslåingen kan ikke angres; åpne personen på nytt"
    sheet.merge_button.click()
    assert window.sheet is None
    assert [line.id for line in record.tests.summaries(person.id)] == ["run-1"]
    assert [shown.id for shown in window.people.model.people] == [person.id]
    window.people.merge_button.click()
    sheet = window.sheet
    assert isinstance(sheet, MergeSheet)
    assert "Kari Ødegaard ble slått sammen" in words_of(sheet)
    sheet.undo(record.merging.of_person(person.id)[0].id)
    assert record.tests.summaries(person.id) == []
    assert len(window.people.model.people) == 2


def test_a_technician_does_not_merge_and_does_not_read_the_log(
    record: Record,
    kari: User,  # noqa: F811
    window: MainWindow,
    person: Person,
) -> None:
    record.users.add("tor", "Tor Vik", Role.TECHNICIAN, PASSWORD)
    log_in(window, "tor")
    window.people.refresh(choose=person.id)
    assert not window.people.merge_button.isEnabled()
    window.persons.show_history(person)
    assert window.history.audit_button.isHidden()


# --- history ---


@pytest.fixture
def three(record: Record, person: Person) -> Person:
    """Three tests: with a number, without one, and with one."""
    for place, (day, value) in enumerate((("2026-01-02", 30.0), ("2026-04-03", None), ("2026-07-02", 36.0)), start=1):
        keep_test(record, person, f"run-{place}", f"{day}T10:00:00+02:00", assessment_of(value))
    return person


def test_all_tests_are_listed_newest_first_and_drawn_with_their_ranges(window: MainWindow, three: Person) -> None:
    window.persons.show_history(three)
    screen = window.history
    assert window.stack.currentWidget() is screen
    assert [line.id for line in screen.lines] == ["run-3", "run-2", "run-1"]
    texts = [screen.table.item(row, 3).text() for row in range(3)]  # type: ignore[union-attr]
    assert texts == ["36,0 (32–41)", "–", "30,0 (26–35)"]
    days, values = screen.plot.drawn()
    assert list(values) == [30.0, 36.0]
    assert date.fromordinal(round(days[0])) == date(2026, 1, 2)
    bars: Any = screen.plot._bars.opts
    assert (list(bars["top"]), list(bars["bottom"])) == ([5.0, 5.0], [4.0, 4.0])
    assert "02.10.2026" in screen.due.text()


def test_history_and_lists_read_no_run(
    window: MainWindow, record: Record, three: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        raise AssertionError("a list has decoded a run")

    monkeypatch.setattr(record.tests, "_stored", read)
    window.persons.show_history(three)
    window.people.refresh(choose=three.id)
    window.people.due_button.click()


def test_a_person_without_tests_says_so(window: MainWindow, person: Person) -> None:
    window.persons.show_history(person)
    assert not window.history.none.isHidden()
    for control in (window.history.open_button, window.history.report_button, window.history.compare_button):
        assert not control.isEnabled()


def test_a_line_opens_its_test(window: MainWindow, three: Person) -> None:
    window.persons.show_history(three)
    window.history.table.selectRow(2)
    window.history.open_button.click()
    assert window.result.stored is not None
    assert window.result.stored.id == "run-1"
    assert window.stack.currentWidget() is window.result


def test_two_tests_are_compared_in_the_order_they_were_walked(
    window: MainWindow, three: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.persons.show_history(three)
    screen = window.history
    assert [line.id for line in screen.picked] == ["run-3", "run-2"]
    screen._pick(1).setCheckState(Qt.CheckState.Unchecked)
    assert not screen.compare_button.isEnabled()
    screen._pick(2).setCheckState(Qt.CheckState.Checked)
    told: list[tuple[str, str]] = []
    screen.compare_wanted.connect(lambda earlier, later: told.append((earlier, later)))
    screen.compare_button.click()
    assert told == [("run-1", "run-3")]
    assert isinstance(window.sheet, CompareSheet)


def test_a_comparison_shows_results_conditions_and_the_pulse_at_equal_load() -> None:
    from tests.sample_tests import follow_up, sample
    from teststation.records.tests.stored import StoredTest

    def stored(run_id: str, pair: tuple[object, object]) -> StoredTest:
        run, found = pair
        return StoredTest(run_id, "p", run, found, {"operator": "Kari"}, "", "", "", 1)  # type: ignore[arg-type]

    earlier, later = stored("a", sample()), stored("b", follow_up())
    change = later.assessment.change
    assert change is not None
    lines = {name: rest for name, *rest in comparison_lines(earlier, later, change)}
    told = change.told()
    assert (
        lines["VO₂maks (område), mL/kg/min"][2]
        == f"{signed(told.size)} (95 %: {signed(told.low)} til {signed(told.high)})"
    ), "the change under one HRmax, with its range"
    assert lines["Makspuls, slag/min"][2] == "0"
    assert all(
        lines[name][2]
        for name in ("VO₂maks (område), mL/kg/min", "Kondisjonsalder, år", "Makspuls, slag/min", "Vekt, kg")
    )
    assert lines["Vekt, kg"][2] == "0,0"
    assert lines["Testet av"][:2] == ["Kari", "Kari"]
    stages = stage_lines(earlier, later)
    assert len(stages) == len(earlier.assessment.stages)
    assert {difference for *_, difference in stages} == {"−7"}


def test_a_comparison_without_a_change_says_why_in_its_place() -> None:
    from tests.sample_tests import follow_up, sample
    from teststation.records.tests.stored import StoredTest

    (run, found), (run_then, found_then) = follow_up(), sample()
    later = StoredTest("b", "p", run, found, {}, "", "", "", 1)
    earlier = StoredTest("a", "p", run_then, found_then, {}, "", "", "", 1)
    assert found.change is not None

    def vo2(before: StoredTest, change: Change | None) -> str:
        return comparison_lines(before, later, change)[0][3]

    differs = msgspec.structs.replace(
        found.change, wording="not_comparable", not_comparable=(Cause("differs_medication"),)
    )
    assert vo2(earlier, differs) == "ikke direkte sammenlignbart"
    assert "minst én har ikke trinn nok" in vo2(earlier, None)
    demo = msgspec.structs.replace(run_then, treadmill="emulated:trackmaster")
    assert demo.demo is not run.demo
    assert "bare én av dem er en demonstrasjon" in vo2(dataclasses.replace(earlier, run=demo), None)


def test_dates_under_the_chart_are_few_and_hold_both_ends() -> None:
    days = [date(2020, 1, 1) + timedelta(days=91 * number) for number in range(40)]
    marks = ticks(days)
    assert len(marks) == 6
    assert (marks[0][0], marks[-1][0]) == (days[0].toordinal(), days[-1].toordinal())
    assert ticks([]) == []


# --- who looked ---


def test_the_log_of_a_person_tells_who_did_what_and_that_it_was_read(
    record: Record,
    kari: User,  # noqa: F811
    window: MainWindow,
    person: Person,
) -> None:
    log_in(window)
    record.people.update(msgspec.structs.replace(person, family_name="Dal"))
    keep_test(record, person, "run-1", "2026-01-02T10:00:00+01:00")
    window.persons.show_history(record.people.get(person.id))
    window.history.open_button.click()
    window.persons.show_history(record.people.get(person.id))
    window.history.audit_button.click()
    words = words_of(window.sheet)
    for told in ("kari", "Endret personen: etternavn", "Lagret test (02.01.2026)", "Så på test (02.01.2026)",
                 "Så på personen", "Så på denne loggen"):  # fmt: skip
        assert told in words
    seen = [row for row in record.audit.of_person(person.id) if row.action == Action.PERSON_SEEN]
    assert len(seen) == 1, "to and fro is one look"


def test_the_log_is_told_again_after_ten_minutes(record: Record, person: Person) -> None:
    from ui.station.desk import TOLD_AGAIN_S, Desk

    now_s = [0.0]
    desk = Desk(record, lambda: now_s[0])
    for at_s in (0.0, TOLD_AGAIN_S - 1, TOLD_AGAIN_S):
        now_s[0] = at_s
        desk.saw(Action.PERSON_SEEN, person.id)
    rows = [row for row in record.audit.newest() if row.action == Action.PERSON_SEEN]
    assert len(rows) == 2
    assert rows[0].actor.startswith("window")


def test_who_has_no_test_to_follow_is_told_no_next_one(window: MainWindow, record: Record, person: Person) -> None:
    window.persons.show_history(person)
    assert window.history.due.text() == "Født 12.04.1979"
    keep_test(record, person, "run-1", "2026-01-02T10:00:00+01:00")
    window.persons.show_history(person)
    assert "Født 12.04.1979 · " in window.history.due.text()

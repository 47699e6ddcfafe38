"""Earlier tests of another system: shown before they are kept, and shown as what they are afterwards."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from tests.sample_tests import follow_up, sample
from tests.ui.desk.test_login import PASSWORD, kari, log_in, quick  # noqa: F401 - fixtures
from tests.unit.records.builders import events_of
from teststation.records.access.user import Role, User
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.records.tests.earlier_result import EarlierResult
from ui.desktop.i18n.numbers import number
from ui.desktop.people.earlier import BringInSheet
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.window import MainWindow

HEADER = "number;family_name;given_name;born;sex;tested_on;vo2max_ml_kg_min;method\n"
KARI = ";Ødegård;Kari;1979-04-12;;2025-05-01;31,5;ergospirometri\n"
NEW = ";Nyland;Per;1970-02-03;mann;2025-06-01;33;Ekblom-Bak\n"


def written(tmp_path: Path, rows: str) -> Path:
    path = tmp_path / "tidligere.csv"
    path.write_text(HEADER + rows, "utf-8")
    return path


def previewed(window: MainWindow, path: Path) -> BringInSheet:
    window.persons.bring_in(path)
    sheet = window.sheet
    assert isinstance(sheet, BringInSheet)
    return sheet


def cells(sheet: BringInSheet, line: int) -> list[str]:
    found = [sheet.table.item(line, place) for place in range(sheet.table.columnCount())]
    return [item.text() for item in found if item is not None]


def words_of(sheet: Sheet | None) -> str:
    assert sheet is not None
    return " | ".join(child.text() for child in sheet.panel.findChildren(QLabel))


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_the_file_is_asked_for_and_previewed(window: MainWindow, person: Person, tmp_path: Path) -> None:
    window.people.bring_in_button.click()
    dialog = window.dialogs.shown
    assert isinstance(dialog, QFileDialog)
    dialog.selectFile(str(written(tmp_path, KARI)))
    dialog.accept()
    assert isinstance(window.sheet, BringInSheet)


def test_a_preview_tells_what_will_be_made_and_makes_nothing_before_the_word(
    window: MainWindow, record: Record, person: Person, tmp_path: Path
) -> None:
    path = written(tmp_path, KARI + NEW)
    sheet = previewed(window, path)
    assert "Rader: 2. Tester som legges til: 2. Personer i registeret: 1. Nye personer: 1." in sheet.summary.text()
    assert cells(sheet, 0) == [
        "2", "Kari Ødegård, 12.04.1979", "01.05.2025", "31,5", "ergospirometri", "Legges til",
    ]  # fmt: skip
    assert cells(sheet, 1)[-1] == "Legges til, med ny person"
    assert sheet.problems.isHidden()
    assert (record.imported.all(), record.people.all()) == ([], [person])
    sheet.finish()
    assert (record.imported.all(), record.people.all()) == ([], [person]), "and none after no"
    previewed(window, path).keep_button.click()
    assert "Tester hentet inn: 2" in words_of(window.sheet)
    assert len(record.imported.all()) == 2
    assert [one.full_name for one in record.people.all()] == ["Per Nyland", "Kari Ødegård"]
    assert window.sheet is not None
    window.sheet.finish()
    again = previewed(window, path)
    assert cells(again, 0)[-1] == "Finnes fra før, hoppes over"
    assert not again.keep_button.isEnabled(), "there is nothing to add"


def test_a_row_with_a_problem_comes_first_with_its_sentence_and_keeps_all_of_it_out(
    window: MainWindow, record: Record, person: Person, tmp_path: Path
) -> None:
    sheet = previewed(window, written(tmp_path, KARI + ";Nyland;Per;1970-02-03;;2025-06-01;3;Ekblom-Bak\n"))
    assert cells(sheet, 0)[0] == "3"
    assert "skriv også kjønn" in cells(sheet, 0)[-1]
    assert sheet.table.rowHeight(0) < 0.4 * sheet.table.height(), "a row is as high as its words"
    assert "Kolonnen vo2max_ml_kg_min: 3 er utenfor 5 til 100; sjekk enheten." in cells(sheet, 0)[-1]
    assert "før noe kan hentes inn: 1" in sheet.problems.text()
    assert not sheet.keep_button.isEnabled()
    sheet.keep()
    assert "Ingenting er lagret" in sheet.problems.text()
    assert record.imported.all() == []


def test_a_file_that_is_no_table_is_told_in_norwegian(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "brev.csv"
    path.write_text("Kjære kollega,\n", "utf-8")
    window.persons.bring_in(path)
    assert "brev.csv: kolonnen tested_on mangler; legg den til" in words_of(window.sheet)


def test_only_who_may_is_offered_it(kari: User, record: Record, window: MainWindow) -> None:  # noqa: F811
    record.users.add("tor", "Tor Vik", Role.TECHNICIAN, PASSWORD)
    log_in(window, "tor")
    assert window.people.bring_in_button.isHidden()
    window.door.leave()
    log_in(window)
    assert not window.people.bring_in_button.isHidden()


# --- shown as what they are ---


@pytest.fixture
def brought(record: Record, person: Person) -> Person:
    """Kari, with two results of others and one test of ours between them."""
    results = [
        EarlierResult(person.id, "2025-05-01", 31.5, "ergospirometri", comment="Sykehuset"),
        EarlierResult(person.id, "2026-03-01", 35.0, "Ekblom-Bak"),
    ]
    record.imported.keep(results, "ab" * 32)
    run, found = sample()
    record.tests.save(person.id, run, found, events_of(3))
    return person


def test_the_history_lists_and_draws_them_apart(window: MainWindow, brought: Person) -> None:
    window.persons.show_history(brought)
    screen = window.history

    def line(place: int) -> list[str]:
        found = [screen.table.item(place, column) for column in range(screen.table.columnCount())]
        return [item.text() for item in found if item is not None]

    assert line(0) == ["", "01.03.2026", "Ekblom-Bak", "35,0", "Hentet inn", "–"], "a value without a range"
    assert line(2)[1:3] == ["01.05.2025", "ergospirometri"]
    tip = screen.table.item(2, 3)
    assert tip is not None
    assert tip.toolTip() == "Sykehuset"
    assert screen.plot.drawn(brought_in=True)[1] == [31.5, 35.0]
    assert len(screen.plot.drawn()[1]) == 1
    assert not screen.legend.isHidden()
    assert [one.id for one in screen.picked] == [sample()[0].id]
    assert screen.open_button.isEnabled(), "the first test of our own is selected"
    pick = screen.table.item(0, 0)
    assert pick is not None
    assert not pick.flags() & Qt.ItemFlag.ItemIsUserCheckable
    screen.table.selectRow(0)
    assert not screen.open_button.isEnabled(), "there is no test behind it"


def test_they_count_for_the_last_test_and_the_next(window: MainWindow, record: Record, person: Person) -> None:
    record.imported.keep([EarlierResult(person.id, "2025-05-01", 31.5, "ergospirometri")], "ab" * 32)
    window.people.choose(person)
    assert "01.05.2025" in window.people.last.text()
    assert "Ikke testet" not in window.people.last.text()
    window.persons.show_history(person)
    assert "01.08.2025" in window.history.due.text(), "three months on"
    window.persons.show_due()
    assert "01.05.2025" in words_of(window.sheet)


def test_they_are_in_no_line_of_ours(window: MainWindow, record: Record, brought: Person) -> None:
    run, found = follow_up()
    record.tests.save(brought.id, run, found, events_of(3))
    window.persons.show_history(brought)
    days, _ = window.history.plot._trend.getData()
    assert days is None or len(days) == 0, "two tests of our own make no trend"


def test_last_time_of_another_method_is_told_without_a_range_and_as_no_change(
    window: MainWindow, record: Record, brought: Person
) -> None:
    window.show_result(record.tests.history(brought.id)[0])
    found = record.tests.history(brought.id)[0].assessment
    now = found.estimates[found.headline].vo2max_ml_kg_min
    assert now is not None
    words = window.result.change.text()
    assert "01.05.2025 ble 31,5 mL/kg/min målt med ergospirometri (hentet inn)" in words, "the latest before the test"
    assert f"I dag er det +{number(now - 31.5, 1)}" in words
    assert "sier ikke om formen er endret" in words


def test_a_change_of_our_own_is_not_replaced(window: MainWindow, record: Record, brought: Person) -> None:
    run, found = follow_up()
    record.tests.save(brought.id, run, found, events_of(3))
    window.show_result(record.tests.history(brought.id)[-1])
    assert "hentet inn" not in window.result.change.text()


def test_the_report_tells_them_with_their_method(window: MainWindow, record: Record, brought: Person) -> None:
    from ui.desktop.result.pages import Pages

    pages = Pages(window.station.report(record.tests.history(brought.id)[0]))
    words = " ".join(pages.words(0).split())
    pages.close()
    assert "01.05.2025 ble 31,5 mL/kg/min målt med ergospirometri (hentet inn fra et annet system)" in words
    assert "○ målt av andre, uten område" in words
    assert "Ekblom-Bak" not in words, "what came after the test is not in its report"

"""People, pre-test, settings, history, result; and what holds for every screen."""

from collections.abc import Callable
from datetime import date, timedelta

import msgspec
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from drivers.heart_rate.straps_seen import StrapSeen
from tests.ui.conftest import SETTINGS, Bench, kept, prepared
from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.run.record import Outcome
from teststation.subject import Sex
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import today
from ui.desktop.people.people_model import due_words
from ui.desktop.people.person_form import PersonForm
from ui.desktop.test.pretest_hr_max import ALL_OUT, INTERVALS, MEASURED
from ui.desktop.widgets.base import ElidedLabel
from ui.desktop.widgets.wrapped_button import WrappedButton
from ui.desktop.window import MainWindow
from ui.station.settings import Settings


def clipped(root: QWidget) -> list[str]:
    """Texts that have less room than they ask for."""
    found = [
        f"field {edit.text()}"
        for edit in root.findChildren(QLineEdit)
        if edit.isVisible()
        and (
            edit.fontMetrics().height() > edit.contentsRect().height() + 1
            or edit.fontMetrics().horizontalAdvance(edit.text()) > edit.width()
        )
    ]
    for widget in root.findChildren(QWidget):
        if (
            not widget.isVisible()
            or isinstance(widget, ElidedLabel)
            or not isinstance(widget, QLabel | QAbstractButton)
        ):
            continue
        text = widget.text()
        if not text or widget.parent() is None:
            continue
        if isinstance(widget, QLabel) and widget.wordWrap():
            if widget.heightForWidth(widget.width()) > widget.height():
                found.append(text)
            continue
        wraps = isinstance(widget, WrappedButton)
        wanted = QPushButton.sizeHint(widget) if wraps else widget.sizeHint()  # of the lines it stands in
        if wanted.width() > widget.width() or (
            isinstance(widget, QLabel | WrappedButton) and widget.minimumSizeHint().height() > widget.height() + 1
        ):
            found.append(text)
    return found


def nameless(root: QWidget) -> list[str]:
    """Controls that a screen reader cannot name."""
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QTableView)
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in root.findChildren(QWidget)
        if isinstance(widget, kinds)
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parent(), QLineEdit | QAbstractSpinBox | QComboBox | QTableView)
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
    ]


def wrong_settings(window: MainWindow) -> None:
    """The settings with a problem told above them."""
    window.clinic.edit_settings()
    assert isinstance(window.sheet, SettingsSheet)
    window.sheet.treadmill.setText("trackmaster:COM3")
    window.sheet.save_button.click()
    assert window.sheet.problems.isVisible()


def everywhere(bench: Bench, look: Callable[[QWidget], None], qtbot: QtBot) -> None:
    """Show every screen and every sheet, and look at each."""
    window = bench.window

    def see() -> None:
        qtbot.wait(30)
        look(window)

    def sheet(open_it: Callable[[], object]) -> None:
        open_it()
        see()
        assert window.sheet is not None
        window.sheet.finish()

    see()
    window.people.refresh(choose=bench.person.id)
    sheet(lambda: window.persons.edit(None))
    sheet(window.clinic.edit_settings)
    sheet(lambda: wrong_settings(window))
    sheet(lambda: window.header.about_button.click())
    bench.to_pretest()
    window.pretest.screening.yes["medicine"].click()
    see()
    window.pretest.prepare_button.click()
    see()
    window.pretest.screening.reason["medicine"].setText("Fast og uendret.")
    bench.window.pretest.prepare_button.click()
    prepared(window)
    assert window.flow is not None
    window.flow.bridge.halt()
    bench.pass_s(1.0)
    see()
    bench.running.begin()
    bench.pass_s(220.0)
    see()
    for ask in ("ask_more", "ask_cool_down", "ask_override", "ask_event", "ask_pressure", "ask_load"):
        sheet(getattr(window.flow, ask))
    limit_bpm = bench.running.controller.state.hr_limit_bpm
    assert limit_bpm is not None
    bench.strap.bpm = round(limit_bpm) + 4
    bench.pass_s(17.0)
    see()
    bench.running.cool_down("patient")
    bench.pass_s(5.0)
    see()
    bench.treadmill.stops = False
    bench.window.stop()
    bench.pass_s(32.0)
    see()
    window.run.at_rest_button.click()
    bench.pass_s(1.0)
    see()
    assert window.sheet is not None
    window.sheet.finish()
    kept(window)
    assert window.stack.currentWidget() is window.result
    see()
    first = window.result.stored
    assert first is not None
    window.station.record.tests.save(
        bench.person.id,
        msgspec.structs.replace(first.run, id="again", started_at="2026-06-04T10:00:00+02:00"),
        first.assessment,
        (),
    )
    window.station.record.people.add(family_name="Ødegaard", given_name="Kari", born="1979-04-12", sex=Sex.FEMALE)
    window.persons.show_history(bench.person)
    see()
    sheet(window.history.compare_button.click)
    sheet(window.history.audit_button.click)
    window.history.back.emit()
    window.people.refresh(choose=bench.person.id)
    see()
    sheet(window.people.merge_button.click)
    sheet(window.people.due_button.click)
    sheet(window.header.no_users.click)


def test_digits_and_stop_are_forty_millimetres_high_on_a_24_inch_screen(bench: Bench) -> None:
    bench.to_run()
    bench.window.resize(1920, 1080)
    px_per_mm = 1920 / 531.4  # 24 inches, 16:9
    for digits in (bench.window.run.heart.pulse, bench.window.run.stage.left):
        drawn = digits.fontMetrics().tightBoundingRect("0").height()
        assert drawn / px_per_mm >= 40
    assert bench.window.stop_button.height() / px_per_mm >= 40
    assert bench.window.stop_button.width() / px_per_mm >= 40


def test_what_is_touched_during_a_test_is_twenty_millimetres_high(bench: Bench, qtbot: QtBot) -> None:
    bench.window.resize(1920, 1080)
    bench.to_stages()
    qtbot.wait(30)
    controls = bench.window.run.controls
    for control in [controls.main_button, controls.more_button, controls.event_button, *controls.rpe.buttons.values()]:
        assert control.height() / (1920 / 531.4) >= 20


# --- people ---


def test_the_list_searches_while_you_type(window: MainWindow, record: Record) -> None:
    for family, given in (("Aas", "Ola"), ("Berg", "Kari"), ("Bergli", "Per")):
        record.people.add(family_name=family, given_name=given, born="1980-01-02", sex=Sex.MALE)
    window.people.refresh()
    assert len(window.people.model.people) == 3
    window.people.search.setText("berg")
    assert [p.family_name for p in window.people.model.people] == ["Berg", "Bergli"]
    window.people.search.setText("bergli")
    assert window.people.chosen is not None
    assert window.people.chosen.given_name == "Per"


def test_a_person_is_added_by_the_form_and_chosen(window: MainWindow, record: Record) -> None:
    window.persons.edit(None)
    form = window.sheet
    assert isinstance(form, PersonForm)
    form.given.setText("Åse")
    form.family.setText("Øvrebø")
    form.born.setText("3.2.1961")
    form.female.setChecked(True)
    form.save_button.click()
    assert window.sheet is None
    assert [(p.full_name, p.born, p.sex) for p in record.people.all()] == [("Åse Øvrebø", "1961-02-03", Sex.FEMALE)]
    assert window.people.chosen is not None


def test_the_form_says_everything_that_is_missing_at_once(window: MainWindow, record: Record) -> None:
    window.persons.edit(None)
    form = window.sheet
    assert isinstance(form, PersonForm)
    form.height_cm.setText("17")
    form.save_button.click()
    assert len(form.problems.text().splitlines()) == 4
    assert record.people.all() == []


def test_a_test_three_months_old_is_overdue() -> None:
    assert "forfalt" in due_words("2026-01-10T09:00:00+01:00", date(2026, 4, 11))
    assert "forfalt" not in due_words("2026-01-10T09:00:00+01:00", date(2026, 4, 10))
    assert due_words(None, date(2026, 4, 10)) == "–"


# --- pre-test ---


def test_nothing_is_prepared_before_the_person_is_confirmed(bench: Bench) -> None:
    bench.to_pretest()
    bench.window.pretest.confirmed.setChecked(False)
    bench.window.pretest.prepare_button.click()
    assert not bench.window.in_test
    assert "Bekreft navn" in bench.window.pretest.problems.text()


def test_a_yes_needs_a_written_reason(bench: Bench) -> None:
    bench.to_pretest()
    form = bench.window.pretest
    form.screening.yes["heart"].click()
    form.prepare_button.click()
    assert not bench.window.in_test
    form.screening.reason["heart"].setText("Avklart med kardiolog i mai.")
    form.prepare_button.click()
    prepared(bench.window)
    assert bench.window.flow is not None


def test_the_screen_says_which_result_will_be_withheld(bench: Bench) -> None:
    bench.to_pretest()
    form = bench.window.pretest
    assert "beregnet av alder" in form.withheld.text()
    assert "Ebbeling" in form.withheld.text()
    form.height_cm.clear()
    assert "høyde mangler" in form.withheld.text().lower()
    form.beta.setChecked(True)
    assert "betablokker" in form.withheld.text()
    form.walked.protocol.setCurrentIndex(form.walked.protocol.findData("ebbeling-13"))
    assert "Ebbelings anslag" not in form.withheld.text()


def test_a_measured_hrmax_needs_its_date_and_reaches_the_subject(bench: Bench) -> None:
    bench.to_pretest()
    form = bench.window.pretest
    form.hr_max.source.setCurrentIndex(form.hr_max.source.findData(MEASURED))
    form.hr_max.value.setText("181")
    assert any("målt" in problem for problem in form.missing())
    form.hr_max.on.setText("12.05.2026")
    assert form.missing() == []
    subject = form.subject()
    assert subject is not None
    assert (subject.hr_max_measured_bpm, subject.hr_max_measured_on) == (181.0, "2026-05-12")


@pytest.mark.parametrize(("source", "all_out"), [(INTERVALS, False), (ALL_OUT, True)])
def test_the_highest_pulse_of_a_recent_session_reaches_the_subject(bench: Bench, source: str, all_out: bool) -> None:
    bench.to_pretest()
    form = bench.window.pretest
    form.hr_max.source.setCurrentIndex(form.hr_max.source.findData(source))
    form.hr_max.value.setText("176")
    form.hr_max.on.setText((today() - timedelta(days=120)).strftime("%d.%m.%Y"))
    assert any("tre månedene" in problem for problem in form.missing())
    form.hr_max.on.setText((today() - timedelta(days=20)).strftime("%d.%m.%Y"))
    assert form.missing() == []
    subject = form.subject()
    assert subject is not None
    assert (subject.hr_max_intervals_bpm, subject.hr_max_intervals_all_out) == (176.0, all_out)
    assert subject.hr_max_measured_bpm is None
    assert "beregnet av alder" not in form.withheld.text()


def test_three_questions_are_worth_something_and_the_screen_says_what(bench: Bench) -> None:
    bench.to_pretest()
    form = bench.window.pretest
    assert "± 11 blir ± 9" in form.withheld.text()
    form.resting.setText("64")
    form.waist.setText("98")
    form.activity.choices["frequency"].setCurrentIndex(3)
    assert any("alle tre" in problem for problem in form.missing())
    form.activity.choices["intensity"].setCurrentIndex(2)
    form.activity.choices["duration"].setCurrentIndex(3)
    assert form.missing() == []
    subject = form.subject()
    assert subject is not None
    assert (subject.waist_cm, subject.resting_hr_bpm, subject.activity_index) == (98.0, 64.0, 2.5 * 2.0 * 0.75)
    assert "± 11 blir ± 9" not in form.withheld.text()
    form.waist.setText("9")
    assert any("Midjemål" in problem for problem in form.missing())
    form.activity.clear()
    form.activity.choices["frequency"].setCurrentIndex(1)
    assert form.activity.index == 0.0


def test_without_devices_the_screen_points_to_the_settings(
    make_window: Callable[..., MainWindow], person: Person
) -> None:
    window = make_window(settings=Settings())
    window.begin_pretest(person)
    window.pretest.prepare_button.click()
    assert not window.in_test
    assert "Innstillinger" in window.pretest.problems.text()


def test_the_next_person_never_inherits_answers(bench: Bench, record: Record) -> None:
    bench.to_pretest()
    other = record.people.add(family_name="Lie", given_name="Jon", born="1990-01-01", sex=Sex.MALE)
    bench.window.begin_pretest(other)
    form = bench.window.pretest
    assert not form.confirmed.isChecked()
    assert form.weight.text() == ""
    assert form.screening.problems() != []


# --- settings, first start ---


def test_a_device_string_that_cannot_be_used_is_not_kept(window: MainWindow) -> None:
    window.clinic.edit_settings()
    sheet = window.sheet
    assert isinstance(sheet, SettingsSheet)
    sheet.treadmill.setText("trackmaster:COM3")
    sheet.save_button.click()
    assert "units" in sheet.problems.text()
    assert window.station.settings == SETTINGS
    sheet.treadmill.setText("trackmaster:COM3,units=kmh")
    sheet.save_button.click()
    assert window.station.settings.treadmill == "trackmaster:COM3,units=kmh"


def test_what_is_wrong_with_the_settings_is_in_sight(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1366, 688)  # what a task bar and a title leave
    wrong_settings(window)
    sheet = window.sheet
    assert isinstance(sheet, SettingsSheet)
    port = sheet.body.viewport()

    def in_sight() -> bool:
        place = QRect(sheet.problems.mapTo(port, QPoint(0, 0)), sheet.problems.size())
        return port.rect().contains(place)

    qtbot.waitUntil(in_sight)


def test_an_ant_strap_that_nobody_chose_lets_no_test_be_prepared(
    make_window: Callable[..., MainWindow], person: Person
) -> None:
    settings = msgspec.structs.replace(SETTINGS, heart_rate="ant:COM3")
    window = make_window(settings=settings)
    window.begin_pretest(person)
    assert tr("pretest.choose_strap") in window.pretest.missing()
    window.station.settings = msgspec.structs.replace(settings, heart_rate="ant:COM3,number=12345")
    assert tr("pretest.choose_strap") not in window.pretest.missing()


def test_straps_in_range_are_shown_with_their_pulse_and_only_a_choice_takes_one(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.clinic.edit_settings()
    sheet = window.sheet
    assert isinstance(sheet, SettingsSheet)
    mine = StrapSeen("HRM 1", "F0:F0:F0:F0:F0:01", -51, bpm=72, contact=True, battery_pct=87)
    other = StrapSeen("HRM 2", "F0:F0:F0:F0:F0:02", -80, contact=False)
    sheet.straps._search = lambda: [mine, other]
    sheet.straps.button.click()
    qtbot.waitUntil(lambda: sheet.straps.found.count() == 3)
    assert sheet.straps.found.itemText(1) == "HRM 1 · 72 slag/min · -51 dBm · batteri 87 %"
    assert "hudkontakt" in sheet.straps.found.itemText(2)
    assert sheet.heart_rate.text() == SETTINGS.heart_rate
    sheet.straps.found.setCurrentIndex(1)
    sheet.straps.found.activated.emit(1)
    assert sheet.heart_rate.text() == "ble:F0:F0:F0:F0:F0:01"


@pytest.mark.parametrize(
    ("found", "said"), [([], "Ingen pulsbelter"), ([StrapSeen(trouble="off")], "Bluetooth er ikke")]
)
def test_a_search_without_straps_says_why(window: MainWindow, found: list[StrapSeen], said: str) -> None:
    window.clinic.edit_settings()
    sheet = window.sheet
    assert isinstance(sheet, SettingsSheet)
    sheet.straps.show_found(found)
    assert sheet.straps.found.count() == 1
    assert sheet.straps.found.itemText(0).startswith(said)


def test_page_three_of_reports_is_chosen_in_the_settings(window: MainWindow) -> None:
    window.clinic.edit_settings()
    sheet = window.sheet
    assert isinstance(sheet, SettingsSheet)
    assert not sheet.ledger.isChecked()
    sheet.ledger.click()
    sheet.save()
    assert window.station.settings.report_ledger


def test_the_network_key_is_masked_and_one_that_is_none_is_not_kept(window: MainWindow) -> None:
    window.clinic.edit_settings()
    sheet = window.sheet
    assert isinstance(sheet, SettingsSheet)
    sheet.ant_key.setText("12345")
    assert sheet.ant_key.displayText() != sheet.ant_key.text()
    sheet.save_button.click()
    assert "16 heksadesimale sifre" in sheet.problems.text()
    assert "12345" not in sheet.problems.text()
    sheet.ant_key.setText("0102030405060708")
    sheet.save_button.click()
    assert window.station.settings.ant_network_key == "0102030405060708"


def test_intended_use_is_said_at_the_first_start_and_once(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(settings=Settings(work_without_login=True))
    window.welcome()
    assert window.sheet is not None
    window.sheet.finish()
    assert window.station.settings.intended_use_accepted
    window.welcome()
    assert window.sheet is None


def test_an_interrupted_test_is_found_at_start_and_told(bench: Bench, record: Record) -> None:
    bench.to_stages().pass_s(30.0)
    flow = bench.window.flow
    assert flow is not None
    flow.session._journal.close()  # as when the power goes
    flow.disconnect_screen()
    bench.window.flow = None
    bench.window.welcome()
    assert bench.window.sheet is not None
    assert len(record.tests.list()) == 1


def test_geometry_of_every_sheet_is_inside_the_window(bench: Bench, qtbot: QtBot) -> None:
    bench.window.resize(1366, 688)  # what a task bar and a title leave
    bench.to_stages()
    for ask in ("ask_more", "ask_cool_down", "ask_override", "ask_event", "ask_pressure", "ask_load"):
        getattr(bench.window.flow, ask)()
        sheet = bench.window.sheet
        assert sheet is not None
        assert QRect(0, 0, bench.window.width(), bench.window.height()).contains(sheet.panel.geometry())
        qtbot.wait(30)
        assert sheet.body.horizontalScrollBar().maximum() == 0
        # What a drawer has to scroll for is answered by a digit all the same.
        scrolls = sheet.body.verticalScrollBar().maximum() > 0
        assert not scrolls or sheet.pressed_by, f"{ask} scrolls, and no digit answers it"
        assert ask not in ("ask_more", "ask_pressure", "ask_load") or not scrolls
        sheet.finish()


def test_a_walked_test_that_the_record_does_not_take_is_told_and_stays_in_its_journal(
    bench: Bench, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = record.keep

    def full(*_: object) -> None:
        raise RecordError(Cause("record_disk_full", {"name": record.path.name}))

    monkeypatch.setattr(record, "keep", full)
    bench.to_stages().pass_s(30.0)
    bench.running.stop()
    bench.pass_s(5.0)
    window = bench.window
    assert window.flow is None, "the drivers are let go, and the next test can begin"
    assert window.stack.currentWidget() is window.people
    assert window.sheet is not None
    words = " ".join(child.text() for child in window.sheet.panel.findChildren(QLabel))
    assert "ikke lagret i registeret" in words
    assert "tas testen inn" in words
    monkeypatch.setattr(record, "keep", keep)
    assert all(work.wait(5.0) for work in window.closing._goodbyes), "the drivers are let go"
    (stored,) = window.station.recover()
    assert (stored.person_id, stored.run.outcome) == (bench.person.id, Outcome.OPERATOR)

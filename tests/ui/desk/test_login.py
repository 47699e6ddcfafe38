"""Login, users and the lock: nothing is shown to nobody, and no lock ever comes between a person and STOPP."""

import time
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from tests.ui.conftest import SETTINGS, Bench
from teststation.records.access.actions import Action
from teststation.records.access.user import Permission, Role, User
from teststation.records.database import Record
from teststation.records.people.person import Person
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.desk.login import FirstPasswordCover, FirstUserSheet, LoginCover, PasswordSheet
from ui.desktop.desk.users import NewUserSheet, UsersSheet
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.window import MainWindow
from ui.station.settings import Settings

PASSWORD = "gå tur i skogen"
AN_HOUR_S = 3600.0


@pytest.fixture(autouse=True)
def quick(record: Record) -> None:
    record.users.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def kari(record: Record) -> User:
    return record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, PASSWORD)[0]


def log_in(window: MainWindow, login: str = "kari", password: str = PASSWORD) -> None:
    cover = window.door.cover
    assert isinstance(cover, LoginCover)
    cover.login.setText(login)
    cover.password.setText(password)
    cover.enter.click()


@pytest.fixture
def at_work(kari: User, bench: Bench) -> Bench:
    """Kari has logged in, and her next run is on scripted ports."""
    log_in(bench.window)
    assert bench.window.door.cover is None
    return bench


def idle(window: MainWindow, seconds: float = AN_HOUR_S) -> None:
    """Nobody has touched the station for so long."""
    lock = window.door.lock
    now_s = lock._monotonic()
    lock._touched_s, lock._monotonic = now_s - seconds, lambda: now_s
    lock.look()
    lock._monotonic = time.monotonic


def words_of(sheet: Sheet | None) -> str:
    assert sheet is not None
    return " ".join(child.text() for child in sheet.panel.findChildren(QLabel))


# --- at the door ---


def test_a_record_without_users_asks_for_no_login_and_reminds(window: MainWindow) -> None:
    assert window.door.cover is None
    assert not window.header.no_users.isHidden()
    assert window.header.account_button.isHidden()


def test_where_there_are_users_nothing_is_shown_before_somebody_has_logged_in(
    kari: User, person: Person, window: MainWindow
) -> None:
    cover = window.door.cover
    assert isinstance(cover, LoginCover)
    assert cover.geometry() == window.rect()
    for place in (QPoint(40, 200), QPoint(window.width() - 20, 300), QPoint(300, window.height() - 30)):
        seen = window.childAt(place)
        assert seen is not None
        assert seen is cover or cover.isAncestorOf(seen)
    picture = window.grab().toImage()
    colours = {picture.pixelColor(x, 90).name() for x in range(10, window.width() - 10, 7)}
    assert len(colours) == 1, "nothing of the list shines through"


def test_login_lets_in_and_is_told(kari: User, window: MainWindow, record: Record) -> None:
    log_in(window)
    assert window.door.cover is None
    assert window.desk.user == kari
    assert window.header.account_button.text() == "Kari Berg"
    assert window.header.no_users.isHidden()
    assert record.audit.acting == kari.actor
    assert record.audit.newest(1)[0].action == Action.LOGGED_IN


def test_a_wrong_password_stays_outside_and_says_so(kari: User, window: MainWindow) -> None:
    log_in(window, password="feil passord")
    cover = window.door.cover
    assert isinstance(cover, LoginCover)
    assert "feil" in cover.problems.text()
    assert cover.password.text() == ""
    for _ in range(5):
        log_in(window, password="feil passord")
    assert "vent 30 sekunder" in cover.problems.text()


def test_no_key_closes_the_door(kari: User, window: MainWindow) -> None:
    cover = window.door.cover
    assert cover is not None
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_F5):
        QTest.keyClick(cover, key)
    assert window.door.cover is cover
    for _ in range(8):
        QTest.keyClick(QApplication.focusWidget() or cover, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is None or cover.isAncestorOf(focus)


def test_nothing_opens_above_the_door(kari: User, window: MainWindow) -> None:
    window.tell("Noe", ["hemmelig"])
    seen = window.childAt(window.rect().center())
    assert window.door.cover is not None
    assert seen is not None
    assert seen is window.door.cover or window.door.cover.isAncestorOf(seen)


def test_a_one_time_password_is_changed_before_anything_is_shown(
    kari: User, record: Record, make_window: Callable[..., MainWindow]
) -> None:
    _, one_time = record.users.add("nils", "Nils Dal", Role.THERAPIST)
    assert one_time is not None
    window = make_window()
    log_in(window, "nils", one_time)
    cover = window.door.cover
    assert isinstance(cover, FirstPasswordCover)
    cover.fields.former.setText(one_time)
    cover.fields.fresh.setText(one_time)
    cover.fields.again.setText(one_time)
    cover.keep()
    assert window.door.cover is cover
    cover.fields.fresh.setText(PASSWORD)
    cover.fields.again.setText(PASSWORD)
    cover.keep()
    assert window.door.cover is None
    assert window.desk.user is not None
    assert not window.desk.user.must_change


# --- the first user ---


def test_the_first_start_offers_the_first_user_and_lets_it_be_put_off(
    make_window: Callable[..., MainWindow], record: Record
) -> None:
    window = make_window()
    window.welcome()
    sheet = window.sheet
    assert isinstance(sheet, FirstUserSheet)
    sheet.put_off()
    assert window.station.settings.work_without_login
    assert not window.header.no_users.isHidden(), "but the reminder stays"
    window.welcome()
    assert window.sheet is None
    window.header.no_users.click()
    assert isinstance(window.sheet, FirstUserSheet)


def test_a_demonstration_asks_for_no_user(window: MainWindow) -> None:
    window.door._demo = True
    window.door.remind()
    window.door._show_user()
    assert window.sheet is None
    assert window.header.no_users.isHidden()


def test_the_first_user_is_made_in_the_window_and_is_let_in(window: MainWindow, record: Record) -> None:
    window.header.no_users.click()
    sheet = window.sheet
    assert isinstance(sheet, FirstUserSheet)
    sheet.make()
    assert len(sheet.problems.text().splitlines()) == 3
    for field, text in ((sheet.name, "Kari Berg"), (sheet.login, "Kari"), (sheet.fresh, PASSWORD)):
        field.setText(text)
    sheet.make()
    assert "ikke like" in sheet.problems.text()
    sheet.again.setText(PASSWORD)
    sheet.make()
    assert window.sheet is None
    assert window.desk.user is not None
    assert (window.desk.user.login, window.desk.user.role) == ("kari", Role.ADMINISTRATOR)


# --- users ---


def test_an_administrator_adds_a_user_and_sees_the_one_time_password_once(at_work: Bench, record: Record) -> None:
    window = at_work.window
    window.door._account("users")
    users = window.sheet
    assert isinstance(users, UsersSheet)
    users.add()
    form = window.sheet
    assert isinstance(form, NewUserSheet)
    form.name.setText("Nils Dal")
    form.login.setText("kari")
    form.save()
    assert "Brukeren kari finnes fra før" in form.problems.text()
    form.login.setText("nils")
    form.role.setCurrentIndex(form.role.findData(Role.TECHNICIAN.value))
    form.save()
    shown = words_of(window.sheet)
    one_time = next(word for word in shown.split() if word.count("-") == 2 and len(word) == 17)
    assert record.users.log_in("nils", one_time).role is Role.TECHNICIAN


def test_an_administrator_lets_a_user_go_and_gives_a_new_one_time_password(at_work: Bench, record: Record) -> None:
    nils, _ = record.users.add("nils", "Nils Dal", Role.THERAPIST, PASSWORD)
    window = at_work.window
    window.door._account("users")
    users = window.sheet
    assert isinstance(users, UsersSheet)
    users.reset(nils)
    assert "-" in words_of(window.sheet)
    users._change(nils, active=False)
    assert not record.users.all()[-1].active
    assert window.desk.user is not None
    users._change(window.desk.user, role=Role.THERAPIST)
    assert "siste administratoren" in users.problems.text()


def test_only_an_administrator_is_shown_the_users(record: Record, kari: User, bench: Bench) -> None:
    record.users.add("nils", "Nils Dal", Role.THERAPIST, PASSWORD)
    log_in(bench.window, "nils")
    bench.window.header.account_button.click()
    assert "Brukere" not in [button.text() for button in _buttons(bench.window.sheet)]
    assert not bench.window.desk.may(Permission.USERS)


def _buttons(sheet: Sheet | None) -> list[QLabel]:
    from PySide6.QtWidgets import QAbstractButton

    assert sheet is not None
    return sheet.panel.findChildren(QAbstractButton)  # type: ignore[return-value]


def test_a_user_changes_their_own_password(at_work: Bench, record: Record) -> None:
    window = at_work.window
    window.door._account("password")
    sheet = window.sheet
    assert isinstance(sheet, PasswordSheet)
    for field, text in ((sheet.fields.former, PASSWORD), (sheet.fields.fresh, "ny tur i fjellet"),
                        (sheet.fields.again, "ny tur i fjellet")):  # fmt: skip
        field.setText(text)
    sheet.fields.former.setText("feil passord")
    sheet.keep()
    assert sheet.fields.problems.text() == "Passordet du har nå, er feil skrevet; prøv igjen"
    sheet.fields.former.setText(PASSWORD)
    sheet.keep()
    assert window.sheet is None
    assert record.users.log_in("kari", "ny tur i fjellet")


# --- the lock ---


def test_a_station_left_alone_locks_and_the_same_user_goes_on_where_she_was(at_work: Bench, record: Record) -> None:
    window = at_work.window
    at_work.to_pretest()
    window.persons.edit(at_work.person)
    idle(window)
    assert isinstance(window.door.cover, LoginCover)
    assert window.desk.user is None
    assert record.audit.newest(1)[0].action == Action.LOCKED
    assert window.door.cover.login.text() == "kari"
    log_in(window)
    assert window.stack.currentWidget() is window.pretest
    assert window.pretest.weight.text() == "82"
    assert window.sheet is not None


def test_another_user_finds_nothing_of_the_formers_work(at_work: Bench, record: Record) -> None:
    window = at_work.window
    record.users.add("nils", "Nils Dal", Role.THERAPIST, PASSWORD)
    at_work.to_pretest()
    window.persons.edit(at_work.person)
    idle(window)
    log_in(window, "nils")
    assert window.sheet is None
    assert window.stack.currentWidget() is window.people


def test_who_is_at_work_is_not_locked_out(at_work: Bench) -> None:
    window = at_work.window
    window.door.lock._touched_s -= AN_HOUR_S
    QTest.keyClick(window.people.search, Qt.Key.Key_A)
    window.door.lock.look()
    assert window.door.cover is None
    window.door.lock._touched_s -= AN_HOUR_S
    QTest.mouseMove(window.people.table, QPoint(20, 20))
    QTest.mouseClick(window.people.table.viewport(), Qt.MouseButton.LeftButton)
    window.door.lock.look()
    assert window.door.cover is None


def test_the_setting_says_after_how_many_minutes(at_work: Bench) -> None:
    window = at_work.window
    window.clinic.edit_settings()
    sheet = window.sheet
    assert isinstance(sheet, SettingsSheet)
    sheet.lock_after.setText("0")
    sheet.save()
    assert "1 til 60" in sheet.problems.text()
    sheet.lock_after.setText("3")
    sheet.save()
    idle(window, 179.0)
    assert window.door.cover is None
    idle(window, 181.0)
    assert window.door.cover is not None


def test_without_users_nothing_locks(bench: Bench) -> None:
    idle(bench.window)
    assert bench.window.door.cover is None


def test_a_run_is_never_locked_from_prepared_to_its_very_end(at_work: Bench) -> None:
    window = at_work.window
    at_work.to_run()
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: at_work.running.begin(),
        lambda: at_work.pass_s(30.0),
        lambda: at_work.running.hold(),
        lambda: at_work.running.cool_down("patient"),
        lambda: setattr(at_work.treadmill, "stops", False),
        lambda: at_work.running.stop(),
        lambda: at_work.pass_s(70.0),
    ]
    for step in steps:
        step()
        idle(window)
        window.door.leave()
        window.header.lock_wanted.emit()
        assert window.door.cover is None
        assert window.desk.user is not None
    window.run.at_rest_button.click()
    at_work.pass_s(1.0)
    assert window.stack.currentWidget() is window.result
    window.door.lock.look()
    assert window.door.cover is None, "the time begins at the end of the run"
    idle(window)
    assert window.door.cover is not None


def test_stop_works_even_if_a_cover_lay_over_the_run(at_work: Bench) -> None:
    at_work.to_stages()
    at_work.window.door._show_login("kari")
    assert at_work.window.door.cover is not None
    QTest.keyClick(at_work.window.door.cover.login, Qt.Key.Key_Space)  # type: ignore[attr-defined]
    assert "stop" in at_work.treadmill.log
    assert at_work.running.controller.state.tripped


def test_the_one_who_runs_the_test_stands_as_its_operator(at_work: Bench, record: Record) -> None:
    at_work.to_stages().pass_s(60.0)
    at_work.running.stop()
    at_work.pass_s(5.0)
    stored = record.tests.list()[0]
    assert stored.conditions["operator"] == "Kari Berg"
    assert next(row for row in record.audit.newest() if row.action == Action.TEST_KEPT).actor == "kari"


def test_a_technician_may_set_up_and_not_sign(record: Record, kari: User, bench: Bench) -> None:
    record.users.add("tor", "Tor Vik", Role.TECHNICIAN, PASSWORD)
    log_in(bench.window, "tor")
    assert bench.window.header.settings_button.isEnabled()
    assert not bench.window.desk.may(Permission.SIGN)


def test_settings_keep_their_numbers(tmp_path: object) -> None:
    from pathlib import Path

    from ui.station.settings import load_settings, save_settings

    path = Path(str(tmp_path)) / "settings.toml"
    save_settings(Settings(lock_after_min=7, work_without_login=True), path)
    assert load_settings(path) == Settings(lock_after_min=7, work_without_login=True)
    assert SETTINGS.lock_after_min == 10

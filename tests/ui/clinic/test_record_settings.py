"""Where the record and its backups are: set by an administrator, tried before it is kept, used from the next start."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from tests.ui.conftest import SETTINGS
from tests.ui.desk.test_login import PASSWORD, kari, log_in, quick  # noqa: F401 - fixtures
from tests.ui.people.test_bring_in import words_of
from teststation.records.access.user import Role, User
from teststation.records.database import Record
from ui.desktop.clinic.backups import BackupsSheet
from ui.desktop.clinic.record_settings import RecordSettingsSheet
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.window import MainWindow
from ui.station.settings import Settings


def opened(window: MainWindow) -> RecordSettingsSheet:
    window.clinic.edit_settings()
    settings = window.sheet
    assert isinstance(settings, SettingsSheet)
    assert not settings.record_button.isHidden()
    settings.record_button.click()
    sheet = window.sheet
    assert isinstance(sheet, RecordSettingsSheet)
    return sheet


def test_good_places_are_kept_and_the_record_is_used_from_the_next_start(window: MainWindow, tmp_path: Path) -> None:
    sheet = opened(window)
    sheet.record.setText(str(tmp_path / "annen.record"))
    sheet.backup_folder.setText(str(tmp_path / "kopier"))
    sheet.backup_days.setText("30")
    sheet.names.setChecked(True)
    sheet.save()
    kept = window.station.settings
    assert (kept.record, kept.backup_folder) == (str(tmp_path / "annen.record"), str(tmp_path / "kopier"))
    assert (kept.backup_days, kept.person_in_file_names) == (30, True)
    assert "fra neste oppstart" in words_of(window.sheet)
    assert window.station.record.path != tmp_path / "annen.record"


def test_without_another_record_nothing_is_said(window: MainWindow) -> None:
    sheet = opened(window)
    sheet.backup_days.setText("7")
    sheet.save()
    assert isinstance(window.sheet, SettingsSheet)
    assert window.station.settings.backup_days == 7


def test_every_fault_is_a_norwegian_sentence_and_nothing_is_kept(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "fil").touch()
    sheet = opened(window)
    sheet.record.setText("postgresql+psycopg://station:hemmelig@127.0.0.1:1/klinikk")
    sheet.backup_folder.setText(str(tmp_path / "fil" / "kopier"))
    sheet.backup_days.setText("0")
    sheet.save()
    head, server, folder, days = sheet.problems.text().splitlines()
    assert head == "Dette må rettes:"
    assert "127.0.0.1:1/klinikk: tjeneren svarer ikke" in server
    assert "det kan ikke skrives i mappen" in folder
    assert "1 til 365 dager" in days
    assert "hemmelig" not in sheet.problems.text()
    assert window.station.settings == SETTINGS
    sheet.backup_days.setText("7,5")
    sheet.save()
    assert "1 til 365 dager" in sheet.problems.text()


def test_a_password_in_the_address_is_not_shown_and_not_lost(make_window: Callable[..., MainWindow]) -> None:
    address = "postgresql+psycopg://station:hemmelig@db/klinikk"
    window = make_window(settings=Settings(record=address, intended_use_accepted=True))
    sheet = opened(window)
    assert sheet.record.text() == "postgresql+psycopg://station:***@db/klinikk"
    sheet.save()
    assert window.station.settings.record == address


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_folder_is_chosen(window: MainWindow, tmp_path: Path) -> None:
    sheet = opened(window)
    choose = [made for made in sheet._controls() if made.accessibleName() == "Velg mappe for sikkerhetskopier"]
    choose[0].click()  # type: ignore[attr-defined]
    dialog = window.dialogs.shown
    assert isinstance(dialog, QFileDialog)
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile(str(tmp_path))
    dialog.accept()
    assert Path(sheet.backup_folder.text()) == tmp_path


def test_only_an_administrator_is_offered_it(kari: User, record: Record, window: MainWindow) -> None:  # noqa: F811
    for login, role in (("tor", Role.TECHNICIAN), ("nils", Role.THERAPIST)):
        record.users.add(login, "Navn", role, PASSWORD)
        log_in(window, login)
        window.clinic.edit_settings()
        settings = window.sheet
        assert isinstance(settings, SettingsSheet)
        assert settings.record_button.isHidden()
        settings.finish()
        window.door.leave()
    log_in(window)
    opened(window)


def test_the_backups_are_of_the_folder_in_the_field_and_of_no_folder_that_cannot_be_used(
    window: MainWindow, tmp_path: Path
) -> None:
    sheet = opened(window)
    (tmp_path / "fil").touch()
    sheet.backup_folder.setText(str(tmp_path / "fil" / "kopier"))
    sheet.backups_button.click()
    assert window.sheet is sheet, "nothing opens"
    assert "det kan ikke skrives i mappen" in sheet.problems.text()
    assert window.station.settings.backup_folder == SETTINGS.backup_folder
    sheet.backup_folder.setText(str(tmp_path / "kopier"))
    sheet.backup_days.setText("30")
    sheet.backups_button.click()
    assert window.station.settings.backup_folder == str(tmp_path / "kopier")
    assert window.station.settings.backup_days == SETTINGS.backup_days, "the rest waits for its own button"
    backups = window.sheet
    assert isinstance(backups, BackupsSheet)
    assert backups.now_button.isEnabled()
    assert not sheet.problems.text()

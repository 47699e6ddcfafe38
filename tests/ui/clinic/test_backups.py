"""A backup made at once, the last one told, and the way back from one, asked before and told after."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from tests.ui.conftest import ended
from tests.unit.records.builders import PASSPHRASE
from teststation.records.database import Record, open_record
from teststation.records.people.erased import Reason
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.erasing import erase_person
from teststation.records.upkeep.findings import Restored
from teststation.subject import Sex
from ui.desktop.clinic.backups import BackupsSheet, restored_words
from ui.desktop.clinic.upkeep import Upkeep, last_words
from ui.desktop.widgets.dialogs import Dialogs
from ui.station.settings import Settings
from ui.station.station import Station

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # windows on a platform without any


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "a.record", PASSPHRASE) as opened:
        yield opened


def opened(
    record: Record, folder: str, qtbot: QtBot, restored: list[Restored], told: list[str] | None = None
) -> tuple[BackupsSheet, Upkeep]:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    upkeep = Upkeep(Station(record, Settings(backup_folder=folder)), lambda: True, lambda _: None, window)
    said: list[str] = [] if told is None else told
    sheet = BackupsSheet(
        window, record, upkeep, Dialogs(window), folder, restored.append, lambda _, words: said.extend(words)
    )
    sheet.open()
    return sheet, upkeep


def test_a_backup_is_made_at_once_and_leads_back(record: Record, tmp_path: Path, qtbot: QtBot) -> None:
    person = record.people.add(family_name="Berg", given_name="Kari", sex=Sex.FEMALE)
    restored: list[Restored] = []
    sheet, upkeep = opened(record, str(tmp_path / "kopier"), qtbot, restored)
    qtbot.waitUntil(lambda: sheet.last.text() == "Det er ikke tatt noen sikkerhetskopi ennå.", timeout=20_000)
    with qtbot.waitSignal(upkeep.backup_known, timeout=30_000) as told:
        sheet.now_button.click()
        assert not sheet.now_button.isEnabled()
    qtbot.waitUntil(sheet.now_button.isEnabled)
    (last,) = told.args or [None]
    assert not last.late  # type: ignore[union-attr] - there is one now
    assert sheet.last.text() == last_words(last)
    assert not sheet.problems.text()

    erase_person(record, person.id, Reason.WRONG_PERSON)
    (made,) = (tmp_path / "kopier").iterdir()
    sheet.file.setText(str(made))
    sheet.restore_button.click()
    assert record.people.all() == [], "not before somebody has said that everything is replaced"
    sheet.sure.click()
    sheet.passphrase.setText("en annen")
    sheet.restore_button.click()
    qtbot.waitUntil(lambda: sheet.restore_button.isEnabled(), timeout=30_000)
    assert "passord" in sheet.problems.text()
    assert record.people.all() == []
    sheet.passphrase.setText(PASSPHRASE)
    sheet.restore_button.click()
    qtbot.waitUntil(lambda: bool(restored), timeout=30_000)
    assert [one.id for one in record.people.all()] == [person.id]
    said = restored_words(restored[0], record)
    assert said[0] == "Gjenopprettet. Personer: 1, tester: 0."
    assert any("Kari Berg" in sentence and "Slett dem på nytt" in sentence for sentence in said)
    ended(upkeep.close())


def test_without_a_folder_it_is_said_where_to_choose_one(record: Record, qtbot: QtBot) -> None:
    sheet, upkeep = opened(record, "", qtbot, [])
    assert "Ingen mappe" in sheet.last.text()
    assert not sheet.now_button.isEnabled()
    ended(upkeep.close())


def test_who_closes_the_sheet_over_what_is_restored_is_told_all_the_same(
    record: Record, tmp_path: Path, qtbot: QtBot
) -> None:
    restored: list[Restored] = []
    said: list[str] = []
    backup(record.database, record.file, tmp_path / "a.backup")
    for path in (tmp_path / "a.backup", tmp_path / "none.backup"):
        sheet, upkeep = opened(record, "", qtbot, restored, said)
        sheet.file.setText(str(path))
        sheet.passphrase.setText(PASSPHRASE)
        sheet.restore()
        sheet.finish()
        sheet.deleteLater()
        assert upkeep._asked, "the window's end awaits it"
        qtbot.waitUntil(lambda: bool(restored) if path.exists() else bool(said), timeout=30_000)  # noqa: B023
        ended(upkeep.close())
    assert len(restored) == 1
    assert len(said) == 1
    assert "none.backup" in said[0]

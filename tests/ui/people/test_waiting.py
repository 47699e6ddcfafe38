"""From the list of people: every signed test that has not gone to the journal, of many persons, in one go."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from tests.sample_tests import sample
from tests.ui.conftest import SETTINGS
from tests.ui.test_screens import clipped
from tests.unit.records.builders import events_of
from teststation.records.access.user import Role
from teststation.records.database import Record
from teststation.records.tests.stored import StoredTest
from teststation.subject import Sex
from ui.desktop.i18n import tr
from ui.desktop.people.waiting import WaitingSheet
from ui.desktop.result.handing import HandingOver
from ui.desktop.window import MainWindow
from ui.station.station import Station

pytestmark = pytest.mark.usefixtures("signed")


@pytest.fixture
def signed(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three persons with a signed test each, and one with a test that nobody has signed."""

    def made(_self: Station, stored: StoredTest, _language: str | None = None) -> tuple[bytes, str]:
        return b"%PDF-1.7\n" + stored.id.encode(), "fem linjer\n"

    monkeypatch.setattr(Station, "papers", made)
    kari = record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")[0]
    run, found = sample()
    for number, name in enumerate(("Berg", "Dal", "Eng", "Foss")):
        person = record.people.add(family_name=name, sex=Sex.FEMALE)
        record.tests.save(person.id, msgspec.structs.replace(run, id=f"run-{number}"), found, events_of(2))
        if name != "Foss":
            record.signing.sign(f"run-{number}", kari)


def test_what_waits_for_the_journal_is_handed_over_from_the_first_screen(
    make_window: Callable[..., MainWindow], record: Record, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "journal"
    window = make_window(settings=msgspec.structs.replace(SETTINGS, hand_over_folder=str(folder)))
    shown = window.people.waiting_button
    assert (shown.isHidden(), shown.text()) == (False, tr("waiting.open", n=3))
    shown.click()
    sheet = window.sheet
    assert isinstance(sheet, WaitingSheet)
    assert sheet.picked == ["run-0", "run-1", "run-2"]
    sheet.picks["run-1"].click()
    assert sheet.go_button.text() == tr("waiting.go", n=2)
    sheet.go_button.click()
    handing = window.sheet
    assert isinstance(handing, HandingOver)
    qtbot.waitUntil(handing.close_button.isEnabled, timeout=30_000)
    assert "2 av 2 er overlevert til journal" in handing.words.text()
    assert sorted(path.read_bytes()[-5:] for path in folder.glob("*.pdf")) == [b"run-0", b"run-2"]
    assert shown.text() == tr("waiting.open", n=1)
    handing.close_button.click()
    shown.click()
    sheet = window.sheet
    assert isinstance(sheet, WaitingSheet)
    assert sheet.picked == ["run-1"]
    sheet.picks["run-1"].click()
    assert not sheet.go_button.isEnabled(), "nothing is nothing to hand over"
    sheet.picks["run-1"].click()
    sheet.go_button.click()
    qtbot.waitUntil(lambda: shown.isHidden(), timeout=30_000)


def test_every_line_is_as_high_as_its_words(make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    """Their place was laid out before they had it, and Qt left it so: a g without its foot, an Å without its ring."""
    window = make_window(size=(1920, 1080))
    window.people.waiting_button.click()
    assert isinstance(window.sheet, WaitingSheet)
    qtbot.wait(30)
    assert clipped(window.sheet) == []

"""Several tests go to the journal system at once: told how far it has come, and stopped between two of them."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.sample_tests import sample
from tests.ui.conftest import SETTINGS, ended
from tests.unit.records.builders import events_of
from teststation.errors import BadInput
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredTest
from ui.desktop.people.history import HistoryScreen
from ui.desktop.result.handing import HandingOver
from ui.desktop.result.papers import Papers
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.sheet import Sheet
from ui.station.station import Station


class Host(QWidget):
    """What papers need of a window, and no more of it."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet: Sheet | None = None
        self.told: list[str] = []

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        self.sheet = make(self)
        self.sheet.open()

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        self.told += [title, *sentences]


@pytest.fixture
def kept(record: Record, person: Person) -> list[StoredTest]:
    run, found = sample()
    return [
        record.tests.save(person.id, msgspec.structs.replace(run, id=f"run-{number}"), found, events_of(2))
        for number in range(3)
    ]


@pytest.fixture
def papers(record: Record, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Papers:
    """Papers over a bare widget. The second of the tests cannot be made into a page."""

    def made(_self: Station, stored: StoredTest, _language: str | None = None) -> tuple[bytes, str]:
        if stored.id == "run-1":
            raise BadInput("the page burst")
        return b"%PDF-1.7\n", "fem linjer\n"

    monkeypatch.setattr(Station, "papers", made)
    host = Host()
    qtbot.addWidget(host)
    host.resize(1000, 700)
    host.show()
    station = Station(record, msgspec.structs.replace(SETTINGS, hand_over_folder=str(tmp_path / "journal")))
    return Papers(station, lambda _words: None, host, Dialogs(host), host)


def sheet_of(papers: Papers) -> HandingOver:
    sheet = papers._window.sheet  # type: ignore[attr-defined]
    assert isinstance(sheet, HandingOver)
    return sheet


class Held(threading.Event):
    """Set to let pages be made; ``begun`` once the first is being made."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()


def held_back(monkeypatch: pytest.MonkeyPatch) -> Held:
    """Pages that are made only once somebody lets them."""
    held, make = Held(), Station.papers

    def waits(self: Station, stored: StoredTest, language: str | None = None) -> tuple[bytes, str]:
        held.begun.set()
        assert held.wait(20)
        return make(self, stored, language)

    monkeypatch.setattr(Station, "papers", waits)
    return held


def test_several_are_handed_over_with_progress_and_the_one_that_fails_is_told(
    papers: Papers, kept: list[StoredTest], qtbot: QtBot, tmp_path: Path
) -> None:
    papers.hand_over_many(kept)
    sheet = sheet_of(papers)
    assert "av 3" in sheet.words.text()
    qtbot.waitUntil(sheet.close_button.isEnabled, timeout=30_000)
    assert sheet.bar.value() == 3
    assert "2 av 3 er overlevert til journal" in sheet.words.text()
    assert "run-1" in sheet.left_out.text()
    assert "burst" in sheet.left_out.text()
    assert len(list((tmp_path / "journal").glob("*.pdf"))) == 2


def test_who_stops_it_gets_no_more_than_the_one_that_is_being_made(
    papers: Papers, kept: list[StoredTest], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held = held_back(monkeypatch)
    papers.hand_over_many(kept)
    assert held.begun.wait(20)
    sheet = sheet_of(papers)
    sheet.stop_button.click()
    held.set()
    qtbot.waitUntil(sheet.close_button.isEnabled, timeout=30_000)
    assert "1 av 3" in sheet.words.text()
    assert len(list((tmp_path / "journal").glob("*.pdf"))) == 1


def test_who_leaves_the_desk_takes_the_rest_along(
    papers: Papers, kept: list[StoredTest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held = held_back(monkeypatch)
    papers.hand_over_many(kept)
    assert held.begun.wait(20)
    papers.let_go()
    held.set()
    ended(papers.close())
    assert len(list((tmp_path / "journal").glob("*.pdf"))) == 1


def test_the_ticked_tests_leave_the_list_oldest_first(
    record: Record, person: Person, kept: list[StoredTest], qtbot: QtBot
) -> None:
    screen = HistoryScreen()
    qtbot.addWidget(screen)
    screen.show_person(person, record.tests.summaries(person.id), {}, audit=False)
    left: list[list[str]] = []
    screen.hand_over_wanted.connect(left.append)
    screen.hand_over_button.click()
    assert left == [[line.id for line in reversed(screen.picked)]]
    assert len(left[0]) == 2


def test_one_from_a_list_is_told_there_and_its_text_lies_on_the_clipboard(
    papers: Papers, kept: list[StoredTest], qtbot: QtBot
) -> None:
    gone: list[bool] = []
    papers.handed_over.connect(lambda: gone.append(True))
    papers.hand_over_many(kept[:1])
    sheet = sheet_of(papers)
    qtbot.waitUntil(sheet.close_button.isEnabled, timeout=30_000)
    assert "1 av 1 er overlevert til journal" in sheet.words.text()
    assert QGuiApplication.clipboard().text() == "fem linjer\n"
    assert gone == [True]
    papers.let_go()
    assert QGuiApplication.clipboard().text() == ""

"""The library: the clinic's own beside the built-in ones, and what leads from it to editor, files and test."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.sample_tests import sample
from tests.ui.conftest import SETTINGS
from teststation.protocol.load import builtin_ids, builtin_sessions, find, load_plan
from teststation.protocol.own import OwnProtocols
from teststation.records.access.user import Permission
from teststation.records.database import Record
from teststation.records.people.person import Person
from ui.desktop.i18n import tr
from ui.desktop.protocols.editor import EditorSheet
from ui.desktop.protocols.flow import ProtocolFlow
from ui.desktop.protocols.library import LibrarySheet
from ui.desktop.test.pretest import PretestScreen
from ui.desktop.widgets.sheet import Sheet
from ui.station.desk import Desk
from ui.station.protocols import save_version
from ui.station.station import Station

MINE = find("submax-13")[0].replace('id = "submax-13"', 'id = "mine"').replace('title = "', 'title = "Min ')
BUILT_IN = (*builtin_ids(), *builtin_sessions())


class Window:
    """As much of a window as the flow needs, never shown; it keeps what was laid over it and told."""

    def __init__(self) -> None:
        self.widget = QWidget()
        self.widget.resize(1366, 768)
        self.sheets: list[Sheet] = []
        self.told: list[tuple[str, Sequence[str]]] = []
        self.dialogs = None

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        self.sheets.append(make(self.widget))
        self.sheets[-1].open()

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        self.told.append((title, sentences))

    def editor(self) -> EditorSheet:
        sheet = self.sheets[-1]
        assert isinstance(sheet, EditorSheet)
        return sheet


class Room:
    """A station with a folder of its own protocols, a flow and its window."""

    def __init__(self, record: Record, folder: Path) -> None:
        self.own = OwnProtocols(folder / "protocols")
        self.station = Station(record, SETTINGS, 1.0, self.own)
        self.window, self.desk = Window(), Desk(record)
        self.changed: list[tuple[str, bool]] = []
        self.flow = ProtocolFlow(self.station, self.desk, self.window, lambda *one: self.changed.append(one))  # type: ignore[arg-type]

    @property
    def library(self) -> LibrarySheet:
        assert self.flow.library is not None
        return self.flow.library

    def rows(self) -> list[str]:
        table = self.library.table
        return [" | ".join(table.item(row, column).text() for column in range(4)) for row in range(table.rowCount())]  # type: ignore[union-attr]


@pytest.fixture
def room(record: Record, tmp_path: Path, qtbot: QtBot) -> Room:
    made = Room(record, tmp_path)
    qtbot.addWidget(made.window.widget)
    return made


def test_the_own_stand_beside_the_built_in_ones_and_are_written_and_taken_out_of_use(room: Room) -> None:
    save_version(room.own, MINE, "Første", "Kari", 0)
    room.flow.open()
    assert len(room.rows()) == len(BUILT_IN) + 1
    assert room.rows()[0] == " | ".join(
        ["Min Submaksimal tredemølletest 13 minutter", "13", tr("protocols.own", n=1), "–"]
    )
    assert "Første" in room.library.versions.text()
    assert room.library.facts.text().endswith(tr("protocols.used", n=0))
    room.library.edit_button.click()
    editor = room.window.editor()
    editor.title_edit.setText("Vår test")
    editor.what_is_new.setText("Nytt navn")
    editor.save()
    assert room.own.newest("mine").title == "Vår test"
    assert room.rows()[0].startswith(f"Vår test | 13 | {tr('protocols.own', n=2)}")
    assert room.library.versions.text().splitlines()[0].startswith("Versjon 2 · Nytt navn · ")
    assert SETTINGS.operator in room.library.versions.text()
    room.library.withdraw_button.click()
    assert room.own.ids() == ()
    assert room.rows()[-1].startswith("Vår test")  # what is out of use stands last, and is still seen
    assert room.library.here is not None
    assert room.library.here.id == "mine"
    room.library.withdraw_button.click()
    assert room.own.ids() == ("mine",)
    assert room.changed == [("mine", False)] * 3
    logged = [row for row in reversed(room.station.record.audit.newest()) if row.action.startswith("protocol_")]
    assert [row.action for row in logged] == ["protocol_saved", "protocol_withdrawn", "protocol_saved"]
    saved = room.own.newest("mine")
    told = {"protocol": "mine", "version": saved.number, "sha256": saved.sha256}
    assert told.items() <= logged[-1].detail.items()


def test_each_says_how_many_tests_were_walked_with_it_and_where_it_comes_from(
    room: Room, record: Record, person: Person
) -> None:
    run, found = sample()
    for number in range(3):
        text = find("bruce" if number == 2 else "submax-13")
        walked = msgspec.structs.replace(run, id=f"run-{number}", plan=load_plan(*text), treadmill="manual")
        record.tests.save(person.id, walked, found, ())
    room.flow.open(choose="submax-13")
    counted = {row.split(" | ")[0]: row.split(" | ")[-1] for row in room.rows()}
    assert {title: n for title, n in counted.items() if n != "–"} == {
        "Submaksimal tredemølletest 13 minutter": "2", "Bruce": "1"
    }  # fmt: skip
    assert room.library.facts.text().endswith("Brukt i 2 tester")
    assert room.library.origin.text().startswith("Fire faste belastninger")
    room.library.table.setCurrentCell(list(counted).index("Bruce"), 0)
    assert room.library.facts.text().endswith("Brukt i én test")


def test_a_copy_of_a_built_in_protocol_gets_a_name_and_an_id_of_its_own(room: Room) -> None:
    room.flow.open(choose="bruce")
    assert room.library.edit_button.isHidden()  # what comes with the station is not changed
    room.library.copy_button.click()
    room.window.editor().title_edit.setText("Bruce")
    room.window.editor().save()
    assert room.own.all_ids() == ()  # two of one name are taken for each other
    room.window.editor().title_edit.setText("Bruce for oss")
    room.window.editor().save()
    text, _ = room.own.find("bruce-for-oss") or ("", "")
    assert "citation" not in text  # where the original comes from is not said of what somebody changed
    assert room.library.here is not None
    assert room.library.here.id == "bruce-for-oss"


def test_a_new_protocol_begins_in_order_but_for_its_name(room: Room) -> None:
    room.flow.open()
    room.library.new_button.click()
    editor = room.window.editor()
    editor.save()
    assert room.own.all_ids() == ()
    editor.title_edit.setText("Ny")
    editor.save()
    assert room.own.ids() == ("ny",)


def test_a_file_goes_out_and_comes_in_word_for_word_and_a_foreign_one_is_told(room: Room, tmp_path: Path) -> None:
    version = save_version(room.own, MINE, "", "Kari", 0)
    room.flow.open()
    assert room.library.here is not None
    out = tmp_path / "ut.toml"
    room.flow.export(room.library.here, out)
    assert out.read_text("utf-8") == MINE
    room.flow.bring_in(out)
    assert len(room.window.told) == 1  # this version is here already
    out.write_text(MINE.replace("incline_pct = 12", "incline_pct = 40").replace("fast = 5.6", "fast = 50"), "utf-8")
    room.flow.bring_in(out)
    assert [line.split(":")[0] for line in room.window.told[1][1]] == ["speeds.fast", "stages[4].incline_pct"]
    out.write_text("ikke en protokoll", "utf-8")
    room.flow.bring_in(out)
    assert len(room.window.told[2][1]) == 1
    assert room.own.newest("mine") == version
    room.flow.export(room.library.here, room.own.folder / "mine" / "0001.toml")
    assert room.own.newest("mine") == version


def test_what_was_changed_outside_is_told_and_not_offered(room: Room) -> None:
    save_version(room.own, MINE, "", "Kari", 0)
    path = room.own.folder / "mine" / "0001.toml"
    path.write_text(path.read_text("utf-8").replace("5.6", "9.6"), "utf-8")
    room.flow.open()
    assert "mine" in room.library.damaged.text()
    assert len(room.rows()) == len(BUILT_IN)


def test_who_may_not_change_the_station_may_look_and_choose(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "may", lambda _, permission: permission is not Permission.SETTINGS)
    save_version(room.own, MINE, "", "Kari", 0)
    room.flow.open(for_a_test=True)
    hidden = (room.library.new_button, room.library.edit_button, room.library.copy_button, room.library.withdraw_button)
    assert all(one.isHidden() for one in hidden)
    room.library.use_button.click()
    assert room.changed == [("mine", True)]


def test_the_clinics_usual_protocol_is_not_taken_out_of_use(room: Room) -> None:
    save_version(room.own, MINE, "", "Kari", 0)
    room.station.settings = msgspec.structs.replace(SETTINGS, default_protocol="mine")
    room.flow.open()
    room.library.withdraw_button.click()
    assert len(room.window.told) == 1
    assert room.own.ids() == ("mine",)


def test_the_pretest_offers_the_own_and_walks_what_it_offered(room: Room, person: Person) -> None:
    save_version(room.own, MINE, "", "Kari", 0)
    pretest = PretestScreen(room.station)
    pretest.show_person(person)
    room.flow.open_for(person, pretest.subject(), "submax-13")
    assert room.library.who.words.text() == tr("protocols.by_age", name=person.full_name)
    room.library.finish()
    pretest.protocols_changed("mine")
    assert pretest.walked.protocol.currentData() == "mine"
    offered = pretest.walked.plan()
    save_version(room.own, MINE.replace("incline_pct = 12", "incline_pct = 14"), "", "Ola", 1)
    assert pretest.walked.plan() == offered  # as it was shown, though somebody saved another meanwhile
    pretest.protocols_changed()
    assert pretest.walked.protocol.currentData() == "mine"
    assert pretest.walked.plan().stages[3].incline_pct == 14
    save_version(room.own, MINE, "", "Ola", 2, withdrawn=True)
    pretest.protocols_changed()
    assert pretest.walked.protocol.currentData() == "submax-13"

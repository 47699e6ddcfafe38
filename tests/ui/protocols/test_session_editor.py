"""A clinic writes a session of its own: from one that comes with the station, with versions, and walks it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from teststation.errors import BadInput
from teststation.protocol.load import find, is_session
from teststation.protocol.own import OwnProtocols
from teststation.records.access.actions import Action
from teststation.records.database import Record
from teststation.records.people.person import Person
from ui.cli import main
from ui.desktop.intervals.start import StartSheet
from ui.desktop.protocols.library import LibrarySheet
from ui.desktop.protocols.session_editor import SessionEditorSheet
from ui.desktop.window import MainWindow
from ui.station.interval_session import session_titles
from ui.station.station import load_plan_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(make_window: Callable[..., MainWindow], tmp_path: Path) -> MainWindow:
    made = make_window()
    made.station.own_protocols = OwnProtocols(tmp_path / "protocols")
    return made


def library(window: MainWindow, choose: str) -> LibrarySheet:
    window.protocols.open(choose=choose)
    found = window.sheet
    assert isinstance(found, LibrarySheet)
    assert found.here is not None
    assert found.here.id == choose
    return found


def editor(window: MainWindow) -> SessionEditorSheet:
    assert isinstance(window.sheet, SessionEditorSheet)
    return window.sheet


def write(sheet: SessionEditorSheet, where: str, text: str) -> None:
    field = sheet.fields[where]
    field.clear()
    QTest.keyClicks(field, text)


def test_a_copy_is_written_kept_and_offered_where_a_session_begins(
    window: MainWindow, record: Record, person: Person, qtbot: QtBot
) -> None:
    shown = library(window, "4x4")
    assert "4 drag" in shown.facts.text()
    assert "økt" in shown.facts.text()
    assert shown.edit_button.isHidden(), "what comes with the station is copied"
    QTest.mouseClick(shown.copy_button, LEFT)
    sheet = editor(window)
    assert sheet.fields["warm_up.hr_share"].text() == "70"
    write(sheet, "title", "Klinikkens 3 × 3")
    write(sheet, "bouts", "3")
    write(sheet, "bout.duration_s", "3:30")
    assert sheet.sum.text() == "26:30 i alt, 3 drag"
    QTest.mouseClick(sheet.save_button, LEFT)
    own = window.station.own_protocols
    (identifier,) = own.ids()
    first = own.newest(identifier)
    assert is_session(first.text)
    assert (first.number, first.title) == (1, "Klinikkens 3 × 3")
    assert record.audit.newest()[0].action == Action.PROTOCOL_SAVED
    assert shown.here is not None
    assert shown.here.id == identifier
    QTest.mouseClick(shown.edit_button, LEFT)
    write(editor(window), "bout.hr_share_low", "80")
    QTest.mouseClick(editor(window).save_button, LEFT)
    assert own.newest(identifier).number == 2
    assert own.newest(identifier).sha256 != first.sha256
    shown.finish()
    assert identifier not in dict(window.station.protocols_now()), "no test is walked with it"
    window.begin_session(person)
    start = window.sheet
    assert isinstance(start, StartSheet)
    assert start.sessions.findData(identifier) >= 0
    start.sessions.setCurrentIndex(start.sessions.findData(identifier))
    start.weight.setText("82")
    start.speed.setText("5")
    start.incline.setText("6")
    prepared = []
    start._prepared = prepared.append
    QTest.mouseClick(start.prepare_button, LEFT)
    (setup,) = prepared
    assert (setup.plan.id, setup.plan.sha256) == (identifier, own.newest(identifier).sha256)
    assert len(setup.plan.bouts) == 3


def test_a_problem_stands_at_its_field_and_nothing_is_kept(window: MainWindow, qtbot: QtBot) -> None:
    QTest.mouseClick(library(window, "4x4").copy_button, LEFT)
    sheet = editor(window)
    write(sheet, "pause.duration_s", "4,30")
    write(sheet, "bout.borg_low", "19")
    assert sheet.fields["pause.duration_s"].property("state") == "wrong"
    assert "varighet" in sheet.fields["pause.duration_s"].toolTip()
    assert "Aktiv pause, tid: er ikke en varighet" in sheet.problems.text()
    assert "Drag, borg fra: er over «Borg til»" in sheet.problems.text()
    QTest.mouseClick(sheet.save_button, LEFT)
    assert window.sheet is sheet
    assert window.station.own_protocols.ids() == ()
    write(sheet, "bouts", "1")
    assert not sheet.fields["pause.duration_s"].isEnabled()
    assert sheet.fields["pause.duration_s"].property("state") in ("", None)


def test_where_a_test_is_chosen_no_session_is_offered(window: MainWindow) -> None:
    window.protocols.open(for_a_test=True)
    found = window.sheet
    assert isinstance(found, LibrarySheet)
    assert not any(one.bouts for one in found._shelf)


def test_what_is_written_is_not_lost_by_escape(window: MainWindow, qtbot: QtBot) -> None:
    QTest.mouseClick(library(window, "4x4").copy_button, LEFT)
    sheet = editor(window)
    write(sheet, "title", "Vår")
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert window.sheet is not sheet, "it asks first"
    assert window.sheet is not None
    window.sheet.finish()
    assert window.sheet is sheet


def test_a_session_of_the_clinics_own_is_known_to_the_command_line_and_no_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ui.station.protocols.protocols_path", lambda: tmp_path / "protocols")
    text = find("4x4")[0].replace('id = "4x4"', 'id = "var"').replace("Intervaller 4 × 4", "Vår økt")
    (tmp_path / "var.toml").write_text(text, "utf-8")
    assert main(["protocols", "add", "var.toml"]) == 0
    capsys.readouterr()
    assert main(["protocols", "list"]) == 0
    assert "Vår økt  (the clinic's own interval session, version 1)" in capsys.readouterr().out
    assert main(["protocols", "show", "var"]) == 0
    assert "Drag 1 av 4" in capsys.readouterr().out
    assert session_titles(OwnProtocols(tmp_path / "protocols"))["var"] == "Vår økt"
    with pytest.raises(BadInput, match="this is an interval session, and no test"):
        load_plan_of("var", own=OwnProtocols(tmp_path / "protocols"))

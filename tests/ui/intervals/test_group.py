"""A group in the window: who and which strap, a tile each, Borg and the end by real clicks; straps' own drivers."""

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.process.session_room import SHORT
from tests.ui.conftest import closed, live_while, prepared
from tests.ui.training.test_training import on_top
from tests.unit.records.builders import assessment_of, events_of, run_of
from tests.unit.station.test_together import Clock, FullDisk, on_straps_of
from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.physiology.advice import symptoms_of
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.run.record import Outcome
from teststation.run.state import Phase
from teststation.subject import Sex
from teststation.training.together import Part
from ui.desktop.intervals.group_flow import GroupFlow
from ui.desktop.intervals.group_screen import GroupScreen
from ui.desktop.intervals.group_start import GroupStartSheet
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.window import MainWindow
from ui.station import together as room
from ui.station.together import Tile

LEFT = Qt.MouseButton.LeftButton


def tile(name: str = "Kari", **more: object) -> Tile:
    part = Part(Phase.STAGES, "bout", 2, 4, 125.0)
    known = {"bpm": 160, "low_bpm": 153.0, "high_bpm": 171.0, "part": part, "borg": None, "borg_due": False,
             "troubles": ()}  # fmt: skip
    return Tile(name, **{**known, **more})  # type: ignore[arg-type]


def test_each_tile_has_its_own_pulse_band_and_bout(qtbot: QtBot) -> None:
    screen = GroupScreen()
    qtbot.addWidget(screen)
    screen.begin("4×4", 3)
    late = Part(Phase.STAGES, "pause", 3, 4, 61.0)
    screen.show_tiles(
        [tile(), tile("Ola", bpm=178, borg=16), tile("Per", bpm=None, part=late, borg_due=True, aim_bpm=126.4)],
        begun=True,
    )
    kari, ola, per = screen.tiles
    assert (kari.pulse.text(), kari.band.text(), kari.near.text()) == ("160", "Sone 153–171 slag/min", "I sonen")
    assert kari.part.text() == "Drag 2 av 4 · 2:05"
    assert (ola.near.text(), ola.near.property("state"), ola.borg_button.text()) == (
        "7 slag over sonen",
        "caution",
        "Borg: 16",
    )
    assert (per.pulse.text(), per.near.text(), per.borg_button.text()) == ("--", "", "Borg nå")
    assert per.part.text() == "Aktiv pause · 1:01"
    assert per.band.text() == "Mot 126 slag/min", "the pause's own aim, and not the bouts' band"
    per.show_tile(tile("Per", part=late))
    assert per.band.text() == "", "a pause without an aim has no band either"
    per.show_tile(tile("Per", bpm=None, part=late, borg_due=True))
    with qtbot.waitSignal(screen.borg_wanted) as asked:
        QTest.mouseClick(per.borg_button, LEFT)
    assert asked.args == [2]


def test_a_symptom_noted_of_one_is_told_on_their_tile(qtbot: QtBot) -> None:
    screen = GroupScreen()
    qtbot.addWidget(screen)
    screen.begin("4×4", 1)
    noted = Cause("group_symptom", {"name": "Kari", "what": "hjertebank"})
    screen.show_tiles([tile(troubles=(noted,))], begun=True)
    (kari,) = screen.tiles
    assert "hjertebank: grunn til å avslutte økten for denne personen" in kari.trouble.text()
    with qtbot.waitSignal(screen.event_wanted) as asked:
        QTest.mouseClick(kari.event_button, LEFT)
    assert asked.args == [0]


def with_a_test(record: Record, person: Person, run_id: str) -> None:
    run = run_of(run_id, treadmill="emulated:trackmaster")
    run = msgspec.structs.replace(run, subject=msgspec.structs.replace(run.subject, beta_blocker=False))
    record.tests.save(person.id, run, assessment_of(), events_of(3))


@pytest.fixture
def sheet(
    make_window: Callable[..., MainWindow], record: Record, person: Person, qtbot: QtBot
) -> tuple[MainWindow, GroupStartSheet]:
    window = make_window(time_scale=60.0)
    window.people.refresh(choose=person.id)
    QTest.mouseClick(window.people.group_button, LEFT)
    assert isinstance(window.sheet, GroupStartSheet)
    return window, window.sheet


def test_what_is_missing_is_said_before_anything_starts(
    sheet: tuple[MainWindow, GroupStartSheet], record: Record
) -> None:
    window, asking = sheet
    QTest.mouseClick(asking.prepare_button, LEFT)
    prepared(window)
    assert "er ikke testet her" in asking.problems.text()
    assert window.together is None
    assert record.journals() == []


@pytest.mark.process
@pytest.mark.timeout(180)
def test_two_train_together_by_real_clicks_and_are_kept_each_in_their_own_record(
    sheet: tuple[MainWindow, GroupStartSheet], record: Record, person: Person, qtbot: QtBot, tmp_path: Path
) -> None:
    window, asking = sheet
    SHORT.lay_out(tmp_path)
    (tmp_path / "other.csv").write_bytes((tmp_path / "pulse.csv").read_bytes())
    other = record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE, born="1980-05-01")
    with_a_test(record, person, "t1")
    with_a_test(record, other, "t2")
    asking.finish()
    QTest.mouseClick(window.people.group_button, LEFT)
    asking = window.sheet
    assert isinstance(asking, GroupStartSheet)
    asking.sessions.addItem("kort", str(tmp_path / SHORT.plan))
    asking.sessions.setCurrentIndex(asking.sessions.count() - 1)
    asking.rows[1][0].setCurrentIndex(asking.rows[1][0].findData(other.id))
    for (_, strap), name in zip(asking.rows, ("pulse.csv", "pulse.csv"), strict=True):
        strap.setEditText(f"replay:{tmp_path / name}")
    QTest.mouseClick(asking.prepare_button, LEFT)
    prepared(window)
    assert "har samme pulsbelte" in asking.problems.text()
    asking.rows[1][1].setEditText(f"replay:{tmp_path / 'other.csv'}")
    QTest.mouseClick(asking.prepare_button, LEFT)
    prepared(window)
    assert window.stack.currentWidget() is window.group
    assert not window.stop_button.isVisible(), "there is no belt to be stopped"
    assert window.in_test
    QTest.mouseClick(window.group.start_button, LEFT)

    def rated() -> bool:
        due = [one for one in window.group.tiles if one.borg_button.text() == "Borg nå"]
        if due and window.sheet is None:
            QTest.mouseClick(due[0].borg_button, LEFT)
            asked = on_top(window, Sheet)
            answer = next(one for one in asked.findChildren(QPushButton) if one.text().split()[-1] == "17")
            QTest.mouseClick(answer, LEFT)
        return not window.in_test

    qtbot.waitUntil(rated, timeout=150_000)
    assert window.stack.currentWidget() is window.people
    assert window.sheet is not None
    for one in (person, other):
        (stored,) = record.sessions.history(one.id)
        assert (stored.run.outcome, stored.result.bouts_done) == (Outcome.COMPLETED, 2), stored.run.reason
        assert stored.run.belt == ()
        assert max(bout.last_two_bpm or 0 for bout in stored.result.bouts) > 140
        assert [bout.rpe for bout in stored.result.bouts][:1] == [17]
    assert record.journals() == []


def begun_alone(window: MainWindow, person: Person) -> GroupFlow:
    """A group of one, on a recording, begun."""
    window._train_together(room.prepare_group(window.station, [(person, "replay:x")], "4x4"))
    flow = window.together
    assert flow is not None
    QTest.mouseClick(window.group.start_button, LEFT)
    return flow


def test_what_is_not_written_down_stands_on_the_tile_and_what_is_not_kept_is_told(
    make_window: Callable[..., MainWindow], record: Record, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_test(record, person, "t1")
    now = Clock()
    on_straps_of(now, monkeypatch)
    window = make_window()
    flow = begun_alone(window, person)
    (member,) = flow.session.members
    disk = FullDisk(member.journal)
    member.journal, disk.full = disk, True
    now.t_s += 1.0
    flow.tick()
    assert "skrives ikke lenger til disk" in window.group.tiles[0].trouble.text()

    refused_in: list[int] = []

    def refuses(_: object) -> None:
        refused_in.append(threading.get_ident())
        raise RecordError(Cause("record_gone", {"name": "x"}))

    member.keep = refuses  # type: ignore[assignment]
    flow.session.stop_all()
    flow.tick()
    live_while(lambda: window.in_group, "it is not kept")
    assert refused_in != [threading.get_ident()], "it is kept beside the window"
    sheet = on_top(window, Sheet)
    words = " ".join(one.text() for one in sheet.findChildren(QLabel))
    assert "Ikke hele gruppeøkten er i registeret" in words
    assert "ligger i loggen på denne maskinen" in words


def test_closing_the_window_keeps_what_was_trained(
    make_window: Callable[..., MainWindow], record: Record, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_test(record, person, "t1")
    now = Clock()
    straps = on_straps_of(now, monkeypatch)
    window = make_window()
    flow = begun_alone(window, person)
    while now.t_s < 600.0:
        now.t_s += 1.0
        flow.session.tick()
    assert window.in_test
    closed(window)
    (stored,) = record.sessions.history(person.id)
    assert (stored.run.outcome, stored.result.bouts_done) == (Outcome.OPERATOR, 1)
    assert straps[0].closed
    assert record.journals() == []


def test_who_ends_with_a_symptom_in_a_group_is_asked_a_doctor_about(
    make_window: Callable[..., MainWindow], record: Record, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_test(record, person, "t1")
    now = Clock()
    on_straps_of(now, monkeypatch)
    window = make_window()
    flow = begun_alone(window, person)
    while now.t_s < 400.0:
        now.t_s += 1.0
        flow.session.tick()
    flow.tick()
    QTest.mouseClick(window.group.tiles[0].end_button, LEFT)
    asked = on_top(window, Sheet)
    QTest.mouseClick(next(one for one in asked.findChildren(QPushButton) if "brystet" in one.text()), LEFT)
    flow.tick()
    live_while(lambda: window.in_group, "it is not kept")
    (stored,) = record.sessions.history(person.id)
    assert [one.cause for one in symptoms_of(stored.run)] == [Cause("stop_chest_pain")]
    words = " ".join(one.text() for one in on_top(window, Sheet).findChildren(QLabel))
    assert "Økten ble stoppet: ubehag i brystet" in words
    assert "før legen har svart" in words
    with pytest.raises(BadInput, match="symptom"):
        room.prepare_group(window.station, [(person, "replay:x")], "4x4")

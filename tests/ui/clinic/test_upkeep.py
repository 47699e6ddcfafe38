"""Backups and hand-overs happen in quiet minutes and never hold a test up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.unit.records.builders import PASSPHRASE
from teststation.records.database import Record, open_record
from teststation.records.upkeep.verify import verify_file
from teststation.subject import Sex
from ui.desktop.clinic.upkeep import Upkeep
from ui.station.settings import Settings
from ui.station.station import Station


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "a.record", PASSPHRASE) as opened:
        opened.people.add(family_name="Berg", sex=Sex.MALE)
        yield opened


def finished(upkeep: Upkeep) -> bool:
    return upkeep._work is not None and upkeep._work.wait(0.0)


def test_a_backup_is_made_in_a_quiet_minute_and_once(record: Record, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "kopier"
    said: list[object] = []
    upkeep = Upkeep(Station(record, Settings(backup_folder=str(folder))), lambda: True, said.append)
    for _ in range(2):
        upkeep.look()
        qtbot.waitUntil(lambda: finished(upkeep), timeout=20_000)
    (made,) = folder.iterdir()
    assert verify_file(made, PASSPHRASE).people == 1
    assert said == []


def test_nothing_is_begun_during_a_run_and_what_was_begun_gives_way(
    record: Record, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "kopier"
    station = Station(record, Settings(backup_folder=str(folder)))
    upkeep = Upkeep(station, lambda: False, lambda _: None)
    upkeep.look()
    assert upkeep._work is None
    answers = iter([True, True])
    giving_way = Upkeep(station, lambda: next(answers, False), lambda _: None)
    giving_way.look()
    qtbot.waitUntil(lambda: finished(giving_way), timeout=20_000)
    assert list(folder.iterdir()) == []


def test_a_problem_is_said_once(record: Record, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "fil").touch()
    said: list[object] = []
    upkeep = Upkeep(Station(record, Settings(backup_folder=str(tmp_path / "fil" / "x"))), lambda: True, said.append)
    for _ in range(2):
        upkeep.look()
        qtbot.waitUntil(lambda: finished(upkeep), timeout=20_000)
        qtbot.wait(50)
    assert len(said) == 1
    assert "velg en annen i innstillingene" in str(said[0])

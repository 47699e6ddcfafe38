"""A slow or broken disk and the loop that renews the lease."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.run.test_controller import Room
from teststation.records.tests.journal import JournalWriter, read_journal
from teststation.run import events as ev
from teststation.run.controller import Controller
from teststation.run.record import Outcome
from teststation.run.state import Phase
from ui.station.synced_journal import SyncedJournal

KEY = bytes(range(32))
WAIT_S = 10.0


class Disk:
    """``os.fsync`` of a disk that can be held up, or break. Only the syncs of the background thread are affected."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.waiting = threading.Event()
        self.broken = False
        self._real = os.fsync

    def fsync(self, descriptor: int) -> None:
        if threading.current_thread() is not threading.main_thread():
            if self.broken:
                self.waiting.set()
                raise OSError(5, "Input/output error")
            if not self.goes_on.is_set():
                self.waiting.set()
                assert self.goes_on.wait(WAIT_S), "the loop waited for the disk"
        self._real(descriptor)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr(os, "fsync", made.fsync)
    return made


@pytest.fixture
def walking(tmp_path: Path, disk: Disk) -> Iterator[tuple[Room, SyncedJournal]]:
    """A run in its first stage whose journal is a real file, synced every hundredth of a second."""
    room = Room()
    journal = SyncedJournal(JournalWriter(tmp_path / "run.journal", KEY), every_s=0.01)
    devices, clock = room.controller.devices, room.controller.clock
    room.controller = Controller(ev.decode_event(room.journal.events[0]), devices, journal, clock)  # type: ignore[arg-type]
    room.begin()
    yield room, journal
    disk.goes_on.set()
    journal.close()


def test_leases_go_out_while_the_disk_takes_its_time(
    walking: tuple[Room, SyncedJournal], disk: Disk, tmp_path: Path
) -> None:
    room, _ = walking
    disk.goes_on.clear()
    room.tick()
    assert disk.waiting.wait(WAIT_S)
    mark, written = len(room.script.log), len(read_journal(tmp_path / "run.journal", KEY).events)
    room.tick(30)
    assert not disk.goes_on.is_set(), "the disk is still busy"
    assert room.script.log[mark:].count("grant") == 30
    assert len(read_journal(tmp_path / "run.journal", KEY).events) >= written + 30
    assert room.controller.state.phase is Phase.STAGES


def test_a_sync_that_fails_ends_the_run_as_a_failed_write_does(walking: tuple[Room, SyncedJournal], disk: Disk) -> None:
    room, _ = walking
    disk.broken = True
    room.tick()
    assert disk.waiting.wait(WAIT_S)
    mark = len(room.script.log)
    room.tick(5)
    assert room.script.log[mark] == "stop"
    assert "grant" not in room.script.log[mark:]
    assert room.controller.state.outcome is Outcome.FAULT


def test_what_was_written_is_synced_without_being_asked(walking: tuple[Room, SyncedJournal], disk: Disk) -> None:
    room, journal = walking
    room.tick()
    until_s = time.monotonic() + WAIT_S
    while journal._writer._dirty:
        assert time.monotonic() < until_s, "nobody synced"
        time.sleep(0.005)

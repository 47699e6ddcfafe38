"""A full disk: one sentence, nothing lost, and everything goes on when there is room again.

Where this user may mount one it is a real small disk; elsewhere files may not grow, which fails in the same calls.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from tests.unit.records.conftest import Postgres
from teststation.errors import RecordError
from teststation.records.database import Record, open_record
from teststation.records.several_stations.handed_over import HandedOver
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.storage import place
from teststation.records.storage.failures import ServerAway
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.rotation import made_at, scheduled_backup
from teststation.records.upkeep.verify import verify, verify_file
from teststation.subject import Sex

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a disk of its own, or limits of the system")
ROOM_KB = 4096
EVENTS = 3000  # of a test: more than a full disk has left in half a page


class SmallDisk:
    """A folder on a disk that can be filled."""

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self.folder, self.mounted = folder, mounted
        self._filler = folder / "other-things"

    def fill(self) -> None:
        """Not a byte is left."""
        if not self.mounted:
            _files_may_grow_to(0)
            return
        with self._filler.open("wb", buffering=0) as file:
            for size in (65536, 4096, 512, 1):
                try:
                    while file.write(b"\0" * size):
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        """Room again."""
        if not self.mounted:
            _files_may_grow_to(None)
        self._filler.unlink(missing_ok=True)


def _files_may_grow_to(size: int | None) -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size is None else size, hard))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={ROOM_KB}k", "tmpfs", str(folder)]
    mounted = sys.platform == "linux" and os.geteuid() == 0 and subprocess.run(words, check=False).returncode == 0
    small = SmallDisk(folder, mounted=mounted)
    yield small
    small.free()
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def one_sentence(error: RecordError) -> str:
    """What was said."""
    (sentence,) = error.problems
    assert "\n" not in sentence
    assert any(words in sentence for words in ("disk is full", "disk failed", "cannot be written"))
    return sentence


def journalled(record: Record, run_id: str) -> tuple[bytes, ...]:
    """A run whose journal is on the disk, and which is not kept yet."""
    events = events_of(EVENTS)
    with record.new_journal(run_id) as journal:
        for event in events:
            journal.append(msgspec.Raw(event), durable=False)  # type: ignore[arg-type]
    return events


def test_a_full_disk_stops_a_backup_and_spares_the_earlier_one(path: Path, disk: SmallDisk) -> None:
    target = disk.folder / "a.backup"
    with open_record(path, PASSPHRASE) as record:
        person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
        backup(record.database, record.file, target)
        earlier = target.read_bytes()
        record.tests.save(person.id, run_of(), assessment_of(), events_of(EVENTS))
        disk.fill()
        with pytest.raises(RecordError) as caught:
            backup(record.database, record.file, target)
        one_sentence(caught.value)
        disk.free()
        assert target.read_bytes() == earlier
        assert [file.name for file in disk.folder.iterdir()] == ["a.backup"], "no half backup is left"
        assert verify(record.database).problems == ()
        backup(record.database, record.file, target)
    assert verify_file(target, PASSPHRASE).tests == 1


def a_full_disk_changes_no_passphrase(disk: SmallDisk) -> None:
    path = disk.folder / "a.record"
    with open_record(path, PASSPHRASE) as record:
        person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
        record.tests.save(person.id, run_of(), assessment_of(), events_of(EVENTS))
        disk.fill()
        with pytest.raises(RecordError, match="disk is full; nothing was changed"):
            record.file.change_key("en ny setning")
        disk.free()
        assert verify(record.database).problems == ()
        record.file.change_key("en ny setning")
    assert verify_file(path, "en ny setning").tests == 1
    path.unlink()


def test_a_full_disk_changes_no_passphrase(disk: SmallDisk) -> None:
    a_full_disk_changes_no_passphrase(disk)


def test_a_full_disk_gives_up_no_old_backup(path: Path, disk: SmallDisk) -> None:
    days = [datetime(2026, 11, day, 8, 0) for day in (20, 21, 22)]  # noqa: DTZ001 - wall time
    with open_record(path, PASSPHRASE) as record:
        for day in days[:2]:
            scheduled_backup(record, disk.folder, 2, day)
        disk.fill()
        with pytest.raises(RecordError) as caught:
            scheduled_backup(record, disk.folder, 1, days[2])
        one_sentence(caught.value)
        disk.free()
        assert [made_at(path) for path in sorted(disk.folder.iterdir())] == days[:2]
        scheduled_backup(record, disk.folder, 2, days[2])
    assert [made_at(path) for path in sorted(disk.folder.iterdir())] == days[1:]


def test_a_test_that_finds_no_room_stays_in_its_journal(disk: SmallDisk) -> None:
    with open_record(disk.folder / "a.record", PASSPHRASE) as record:
        person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
        events = journalled(record, "run-1")
        disk.fill()
        with pytest.raises(RecordError) as caught:
            record.keep(person.id, run_of("run-1"), assessment_of(), events)
        one_sentence(caught.value)
        disk.free()
        assert record.tests.ids() == frozenset()
        assert [journal.stem for journal in record.unfinished_journals()] == ["run-1"]
        record.keep(person.id, run_of("run-1"), assessment_of(), events)
        assert record.tests.events("run-1") == events
        assert record.unfinished_journals() == []
        assert verify(record.database).problems == ()


# --- a server, and the spool of one that is away ---


@pytest.fixture
def served(postgres: Postgres, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    """A station on a server, whose own folder is on the small disk."""
    monkeypatch.setattr(place, "data_folder", lambda: disk.folder)
    url = postgres.cluster.url(postgres.cluster.new_database(postgres.template))
    with open_record(url, PASSPHRASE) as record:
        yield record
    if not (postgres.cluster.data / "postmaster.pid").exists():
        postgres.cluster.start()


def server_is_full(record: Record, *, full: bool) -> None:
    """Its own error, as when an insert finds no room."""
    assert isinstance(record.database, ServedDatabase)
    with record.database.server.writing() as connection:
        if full:
            connection.execute(text(
                "CREATE FUNCTION no_room() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION "
                "'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql"
            ))  # fmt: skip
            connection.execute(text("CREATE TRIGGER no_room BEFORE INSERT ON event EXECUTE FUNCTION no_room()"))
        else:
            connection.execute(text("DROP TRIGGER no_room ON event"))
            connection.execute(text("DROP FUNCTION no_room"))


def test_a_full_server_keeps_no_half_test_and_the_journal_stays(served: Record) -> None:
    person = served.people.add(family_name="Berg", sex=Sex.FEMALE)
    served.bring_at_hand(person.id)
    events = journalled(served, "run-1")
    server_is_full(served, full=True)
    with pytest.raises(RecordError, match="the server's disk is full") as caught:
        served.keep(person.id, run_of("run-1"), assessment_of(), events)
    assert not isinstance(caught.value, ServerAway), "it answers"
    assert served.tests.ids() == frozenset()
    assert [journal.stem for journal in served.unfinished_journals()] == ["run-1"]
    server_is_full(served, full=False)
    served.keep(person.id, run_of("run-1"), assessment_of(), events)
    assert served.tests.events("run-1") == events


def test_what_a_full_server_does_not_take_over_stays_due(served: Record, postgres: Postgres) -> None:
    person = served.people.add(family_name="Berg", sex=Sex.FEMALE)
    served.bring_at_hand(person.id)
    server_is_full(served, full=True)
    postgres.cluster.stop()
    events = journalled(served, "run-1")
    served.keep(person.id, run_of("run-1"), assessment_of(), events)
    postgres.cluster.start()
    for _ in range(2):
        with pytest.raises(RecordError, match="the server's disk is full"):
            served.hand_over()
        assert served.tests.events("run-1") == events, "still at hand"
    server_is_full(served, full=False)
    assert served.hand_over() == HandedOver(tests=1)
    assert served.tests.events("run-1") == events


def test_a_station_alone_with_a_full_disk_loses_nothing(served: Record, postgres: Postgres, disk: SmallDisk) -> None:
    person = served.people.add(family_name="Berg", sex=Sex.FEMALE)
    served.bring_at_hand(person.id)
    postgres.cluster.stop()
    events = journalled(served, "run-1")
    disk.fill()
    with pytest.raises(RecordError) as caught:
        served.keep(person.id, run_of("run-1"), assessment_of(), events)
    one_sentence(caught.value)
    disk.free()
    assert [journal.stem for journal in served.unfinished_journals()] == ["run-1"]
    served.keep(person.id, run_of("run-1"), assessment_of(), events)
    postgres.cluster.start()
    assert served.hand_over() == HandedOver(tests=1)
    assert served.tests.events("run-1") == events

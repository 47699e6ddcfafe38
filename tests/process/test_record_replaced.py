"""Another file where the record was: the next process takes none but the record that was open, as it was last known."""

import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from tests.fast_keys import ordinary_keys
from tests.mutants import fails_with
from tests.process.test_record_process import PASSPHRASE, add, as_in_the_other_process, codes, ended_and, killed, pid_of
from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.errors import RecordError
from teststation.records.access import head_keeping
from teststation.records.database import Record, open_record
from ui.station.apart import record_line, record_process
from ui.station.apart.record_process import RecordProcess

pytestmark = pytest.mark.process
__all__ = ["as_in_the_other_process"]

NOW = datetime(2026, 11, 30, 12, 0)  # noqa: DTZ001 - the wall clock of the clinic


def another_record(path: Path) -> None:
    with open_record(path, PASSPHRASE) as other:
        add(other)


def an_empty_record(path: Path) -> None:
    open_record(path, PASSPHRASE).close()


def what_lies_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(record: Record, ask: Callable[[Record], object] = lambda record: record.people.all()) -> None:
    told: list[str] = []
    while told in ([], ["record_process_ended"]):  # the latter until it is known that it has ended
        with pytest.raises(RecordError) as error:
            ask(record)
        told = codes(error.value)
    assert told == ["record_moved"]


def another_is_not_taken_for_it(
    folder: Path, put: Callable[[Path], None] | None = None, *, early: bool = False
) -> None:
    """``put`` makes what lies in its place; else that is an earlier copy. ``early``: nothing was done in it yet."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    path = folder / "a.record"
    with RecordProcess() as process:
        record = process.open(path, PASSPHRASE)
        if not early:
            add(record)
        copy = folder / "copy"
        shutil.copy(path, copy)
        if put is None:
            add(record)

        def in_its_place() -> None:
            path.rename(folder / "elsewhere.record")
            if put is None:
                copy.rename(path)
            else:
                put(path)

        ended_and(process, in_its_place)
        before = what_lies_in(folder)
        refused(record)
        refused(record, add)
        assert what_lies_in(folder) == before, "and nothing is written"
        path.unlink()
        (folder / "elsewhere.record").rename(path)
        assert len(record.people.all()) == (0 if early else 1 if put else 2), "it goes on where the record is again"


@pytest.mark.parametrize("put", [another_record, an_empty_record, None], ids=["another", "empty", "earlier copy"])
def test_another_file_in_its_place_is_not_taken_for_the_record(
    tmp_path: Path, put: Callable[[Path], None] | None
) -> None:
    another_is_not_taken_for_it(tmp_path, put)


def test_nor_is_it_where_nothing_was_done_in_the_record_yet(tmp_path: Path) -> None:
    another_is_not_taken_for_it(tmp_path, an_empty_record, early=True)


def test_that_fails_on_planted_faults(tmp_path: Path) -> None:
    fails_with(
        record_process,
        "msgspec.structs.replace(self._wanted, known=known)",
        "self._wanted",
        lambda: another_is_not_taken_for_it(tmp_path, another_record),
    )
    fails_with(
        record_line,
        "                    self._learn(said)\n",
        "",
        lambda: another_is_not_taken_for_it(tmp_path),
    )


def own_mark_planted(folder: Path) -> None:
    """In this process, where a fault can be planted in what the other one does."""
    path = folder / "a.record"
    with open_record(path, PASSPHRASE) as record:
        known = record.head.known
    path.unlink()
    another_record(path)
    with pytest.raises(RecordError):
        open_record(path, PASSPHRASE, create=False, known=known)
    path.unlink()


def test_a_record_in_which_nothing_was_done_is_told_by_its_own_mark(tmp_path: Path) -> None:
    own_mark_planted(tmp_path)
    fails_with(head_keeping, "own_mark(key) != known.own", "False", lambda: own_mark_planted(tmp_path))


def test_what_a_backup_brings_in_its_place_is_the_record_from_then_on(tmp_path: Path) -> None:
    another_record(tmp_path / "other.record")
    with RecordProcess() as process:
        record = process.open(tmp_path / "a.record", PASSPHRASE)
        add(record)
        add(record)
        record.upkeep.restore(PASSPHRASE, tmp_path / "other.record", PASSPHRASE, NOW.astimezone())
        assert len(record.people.all()) == 1
        killed(process)
        assert len(record.people.all()) == 1


def test_nor_is_what_a_backup_brought_refused_when_nobody_was_told_that_it_came(tmp_path: Path) -> None:
    another_record(tmp_path / "other.record")
    with RecordProcess() as process:
        record = process.open(tmp_path / "a.record", PASSPHRASE)
        for _ in range(3):
            add(record)
        hung = psutil.Process(pid_of(process))
        hung.suspend()
        errors: list[RecordError] = []

        def restore() -> None:
            try:
                record.upkeep.restore(PASSPHRASE, tmp_path / "other.record", PASSPHRASE, NOW.astimezone())
            except RecordError as error:
                errors.append(error)

        asks = threading.Thread(target=restore)
        asks.start()
        while not process._another_may_come:
            pass
        with open_record(tmp_path / "a.record", PASSPHRASE, create=False) as near:  # so far it came
            # as if the other one had come so far
            near.upkeep.restore(PASSPHRASE, tmp_path / "other.record", PASSPHRASE, NOW.astimezone())
        hung.kill()
        asks.join(30.0)
        assert [codes(error) for error in errors] == [["record_process_ended"]]
        assert len(record.people.all()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows moves no file that somebody has open")
def test_a_connection_that_is_made_later_leads_to_no_other_file(tmp_path: Path) -> None:
    with ordinary_keys(), open_record(tmp_path / "a.record", PASSPHRASE) as record:
        (tmp_path / "a.record").rename(tmp_path / "elsewhere.record")
        another_record(tmp_path / "a.record")
        with record.database.reading(), pytest.raises(RecordError) as error:  # the first connection is in use
            record.people.all()
        assert codes(error.value) == ["record_moved"]


def rescued_though_nothing_is_there(folder: Path) -> None:
    """The drive with record and journals is taken out, and the process is gone: what was walked is remembered."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    clinic = folder / "clinic"
    run, found, events = run_of(), assessment_of(), events_of(4)
    with RecordProcess() as process:
        record = process.open(clinic / "a.record", PASSPHRASE)
        person = add(record)
        ended_and(process, lambda: shutil.rmtree(clinic))
        try:
            path = record.upkeep.rescue(person, run, found, events)
        except RecordError as error:
            pytest.fail(f"it is lost: {error}")
    assert path == folder / f"a-rescued-{run.id[:8]}.record"
    assert not clinic.exists()
    with open_record(path, PASSPHRASE, create=False) as rescued:
        assert rescued.people.get(person.id).full_name == person.full_name
        assert [one.id for one in rescued.tests.list()] == [run.id]


def test_a_test_is_rescued_though_neither_its_record_nor_its_process_is_there(tmp_path: Path) -> None:
    rescued_though_nothing_is_there(tmp_path)
    fails_with(
        record_process,
        "            if name != _NEEDS_NO_RECORD or",
        "            if True or",
        lambda: rescued_though_nothing_is_there(tmp_path),
    )

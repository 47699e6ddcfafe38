"""What a command says it did is what it did: full disks, closed streams, a record that takes nothing more."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest

from tests.fast_keys import IN_A_CHILD
from tests.mutants import fails_with
from tests.patience import PATIENCE
from tests.process.floor import station_environment
from tests.sample_tests import sample
from tests.unit.commands.conftest import Cli
from tests.unit.records.builders import events_of
from teststation.cause import Cause
from teststation.errors import AfterTheTest, RecordError
from teststation.files import writing
from teststation.records.database import open_record
from teststation.records.tests.stored import StoredTest
from teststation.subject import Sex
from ui.commands import outputs, run
from ui.station.settings import Settings
from ui.station.station import Station

WORD = "en god setning"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="/dev/full and closed streams are of POSIX")


@pytest.fixture
def filled(cli: Cli, tmp_path: Path) -> Path:
    path = tmp_path / "a.record"
    with open_record(path, WORD) as record:
        person = record.people.add(family_name="Hemmeligsen", sex=Sex.FEMALE)
        walked, found = sample()
        record.tests.save(person.id, msgspec.structs.replace(walked, id="run-1"), found, events_of(3))
    return path


class FakeSession:
    """A session whose test is walked, and whose record takes nothing."""

    run_id = "run-9"

    def finish(self) -> StoredTest:
        raise RecordError(Cause("record_disk_full", {"name": "a.record"}))


def full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_report_that_finds_no_room_is_told_the_result_written_and_the_test_kept(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.pdf").write_bytes(b"%PDF-1.4 older")
    with open_record(filled, WORD) as record:
        station, stored = Station(record, Settings()), record.tests.get("run-1")
        real = writing.os.fsync
        calls = iter([real, full])
        monkeypatch.setattr(writing.os, "fsync", lambda fd: next(calls, real)(fd))
        monkeypatch.setattr(writing, "_sync_folder", lambda folder: None)
        monkeypatch.setattr(Station, "report", lambda *_: b"%PDF-1.4 new")
        with pytest.raises(AfterTheTest) as told:
            run.deliver(station, stored, pdf="old.pdf", json="new.json")
    assert told.value.exit_status == 4, "something moved: it is no bad input"
    assert "No space left" in told.value.problems[0]
    assert "kept in the record as run-1" in told.value.problems[1]
    assert "kept as run-1" in capsys.readouterr().err
    assert (tmp_path / "old.pdf").read_bytes() == b"%PDF-1.4 older"
    assert json.loads((tmp_path / "new.json").read_text("utf-8"))["test"]["id"] == "run-1"
    assert not list(tmp_path.glob(".*part"))


def test_what_came_to_lie_there_during_the_test_is_not_written_over(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_bytes(bytes(range(1, 200)))
    with open_record(filled, WORD) as record, pytest.raises(AfterTheTest, match="nothing is written over it"):
        run.deliver(Station(record, Settings()), record.tests.get("run-1"), pdf=None, json="out.json")
    assert (tmp_path / "out.json").read_bytes() == bytes(range(1, 200))


def test_a_test_that_cannot_be_kept_names_its_journal(filled: Path) -> None:
    with open_record(filled, WORD) as record, pytest.raises(AfterTheTest) as told:
        run._finished(Station(record, Settings()), FakeSession())  # type: ignore[arg-type]
    assert told.value.exit_status == 4
    assert "run-9.journal" in told.value.problems[-1]


def test_what_is_told_after_a_test_fails_on_a_planted_fault(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_room() -> None:
        with pytest.MonkeyPatch.context() as patch:
            test_a_report_that_finds_no_room_is_told_the_result_written_and_the_test_kept(
                filled, tmp_path, patch, capsys
            )

    def came_to_lie_there() -> None:
        test_what_came_to_lie_there_during_the_test_is_not_written_over(filled, tmp_path)

    def journal() -> None:
        test_a_test_that_cannot_be_kept_names_its_journal(filled)

    monkeypatch.chdir(tmp_path)
    fails_with(run, "            problems += error.causes\n", "            pass\n", no_room)
    fails_with(run, "        raise AfterTheTest(*problems, Cause", "        print(*problems, Cause", no_room)
    fails_with(run, 'Cause("test_in_journal", {"path": str(journal)})', '"somewhere"', journal)
    fails_with(outputs, "    if found is not None:\n", "    if False:\n", came_to_lie_there)


def in_a_process(folder: Path, stdout: BinaryIO, *words: str) -> subprocess.CompletedProcess[bytes]:
    environment = station_environment() | {"TESTSTATION_PASSPHRASE": WORD}
    program = IN_A_CHILD + "import sys\nfrom ui.cli import main\nsys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, *words]
    return subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, env=environment, cwd=folder, timeout=60 * PATIENCE, check=False
    )


@POSIX
@pytest.mark.process
@pytest.mark.parametrize(
    "words",
    [
        ("records", "--record", "a.record", "show", "run-1", "--json", "-"),
        ("records", "--record", "a.record", "list"),
        ("records", "--record", "a.record", "users", "add", "kari", "--name", "Kari", "--role", "administrator"),
        ("protocols", "list"),
    ],
)
def test_a_full_standard_output_is_one_sentence_and_no_success(filled: Path, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as nowhere:
        done = in_a_process(filled.parent, nowhere, *words)
    said = done.stderr.decode()
    assert (done.returncode, said.count("\n"), "Traceback" in said) == (2, 1, False), said
    assert "No space left" in said


@POSIX
@pytest.mark.process
def test_a_list_whose_reader_has_gone_ends_in_silence(filled: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        done = in_a_process(filled.parent, gone, "records", "--record", "a.record", "list")
        assert (done.returncode, done.stderr) == (0, b"")
        done = in_a_process(
            filled.parent, gone, "records", "--record", "a.record", "users", "add", "k", "--name", "K", "--role",
            "administrator",
        )  # fmt: skip
    assert done.returncode == 2, "a password that nobody has read is no success"
    assert b"users reset k" in done.stderr

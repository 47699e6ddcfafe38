"""The record in a process of its own: the same record, whatever becomes of the process."""

import inspect
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import psutil
import pytest

from drivers.processes import child_environment
from tests.fast_keys import ordinary_keys
from tests.mutants import fails_with
from tests.patience import PATIENCE
from teststation.cause import Cause
from teststation.errors import RecordError, StationError
from teststation.records.access.actions import Action, Actor
from teststation.records.access.user import LoginRefused, Role
from teststation.records.database import Record, open_record
from teststation.records.people.person import ChangedMeanwhile, Person
from teststation.records.upkeep.findings import Interrupted
from teststation.subject import Sex
from ui.station.apart import far_record, record_line, record_process
from ui.station.apart import record_calls as calls
from ui.station.apart.far_record import FarRecord
from ui.station.apart.record_process import RecordProcess
from ui.station.desk import Desk

pytestmark = pytest.mark.process

WITHIN_S = 30.0 * PATIENCE
PASSPHRASE = "hemmelig nok"
ENDED = "record_process_ended"


@pytest.fixture(autouse=True)
def as_in_the_other_process() -> Iterator[None]:
    with ordinary_keys():
        yield


@pytest.fixture
def process() -> Iterator[RecordProcess]:
    with RecordProcess() as started:
        yield started


@pytest.fixture
def record(process: RecordProcess, tmp_path: Path) -> Record:
    return process.open(tmp_path / "far.record", PASSPHRASE)


def add(record: Record) -> Person:
    return record.people.add(family_name="Ødegård", given_name="Kari", born="1979-04-12", sex=Sex.FEMALE)


def pid_of(process: RecordProcess) -> int:
    assert process._line is not None
    return process._line._process.pid


def codes(error: StationError) -> list[str]:
    return [cause.code for cause in error.causes if isinstance(cause, Cause)]


def stand_in(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


# --- the same record ---


def test_what_is_asked_there_is_what_the_record_says(record: Record, tmp_path: Path) -> None:
    person = add(record)
    assert record.people.get(person.id) == person
    assert record.people.search("ødeg") == [person]
    assert record.tests.summaries() == []
    assert record.away is None
    assert record.in_place
    assert (record.location, record.path) == (tmp_path / "far.record", tmp_path / "far.record")
    record.close()
    with open_record(tmp_path / "far.record", PASSPHRASE, create=False) as near:
        assert near.people.get(person.id) == person


def test_every_room_is_known_by_its_name_there(tmp_path: Path) -> None:
    with open_record(tmp_path / "near.record", PASSPHRASE) as near:
        rooms = {name for name, value in vars(near).items() if type(value).__module__.startswith("teststation.records")}
    assert rooms - {"database", "file", "head"} == calls.ROOMS
    own = {name for name, _ in inspect.getmembers(FarRecord) if not name.startswith("_")}
    properties = {name for name, value in vars(Record).items() if isinstance(value, property)}
    assert properties <= far_record._PROPERTIES, "a property that is asked for as if it were a method"
    assert own <= {name for name, _ in inspect.getmembers(Record)} | {"location", "path"}, "a name that no record has"


def test_nothing_else_of_it_can_be_asked_for(process: RecordProcess, record: Record) -> None:
    for name in ("database.engine", "people._database", "__class__", "people.add.__globals__", "file.connect"):
        with pytest.raises(ValueError, match="a record has no"):
            process.ask(name)


def test_errors_come_over_with_all_that_they_carry(record: Record) -> None:
    person = add(record)
    with pytest.raises(RecordError) as missing:
        record.people.get("nobody")
    assert codes(missing.value) == ["person_missing"]
    with pytest.raises(LoginRefused) as refused:
        record.users.log_in("kari", "nothing")
    assert refused.value.reason
    changed = record.people.update(msgspec.structs.replace(person, given_name="Kristin"))
    with pytest.raises(ChangedMeanwhile) as meanwhile:
        record.people.update(msgspec.structs.replace(person, given_name="Karin"))
    assert meanwhile.value.kept == changed
    assert meanwhile.value.mine.given_name == "Karin"


def test_one_that_is_begun_is_waited_for_by_what_is_asked_first(process: RecordProcess, tmp_path: Path) -> None:
    record = process.begin(tmp_path / "b.record", PASSPHRASE)
    record.audit.acting = Actor("leder", None)
    person = add(record)
    process.opened()
    (row, *_) = record.audit.of_person(person.id)
    assert row.actor == "leder", "who acts is known from the first row on"
    assert record.path == tmp_path / "b.record"


def test_one_that_is_begun_and_does_not_open_says_so_to_whoever_waits(process: RecordProcess, tmp_path: Path) -> None:
    open_record(tmp_path / "a.record", PASSPHRASE).close()
    record = process.begin(tmp_path / "a.record", "another one")
    for wait in (process.opened, record.people.all):
        with pytest.raises(RecordError) as error:
            wait()
        assert codes(error.value) == ["record_wrong_passphrase"]


def test_a_passphrase_that_opens_nothing_is_told_as_by_the_record_itself(tmp_path: Path) -> None:
    open_record(tmp_path / "a.record", PASSPHRASE).close()
    with RecordProcess() as process, pytest.raises(RecordError) as error:
        process.open(tmp_path / "a.record", "another one")
    assert codes(error.value) == ["record_wrong_passphrase"]


def test_the_passphrase_stands_in_no_arguments_and_no_surroundings(process: RecordProcess, record: Record) -> None:
    child = psutil.Process(pid_of(process))
    assert PASSPHRASE not in " ".join(child.cmdline())
    assert PASSPHRASE not in " ".join(child.environ().values())


def test_what_lets_a_server_in_is_there_and_with_no_other_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "server")
    monkeypatch.setenv("TESTSTATION_PASSPHRASE", PASSPHRASE)
    with RecordProcess() as process:
        found = psutil.Process(pid_of(process)).environ()
    assert found["PGPASSWORD"] == "server"
    assert "TESTSTATION_PASSPHRASE" not in found
    assert "PGPASSWORD" not in child_environment()


# --- functions among the arguments ---


def test_a_function_is_called_here_in_the_thread_that_asks(record: Record, tmp_path: Path) -> None:
    asked: list[int] = []

    def go_on() -> bool:
        asked.append(threading.get_ident())
        return True

    made = record.upkeep.backup_into(tmp_path / "backups", 3, datetime(2026, 11, 30, 12, 0), go_on)  # noqa: DTZ001
    assert made.ok
    assert set(asked) == {threading.get_ident()}

    def not_now() -> bool:
        return False

    with pytest.raises(Interrupted):
        record.upkeep.backup_into(tmp_path / "backups", 3, datetime(2026, 11, 30, 13, 0), not_now)  # noqa: DTZ001

    def breaks() -> bool:
        raise KeyError("here")

    with pytest.raises(KeyError):
        record.upkeep.backup_into(tmp_path / "backups", 3, datetime(2026, 11, 30, 14, 0), breaks)  # noqa: DTZ001


def test_a_long_call_holds_up_no_other(record: Record, tmp_path: Path) -> None:
    goes_on, waits = threading.Event(), threading.Event()

    def go_on() -> bool:
        waits.set()
        return goes_on.wait(WITHIN_S)

    backup = threading.Thread(
        target=lambda: record.upkeep.backup_into(tmp_path / "b", 3, datetime(2026, 11, 30), go_on)  # noqa: DTZ001
    )
    backup.start()
    assert waits.wait(WITHIN_S)
    assert record.people.all() == [], "asked and answered in the middle of the backup"
    goes_on.set()
    backup.join(WITHIN_S)
    assert not backup.is_alive()


# --- what may become of the process ---


def ended_and(process: RecordProcess, then: Callable[[], None]) -> None:
    """End it, and do something before the next one takes its place: Windows moves no file that somebody has open."""
    gone = psutil.Process(pid_of(process))
    with process._starting:
        gone.kill()
        gone.wait(WITHIN_S)
        then()


def killed(process: RecordProcess) -> None:
    before = pid_of(process)
    psutil.Process(before).kill()
    until_s = time.monotonic() + WITHIN_S
    while process._line is None or process._line._process.pid == before:
        assert time.monotonic() < until_s, "no other process took its place, though nobody asked for anything"
        time.sleep(0.01)


def the_next_one_goes_on(folder: Path) -> None:
    with RecordProcess() as process:
        record = process.open(folder / f"{time.monotonic_ns()}.record", PASSPHRASE)
        person = add(record)
        record.users.add("leder", "Leder", Role.ADMINISTRATOR, "et langt passord nok")
        user = record.users.log_in("leder", "et langt passord nok")
        assert record.audit.acting == user.actor
        killed(process)
        record.audit.note(Action.PERSON_SEEN, person.id)
        (row, *_) = record.audit.of_person(person.id)
        assert (row.action, row.user_id) == (Action.PERSON_SEEN.value, user.id)


def test_another_one_takes_its_place_with_the_same_person_at_work(tmp_path: Path) -> None:
    def fact() -> None:
        the_next_one_goes_on(tmp_path)

    fails_with(
        record_process,
        "                line.act(self._acting, self._within_s)\n            except",
        "            except",
        fact,
    )


def test_what_was_under_way_is_told_as_not_known_to_be_kept(
    process: RecordProcess, record: Record, tmp_path: Path
) -> None:
    def dies() -> bool:
        psutil.Process(pid_of(process)).kill()
        return True

    with pytest.raises(RecordError) as error:
        record.upkeep.backup_into(tmp_path / "b", 3, datetime(2026, 11, 30), dies)  # noqa: DTZ001
    assert codes(error.value) == [ENDED]
    assert record.people.all() == [], "the next one is asked of another process"


def test_one_that_hangs_is_ended_and_told_of(process: RecordProcess, record: Record) -> None:
    hung = psutil.Process(pid_of(process))
    hung.suspend()
    process._within_s = 0.5
    with pytest.raises(RecordError) as error:
        record.people.all()
    process._within_s = WITHIN_S
    assert codes(error.value) == [ENDED]
    hung.wait(WITHIN_S)
    assert record.people.all() == []


def test_one_that_hangs_before_a_large_question_is_ended_too(
    process: RecordProcess, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_line, "ANSWERS_WITHIN_S", 0.5)
    psutil.Process(pid_of(process)).suspend()
    with pytest.raises(RecordError) as error:
        record.people.search("x" * 400_000)  # more than a pipe takes
    assert codes(error.value) == [ENDED]


def test_a_record_that_was_moved_is_not_made_anew_by_the_next_process(
    process: RecordProcess, record: Record, tmp_path: Path
) -> None:
    add(record)
    path, elsewhere = tmp_path / "far.record", tmp_path / "elsewhere.record"

    def moved() -> None:
        path.rename(elsewhere)

    ended_and(process, moved)
    told: list[str] = []
    until_s = time.monotonic() + WITHIN_S
    while told != ["record_missing"]:  # until then it is told as ended
        assert time.monotonic() < until_s, told
        with pytest.raises(RecordError) as error:
            record.people.all()
        told = codes(error.value)
    assert not (tmp_path / "far.record").exists()
    elsewhere.rename(path)
    assert len(record.people.all()) == 1, "and it is there again when its file is"


def test_who_leaves_is_gone_though_the_record_cannot_be_told(
    process: RecordProcess, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(record)
    record.users.add("leder", "Leder", Role.ADMINISTRATOR, "et langt passord nok")
    desk.log_in("leder", "et langt passord nok")
    psutil.Process(pid_of(process)).suspend()
    process._within_s = 0.3
    with pytest.raises(RecordError):
        desk.log_out()
    assert desk.user is None
    assert record.audit.acting.id is None, "and nobody's rows are theirs"


def test_what_is_no_answer_is_not_believed() -> None:
    with RecordProcess(command=stand_in("print('no answer' * 900); import time; time.sleep(600)")) as process:
        with pytest.raises(RecordError) as error:
            process.open("a.record", PASSPHRASE)
        assert codes(error.value) == [ENDED]


def test_one_that_cannot_be_started_is_told_in_one_sentence() -> None:
    with pytest.raises(RecordError) as error:
        RecordProcess(command=("no-such-program",))
    assert codes(error.value) == ["record_process_not_started"]


def test_after_it_was_let_go_nothing_is_asked_any_more(process: RecordProcess, record: Record) -> None:
    child = psutil.Process(pid_of(process))
    record.close()
    assert not child.is_running()
    with pytest.raises(RecordError) as error:
        record.people.all()
    assert codes(error.value) == [ENDED]


def test_it_ends_with_its_window_and_what_is_being_written_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.record"
    code = f"""
import os, pathlib
from teststation.subject import Sex
from ui.station.apart import record_calls as calls
from ui.station.apart.record_process import RecordProcess
process = RecordProcess()
record = process.open(pathlib.Path({str(path)!r}), {PASSPHRASE!r})
print(process._line._process.pid, flush=True)
process._line._say(calls.Call(99, "people.add", (), dict(family_name="Sist", sex=Sex.FEMALE)))
os._exit(9)
"""
    done = subprocess.run(
        stand_in(code), env=child_environment(), capture_output=True, text=True, timeout=2 * WITHIN_S, check=False
    )
    assert done.returncode == 9, done.stderr
    until_s = time.monotonic() + WITHIN_S
    while psutil.pid_exists(int(done.stdout)):
        assert time.monotonic() < until_s, "it outlives who started it"
        time.sleep(0.02)
    with open_record(path, PASSPHRASE, create=False) as near:
        assert [person.family_name for person in near.people.all()] == ["Sist"]


# --- journals ---


def test_a_journal_is_written_here_and_seen_from_there(record: Record) -> None:
    person = add(record)
    journal = record.new_journal("run-1", person.id)
    assert record.runs_now(), "the record's process sees that somebody writes"
    assert record.unfinished_journals() == []
    journal.close()
    assert not record.runs_now()
    assert [path.name for path in record.unfinished_journals()] == ["run-1.journal"]
    record.discard_journal("run-1")
    assert record.unfinished_journals() == []
    with pytest.raises(RecordError):
        record.new_journal("run-2", "nobody")
    assert not record.journal_path("run-2").exists()

"""A process killed at a random moment of a test, a signing, a migration, a backup or a change of the passphrase.

The record opens, whole, and holds everything that the process had been told was kept.
"""

import multiprocessing
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from tests.fast_keys import use_fast_keys
from tests.process import power_child
from tests.process.power_child import EVENTS, PASSPHRASES
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from teststation.errors import RecordError
from teststation.records.access.user import Role
from teststation.records.database import Record, open_record
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.failures import Unreadable
from teststation.records.storage.schema import upgrade, version
from teststation.records.tests.journal import read_journal
from teststation.records.upkeep.verify import verify, verify_file
from teststation.subject import Sex

KINDS = ("test", "sign", "migrate", "backup", "rekey")
AT_NIGHT = {"migrate": pytest.mark.nightly}  # two thousand people are moved; by day each step is tried as it is left
AT_ONCE = 3  # children that are waited for and killed beside one another
EVENTS_PER_S = 10  # of a run's journal, as the controller ticks
pytestmark = pytest.mark.process


@pytest.fixture(autouse=True)
def fast_keys() -> None:
    use_fast_keys()


@pytest.fixture(scope="module")
def children() -> Any:
    """Where children come from: one process that has everything imported, and forks."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload([power_child.__name__])
    return context


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a record to begin from, and one of the first schema."""
    use_fast_keys()
    folder = tmp_path_factory.mktemp("made")
    with open_record(folder / "a.record", PASSPHRASE) as record:
        person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
        record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
        record.tests.save(person.id, run_of("before"), assessment_of(), events_of(300))
    old = CipherFile(folder / "old.record", PASSPHRASE, 5.0)
    upgrade(old, revision="0001")
    with old.writing() as connection:
        for number in range(2000):
            connection.exec_driver_sql(
                "INSERT INTO person (id, family_name, given_name, sex, note, search_key, sort_key, created_at,"
                " updated_at) VALUES (?, 'Aasen', 'Kari', 'female', '', 'x', 'x', '2026', '2026')",
                (str(number),),
            )
    old.close()
    return folder


class Child:
    """One process at work, and what it said before it was killed."""

    def __init__(self, context: Any, kind: str, path: Path) -> None:
        self.kind, self.path = kind, path
        ear, mouth = context.Pipe(duplex=False)
        self._process = context.Process(target=power_child.main, args=(kind, path, mouth), daemon=True)
        self._process.start()
        mouth.close()
        self._said: list[power_child.Told] = []
        self._ready = threading.Event()
        self._listener = threading.Thread(target=self._listen, args=(ear,), daemon=True)
        self._listener.start()

    def _listen(self, ear: Connection) -> None:
        """All the time, because a full pipe would hold the child up."""
        try:
            while True:
                self._said.append(ear.recv())
                self._ready.set()
        except EOFError:
            ear.close()

    def ready(self) -> None:
        assert self._ready.wait(60), "the child did not begin"

    def kill(self) -> None:
        self._process.kill()

    def told(self) -> list[power_child.Told]:
        """Everything said after it was ready; a child that failed by itself is no power cut."""
        self._process.join(30)
        self._listener.join(30)
        assert self._process.exitcode != 1, "the child failed by itself"
        return self._said[1:]


def reopened(path: Path, rng: random.Random) -> Record:
    """The record, under whichever of the two passphrases opens it; the other one, tried first or not, does no harm."""
    for passphrase in rng.sample(PASSPHRASES, 2):
        try:
            return open_record(path, passphrase, create=False, busy_timeout_s=5.0)
        except Unreadable:
            continue
    raise AssertionError("neither passphrase opens it")


def check(child: Child, rng: random.Random, seen: Counter[str]) -> None:
    """The record opens and verifies, and holds everything that was told."""
    kind, path = child.kind, child.path
    told = child.told()
    kept = [word for word, _ in told if not word.startswith(("journal", "migrated"))]
    # SQLite's rollback journal is there while pages are being changed, and has to be played back.
    seen["in the middle"] += path.with_name(f"{path.name}-journal").exists()
    written = {word.partition(" ")[2]: count for word, count in told if word.startswith("journal")}
    with reopened(path, rng) if kind == "rekey" else open_record(path, PASSPHRASE, create=False) as record:
        seen["opened"] += 1
        seen["done before"] += len(kept)
        assert verify(record.database).problems == ()
        if kind == "migrate":
            assert len(record.people.all()) == 2000
            return
        ids = record.tests.ids()
        assert "before" in ids
        if kind == "rekey":
            assert record.tests.events("before") == events_of(300)
            return
        if kind == "backup":
            if kept:
                assert verify_file(path.with_name("b.backup"), PASSPHRASE).tests == 1
            return
        for run_id in kept:
            assert record.tests.events(run_id) == events_of(EVENTS), "nothing that was kept is lost"
            if kind == "sign":
                signed = len(record.signing.signatures(run_id)) == 1
                seen["signed lost"] += not signed
                assert signed
        unfinished = record.unfinished_journals()
        assert len(unfinished) <= 1
        for journal in unfinished:
            events = read_journal(journal, record.journal_key()).events
            lost = max(0, written.get(journal.stem, 0) - len(events))
            seen["events lost"] += lost
            assert lost == 0, "what was handed to the system outlives the process"


def cut(context: Any, kind: str, made: Path, folder: Path, rng: random.Random, seen: Counter[str]) -> None:
    """Some children beside one another, each killed at a moment of its own."""
    working: list[tuple[float, Child]] = []
    for number in range(AT_ONCE):
        path = folder / f"{number}" / "a.record"
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        shutil.copy(made / ("old.record" if kind == "migrate" else "a.record"), path)
        working.append((rng.uniform(0.0, 1.2), Child(context, kind, path)))
    working.sort(key=lambda one: one[0])
    for _, child in working:
        child.ready()
    began_s = time.monotonic()
    for after_s, child in working:
        time.sleep(max(0.0, began_s + after_s - time.monotonic()))
        child.kill()
        seen["kills"] += 1
    for _, child in working:
        check(child, rng, seen)


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=AT_NIGHT.get(kind, ())) for kind in KINDS])
def test_a_killed_station_leaves_a_record_that_opens(kind: str, children: Any, made: Path, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    cut(children, kind, made, tmp_path, random.Random(f"{kind} 1"), seen)
    assert seen["kills"] == seen["opened"] == AT_ONCE


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
def test_fifty_kills_each(
    kind: str, children: Any, made: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    rng = random.Random(f"{kind} nightly")
    seen: Counter[str] = Counter()
    while seen["kills"] < 50:
        cut(children, kind, made, tmp_path, rng, seen)
    lost_s = seen["events lost"] / EVENTS_PER_S
    record_property(
        "cell",
        f"power cut, {kind}: {seen['kills']} kills, {seen['in the middle']} in the middle of a change, "
        f"{seen['opened']} opened, {seen['done before']} done before, {seen['signed lost']} signed lost, "
        f"{lost_s:g} s lost",
    )
    assert seen["opened"] == seen["kills"]


def test_a_key_that_neither_opens_is_found_out(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.record"
    shutil.copy(made / "a.record", path)
    file = CipherFile(path, PASSPHRASE, 5.0)
    file.change_key("en tredje")
    file.close()
    with pytest.raises(AssertionError, match="neither passphrase"):
        reopened(path, random.Random(1))
    with pytest.raises(RecordError):
        open_record(path, PASSPHRASE, create=False)


def test_a_record_of_the_first_schema_is_what_is_migrated(made: Path) -> None:
    old = CipherFile(made / "old.record", PASSPHRASE, 5.0)
    with old.reading() as connection:
        assert version(connection) == "0001"
    old.close()

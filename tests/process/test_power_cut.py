"""A process killed at a random moment of a test, a signing, a migration or a backup: the record opens, whole."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fast_keys import use_fast_keys
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from teststation.records.cipher import CipherFile
from teststation.records.database import open_record
from teststation.records.schema import upgrade, version
from teststation.records.users import Role
from teststation.records.verify import verify, verify_file
from teststation.subject import Sex

CHILD = Path(__file__).with_name("power_child.py")
ROOT = CHILD.parents[2]
KINDS = ("test", "sign", "migrate", "backup")
pytestmark = pytest.mark.process


@pytest.fixture(autouse=True)
def fast_keys() -> None:
    use_fast_keys()


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


def killed(kind: str, path: Path, after_s: float) -> list[str]:
    """What a child had finished when it was killed so long after it was ready."""
    child = subprocess.Popen(
        [sys.executable, str(CHILD), kind, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "ready\n"
        time.sleep(after_s)
    finally:
        child.kill()
        told = child.stdout.read()
        child.wait(30)
        child.stdout.close()
    assert child.returncode != 1, "the child failed by itself"
    return [line for line in told.split("\n")[:-1] if line != "ready"]


def check(kind: str, path: Path, told: list[str]) -> None:
    """The record opens and verifies, and holds everything that was told."""
    with open_record(path, PASSPHRASE, create=False, busy_timeout_s=5.0) as record:
        assert verify(record.database).problems == ()
        if kind == "migrate":
            assert len(record.people.all()) == 2000
            return
        ids = record.tests.ids()
        assert "before" in ids
        if kind == "backup":
            if told:
                assert verify_file(path.with_name("b.backup"), PASSPHRASE).tests == 1
            return
        for run_id in told:
            assert record.tests.events(run_id) == events_of(400), "nothing that was kept is lost"
            if kind == "sign":
                assert len(record.signing.signatures(run_id)) == 1
        assert len(record.unfinished_journals()) <= 1


def cut(kind: str, made: Path, tmp_path: Path, rng: random.Random) -> None:
    path = tmp_path / "a.record"
    for old in tmp_path.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copy(made / ("old.record" if kind == "migrate" else "a.record"), path)
    check(kind, path, killed(kind, path, rng.uniform(0.0, 1.2)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_station_leaves_a_record_that_opens(kind: str, made: Path, tmp_path: Path) -> None:
    rng = random.Random(f"{kind} 1")
    for _ in range(3):
        cut(kind, made, tmp_path, rng)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
def test_fifty_kills_each(kind: str, made: Path, tmp_path: Path) -> None:
    rng = random.Random(f"{kind} nightly")
    for _ in range(50):
        cut(kind, made, tmp_path, rng)


def test_a_record_of_the_first_schema_is_what_is_migrated(made: Path) -> None:
    old = CipherFile(made / "old.record", PASSPHRASE, 5.0)
    with old.reading() as connection:
        assert version(connection) == "0001"
    old.close()

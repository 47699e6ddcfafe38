"""A station that is killed in the middle of a run leaves a journal that can be relied on."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.patience import PATIENCE
from tests.process.journal_child import EVENTS_PER_S, Counted
from teststation.records.database import open_record
from teststation.records.tests.journal import is_being_written, read_journal

CHILD = Path(__file__).with_name("journal_child.py")
PASSPHRASE = "drept midt i"

pytestmark = pytest.mark.process


@pytest.mark.parametrize("kill_after", [1, 37, 50, 151, 320])
def test_a_killed_station_loses_nothing_it_was_told_was_written(tmp_path: Path, kill_after: int) -> None:
    with open_record(tmp_path / "a.record", PASSPHRASE) as record:
        key = record.journal_key()
        record.journal_folder.mkdir()
        path = record.journal_path("run-1")
        child = subprocess.Popen(
            [sys.executable, str(CHILD), str(path), key.hex()],
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHILD.parents[2],
            env={**os.environ, "PYTHONPATH": str(CHILD.parents[2])},
        )
        try:
            assert child.stdout is not None
            told = 0
            while told < kill_after:
                told = int(child.stdout.readline())
            assert is_being_written(path)
            assert record.unfinished_journals() == [], "a living station's journal is nobody else's"
            child.kill()
            told = int([str(told), *child.stdout.read().split("\n")[:-1]][-1])
        finally:
            child.kill()
            child.wait(30 * PATIENCE)
            if child.stdout is not None:
                child.stdout.close()
        assert record.unfinished_journals() == [path]
    content = read_journal(path, key)
    numbers = [msgspec.json.decode(event, type=Counted).number for event in content.events]
    assert content.damage is None
    assert numbers == list(range(len(numbers)))
    # The promise is at most the last second. A killed process does better: what it has written is with the system.
    assert len(numbers) >= told - EVENTS_PER_S
    assert told <= len(numbers) <= told + 1

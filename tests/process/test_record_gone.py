"""The record, or its journals, are gone in the middle of a test: the belt comes to rest, and the test is somewhere."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.fast_keys import ordinary_keys
from tests.process.floor import PASSPHRASE, Floor, StationProcess, cli, kept, running, side_by_side
from teststation.records.database import open_record
from teststation.records.tests.stored import StoredTest
from teststation.records.upkeep.verify import verify
from teststation.run.record import Outcome

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no folder with an open file in it"),
]
SCALE = 10.0


def end_of(folder: Path, lose: Callable[[Path], None], *, stop: bool = False) -> tuple[StationProcess, str]:
    """A walked test whose record was lost in the middle; how it ended."""
    clinic = folder / "clinic"
    clinic.mkdir()
    with Floor(SCALE) as floor, running(floor, folder, "--record", str(clinic / "a.record")) as station:
        floor.wait_until_walking()
        lose(clinic)
        if stop:
            os.kill(station.process.pid, signal.SIGTERM)
        said = station.end()
        assert floor.treadmill.true_speed_kmh == 0.0
    assert station.process.returncode == 4, said
    assert "Traceback" not in said
    assert station.result()["test"]["belt_at_rest"] is True, "what was asked for beside the record is written"
    return station, said


def the_only_test(record: Path) -> StoredTest:
    (test,) = kept(record)
    with ordinary_keys(), open_record(record, PASSPHRASE, create=False) as opened:
        assert verify(opened.database).problems == ()
    return test


def journals_deleted(folder: Path) -> None:
    _, said = end_of(folder, lambda clinic: shutil.rmtree(clinic / "a.record.journals"))
    assert "is gone" in said
    assert the_only_test(folder / "clinic" / "a.record").run.outcome is Outcome.FAULT


def folder_lost(how: str, folder: Path, *, stop: bool = False) -> None:
    def lose(clinic: Path) -> None:
        shutil.rmtree(clinic) if how == "deleted" else clinic.rename(folder / "elsewhere")

    _, said = end_of(folder, lose, stop=stop)
    (rescued,) = folder.glob("a-rescued-*.record")
    assert said.count(str(rescued)) == 1
    test = the_only_test(rescued)
    with ordinary_keys(), open_record(rescued, PASSPHRASE) as record:
        person = record.people.get(test.person_id)
    assert (person.given_name, person.family_name) == ("Kari", "Nordmann")
    report = cli(folder, "records", "--record", str(rescued), "report", test.id, "--pdf", "r.pdf")
    assert report.returncode == 0, report.stderr


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_test_whose_record_is_lost_is_not(tmp_path: Path) -> None:
    scenarios = {
        "journals deleted": journals_deleted,
        "moved away": partial(folder_lost, "moved"),
        "deleted and stopped": partial(folder_lost, "deleted", stop=True),
    }
    side_by_side(scenarios, tmp_path, at_once=2)


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_nor_is_one_that_goes_on_to_its_end(tmp_path: Path) -> None:
    folder_lost("deleted", tmp_path)

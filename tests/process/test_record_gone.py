"""The record, or its journals, are gone in the middle of a test: the belt comes to rest, and the test is somewhere."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.process.floor import Floor, StationProcess, cli, running, side_by_side

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


def the_only_test(folder: Path, record: Path) -> dict:
    (test,) = json.loads(cli(folder, "records", "--record", str(record), "list", "--json", "-").stdout)
    verified = cli(folder, "records", "--record", str(record), "verify")
    assert verified.returncode == 0, verified.stderr
    return test


def journals_deleted(folder: Path) -> None:
    _, said = end_of(folder, lambda clinic: shutil.rmtree(clinic / "a.record.journals"))
    assert "is gone" in said
    assert the_only_test(folder, folder / "clinic" / "a.record")["outcome"] == "fault"


def folder_lost(how: str, folder: Path, *, stop: bool = False) -> None:
    def lose(clinic: Path) -> None:
        shutil.rmtree(clinic) if how == "deleted" else clinic.rename(folder / "elsewhere")

    _, said = end_of(folder, lose, stop=stop)
    (rescued,) = folder.glob("a-rescued-*.record")
    assert said.count(str(rescued)) == 1
    assert the_only_test(folder, rescued)["person"] == "Kari Nordmann"
    report = cli(
        folder, "records", "--record", str(rescued), "report", the_only_test(folder, rescued)["id"], "--pdf", "r.pdf"
    )
    assert report.returncode == 0, report.stderr


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_test_whose_record_is_lost_is_not(tmp_path: Path) -> None:
    scenarios = {
        "journals deleted": journals_deleted,
        "deleted": partial(folder_lost, "deleted"),
        "moved away": partial(folder_lost, "moved"),
        "deleted and stopped": partial(folder_lost, "deleted", stop=True),
    }
    side_by_side(scenarios, tmp_path, at_once=2)

"""A demonstration is one in the record and in everything that leaves it, however it was made and wherever it goes."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests.process.floor import BORN
from tests.process.test_whole_runs import PROTOCOL
from tests.unit.commands.conftest import Cli

pytestmark = pytest.mark.process
MARK = "DEMONSTRATION, not a test of a person"
ON_THE_PAGE = "DEMONSTRASJON – ikke en test av en person"


def listed(cli: Cli, record: str) -> list[dict[str, Any]]:
    return json.loads(cli("records", "--record", record, "list", "--json", "-").out)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))


def resources(path: Path) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in json.loads(path.read_text("utf-8"))["entry"]]


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_demonstration_in_a_record_is_one_wherever_it_goes(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text(PROTOCOL, "utf-8")
    words = (
        "demo",
        "--headless",
        "--time-scale",
        "20",
        "--protocol",
        "short.toml",
        "--pdf",
        "a.pdf",
        "--json",
        "a.json",
    )
    made = cli("--record", "clinic.record", *words)  # before the command, and not ignored
    assert made.status == 0, made.said
    assert MARK in made.said
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["test"]["demo"] is True
    assert all(ON_THE_PAGE in page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages)
    (row,) = listed(cli, "clinic.record")
    assert row["demo"] is True
    assert MARK in cli("records", "--record", "clinic.record", "list").out
    assert MARK in cli("--record", "clinic.record", "records", "show", row["id"]).out

    # Emulated devices in a run of a person of the record: the test is a demonstration, the person is none.
    of_kari = ("run", "--protocol", "short.toml", "--treadmill", "emulated", "--heart-rate", "emulated", "--yes")
    of_kari += ("--sex", "female", "--age", "44", "--weight", "70", "--name", "Kari Nordmann", "--born", BORN)
    run = cli("--record", "clinic.record", *of_kari, "--time-scale", "20")
    assert run.status == 0, run.said
    assert MARK in run.said

    # A backup brought back into another record, and everything that is exported from there.
    assert cli("records", "--record", "clinic.record", "backup", "a.backup").status == 0
    restored = cli("records", "--record", "other.record", "restore", "a.backup")
    assert restored.status == 0, restored.said
    assert [row["demo"] for row in listed(cli, "other.record")] == [True, True]
    exported = cli("records", "--record", "other.record", "export", "out")
    assert exported.status == 0, exported.said
    people = {row["family_name"]: row["demo"] for row in rows(tmp_path / "out/people.csv")}
    assert people == {"Pasient": "yes", "Nordmann": "no"}
    assert {row["demo"] for name in ("tests", "stages") for row in rows(tmp_path / f"out/{name}.csv")} == {"yes"}
    for bundle in (tmp_path / "out").glob("*/fhir_bundle.json"):
        for resource in resources(bundle):
            marks = [label["code"] for label in resource.get("meta", {}).get("security", [])]
            of_a_person = resource["resourceType"] == "Patient" and resource["name"][0]["family"] == "Nordmann"
            # Who did it, and the software, are what they are.
            true_all_the_same = resource["resourceType"] == "Practitioner" or "version" in resource
            assert marks == ([] if of_a_person or true_all_the_same else ["HTEST"]), resource["resourceType"]
            assert resource.get("conclusion", MARK).startswith("DEMONSTRATION")
    tracks = [path for path in (tmp_path / "out").rglob("*") if path.suffix in (".fit", ".tcx")]
    assert len(tracks) == 4
    assert all(path.name.startswith("demo_") and b"DEMONSTRATION" in path.read_bytes() for path in tracks)


def test_emulated_and_real_are_not_mixed_and_nothing_moves(cli: Cli, tmp_path: Path) -> None:
    person = ("--sex", "male", "--age", "44", "--weight", "88", "--record", "a.record", "--yes")
    for treadmill in ("trackmaster:socket://127.0.0.1:9,units=kmh", "manual"):
        done = cli("run", "--protocol", "submax-13", "--treadmill", treadmill, "--heart-rate", "emulated", *person)
        assert (done.status, done.said.count("\n")) == (2, 1), done.said
        assert "an emulated strap measures nobody" in done.said
    assert not (tmp_path / "a.record").exists()

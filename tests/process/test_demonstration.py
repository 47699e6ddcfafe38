"""A demonstration is one in the record and in everything that leaves it, however it was made and wherever it goes."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests.process.floor import BORN, cli
from tests.process.test_whole_runs import PROTOCOL

pytestmark = pytest.mark.process
MARK = "DEMONSTRATION, not a test of a person"
ON_THE_PAGE = "DEMONSTRASJON – ikke en test av en person"


def listed(folder: Path, record: str) -> list[dict[str, Any]]:
    return json.loads(cli(folder, "records", "--record", record, "list", "--json", "-").stdout)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))


def resources(path: Path) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in json.loads(path.read_text("utf-8"))["entry"]]


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_demonstration_in_a_record_is_one_wherever_it_goes(tmp_path: Path) -> None:
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
    made = cli(tmp_path, "--record", "clinic.record", *words)  # before the command, and not ignored
    assert made.returncode == 0, made.stderr
    assert MARK in made.stderr
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["test"]["demo"] is True
    assert all(ON_THE_PAGE in page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages)
    (row,) = listed(tmp_path, "clinic.record")
    assert row["demo"] is True
    assert MARK in cli(tmp_path, "records", "--record", "clinic.record", "list").stdout
    assert MARK in cli(tmp_path, "--record", "clinic.record", "records", "show", row["id"]).stdout

    # Emulated devices in a run of a person of the record: the test is a demonstration, the person is none.
    of_kari = ("run", "--protocol", "short.toml", "--treadmill", "emulated", "--heart-rate", "emulated", "--yes")
    of_kari += ("--sex", "female", "--age", "44", "--weight", "70", "--name", "Kari Nordmann", "--born", BORN)
    run = cli(tmp_path, "--record", "clinic.record", *of_kari, "--time-scale", "20")
    assert run.returncode == 0, run.stderr
    assert MARK in run.stderr

    # A backup brought back into another record, and everything that is exported from there.
    assert cli(tmp_path, "records", "--record", "clinic.record", "backup", "a.backup").returncode == 0
    restored = cli(tmp_path, "records", "--record", "other.record", "restore", "a.backup")
    assert restored.returncode == 0, restored.stderr
    assert [row["demo"] for row in listed(tmp_path, "other.record")] == [True, True]
    exported = cli(tmp_path, "records", "--record", "other.record", "export", "out")
    assert exported.returncode == 0, exported.stderr
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


def test_emulated_and_real_are_not_mixed_and_nothing_moves(tmp_path: Path) -> None:
    person = ("--sex", "male", "--age", "44", "--weight", "88", "--record", "a.record", "--yes")
    for treadmill in ("trackmaster:socket://127.0.0.1:9,units=kmh", "manual"):
        done = cli(
            tmp_path, "run", "--protocol", "submax-13", "--treadmill", treadmill, "--heart-rate", "emulated", *person
        )
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "an emulated strap measures nobody" in done.stderr
    assert not (tmp_path / "a.record").exists()

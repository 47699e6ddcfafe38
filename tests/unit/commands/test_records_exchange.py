"""``records export | import | erase`` on the command line."""

from pathlib import Path

import pytest

from tests.sample_tests import sample
from tests.unit.commands.conftest import Cli
from tests.unit.records.builders import events_of
from teststation.records.database import open_record
from teststation.subject import Sex

WORDS = ("records", "--record", "a.record")


@pytest.fixture
def person_id(cli: Cli, tmp_path: Path) -> str:
    """The one person of the record, with one test."""
    run, assessment = sample()
    with open_record(tmp_path / "a.record", "en god setning") as record:
        person = record.people.add(family_name="Hemmeligsen", given_name="Klara", sex=Sex.FEMALE, number="17")
        record.tests.save(person.id, run, assessment, events_of(20))
    return person.id


def test_a_record_is_exported_and_so_is_one_person(cli: Cli, person_id: str, tmp_path: Path) -> None:
    done = cli(*WORDS, "export", "ut", "--only", "csv,fit")
    assert done.status == 0, done.said
    assert "not encrypted" in done.said
    files = {path.name for path in (tmp_path / "ut").rglob("*") if path.is_file()}
    assert {"people.csv", "tests.csv", "stages.csv", "imported.csv"} < files
    done = cli(*WORDS, "export", "kopi", "--person", person_id)
    assert done.status == 0, done.said
    kinds = {path.suffix for path in (tmp_path / "kopi").iterdir()}
    assert kinds == {".csv", ".json", ".pdf", ".fit", ".tcx", ".jsonl"}
    assert next((tmp_path / "kopi").glob("*.pdf")).read_bytes().startswith(b"%PDF")


def test_an_import_with_a_row_that_cannot_be_kept_keeps_nothing(cli: Cli, person_id: str, tmp_path: Path) -> None:
    table = "number,tested_on,vo2max_ml_kg_min,method\n17,2019-05-01,31.5,bike\n99,2019-05-01,31.5,bike\n"
    (tmp_path / "a.csv").write_text(table, "utf-8")
    for words in ((), ("--yes",)):
        done = cli(*WORDS, "import", "a.csv", *words)
        assert done.status == 2
        assert "row 2: 2019-05-01  31.5 mL/kg/min  bike  Klara Hemmeligsen" in done.out
        assert "row 3: nobody in the record has this number" in done.said
        assert "nothing is kept: correct those rows, or take them out" in done.said


def test_an_import_shows_first_and_keeps_when_told_to(cli: Cli, person_id: str, tmp_path: Path) -> None:
    table = "number,tested_on,vo2max_ml_kg_min,method\n17,2019-05-01,31.5,bike\n"
    (tmp_path / "a.csv").write_text(table, "utf-8")
    assert "nothing is kept yet: 1 results, of 1 people" in cli(*WORDS, "import", "a.csv").said
    assert "1 results kept, marked as imported; 0 were there already" in cli(*WORDS, "import", "a.csv", "--yes").said
    assert "0 results kept, marked as imported; 1 were there already" in cli(*WORDS, "import", "a.csv", "--yes").said


def test_erasing_asks_twice_and_leaves_a_record_that_verifies(cli: Cli, person_id: str, tmp_path: Path) -> None:
    words = (*WORDS, "erase", person_id, "--reason", "request")
    assert cli(*words).status == 2
    done = cli(*words, "--yes")
    assert done.status == 0, done.said
    assert "1 people and 1 tests are erased; backups made before still hold them" in done.said
    assert cli(*WORDS, "verify").status == 0
    assert cli(*WORDS, "list", "--json", "-").out.strip() == "[]"


def test_what_cannot_be_exported_is_one_sentence(cli: Cli, person_id: str) -> None:
    for words in (("export", "ut", "--only", "xml"), ("export", "ut", "--person", "nobody"), ("import", "none.csv")):
        done = cli(*WORDS, *words)
        assert done.status == 2
        assert done.said.count("\n") == 1, done.said

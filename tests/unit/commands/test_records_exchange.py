"""``records export | import | erase`` on the command line."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.mutants import fails_with
from tests.sample_tests import sample
from tests.unit.commands.conftest import Cli
from tests.unit.records.builders import events_of
from teststation.exchange import earlier
from teststation.records.database import open_record
from teststation.records.storage import place
from teststation.subject import Sex
from ui.commands import records_exchange

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


def test_what_a_servers_logs_keep_is_told_where_the_record_is_on_one(
    cli: Cli, person_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server = SimpleNamespace(url="postgresql://h/clinic")
    whole = (tmp_path / "a.record").read_bytes()

    def told() -> str:
        (tmp_path / "a.record").write_bytes(whole)
        (tmp_path / "a.record.head").unlink(missing_ok=True)
        done = cli(*WORDS, "erase", person_id, "--reason", "request", "--yes")
        assert done.status == 0, done.said
        return done.said

    assert "write-ahead log" not in told(), "a file has none"

    def fact() -> None:
        assert "its write-ahead log and its dumps may hold the person" in told()

    monkeypatch.setattr(place, "place_of", lambda _: on_server)
    monkeypatch.setattr(records_exchange, "place_of", lambda _: on_server)
    fails_with(records_exchange, "    if on_server:\n", "    if False:\n", fact)


def test_a_comment_is_brought_in_whole(cli: Cli, person_id: str, tmp_path: Path) -> None:
    comment = "æ" * 2001 + '; "sitat"'
    cell = comment.replace('"', '""')
    (tmp_path / "a.csv").write_text(
        f'number,tested_on,vo2max_ml_kg_min,method,comment\n17,2025-05-01,35.5,sykkel,"{cell}"\n', "utf-8"
    )

    def fact() -> None:
        with open_record(tmp_path / "a.record", "en god setning") as record:
            found = earlier.preview(tmp_path / "a.csv", record, date(2026, 11, 29)).good
        assert [one.comment for one in found] == [comment]

    fails_with(earlier, 'cells.get("comment", "")', 'cells.get("comment", "")[:2000]', fact)
    assert cli(*WORDS, "import", "a.csv", "--yes").status == 0
    with open_record(tmp_path / "a.record", "en god setning") as record:
        assert [one.comment for one in record.imported.of_person(person_id)] == [comment]

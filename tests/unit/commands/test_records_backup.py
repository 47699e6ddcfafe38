"""``records backup | restore | verify | passphrase`` as a technician and a script meet them."""

import json
from pathlib import Path

import pytest

from tests.unit.commands.conftest import Cli
from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.records.database import open_record
from teststation.subject import Sex


@pytest.fixture
def filled(cli: Cli, tmp_path: Path) -> Path:
    """A record with one test."""
    path = tmp_path / "a.record"
    with open_record(path, "en god setning") as record:
        person = record.people.add(family_name="Hemmeligsen", sex=Sex.FEMALE)
        record.tests.save(person.id, run_of(), assessment_of(), events_of(30))
    return path


def test_a_record_goes_into_a_backup_and_comes_back(cli: Cli, filled: Path, tmp_path: Path) -> None:
    done = cli("records", "--record", "a.record", "backup", "b.backup")
    assert (done.status, done.out) == (0, "")
    assert "restored into a fresh file and compared: 1 people, 1 tests, 30 events" in done.said
    done = cli("records", "restore", "b.backup", "--record", "ny.record")
    assert done.status == 0, done.said
    assert done.said == "teststation: restored: 1 people, 1 tests, 30 events\n"
    listed = cli("records", "--record", "ny.record", "list", "--json", "-")
    assert [row["id"] for row in json.loads(listed.out)] == ["run-1"]
    done = cli("records", "restore", "b.backup", "--record", "a.record")
    assert "what was there before is kept as" in done.said
    assert len(list(tmp_path.glob("a.record.replaced-*"))) == 1


@pytest.mark.parametrize("which", [[], ["a.backup"]])
def test_verify_finds_a_flipped_byte(cli: Cli, filled: Path, tmp_path: Path, which: list[str]) -> None:
    file = tmp_path / which[0] if which else filled
    if which:
        assert cli("records", "--record", "a.record", "backup", which[0]).status == 0
    good = cli("records", "--record", "a.record", "verify", *which, "--json", "-")
    assert good.status == 0, good.said
    told = json.loads(good.out)
    counts = {"ok": True, "people": 1, "tests": 1, "events": 30, "problems": []}
    assert {name: told[name] for name in counts} == counts
    assert told["audit_log_end"].startswith("2:")
    said = cli("records", "--record", "a.record", "verify", *which).out
    assert "nothing is amiss in what was checked: 1 people, 1 tests, 30 events" in said
    assert ("whether rows were cut off the end is not checked" if which else "compared with a.record.head") in said
    data = bytearray(file.read_bytes())
    data[4096 * 5 + 1234] ^= 8
    file.write_bytes(data)
    bad = cli("records", "--record", "a.record", "verify", *which, "--json", "-")
    assert bad.status == 2
    assert json.loads(bad.out)["ok"] is False
    assert "page 6 is damaged" in bad.said


def test_verify_tells_of_a_damaged_journal(cli: Cli, filled: Path) -> None:
    with open_record(filled, "en god setning") as record:
        record.new_journal("run-2").close()
        path = record.journal_path("run-2")
    path.write_bytes(path.read_bytes() + b"AAAA\n")
    done = cli("records", "--record", "a.record", "verify")
    assert done.status == 2
    assert "run-2.journal: line 1 is damaged" in done.said


def test_a_backup_of_another_passphrase_is_restored_with_it(cli: Cli, filled: Path, tmp_path: Path) -> None:
    cli("records", "--record", "a.record", "backup", "b.backup")
    for name, word in (("old", "en god setning"), ("new", "en bedre setning")):
        (tmp_path / name).write_text(f"{word}\n", "utf-8")
    changed = cli("records", "--record", "a.record", "passphrase", "--new-passphrase-file", "new")
    assert changed.status == 0, changed.said
    assert "give the new one from now on" in changed.said
    assert "check the passphrase" in cli("records", "--record", "a.record", "list").said
    words = ("records", "--record", "a.record", "--passphrase-file", "new")
    assert cli(*words, "restore", "b.backup").status == 2
    assert cli(*words, "restore", "b.backup", "--backup-passphrase-file", "old").status == 0
    assert cli(*words, "passphrase", "--show").out == "en bedre setning\n"
    assert cli("records", "--record", "a.record", "passphrase", "--show").status == 2, "a wrong one is not told"


def test_what_cannot_be_is_one_sentence(cli: Cli, filled: Path) -> None:
    for words in (
        ("verify", "none.backup"),
        ("restore", "none.backup"),
        ("backup", "no/folder/b.backup"),
        ("passphrase",),
        ("--record", "none.record", "verify"),
        ("--record", "mysql://a/b", "list"),
    ):
        done = cli("records", "--record", "a.record", *words)
        assert done.status == 2, words
        assert done.said.count("\n") == 1, done.said


def test_a_crash_report_holds_code_lines_and_no_persons_data(
    cli: Cli, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "Hemmeligsen 31129956715"

    def broken(*_: object) -> None:
        raise ZeroDivisionError(secret)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("ui.commands.records_backup.backup", broken)
    done = cli("records", "--record", "a.record", "backup", "b.backup")
    assert done.status == 4
    assert "Hemmeligsen" not in done.said
    (report,) = tmp_path.glob("teststation-error-*.txt")
    text = report.read_text("utf-8")
    assert "records_backup.py" in text
    assert text.endswith("builtins.ZeroDivisionError\n")
    assert "Hemmeligsen" not in text

"""``teststation records users`` and ``audit``, and who the audit log names for the command line."""

import json
from pathlib import Path

import pytest

from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.records.access.audit import Action
from teststation.records.database import open_record
from teststation.subject import Sex
from ui.cli import main

PASSPHRASE = "riktig hest"


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that open a record with one test."""
    monkeypatch.setenv("TESTSTATION_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr("ui.station.desk.system_user", lambda: "tor")
    path = tmp_path / "a.record"
    with open_record(path, PASSPHRASE) as record:
        person = record.people.add(family_name="Berg", given_name="Kari", sex=Sex.FEMALE)
        record.tests.save(person.id, run_of(), assessment_of(), events_of(1))
    return ["records", "--record", str(path)]


def actions(words: list[str]) -> list[tuple[str, str]]:
    with open_record(words[2], PASSPHRASE) as record:
        return [(row.action, row.actor) for row in record.audit.newest()]


def test_users_are_added_listed_reset_and_let_go(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "users", "add", "kari", "--name", "Kari Berg", "--role", "administrator"]) == 0
    one_time = capsys.readouterr().out.strip()
    assert main([*words, "users", "add", "nils", "--name", "Nils Dal", "--role", "therapist"]) == 0
    assert main([*words, "users", "reset", "nils"]) == 0
    assert main([*words, "users", "leave", "nils"]) == 0
    assert main([*words, "users", "leave", "kari"]) == 2, "the last administrator stays"
    capsys.readouterr()
    assert main([*words, "users", "list", "--json", "-"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(user["login"], user["active"]) for user in listed] == [("kari", True), ("nils", False)]
    assert main([*words, "users", "list"]) == 0
    assert "has left" in capsys.readouterr().out
    with open_record(words[2], PASSPHRASE) as record:
        assert record.users.log_in("kari", one_time).must_change


def test_who_acts_on_the_command_line_is_told(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main([*words, "users", "add", "kari", "--name", "Kari Berg", "--role", "administrator"])
    assert main([*words, "show", "run-1"]) == 0
    assert main([*words, "--user", "kari", "show", "run-1"]) == 0
    assert main([*words, "show", "run-1", "--user", "nils"]) == 2
    assert "there is no user 'nils'" in capsys.readouterr().err
    assert actions(words)[:2] == [
        (Action.TEST_SEEN, "kari, command line (tor)"),
        (Action.TEST_SEEN, "command line (tor)"),
    ]


def test_lists_and_reports_are_told(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "list"]) == 0
    assert "Kari Berg" in capsys.readouterr().out
    assert actions(words)[0][0] == Action.LIST_SEEN


def test_the_log_is_read_of_one_person_and_of_all(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with open_record(words[2], PASSPHRASE) as record:
        person = record.people.all()[0]
        record.people.add(family_name="Dal", sex=Sex.MALE)
    assert main([*words, "audit", person.id, "--json", "-"]) == 0
    assert [row["action"] for row in json.loads(capsys.readouterr().out)] == [Action.TEST_KEPT, Action.PERSON_ADDED]
    assert main([*words, "audit", "--limit", "1"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert main([*words, "audit", "nobody"]) == 2

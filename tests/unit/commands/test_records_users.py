"""``teststation records users`` and ``audit``, and who the audit log names for the command line."""

import json
import os
from pathlib import Path

import pytest

from tests.fast_keys import use_fast_keys
from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.records.access.actions import Action
from teststation.records.access.user import Role
from teststation.records.database import open_record
from teststation.subject import Sex
from ui.cli import main

PASSPHRASE = "riktig hest"


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that open a record with one test."""
    use_fast_keys()
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


def test_who_acts_on_the_command_line_is_told(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main([*words, "users", "add", "kari", "--name", "Kari Berg", "--role", "administrator"])
    monkeypatch.setenv("TESTSTATION_USER_PASSWORD", capsys.readouterr().out.strip())
    assert main([*words, "show", "run-1"]) == 0
    assert main([*words, "--user", "kari", "show", "run-1"]) == 0
    assert main([*words, "show", "run-1", "--user", "nils"]) == 2
    assert "there is no user 'nils'" in capsys.readouterr().err
    assert actions(words)[:3] == [
        (Action.TEST_SEEN, "kari, command line (tor)"),
        (Action.LOGGED_IN, "kari"),
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


PASSWORD = "tre røde epler"


@pytest.fixture
def chosen(words: list[str], tmp_path: Path) -> list[str]:
    """The options of a record with an administrator and a therapist who have chosen their passwords."""
    with open_record(words[2], PASSPHRASE) as record:
        record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, PASSWORD)
        record.users.add("nils", "Nils Dal", Role.THERAPIST, PASSWORD)
    (tmp_path / "password").write_text(PASSWORD + "\n", "utf-8")
    return words


def commands(folder: Path) -> dict[str, list[str]]:
    """What shows or changes patients' data, users or the passphrase."""
    return {
        "list": ["list"],
        "show": ["show", "run-1"],
        "report": ["report", "run-1", "--pdf", str(folder / "out.pdf")],
        "raw": ["raw", "run-1", "--out", str(folder / "out.raw")],
        "export": ["export", str(folder / "all")],
        "import": ["import", str(folder / "no.csv")],
        "erase": ["erase", "somebody", "--reason", "request", "--yes"],
        "passphrase": ["passphrase", "--show"],
        "users list": ["users", "list"],
        "users add": ["users", "add", "ola", "--name", "Ola", "--role", "therapist"],
        "users token": ["users", "token", "s1", "--name", "Station 1", "--out", str(folder / "token")],
        "users leave": ["users", "leave", "nils"],
        "audit": ["audit"],
    }


@pytest.mark.parametrize("name", commands(Path()))
def test_once_a_password_is_chosen_nobody_acts_without_a_name(
    chosen: list[str], tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no.csv").write_text("number,tested_on\n", "utf-8")
    assert main([*chosen, *commands(tmp_path)[name]]) == 2
    said = capsys.readouterr()
    assert "--user LOGIN" in said.err
    assert "Kari" not in said.out
    assert not (tmp_path / "out.pdf").exists()


@pytest.mark.parametrize("name", ["users list", "users add", "users token", "users leave", "passphrase", "erase"])
def test_a_role_counts_on_the_command_line(
    chosen: list[str], tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    who = ["--user", "nils", "--user-password-file", str(tmp_path / "password")]
    assert main([*chosen, *commands(tmp_path)[name], *who]) == 2
    assert "may not do that" in capsys.readouterr().err
    assert main([*chosen, "show", "run-1", *who]) == 0


def test_a_wrong_password_opens_nothing_and_is_counted(
    chosen: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESTSTATION_USER_PASSWORD", "noe annet")
    assert main([*chosen, "--user", "kari", "list"]) == 2
    said = capsys.readouterr()
    assert "login or password is wrong" in said.err
    assert not said.out
    assert actions(chosen)[0][0] == Action.LOGIN_REFUSED


def test_without_a_terminal_a_missing_password_is_one_sentence(
    chosen: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert main([*chosen, "--user", "kari", "list"]) == 2
    assert "--user-password-file" in capsys.readouterr().err


def test_at_a_terminal_the_password_is_asked_for(chosen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda words: PASSWORD if "kari" in words else "")
    assert main([*chosen, "--user", "kari", "list"]) == 0


def test_a_station_acts_with_a_token_in_a_file_of_its_own(
    chosen: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    admin = ["--user", "kari", "--user-password-file", str(tmp_path / "password")]
    token = tmp_path / "token"
    assert main([*chosen, *commands(tmp_path)["users token"], *admin]) == 0
    if os.name == "posix":
        assert token.stat().st_mode & 0o777 == 0o600
    assert token.read_text("ascii").strip() not in capsys.readouterr().err
    station = ["--user", "s1", "--user-password-file", str(token)]
    assert main([*chosen, "list", *station]) == 0
    assert main([*chosen, "export", str(tmp_path / "all"), *station]) == 2, "a technician exports nothing"
    assert actions(chosen)[0] == (Action.LOGGED_IN, "s1")


def test_the_passphrase_is_the_way_back_in_and_is_told(chosen: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*chosen, "users", "reset", "kari"]) == 0
    assert actions(chosen)[0] == (Action.PASSWORD_RESET, "command line (tor)")


def test_what_keeps_and_checks_a_record_needs_the_passphrase_alone(chosen: list[str], tmp_path: Path) -> None:
    assert main([*chosen, "backup", str(tmp_path / "b.backup")]) == 0
    assert main([*chosen, "verify"]) == 0

"""Whatever shows, copies or opens a record on the command line leaves its row in the audit log."""

from pathlib import Path

import msgspec
import pytest

from drivers import processes
from tests.mutants import fails_with
from tests.unit.commands.conftest import Cli
from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.records.access.actions import Action
from teststation.records.access.user import Role
from teststation.records.database import open_record
from teststation.run import events as ev
from teststation.subject import Sex
from ui.commands import common, raw_frames, records

PASSPHRASE = "en god setning"


@pytest.mark.parametrize(
    ("words", "action"),
    [
        (("list",), Action.LIST_SEEN),
        (("audit",), Action.AUDIT_SEEN),
        (("users", "list"), Action.USERS_SEEN),
        (("backup", "a.backup"), Action.RECORD_BACKED_UP),
        (("passphrase", "--show"), Action.PASSPHRASE_SHOWN),
        (("passphrase", "--new-passphrase-file", "same"), Action.PASSPHRASE_CHANGED),
    ],
)
def test_a_command_is_told(cli: Cli, tmp_path: Path, words: tuple[str, ...], action: Action) -> None:
    (tmp_path / "same").write_text(PASSPHRASE, "utf-8")
    with open_record(tmp_path / "a.record", PASSPHRASE) as record:
        person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
        record.tests.save(person.id, run_of(), assessment_of(), events_of(3))
    assert cli("records", "--record", "a.record", *words).status == 0
    with open_record(tmp_path / "a.record", PASSPHRASE) as record:
        row = record.audit.newest(1)[0]
    assert row.action == action
    assert row.actor.startswith("command line")
    assert cli("records", "--record", "a.record", "verify").status == 0


def test_raw_frames_are_told(cli: Cli, tmp_path: Path) -> None:
    frame = msgspec.json.encode(ev.HeartFramePassed(t_s=1.0, direction="in", data_hex="01ff"))
    with open_record(tmp_path / "a.record", PASSPHRASE) as record:
        person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
        test_id = record.tests.save(person.id, run_of(), assessment_of(), (*events_of(3), frame)).id

    def fact() -> None:
        assert cli("records", "--record", "a.record", "raw", test_id, "--out", "a.raw").status == 0
        with open_record(tmp_path / "a.record", PASSPHRASE) as record:
            row = record.audit.newest(1)[0]
            assert (row.action, row.person_id) == (Action.RAW_FRAMES_SAVED, person.id)
            record.audit.note(Action.LIST_SEEN)  # whatever was told before is not the newest any more

    fails_with(
        raw_frames, "        record.audit.note(Action.RAW_FRAMES_SAVED, stored.person_id, stored.id)\n", "", fact
    )


def test_a_restore_names_who_did_it_and_who_came_and_went(cli: Cli, tmp_path: Path) -> None:
    words = ("records", "--record", "a.record")
    with open_record(tmp_path / "a.record", PASSPHRASE) as record:
        person = record.people.add(family_name="Hemmeligsen", sex=Sex.FEMALE)
    assert cli(*words, "backup", "a.backup").status == 0
    assert cli(*words, "erase", person.id, "--reason", "request", "--yes").status == 0
    assert cli(*words, "users", "add", "kari", "--name", "Kari", "--role", "administrator").status == 0
    with open_record(tmp_path / "a.record", PASSPHRASE) as record:
        former = record.audit.newest(1)[0]
    done = cli(*words, "restore", "a.backup")
    assert done.status == 0, done.said
    assert f"people who had been erased are back: {person.id}" in done.said
    assert "users whom the backup does not know are gone: kari" in done.said
    with open_record(tmp_path / "a.record", PASSPHRASE) as record:
        row = record.audit.newest(1)[0]
    assert (row.action, row.actor.partition(" (")[0]) == (Action.RECORD_RESTORED, "command line")
    assert str(row.detail["former_head"]).startswith(f"{former.seq}:")
    assert row.detail["erased_back"] == [person.id]
    assert cli(*words, "verify").status == 0


def test_a_driver_does_not_inherit_what_opens_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTSTATION_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("PGPASSWORD", "x")
    monkeypatch.setenv("HOME_OF_SOMETHING", "stays")
    found = processes.child_environment()
    assert "TESTSTATION_PASSPHRASE" not in found
    assert "PGPASSWORD" not in found
    assert found["HOME_OF_SOMETHING"] == "stays"


def test_what_is_told_fails_on_a_planted_fault(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def a_list_is_told() -> None:
        test_a_command_is_told(cli, tmp_path, ("list",), Action.LIST_SEEN)
        (tmp_path / "a.record").unlink()

    def nobody_acts_without_a_name() -> None:
        with open_record(tmp_path / "b.record", PASSPHRASE) as record:
            if not record.users.all():
                record.users.add("kari", "Kari", Role.ADMINISTRATOR, "gå tur i skogen")
        assert cli("records", "--record", "b.record", "list").status == 2

    fails_with(records, "        record.audit.note(Action.LIST_SEEN)\n", "", a_list_is_told)
    fails_with(common, "if needs is not None and record.users.asked_for():", "if False:", nobody_acts_without_a_name)
    fails_with(
        processes, " if name.upper() not in not_this}", "}",
        lambda: test_a_driver_does_not_inherit_what_opens_the_record(monkeypatch),
    )  # fmt: skip

"""A copy of everything a station leaves on its disk tells nobody who was there."""

import logging
from pathlib import Path

import pytest

from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from teststation.errors import StationError
from teststation.records.database import Record, open_record
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.verify import verify_file
from teststation.subject import Sex

SECRETS = ("Hemmeligsen", "Klara", "31129956715", "metadon", "sensitivt notat", "1980-01-31")


@pytest.fixture
def left(location: Path | str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Path:
    """The folder of a station that has worked, failed, been backed up, and left a journal half way."""
    caplog.set_level(logging.DEBUG)
    with open_record(location, PASSPHRASE) as record:
        person = record.people.add(
            family_name="Hemmeligsen", given_name="Klara", born="1980-01-31", sex=Sex.FEMALE, number="31129956715",
            note="sensitivt notat",
        )  # fmt: skip
        record.bring_at_hand(person.id)
        record.tests.save(person.id, run_of("run-1"), assessment_of(), events_of(50))
        backup(record.database, record.file, tmp_path / "a.backup")
        _fail(record, person.id)
        journal = record.new_journal("run-2")
        for event in events_of(20):
            import msgspec

            journal.append(msgspec.Raw(event), durable=True)  # type: ignore[arg-type]
        journal.close()
        record.file.change_key("en ny setning")
    return tmp_path


def _fail(record: Record, person_id: str) -> None:
    with pytest.raises(StationError) as caught:
        record.people.add(family_name="Annen", sex=Sex.MALE, number="31129956715")
    assert not any(secret in str(caught.value) for secret in SECRETS)
    with pytest.raises(StationError) as caught:
        record.tests.save(person_id, run_of("run-1"), assessment_of(), events_of(3))
    assert not any(secret in str(caught.value) for secret in SECRETS)


def traces(folder: Path) -> list[str]:
    """Every secret that a file below the folder, or its name, tells; and every report, whose words are compressed."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        data, name = path.read_bytes().lower(), path.name.lower()
        for secret in SECRETS:
            if secret.lower() in name or any(secret.lower().encode(code) in data for code in ("utf-8", "utf-16-le")):
                found.append(f"{secret} is in {path.name}")
        if b"%pdf-" in data:
            found.append(f"{path.name} is a report")
    return found


def test_no_file_and_no_name_of_a_file_tells_who_was_there(left: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert {".backup", ".journal"} <= {path.suffix for path in left.rglob("*")}
    assert traces(left) == []
    assert not any(secret in caplog.text for secret in SECRETS)


@pytest.mark.parametrize("data", [b"Klara", "METADON".encode("utf-16-le"), b"%PDF-1.4"])
def test_a_planted_secret_is_found(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(b"x" + data)
    assert len(traces(tmp_path)) == 1


def test_a_wrong_passphrase_learns_nothing(left: Path) -> None:
    with pytest.raises(StationError) as caught:
        verify_file(left / "a.backup", "feil")
    assert "check the passphrase" in str(caught.value)
    assert not any(secret in str(caught.value) for secret in SECRETS)

"""Records of every earlier schema open with all that was in them."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert, text

from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from teststation.records.access.audit import seal_what_is_there
from teststation.records.database import open_record
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.schema import HEAD, MIGRATIONS, version
from teststation.records.storage.tables import EVENT, RESULT, STAGE, TEST
from teststation.records.tests.kept_tests import events_sha256, row_of_stage, row_of_test
from teststation.records.tests.result_rows import result_row
from teststation.records.upkeep.copying import fingerprint
from teststation.records.upkeep.restoring import restore_record
from teststation.records.upkeep.verification import problems
from teststation.records.upkeep.verify import verify, verify_file


def record_of(path: Path, revision: str) -> CipherFile:
    """An empty record as the version with this schema made it."""
    database = CipherFile(path, PASSPHRASE, 5.0)
    with database.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return database


@pytest.fixture
def first(path: Path) -> Path:
    """A record of schema 0001 with one person and one test."""
    database = record_of(path, "0001")
    run, events = run_of(), events_of(3)
    with database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO person (id, family_name, given_name, born, sex, number, note, search_key, sort_key,"
                " created_at, updated_at) VALUES ('p', 'Aasen', 'Kari', '1980-01-31', 'female', '17', 'kneet',"
                " 'kari aasen 17 1980-01-31', 'aasen kari', :at, :at)"
            ),
            {"at": "2026-01-01T00:00:00.000+00:00"},
        )
        # These tables are as they were then.
        connection.execute(
            insert(TEST).values(**row_of_test("p", run, 3, events_sha256(events), {"medication": "metadon"}))
        )
        connection.execute(insert(STAGE), [row_of_stage(run, number) for number in range(len(run.stages))])
        heads = [msgspec.json.decode(body) for body in events]
        rows = [
            {"test_id": run.id, "seq": seq, "t_s": head["t_s"], "kind": head["event"], "body": body.decode()}
            for seq, (head, body) in enumerate(zip(heads, events, strict=True))
        ]
        connection.execute(insert(EVENT), rows)
        connection.execute(insert(RESULT).values(**result_row("run-1", 1, assessment_of())))
    database.close()
    return path


def test_a_record_of_the_first_schema_opens_with_everything_in_it(first: Path) -> None:
    with open_record(first, PASSPHRASE, create=False) as record:
        person = record.people.get("p")
        stored = record.tests.get("run-1")
        assert (person.full_name, person.number, person.note, person.revision) == ("Kari Aasen", "17", "kneet", 1)
        assert (stored.run, stored.assessment, stored.signature) == (run_of(), assessment_of(), None)
        assert record.tests.events("run-1") == events_of(3)
        assert problems(record.database) == []
        with record.database.reading() as connection:
            assert version(connection) == HEAD


def test_people_of_the_first_schema_are_found_and_ordered_as_new_ones(first: Path) -> None:
    with open_record(first, PASSPHRASE, create=False) as record:
        assert [person.id for person in record.people.search("åsen 31.01.1980")] == ["p"]
        record.people.add(family_name="Øst", sex=record.people.get("p").sex)
        assert [person.family_name for person in record.people.all()] == ["Øst", "Aasen"]
        changed = record.people.update(msgspec.structs.replace(record.people.get("p"), note=""))
        assert changed.revision == 2


def test_the_seals_of_before_a_person_had_a_language_hold(path: Path) -> None:
    """Those of 0005 were made of fewer columns; whoever has no language yet keeps theirs."""
    database = record_of(path, "0005")
    with database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO person (id, family_name, given_name, born, sex, number, note, search_key, sort_key,"
                " created_at, updated_at, salt) VALUES ('p', 'Aasen', 'Kari', '1980-01-31', 'female', '17', '',"
                " 'kari aasen 17 1980-01-31', 'aasen kari', :at, :at, 'ab')"
            ),
            {"at": "2026-01-01T00:00:00.000+00:00"},
        )
        seal_what_is_there(connection)
    database.close()
    with open_record(path, PASSPHRASE, create=False) as record:
        assert record.people.get("p").language is None
        assert problems(record.database) == []
        record.people.update(msgspec.structs.replace(record.people.get("p"), language="nn"))
        assert problems(record.database) == []


def test_a_record_is_backed_up_before_its_tables_are_changed(first: Path) -> None:
    before = CipherFile(first, PASSPHRASE, 5.0)
    with before.reading() as connection:
        then = fingerprint(connection)
    before.close()
    open_record(first, PASSPHRASE).close()
    kept = CipherFile(first.with_name(f"{first.name}.schema-0001.backup"), PASSPHRASE, 5.0)
    with kept.reading() as connection:
        assert version(connection) == "0001"
        assert fingerprint(connection) == then
    kept.close()
    assert verify_file(kept.path, PASSPHRASE).problems == ()


def test_what_somebody_put_in_the_place_of_that_backup_stays_and_does_not_stand_for_it(first: Path) -> None:
    place = first.with_name(f"{first.name}.schema-0001.backup")
    place.write_bytes(b"%PDF-1.4 a report")
    open_record(first, PASSPHRASE).close()
    assert place.read_bytes() == b"%PDF-1.4 a report"
    (kept,) = first.parent.glob(f"{place.name}-*")
    assert verify_file(kept, PASSPHRASE).tests == 1


def test_a_backup_of_an_earlier_schema_restores_and_is_migrated(first: Path, location: Path | str) -> None:
    if first == location:
        location = first.with_name("ny.record")
    done = restore_record(location, "ny", first, PASSPHRASE, datetime(2026, 1, 1, tzinfo=UTC))
    assert done.found.tests == 1
    with open_record(location, "ny", create=False) as record:
        assert record.people.get("p").full_name == "Kari Aasen"
        assert record.tests.events("run-1") == events_of(3)
        assert verify(record.database).problems == ()

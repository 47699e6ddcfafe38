"""A record with a real simulated test, signed, and a person whose data would be easy to find."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fast_keys import use_fast_keys
from tests.sample_tests import follow_up, sample
from tests.unit.records.builders import events_of
from teststation.records.access.user import Role
from teststation.records.database import Record, open_record
from teststation.records.people.person import Person
from teststation.subject import Sex


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    use_fast_keys()
    with open_record(tmp_path / "a.record", "en god setning") as opened:
        yield opened


@pytest.fixture
def person(record: Record) -> Person:
    """Klara, with two tests, the first one signed."""
    added = record.people.add(
        family_name="Hemmeligsen", given_name="Klara Åse", born="1980-01-31", sex=Sex.FEMALE, number="31129956715",
        note="=sensitivt",
    )  # fmt: skip
    for run, assessment in (sample(), follow_up()):
        record.tests.save(added.id, run, assessment, events_of(20))
    kari, _ = record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    record.signing.sign(sample()[0].id, kari)
    return added

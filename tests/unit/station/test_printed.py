"""A kept test's report: the record brings the answers, the test before, the first one, the trend and every result."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from tests.fast_keys import use_fast_keys
from tests.sample_tests import sample
from tests.unit.records.builders import PASSPHRASE
from teststation.physiology.assess import assess_run
from teststation.records.database import Record, open_record
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredTest
from teststation.subject import Sex
from ui.station.settings import Settings
from ui.station.station import Station

TOLD = {"screening_heart": "no", "screening_medicine": "yes: Metadon, stabil", "conditions": "sov godt"}
EVENTS = (msgspec.json.encode({"event": "run_prepared", "t_s": 0.0, "conditions": TOLD}),)
DAYS = ("2025-01-09T10:00:00+01:00", "2025-04-09T10:00:00+02:00", "2025-07-09T10:00:00+02:00")


def kept_three(station: Station, person: Person) -> StoredTest:
    """Three tests with a pulse that falls; the last one."""
    run, _ = sample()
    stored = None
    for number, day in enumerate(DAYS):
        heart = tuple(msgspec.structs.replace(s, bpm=None if s.bpm is None else s.bpm - 4 * number) for s in run.heart)
        walked = msgspec.structs.replace(run, id=f"t{number}", started_at=day, heart=heart)
        found = assess_run(walked, station.earlier(person.id, demo=False))
        stored = station.record.tests.save(person.id, walked, found, EVENTS)
    assert stored is not None
    return stored


def pages(station: Station, stored: StoredTest) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(station.report(stored))).pages]


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    use_fast_keys()
    with open_record(tmp_path / "a.record", PASSPHRASE) as opened:
        yield opened


def test_the_page_has_what_the_record_knows(record: Record) -> None:
    station = Station(record, Settings())
    stored = kept_three(station, record.people.add(family_name="Ødegård", given_name="Åse", sex=Sex.MALE))
    first, second = pages(station, stored)
    assert stored.assessment.since_first is not None
    assert stored.assessment.since_first.earlier_test_id == "t0"
    assert "Siden første test 09.01.2025: +" in first
    assert "Puls ved samme belastning: −8 slag/min" in first
    assert "Metadon, stabil" in second
    assert "sov godt" in second
    assert "i dag 09.04.2025" in second


def test_a_first_and_a_second_test_have_no_other_first_test(record: Record) -> None:
    station = Station(record, Settings())
    kept_three(station, record.people.add(family_name="Ødegård", sex=Sex.MALE))
    assert [record.tests.get(f"t{n}").assessment.since_first is None for n in range(3)] == [True, True, False]


def test_page_three_is_there_where_the_clinic_wants_it(record: Record) -> None:
    person = record.people.add(family_name="Ødegård", sex=Sex.MALE)
    station = Station(record, Settings(report_ledger=True))
    stored = kept_three(station, person)
    record.tests.add_result(stored.id, stored.assessment)
    last = pages(station, record.tests.get(stored.id))[-1]
    assert "bedt om sendt bekreftet målt" in last
    assert "4,8 km/t 12,0 % 4,8 km/t 12,0 %" in last
    assert "1. " in last
    assert "2. " in last
    assert last.count("(gjelder)") == 1
    assert stored.events_sha256 in last


def test_a_report_takes_no_longer_for_a_long_history(record: Record) -> None:
    """A figure, with room for a busy machine: half a second is the aim on an idle one."""
    station = Station(record, Settings())
    person = record.people.add(family_name="Ødegård", sex=Sex.MALE)
    stored = kept_three(station, person)
    for number in range(38):
        year, month = 2020 + number // 12, 1 + number % 12
        run = msgspec.structs.replace(stored.run, id=f"x{number}", started_at=f"{year}-{month:02d}-05T10:00:00+01:00")
        record.tests.save(person.id, run, stored.assessment, EVENTS)
    station.report(stored)
    began = time.process_time()
    pdf = station.report(stored)
    assert time.process_time() - began < 2.0
    assert len(pdf) < 400_000

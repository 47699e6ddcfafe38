"""A test is kept exactly once, with its raw data, and no result is ever overwritten."""

import msgspec
import pytest
from sqlalchemy import select, update

from tests.unit.records.builders import BELT, PASSPHRASE, assessment_of, events_of, run_of, session_of
from teststation import __version__
from teststation.errors import RecordError
from teststation.physiology.result import Change
from teststation.records.database import Record, open_record
from teststation.records.storage.tables import RESULT, STAGE, TEST
from teststation.records.tests.kept_tests import events_sha256
from teststation.subject import Sex


@pytest.fixture
def person_id(record: Record) -> str:
    return record.people.add(family_name="Ødegård", sex=Sex.FEMALE).id


def test_a_test_comes_back_as_it_was_saved(record: Record, person_id: str) -> None:
    run, assessment, events = run_of(), assessment_of(), events_of(5)
    saved = record.tests.save(person_id, run, assessment, events)
    with open_record(record.location, PASSPHRASE) as again:
        kept = again.tests.get(run.id)
        assert again.tests.events(run.id) == events
    assert kept == saved
    assert (kept.id, kept.person_id, kept.run, kept.assessment) == (run.id, person_id, run, assessment)
    assert kept.conditions == {"medication": "metadon"}
    assert kept.events_sha256 == events_sha256(events)
    assert (kept.software_version, kept.result_number) == (__version__, 1)


def test_the_hash_is_of_each_event_with_a_newline() -> None:
    # printf '{"a":1}\n{"b":2}\n' | sha256sum
    assert events_sha256([b'{"a":1}', b'{"b":2}']) == "3881dc2ee848fe04d776737c86afbc783e482e7c5be6431d3aab36fa8fa2c928"


def test_saving_a_run_again_changes_nothing(record: Record, person_id: str) -> None:
    first = record.tests.save(person_id, run_of(), assessment_of(30.0), events_of(5))
    again = record.tests.save(person_id, run_of(), assessment_of(40.0), events_of(5))
    assert again == first
    assert len(record.tests.list()) == 1
    assert record.tests.results(first.id) == [assessment_of(30.0)]


def test_a_run_id_with_other_events_or_another_person_is_refused(record: Record, person_id: str) -> None:
    first = record.tests.save(person_id, run_of(), assessment_of(), events_of(5))
    other = record.people.add(family_name="Dal", sex=Sex.MALE).id
    for who, events in ((person_id, events_of(6)), (other, events_of(5))):
        with pytest.raises(RecordError, match="kept already"):
            record.tests.save(who, run_of(), assessment_of(), events)
    assert record.tests.list() == [first]
    assert record.tests.events(first.id) == events_of(5)


def test_a_test_of_nobody_is_refused_whole(record: Record) -> None:
    with pytest.raises(RecordError, match="no person nobody"):
        record.tests.save("nobody", run_of(), assessment_of(), events_of(5))
    assert record.tests.list() == []
    assert record.tests.events("run-1") == ()


def test_a_save_that_fails_half_way_keeps_nothing(record: Record, person_id: str) -> None:
    with pytest.raises(UnicodeDecodeError):
        record.tests.save(person_id, run_of(), assessment_of(), (*events_of(3), b'{"event":"x","t_s":1,"note":"\xff"}'))
    assert record.tests.list() == []
    assert record.tests.events("run-1") == ()


def test_a_newer_result_stands_beside_the_former(record: Record, person_id: str) -> None:
    saved = record.tests.save(person_id, run_of(), assessment_of(30.0, "1"), events_of(3))
    newer = record.tests.add_result(saved.id, assessment_of(32.0, "2"))
    assert (newer.assessment.algorithm_version, newer.result_number) == ("2", 2)
    assert record.tests.get(saved.id) == newer
    assert record.tests.list() == [newer]
    assert record.tests.results(saved.id) == [assessment_of(30.0, "1"), assessment_of(32.0, "2")]


def test_a_number_of_algorithm_3_goes_on_in_the_line_of_4_unless_it_rests_on_a_sessions_peak(
    record: Record, person_id: str
) -> None:
    by_age = assessment_of(30.0, "3")
    by_session = msgspec.structs.replace(by_age, hr_max=msgspec.structs.replace(by_age.hr_max, source="intervals"))
    now_by_session = msgspec.structs.replace(by_session, algorithm_version="4")
    found = [assessment_of(30.0, "2"), by_age, by_session, assessment_of(30.0, "4"), now_by_session]
    for number, one in enumerate(found):
        record.tests.save(person_id, run_of(f"run-{number}"), one, events_of(3))
    lines = {kept.id: kept.reckoned_by for kept in record.tests.summaries(person_id)}
    old, age, peak, now, peak_now = (lines[f"run-{number}"] for number in range(len(found)))
    assert age == now == peak_now
    assert len({old, age, peak}) == 3


def test_every_version_of_a_result_says_by_what_it_was_made(record: Record, person_id: str) -> None:
    saved = record.tests.save(person_id, run_of(), assessment_of(30.0, "1"), events_of(3))
    record.tests.add_result(saved.id, assessment_of(32.0, "2"))
    versions = record.tests.versions(saved.id)
    assert [(one.number, one.assessment.algorithm_version) for one in versions] == [(1, "1"), (2, "2")]
    assert {one.software for one in versions} == {__version__}
    assert all(one.made_at.startswith("20") for one in versions)


def test_a_trend_knows_each_tests_likely_range_and_which_changes_are_real(record: Record, person_id: str) -> None:
    found = assessment_of(30.0)
    likely = msgspec.structs.replace(found.estimates[found.headline], likely_low=28.0, likely_high=33.5)
    found = msgspec.structs.replace(found, estimates={**found.estimates, found.headline: likely})
    change = Change("a", "2025-10-02T10:00:00+02:00", 6.0, 1.9, 2.0, 10.0, "real")
    for run_id, told in (
        ("a", None),
        ("b", change),
        ("c", msgspec.structs.replace(change, change_ml_kg_min=-6.0)),
        ("d", msgspec.structs.replace(change, wording="possible")),
    ):
        record.tests.save(person_id, run_of(run_id), msgspec.structs.replace(found, change=told), events_of(2))
    facts = record.tests.trend_facts(person_id)
    assert {run_id: one.verdict for run_id, one in facts.items()} == {
        "a": "",
        "b": "real_up",
        "c": "real_down",
        "d": "",
    }
    assert {(one.likely_low, one.likely_high) for one in facts.values()} == {(28.0, 33.5)}


def test_a_result_without_its_test_is_refused(record: Record) -> None:
    with pytest.raises(RecordError, match="no test run-1"):
        record.tests.add_result("run-1", assessment_of())


def test_history_is_oldest_first_by_the_moment_not_by_the_letters(record: Record, person_id: str) -> None:
    # The night the clocks go back: 02:50 summer time is before 02:10 winter time.
    started = {
        "c": "2026-10-25T02:10:00+01:00",
        "b": "2026-10-25T02:50:00+02:00",
        "a": "2025-03-01T09:00:00+01:00",
    }
    for run_id, started_at in started.items():
        record.tests.save(person_id, run_of(run_id, started_at), assessment_of(), events_of(1))
    assert [stored.id for stored in record.tests.history(person_id)] == ["a", "b", "c"]
    assert [stored.id for stored in record.tests.list()] == ["c", "b", "a"]


def test_lists_and_history_are_one_persons(record: Record, person_id: str) -> None:
    other = record.people.add(family_name="Dal", sex=Sex.MALE).id
    record.tests.save(person_id, run_of("a"), assessment_of(), events_of(1))
    record.tests.save(other, run_of("b", "2026-05-06T08:30:00+02:00"), assessment_of(), events_of(1))
    assert [stored.id for stored in record.tests.list(person_id)] == ["a"]
    assert [stored.id for stored in record.tests.history(other)] == ["b"]
    assert {stored.id for stored in record.tests.list()} == {"a", "b"}
    assert record.tests.last_started()[other] == "2026-05-06T06:30:00.000+00:00"


def test_a_test_is_found_by_the_beginning_of_its_id(record: Record, person_id: str) -> None:
    for run_id in ("aa1", "ab2", "ab23", "c_"):
        record.tests.save(person_id, run_of(run_id), assessment_of(), events_of(1))
    assert record.tests.get("aa").id == "aa1"
    assert record.tests.get("ab2").id == "ab2", "a whole id is meant, even where another begins with it"
    with pytest.raises(RecordError, match="several tests begin with a;"):
        record.tests.get("a")
    for missing in ("x", "", "%", "a_"):
        with pytest.raises(RecordError, match="there is no test"):
            record.tests.get(missing)


def test_what_others_read_is_in_columns(record: Record, person_id: str) -> None:
    record.tests.save(person_id, run_of(), assessment_of(31.25), events_of(4))
    with record.database.reading() as connection:
        test = connection.execute(select(TEST)).mappings().one()
        stages = connection.execute(select(STAGE).order_by(STAGE.c.number)).mappings().all()
        result = connection.execute(select(RESULT)).mappings().one()
    assert (test["protocol_id"], test["outcome"], test["events_count"]) == ("submax-13", "limit", 4)
    assert test["started_utc"] == "2026-01-02T09:00:00.000+00:00"
    assert [(stage["name"], stage["rpe"], stage["gait"], stage["handrail"]) for stage in stages] == [
        ("Trinn 1", 11, "walk", 0),
        ("Trinn 2", None, "run", 1),
    ]
    assert (result["vo2max_ml_kg_min"], result["low_ml_kg_min"], result["high_ml_kg_min"]) == (31.25, 27.25, 36.25)


def test_a_withheld_result_has_no_number(record: Record, person_id: str) -> None:
    stored = record.tests.save(person_id, run_of(), assessment_of(None), events_of(1))
    with record.database.reading() as connection:
        result = connection.execute(select(RESULT)).mappings().one()
    assert stored.assessment == assessment_of(None)
    assert (result["status"], result["vo2max_ml_kg_min"]) == ("withheld", None)


def test_a_test_in_a_form_of_a_newer_version_is_a_sentence(record: Record, person_id: str) -> None:
    stored = record.tests.save(person_id, run_of(), assessment_of(), events_of(1))
    body = msgspec.json.decode(msgspec.json.encode(stored.run)) | {"from_the_future": 1}
    with record.database.writing() as connection:
        connection.execute(update(TEST).values(run_json=msgspec.json.encode(body).decode()))
    with pytest.raises(RecordError, match="update this station"):
        record.tests.get(stored.id)


def test_how_often_a_protocol_was_walked_is_counted_by_its_hash_without_demonstrations(
    record: Record, person_id: str
) -> None:
    def keep(number: int, sha256: str, treadmill: str = BELT) -> None:
        run = run_of(f"run-{number}", f"2026-01-0{number}T10:00:00+01:00", treadmill)
        run = msgspec.structs.replace(run, plan=msgspec.structs.replace(run.plan, sha256=sha256))
        record.tests.save(person_id, run, assessment_of(), events_of(2))

    keep(1, "ab" * 32)
    keep(2, "ab" * 32)
    keep(3, "cd" * 32)
    keep(4, "cd" * 32, "emulated:trackmaster")
    record.sessions.save(person_id, run_of("walk", "2026-01-09T10:00:00+01:00"), session_of(), events_of(2))
    assert record.tests.uses_of_protocols() == {("submax-13", "ab" * 32): 2, ("submax-13", "cd" * 32): 1}

"""A duplicate: their tests move, they are found as before, and everything can be undone."""

import msgspec
import pytest

from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.errors import BadInput, RecordError
from teststation.records.access.actions import Action
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.records.upkeep.verification import problems
from teststation.subject import Sex


@pytest.fixture
def kept(record: Record) -> Person:
    return record.people.add(family_name="Berg", given_name="Kari", sex=Sex.FEMALE, born="1980-01-31", note="kne")


@pytest.fixture
def duplicate(record: Record) -> Person:
    return record.people.add(
        family_name="Dal", given_name="Kari", sex=Sex.FEMALE, born="1980-01-31", number="4711", height_cm=170, note="x"
    )


@pytest.fixture
def merged(record: Record, kept: Person, duplicate: Person) -> str:
    record.tests.save(kept.id, run_of("a"), assessment_of(), events_of(2))
    record.tests.save(duplicate.id, run_of("b", "2026-05-06T08:30:00+02:00"), assessment_of(), events_of(2))
    return record.merging.merge(kept.id, duplicate.id).id


def lines_of(record: Record, person: Person) -> list[str]:
    return [line.id for line in record.tests.summaries(person.id)]


def test_the_tests_move_and_the_duplicate_is_in_no_list(
    record: Record, kept: Person, duplicate: Person, merged: str
) -> None:
    assert lines_of(record, kept) == ["b", "a"]
    assert lines_of(record, duplicate) == []
    assert [person.id for person in record.people.all()] == [kept.id]
    assert record.people.get(duplicate.id).merged_into == kept.id


def test_what_the_kept_person_lacked_is_taken_over_and_nothing_else(record: Record, kept: Person, merged: str) -> None:
    now = record.people.get(kept.id)
    assert (now.number, now.height_cm, now.note, now.family_name) == ("4711", 170, "kne", "Berg")
    assert record.people.versions(kept.id) == [kept]


def test_the_kept_person_is_found_by_the_duplicates_name_and_number(record: Record, kept: Person, merged: str) -> None:
    for text in ("dal", "4711", "berg"):
        assert [person.id for person in record.people.search(text)] == [kept.id]
    record.people.update(msgspec.structs.replace(record.people.get(kept.id), given_name="Karianne"))
    assert [person.id for person in record.people.search("dal karianne")] == [kept.id]


def test_undoing_brings_back_both_people_and_their_tests(
    record: Record, kept: Person, duplicate: Person, merged: str
) -> None:
    record.merging.undo(merged)
    assert (lines_of(record, kept), lines_of(record, duplicate)) == (["a"], ["b"])
    for before in (kept, duplicate):
        now = record.people.get(before.id)
        assert now == msgspec.structs.replace(before, revision=now.revision, updated_at=now.updated_at)
    assert [person.id for person in record.people.search("dal")] == [duplicate.id]
    assert [person.id for person in record.people.search("4711")] == [duplicate.id]
    assert record.merging.of_person(kept.id) == []
    assert problems(record.database) == []


def test_what_happened_since_the_merge_stays(record: Record, kept: Person, duplicate: Person, merged: str) -> None:
    record.tests.save(kept.id, run_of("c", "2026-08-06T08:30:00+02:00"), assessment_of(), events_of(2))
    record.people.update(msgspec.structs.replace(record.people.get(kept.id), number="17"))
    record.merging.undo(merged)
    assert (lines_of(record, kept), lines_of(record, duplicate)) == (["c", "a"], ["b"])
    assert record.people.get(kept.id).number == "17"
    assert record.people.get(duplicate.id).number == "4711"


def test_a_merge_is_undone_once(record: Record, merged: str) -> None:
    record.merging.undo(merged)
    with pytest.raises(BadInput, match="no such merge"):
        record.merging.undo(merged)


def test_only_two_different_people_who_are_in_the_list_are_merged(
    record: Record, kept: Person, duplicate: Person, merged: str
) -> None:
    with pytest.raises(BadInput, match="two different"):
        record.merging.merge(kept.id, kept.id)
    for pair in ((kept.id, duplicate.id), (duplicate.id, kept.id)):
        with pytest.raises(BadInput, match="merged with somebody already"):
            record.merging.merge(*pair)
    with pytest.raises(RecordError, match="no person nobody"):
        record.merging.merge(kept.id, "nobody")


def test_who_has_the_person_open_during_the_merge_is_told_so(record: Record, kept: Person, merged: str) -> None:
    with pytest.raises(RecordError, match="was changed in the meantime"):
        record.people.update(msgspec.structs.replace(kept, family_name="Berge"))


def test_a_run_that_began_before_the_merge_is_kept_with_the_kept_person(
    record: Record, kept: Person, duplicate: Person, merged: str
) -> None:
    record.tests.save(duplicate.id, run_of("late", "2026-09-06T08:30:00+02:00"), assessment_of(), events_of(2))
    assert lines_of(record, kept)[0] == "late"
    assert problems(record.database) == []


def test_the_trace_is_in_the_log_of_the_kept_person(
    record: Record, kept: Person, duplicate: Person, merged: str
) -> None:
    rows = record.audit.of_person(kept.id)[::-1]
    assert {row.person_id for row in rows} == {kept.id, duplicate.id}, "with what was done with the duplicate before"
    moved = [row for row in rows if row.action == Action.TEST_MOVED]
    assert [(row.test_id, row.detail["former"]) for row in moved] == [("b", duplicate.id)]
    assert [row.detail["merge"] for row in rows if row.action == Action.PERSON_MERGED] == [merged, merged]


def test_a_duplicate_of_a_duplicate_leads_to_the_one_who_stays(
    record: Record, kept: Person, duplicate: Person, merged: str
) -> None:
    third = record.people.add(family_name="Eng", given_name="Kari", sex=Sex.FEMALE)
    record.merging.merge(third.id, kept.id)
    assert lines_of(record, third) == ["b", "a"]
    assert {row.person_id for row in record.audit.of_person(third.id)} == {third.id, kept.id, duplicate.id}
    assert [person.id for person in record.people.search("dal")] == [third.id]
    assert problems(record.database) == []

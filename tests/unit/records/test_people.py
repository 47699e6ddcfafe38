"""Finding the right person, and keeping them apart."""

import msgspec
import pytest

from teststation.errors import BadInput, RecordError
from teststation.records.database import Record
from teststation.records.people import SEARCH_LIMIT
from teststation.subject import Sex


def names(record: Record, text: str) -> list[str]:
    return [person.full_name for person in record.people.search(text)]


def test_a_person_is_kept_with_everything(record: Record) -> None:
    added = record.people.add(
        family_name=" Ødegård ",
        given_name="Åse  Marie",
        born="1974-02-28",
        sex=Sex.FEMALE,
        number=" 17 ",
        height_cm=170.5,
        note="kneet",
    )
    assert record.people.get(added.id) == added
    assert (added.full_name, added.born, added.number) == ("Åse Marie Ødegård", "1974-02-28", "17")
    assert (added.height_cm, added.note, added.sex) == (170.5, "kneet", Sex.FEMALE)


def test_search_finds_every_word_in_any_order_and_case(record: Record) -> None:
    record.people.add(family_name="Ødegård", given_name="Åse", born="1974-02-28", sex=Sex.FEMALE, number="4711")
    record.people.add(family_name="Hansen", given_name="Åsmund", sex=Sex.MALE)
    assert names(record, "ØDE ås") == ["Åse Ødegård"]
    assert names(record, "ås") == ["Åsmund Hansen", "Åse Ødegård"]
    assert names(record, "471") == ["Åse Ødegård"]
    assert names(record, "1974 åse") == ["Åse Ødegård"]
    assert names(record, "åse hansen") == []
    assert len(names(record, "  ")) == 2


def test_search_takes_letters_composed_of_two_code_points(record: Record) -> None:
    record.people.add(family_name="A\u030asen", sex=Sex.MALE)
    assert names(record, "\u00e5sen") == ["\u00c5sen"]
    assert names(record, "a\u030asen") == ["\u00c5sen"]


@pytest.mark.parametrize("text", ["%", "_", "/", "'", '"', "\\", "%%"])
def test_search_takes_signs_as_signs(record: Record, text: str) -> None:
    record.people.add(family_name="Vanlig", sex=Sex.MALE)
    record.people.add(family_name=f"Rar{text}Navn", sex=Sex.MALE)
    assert names(record, text) == [f"Rar{text}Navn"]


def test_search_is_limited_and_all_is_not(record: Record) -> None:
    for number in range(SEARCH_LIMIT + 5):
        record.people.add(family_name=f"Nr {number:03}", sex=Sex.MALE)
    assert len(record.people.search("nr")) == SEARCH_LIMIT
    assert len(record.people.all()) == SEARCH_LIMIT + 5


def test_lists_are_in_norwegian_order(record: Record) -> None:
    for family_name in ("Ås", "Østby", "Zachariassen", "Ærlig", "aasen", "Berg"):
        record.people.add(family_name=family_name, sex=Sex.MALE)
    assert [person.family_name for person in record.people.all()] == [
        "aasen",
        "Berg",
        "Zachariassen",
        "Ærlig",
        "Østby",
        "Ås",
    ]


def test_an_update_changes_the_person_and_what_search_finds(record: Record) -> None:
    person = record.people.add(family_name="Berg", given_name="Kari", sex=Sex.FEMALE, number="1")
    changed = record.people.update(msgspec.structs.replace(person, family_name="Dal", born="1980-01-31"))
    assert record.people.get(person.id) == changed
    assert (changed.full_name, changed.born, changed.created_at) == ("Kari Dal", "1980-01-31", person.created_at)
    assert names(record, "berg") == []
    assert names(record, "dal 1980") == ["Kari Dal"]


def test_two_people_may_share_a_name_but_not_a_number(record: Record) -> None:
    first = record.people.add(family_name="Berg", sex=Sex.MALE, number="1")
    second = record.people.add(family_name="Berg", sex=Sex.MALE, number="")
    third = record.people.add(family_name="Berg", sex=Sex.MALE)
    assert len({first.id, second.id, third.id}) == 3
    with pytest.raises(BadInput, match="same number"):
        record.people.add(family_name="Dal", sex=Sex.MALE, number=" 1")
    with pytest.raises(BadInput, match="same number"):
        record.people.update(msgspec.structs.replace(second, number="1"))
    assert record.people.get(second.id).number is None
    assert len(record.people.all()) == 3


def test_every_problem_of_a_person_is_told_at_once(record: Record) -> None:
    with pytest.raises(BadInput) as caught:
        record.people.add(family_name=" ", born="31.01.1980", sex=Sex.MALE, height_cm=1700)
    assert len(caught.value.problems) == 3
    assert record.people.all() == []


def test_an_unknown_person_is_a_sentence(record: Record) -> None:
    with pytest.raises(RecordError, match="no person nobody"):
        record.people.get("nobody")
    stranger = msgspec.structs.replace(record.people.add(family_name="Berg", sex=Sex.MALE), id="nobody")
    with pytest.raises(RecordError, match="no person nobody"):
        record.people.update(stranger)


def test_what_not_every_database_keeps_is_refused_by_all(record: Record) -> None:
    for family_name, number in (("a\0b", None), ("a", "7" * 65)):
        with pytest.raises(BadInput, match=r"null character|too long"):
            record.people.add(family_name=family_name, sex=Sex.MALE, number=number)
    assert record.people.all() == []


def test_an_older_version_of_a_person_never_overwrites_a_newer(record: Record) -> None:
    person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
    changed = record.people.update(msgspec.structs.replace(person, family_name="Dal"))
    with pytest.raises(RecordError, match="was changed in the meantime"):
        record.people.update(msgspec.structs.replace(person, given_name="Kari"))
    assert record.people.get(person.id) == changed
    assert changed.updated_at > person.updated_at

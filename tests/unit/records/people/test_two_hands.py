"""Two who edit one person: each field is told with both values, and nothing is overwritten by chance. Both backends."""

from pathlib import Path

import msgspec
import pytest

from tests.unit.records.builders import PASSPHRASE
from teststation.records.database import Record, open_record
from teststation.records.people.person import ChangedMeanwhile, Person
from teststation.records.people.two_hands import Difference, differences, settled
from teststation.subject import Sex

BASE = Person(id="p", family_name="Berg", given_name="Kari", born="1980-01-31", sex=Sex.FEMALE, number="17")


def test_what_only_one_has_changed_is_proposed_and_what_both_have_is_not() -> None:
    kept = msgspec.structs.replace(BASE, family_name="Dal", born="1980-01-13", height_cm=170.0, revision=2)
    mine = msgspec.structs.replace(BASE, family_name="Vik", number="18", height_cm=170.0)
    assert differences(BASE, kept, mine) == [
        Difference("family_name", "Dal", "Vik", None),
        Difference("born", "1980-01-13", "1980-01-31", "kept"),
        Difference("number", "17", "18", "mine"),
    ]
    assert {one.proposal for one in differences(None, kept, mine)} == {None}, "nobody knows what both began from"


def test_a_value_that_was_taken_away_is_a_change() -> None:
    mine = msgspec.structs.replace(BASE, number=None)
    assert differences(BASE, BASE, mine) == [Difference("number", "17", None, "mine")]


def test_both_versions_are_told_and_the_choice_is_kept_as_one_change(record: Record, location: Path | str) -> None:
    with open_record(location, PASSPHRASE) as other:
        person = record.people.add(family_name="Berg", given_name="Kari", sex=Sex.FEMALE)
        mine = msgspec.structs.replace(other.people.get(person.id), given_name="Karin", note="min")
        kept = record.people.update(msgspec.structs.replace(person, family_name="Dal", given_name="Karoline"))
        with pytest.raises(ChangedMeanwhile) as caught:
            other.people.update(mine)
        assert (caught.value.kept, caught.value.mine) == (kept, mine)
        assert record.people.get(person.id) == kept
        assert [one.name for one in differences(person, kept, mine)] == ["given_name", "family_name", "note"]
        chosen = other.settle(settled(kept, mine, ["given_name", "note"]))
        assert (chosen.full_name, chosen.note, chosen.revision) == ("Karin Dal", "min", kept.revision + 1)
        assert record.people.get(person.id) == chosen
        assert record.people.versions(person.id) == [person, kept], "the other version stays readable"
        assert record.kept_here(person.id) is None

"""Finding the right person, and keeping them apart."""

from datetime import date

import msgspec
import pytest

from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.errors import BadInput, RecordError
from teststation.records.database import Record
from teststation.records.people.person import SEARCH_LIMIT
from teststation.records.storage.names import sort_key
from teststation.records.tests.earlier_result import EarlierResult
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


def test_the_language_a_person_reads_is_kept_corrected_and_one_the_station_has(record: Record) -> None:
    added = record.people.add(family_name="Ødegård", sex=Sex.FEMALE)
    assert added.language is None, "the clinic's"
    kept = record.people.update(msgspec.structs.replace(added, language="nn"))
    assert record.people.get(added.id) == kept
    assert [one.language for one in record.people.versions(added.id)] == [None]
    with pytest.raises(BadInput, match="'se' is not a language the station has; choose from nb, nn, en"):
        record.people.update(msgspec.structs.replace(kept, language="se"))
    assert record.people.get(added.id).language == "nn"


def test_search_finds_every_word_in_any_order_and_case(record: Record) -> None:
    record.people.add(family_name="Ødegård", given_name="Åse", born="1974-02-28", sex=Sex.FEMALE, number="4711")
    record.people.add(family_name="Hansen", given_name="Åsmund", sex=Sex.MALE)
    assert names(record, "ØDE ås") == ["Åse Ødegård"]
    assert names(record, "ås") == ["Åsmund Hansen", "Åse Ødegård"]
    assert names(record, "471") == ["Åse Ødegård"]
    assert names(record, "1974 åse") == ["Åse Ødegård"]
    assert names(record, "åse hansen") == []
    assert len(names(record, "  ")) == 2


@pytest.mark.parametrize(
    "text",
    ["Hansen, Kari", "hansen,kari", "Kari Hansen", "1.1.1980", "01.01.1980", "1/1/1980", "1-1-1980", "1.1.80",
     "1.1.19", "hansen 1.1.1980", "01011980", "010180", "1980-01-01", "K-1/2, hansen"],
)  # fmt: skip
def test_search_takes_a_name_and_a_day_as_a_letter_writes_them(record: Record, text: str) -> None:
    record.people.add(family_name="Hansen", given_name="Kari", born="1980-01-01", sex=Sex.FEMALE, number="K-1/2,7")
    record.people.add(family_name="Karlsen", given_name="Hans", born="1981-11-21", sex=Sex.MALE, number="8")
    assert names(record, text) == ["Kari Hansen"]


def test_search_does_not_take_a_day_for_another(record: Record) -> None:
    record.people.add(family_name="Elleve", born="1980-11-01", sex=Sex.MALE)
    record.people.add(family_name="En", born="1980-01-11", sex=Sex.MALE)
    assert names(record, "1.11.1980") == ["Elleve"]
    assert names(record, "11.1.1980") == ["En"]


def test_search_goes_on_where_it_ended(record: Record) -> None:
    for number in range(7):
        record.people.add(family_name=f"Nr {number}", sex=Sex.MALE)
    found = [record.people.search("nr", skip=skip, limit=3) for skip in (0, 3, 6, 9)]
    assert [len(part) for part in found] == [3, 3, 1, 0]
    assert [person for part in found for person in part] == record.people.search("nr", limit=None)


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
        "Berg",
        "Zachariassen",
        "Ærlig",
        "Østby",
        "Ås",
        "aasen",
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


# --- names ---


@pytest.mark.parametrize(
    ("family_name", "typed"),
    [
        ("Åsen", "aas"), ("Aasen", "ås"), ("Aasen", "a"), ("Ødegård", "odegard"), ("Sæther", "saether"),
        ("Müller", "muller"), ("André", "andre"), ("Ødegård", "ødegaard"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_its_letters_are_typed(record: Record, family_name: str, typed: str) -> None:
    record.people.add(family_name=family_name, sex=Sex.MALE)
    assert names(record, typed) == [family_name]


@pytest.mark.parametrize("typed", ["31.01.1980", "31011980", "1980-01-31", "31.01"])
def test_a_birth_date_is_found_as_norwegians_write_it(record: Record, typed: str) -> None:
    record.people.add(family_name="Berg", born="1980-01-31", sex=Sex.MALE)
    assert names(record, typed) == ["Berg"]


def test_order_is_that_of_norwegian_in_the_common_locale_data() -> None:
    ordered = ["Aker", "Andre", "André", "Müller", "Mylius", "Åberg", "Aase", "Ås"]
    expected = ["Aker", "Andre", "André", "Mylius", "Müller", "Åberg", "Ås", "Aase"]
    assert sorted(ordered, key=lambda name: sort_key(name, "")) == expected
    assert sort_key("Ärlig", "") == sort_key("Ærlig", "")
    assert sort_key("Öst", "") == sort_key("Øst", "")
    assert sort_key("Zorn", "") < sort_key("Æs", "") < sort_key("Øs", "") < sort_key("Ås", "")


# --- numbers ---


def test_a_national_number_is_one_number_however_it_is_written(record: Record) -> None:
    assert record.people.add(family_name="Berg", sex=Sex.MALE, number="311299 56715").number == "31129956715"
    with pytest.raises(BadInput, match="same number"):
        record.people.add(family_name="Dal", sex=Sex.MALE, number="31.12.99-56715")


def test_an_impossible_national_number_is_refused(record: Record) -> None:
    with pytest.raises(BadInput, match="check digits"):
        record.people.add(family_name="Berg", sex=Sex.MALE, number="31129956716")


def test_a_national_number_fills_in_nothing(record: Record) -> None:
    person = record.people.add(family_name="Berg", sex=Sex.FEMALE, number="31129956715", born="1980-01-31")
    assert (person.born, person.sex) == ("1980-01-31", Sex.FEMALE), "a man's number of another birth date"
    assert record.people.add(family_name="Dal", sex=Sex.MALE).born is None


# --- changes ---


def test_what_a_person_was_stays_readable(record: Record) -> None:
    first = record.people.add(family_name="Berg", sex=Sex.MALE)
    second = record.people.update(msgspec.structs.replace(first, family_name="Dal"))
    third = record.people.update(msgspec.structs.replace(second, note="kne"))
    assert (first.revision, second.revision, third.revision) == (1, 2, 3)
    assert record.people.versions(first.id) == [first, second]


def test_two_who_edit_one_person_get_a_clear_answer(record: Record) -> None:
    person = record.people.add(family_name="Berg", sex=Sex.MALE)
    kept = record.people.update(msgspec.structs.replace(person, note="av den første"))
    with pytest.raises(RecordError, match="was changed in the meantime"):
        record.people.update(msgspec.structs.replace(person, note="av den andre"))
    assert record.people.get(person.id) == kept


# --- the wrong person ---


def test_namesakes_are_who_is_easily_taken_for_the_person(record: Record) -> None:
    person = record.people.add(family_name="Ødegård", given_name="Kari", born="1980-01-31", sex=Sex.FEMALE)
    for family, given, born in (
        ("Ødegaard", "Kari", "1955-02-03"),
        ("Berg", "Kari", "1980-01-31"),
        ("Ødegård", "Per", "1980-01-31"),
        ("Berg", "Per", "1980-01-31"),
        ("Ødegård", "Per", "1955-02-03"),
    ):
        record.people.add(family_name=family, given_name=given, born=born, sex=Sex.FEMALE)
    found = [(other.family_name, other.given_name) for other in record.people.namesakes(person)]
    assert sorted(found) == [("Berg", "Kari"), ("Ødegaard", "Kari"), ("Ødegård", "Per")]


def test_who_is_due_is_listed_by_how_long_they_have_waited(record: Record) -> None:
    for name, started in (("Ny", "2026-03-01"), ("Gammel", "2025-06-01"), ("I dag", "2025-12-15")):
        person = record.people.add(family_name=name, sex=Sex.MALE)
        run = run_of(f"run-{name[0]}", f"{started}T10:00:00+01:00")
        record.tests.save(person.id, run, assessment_of(), events_of(1))
    record.people.add(family_name="Aldri", sex=Sex.MALE)
    assert [person.family_name for person, _ in record.people.due(date(2026, 3, 15))] == ["Gammel", "I dag"]
    assert [person.family_name for person, _ in record.people.due(date(2026, 3, 14))] == ["Gammel"]


def test_a_result_that_was_brought_in_counts_for_who_is_due_and_for_the_last_test(record: Record) -> None:
    person = record.people.add(family_name="Innhentet", sex=Sex.MALE)
    double = record.people.add(family_name="Innhentet", sex=Sex.MALE)
    both = record.people.add(family_name="Begge", sex=Sex.MALE)
    record.tests.save(both.id, run_of("run-b", "2025-06-01T10:00:00+02:00"), assessment_of(), events_of(1))
    for person_id, day in ((person.id, "2025-06-15"), (double.id, "2025-12-15"), (both.id, "2026-01-02")):
        record.imported.keep([EarlierResult(person_id, day, 31.5, "ergospirometri")], "ab" * 32)
    assert [one.family_name for one, _ in record.people.due(date(2026, 3, 15))] == ["Innhentet", "Innhentet"]
    assert record.tests.last_started([person.id])[person.id].startswith("2025-06-15")
    assert record.tests.last_started()[both.id].startswith("2026-01-02"), "the later of the two"
    record.merging.merge(person.id, double.id)
    assert record.tests.last_started([person.id])[person.id].startswith("2025-12-15"), "and the duplicate's"
    assert [one.id for one, _ in record.people.due(date(2026, 3, 15))] == [person.id]
    assert record.people.due(date(2026, 3, 14)) == []


def test_a_demonstration_is_nobodys_last_test_but_the_demonstrations_own(record: Record) -> None:
    person = record.people.add(family_name="Ekte", sex=Sex.MALE)
    shown = record.people.add(family_name="Demo", sex=Sex.MALE, demo=True)
    never = record.people.add(family_name="Aldri", sex=Sex.MALE)
    kinds = (
        ("emulated", "bridge:COM4"),
        ("emulated:csafe", "emulated:ant"),
        ("trackmaster:COM3,units=kmh", "replay:C:/tur.fit"),
        ("manual", "emulated"),
    )
    for number, (belt, strap) in enumerate(kinds):
        for owner in (person, shown, never):
            run = run_of(f"run-{owner.family_name}-{number}", f"2026-02-0{number + 1}T10:00:00+01:00", belt)
            run = msgspec.structs.replace(run, heart_rate=strap)
            assert run.demo
            record.tests.save(owner.id, run, assessment_of(), events_of(1))
    record.tests.save(person.id, run_of("run-e", "2025-06-01T10:00:00+02:00"), assessment_of(), events_of(1))
    emulator = run_of("run-b", "2025-07-01T10:00:00+02:00", "emulator-works:COM3")  # a name that only begins so
    record.tests.save(person.id, emulator, assessment_of(), events_of(1))
    last = record.tests.last_started()
    assert last == {person.id: "2025-07-01T08:00:00.000+00:00", shown.id: "2026-02-04T09:00:00.000+00:00"}
    assert record.tests.last_started([never.id]) == {}
    assert [one.family_name for one, _ in record.people.due(date(2026, 5, 4))] == ["Ekte", "Demo"]
    assert [one.family_name for one, _ in record.people.due(date(2026, 5, 3))] == ["Ekte"]

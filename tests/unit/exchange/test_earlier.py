"""Earlier tests come in from a table: every problem is told before anything is kept, and nothing is kept twice."""

import inspect
import re
from datetime import date
from pathlib import Path

import pytest

from teststation.errors import BadInput
from teststation.exchange import earlier
from teststation.exchange.earlier import keep, preview
from teststation.files.reading import TABLE_BYTES
from teststation.records.access.actions import Action
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.subject import Sex
from teststation.texts import LANGUAGES, texts

TODAY = date(2026, 11, 24)
HEADER = "number,family_name,given_name,born,tested_on,vo2max_ml_kg_min,method,hr_max_bpm\n"


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "tidligere.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_good_rows_are_kept_once_and_never_among_our_own(record: Record, person: Person, tmp_path: Path) -> None:
    by_number = "31129956715,,,,2019-05-01,31.5,ergospirometry,171\n"
    text = HEADER + by_number + ",hemmeligsen,KLARA ÅSE,1980-01-31,2018-04-01,30,Åstrand,\n"
    path = written(tmp_path, text, "utf-8-sig")
    before = record.tests.history(person.id)
    found = preview(path, record, TODAY)
    assert found.problems == []
    assert [row.person for row in found.rows] == [person, person]
    assert record.imported.all() == [], "a preview keeps nothing"
    assert keep(record, found) == 2
    assert keep(record, found) == 0
    again = preview(path, record, TODAY)
    assert (again.fresh, [row.is_known for row in again.rows]) == (0, [True, True])
    kept = record.imported.of_person(person.id)
    assert [(one.tested_on, one.vo2max_ml_kg_min, one.method) for one in kept] == [
        ("2018-04-01", 30.0, "Åstrand"),
        ("2019-05-01", 31.5, "ergospirometry"),
    ]
    assert record.tests.history(person.id) == before
    noted = record.audit.newest()[0]
    assert (noted.action, noted.person_id, noted.detail["count"]) == (Action.RESULTS_IMPORTED, person.id, 2)


def test_every_problem_row_is_listed_with_what_is_wrong(record: Record, person: Person, tmp_path: Path) -> None:
    rows = [
        "99,,,,2019-05-01,31,bike,",
        "31129956715,,,,31.02.2019,31,bike,",
        "31129956715,,,,2027-05-01,31,bike,",
        "31129956715,,,,1970-05-01,31,bike,",
        "31129956715,,,,2019-05-01,3.1,bike,",
        "31129956715,,,,2019-05-01,tretti,,17",
        ",Hemmeligsen,Klara Åse,,2019-05-01,31,bike,",
        "31129956715,,,,2019-05-01,31,bike,",
    ]
    found = preview(written(tmp_path, HEADER + "\n".join(rows)), record, TODAY)
    assert len(found.good) == 1
    words = [
        "row 2: nobody in the record has this number; write name, birth date and sex too",
        "row 3: tested_on: '31.02.2019' is not a date; write it as YYYY-MM-DD or DD.MM.YYYY",
        "row 4: tested_on: 2027-05-01 is in the future",
        "row 5: tested_on: 1970-05-01 is before the person was born",
        "row 6: vo2max_ml_kg_min: 3.1 is outside 5 to 100; check the unit",
        "row 7: vo2max_ml_kg_min: 'tretti' is not a number",
        "row 7: hr_max_bpm: 17 is outside",
        "row 7: method is empty",
        "row 8: names nobody",
    ]
    with pytest.raises(BadInput, match="nothing is kept"):
        keep(record, found)
    assert record.imported.all() == [], "all or nothing"
    assert len(found.problems) == len(words)
    for problem, begins in zip(found.problems, words, strict=True):
        assert problem.startswith(begins)


def test_a_norwegian_spreadsheet_is_read(record: Record, person: Person, tmp_path: Path) -> None:
    text = "number;tested_on;vo2max_ml_kg_min;method\r\n31129956715;2019-05-01;31,5;sykkel\r\n\r\n"
    found = preview(written(tmp_path, text), record, TODAY)
    assert [result.vo2max_ml_kg_min for result in found.good] == [31.5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("number,tested_on\n", "the column method is missing"),
        ("tested_on,vo2max_ml_kg_min,method\n", "the rows name nobody"),
        (HEADER.replace("method", "framgang"), "nobody knows the column framgang"),
        (HEADER.replace("vo2max_ml_kg_min", "vo2maks (l/min)"), "nobody knows the column vo2maks"),
        (HEADER.replace("method", "x" * 90_000), f"nobody knows the column {'x' * 40}…;"),
        (HEADER.replace("hr_max_bpm", "method"), "the column method is there twice"),
        (HEADER + "x" * TABLE_BYTES, "is larger than 5 MB"),
        (HEADER + '"' + "x" * 200_000 + '"', "is no table"),
    ],
)
def test_what_is_no_such_table_is_a_sentence(record: Record, tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        preview(written(tmp_path, text), record, TODAY)


def test_a_file_that_cannot_be_read_is_a_sentence(record: Record, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="check the name"):
        preview(tmp_path / "none.csv", record, TODAY)
    with pytest.raises(BadInput, match="save it as CSV in UTF-8"):
        preview(written(tmp_path, HEADER + ",Bjørnådal,Åse", "cp850"), record, TODAY)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("first", ["", "sep=;\r\n"])
def test_what_a_norwegian_spreadsheet_saves_is_read(
    record: Record, person: Person, tmp_path: Path, coding: str, first: str
) -> None:
    text = (
        f"{first}Etternavn;Fornavn;Fødselsdato;Kjønn;Dato;VO₂maks (mL/kg/min);Metode;Makspuls;Vekt (kg);Kommentar\r\n"
        "Hemmeligsen;Klara Åse;31.01.1980;kvinne;1.5.2019;31,5;sykkel;171;71,5;gikk «greit» – 5 °C\r\n"
        "Blåbær-Ødegård;Ærlig;02.03.1971 00:00;mann;2019-05-02;28;Åstrand;;;\r\n"
    )
    text = text if coding != "cp1252" else text.replace("₂", "2")
    found = preview(written(tmp_path, text, coding), record, TODAY)
    assert found.problems == []
    assert [(one.tested_on, one.vo2max_ml_kg_min, one.weight_kg) for one in found.good] == [
        ("2019-05-01", 31.5, 71.5), ("2019-05-02", 28.0, None),
    ]  # fmt: skip
    assert found.good[0].comment == "gikk «greit» – 5 °C"
    assert found.rows[0].person == person
    assert [(one.full_name, one.born) for one in found.new_people] == [("Ærlig Blåbær-Ødegård", "1971-03-02")]


@pytest.mark.parametrize("coding", ["cp850", "cp865", "mac_roman", "cp437"])
@pytest.mark.parametrize("name", ["Blåbær", "Ødegård", "Øye", "Åsen", "Ærlig", "BLÅBÆR"])
def test_an_older_coding_is_refused_and_no_name_is_guessed(
    record: Record, tmp_path: Path, coding: str, name: str
) -> None:
    try:
        data = (NEW + f";{name};Åse;1980-01-31;kvinne;2019-05-01;31;sykkel\n").encode(coding)
    except UnicodeEncodeError:
        pytest.skip(f"{coding} has no such letter")
    path = tmp_path / "gammel.csv"
    path.write_bytes(data)
    with pytest.raises(BadInput, match="save it as CSV in UTF-8"):
        preview(path, record, TODAY)


@pytest.mark.parametrize("text", ["1.13.2019", "01.05.19", "2019.05.01", "5/1/2019", "01.05.2019 12:30", "१.१.2019"])
def test_a_date_that_could_be_two_is_none(record: Record, person: Person, tmp_path: Path, text: str) -> None:
    found = preview(written(tmp_path, HEADER + f"31129956715,,,,{text},31,bike,\n"), record, TODAY)
    assert len(found.problems) == 1
    assert "is not a date" in found.problems[0]


# --- people the record does not have ---

NEW = "number;family_name;given_name;born;sex;tested_on;vo2max_ml_kg_min;method\n"


def test_who_is_not_there_is_added_once_together_with_the_results(
    record: Record, person: Person, tmp_path: Path
) -> None:
    rows = [
        ";Nyland;Per;1970-02-03;mann;2019-05-01;31,5;sykkel",
        ";nyland;per;1970-02-03;mann;2020-05-01;33;sykkel",
        "01010750160;Årdal;Liv;2007-01-01;K;2024-05-01;40;ergospirometri",
        "31129956715;;;;;2019-05-01;31,5;sykkel",
    ]
    found = preview(written(tmp_path, NEW + "\n".join(rows)), record, TODAY)
    assert found.problems == []
    assert [one.full_name for one in found.new_people] == ["Per Nyland", "Liv Årdal"]
    assert (found.matched_people, found.fresh) == (1, 4)
    assert record.people.all() == [person], "a preview adds nobody"
    assert keep(record, found) == 4
    per = record.people.search("nyland")
    assert [(one.full_name, one.sex, one.born) for one in per] == [("Per Nyland", Sex.MALE, "1970-02-03")]
    assert [one.tested_on for one in record.imported.of_person(per[0].id)] == ["2019-05-01", "2020-05-01"]
    assert record.people.with_number("01010750160") == record.people.search("årdal")[0]
    assert preview(tmp_path / "tidligere.csv", record, TODAY).new_people == [], "the second time they are there"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (";Nyland;Per;1970-02-03;;2019-05-01;31,5;sykkel", "write sex too, or add the person first"),
        (";Nyland;Per;30.02.1970;mann;2019-05-01;31,5;sykkel", "born: '1970-02-30' is not a date"),
        ("31129956716;Nyland;Per;1999-12-31;mann;2019-05-01;31,5;sykkel", "the number cannot be right"),
        ("9" * 65 + ";Nyland;Per;1999-12-31;mann;2019-05-01;31,5;sykkel", "the number cannot be right"),
        ("77;Hemmeligsen;Klara Åse;1980-01-31;k;2019-05-01;31,5;sykkel", "without this number"),
        (";Nyland;Per;1970-02-03;mann;2019-05-01;31,5;sykkel;mer", "has more cells than the header"),
    ],
)
def test_whom_nobody_can_be_made_of_is_a_sentence(
    record: Record, person: Person, tmp_path: Path, row: str, words: str
) -> None:
    (problem,) = preview(written(tmp_path, NEW + row), record, TODAY).problems
    assert words in problem


def test_a_number_taken_between_preview_and_word_keeps_nothing(record: Record, person: Person, tmp_path: Path) -> None:
    rows = [";Nyland;Per;1970-02-03;mann;2019-05-01;31,5;sykkel", "17;Årdal;Liv;1980-01-01;k;2019-05-01;31,5;sykkel"]
    found = preview(written(tmp_path, NEW + "\n".join(rows)), record, TODAY)
    other = record.people.add(family_name="Berg", sex=Sex.MALE, number="17")
    with pytest.raises(BadInput, match="same number"):
        keep(record, found)
    assert {one.id for one in record.people.all()} == {person.id, other.id}
    assert record.imported.all() == []


def test_every_sentence_is_there_in_both_languages(record: Record, tmp_path: Path) -> None:
    source = inspect.getsource(earlier)
    codes = set(re.findall(r'Cause\("(import_[a-z0-9_]+)"', source))
    for language in LANGUAGES:
        assert {f"cause.{code}" for code in codes} <= texts(language).keys()
        told = {key.removeprefix("cause.") for key in texts(language).keys() if key.startswith("cause.import_")}  # noqa: SIM118
        assert told == codes, "and no sentence that nothing says"
    with pytest.raises(BadInput) as caught:
        preview(written(tmp_path, "number,tested_on\n"), record, TODAY)
    assert "kolonnen vo2max_ml_kg_min mangler" in texts("nb").say(caught.value.causes[0])  # type: ignore[arg-type]


# --- the wrong person ---


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{number},Dal,Per,1980-01-31,,", "another name"),
        ("{number},Ødegård,Kari,1981-01-31,,", "another day"),
        ("{number},Ødegård,Kari,1980-01-31,m,", "another sex"),
        (",Ødegård,Kari,1980-01-31,mann,", "another sex"),
        (",Ødegård,Kari,1980-01-31,x,", "not female or male"),
        ("17,Ødegård,Kari,1980-01-31,,", "without this number"),
        (",Dal,Per,1080-01-31,m,", "years ago"),
        (",Dal,Per,2080-01-31,m,", "in the future"),
        (",Dal,Per,1980-W05-4,m,", "not a date"),
        ("3112995671,Dal,Per,1980-01-31,m,", "ten digits"),
        ("3.1129956715E+10,Dal,Per,1980-01-31,m,", "power of ten"),
        ("31129956715.0,Dal,Per,1980-01-31,m,", "decimals"),
    ],
)
def test_a_row_that_names_somebody_and_says_another_is_a_problem(
    record: Record, tmp_path: Path, row: str, said: str
) -> None:
    number = "31129956715"
    record.people.add(family_name="Ødegård", given_name="Kari", born="1980-01-31", sex=Sex.FEMALE, number=number)
    path = tmp_path / "a.csv"
    text = "number,family_name,given_name,born,sex,comment,tested_on,vo2max_ml_kg_min,method\n"
    path.write_text(f"{text}{row.format(number=number)},2024-05-01,31.5,ergo\n", "utf-8")
    (problem,) = preview(path, record, TODAY).problems
    assert said in problem


def test_one_person_written_in_many_ways_is_one(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = (
        ",Nyland,Per Olav,1970-02-03,m,2024-05-01", ",NYLAND,per  olav,19700203,,2024-06-01",
        ',"Nyland",Per\u00a0Olav , 1970-02-03 ,mann,2024-07-01',
    )  # fmt: skip
    text = "number,family_name,given_name,born,sex,tested_on,vo2max_ml_kg_min,method\n"
    path.write_text(text + "".join(f"{row},31.5,ergo\n" for row in rows), "utf-8")
    found = preview(path, record, TODAY)
    assert (found.problems, len(found.new_people), found.fresh) == ([], 1, 3)
    keep(record, found)
    assert len(record.people.all()) == 1

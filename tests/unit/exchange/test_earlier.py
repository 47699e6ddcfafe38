"""Earlier tests come in from a table: every problem is told before anything is kept, and nothing is kept twice."""

from datetime import date
from pathlib import Path

import pytest

from teststation.errors import BadInput
from teststation.exchange.earlier import preview
from teststation.records.audit import Action
from teststation.records.database import Record
from teststation.records.people import Person

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
    assert record.imported.keep(found.good, found.source_sha256) == 2
    assert record.imported.keep(found.good, found.source_sha256) == 0
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
        "31129956715,,,,01.05.2019,31,bike,",
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
        "row 2: nobody in the record has this number; add the person first",
        "row 3: tested_on: '01.05.2019' is not a date; write it as YYYY-MM-DD",
        "row 4: tested_on: 2027-05-01 is in the future",
        "row 5: tested_on: 1970-05-01 is before the person was born",
        "row 6: vo2max_ml_kg_min: 3.1 is outside 5 to 100; check the unit",
        "row 7: vo2max_ml_kg_min: 'tretti' is not a number",
        "row 7: hr_max_bpm: 17 is outside",
        "row 7: method is empty",
        "row 8: names nobody",
    ]
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
        (HEADER.replace("method", "metode"), "nobody knows the column metode"),
    ],
)
def test_what_is_no_such_table_is_a_sentence(record: Record, tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        preview(written(tmp_path, text), record, TODAY)


def test_a_file_that_cannot_be_read_is_a_sentence(record: Record, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="check the name"):
        preview(tmp_path / "none.csv", record, TODAY)
    with pytest.raises(BadInput, match="save it as CSV in UTF-8"):
        preview(written(tmp_path, HEADER + "Ærlig", "latin-1"), record, TODAY)

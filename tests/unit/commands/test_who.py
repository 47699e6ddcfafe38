"""Nobody is taken for somebody else: what is said of a person is true of the one it finds, or the run is refused."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.commands.conftest import Cli
from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.records.database import Record, open_record
from teststation.records.people.matching import told_born
from teststation.records.people.person import Person
from teststation.subject import Sex, Subject, contradictions
from ui.commands.parser import build_parser
from ui.commands.who import described, person_for

NUMBER = "31129956715"
YEAR = datetime.now().astimezone().year
WORDS = (
    "run", "--protocol", "submax-13", "--treadmill", "emulated", "--heart-rate", "emulated", "--weight", "80",
)  # fmt: skip


@pytest.fixture
def record(cli: Cli, tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "a.record", "en god setning") as opened:
        yield opened


@pytest.fixture
def kari(record: Record) -> Person:
    return record.people.add(
        family_name="Ødegård", given_name="Kari Anne", born="1980-01-31", sex=Sex.FEMALE, number=NUMBER
    )


def found(record: Record, *words: str, age: float = YEAR - 1980, sex: str = "female") -> str:
    """The id of whom these words find or add."""
    arguments = build_parser().parse_args([*WORDS, "--sex", sex, "--age", f"{age}", *words])
    subject = Subject(Sex(sex), age, 80.0)
    return person_for(record, described(arguments, subject), subject)


@pytest.mark.parametrize(
    "words",
    [
        ("--number", NUMBER),
        ("--number", "311299 56715", "--born", "1980-01-31"),
        ("--number", "311299-56715", "--name", "KARI ANNE ØDEGÅRD"),
        ("--name", "Kari Anne Ødegård", "--born", "1980-01-31"),
        ("--name", "  Kari  Anne\u00a0Ødegård ", "--born", "19800131"),
        ("--name", "kari anne Ødega\u030ard", "--born", " 1980-01-31 "),
        ("--name", "Ødegård, Kari Anne", "--born", "1980-01-31"),
        ("--name", "Kari\u200b Anne Ødegård", "--born", "1980-01-31", "--number", NUMBER),
        ("--name", "Kari-Anne Ødegård", "--born", "1980-01-31"),
        ("--name", "Ødegård \u2010 Kari\u2013Anne", "--born", "1980-01-31"),
        ("--number", "３１１２９９ ５６７１５"),
    ],
)
def test_one_person_is_found_however_they_are_written(record: Record, kari: Person, words: tuple[str, ...]) -> None:
    assert found(record, *words) == kari.id
    assert record.people.all() == [kari], "and not added a second time"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--number", NUMBER, "--name", "Per Dal"), "another name"),
        (("--number", NUMBER, "--name", "Kari Ødegård"), "another name"),
        (("--number", NUMBER, "--born", "1980-01-30"), "another day"),
        (("--number", "17", "--name", "Kari Anne Ødegård", "--born", "1980-01-31"), "without this number"),
        (("--name", "Kari Anne Ødegaard", "--born", "1980-01-31"), "Kari Anne Ødegård was born on that day and is"),
        (("--name", "Karianne Odegard", "--born", "1980-01-31"), "written almost alike"),
        (("--name", "Kári Anne Ødegård", "--born", "1980-01-31"), "written almost alike"),
        (("--name", "Kari\u00adAnne Ødegård", "--born", "1980-01-31"), "written almost alike"),
        (("--number", "3112995671"), "ten digits"),
        (("--number", "1129956715"), "ten digits"),
        (("--number", "3.1129956715E+10"), "power of ten"),
        (("--number", "31129956715.0"), "decimals"),
        (("--number", "3,11E+10"), "power of ten"),
        (("--born", "1080-01-31"), "years ago"),
        (("--born", f"{YEAR + 1}-01-31"), "in the future"),
        (("--born", f"{YEAR - 111}-01-31"), "years ago"),
        (("--born", "1980-W05-4"), "not a birth date"),
        (("--born", "31.01.80"), "not a birth date"),
        (("--born", "1950-01-31"), "does not go with the birth date"),
    ],
)
def test_what_does_not_fit_together_is_refused_and_nobody_added(
    record: Record, kari: Person, words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        found(record, *words)
    assert record.people.all() == [kari]


def test_another_sex_or_an_age_that_is_not_the_persons_is_refused(record: Record, kari: Person) -> None:
    for words in (("--number", NUMBER), ("--name", "Kari Anne Ødegård", "--born", "1980-01-31")):
        with pytest.raises(BadInput, match="another sex"):
            found(record, *words, sex="male")
    with pytest.raises(BadInput, match="does not go with the birth date"):
        found(record, "--number", NUMBER, age=YEAR - 1980 - 12)


@pytest.mark.parametrize("born", [f"{YEAR - 46}-01-01", f"{YEAR - 47}-12-31", f"{YEAR - 46}-12-31"])
def test_an_age_is_the_birth_dates_or_one_birthday_beside_it(record: Record, born: str) -> None:
    today = datetime.now().astimezone().date()
    day = today.replace(year=int(born[:4]), month=int(born[5:7]), day=int(born[8:]))
    years = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    someone = record.people.add(family_name="Dal", given_name="Per", born=born, sex=Sex.FEMALE)
    words = ("--name", "Per Dal", "--born", born)
    assert {found(record, *words, age=age) for age in (years - 1, years, years + 0.9, years + 1)} == {someone.id}
    for age in (years - 2, years - 1.1, years + 1.1, years + 2):
        with pytest.raises(BadInput, match=f"which makes {years} years"):
            found(record, *words, age=age)


def test_a_person_of_whom_only_a_number_was_known_is_not_somebody_else(record: Record) -> None:
    first = found(record, "--number", "17")
    assert found(record, "--number", " 17 ", "--name", "Per Dal") == first
    assert len(record.people.all()) == 1


def test_two_who_are_written_almost_alike_are_told_apart_by_their_numbers(record: Record, kari: Person) -> None:
    words = ("--name", "Kari Anne Ødegaard", "--born", "1980-01-31", "--number", "17")
    other = found(record, *words)
    assert other != kari.id
    assert found(record, *words) == other
    assert found(record, "--name", "Kari Anne Ødegaard", "--born", "1980-02-01") not in (kari.id, other)


def test_two_of_one_name_and_day_are_told_apart_by_number_alone(record: Record, kari: Person) -> None:
    record.people.add(family_name="Ødegård", given_name="Kari Anne", born="1980-01-31", sex=Sex.FEMALE)
    with pytest.raises(BadInput, match="several people"):
        found(record, "--name", "Kari Anne Ødegård", "--born", "1980-01-31")
    assert found(record, "--number", NUMBER) == kari.id


def test_the_run_is_refused_before_a_device_is_touched(cli: Cli, record: Record, kari: Person, tmp_path: Path) -> None:
    for words in (("--born", "1950-01-01", "--age", "40"), ("--number", NUMBER, "--name", "Per Dal", "--age", "46")):
        done = cli(*WORDS, "--sex", "female", "--record", "a.record", *words)
        assert (done.status, done.out, done.said.count("\n")) == (2, "", 1), done.said
    assert record.people.all() == [kari]
    assert not record.tests.ids()


def test_a_day_to_come_and_a_pulse_below_rest_are_contradictions() -> None:
    subject = Subject(Sex.MALE, 40, 80, hr_max_measured_bpm=60, resting_hr_bpm=64, hr_max_measured_on="2026-03-02")
    assert [found.code for found in contradictions(subject, "2026-03-01")] == [
        "hr_max_below_resting",
        "hr_max_in_future",
    ]
    assert [found.code for found in contradictions(subject, "2026-03-02")] == ["hr_max_below_resting"]


def test_a_birth_date_is_looked_at_by_the_day_it_is() -> None:
    day = datetime(2026, 3, 2).date()  # noqa: DTZ001
    assert told_born("", day) is None
    assert told_born("20260302", day) == day
    assert told_born("2026-03-03", day) == Cause("person_born_future", {"text": "2026-03-03"})

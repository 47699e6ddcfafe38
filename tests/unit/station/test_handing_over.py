"""Tests are handed over: page and text, whole or not at all, named as the clinic wants; one failing stops no other."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.fast_keys import use_fast_keys
from tests.mutants import fails_with
from tests.sample_tests import follow_up, sample
from tests.unit.records.builders import events_of
from teststation.errors import BadInput
from teststation.exchange.names import PLACES, checked_pattern
from teststation.records.access.actions import Action
from teststation.records.database import open_record
from teststation.records.tests.stored import StoredTest
from teststation.subject import Sex
from teststation.texts import english
from ui.station import handing_over
from ui.station.handing_over import hand_over
from ui.station.settings import Settings
from ui.station.station import Station


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    use_fast_keys()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with open_record(tmp_path / "a.record", "en god setning") as record:
        person = record.people.add(
            family_name="Hemmeligsen", given_name="Klara", born="1980-01-31", sex=Sex.FEMALE, number="31129956715"
        )
        for run, found in (sample(), follow_up()):
            record.tests.save(person.id, run, found, events_of(5))
        yield Station(record, Settings(clinic_name="Klinikken"))


def quick(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """The papers as short as can be: what is tried here is where they go."""
    words = "linje\n" * 4 + "(teststation 0, test a)\n"
    monkeypatch.setattr(station, "papers", lambda stored, language=None: (b"%PDF-1.4 " + stored.id.encode(), words))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_test_is_a_page_and_five_lines_of_utf_8(station: Station, tmp_path: Path) -> None:
    stored = station.record.tests.get(sample()[0].id)
    folder = tmp_path / "ut" / "journal"
    (made,), problems = hand_over(station, [stored], folder)
    assert problems == []
    stem = f"test_2026-01-02_{stored.id[:8]}"
    assert names(folder) == [f"{stem}.pdf", f"{stem}.txt"], "nothing of the making is left"
    assert made.pdf.read_bytes().startswith(b"%PDF-")
    text = made.text.read_bytes().decode("utf-8")
    assert text == made.words
    assert len(text.splitlines()) == 5
    assert text.startswith("UTKAST – ikke signert")
    noted = station.record.audit.newest()[0]
    assert (noted.action, noted.test_id) == (Action.TEST_HANDED_OVER, stored.id)
    again = made.pdf.read_bytes()
    hand_over(station, [stored], folder)
    assert made.pdf.read_bytes() == again, "handed over again, the same file with the same bytes"


def test_names_follow_the_clinics_pattern(station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(station, monkeypatch)
    tests = station.record.tests.list()
    station.settings = msgspec.structs.replace(station.settings, hand_over_name="{number}_{date}_{state}")
    made, _ = hand_over(station, tests, tmp_path / "ut")
    assert sorted(one.pdf.name for one in made) == sorted(
        f"31129956715_{stored.run.started_at[:10]}_draft_{stored.id[:8]}.pdf" for stored in tests
    )
    station.settings = msgspec.structs.replace(station.settings, hand_over_name="../{family}:{given}/{test}")
    made, _ = hand_over(station, tests[:1], tmp_path / "to")
    assert made[0].pdf.name == f"Hemmeligsen-Klara-{tests[0].id[:8]}.pdf", "a name is no path"
    assert names(tmp_path / "to") == [made[0].pdf.name, made[0].text.name]


@pytest.mark.parametrize("pattern", ["{navn}", "{", "{date!r}", "{date:>99}", "{0}", "{}", "{date.year}", "{test"])
def test_a_pattern_that_nobody_knows_is_a_sentence_and_writes_nothing(
    station: Station, tmp_path: Path, pattern: str
) -> None:
    with pytest.raises(BadInput, match="pattern of file names"):
        checked_pattern(pattern)
    station.settings = msgspec.structs.replace(station.settings, hand_over_name=pattern)
    with pytest.raises(BadInput):
        hand_over(station, station.record.tests.list(), tmp_path / "ut")
    assert not (tmp_path / "ut").exists()
    assert checked_pattern("".join(f"{{{place}}}" for place in PLACES))


def test_one_that_fails_is_told_and_the_others_are_there(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(station, monkeypatch)
    good = station.papers

    def one_fails(stored: StoredTest, language: str | None = None) -> tuple[bytes, str]:
        if stored.id == sample()[0].id:
            raise ZeroDivisionError
        return good(stored)

    monkeypatch.setattr(station, "papers", one_fails)
    told: list[tuple[int, int]] = []
    made, problems = hand_over(
        station, station.record.tests.list(), tmp_path / "ut", progress=lambda done, of: told.append((done, of))
    )
    assert [one.test_id for one in made] == [follow_up()[0].id]
    assert len(problems) == 1
    assert sample()[0].id in english(*problems)
    assert told == [(1, 2), (2, 2)]
    assert len(names(tmp_path / "ut")) == 2


def test_nothing_half_written_is_ever_seen_and_what_was_there_stays(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(station, monkeypatch)
    stored, folder = station.record.tests.list()[0], tmp_path / "ut"
    (made,), _ = hand_over(station, [stored], folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handing_over, "write_whole", full)
    _, problems = hand_over(station, [stored], folder)
    assert "No space left" in english(*problems)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    monkeypatch.undo()
    quick(station, monkeypatch)
    for path, other in ((made.text, b"Kjaere kollega"), (made.pdf, b"PK\x03\x04")):
        path.write_bytes(other)
        _, problems = hand_over(station, [stored], folder)
        assert "nothing is written over it" in english(*problems)
        assert path.read_bytes() == other, "a stranger's file of the same name"
        path.unlink()


def test_a_folder_that_cannot_be_is_a_sentence(station: Station, tmp_path: Path) -> None:
    (tmp_path / "fil").write_text("x")
    with pytest.raises(BadInput, match="cannot be used"):
        hand_over(station, station.record.tests.list(), tmp_path / "fil" / "mappe")
    with pytest.raises(BadInput):
        hand_over(station, station.record.tests.list(), tmp_path / "a.record.journals" / "ut")


@pytest.mark.parametrize(
    ("number", "wish", "said"),
    [
        ("31129956715", "", None), ("31129956715", "clinic", None), ("31129956715", "masked", "311299 •••••"),
        ("K-17", "", None), ("K-17", "clinic", "K-17"), ("K-17", "masked", "K-17"), (None, "masked", None),
    ],
)  # fmt: skip
def test_no_page_ever_tells_a_whole_national_number(
    station: Station, number: str | None, wish: str, said: str | None
) -> None:
    person = station.record.people.all()[0]
    station.record.people.update(msgspec.structs.replace(person, number=number))
    station.settings = msgspec.structs.replace(station.settings, report_number=wish)
    assert station.paper(station.record.tests.list()[0]).person.number == said


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a user's folder so by itself")
def test_a_folder_that_is_made_for_it_is_this_users_alone(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(station, monkeypatch)
    stored = station.record.tests.get(station.record.tests.list()[0].id)
    told: list[int] = []

    def fact() -> None:
        folder = tmp_path / f"ut{len(told)}"
        told.append(1)
        handing_over.hand_over(station, [stored], folder)
        assert folder.stat().st_mode & 0o077 == 0, "names of files tell who was tested"

    fails_with(handing_over, "mode=FOLDER_MODE, ", "", fact)

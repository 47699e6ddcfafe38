"""``records report --hand-over`` and ``records group`` on the command line."""

import csv
import io
import json
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from tests.mutants import fails_with
from tests.sample_tests import follow_up, sample
from tests.unit.commands.conftest import Cli
from tests.unit.records.builders import events_of
from teststation.cause import Cause
from teststation.records.access.user import Role
from teststation.records.database import open_record
from teststation.subject import Sex
from teststation.training.interview import Answer, Interview, own_form
from ui.commands import run

WORDS = ("records", "--record", "a.record")
FIRST, LATER = "sim-1", "later"  # of the sample and of its follow-up


@pytest.fixture
def kept(cli: Cli, tmp_path: Path) -> None:
    """One person with two tests, the first one signed; and a demonstration."""
    with open_record(tmp_path / "a.record", "en god setning") as record:
        person = record.people.add(family_name="Hemmeligsen", given_name="Klara", sex=Sex.FEMALE, number="17")
        for run, found in (sample(), follow_up()):
            record.tests.save(person.id, run, found, events_of(5))
        kari, _ = record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
        record.signing.sign(FIRST, kari, comment="Gikk greit.")
        nobody = record.people.add(family_name="Pasient", given_name="Demo", sex=Sex.MALE, demo=True)
        shown = msgspec.structs.replace(sample()[0], id="demo-1", treadmill="emulated", heart_rate="emulated")
        record.tests.save(nobody.id, shown, sample()[1], events_of(5))


@pytest.fixture
def as_kari(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTSTATION_USER_PASSWORD", "gå tur i skogen")


WHO = ("--user", "kari")


@pytest.mark.usefixtures("kept", "as_kari")
def test_one_test_is_handed_over_in_the_language_asked_for(cli: Cli, tmp_path: Path) -> None:
    done = cli(*WORDS, *WHO, "report", FIRST, "--hand-over", "ut", "--language", "en", "--pdf", "a.pdf")
    assert done.status == 0, done.said
    stem = f"test_2026-01-02_{FIRST[:8]}"
    assert {path.name for path in (tmp_path / "ut").iterdir()} == {f"{stem}.pdf", f"{stem}.txt"}
    assert [Path(line).name for line in done.out.splitlines()] == [f"{stem}.pdf", f"{stem}.txt"]
    text = (tmp_path / "ut" / f"{stem}.txt").read_text("utf-8")
    assert text.splitlines()[1].startswith("VO₂max")
    assert "Kari Berg" in text
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "ut" / f"{stem}.pdf").read_bytes()
    assert "Fitness age" in PdfReader(tmp_path / "a.pdf").pages[0].extract_text() + text


@pytest.mark.usefixtures("kept", "as_kari")
def test_many_are_handed_over_with_progress_and_demonstrations_are_named_so(cli: Cli, tmp_path: Path) -> None:
    done = cli(*WORDS, *WHO, "report", LATER, "demo-1", "--signed", "--hand-over", "ut")
    assert done.status == 0, done.said
    assert [line for line in done.said.splitlines() if " of " in line][-1].endswith("3 of 3")
    names = sorted(path.name for path in (tmp_path / "ut").glob("*.pdf"))
    assert names == sorted(
        [f"test_2026-01-02_{FIRST[:8]}.pdf", f"test_2026-04-02_{LATER[:8]}.pdf", "demo_test_2026-01-02_demo-1.pdf"]
    )


@pytest.mark.usefixtures("kept", "as_kari")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((FIRST,), "--pdf, or a folder with --hand-over"),
        ((FIRST, LATER, "--pdf", "a.pdf"), "--pdf is one test's report"),
        (("--signed", "--pdf", "a.pdf"), "--pdf is one test's report"),
        (("--hand-over", "ut"), "no test to hand over"),
        (("nobody", "--hand-over", "ut"), "nobody"),
        ((FIRST, "--hand-over", "a.record"), "is the record"),
    ],
)
def test_what_cannot_be_handed_over_is_a_sentence(cli: Cli, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = cli(*WORDS, *WHO, "report", *words)
    assert done.status == 2
    assert said in done.said
    assert not (tmp_path / "ut").exists()


def talk(answer: str) -> Interview:
    """A talk before the first session in which somebody was asked whether they may be counted."""
    return Interview("2026-01-02", own_form().text, {"group_statistics": Answer(chosen=(answer,))}, done=True)


def many(tmp_path: Path) -> None:
    """Seven women and eight men with two tests each who may be counted, eleven who may not, and a demonstration."""
    run, found = follow_up()
    with open_record(tmp_path / "b.record", "en god setning") as record:
        for number in range(15):
            sex = Sex.FEMALE if number < 7 else Sex.MALE
            person = record.people.add(family_name=f"Navnesen{number}", sex=sex, number=f"K-{number}")
            first = msgspec.structs.replace(sample()[0], id=f"a{number}")
            subject = msgspec.structs.replace(run.subject, sex=sex)
            later = msgspec.structs.replace(run, id=f"b{number}", subject=subject)
            record.tests.save(person.id, first, sample()[1], events_of(2))
            record.tests.save(person.id, later, found, events_of(2))
            record.training.add(person.id, talk("yes"))
        for number, answer in enumerate((*["no"] * 5, *[None] * 6)):
            person = record.people.add(family_name=f"Utenforsen{number}", sex=Sex.MALE, number=f"U-{number}")
            record.tests.save(person.id, msgspec.structs.replace(run, id=f"c{number}"), found, events_of(2))
            if answer is not None:
                record.training.add(person.id, talk(answer))
        nobody = record.people.add(family_name="Pasient", sex=Sex.MALE, demo=True)
        shown = msgspec.structs.replace(sample()[0], id="demo-1", treadmill="emulated", heart_rate="emulated")
        record.tests.save(nobody.id, shown, sample()[1], events_of(2))


def test_the_group_page_tells_what_the_tests_came_to_and_of_nobody(cli: Cli, tmp_path: Path) -> None:
    many(tmp_path)
    done = cli("records", "--record", "b.record", "group", "--pdf", "g.pdf", "--csv", "g.csv", "--language", "nb")
    assert done.status == 0, done.said
    assert "15 people counted" in done.said
    text = (tmp_path / "g.csv").read_bytes().decode("utf-8-sig")
    rows = {(row["group"], row["figure"]): row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
    change = follow_up()[1].change
    assert change is not None
    mean = rows["all", "mean_change_of_tested_twice"]
    assert (mean["value"], mean["of"]) == (f"{change.change_ml_kg_min:.1f}".replace(".", ","), "15")
    assert (rows["female", "people"]["value"], rows["male", "people"]["value"]) == ("7", "8")
    page = PdfReader(tmp_path / "g.pdf").pages[0].extract_text()
    assert "De 15 som er testet to ganger" in page
    assert "ingen kontrollgruppe" in page
    assert [rows["all", f"not_counted{why}"]["value"] for why in ("", "_said_no", "_not_asked")] == ["11", "5", "6"]
    assert "Testet, men ikke talt med" in page
    assert "har sagt nei" in page
    for said in (page, text, str(PdfReader(tmp_path / "g.pdf").metadata)):
        assert not any(secret in said for secret in ("Navnesen", "K-1", "a1", "Pasient", "Utenforsen", "U-1"))
    before = (tmp_path / "g.pdf").read_bytes()
    assert cli("records", "--record", "b.record", "group", "--pdf", "g.pdf").status == 0
    assert (tmp_path / "g.pdf").read_bytes() == before
    (tmp_path / "g.csv").write_text("noe annet;her\n", "utf-8")
    done = cli("records", "--record", "b.record", "group", "--csv", "g.csv")
    assert done.status == 2
    assert "nothing is written over it" in done.said


@pytest.mark.usefixtures("kept", "as_kari")
def test_of_fewer_than_five_the_group_page_shows_nothing(cli: Cli, tmp_path: Path) -> None:
    done = cli(*WORDS, *WHO, "group", "--pdf", "g.pdf", "--csv", "g.csv", "--style", "comma", "--language", "en")
    assert done.status == 0, done.said
    assert "Fewer than 5" in PdfReader(tmp_path / "g.pdf").pages[0].extract_text()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "g.csv").read_bytes().decode("utf-8-sig"))))
    # Nobody has said yes, and how many there are besides would tell the few.
    assert {row["figure"]: row["value"] for row in rows if row["value"]} == {"people": "0", "tests": "0"}
    assert cli(*WORDS, *WHO, "group").status == 2


@pytest.mark.usefixtures("kept", "as_kari")
def test_the_json_tells_who_stands_for_a_test_and_what_was_noted(cli: Cli) -> None:
    signed, draft = (json.loads(cli(*WORDS, *WHO, "show", test, "--json", "-").out) for test in (FIRST, LATER))
    assert signed["comment"] == "Gikk greit."
    assert (signed["signature"]["name"], signed["signature"]["number"]) == ("Kari Berg", 1)
    assert signed["signature"]["amended_because"] is None
    assert (draft["comment"], draft["signature"]) == (None, None)
    assert draft["marks"] == [
        {"t_s": round(mark.t_s, 1), "kind": mark.kind, "text": mark.text} for mark in follow_up()[0].marks
    ]


def the_command_line_says_what_the_page_frames(cli: Cli, tmp_path: Path) -> None:
    with open_record(tmp_path / "b.record", "en god setning") as record:
        person = record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE)
        stopped = msgspec.structs.replace(sample()[0], reason=Cause("stop_chest_pain"))
        record.tests.save(person.id, stopped, sample()[1], events_of(5))
    done = cli("records", "--record", "b.record", "show", FIRST)
    (tmp_path / "b.record").unlink()
    (tmp_path / "b.record.head").unlink()
    assert "The test was stopped: chest discomfort in stage" in done.out
    assert "once a doctor has cleared it" in done.out


def test_the_command_line_says_what_the_page_frames(cli: Cli, tmp_path: Path) -> None:
    the_command_line_says_what_the_page_frames(cli, tmp_path)
    fails_with(
        run,
        ".framed(",
        ".framed and (lambda _: ())(",
        lambda: the_command_line_says_what_the_page_frames(cli, tmp_path),
    )

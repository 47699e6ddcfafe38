"""What a page says of itself: draft, amended, demonstration, whose paper, of which day; the same bytes each time."""

import io
from datetime import datetime
from typing import Any

import msgspec
import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.mutants import fails_with
from tests.sample_tests import follow_up, sample
from tests.unit.report.test_report import text_of
from teststation.cause import Cause
from teststation.report import model
from teststation.report.archive import archive
from teststation.report.journal_text import journal_text
from teststation.report.logo import picture_of
from teststation.report.model import BLOCKS, Clinic, HistoryPoint, Report, ReportPerson, Signed, build
from teststation.report.pdf import render
from teststation.texts import LANGUAGES, texts, writing

PERSON = ReportPerson("Åse Blåbær-Ødegård", "1980-02-03")
SIGNED = Signed("Kari Berg", "2026-01-03T09:30:00+00:00", "Gikk greit.\nRolig.")
AMENDED = Signed("Kari Berg", "2026-01-05T23:30:00+00:00", "Gikk greit.", "feil vekt")
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40"><g transform="translate(2,2) scale(.9)">'
    b'<circle cx="20" cy="20" r="18" fill="#0b5c7a"/><path d="m8 22 q6-16 14 0t14 0" fill="none" stroke="#fff"/>'
    b'<path d="M40 30a10 8 0 1 1 10 0z" style="fill:green;fill-rule:evenodd"/><polygon points="1,1 5,1 3,4"/></g></svg>'
)


def png(mode: str = "RGBA") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (40, 20), 0).save(out, "PNG")
    return out.getvalue()


def paper(
    signatures: tuple[Signed, ...] = (), clinic: Clinic | None = None, language: str = "nb", **run: Any
) -> Report:
    made, found = follow_up()
    estimate = found.estimates[found.headline]
    history = [
        HistoryPoint("2026-01-02T10:00:00+01:00", 40.0, 30.0, 52.0),
        HistoryPoint(made.started_at, estimate.vo2max_ml_kg_min, estimate.low, estimate.high),
    ]
    return build(
        PERSON, msgspec.structs.replace(made, **run), found, history, clinic or Clinic("Klinikken"), "Ola", "0.1.0",
        language=language, signatures=signatures,
    )  # fmt: skip


def every_page_says_what_it_is() -> None:
    for language in LANGUAGES:
        say = texts(language)
        cases = (
            (paper(language=language), [say("mark.draft")]),
            (paper((SIGNED,), language=language), []),
            (
                paper((SIGNED, AMENDED), language=language),
                [say("mark.amended", day=writing.day(language, "2026-01-06"))],
            ),
            (paper(language=language, treadmill="emulated"), [say("mark.demo"), say("mark.draft")]),
        )
        for made, marks in cases:
            pages = [page.extract_text() for page in PdfReader(io.BytesIO(render(made))).pages]
            everything = [
                say("mark.demo"),
                say("mark.draft"),
                say("mark.amended", day=writing.day(language, "2026-01-06")),
            ]
            for page in [*pages, journal_text(made, "ab12")]:
                assert [mark for mark in everything if mark in " ".join(page.split())] == marks


def test_every_page_and_text_says_what_it_is() -> None:
    every_page_says_what_it_is()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("if not self.signatures:\n            found", "if False:\n            found"),
        ("elif len(self.signatures) > 1", "elif False"),
        ('[say("mark.demo")] if self.run.demo else []', "[]"),
    ],
)
def test_a_mark_fails_on_a_planted_fault(old: str, new: str) -> None:
    fails_with(model, old, new, every_page_says_what_it_is)


def test_the_archive_tells_a_true_date_a_language_and_nobodys_name() -> None:
    for signatures, at in (((), None), ((SIGNED,), SIGNED.at), ((SIGNED, AMENDED), AMENDED.at)):
        made = paper(signatures, language="nn")
        ended = datetime.fromisoformat(made.run.started_at).timestamp() + round(made.run.ended_s or 0)
        expected = ended if at is None else datetime.fromisoformat(at).timestamp()
        data = archive(render(made), made)
        assert data == archive(render(made), made), "the same page has the same bytes"
        with pikepdf.open(io.BytesIO(data)) as document:
            assert str(document.Root.Lang) == "nn-NO"
            metadata = document.open_metadata()
            assert datetime.fromisoformat(str(metadata["xmp:CreateDate"])).timestamp() == expected
            told = str(document.docinfo["/CreationDate"])
            assert datetime.strptime(told.replace("'", ""), "D:%Y%m%d%H%M%S%z").timestamp() == expected
            said = f"{metadata} {[str(value) for value in document.docinfo.values()]}"
            assert "Testrapport 02.04.2026" in said
            assert not any(part in said for part in ("Åse", "Blåbær", "1980"))


def test_a_clinics_paper_carries_what_it_wants_and_no_port() -> None:
    clinic = Clinic("Klinikken", "Storgata 1, Oslo", "org.nr. 999", SVG, device_names={"trackmaster:COM3": "Mølle 2"})
    made = paper((SIGNED,), clinic, treadmill="trackmaster:COM3,units=kmh", heart_rate="ant:COM5,number=4711")
    text = text_of(archive(render(made), made))
    for words in ("Storgata 1, Oslo", "org.nr. 999", "Mølle 2 (Trackmaster)", "ANT+ 4711"):
        assert words in text
    assert "COM" not in text


def test_blocks_are_left_out_and_what_guards_the_reader_never_is() -> None:
    everything = frozenset(BLOCKS)
    whole, short = (text_of(render(paper((SIGNED,), Clinic(without=without)))) for without in (frozenset(), everything))
    say = texts("nb")
    for heading in ("course", "methods"):
        assert say(f"report.heading.{heading}") in whole
        assert say(f"report.heading.{heading}") not in short
    assert "4×4" in whole
    assert "4×4" not in short
    assert "Neste test" in short
    assert "Gikk greit." in short
    stopped = text_of(render(paper((SIGNED,), Clinic(without=everything), reason=Cause("stop_chest_pain"))))
    assert "ubehag i brystet" in stopped
    assert say("advice.doctor") in stopped


@pytest.mark.parametrize("data", [png(), png("RGB"), png("P"), png("L"), SVG], ids=["rgba", "rgb", "p", "l", "svg"])
def test_a_logo_is_drawn_and_the_page_stays_an_archives(data: bytes) -> None:
    assert picture_of(data).width > 0
    made = paper((SIGNED,), Clinic(logo=data))
    assert len(archive(render(made), made)) > 20_000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no PNG"),
        (b"GIF89a", "no PNG"),
        (png()[:60], "broken PNG"),
        (b"<html/>", "no SVG"),
        (b'<svg viewBox="0 0 1 1"><text>K</text></svg>', "paths"),
        (b'<svg viewBox="0 0 1 1"><image/></svg>', "<image>"),
        (b'<svg viewBox="0 0 1 1"><rect width="1" height="1" fill="url(#a)"/></svg>', "gradients"),
        (b'<svg viewBox="0 0 1 1"><rect width="1" height="1" fill="rosa"/></svg>', "colour rosa"),
        (b'<svg viewBox="0 0 1 1"><path d="M 0 0 L 1"/></svg>', "broken path"),
        (b'<svg viewBox="0 0 1 1"><path d="0 0"/></svg>', "broken path"),
        (b'<svg viewBox="0 0 1 1"/>', "nothing"),
        (b"<svg/>", "no size"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><svg>&b;</svg>', "no PNG"),
    ],
)
def test_a_logo_that_no_page_could_show_is_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        picture_of(data)


def test_an_arc_ends_where_it_should_and_stays_on_its_circle() -> None:
    (shape,) = picture_of(b'<svg viewBox="0 0 9 9"><path d="M1 5A4 4 0 0 1 9 5"/></svg>').shapes
    ends = [points[-2:] for kind, points in shape.moves if kind == "C"]
    assert ends[-1] == (9.0, 5.0)
    assert all(((x - 5) ** 2 + (y - 5) ** 2) ** 0.5 == pytest.approx(4.0) for x, y in ends)
    assert ends[0][1] == pytest.approx(1.0), "over the top: the sweep goes clockwise as SVG draws"


# --- five lines for the journal ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_journals_text_is_five_lines_with_the_pages_own_numbers(language: str) -> None:
    made = paper((SIGNED,), language=language)
    lines = journal_text(made, "ab12cd34-56").split("\n")
    assert (len(lines), lines[-1]) == (6, "")
    assert writing.day(language, "2026-04-02") in lines[0]
    assert "submax-13" in lines[0]
    assert made.number(made.headline.vo2max_ml_kg_min) in lines[1]
    assert f"{made.number(made.headline.low, 0)}–{made.number(made.headline.high, 0)}" in lines[1]
    change = made.assessment.change
    assert change is not None
    assert made.signed(change.change_ml_kg_min) in lines[3]
    assert made.say(f"report.change.{change.wording}") in lines[3]
    assert made.next_test in lines[4]
    assert "Kari Berg" in lines[4]
    assert "Gikk greit. Rolig." in lines[4], "a comment's own lines make no sixth"


def test_the_journals_text_keeps_the_pages_gates() -> None:
    run, found = sample()
    stopped = build(PERSON, msgspec.structs.replace(run, reason=Cause("stop_chest_pain")), found, [], Clinic(), "", "0")
    text = journal_text(stopped, "a")
    assert "ubehag i brystet i trinn" in text
    assert texts("nb")("advice.doctor") in text
    assert "4×4" not in text
    assert "Neste test: omkring" not in text
    made, later = follow_up()
    assert later.change is not None
    apart = msgspec.structs.replace(
        later,
        change=msgspec.structs.replace(
            later.change, wording="not_comparable", not_comparable=(Cause("differs_handrail"),), fitness_age=None
        ),
    )
    text = journal_text(build(PERSON, made, apart, [], Clinic(), "", "0"), "a")
    assert "reell" not in text
    assert "rekkverk" in text

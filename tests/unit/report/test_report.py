"""The report: what is said, that it stays on its page, and that the same test gives the same bytes."""

import io
from functools import cache

import msgspec
import pikepdf
import pytest
from pypdf import PdfReader

from tests.sample_tests import follow_up, sample
from teststation.cause import Cause
from teststation.physiology.assess import assess, assess_run
from teststation.physiology.result import Assessment
from teststation.report.archive import archive
from teststation.report.model import Clinic, HistoryPoint, Report, ReportPerson, Signed, build
from teststation.report.pdf import render
from teststation.run.record import Outcome, RunRecord
from teststation.subject import Subject
from teststation.texts import LANGUAGES, texts

PERSON = ReportPerson(name="Åse Blåbær-Ødegård", born="1980-02-03")


def report(run: RunRecord, found: Assessment, *, person: ReportPerson = PERSON, language: str = "nb") -> Report:
    history = [HistoryPoint("2026-01-02T10:00:00+01:00", 40.0, 30.0, 52.0), _point(run, found)]
    return build(person, run, found, history, Clinic("Klinikken"), "Ola Nordmann", "0.1.0", "ab" * 32, language)


def _point(run: RunRecord, found: Assessment) -> HistoryPoint:
    estimate = found.estimates[found.headline]
    return HistoryPoint(run.started_at, estimate.vo2max_ml_kg_min, estimate.low, estimate.high)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_a_first_test_says_the_answer_with_its_range_in_bokmaal() -> None:
    text = text_of(render(report(*sample())))
    for words in (
        "Åse Blåbær-Ødegård",
        "Kondisjon (VO₂maks)",
        "mest trolig",
        "nesten sikkert",
        "av usikkerheten er",
        "Kondisjonsalder",
        "f. 03.02.1980",
    ):
        assert words in text
    assert "Kondisjonen din er" in text
    assert "Neste test: omkring 02.04.2026" in text
    assert "ikke en nødstopp" in text


def test_an_age_is_told_in_whole_years() -> None:
    run, found = sample()
    almost = msgspec.structs.replace(run, subject=msgspec.structs.replace(run.subject, age_years=56.9))
    assert "56 år" in text_of(render(report(almost, found)))


def test_a_later_test_says_whether_the_change_is_real() -> None:
    run, found = follow_up()
    assert found.change is not None
    text = text_of(render(report(run, found)))
    assert "Endring siden sist" in text
    assert texts("nb")(f"report.change.{found.change.wording}") in text
    assert "Puls ved samme belastning: −7" in text


def test_training_says_the_belt_setting_that_should_give_the_pulse() -> None:
    run, found = sample()
    assert found.training is not None
    assert f"{found.training.speed_kmh:.1f}".replace(".", ",") + " km/t" in text_of(render(report(run, found)))


def test_a_withheld_answer_has_no_number_and_says_why() -> None:
    run, _ = sample()
    flat = msgspec.structs.replace(run, heart=tuple(msgspec.structs.replace(s, bpm=110) for s in run.heart))
    text = text_of(render(report(flat, assess_run(flat))))
    assert "Ta testen på nytt: pulsen fulgte ikke belastningen; sjekk pulsbeltet" in text
    assert "Ikke noe kondisjonstall i dag" in text
    assert "Kombinert anslag ikke beregnet: pulsen fulgte ikke belastningen" in text


def test_a_number_on_beta_blockers_says_why_it_is_wide() -> None:
    run, _ = sample()
    subject = msgspec.structs.replace(run.subject, beta_blocker=True)
    blocked = msgspec.structs.replace(run, subject=subject)
    text = text_of(render(report(blocked, assess_run(blocked))))
    assert "Betablokker: pulsen sier lite" in text
    assert "med betablokker eller uregelmessig rytme sier pulsen ikke noe om VO₂maks" in text


def test_tests_that_cannot_be_compared_are_laid_side_by_side() -> None:
    run, found = follow_up()
    assert found.change is not None
    apart = msgspec.structs.replace(
        found,
        change=msgspec.structs.replace(
            found.change, wording="not_comparable", not_comparable=(Cause("differs_handrail"),), fitness_age=None
        ),
    )
    text = text_of(render(report(run, apart)))
    assert "kan ikke sammenlignes direkte" in text
    assert "Ikke direkte sammenlignbart: rekkverk" in text
    assert "reell endring" not in text


def test_english_is_english() -> None:
    text = text_of(render(report(*sample(), language="en")))
    assert "Fitness age" in text
    assert "Kondisjon" not in text


def test_the_same_test_gives_the_same_bytes() -> None:
    assert archive(render(report(*sample()))) == archive(render(report(*sample())))


def test_the_archive_copy_claims_pdf_a_and_embeds_every_font() -> None:
    data = archive(render(report(*sample())))
    assert b"pdfaid:part" in data
    with pikepdf.open(io.BytesIO(data)) as document:
        fonts = [font for page in document.pages for font in page.resources.Font.values()]
        assert fonts
        for font in fonts:
            described = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            assert "/FontFile2" in described.FontDescriptor


@cache
def extremes() -> dict[str, tuple[RunRecord, Assessment]]:
    run, found = sample()
    none = msgspec.structs.replace(run, stages=(), heart=(), belt=(), marks=(), outcome=Outcome.FAULT)
    interrupted = msgspec.structs.replace(run, outcome=Outcome.INTERRUPTED, reason=Cause("interrupted"), ended_s=None)
    one = msgspec.structs.replace(run, stages=run.stages[:1])
    silent = msgspec.structs.replace(run, heart=tuple(msgspec.structs.replace(s, bpm=None) for s in run.heart))
    many = sample(1, "balke-ware")
    very = Subject(sex=run.subject.sex, age_years=99, weight_kg=299.9)
    return {
        "nothing was walked": (none, assess_run(none)),
        "interrupted": (interrupted, assess_run(interrupted)),
        "one stage": (one, assess_run(one)),
        "no pulse": (silent, assess_run(silent)),
        "twenty stages": many,
        "no subject to speak of": (msgspec.structs.replace(run, subject=very), assess(very, ())),
        "everything": (run, found),
    }


EXTREMES = (
    "nothing was walked",
    "interrupted",
    "one stage",
    "no pulse",
    "twenty stages",
    "no subject to speak of",
    "everything",
)


@pytest.mark.parametrize("case", EXTREMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_extremes_need_two_pages_and_a_third_only_for_many_stages(case: str, language: str) -> None:
    assert set(extremes()) == set(EXTREMES)
    run, found = extremes()[case]
    person = ReportPerson(name="Maximiliane " * 8, born=None, number="9" * 40)
    pdf = render(report(run, found, person=person, language=language))
    assert len(PdfReader(io.BytesIO(pdf)).pages) == (3 if case == "twenty stages" else 2)


# --- signatures ---

SIGNED = Signed("Kari Berg", "2026-01-02T23:30:00.000+00:00", comment="Rolig og jevn gange.")
AMENDED = Signed("Nils Dal", "2026-01-05T10:00:00.000+00:00", comment="Gikk uten rekkverk.", reason="Glemt å notere.")


def signed_text(*signatures: Signed, language: str = "nb") -> str:
    run, found = sample()
    made = build(
        PERSON, run, found, [_point(run, found)], Clinic(), "", "0.1.0", language=language, signatures=signatures
    )
    return text_of(render(made))


def test_an_unsigned_report_has_lines_for_a_pen() -> None:
    text = signed_text()
    assert "signatur" in text
    assert "Kari Berg" not in text


def test_a_signed_report_says_who_and_when_and_the_comment() -> None:
    text = signed_text(SIGNED)
    for words in ("Kari Berg", "03.01.2026", "Rolig og jevn gange."):
        assert words in text, "the day is that of the test's own place"


def test_an_amended_report_says_why_and_keeps_the_first_signature() -> None:
    text = signed_text(SIGNED, AMENDED)
    for words in ("Kari Berg", "Rettet 05.01.2026 av Nils Dal: Glemt å notere.", "Gikk uten rekkverk."):
        assert words in text
    assert "Amended 5 Jan 2026 by Nils Dal" in signed_text(SIGNED, AMENDED, language="en")


def test_a_very_long_comment_is_printed_to_its_last_word() -> None:
    run, found = sample()
    words = [f"ord{number}" for number in range(900)]
    endless = Signed("Kari Berg", SIGNED.at, comment=" ".join(words))
    made = build(PERSON, run, found, [_point(run, found)], Clinic(), "", "0.1.0", signatures=[endless])
    text = text_of(render(made))
    assert set(words) <= set(text.split())
    assert "side 1 av 3" in text


def test_numbers_of_two_algorithms_are_in_no_line_together() -> None:
    run, found = sample()
    days = ("2024-01-02", "2025-01-02", "2025-07-02", "2026-01-02")
    by = ("2 extrapolation", "3 combined", "3 combined", "3 combined")
    history = [
        HistoryPoint(f"{day}T10:00:00+01:00", 30.0 + n, 25.0, 40.0, reckoned_by=which)
        for n, (day, which) in enumerate(zip(days, by, strict=True))
    ]
    made = build(PERSON, run, found, history, Clinic("Klinikken"), "Ola Nordmann", "0.1.0")
    assert len(made.in_line) == 3
    assert made.trend is not None
    assert made.trend.per_year == pytest.approx(2.0, abs=0.1)
    assert render(made).startswith(b"%PDF")

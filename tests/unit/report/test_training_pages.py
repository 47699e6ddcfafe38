"""Training's pages: what was planned and done, a grid to write on, the talk on one page; nothing lost between them."""

import io
import re
from datetime import date
from itertools import pairwise

import msgspec
import pikepdf
import pypdfium2
import pytest

from tests.mutants import fails_with
from teststation.report import training_pages
from teststation.report.group_page import GroupPaper, render_group
from teststation.report.layout import INNER, REGULAR
from teststation.report.model import Clinic
from teststation.report.training_pages import DiaryPage, Whose, _filled_lines, diary_pdf, interview_pdf
from teststation.report.typesetting.drawing import text_width
from teststation.texts import LANGUAGES, texts
from teststation.training.clinic_results import ClinicResults, Mean
from teststation.training.diary import Attendance, Entry, StrengthSet, overview, weeks
from teststation.training.interview import Answer, Interview, own_form
from teststation.training.plan import make_plan
from teststation.training.words import answer_words

TODAY = date(2026, 9, 20)
PLAN = make_plan(date(2026, 8, 17), (1, 3, 5), "4x4")
ENTRIES = [
    Entry(day="2026-08-17", minutes=35.0, borg=16, felt=4, bouts_done=4, bouts_planned=4, comment="gikk fint"),
    Entry(day="2026-08-19", attendance=Attendance.EXCUSED, reason="ill"),
    Entry(day="2026-08-20", kind="strength", sets=(StrengthSet("leg_press", 105.0, (4, 4, 4, 5)),)),
]


def whose(language: str = "nb", *, draft: bool = False) -> Whose:
    return Whose(texts(language), "Klinikken", "Åse Ødegård", "Ødegård", "1974-02-28", TODAY, "1", draft=draft)


def page(language: str = "nb", entries: list[Entry] = ENTRIES, *, blank: bool = False) -> DiaryPage:
    return DiaryPage(
        whose(language), overview(PLAN, entries, TODAY), entries, weeks(PLAN, entries, TODAY), blank, ["opp på fjellet"]
    )


def pages_of(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def test_every_planned_session_and_every_row_has_its_line() -> None:
    lines = _filled_lines(page())
    assert len(lines) == 25
    assert lines[0] == ("1", "ma. 17.08.2026", "4×4 intervall", "35", "4 av 4", "16", "4", "gikk fint")
    assert lines[1][-1] == "Meldt fra (syk)"
    assert lines[2][0] == "+"
    assert lines[2][-1] == "Beinpress 105 kg 4/4/4/5"
    assert lines[3][-1] == "Ikke ført", "what is missing is to be seen, and blames nobody"
    assert lines[-1][-1] == "", "and what is to come is not missing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_diary_is_one_page_in_every_language_and_the_same_each_time(language: str) -> None:
    made = diary_pdf(page(language))
    assert pages_of(made) == 1
    assert diary_pdf(page(language)) == made
    assert diary_pdf(page(language, blank=True)) != made


def test_a_long_diary_goes_on_on_the_next_page() -> None:
    many = ENTRIES + [Entry(day=f"2026-09-{day:02}", kind="walk", minutes=60.0) for day in range(1, 20)]
    assert pages_of(diary_pdf(page(entries=many))) == 2
    assert pages_of(diary_pdf(DiaryPage(whose(), None, [], blank=True))) == 1


def said_on(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(one.get_textpage().get_text_bounded().split()) for one in document)


def nothing_written_is_cut_off() -> None:
    comment = " ".join(f"ord{n}" for n in range(500))
    long = [msgspec.structs.replace(ENTRIES[0], comment=comment, therapist="og senk stigningen"), *ENTRIES[1:]]
    told = set(said_on(diary_pdf(page(entries=long))).split())
    assert [word for word in (*comment.split(), "stigningen") if word not in told] == []


def test_what_was_written_is_on_the_page_to_its_last_word() -> None:
    nothing_written_is_cut_off()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tuple(wrapped[:MOST_LINES])", "tuple(wrapped[:2])"),
        ("range(MOST_LINES, len(wrapped), MOST_LINES)", "()"),
    ],
)
def test_a_word_that_is_left_out_would_be_found(old: str, new: str) -> None:
    fails_with(training_pages, old, new, nothing_written_is_cut_off)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_page_is_meant_for_stands_whole_at_its_foot(language: str) -> None:
    assert texts(language)("report.intended_use") in said_on(diary_pdf(page(language)))


def talk(words: str) -> Interview:
    form = own_form()
    said = {one.id: Answer(text=words) for one in form.questions if one.kind == "text"}
    return Interview("2026-08-10", form.text, {**said, "importance": Answer(number=9)}, done=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_talk_is_on_one_page(language: str) -> None:
    assert pages_of(interview_pdf(whose(language), talk("Litt fotball og styrke i yngre år. " * 4))) == 1


def test_a_talk_too_long_for_a_page_goes_on_and_loses_nothing() -> None:
    assert pages_of(interview_pdf(whose(draft=True), talk("mange ord " * 200))) > 1


def test_an_answer_is_read_in_words() -> None:
    say, questions = texts("nb"), {one.id: one for one in own_form().questions}
    assert answer_words(say, questions["physician"], Answer(chosen=("yes",), text="Dr Lie")) == "Ja – Dr Lie"
    assert answer_words(say, questions["importance"], Answer(number=9)) == "9 av 10"
    assert answer_words(say, questions["adaptation"], Answer(chosen=("music", "group"))) == "Musikk, I gruppe"
    assert answer_words(say, questions["goal_date"], Answer(text="2026-12-01")) == "01.12.2026"
    assert answer_words(say, questions["goal_date"], Answer(text="til jul")) == "til jul"
    assert answer_words(say, questions["hope"], Answer(declined=True)) == "vil ikke svare"


# --- the room that words get ---


def an_answer_takes_its_line() -> None:
    """Each line but an answer's last holds all that finds room in it."""
    lines = training_pages._talk_lines(whose(), own_form(), talk("Litt fotball og styrke i yngre år. " * 9), 9.0)
    said = [line for line in lines if line.indent]
    full = [(one, after.text.split()[0]) for one, after in pairwise(said) if not one.text.endswith(("år.", "av 10"))]
    assert full
    for line, first in full:
        assert text_width(f"{line.text} {first}", REGULAR, line.size) > INNER - line.indent


def test_an_answer_takes_its_line() -> None:
    an_answer_takes_its_line()


def test_an_answer_measured_in_letters_of_another_weight_would_be_found() -> None:
    fails_with(training_pages, "wrap(answer, REGULAR,", 'wrap(answer, "DejaVu-Bold",', an_answer_takes_its_line)


def test_what_rounds_to_nothing_has_no_sign_in_a_groups_report() -> None:
    mean = Mean(34, -0.04, -0.9, 0.8)
    found = ClinicResults(
        TODAY, 34, 48, 34, mean_of_tested=mean, mean_of_everybody=mean, median_years=-0.2, years_from=34
    )
    text = said_on(render_group(GroupPaper(found, Clinic("Klinikken"), "0.1.0")))
    assert "−0,9 til +0,8" in text
    assert not re.search(r"[−+-]0(?![,\d])|[−+-]0,0", text)

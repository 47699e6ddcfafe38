"""Text in any script is drawn: the right glyphs, joined, in the right order, and never a text that stops a page."""

import io
import logging
import tomllib
import unicodedata
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutants import fails_with
from teststation.report import layout
from teststation.report.archive import archive
from teststation.report.layout import MARGIN, REGULAR, Page, fit, new_canvas, register_fonts, wrap
from teststation.report.typesetting import drawing
from teststation.report.typesetting.drawing import text_width
from teststation.report.typesetting.glyph_font import to_unicode
from teststation.report.typesetting.lines import pieces, plain, width_em
from teststation.report.typesetting.scripts import BOLD, MISSING
from teststation.report.typesetting.tagging import TaggedCanvas

NAMES = tomllib.loads(Path(__file__).with_name("names.toml").read_text("utf-8"))
EVERY_NAME = [name for names in NAMES.values() for name in names]
# Where a reader finds each letter in its place; elsewhere glyphs swap, and the page carries the text beside them.
LETTER_BY_LETTER = ("latin", "cyrillic_greek", "tigrinya_amharic", "han", "japanese", "korean", "georgian_armenian")


@pytest.fixture(autouse=True)
def _fonts() -> None:
    register_fonts()


def page_of(texts: list[str]) -> bytes:
    """A page with one text on each line, as a PDF."""
    out = io.BytesIO()
    canvas = new_canvas(out)
    page = Page(canvas)
    for text in texts:
        page.y -= 14
        page.text(MARGIN, page.y, text, 10)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def read(pdf: bytes) -> str:
    """What a reader finds on the first page."""
    document = pypdfium2.PdfDocument(pdf)
    return document[0].get_textpage().get_text_range()


def letters(text: str) -> list[str]:
    """The letters of a text in any order."""
    return sorted(c for c in unicodedata.normalize("NFKC", text) if not c.isspace())


def test_there_are_two_hundred_names() -> None:
    assert len(EVERY_NAME) >= 200


@pytest.mark.parametrize("script", NAMES)
@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_every_name_is_drawn_whole(script: str, font: str, caplog: pytest.LogCaptureFixture) -> None:
    for name in NAMES[script]:
        drawn = pieces(name, font)
        assert text_width(name, font, 10) > 0
        assert MISSING not in "".join(piece.drawn for piece in drawn), name
        assert letters("".join(piece.said for piece in drawn)) == letters(plain(name)), name
    assert not caplog.records


@pytest.mark.parametrize("script", LETTER_BY_LETTER)
def test_a_reader_finds_every_letter(script: str) -> None:
    for name in NAMES[script]:
        assert letters(read(page_of([name]))) == letters(name)


@pytest.mark.parametrize("name", ["नरेन्द्र शर्मा", "தமிழ்ச்செல்வன்", "ភារម្យ សុខា", "ශ්‍රීමතී"])
def test_where_glyphs_swap_the_page_carries_the_text(name: str) -> None:
    out = io.BytesIO()
    canvas = TaggedCanvas(out, pageCompression=0)
    Page(canvas).text(MARGIN, 500, name)
    canvas.save()
    said = [piece.said for piece in pieces(plain(name), REGULAR) if piece.needs_telling]
    assert said
    for text in said:
        assert f"<FEFF{text.encode('utf-16-be').hex().upper()}>".encode() in out.getvalue()


def test_the_page_of_every_name_is_an_archives_page() -> None:
    pages = [archive(page_of(EVERY_NAME[first : first + 50])) for first in range(0, len(EVERY_NAME), 50)]
    assert sum(map(len, pages)) < 1_500_000


def test_the_same_names_are_the_same_bytes_whatever_was_drawn_before() -> None:
    first = page_of(["محمد", "நன்றி"])
    page_of(EVERY_NAME[:60])
    assert page_of(["محمد", "நன்றி"]) == first


def test_arabic_letters_are_joined() -> None:
    alone = {pieces(letter, REGULAR)[0].drawn for letter in "محمد"}
    joined = pieces("محمد", REGULAR)[0].drawn
    assert len(joined) == 4
    assert len(set(joined) - alone) >= 3, "begin, middle and end have forms of their own"


def test_arabic_runs_from_right_to_left_between_latin_words() -> None:
    said = [piece.said.strip() for piece in pieces("Ali أحمد بن Nilsen", REGULAR)]
    assert [part for part in said if part] == ["Ali", "أحمد بن", "Nilsen"]
    ahmed, ben = (pieces(word, REGULAR)[0].drawn for word in ("أحمد", "بن"))
    whole = pieces("أحمد بن", REGULAR)[0].drawn
    assert whole.startswith(ben), "the second word stands left of the first"
    assert whole.endswith(ahmed)


def test_a_number_in_arabic_text_keeps_its_digits_in_order() -> None:
    assert "12" in "".join(piece.drawn for piece in pieces("محمد 12", REGULAR, right_to_left=True))


def test_pasted_word_bullets_become_bullets() -> None:
    assert plain("\uf0b7 gå tur \uf0d8 puls") == "• gå tur ➢ puls"


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\U00012000", "\U0010ffff"])
def test_an_unknown_sign_is_an_empty_box_and_told_once(text: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        drawn = "".join(piece.drawn for piece in pieces(f"a{text}ø", REGULAR))
    assert drawn == f"a{MISSING}ø"
    assert len(caplog.records) == (0 if text in ("\x00", "\ud800") else 1)


def test_a_sign_in_one_square_is_written_out_where_no_font_has_it() -> None:
    assert "".join(piece.drawn for piece in pieces("72 ㎏", REGULAR)) == "72 kg"


def test_codes_beyond_the_first_plane_are_written_as_utf_16() -> None:
    table = to_unicode("x", ["a", "😀", "لا"])
    assert "<01> <D83DDE00>" in table
    assert "<02> <06440627>" in table
    assert "3 beginbfchar" in table


def test_a_table_has_blocks_of_a_hundred_at_most() -> None:
    table = to_unicode("x", ["a"] * 256)
    assert table.count("100 beginbfchar") == 2
    assert "56 beginbfchar" in table


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.floats(20, 300))
def test_any_text_at_all_is_fitted_wrapped_and_drawn(text: str, width: float) -> None:
    register_fonts()
    cut, size = fit(text, REGULAR, 10, width)
    assert text_width(cut, REGULAR, size) <= width
    for line in wrap(text, REGULAR, 8, width):
        assert text_width(line, REGULAR, 8) <= width or len(line) <= 8
    page_of([text])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(EVERY_NAME), min_size=1, max_size=4), st.floats(60, 400))
def test_no_letter_is_lost_when_a_text_is_wrapped(words: list[str], width: float) -> None:
    register_fonts()
    text = " ".join(words)
    assert "".join(wrap(text, REGULAR, 9, width)).replace(" ", "") == plain(text).replace(" ", "")


def what_is_pasted_costs_what_is_drawn() -> None:
    """A page or an address pasted as a name: letters that are measured are as many as lines, not as their square."""
    register_fonts()
    measured: list[int] = []

    def width(text: str, font: str) -> float:
        measured.append(len(text))
        return width_em(text, font)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "width_em", width)
        for text in ("Å" * 3000, "https://x/" * 300, "ab\u06a9" * 1000):
            assert layout.fit(text, REGULAR, 10, 200)[0].endswith("…")
            assert "".join(layout.wrap(text, REGULAR, 9, 200)) == plain(text)
    assert max(measured) < 300
    assert sum(measured) < 30 * 9000, "letters measured, for each that is drawn"


def test_what_is_pasted_costs_what_is_drawn() -> None:
    what_is_pasted_costs_what_is_drawn()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        fit, too_many = too_many, 2 * too_many", "        fit, too_many = too_many, 900 * too_many"),
        ("        long = len(word) > LONG_WORD", "        long = False"),
    ],
)
def test_it_fails_on_a_planted_fault(old: str, new: str) -> None:
    fails_with(layout, old, new, what_is_pasted_costs_what_is_drawn)

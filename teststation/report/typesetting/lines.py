"""One line of text as pieces that a canvas can draw, from left to right. Pure but for the fonts it reads."""

import logging
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import uharfbuzz as _uharfbuzz
from bidi import algorithm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import ShapeData, ShapedStr

from teststation.report.typesetting.glyph_font import GlyphFont
from teststation.report.typesetting.scripts import ALONE, JOINERS, MISSING, font_for, joins

log = logging.getLogger("teststation.report")
uharfbuzz: Any = _uharfbuzz  # its types are in no stub

# What word processors paste: codes of the Symbol and Wingdings fonts, which mean nothing without them.
_PASTED = {
    0xF0B7: "•", 0xF0A7: "▪", 0xF0A8: "▫", 0xF0D8: "➢", 0xF0FC: "✓", 0xF0E0: "→", 0xF076: "❖", 0xF06F: "○", 0xF0D2: "®",
    0xF02D: "–", 0xF0B0: "°", 0xF0B1: "±", 0xF0A3: "≤", 0xF0B3: "≥", 0xF0BE: "—", 0xF04A: "☺", 0xF04C: "☹",
}  # fmt: skip
_NOT_DRAWN = {0x00AD, 0x200B, 0x200E, 0x200F, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xFEFF, *range(0x202A, 0x202F)}
_FEATURES = {"kern": True, "liga": True}


@dataclass(frozen=True, slots=True)
class Piece:
    """What is drawn in one font. ``said`` is the text it stands for, as written; ``width_em`` its width at size 1."""

    font: str
    drawn: str
    said: str
    width_em: float
    backwards: bool = False

    @property
    def needs_telling(self) -> bool:
        """Whether the page has to say what is written, since glyphs stand in another order than letters.

        Not where letters run from right to left: readers put those in order themselves, and would do it twice.
        """
        return isinstance(self.drawn, ShapedStr) and not self.backwards


def plain(text: str) -> str:
    """A text as it can be drawn on one line: composed, blanks for breaks, no controls, bullets for pasted codes."""
    kept: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        code = ord(character)
        if code in _PASTED:
            kept.append(_PASTED[code])
        elif code in _NOT_DRAWN:
            continue
        elif character.isspace():
            kept.append(" ")
        elif unicodedata.category(character) in ("Cc", "Cs"):
            kept.append(MISSING)
        else:
            kept.append(character)
    return "".join(kept)


def _drawable(character: str, base: str) -> str:
    """The character, or where no font has it what it is short for, such as kg for its one-square form."""
    if font_for(character, base) is not None:
        return character
    simple = unicodedata.normalize("NFKC", character)
    return simple if all(font_for(one, base) is not None for one in simple) else character


@lru_cache(maxsize=4096)
def pieces(text: str, base: str, *, right_to_left: bool = False) -> tuple[Piece, ...]:
    """The pieces of one line in the order in which they stand on the page.

    Args:
        base: The page's own font, ``REGULAR`` or ``BOLD``; other scripts have one weight.
        right_to_left: Whether the line as a whole runs that way, as in a paragraph of Arabic.
    """
    text = plain(text)
    if text.isascii():
        return (_as_written(base, text),)
    fonts, text = _fonts("".join(_drawable(character, base) for character in text), base)
    return tuple(
        _shaped(font, part, backwards) for font, part, backwards in _runs(text, fonts, right_to_left=right_to_left)
    )


def runs_right_to_left(text: str) -> bool:
    """Whether a paragraph's first letter belongs to a script that runs from right to left."""
    for character in text:
        match unicodedata.bidirectional(character):
            case "L":
                return False
            case "R" | "AL":
                return True
    return False


def width_em(text: str, base: str) -> float:
    """The width of a line at size 1."""
    return sum(piece.width_em for piece in pieces(text, base))


def _fonts(text: str, base: str) -> tuple[list[str], str]:
    """A font for each character. What no font has becomes an empty box, and the log tells of it."""
    found: list[str] = []
    drawn: list[str] = []
    missing: set[str] = set()
    for character in text:
        last = found[-1] if found else base
        if found and character in JOINERS:
            found.append(last)  # drawn by no font, and yet it says whether letters join
            drawn.append(character)
            continue
        if found and (joins(character) or (_is_common(character) and last not in ALONE)) and _draws(last, character):
            found.append(last)
            drawn.append(character)
            continue
        font = font_for(character, base)
        if font is None and joins(character):
            continue  # a selector or mark that nothing draws leaves its letter as it is
        if font is None:
            missing.add(f"U+{ord(character):04X}")
        found.append(font or base)
        drawn.append(character if font is not None else MISSING)
    if missing:
        log.warning("no embedded font has %s: printed as %s", ", ".join(sorted(missing)), MISSING)
    return found, "".join(drawn)


def _is_common(character: str) -> bool:
    """Blanks, digits and signs belong to no script: they stay in the font of the word before them."""
    return unicodedata.category(character)[0] in "NPZS" and ord(character) < 0x2100


def _draws(font: str, character: str) -> bool:
    registered = pdfmetrics.getFont(font)
    return isinstance(registered, GlyphFont) and registered.draws(ord(character))


def _runs(text: str, fonts: list[str], *, right_to_left: bool) -> Iterator[tuple[str, str, bool]]:
    """Font, text as written and whether it runs from right to left, in the order of the page."""
    # Joiners have no place of their own on the line; they come along with the letters on both sides.
    seen = [place for place, character in enumerate(text) if unicodedata.bidirectional(character) != "BN"]
    run: list[int] = []
    backwards = False

    def whole() -> tuple[str, str, bool]:
        return fonts[seen[run[0]]], text[seen[min(run)] : seen[max(run)] + 1], backwards

    for place, level in _visual_order("".join(text[i] for i in seen), right_to_left=right_to_left):
        step = -1 if level % 2 else 1
        same_font = bool(run) and fonts[seen[place]] == fonts[seen[run[-1]]]
        if run and not (place == run[-1] + step and backwards == bool(level % 2) and same_font):
            yield whole()
            run = []
        backwards = bool(level % 2)
        run.append(place)
    if run:
        yield whole()


def _visual_order(text: str, *, right_to_left: bool) -> Iterator[tuple[int, int]]:
    """Place in the text and embedding level of each character from left to right (Unicode annex 9)."""
    if not any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text) and not right_to_left:
        yield from ((place, 0) for place in range(len(text)))
        return
    storage: dict[str, Any] = algorithm.get_empty_storage()
    storage["base_level"] = 1 if right_to_left else 0
    storage["base_dir"] = "R" if right_to_left else "L"
    algorithm.get_embedding_levels(text, storage)
    for place, character in enumerate(storage["chars"]):
        character["place"] = place
    for resolve in (
        algorithm.explicit_embed_and_overrides,
        algorithm.resolve_weak_types,
        algorithm.resolve_neutral_types,
        algorithm.resolve_implicit_levels,
        algorithm.reorder_resolved_levels,
    ):
        resolve(storage, False)
    yield from ((character["place"], character["level"]) for character in storage["chars"])


def _as_written(font: str, text: str) -> Piece:
    return Piece(font, text, text, pdfmetrics.stringWidth(text, font, 1.0))


def _shaped(font: str, text: str, backwards: bool) -> Piece:
    """A run through HarfBuzz. Where it changes nothing the characters stay what they are."""
    registered = pdfmetrics.getFont(font)
    assert isinstance(registered, GlyphFont)
    if not backwards and all(_stands_alone(character) for character in text):
        return _as_written(font, text)
    buffer = uharfbuzz.Buffer()
    # Each letter its own cluster where a reader puts letters in order by their places, else whole ones.
    level = uharfbuzz.BufferClusterLevel
    buffer.cluster_level = level.MONOTONE_CHARACTERS if backwards else level.MONOTONE_GRAPHEMES
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if backwards else "ltr"
    face: Any = registered.face
    hb_font: Any = registered.hbFont(10)
    uharfbuzz.shape(hb_font, buffer, _FEATURES)
    said = _said_by_cluster(text, [info.cluster for info in buffer.glyph_infos])
    codes: list[str] = []
    moves: Any = []
    width = 0.0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyph = info.codepoint
        cluster = said.pop(info.cluster, "")
        code = _code_of(registered, hb_font, glyph, cluster)
        advance = registered.pdfScale(position.x_advance)
        offsets = registered.pdfScale(position.x_offset), registered.pdfScale(position.y_offset)
        moves.append(ShapeData(info.cluster, advance, 0, *offsets, face.charWidths[code]))
        codes.append(chr(code))
        width += advance / 1000
    return Piece(font, ShapedStr("".join(codes), shapeData=moves), text, width, backwards)


def _stands_alone(character: str) -> bool:
    """Whether a character is drawn the same whatever stands beside it: Latin, Greek, Cyrillic, Han, Hangul, kana."""
    code = ord(character)
    alone = code < 0x0530 or 0x1E00 <= code < 0x2D00 or 0x3000 <= code < 0xA000 or 0xAC00 <= code < 0xD7B0
    return (alone or 0xF900 <= code < 0xFB00 or 0xFF00 <= code < 0xFFF0 or code >= 0x20000) and not joins(character)


def _said_by_cluster(text: str, clusters: list[int]) -> dict[int, str]:
    """The text of each cluster, by the place where it begins."""
    starts = sorted(set(clusters))
    return {start: text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)}


def _code_of(font: GlyphFont, hb_font: Any, glyph: int, said: str) -> int:
    """The code of a glyph: the character it is where it is one, else a private code with its meaning."""
    face: Any = font.face
    if len(said) == 1 and face.charToGlyph.get(ord(said)) == glyph:
        return ord(said)
    return font.private_code(hb_font, glyph, said)

"""Which embedded font draws a character. Latin, Greek, Cyrillic: the page's own; other scripts have one of Noto's.

A font is read only when a character asks for it: most reports need none of them.
"""

import unicodedata
from bisect import bisect_right
from functools import cache
from importlib import resources

from reportlab.pdfbase import pdfmetrics

from teststation.report.typesetting.glyph_font import GlyphFont

REGULAR, BOLD = "DejaVu", "DejaVu-Bold"
MISSING = "□"
JOINERS = frozenset("\u200c\u200d")
_BASE_FILES = {REGULAR: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}

# First and last code point (Unicode's blocks) and the file that draws them, in order of code points.
_BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0530, 0x058F, "NotoSansArmenian"),
    (0x0590, 0x05FF, "NotoSansHebrew"),
    (0x0600, 0x06FF, "NotoSansArabic"),
    (0x0700, 0x074F, "NotoSansSyriac"),
    (0x0750, 0x077F, "NotoSansArabic"),
    (0x0780, 0x07BF, "NotoSansThaana"),
    (0x07C0, 0x07FF, "NotoSansNKo"),
    (0x0860, 0x086F, "NotoSansSyriac"),
    (0x08A0, 0x08FF, "NotoSansArabic"),
    (0x0900, 0x097F, "NotoSansDevanagari"),
    (0x0980, 0x09FF, "NotoSansBengali"),
    (0x0A00, 0x0A7F, "NotoSansGurmukhi"),
    (0x0A80, 0x0AFF, "NotoSansGujarati"),
    (0x0B00, 0x0B7F, "NotoSansOriya"),
    (0x0B80, 0x0BFF, "NotoSansTamil"),
    (0x0C00, 0x0C7F, "NotoSansTelugu"),
    (0x0C80, 0x0CFF, "NotoSansKannada"),
    (0x0D00, 0x0D7F, "NotoSansMalayalam"),
    (0x0D80, 0x0DFF, "NotoSansSinhala"),
    (0x0E00, 0x0E7F, "NotoSansThai"),
    (0x0E80, 0x0EFF, "NotoSansLao"),
    (0x0F00, 0x0FFF, "NotoSerifTibetan"),
    (0x1000, 0x109F, "NotoSansMyanmar"),
    (0x10A0, 0x10FF, "NotoSansGeorgian"),
    (0x1100, 0x11FF, "NotoSansKR"),
    (0x1200, 0x139F, "NotoSansEthiopic"),
    (0x13A0, 0x13FF, "NotoSansCherokee"),
    (0x1400, 0x167F, "NotoSansCanadianAboriginal"),
    (0x1780, 0x17FF, "NotoSansKhmer"),
    (0x1800, 0x18AF, "NotoSansMongolian"),
    (0x18B0, 0x18FF, "NotoSansCanadianAboriginal"),
    (0x19E0, 0x19FF, "NotoSansKhmer"),
    (0x1C50, 0x1C7F, "NotoSansOlChiki"),
    (0x1C90, 0x1CBF, "NotoSansGeorgian"),
    (0x2D00, 0x2D2F, "NotoSansGeorgian"),
    (0x2D30, 0x2D7F, "NotoSansTifinagh"),
    (0x2D80, 0x2DDF, "NotoSansEthiopic"),
    (0x3000, 0x312F, "NotoSansSC"),
    (0x3130, 0x318F, "NotoSansKR"),
    (0x31A0, 0x31FF, "NotoSansSC"),
    (0x3400, 0x9FFF, "NotoSansSC"),
    (0xA8E0, 0xA8FF, "NotoSansDevanagari"),
    (0xA9E0, 0xA9FF, "NotoSansMyanmar"),
    (0xAA60, 0xAA7F, "NotoSansMyanmar"),
    (0xAB00, 0xAB2F, "NotoSansEthiopic"),
    (0xAB70, 0xABBF, "NotoSansCherokee"),
    (0xAC00, 0xD7FF, "NotoSansKR"),
    (0xF900, 0xFAFF, "NotoSansSC"),
    (0xFB13, 0xFB17, "NotoSansArmenian"),
    (0xFB1D, 0xFB4F, "NotoSansHebrew"),
    (0xFB50, 0xFDFF, "NotoSansArabic"),
    (0xFE70, 0xFEFE, "NotoSansArabic"),
    (0xFF00, 0xFFEF, "NotoSansSC"),
    (0x10D00, 0x10D3F, "NotoSansHanifiRohingya"),
    (0x11100, 0x1114F, "NotoSansChakma"),
    (0x1E900, 0x1E95F, "NotoSansAdlam"),
    (0x1F000, 0x1FAFF, "NotoEmoji"),
    (0x20000, 0x2FA1F, "NotoSansSC"),
)
# Their letters join nothing, and their blanks and digits are those of their own square.
ALONE = frozenset({"NotoEmoji", "NotoSansSymbols", "NotoSansSymbols2", "NotoSansSC", "NotoSansKR"})
_STARTS = [block[0] for block in _BLOCKS]
# Where neither the page's own font nor the block's has it.
_OTHERWISE = ("NotoEmoji", "NotoSansSymbols", "NotoSansSymbols2", "NotoSansSC")


@cache
def base_font(name: str) -> GlyphFont:
    """The page's own font, embedded."""
    return _registered(name, _BASE_FILES[name])


@cache
def script_font(name: str) -> GlyphFont:
    """One of Noto's, embedded."""
    return _registered(name, f"noto/{name}-Regular.ttf")


def _registered(name: str, file: str) -> GlyphFont:
    with resources.as_file(resources.files("teststation.report") / "fonts" / file) as path:
        font = GlyphFont(name, str(path))
    pdfmetrics.registerFont(font)
    return font


@cache
def font_for(character: str, base: str) -> str | None:
    """The font that draws a character where the page's own would be ``base``; None where no font has it."""
    code = ord(character)
    place = bisect_right(_STARTS, code) - 1
    if place >= 0 and code <= _BLOCKS[place][1] and script_font(_BLOCKS[place][2]).draws(code):
        return _BLOCKS[place][2]
    if base_font(base).draws(code):
        return base
    return next((name for name in _OTHERWISE if script_font(name).draws(code)), None)


def joins(character: str) -> bool:
    """Whether a character belongs to the one before it: marks, joiners, variation selectors, skin tones."""
    code = ord(character)
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character in JOINERS
        or 0xFE00 <= code <= 0xFE0F
        or 0x1F3FB <= code <= 0x1F3FF
    )

"""A TrueType font in a PDF that remembers what its shaped glyphs mean, so that a reader finds and copies the text.

Reportlab gives a glyph without a character of its own (a ligature, a joined letter) a private code, and writes codes
beyond U+FFFF into the ToUnicode table in a form that no reader understands. Here the table holds what was written.
"""

from typing import Any

from reportlab.pdfbase.pdfdoc import PDFDocument
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

_IN_A_BLOCK = 100  # entries that one bfchar block may hold (PDF Reference 1.4, 5.9.2)


class GlyphFont(TTFont):
    """One font. ``meant`` tells what text a code of its own stands for, where it is not that character."""

    def __init__(self, name: str, path: str) -> None:
        super().__init__(name, path)
        self.meant: dict[int, str] = {}
        self._mend_advances()

    def draws(self, code: int) -> bool:
        """Whether it has a glyph for a code point."""
        return code in self.face.charToGlyph

    def _mend_advances(self) -> None:
        """Glyphs at a font's end share one width, which reportlab keeps in page units and writes as the font's own."""
        face: Any = self.face
        full = int.from_bytes(face.get_table("hhea")[34:36], "big")
        shared = face.hmetrics[full - 1][0]
        face.hmetrics[full:] = [(shared, bearing) for _, bearing in face.hmetrics[full:]]

    def private_code(self, hb_font: Any, glyph: int, said: str) -> int:
        """A code for a glyph that is no character's and stands for this text; its width is the font's own."""
        advance = self.pdfScale(hb_font.get_glyph_h_advance(glyph))
        add: Any = vars(self)["hbAddPrivate"]  # set when the HarfBuzz font was made
        code: int = add(f"{glyph} {said}", glyph, advance)
        self.meant[code] = said
        return code

    def addObjects(self, doc: PDFDocument) -> None:
        subsets = [list(subset) for subset in self.state[doc].subsets] if doc in self.state else []
        super().addObjects(doc)
        face: Any = self.face
        for number, subset in enumerate(subsets):
            name = (SUBSETN(number) + b"+" + face.name + face.subfontNameX).decode("pdfdoc")
            stream: Any = doc.idToObject[f"toUnicodeCMap:{name}"]
            stream.content = to_unicode(name, [self.meant.get(code, chr(code)) for code in subset])


def to_unicode(name: str, texts: list[str]) -> str:
    """A ToUnicode table: the text of each code, from 0 on."""
    entries = [f"<{code:02X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in enumerate(texts)]
    blocks: list[str] = []
    for first in range(0, len(entries), _IN_A_BLOCK):
        block = entries[first : first + _IN_A_BLOCK]
        blocks += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *blocks,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )

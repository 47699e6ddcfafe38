"""What the parts of a page are, for a reader that cannot see it: headings, paragraphs, tables, pictures in words.

Each piece of content is marked on the page with a number of its own, and a tree beside the pages says in reading order
what every number is (ISO 32000, 14.7 and 14.8). A canvas that nobody tells anything takes each text for a paragraph.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas

HEADING, SECTION, PARAGRAPH, FIGURE = "H1", "H2", "P", "Figure"
TABLE, ROW, HEAD_CELL, CELL = "Table", "TR", "TH", "TD"


@dataclass(slots=True)
class Element:
    """One part. ``kids``: parts of it, or where its content is marked: page from 0, and number on it."""

    role: str
    alt: str = ""
    kids: "list[Element | tuple[int, int]]" = field(default_factory=list)


class TaggedCanvas(Canvas):
    """A canvas whose document says what its parts are."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._top: Element = Element("Document")
        self._inside: list[Element] = [self._top]
        self._marked = False  # content is being marked just now
        self._marks: list[list[Element]] = [[]]  # of each page: whose content each number is
        self._shared: dict[int, tuple[object, Element]] = {}

    @contextmanager
    def part(self, role: str, *, alt: str = "", same: object = None) -> Generator[None]:
        """What is drawn meanwhile is one part. Inside another part it belongs to that one.

        Args:
            same: Calls with the same object go on with the same part, as the lines of one paragraph do.
        """
        if self._marked:
            yield
            return
        with self._marking(self._part(role, alt, same)):
            yield

    @contextmanager
    def group(self, role: str) -> Generator[None]:
        """Parts that belong together; a row goes on with the table above it."""
        if role == ROW:
            last = self._inside[-1].kids[-1] if self._inside[-1].kids else None
            if not isinstance(last, Element) or last.role != TABLE:
                last = self._add(Element(TABLE))
            row = Element(ROW)
            last.kids.append(row)
        else:
            row = self._add(Element(role))
        self._inside.append(row)
        try:
            yield
        finally:
            self._inside.pop()

    @contextmanager
    def artifact(self) -> Generator[None]:
        """What is drawn meanwhile is no part of what is said: a footer, a rule."""
        raw: Any = self
        raw._code.append("/Artifact BMC")
        was, self._marked = self._marked, True
        try:
            yield
        finally:
            self._marked = was
            raw._code.append("EMC")

    def showPage(self) -> None:
        """The page is whole."""
        super().showPage()
        self._marks.append([])

    def save(self) -> None:
        """Write the tree into the document, and the document."""
        raw: Any = self
        if raw._code:
            self.showPage()
        self._write_tree(raw._doc)
        super().save()

    # --- parts ---

    def _add(self, made: Element) -> Element:
        self._inside[-1].kids.append(made)
        return made

    def _part(self, role: str, alt: str, same: object) -> Element:
        if same is None:
            return self._add(Element(role, alt))
        known = self._shared.get(id(same))
        if known is None:
            known = self._shared[id(same)] = same, self._add(Element(role, alt))
        return known[1]

    @contextmanager
    def _marking(self, part: Element) -> Generator[None]:
        raw: Any = self
        page = len(self._marks) - 1
        number = len(self._marks[page])
        self._marks[page].append(part)
        part.kids.append((page, number))
        raw._code.append(f"/{part.role} << /MCID {number} >> BDC")
        self._marked = True
        try:
            yield
        finally:
            self._marked = False
            raw._code.append("EMC")

    def _write_tree(self, document: Any) -> None:
        pages = document.Pages.pages
        root = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        root_at = document.Reference(root)
        placed: dict[int, Any] = {}

        def place(part: Element, parent: Any) -> Any:
            told: dict[str, Any] = {"Type": PDFName("StructElem"), "S": PDFName(part.role), "P": parent}
            if part.alt:
                told["Alt"] = PDFString(part.alt)
            if part.role == HEAD_CELL:
                told["A"] = PDFDictionary({"O": PDFName("Table"), "Scope": PDFName("Column")})
            made = PDFDictionary(told)
            at = placed[id(part)] = document.Reference(made)
            kids: list[Any] = []
            for kid in part.kids:
                if isinstance(kid, Element):
                    kids.append(place(kid, at))
                else:
                    page = document.Reference(pages[kid[0]])
                    kids.append(PDFDictionary({"Type": PDFName("MCR"), "Pg": page, "MCID": kid[1]}))
            made.dict["K"] = PDFArray(kids)
            return at

        root.dict["K"] = PDFArray([place(self._top, root_at)])
        numbers: list[Any] = []
        for number, page in enumerate(pages):
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
            page.StructParents, page.Tabs = number, PDFName("S")
            numbers += [number, document.Reference(PDFArray([placed[id(part)] for part in self._marks[number]]))]
        root.dict["ParentTree"] = document.Reference(PDFDictionary({"Nums": PDFArray(numbers)}))
        root.dict["ParentTreeNextKey"] = len(pages)
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})

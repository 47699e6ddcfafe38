"""No word that a user reads stands in the code of page and window, and no text in a catalogue that nobody says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import drivers
import teststation
import tools
import ui
from tests.unit.texts.test_catalogues import entries, files

CORE = Path(teststation.__path__[0])
SPOKEN = [CORE / "report", Path(ui.__path__[0]) / "desktop"]
# Fonts, style sheets, names of a library's modules, and Qt's own words as its source has them.
APART = {"typesetting", "theme", "plot_library.py", "qt_words.py"}
# Names of fonts, styles and classes; nobody reads them.
NO_WORDS = {"Courier-Bold", "Fusion", "CommissioningFlow", "ReportSheet", "Work"}
UNITS = r"(?:km/[th]|slag/min|bpm|min|m[lL]/kg/min|kg|cm|år|years|trinn|stages?)"
LOGGED = {
    "setStyleSheet", "setObjectName", "debug", "info", "warning", "error", "exception", "compile", "sub", "match",
    "fullmatch", "strftime", "TypeVar",
}  # fmt: skip
# The first that these are given is shown: there a single small word is one, too, and so is one joined to a text.
SHOWN = {
    "label", "button", "line_edit", "message", "set_text", "set_whole", "add_cancel", "addItem", "tell", "setText",
    "setPlainText", "setHtml", "setToolTip", "setPlaceholderText", "setWindowTitle", "setTitle", "setAccessibleName",
    "setAccessibleDescription", "setHorizontalHeaderLabels",
}  # fmt: skip


def _put_together(node: ast.AST) -> Iterator[ast.Constant]:
    """The constants that what is shown is put together of; not those of a question, nor the names of texts."""
    match node:
        case ast.Constant():
            yield node
        case ast.BinOp(left=left, right=right):
            yield from _put_together(left)
            yield from _put_together(right)
        case ast.JoinedStr(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _put_together(part)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _put_together(body)
            yield from _put_together(orelse)


def _shown(tree: ast.AST) -> set[int]:
    return {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args
        if (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) in SHOWN
        for part in _put_together(node.args[0])
    }


def _unread(tree: ast.AST) -> set[int]:
    """Constants that no user reads: docstrings, annotations, what programmers are told, what is styled or logged."""
    unread: set[int] = set()
    for node in ast.walk(tree):
        hidden: list[ast.AST] = []
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Raise() | ast.Assert():
                hidden = [node]
            case ast.AnnAssign(annotation=annotation):
                hidden = [annotation]
            case ast.arg(annotation=ast.AST() as annotation) | ast.FunctionDef(returns=ast.AST() as annotation):
                hidden = [annotation]
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in LOGGED:
                hidden = [node]
        unread |= {id(part) for one in hidden for part in ast.walk(one)}
    return unread


def words_in(source: str) -> Iterator[tuple[int, str]]:
    """The constants of a source that look like something said."""
    tree = ast.parse(source)
    unread, shown = _unread(tree), _shown(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in unread:
            continue
        text = node.value
        prose = re.search(r"[A-Za-zæøåÆØÅ]{2,}", text) and " " in text.strip()
        named = re.match(r"[A-ZÆØÅ][a-zæøå]{2,}", text) or re.search("[æøåÆØÅ]", text)
        unit = re.fullmatch(rf"\s*{UNITS}[.,]?\s*", text) and text != text.strip()
        alone = id(node) in shown and re.search(r"[a-zæøå]{2,}", text)
        if (prose or named or unit or alone) and text not in NO_WORDS:
            yield node.lineno, text


def test_no_word_stands_in_the_code_of_page_and_window() -> None:
    found = [
        (path.name, *one)
        for room in SPOKEN
        for path in sorted(room.rglob("*.py"))
        if not APART & set(path.parts)
        for one in words_in(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        'label("Lagre")',
        'label("lukk")',
        'box.setToolTip(tr("common.close") + " vinduet")',
        'label("på" if x else y)',
        'page.text(x, y, "ikke beregnet")',
        'f"{speed} km/t"',
        'name = "Målt"',
        'f"{n} trinn"',
    ],
)
def test_a_word_in_the_code_would_be_found(line: str) -> None:
    assert len(list(words_in(line))) == 1


# --- and no text that nobody says ---

SOURCES = [
    path for package in (teststation, drivers, ui, tools) for path in sorted(Path(package.__path__[0]).rglob("*.py"))
]
# Put together from more than one value.
BUILT = {f"cause.{device}_failed" for device in ("treadmill", "heart_rate", "journal")}
BUILT |= {f"session.{key}" for key in ("kept", "hr_max_before", "hr_max_after", "hr_max_wider")}
BUILT |= {"cause.diary_no_entry"}
FORMS = ("one.", "none.", "past.", "name.", "of_session.", "origin.")  # of other texts, and of what protocols write


def filled_in(source: str) -> Iterator[str]:
    """What the literals with places in a source can become, where they begin with a word of a key."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
            first = parts[0] if parts else None
            if isinstance(first, str) and re.match(r"[a-z0-9_]+[._]", first) and first != "cause.":
                yield "".join("[a-z0-9_.-]+" if part is None else re.escape(str(part)) for part in parts)


def unsaid() -> list[str]:
    """Keys that no literal names, and no literal that is filled in can become."""
    sources = [path.read_text("utf-8") for path in SOURCES]
    named = {key for source in sources for key in re.findall(r"""["']([a-z0-9_.-]+)["']""", source)}
    filled = [re.compile(pattern) for source in sources for pattern in filled_in(source)]
    found = []
    for key in sorted({key for path in files("nb").values() for key in entries(path)} - BUILT):
        ways = {key, key.removeprefix("cause.")}
        said = ways & named or key.startswith(FORMS)
        if not said and not any(pattern.fullmatch(way) for pattern in filled for way in ways):
            found.append(key)
    return found


def test_no_text_is_kept_that_nobody_says() -> None:
    assert unsaid() == []


def test_each_form_is_of_a_text_there_is() -> None:
    keys = {key for path in files("nb").values() for key in entries(path)}
    for key in keys:
        form, _, of = key.partition(".")
        if form in ("one", "none"):
            assert of in keys, key
        elif form == "past":
            assert f"cause.{of}" in keys, key
        elif form == "of_session":
            assert of in keys, key

"""Every text is asked for under a name that stands in the source: what nobody can read there nobody can translate."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ui
from ui.desktop.i18n import catalogue

DESKTOP = Path(ui.__path__[0]) / "desktop"
KEYS = frozenset(catalogue("nb").keys())  # the other languages have the same
SECTIONS = frozenset(key.partition(".")[0] for key in KEYS)
FILES = {"interview.toml"}


def unreadable(source: str) -> Iterator[tuple[int, str]]:
    """Names of texts that no catalogue has, and places where only a run of the program could tell the name."""
    tree = ast.parse(source)
    begun = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(said)) if id(node) not in begun:
                named = re.fullmatch(r"([a-z0-9_]+)(?:\.[a-z0-9_]+)+", said)
                if named and named[1] in SECTIONS and said not in KEYS | FILES:
                    yield node.lineno, said
            case ast.Call(func=ast.Name(id="tr"), args=[ast.JoinedStr(values=parts), *_]):
                said = "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-z0-9_.]+" for p in parts)
                if not any(re.fullmatch(said, key) for key in KEYS):
                    yield node.lineno, said
            case ast.Call(func=ast.Name(id="tr"), args=[ast.Call() | ast.BinOp() as asked, *_]):
                yield node.lineno, ast.unparse(asked)


def test_the_name_of_every_text_is_to_be_read_in_the_source() -> None:
    paths = sorted(DESKTOP.rglob("*.py"))
    assert len(paths) > 100
    assert [(path.name, *one) for path in paths for one in unreadable(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    [
        "tr(window.objectName())",
        'tr("common." + name)',
        'tr("common.close" if there else "common.nowhere")',
        'KEYS = {"a": "common.nowhere"}',
        'tr(f"nowhere.{name}")',
        'tr(f"common.nowhere_{name}")',
    ],
)
def test_a_name_that_nobody_can_look_up_would_be_found(line: str) -> None:
    assert len(list(unreadable(line))) == 1

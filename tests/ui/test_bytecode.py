"""PySide's own modules are compiled once, and anew when they are others."""

import builtins
import sys
from pathlib import Path

import pytest

from tests.mutants import fails_with
from ui.desktop import bytecode
from ui.desktop.bytecode import OF, kept_bytecode

SOURCE, OTHER = b"value = 1", b"value = 2"
NAME = f"{OF}parser.py"


def value(path: Path, source: bytes = SOURCE, name: str = NAME) -> tuple[object, int]:
    """What a module comes to that is compiled so, and how often anything was compiled for it."""
    compiled: list[str] = []
    whole = builtins.compile

    def counted(*words, **named):
        compiled.append(words[1])
        return whole(*words, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "compile", counted)
        with kept_bytecode(path):
            code = compile(source, name, "exec")
        assert builtins.compile is counted
    made: dict[str, object] = {}
    exec(code, made)
    return made["value"], len(compiled)


def compiled_once_and_anew_when_it_is_another(tmp_path: Path) -> None:
    path = tmp_path / "__pycache__" / f"kept{len(list(tmp_path.iterdir()))}.pyc"
    assert [value(path), value(path)] == [(1, 1), (1, 0)]
    assert [value(path, OTHER), value(path, OTHER)] == [(2, 1), (2, 0)]
    assert [value(path, OTHER, "elsewhere.py"), value(path, OTHER, "elsewhere.py")] == [(2, 1), (2, 1)]
    path.write_bytes(b"\x00" + path.read_bytes()[1:])  # another Python's
    assert value(path, OTHER) == (2, 1)
    path.write_bytes(path.read_bytes()[:40])
    assert value(path, OTHER) == (2, 1)


def test_it_is_compiled_once_and_anew_when_it_is_another(tmp_path: Path) -> None:
    compiled_once_and_anew_when_it_is_another(tmp_path)


def test_nothing_is_kept_where_no_bytecode_is_wanted_or_none_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_bytes(b"")
    assert value(tmp_path / "a file" / "kept.pyc") == (1, 1)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert value(tmp_path / "kept.pyc") == (1, 1)
    assert not (tmp_path / "kept.pyc").exists()


def test_the_kept_fails_with_a_fault_planted(tmp_path: Path) -> None:
    for old, new in (
        ("key = filename, importlib.util.source_hash(source)", 'key = filename, b""'),
        ("if head == importlib.util.MAGIC_NUMBER else {}", "if head else {}"),
        (" and filename.startswith(OF)", ""),
        ("        builtins.compile = compiling\n", "        pass\n"),
    ):
        with pytest.MonkeyPatch.context() as patch:  # a fault leaves its own behind
            patch.setattr(builtins, "compile", builtins.compile)
            fails_with(bytecode, old, new, lambda: compiled_once_and_anew_when_it_is_another(tmp_path))

"""PySide's own Python, compiled once and not with each start.

A quarter of PySide's import goes into compiling a dozen modules of its own (``shibokensupport``): they lie as source
inside its library, where Python keeps no bytecode of them. Here it is kept beside this file's own, under what it was
made of: another PySide or another Python compiles anew. What cannot be read or written is compiled as before.
"""

import builtins
import importlib.util
import marshal
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import CodeType
from typing import Any

OF = "shibokensupport/"  # how the names of the modules' files begin
Kept = dict[tuple[str, bytes], CodeType]  # by the file's name and its source's hash


def place() -> Path:
    """Where it is kept: beside this file's own bytecode."""
    return Path(importlib.util.cache_from_source(str(Path(__file__).with_name("shibokensupport.py"))))


@contextmanager
def kept_bytecode(path: Path) -> Generator[None]:
    """What is compiled of those modules within is taken from ``path``, or put there."""
    kept, used, compiling = _read(path), Kept(), builtins.compile

    def taken(source: Any, filename: Any, mode: str, *rest: Any, **named: Any) -> Any:
        if not (isinstance(source, bytes) and isinstance(filename, str) and filename.startswith(OF)):
            return compiling(source, filename, mode, *rest, **named)
        key = filename, importlib.util.source_hash(source)
        used[key] = kept[key] if key in kept else compiling(source, filename, mode, *rest, **named)
        return used[key]

    builtins.compile = taken
    try:
        yield
    finally:
        builtins.compile = compiling
    if used.keys() - kept.keys() and not sys.dont_write_bytecode:
        _write(path, used)


def _read(path: Path) -> Kept:
    try:
        data = path.read_bytes()
        head, rest = data[:4], data[4:]
        return marshal.loads(rest) if head == importlib.util.MAGIC_NUMBER else {}
    except (OSError, EOFError, ValueError, TypeError):
        return {}


def _write(path: Path, kept: Kept) -> None:
    from teststation.files.writing import write_whole

    with suppress(OSError):  # whoever may not write here compiles with each start
        path.parent.mkdir(exist_ok=True)
        write_whole(path, importlib.util.MAGIC_NUMBER + marshal.dumps(kept))

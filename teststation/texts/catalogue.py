"""Reads a catalogue of texts: flat TOML, a table's name in brackets and ``key = "text"`` a line.

A window reads a thousand and a half such lines before it shows anything, and ``tomllib``, which knows all of TOML,
takes twenty times as long for them. What is not of this form is left to it.
"""

import re
from typing import Any

_TABLE = re.compile(r"\[([A-Za-z0-9_.-]+)\]")
_TEXT = re.compile(r'("?)([A-Za-z0-9_-]+)\1 = "([^"\\\x00-\x1f\x7f]*(?:\\n[^"\\\x00-\x1f\x7f]*)*)"')


def read_catalogue(text: str) -> dict[str, str]:
    """All texts under dotted keys. Raises tomllib.TOMLDecodeError where a key stands twice, or it is no TOML."""
    entries: dict[str, str] = {}
    tables, prefix = set[str](), ""
    for line in text.split("\n"):
        found = _TEXT.fullmatch(line)
        if found is not None:
            key = prefix + found[2]
            if key in entries:
                return _by_the_book(text)
            entries[key] = found[3].replace("\\n", "\n")
        elif line.startswith("["):
            table = _TABLE.fullmatch(line)
            if table is None or table[1] in tables:
                return _by_the_book(text)
            tables.add(table[1])
            prefix = f"{table[1]}."
        elif line and not line.startswith("#"):
            return _by_the_book(text)
    return entries


def _by_the_book(text: str) -> dict[str, str]:
    import tomllib

    return flatten("", tomllib.loads(text))


def flatten(prefix: str, table: dict[str, Any]) -> dict[str, str]:
    """A TOML table's texts under dotted keys."""
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat.update(flatten(f"{prefix}{key}.", value))
        else:
            flat[f"{prefix}{key}"] = value
    return flat

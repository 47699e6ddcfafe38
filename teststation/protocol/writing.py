"""A protocol's table as TOML, in one form: the same table is always the same text, and so has the same hash."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_of(table: Mapping[str, Any]) -> str:
    """TOML of text, numbers, yes and no, tables of them, and lists of tables."""
    flat = [(key, value) for key, value in table.items() if not isinstance(value, Mapping | list)]
    blocks = ["".join(_line(key, value) for key, value in flat)]
    for key, value in table.items():
        if isinstance(value, list):
            blocks += [f"[[{_key(key)}]]\n{_lines(one)}" for one in value]
        elif isinstance(value, Mapping):
            blocks.append(f"[{_key(key)}]\n{_lines(value)}")
    return "\n".join(blocks)


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(_line(key, value) for key, value in table.items())


def _line(key: str, value: str | float | bool) -> str:
    return f"{_key(key)} = {_value(value)}\n"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _value(key)


def _value(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else repr(value)
    # A JSON string is a TOML basic string, but for a character that JSON leaves as it is and TOML does not allow.
    return msgspec.json.encode(value).decode("utf-8").replace("\x7f", "\\u007f")

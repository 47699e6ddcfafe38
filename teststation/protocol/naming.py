"""Names of protocols that are names of files, too, on every system."""

import re
import unicodedata
from collections.abc import Container

LETTERS = 40
_IDENTIFIER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
_SPELLED = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ß": "ss", "đ": "d", "ł": "l", "þ": "th", "ð": "d"})
_NAMELESS = "protokoll"


def is_identifier(text: str) -> bool:
    """Whether a protocol of the clinic's own can be called so: a to z, digits, single hyphens; no name of a device."""
    return len(text) <= LETTERS and _IDENTIFIER.fullmatch(text) is not None and text not in _DEVICES


def slug(title: str, taken: Container[str] = ()) -> str:
    """An identifier made of a title, another one than those ``taken``."""
    plain = unicodedata.normalize("NFKD", title.casefold().translate(_SPELLED))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode("ascii"))
    made = "-".join(words)[: LETTERS - 4].strip("-")
    if not is_identifier(made):
        made = f"{_NAMELESS}-{made}".strip("-")
    found, number = made, 2
    while found in taken:
        found, number = f"{made}-{number}", number + 1
    return found

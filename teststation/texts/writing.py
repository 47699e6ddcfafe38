"""Numbers, ranges and dates as each language writes them. Pure; no locale of the machine.

| | Norwegian | English |
|---|---|---|
| a number | 4,8 and −1,2 | 4.8 and −1.2 |
| a day | 28.11.2026 | 28 Nov 2026 |
"""

import re
from datetime import date, datetime

from teststation.texts import COMMA

DASH, MINUS = "–", "−"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

NO_BREAK, JOINER = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"
_UNIT = "%|mL|L/min|km/t|km/h|m/s|slag|bpm|kg|cm|mmHg|min|s|ms|METs?|år|years?"
_BLANK_INSIDE = re.compile(  # between a sign, a number and its unit
    r"(?<=[±×≤≥]) (?=[\d−+])|(?<=\d) (?=[±×] ?\d)"
    rf"|(?<=\d) (?=(?:{_UNIT})(?!\w))"
    r"|(?<=\d) (?=(?:av|of) \d)|(?<=\d (?:av|of)) (?=\d)"
    r"|(?<=Borg) (?=\d)|(?<=HUNT) (?=\d)"
)
_SIGN_INSIDE = re.compile(rf"(?<=[\d%]){DASH}(?=[{MINUS}\d])|(?<=\w)/(?=(?:kg|min|t|h|s)\b)")  # of a range, of a unit


def unbroken(text: str) -> str:
    """The text for who ends lines by Unicode's rules: none ends within a figure, its sign, its unit or its range."""
    return _SIGN_INSIDE.sub(rf"\g<0>{JOINER}", _BLANK_INSIDE.sub(NO_BREAK, text))


def pieces(text: str) -> list[str]:
    """The same for who ends lines at blanks: what a line may end between. The blanks of a figure stay blanks."""
    return [one.replace(NO_BREAK, " ") for one in _BLANK_INSIDE.sub(NO_BREAK, text).split(" ") if one]


def is_text(words: str) -> bool:
    """Whether this can be written at all: bytes that are no UTF-8 come from a command line as halves of signs."""
    return not any(0xD800 <= ord(sign) <= 0xDFFF for sign in words)


def number(language: str, value: float | None, decimals: int = 0) -> str:
    """A dash where there is none; what rounds to nothing has no sign."""
    if value is None:
        return DASH
    text = f"{value:.{decimals}f}"
    if not text.strip("-0."):
        text = text.lstrip("-")
    text = text.replace("-", MINUS)
    return text.replace(".", ",") if language in COMMA else text


def signed(language: str, value: float | None, decimals: int = 1) -> str:
    """A difference: with its sign, plus included; nothing is neither."""
    text = number(language, value, decimals)
    return text if value is None or text.startswith(MINUS) or not text.strip("0,.") else f"+{text}"


def span(language: str, low: float, high: float, decimals: int = 0) -> str:
    """From one to the other; one number where both are written alike."""
    first, last = number(language, low, decimals), number(language, high, decimals)
    return first if first == last else f"{first}{DASH}{last}"


def day(language: str, iso: str | None) -> str:
    """An ISO date, or the date in an ISO moment; a dash where there is none."""
    if not iso:
        return DASH
    told = datetime.fromisoformat(iso).date()
    return f"{told:%d.%m.%Y}" if language in COMMA else f"{told.day} {_MONTHS[told.month - 1]} {told.year}"


def parse_english_day(text: str) -> date | None:
    """A day as English writes it here; None for anything else."""
    words = text.split()
    if len(words) != 3 or not (words[0].isdecimal() and words[2].isdecimal()):
        return None
    try:
        return date(int(words[2]), 1 + _MONTHS.index(words[1][:3].capitalize()), int(words[0]))
    except ValueError:
        return None

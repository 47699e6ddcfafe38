"""How names are found and put in order, as keys that a database compares byte by byte.

The order is that of Norwegian in the Unicode Common Locale Data Repository (``nb``): æ, ø and å after z, aa as å, ä as
æ, ö as ø, ü as y; other accents do not count. Kept keys follow these functions: who changes them needs a migration.
"""

import re
import unicodedata

_ORDER = str.maketrans("æøå", "{|}")  # the three signs that follow z
_LIKE_NORWEGIAN = str.maketrans({"ä": "æ", "ö": "ø", "ő": "ø", "ü": "y", "ű": "y", "ð": "d", "þ": "th"})
_NORWEGIAN = "æøå"
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})(?:[./-](\d{0,4}))?")
_SIX_DIGITS = re.compile(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(\d\d)")


def trimmed(text: str) -> str:
    """One form of each letter, single spaces, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def folded(text: str) -> str:
    """Letters as they are compared: one form of each, no case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def sort_key(family_name: str, given_name: str) -> str:
    """What a list of people is ordered by."""
    name = _without_accents(folded(f"{family_name} {given_name}".strip()).translate(_LIKE_NORWEGIAN))
    return name.replace("aa", "å").translate(_ORDER)


def search_key(given_name: str, family_name: str, number: str, born: str) -> str:
    """Everything a person may be searched by, in each way it may be typed: å also as aa, æøå and accents also plain.

    Args:
        born: ISO date or empty; also found as dd.mm.yyyy and ddmmyyyy.
    """
    name = folded(f"{given_name} {family_name}".strip())
    ways = [name, name.replace("aa", "å"), name.replace("å", "aa"), _without_accents(name), plain(name)]
    dates = []
    if born:
        year, month, day = born.split("-")
        dates = [born, f"{day}.{month}.{year}", f"{day}{month}{year}"]
    return " ".join(part for part in (*dict.fromkeys(ways), folded(number), *dates) if part)


def search_words(text: str) -> list[tuple[str, ...]]:
    """What is looked for in a search key: each word that was typed, in every way it may stand there.

    A comma between names only parts them. A day, or the beginning of one, is also looked for with all its digits:
    1.1.1980, 1/1-80, 1.1 and 010180, as a national number begins, are 01.01.1980.
    """
    return [tuple(dict.fromkeys((word, *_as_days(word)))) for word in folded(text).replace(",", " ").split()]


def _as_days(word: str) -> list[str]:
    found = _DAY.fullmatch(word) or _SIX_DIGITS.fullmatch(word)
    if found is None:
        return []
    begins = f"{int(found[1]):02d}.{int(found[2]):02d}."
    year = found[3] or ""
    return [f"{begins}{century}{year}" for century in (("", "19", "20") if len(year) == 2 else ("",))]


def _without_accents(text: str) -> str:
    """No accents but the ring and strokes that make letters of their own in Norwegian."""
    kept = []
    for letter in text:
        kept.append(letter if letter in _NORWEGIAN else unicodedata.normalize("NFD", letter)[0])
    return "".join(kept)


def plain(text: str) -> str:
    """As on a keyboard without Norwegian letters."""
    return _without_accents(text).replace("æ", "ae").replace("ø", "o").replace("å", "a")

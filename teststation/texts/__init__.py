"""The words of report, command line and causes, by language: ``texts/<language>/*.toml``, merged.

The core has no Qt, so its catalogues are TOML. A missing key is a bug and raises; tests compare the languages.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources

from teststation.cause import Cause, Problem
from teststation.texts.catalogue import read_catalogue

LANGUAGES = ("nb", "nn", "en")
COMMA = frozenset({"nb", "nn"})  # languages that write 4,0
PROBLEMS_TOLD = 20
_MOST_LETTERS = {"text": 80}  # of a value, where it is what somebody has written
_MOST_OF_ANY = 1000
_MOVING = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_COUNTED = {"0": "none", "1": "one"}
_OF_SESSION = "of_session."


MINUS = "\N{MINUS SIGN}"


class _Number(float):
    """A number in a text as it is printed: with a minus sign, and none before what rounds to nothing."""

    def __format__(self, spec: str) -> str:
        text = super().__format__(spec)
        if not text.strip("-0. %"):
            text = text.replace("-", "")
        return text if "e" in text else text.replace("-", MINUS)


class _WithComma(_Number):
    """The same as Norwegian writes it: 4,0."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace(".", ",")


class Texts:
    """One language's texts under dotted keys such as ``cause.too_few_stages``."""

    def __init__(self, language: str, entries: dict[str, str]) -> None:
        self.language = language
        self._entries = entries

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``key`` with ``{places}`` filled, a float with the language's own decimal sign.

        Where ``n`` is one or nothing, the text for that counts, if there is one: "one stage", "no stage".
        """
        written = _WithComma if self.language in COMMA else _Number
        values = {name: written(value) if isinstance(value, float) else value for name, value in values.items()}
        counted = _COUNTED.get(str(values.get("n")), "")
        return self._entries.get(f"{counted}.{key}", self._entries[key]).format(**values)

    def of_session(self) -> "Texts":
        """The same words, but where a session is told of in others: it has bouts and pauses, and is no test."""
        return _of_session(self)

    def plain(self, key: str) -> str:
        """The text of ``key`` as it stands, its places unfilled."""
        return self._entries[key]

    def say(self, cause: Cause) -> str:
        """A cause in words, in one line: a value that somebody has written breaks none, and fills none."""
        return self(f"cause.{cause.code}", **self._named_values(cause))

    def told(self, cause: Cause) -> str:
        """A cause of what is over: what happened, and nothing to be done about it now."""
        key = f"past.{cause.code}"
        return self(key, **self._named_values(cause)) if key in self._entries else self.say(cause)

    def _named_values(self, cause: Cause) -> dict[str, object]:
        """What a cause tells of: what somebody has written in one line, a protocol by its name in this language."""
        written = {name: value for name, value in cause.values.items() if isinstance(value, str)}
        return {**cause.values, **{name: _told(name, self.name_of(value)) for name, value in written.items()}}

    def name_of(self, written: str) -> str:
        """A protocol's or a stage's name in this language, where it is one of ours; any other as it is written."""
        percent = re.fullmatch(r"(\d+),(\d+) %", written)
        if percent is not None and self.language not in COMMA:
            return f"{percent[1]}.{percent[2]} %"
        for form, key in _named():
            found = form.fullmatch(written)
            if found is not None:
                return self(key, **found.groupdict())
        return written

    def origin_of(self, citation: str) -> str:
        """Where a protocol comes from in this language, where it is one of ours; a source is cited as it is."""
        for form, key in _origins():
            found = form.fullmatch(citation)
            if found is not None:
                return self(key, **found.groupdict())
        return citation

    def begins_with_a_value(self, cause: Cause) -> bool:
        """Whether the first thing a cause says is one of its values."""
        return self._entries[f"cause.{cause.code}"].startswith("{")

    def knows(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._entries

    def keys(self) -> frozenset[str]:
        """Every key of this language."""
        return frozenset(self._entries)


@cache
def texts(language: str = "nb") -> Texts:
    """The texts of one of ``LANGUAGES``."""
    entries: dict[str, str] = {}
    for file in sorted((resources.files(__name__) / language).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            entries.update(read_catalogue(file.read_text("utf-8")))
    return Texts(language, entries)


@cache
def _of_session(said: Texts) -> Texts:
    entries = {key: said.plain(key) for key in said.keys()}  # noqa: SIM118 - Texts is no mapping
    own = {key.removeprefix(_OF_SESSION): text for key, text in entries.items() if key.startswith(_OF_SESSION)}
    return Texts(said.language, {**entries, **own})


@cache
def _named() -> list[tuple[re.Pattern[str], str]]:
    """How our own protocols write their names, in Bokmål, each with its key."""
    bokmaal = texts("nb")
    names = {key: re.escape(bokmaal.plain(key)) for key in bokmaal.keys() if key.startswith("name.")}  # noqa: SIM118
    return [(re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>\\d+)", name)), key) for key, name in sorted(names.items())]


@cache
def _origins() -> list[tuple[re.Pattern[str], str]]:
    """How our own protocols say where they come from, in English, each with its key."""
    written = texts("en")
    keys = sorted(key for key in written.keys() if key.startswith("origin."))  # noqa: SIM118 - Texts is no mapping
    return [(re.compile(re.escape(written.plain(key)).replace(r"\{study\}", "(?P<study>.+)")), key) for key in keys]


def first_of(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """As many problems as anybody reads, and how many more there are: what is wrong everywhere is told often enough."""
    more = len(problems) - PROBLEMS_TOLD
    return tuple(problems) if more <= 0 else (*problems[:PROBLEMS_TOLD], Cause("and_more", {"n": more}))


def english(*problems: Problem) -> str:
    """Problems in the language of the command line and of logs, in one line."""
    said = (texts("en").say(one) if isinstance(one, Cause) else in_one_line(one) for one in first_of(problems))
    return "; ".join(said)


def _told(name: str, value: str) -> str:
    most = _MOST_LETTERS.get(name, _MOST_OF_ANY)
    return in_one_line(value if len(value) <= most else f"{value[:most]}…")


def in_one_line(text: str) -> str:
    """Signs that end a line, move the cursor or turn the direction of reading are spelled out."""
    return "".join(repr(sign)[1:-1] if _moves(sign) else sign for sign in text)


def _moves(sign: str) -> bool:
    return unicodedata.category(sign) in _MOVING or unicodedata.bidirectional(sign) in _TURNING

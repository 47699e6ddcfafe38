"""The words of the window, by language: one TOML file each, read into flat dotted keys.

Report and causes have their own catalogue in the core; this one is the window's. A missing key is a bug and raises.
"""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from functools import cache
from importlib import resources

from teststation.cause import Cause, Problem
from teststation.errors import StationError
from teststation.texts import LANGUAGES, Texts, first_of, texts
from teststation.texts.catalogue import read_catalogue

_language = LANGUAGES[0]
_session = False


def use_language(language: str) -> None:
    """Choose the window's language, before any widget is made. Unknown ones become Bokmål."""
    global _language
    _language = language if language in LANGUAGES else LANGUAGES[0]


def language() -> str:
    """The window's language."""
    return _language


@contextmanager
def of_session(is_one: bool = True) -> Generator[None]:
    """Make words of a session, where it ``is_one``, and not of a test: whatever makes them within asks nothing."""
    global _session
    before, _session = _session, is_one
    try:
        yield
    finally:
        _session = before


def _told_of(said: Texts) -> Texts:
    return said.of_session() if _session else said


def tr(key: str, **values: object) -> str:
    """The text of ``key`` in the chosen language with its ``{places}`` filled."""
    return _told_of(catalogue(_language))(key, **values)


def knows(key: str) -> bool:
    """Whether the chosen language has a text for ``key``."""
    return key in catalogue(_language).keys()  # noqa: SIM118 - Texts is no mapping


def core_texts() -> Texts:
    """The core's own catalogue in the chosen language: what page and window say in the same words."""
    return _told_of(texts(_language))


def say(cause: Cause) -> str:
    """A cause of the core in words, beginning with a capital letter."""
    sentence = core_texts().say(cause)
    # A sentence that begins with a port or a file keeps it as it is written.
    return sentence if core_texts().begins_with_a_value(cause) else sentence[:1].upper() + sentence[1:]


def told_of(cause: Cause) -> str:
    """A cause of what is over, beginning with a capital letter."""
    sentence = core_texts().told(cause)
    return sentence if core_texts().begins_with_a_value(cause) else sentence[:1].upper() + sentence[1:]


def told(what: StationError | Iterable[Problem]) -> list[str]:
    """Problems in the window's language, one sentence each."""
    problems = first_of(what.causes if isinstance(what, StationError) else tuple(what))
    return [say(problem) if isinstance(problem, Cause) else problem for problem in problems]


@cache
def catalogue(language: str) -> Texts:
    """All texts of the window in one language."""
    text = (resources.files(__name__) / f"{language}.toml").read_text("utf-8")
    return Texts(language, read_catalogue(text))

"""The words of the window, by language: one TOML file each, read into flat dotted keys.

Report and causes have their own catalogue in the core; this one is the window's. A missing key is a bug and raises.
"""

import tomllib
from functools import cache
from importlib import resources

from teststation.cause import Cause
from teststation.texts import LANGUAGES, Texts, flatten, texts

_language = LANGUAGES[0]


def use_language(language: str) -> None:
    """Choose the window's language, before any widget is made. Unknown ones become Bokmål."""
    global _language
    _language = language if language in LANGUAGES else LANGUAGES[0]


def tr(key: str, **values: object) -> str:
    """The text of ``key`` in the chosen language with its ``{places}`` filled."""
    return catalogue(_language)(key, **values)


def knows(key: str) -> bool:
    """Whether the chosen language has a text for ``key``."""
    return key in catalogue(_language).keys()  # noqa: SIM118 - Texts is no mapping


def say(cause: Cause) -> str:
    """A cause of the core in words, beginning with a capital letter."""
    sentence = texts(_language).say(cause)
    return sentence[:1].upper() + sentence[1:]


@cache
def catalogue(language: str) -> Texts:
    """All texts of the window in one language."""
    text = (resources.files(__name__) / f"{language}.toml").read_text("utf-8")
    return Texts(language, flatten("", tomllib.loads(text)))

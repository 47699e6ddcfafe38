"""No text was left as it stands in Bokmål: what two languages say alike is made of words that both of them have."""

import re
from collections.abc import Callable

import pytest

from teststation.texts import Texts, texts
from ui.desktop.i18n import catalogue

# Words of both languages, names, units and kinds of files.
BOTH = frozenset({
    "person", "test", "type", "port", "administrator", "symptom", "alarm", "over", "minutes", "min", "under",
    "hold", "logo", "borg", "vo₂", "sha", "mph", "kg", "met", "ebbeling", "trackmaster", "full", "vision",
    "woodway", "standard", "csafe", "bluetooth", "ftms", "ant", "baud", "zip", "pdf", "csv", "png", "svg",
    "bokmål", "nynorsk", "english",
})  # fmt: skip


def left(norwegian: str, english: str) -> list[str]:
    """Words of a text that is the same in English, and that are Norwegian alone."""
    if norwegian != english:
        return []
    words = re.findall(r"[a-zæøå₂]{3,}", re.sub(r"\{.*?\}", "", norwegian).lower())
    return [word for word in words if word not in BOTH]


@pytest.mark.parametrize("catalogue_of", [catalogue, texts], ids=["window", "core"])
def test_no_english_text_is_the_norwegian_one(catalogue_of: Callable[[str], Texts]) -> None:
    norwegian, english = catalogue_of("nb")._entries, catalogue_of("en")._entries
    found = {key: words for key in norwegian if (words := left(norwegian[key], english[key]))}
    assert found == {}


def test_a_text_that_was_left_would_be_found() -> None:
    assert left("Lukk", "Lukk") == ["lukk"]
    assert left("Lukk", "Close") == []

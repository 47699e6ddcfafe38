"""The three catalogues say the same things: every key in every language, with the same places, in that language."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import teststation.texts
import ui.desktop.i18n
from teststation.texts import LANGUAGES
from teststation.texts.catalogue import flatten

CORE, WINDOW = Path(teststation.texts.__path__[0]), Path(ui.desktop.i18n.__path__[0])
OTHERS = [language for language in LANGUAGES if language != "nb"]


def files(language: str) -> dict[str, Path]:
    """Every file of a language, by what it is called in all of them."""
    return {"window": WINDOW / f"{language}.toml"} | {path.name: path for path in (CORE / language).glob("*.toml")}


def entries(path: Path) -> dict[str, str]:
    """A file's texts under dotted keys."""
    return flatten("", tomllib.loads(path.read_text("utf-8")))


def everything(language: str) -> Iterator[tuple[str, str, str]]:
    """File, key and text of a whole language."""
    for name, path in files(language).items():
        for key, text in entries(path).items():
            yield name, key, text


def places(text: str) -> list[tuple[str, str]]:
    """What a text is filled with, and how it is written; an error in English, which English alone can tell, apart."""
    filled = ((name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name is not None)
    return sorted(place for place in filled if place[0] != "sentence")


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_keys_in_the_same_files(language: str) -> None:
    here, there = files("nb"), files(language)
    assert here.keys() == there.keys()
    for name, path in here.items():
        assert entries(path).keys() == entries(there[name]).keys(), name


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_fills_the_same_places(language: str) -> None:
    other = {(name, key): text for name, key, text in everything(language)}
    assert len(other) > 1200
    differing = [
        (name, key) for name, key, text in everything("nb") if places(text) != places(other.get((name, key), ""))
    ]
    assert differing == []


# Words that one of the languages has and the other two have not, however a sentence is put.
FOREIGN = {
    "nb": "ikkje|eit|ein|frå|kva|kven|korleis|berre|blir ikkje|sjå|då|gong|veke|noko|nokon|eg|me|the|of|and|is",
    "nn": "ikke|et|en|fra|hva|hvem|hvordan|bare|ble|se|uke|noe|noen|jeg|hvor|hvorfor|the|of|and|is",
    "en": "og|ikke|ikkje|er|med|til|av|på|som|den|det|ein|eit|et|fra|frå",
}


def foreign(language: str, text: str) -> list[str]:
    """The words of a text that belong to another language."""
    plain = re.sub(r"\{[^}]*\}|--\S+|«[^»]*»", " ", text)
    return re.findall(rf"(?<![\w-])(?:{FOREIGN[language]})(?![\w-])", plain, re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_slips_into_another_language(language: str) -> None:
    assert [(name, key, found) for name, key, text in everything(language) if (found := foreign(language, text))] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [("nb", "Testen er ikkje signert"), ("nn", "Testen er ikke signert"), ("en", "The test is not signed av Kari")],
)
def test_a_word_of_another_language_would_be_found(language: str, text: str) -> None:
    assert len(foreign(language, text)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_two_spaces_or_hangs_over(language: str) -> None:
    wrong = [key for _, key, text in everything(language) if re.search(r"\S {2}\S", text) or text != text.strip()]
    assert set(wrong) <= {"app.step"}

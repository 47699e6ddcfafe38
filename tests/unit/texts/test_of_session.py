"""A session has bouts and pauses, and is no test: no word of a test stands in what a session shows or says."""

import re

import pytest

from tests.unit.texts.test_catalogues import entries, files
from teststation.cause import Cause
from teststation.texts import LANGUAGES, Texts, texts
from ui.desktop.i18n import catalogue

# A test that was, or will be, taken is called so; what a session is made of is not.
OF_A_TEST = {
    "nb": r"\b(?:test(?:en|ens|er|ene)?|trinn\w*|protokoll\w*)\b",
    "nn": r"\b(?:test(?:en|ar|ane)?|trinn\w*|protokoll\w*)\b",
    "en": r"\b(?:(?<!talk )tests?|stages?|protocols?)\b",
}
# What stands around a session on its screen, and what is asked while it is walked.
SHOWN = (
    "start", "mark", "run", "belt", "strap", "hold", "guide", "prompt", "alarm", "limit", "do", "rpe", "cool_down",
    "reason", "override", "event", "symptom", "note", "pressure", "load", "interval", "close", "why_stopped",
    "together",
)  # fmt: skip
OF_TESTS_ALONE = {
    "run.no_limit", "run.test_left", "run.stage",  # a session has its band, its own clock and its bouts there
    "guide.late_rpe",  # a bout's answer is asked for in its pause
}  # fmt: skip
# Of what was tested, or is to be read from a file, before a session begins.
NEVER_IN_ONE = re.compile(r"cause\.(?:protocol_|group_no_test|group_after_symptom|session_|replay_)")


def of_a_test(language: str, text: str) -> list[str]:
    """The words of a text that belong to a test."""
    plain = re.sub(r"\{[^}]*\}|--\S+", " ", text)
    return re.findall(OF_A_TEST[language], plain, re.IGNORECASE)


def said_in_a_session(language: str) -> dict[str, str]:
    """Every text of its screen, and every cause that it may be held, ended or alarmed by."""
    window, core = catalogue(language).of_session(), texts(language).of_session()
    shown = {key: window.plain(key) for key in window.keys() if key.split(".")[0] in SHOWN}  # noqa: SIM118
    causes = {key: core.plain(key) for file in ("run", "devices", "sessions") for key in causes_of(file, core)}
    return {key: text for key, text in {**shown, **causes}.items() if key not in OF_TESTS_ALONE}


def causes_of(file: str, core: Texts) -> set[str]:
    named = {key.removeprefix("of_session.") for key in entries(files("nb")[f"{file}.toml"])}
    return {key for key in named if key.startswith(("cause.", "past.")) and not NEVER_IN_ONE.match(key)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_a_test_is_said_in_a_session(language: str) -> None:
    said = said_in_a_session(language)
    assert len(said) > 300
    assert {key: text for key, text in said.items() if of_a_test(language, text)} == {}


def test_a_word_of_a_test_would_be_found() -> None:
    assert of_a_test("nb", "Hold trinn {index}") == ["trinn"]
    assert of_a_test("nb", "Pulsen styrer ikke: Borg og snakketest gjør det") == []
    assert of_a_test("en", "The stage's clock waits") == ["stage"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_no_words_of_its_own_is_said_as_it_always_is(language: str) -> None:
    said = texts(language)
    assert said.of_session() is said.of_session()
    assert said.of_session().say(Cause("belt_offline")) == said.say(Cause("belt_offline"))
    assert said.of_session().told(Cause("limit_rpe", {"rpe": 17})) != said.told(Cause("limit_rpe", {"rpe": 17}))

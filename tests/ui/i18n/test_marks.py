"""Who acted is told in the window's language, also where nobody had logged in."""

import pytest

from teststation.texts import LANGUAGES
from ui.desktop.i18n import use_language
from ui.desktop.i18n.marks import PROGRAMS, who
from ui.station import desk


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("user", ["kari", ""])
def test_a_program_that_nobody_had_logged_in_to_is_named_in_the_language(
    language: str, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "system_user", lambda: user)
    use_language(language)
    try:
        told = [who(desk.unnamed(program).name) for program in PROGRAMS]
    finally:
        use_language(LANGUAGES[0])
    programs = {"nb": ("vinduet", "kommandolinjen"), "nn": ("vindauget", "kommandolinja"),
                "en": ("the window", "the command line")}[language]  # fmt: skip
    assert told == [f"{program} ({user})" if user else program for program in programs]


def test_a_user_is_named_as_they_are() -> None:
    assert who("kari") == "kari"
    assert who("Kari (vikar)") == "Kari (vikar)"

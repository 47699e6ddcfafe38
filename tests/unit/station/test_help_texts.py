"""Every screen has its help in every language; it calls things as they are called on the screen; the wheel has it."""

import re
import tomllib
from pathlib import Path

import pytest

import ui.station.help_texts as help_module
from teststation.texts import LANGUAGES
from ui.desktop.i18n import catalogue
from ui.station.help_texts import SCREENS, SHEETS, help_of

ROOT = Path(help_module.__file__).resolve().parents[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_has_its_help(language: str) -> None:
    sections = re.findall(r"^## (\S+)$", (ROOT / "docs" / "help" / f"{language}.md").read_text("utf-8"), re.MULTILINE)
    assert tuple(sections) == SCREENS + SHEETS
    for screen in SCREENS + SHEETS:
        text = help_of(screen, language)
        assert text.startswith("### ")
        assert "- " in text
        assert "## " not in text.removeprefix("### ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_help_calls_by_name_is_called_so_in_the_window(language: str) -> None:
    texts = catalogue(language)
    written = {texts.plain(key) for key in texts.keys()}  # noqa: SIM118 - Texts is no mapping
    named = {
        name
        for screen in SCREENS + SHEETS
        for name in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", help_of(screen, language))
    }
    assert len(named) > 10
    assert {name for name in named if not any(text.startswith(name) for text in written)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_a_belt_moves_help_begins_with_how_it_is_stopped(language: str) -> None:
    for screen in ("run", "intervals"):
        first = next(line for line in help_of(screen, language).splitlines() if line.startswith("- "))
        assert re.search(r"\*\*.*(stopp|stop).*\*\*", first), first


def test_the_wheel_carries_the_help_where_it_is_looked_for() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert built["force-include"]["docs/help"] == "ui/desktop/help_texts"

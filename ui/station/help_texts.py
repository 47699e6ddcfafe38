"""The help of each screen and large sheet: ``docs/help``, a file for each language, a section for each. No Qt."""

from functools import cache
from importlib import resources
from pathlib import Path

SCREENS = (
    "people", "pretest", "run", "intervals", "group", "result", "history", "commissioning", "training", "lifting",
)  # fmt: skip

SHEETS = ("protocols", "editor", "settings", "record")  # large enough to have a help of their own


def help_of(screen: str, language: str) -> str:
    """The help of one of ``SCREENS`` or ``SHEETS``, as Markdown."""
    return _sections(language)[screen]


@cache
def _sections(language: str) -> dict[str, str]:
    parts = _file(language).split("\n## ")
    named = (part.partition("\n") for part in parts[1:])
    return {name.strip(): text.strip() for name, _, text in named}


def _file(language: str) -> str:
    """In a wheel beside the window's own files, in a clone under docs."""
    shipped = resources.files("ui.desktop") / "help_texts" / f"{language}.md"
    if shipped.is_file():
        return shipped.read_text("utf-8")
    return (Path(__file__).resolve().parents[2] / "docs" / "help" / f"{language}.md").read_text("utf-8")

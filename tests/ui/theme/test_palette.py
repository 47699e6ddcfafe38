"""Text stands out from its ground in both themes, wherever the style sheet puts one on the other."""

import re
from collections.abc import Iterator

import pytest

from ui.desktop.theme import palette
from ui.desktop.theme.palette import DARK, LIGHT, PALETTES, TEXT_PAIRS, contrast, use_theme
from ui.desktop.theme.style import PICTURES, style_sheet

LEAST = 4.5


@pytest.fixture(autouse=True)
def light_again() -> Iterator[None]:
    yield
    use_theme("light")


def test_contrast_of_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_stands_out_from_its_ground(theme: str, ink: str, ground: str) -> None:
    colours = PALETTES[theme]
    assert contrast(str(colours[ink]), str(colours[ground])) >= LEAST


def pairs_of(sheet: str) -> set[tuple[str, str]]:
    """Ink and ground of every rule that has both, its own or from the rule for what it lies in."""
    rules = dict[str, dict[str, str]]()
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        colours = dict(re.findall(r"(?<![-\w])(color|placeholder-text-color|background): (#[0-9A-Fa-f]{6})", body))
        for selector in selectors.split(","):
            rules.setdefault(selector.strip(), {}).update(colours)
    found = set()
    for selector, colours in rules.items():
        ground = rules.get(selector.rpartition(" ")[0], {}).get("background")
        for ink in ("color", "placeholder-text-color"):
            if ink in colours and (on := colours.get("background", ground)):
                found.add((colours[ink], on))
    return found


@pytest.mark.parametrize("theme", PALETTES)
def test_axes_stand_out_from_the_stages_tints(theme: str) -> None:
    colours = PALETTES[theme]
    for tint in colours["STAGE_TINTS"]:  # type: ignore[attr-defined] - a pair of them
        assert contrast(str(colours["INK_SOFT"]), tint) >= LEAST


@pytest.mark.parametrize("theme", PALETTES)
def test_every_pair_of_the_style_sheet_is_one_of_those_that_are_checked(theme: str) -> None:
    use_theme(theme)
    checked = {(PALETTES[theme][ink], PALETTES[theme][ground]) for ink, ground in TEXT_PAIRS}
    found = pairs_of(style_sheet(1.0, "Sans"))
    for ink, ground in (("ON_DARK", "RED"), ("INK_SOFT", "SURFACE")):  # STOPP, and what a field shows in grey
        assert (PALETTES[theme][ink], PALETTES[theme][ground]) in found
    assert found <= checked
    assert all(contrast(*pair) >= LEAST for pair in found)


@pytest.mark.parametrize("theme", PALETTES)
def test_stop_stands_out_from_the_window_and_red_is_nothing_elses(theme: str) -> None:
    colours = PALETTES[theme]
    assert contrast(str(colours["RED"]), str(colours["BACKGROUND"])) >= 3.0
    red = {colours["RED"], colours["RED_DARK"]}
    assert [name for name, colour in colours.items() if colour in red] == ["RED", "RED_DARK"]


def test_both_themes_have_the_same_colours_and_a_theme_is_taken_whole() -> None:
    assert LIGHT.keys() == DARK.keys()
    use_theme("dark")
    assert {name: getattr(palette, name) for name in DARK} == DARK
    sheet = style_sheet(1.0, "Sans")
    use_theme("unknown")
    assert {name: getattr(palette, name) for name in LIGHT} == LIGHT
    left = {str(colour) for colour in LIGHT.values()} - {str(colour) for colour in DARK.values()}
    assert [colour for colour in left if colour in sheet] == []
    for colours in PALETTES.values():
        for picture in ("CHEVRON", "TICK"):
            with open(f"{PICTURES}/{colours[picture]}", encoding="utf-8") as file:  # noqa: PTH123 - a URL's path
                assert "<svg" in file.read()

"""When a screen has come to rest, and may be taken for the guide."""

import itertools
import sys
from collections.abc import Iterable

import pytest
from PIL import Image

if sys.platform == "win32":
    pytest.skip("they are taken on Linux", allow_module_level=True)

from tools import pictures
from tools.windows.steps import Failed

SIZE = (40, 20)


def screen(*spots: tuple[int, int, int, int]) -> Image.Image:
    """Black, with white where something stands: left, top, width, height."""
    drawn = Image.new("RGB", SIZE)
    for left, top, width, height in spots:
        drawn.paste((255, 255, 255), (left, top, left + width, top + height))
    return drawn


NOTHING, OPENS, OPEN = screen(), screen((0, 0, 10, 10)), screen((0, 0, 30, 10))
BLINKED = screen((0, 0, 30, 10), (35, 0, 1, 10))


def taken(patch: pytest.MonkeyPatch, seen: Iterable[Image.Image], looks: int) -> Image.Image:
    """What is taken of screens that follow each other."""
    one = iter(seen)
    patch.setenv("DISPLAY", ":none")
    patch.setattr(pictures.ImageGrab, "grab", lambda xdisplay: next(one))
    patch.setattr(pictures.time, "sleep", lambda _: None)
    return pictures._settled(looks=looks)


def test_a_screen_is_taken_when_it_shows_something_and_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [*[NOTHING] * 9, *[OPENS] * 3, *[OPEN] * 9]
    assert taken(monkeypatch, seen, looks=4) == OPEN


def test_a_cursor_that_blinks_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken(monkeypatch, itertools.islice(itertools.cycle((OPEN, BLINKED)), 12), looks=8) in (OPEN, BLINKED)


def test_a_screen_that_never_rests_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "WITHIN_S", 0.05)
    with pytest.raises(Failed, match="did not come to rest"):
        taken(monkeypatch, itertools.cycle((OPENS, OPEN)), looks=4)

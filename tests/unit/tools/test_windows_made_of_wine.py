"""What a Windows made of Wine is given, and when a step of its making is taken again."""

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("it is made on Linux", allow_module_level=True)

from tools.windows import system
from tools.windows.system import NoWindows, Windows


def test_qt_is_told_by_names_that_wine_hands_on(tmp_path: Path) -> None:
    """Wine takes every name that begins with QT_ for this computer's own, unless WINE stands before it."""
    windows = Windows(tmp_path)
    told = {name: value for name, value in windows.environment().items() if "QT_" in name}
    assert set(told) == {"WINEQT_QPA_PLATFORM", "WINEQT_QPA_FONTDIR"}
    assert told["WINEQT_QPA_FONTDIR"] == r"C:\source\teststation\report\fonts"
    assert list((system.ROOT / "teststation" / "report" / "fonts").glob("*.ttf"))


def test_a_step_is_taken_once_until_what_it_is_made_of_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    windows, taken = Windows(tmp_path), []

    def step() -> str:
        taken.append(1)
        return "made"

    for _ in range(2):
        windows._once("step", step, lambda _: None)
    assert len(taken) == 1
    monkeypatch.setattr(system, "PACKED", "another Python")
    windows._once("step", step, lambda _: None)
    assert len(taken) == 2


def test_a_step_that_fails_says_why_and_is_not_done(tmp_path: Path) -> None:
    windows = Windows(tmp_path)

    def step() -> str:
        raise OSError("no room on the disk")

    with pytest.raises(NoWindows, match="cpython: no room"):
        windows._once("cpython", step, lambda _: None)
    assert not windows._is_done("cpython")

"""What a Windows made of Wine is given, and when a step of its making is taken again."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("it is made on Linux", allow_module_level=True)

from tools.windows import system
from tools.windows.system import Done, NoWindows, Windows


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


WINE = """#!/bin/sh
sleep 600 &
echo $! >"$WINEPREFIX/desktop"
printf 'said\\r\\n'
exit 3
"""


@pytest.fixture
def whose_desktop_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Windows]:
    """Every program of it begins a desktop that goes on and holds its pipe."""
    (tmp_path / "prefix").mkdir()
    (tmp_path / "wine").write_text(WINE)
    (tmp_path / "wine").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(system, "LAST_WORDS_S", 0.2)
    windows = Windows(tmp_path)
    monkeypatch.setattr(windows, "end", lambda: None)
    yield windows
    os.kill(int((tmp_path / "prefix" / "desktop").read_text()), signal.SIGKILL)


def test_a_program_has_ended_though_what_it_began_goes_on(whose_desktop_goes_on: Windows, tmp_path: Path) -> None:
    assert whose_desktop_goes_on.program("setup.exe", within_s=20, cwd=tmp_path) == Done(3, "said\n")


def test_and_so_has_one_of_wines_own(whose_desktop_goes_on: Windows) -> None:
    with pytest.raises(NoWindows, match="wine reg import a ended with status 3: said"):
        whose_desktop_goes_on.wine("reg", "import", "a", within_s=20)

"""The whole appointment by keys alone and by mouse alone: one by keys in the suite, all of them at night."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from pytestqt.qtbot import QtBot

from tests.patience import PATIENCE
from tests.ui.appointment import HANDS, Language, walk
from tests.ui.test_any_screen import left_by
from teststation.texts import LANGUAGES
from ui.desktop.i18n import use_language

SCREENS = [(1366, 768, 100), (1366, 768, 150), (1920, 1080, 200)]
NIGHT_SCALE = 20


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(keyring, "get_keyring", NoKeyring)
    yield
    use_language(LANGUAGES[0])


@pytest.mark.process
@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen: a list that folds out asks to be in front
@pytest.mark.parametrize(("hand", "language", "screen"), [("keys", "nb", SCREENS[1])])
def test_the_whole_appointment_with_one_hand(
    hand: str, language: Language, screen: tuple[int, int, int], tmp_path: Path, no_keyring: None, qtbot: QtBot
) -> None:
    walk(HANDS[hand](), language, left_by(*screen), 90.0, tmp_path)


@pytest.mark.nightly
@pytest.mark.timeout(330)
@pytest.mark.process
@pytest.mark.parametrize("platform", ["offscreen", "xvfb"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hand", HANDS)
def test_every_appointment(hand: str, language: str, screen: tuple[int, int, int], platform: str) -> None:
    """With the system's own scaling, on a screen of that size."""
    width, height, percent = screen
    logical = [str(px) for px in left_by(*screen)]
    words = [sys.executable, "-m", "tests.ui.appointment", hand, language, *logical, str(NIGHT_SCALE)]
    surroundings = {
        **os.environ,
        "QT_SCALE_FACTOR": str(percent / 100),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    if platform == "xvfb":
        if shutil.which("xvfb-run") is None:
            pytest.skip("no Xvfb here")
        words = ["xvfb-run", "-a", "-s", f"-screen 0 {width}x{height}x24", *words]
        surroundings["QT_QPA_PLATFORM"] = "xcb"
    else:
        surroundings["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(words, env=surroundings, capture_output=True, text=True, timeout=300 * PATIENCE, check=False)
    assert done.returncode == 0, done.stderr[-4000:]

"""Nothing flashes: a part that is shown before it has its place would be a window of its own for a moment."""

import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Bench
from tests.ui.test_closed_sheets import closed, left
from tests.ui.test_screens import everywhere
from teststation.records.database import open_record
from ui.desktop.opening.hall import Hall, TellCover, WaitCover
from ui.desktop.opening.passphrase import AskCover, ChooseCover, KeepCover
from ui.desktop.widgets.base import button
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.sheet import Sheet

__all__ = ["closed"]


class Opened(QObject):
    """Every widget that was shown as a window."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(type(watched).__name__)
        return False


@pytest.fixture
def opened(qapp: QApplication) -> Iterator[Opened]:
    made = Opened()
    qapp.installEventFilter(made)
    yield made
    qapp.removeEventFilter(made)


def test_a_part_that_is_shown_too_early_is_seen(qtbot: QtBot, opened: Opened) -> None:
    part = button("for a moment")
    part.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    part.setHidden(False)
    part.hide()
    assert opened.windows == ["QPushButton"]


def test_the_settings_open_no_window_beside_their_sheet(bench: Bench, opened: Opened) -> None:
    bench.window.header.settings_button.click()
    assert bench.window.sheet is not None
    assert opened.windows == []


def test_no_screen_opens_another_window_and_no_sheet_outlives_its_closing(
    bench: Bench,
    qtbot: QtBot,
    opened: Opened,
    closed: list[weakref.ref[Sheet]],
) -> None:
    everywhere(bench, lambda _: None, qtbot)
    assert opened.windows == []
    assert len(closed) >= 15
    assert left(closed) == []


def nothing(*_: object) -> None:
    return


@pytest.mark.parametrize("ring", [True, False])
def test_what_is_asked_before_the_window_lies_in_one(
    qtbot: QtBot, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: bool
) -> None:
    if ring:
        monkeypatch.setattr("ui.desktop.opening.passphrase.keyring_keeps", lambda: True)
    else:
        monkeypatch.setattr(keyring, "get_keyring", NoKeyring)
    file = tmp_path / "clinic.record"
    with open_record(file, "gul traktor under isen", create=True):
        pass
    hall = Hall("x")
    qtbot.addWidget(hall)
    hall.show()
    dialogs = Dialogs(hall)
    covers: tuple[Callable[[], QWidget], ...] = (
        lambda: WaitCover(hall),
        lambda: TellCover(hall, ["why"]),
        lambda: ChooseCover(hall, "clinic.record", "Klinikken", nothing, nothing),
        lambda: KeepCover(hall, dialogs, file, "clinic.record", "Klinikken", "gul traktor under isen", nothing),
        lambda: AskCover(hall, file, "clinic.record", nothing, nothing),
    )
    for made in covers:
        cover = made()
        cover.show()
    assert opened.windows == ["Hall"]
    for kind in (KeepCover, AskCover):
        cover = hall.findChild(kind)
        assert isinstance(cover, KeepCover | AskCover)
        assert cover.remember.isHidden() is not ring
        assert cover.remember.missing.isHidden() is ring

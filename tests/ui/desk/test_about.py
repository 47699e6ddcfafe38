"""Which version this is and what it is made of."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from teststation import __version__
from ui.desktop.desk.about import AboutSheet
from ui.desktop.window import MainWindow


def words_of(sheet: AboutSheet) -> list[str]:
    return [one.text() for one in sheet.findChildren(QLabel)]


def test_version_use_and_every_component_with_its_licence(window: MainWindow, qtbot: QtBot) -> None:
    window.header.about_button.click()
    sheet = window.findChild(AboutSheet)
    assert isinstance(sheet, AboutSheet)
    words = words_of(sheet)
    assert any(__version__ in one for one in words)
    assert any("nødstopp" in one for one in words)
    at = words.index("numpy")
    assert words[at + 1].startswith("2.")
    assert "BSD" in words[at + 2]


def test_a_release_names_its_commit(window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ui.desktop.desk.about.commit", lambda: "0123456789ab")
    window.header.about_button.click()
    sheet = window.findChild(AboutSheet)
    assert isinstance(sheet, AboutSheet)
    assert any("0123456789ab" in one for one in words_of(sheet))

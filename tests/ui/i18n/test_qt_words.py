"""Qt's own dialogs speak the window's language."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from teststation.texts import LANGUAGES
from ui.desktop.i18n import catalogue, use_language
from ui.desktop.i18n.qt_words import SOURCES, QtWords


@pytest.fixture
def words(qtbot: QtBot) -> Iterator[QtWords]:
    application = QApplication.instance()
    assert application is not None
    made = QtWords(application)
    application.installTranslator(made)
    yield made
    application.removeTranslator(made)
    use_language(LANGUAGES[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_dialog_and_a_box_of_buttons_speak_the_windows_language(
    words: QtWords, qtbot: QtBot, language: str
) -> None:
    use_language(language)
    said = catalogue(language)
    dialog = QFileDialog(None, "", "", "PDF (*.pdf)")
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    labels = {one.text().replace("&", "") for one in dialog.findChildren(QLabel)}
    assert {said("qt.look_in"), said("qt.file_name"), said("qt.file_type")} <= labels
    buttons = {one.text().replace("&", "") for one in dialog.findChildren(QPushButton)}
    assert {said("qt.open"), said("qt.cancel")} <= buttons
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Yes | QDialogButtonBox.StandardButton.No)
    qtbot.addWidget(box)
    assert {one.text().replace("&", "") for one in box.buttons()} == {said("qt.yes"), said("qt.no")}


def test_a_dialog_that_is_opened_after_the_language_was_changed_speaks_the_new_one(
    words: QtWords, qtbot: QtBot
) -> None:
    for language in ("nb", "en", "nn", "nb"):
        use_language(language)
        dialog = QFileDialog(None, "", "", "PDF (*.pdf)")
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        qtbot.addWidget(dialog)
        said = {one.text().replace("&", "") for one in dialog.findChildren(QLabel)}
        assert catalogue(language)("qt.look_in") in said, language


def test_every_word_has_its_places() -> None:
    for language in LANGUAGES:
        for source, key in SOURCES.items():
            assert source.count("%1") == catalogue(language)(key).count("%1"), (language, key)

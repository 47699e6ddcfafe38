"""What happened in own words: whoever writes it says whether it is a symptom, for no program reads it."""

from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ui.desktop.i18n import tr
from ui.desktop.test.questions import event_sheet


def test_own_words_are_kept_as_a_note_or_as_a_symptom(qtbot: QtBot) -> None:
    for kind in ("note", "symptom"):
        kept: list[tuple[str, ...]] = []

        def keep_it(*said: str, kept: list[tuple[str, ...]] = kept) -> None:
            kept.append(said)

        window = QWidget()
        qtbot.addWidget(window)
        sheet = event_sheet(window, keep_it)
        (other,) = sheet.findChildren(QLineEdit)
        (keep,) = (one for one in sheet.findChildren(QPushButton) if one.text() == tr(f"event.keep_{kind}"))
        keep.click()
        assert kept == [], "nothing is no event"
        other.setText("Kvalm-etter-trinn-2")
        keep.click()
        assert kept == [(kind, "Kvalm-etter-trinn-2")]

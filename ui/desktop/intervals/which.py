"""Which session: a choice of those that come with the station."""

from PySide6.QtWidgets import QComboBox

from ui.desktop.i18n import core_texts, tr
from ui.station.interval_session import session_titles


def which_session() -> QComboBox:
    """Their ids as data, under their titles in the window's language."""
    made = QComboBox()
    made.setAccessibleName(tr("interval.which"))
    for identifier, title in session_titles().items():
        made.addItem(core_texts().name_of(title), identifier)
    return made

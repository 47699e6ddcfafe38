"""Which session: a choice of those that come with the station, and of the clinic's own."""

from PySide6.QtWidgets import QComboBox

from teststation.protocol.own import OwnProtocols
from ui.desktop.i18n import core_texts, tr
from ui.station.interval_session import session_titles


def which_session(own: OwnProtocols) -> QComboBox:
    """Their ids as data, under their titles in the window's language."""
    made = QComboBox()
    made.setAccessibleName(tr("interval.which"))
    for identifier, title in session_titles(own).items():
        made.addItem(core_texts().name_of(title), identifier)
    return made

"""What the user at this station may do, shown on the screens: what nobody may press is not there."""

from typing import Protocol

from teststation.records.access.users import Permission
from ui.desktop.header import Header
from ui.desktop.people.history import HistoryScreen
from ui.desktop.people.person import PersonScreen
from ui.desktop.result.screen import ResultScreen
from ui.station.desk import Desk


class Screens(Protocol):
    """The screens on which something needs a permission."""

    header: Header
    people: PersonScreen
    result: ResultScreen
    history: HistoryScreen


def show_allowed(desk: Desk, screens: Screens) -> None:
    """Show or hide what needs a permission."""
    screens.header.allow_settings(desk.may(Permission.SETTINGS))
    screens.result.allow_signing(desk.may(Permission.SIGN))
    screens.people.allow_merging(desk.may(Permission.MERGE))
    screens.history.allow_copying(desk.may(Permission.EXPORT))
    screens.people.allow_bringing_in(desk.may(Permission.IMPORT))

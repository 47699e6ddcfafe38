"""What the user at this station may do, shown on the screens: what nobody may press is not there."""

from typing import TYPE_CHECKING

from teststation.records.access.user import Permission
from ui.desktop.header import Header
from ui.desktop.people.person import PersonScreen
from ui.station.desk import Desk

if TYPE_CHECKING:
    from ui.desktop.people.history import HistoryScreen
    from ui.desktop.result.screen import ResultScreen


def show_allowed(
    desk: Desk, header: Header, people: PersonScreen, result: "ResultScreen | None", history: "HistoryScreen | None"
) -> None:
    """Show or hide what needs a permission, on the screens that are there."""
    header.allow_settings(desk.may(Permission.SETTINGS))
    people.allow_merging(desk.may(Permission.MERGE))
    people.allow_erasing(desk.may(Permission.ERASE))
    people.allow_bringing_in(desk.may(Permission.IMPORT))
    if result is not None:
        result.allow_signing(desk.may(Permission.SIGN))
    if history is not None:
        history.allow_copying(desk.may(Permission.EXPORT))

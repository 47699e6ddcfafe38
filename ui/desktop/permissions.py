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
    allowed = desk.allowed()
    header.allow_settings(Permission.SETTINGS in allowed)
    people.allow_merging(Permission.MERGE in allowed)
    people.allow_erasing(Permission.ERASE in allowed)
    people.allow_bringing_in(Permission.IMPORT in allowed)
    if result is not None:
        result.allow_signing(Permission.SIGN in allowed)
    if history is not None:
        history.allow_copying(Permission.EXPORT in allowed)

"""A kept test in the window: shown, signed, amended, calculated again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from teststation.records.access.actions import Action
from teststation.records.access.user import Permission
from teststation.records.people.person import Person
from teststation.records.tests.earlier_result import ImportedResult
from teststation.records.tests.stored import StoredTest
from ui.desktop.i18n import tr
from ui.desktop.result.screen import ResultScreen
from ui.desktop.result.sign import SignSheet, versions_words
from ui.desktop.widgets.sheet import Sheet
from ui.station.desk import Desk
from ui.station.station import Station


class Window(Protocol):
    """What the result needs of the window."""

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        """Show one more sheet."""
        ...

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Say something and wait to be seen."""
        ...

    def go_to(self, screen: QWidget) -> None:
        """Show one screen."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read of a test's surroundings before it is shown."""

    person: Person
    imported: ImportedResult | None
    may_sign: bool


class ResultFlow(QObject):
    """What the result screen's buttons do with the record."""

    def __init__(self, station: Station, desk: Desk, screen: ResultScreen, window: Window, parent: QObject) -> None:
        super().__init__(parent)
        self.station, self.desk, self.screen, self._window = station, desk, screen, window

    def look(self, stored: StoredTest) -> Seen:
        """Tell the audit log who looks, and read what stands beside the test. From any thread. Raises RecordError."""
        self.desk.saw(Action.TEST_SEEN, stored.person_id, stored.id)
        record = self.station.record
        imported = record.imported.last_before(stored.person_id, stored.run.started_at[:10])
        return Seen(record.people.get(stored.person_id), imported, self.desk.may(Permission.SIGN))

    def show(self, stored: StoredTest, seen: Seen | None = None) -> None:
        """Show a kept test; ``seen``: what ``look`` gave, where somebody has looked already."""
        seen = seen or self.look(stored)
        self.screen.allow_signing(seen.may_sign)
        self.screen.show_test(stored, seen.person, seen.imported)
        self._window.go_to(self.screen)

    def sign(self, stored: StoredTest) -> None:
        """Sign, or amend."""
        user = self.desk.user
        if user is not None:
            self._window.show_sheet(lambda window: SignSheet(window, self.station, stored, user, self.renew))

    def show_versions(self, stored: StoredTest) -> None:
        """Every signed version."""
        self._window.tell(tr("sign.versions_title"), versions_words(self.station, stored))

    def calculate_again(self, stored: StoredTest) -> None:
        """Today's method beside the stored result."""
        self.station.calculate_again(stored)
        self.renew()

    def renew(self) -> None:
        """Show the test as it is kept now."""
        if self.screen.stored is not None:
            self.show(self.station.record.tests.get(self.screen.stored.id))

"""People in the window: added, corrected, merged, their tests in a list and side by side, and who looked at them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from teststation.errors import StationError
from teststation.records.access.actions import Action
from teststation.records.access.user import Permission
from teststation.records.people.person import Person
from ui.desktop.i18n import core_texts, told, tr
from ui.desktop.i18n.numbers import day, today
from ui.desktop.people.last_result import next_test_words
from ui.desktop.people.person import PersonScreen
from ui.desktop.people.waiting import WaitingSheet, waiting_of
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.sheet import Sheet
from ui.station.desk import Desk
from ui.station.next_test import instead_of_dates
from ui.station.station import Station
from ui.station.today import today_of

if TYPE_CHECKING:
    from teststation.records.people.erased import Gone
    from ui.desktop.people.history import HistoryScreen


class Window(Protocol):
    """What people need of the window."""

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        """Show one more sheet."""
        ...

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Say something and wait to be seen."""
        ...

    def go_to(self, screen: QWidget) -> None:
        """Show one screen."""
        ...


class PeopleFlow(QObject):
    """Connects the screens of people and their tests to the record."""

    def __init__(
        self,
        station: Station,
        desk: Desk,
        people: PersonScreen,
        history: "Callable[[], HistoryScreen]",
        window: Window,
        dialogs: Dialogs,
        hand_over: Callable[[Sequence[str]], None],
        parent: QObject,
    ) -> None:
        """``history``: the screen with all tests of a person, made when it is first wanted. ``hand_over``: gives the
        tests with these ids to the journal.
        """
        super().__init__(parent)
        self.station, self.desk, self.people, self._history, self._window = station, desk, people, history, window
        people.new_wanted.connect(lambda: self.edit(None))
        people.edit_wanted.connect(self.edit)
        people.merge_wanted.connect(self.merge)
        people.erase_wanted.connect(self.erase)
        people.today_wanted.connect(self.show_today)
        people.result_seen.connect(lambda person: desk.saw(Action.PERSON_SEEN, person.id))
        people.due_wanted.connect(self.show_due)
        people.waiting_wanted.connect(self.show_waiting)
        people.history_wanted.connect(self.show_history)
        people.bring_in_wanted.connect(self.ask_table)
        self._dialogs, self._hand_over = dialogs, hand_over

    def connect_history(self, history: "HistoryScreen") -> None:
        """The screen with all tests is there."""
        history.compare_wanted.connect(self.compare)
        history.audit_wanted.connect(self.show_audit)
        history.back.connect(lambda: self._window.go_to(self.people))

    def edit(self, person: Person | None) -> None:
        """Add a person, or correct one."""
        if person is not None:
            self.desk.saw(Action.PERSON_SEEN, person.id)
        record = self.station.record
        written_here = None if person is None else record.kept_here(person.id)
        if written_here is not None:
            assert person is not None
            base, mine = written_here
            self.choose(base, record.people.get(person.id), mine)
            return
        from ui.desktop.people.person_form import PersonForm

        clinics = self.station.settings.language
        self._window.show_sheet(lambda window: PersonForm(window, record, person, self._kept, self.choose, clinics))

    def choose(self, base: Person | None, kept: Person, mine: Person) -> None:
        """Two have changed one person: both values, and a choice."""
        from ui.desktop.people.two_hands import TwoHandsSheet

        record = self.station.record
        self._window.show_sheet(lambda window: TwoHandsSheet(window, record, base, kept, mine, self._kept))

    def _kept(self, person: Person) -> None:
        self.people.refresh(choose=person.id)

    def merge(self, person: Person) -> None:
        """Merge a duplicate into this person, or undo it."""
        from ui.desktop.people.merge import MergeSheet

        self.desk.saw(Action.PERSON_SEEN, person.id)
        record = self.station.record
        self._window.show_sheet(
            lambda window: MergeSheet(window, record, person, lambda: self.people.refresh(choose=person.id))
        )

    def erase(self, person: Person) -> None:
        """Erase a person for good: why, and whom once more. Raises BadInput: they may not."""
        from ui.desktop.people.erase import EraseSheet, reason_sheet

        record = self.station.record
        record.users.still_may(Permission.ERASE)
        self.desk.saw(Action.PERSON_SEEN, person.id)
        show = self._window.show_sheet
        show(
            lambda window: reason_sheet(
                window, person, lambda reason: show(lambda over: EraseSheet(over, record, person, reason, self._erased))
            )
        )

    def _erased(self, gone: "Gone") -> None:
        from ui.desktop.people.erase import gone_words

        self.people.search.clear()
        self.people.refresh()
        self._window.tell(tr("erase.title"), gone_words(gone, str(self.station.record.location)))

    def show_today(self) -> None:
        """Who is to be seen to today, and how many tests wait for the journal."""
        self.people.show_today(today_of(self.station.record, today()))
        self.people.show_waiting(len(waiting_of(self.station.record)))

    def show_waiting(self) -> None:
        """Which signed tests have not gone to the journal."""
        people = self.station.record.people
        waiting = [(people.get(one.person_id), one) for one in waiting_of(self.station.record)]
        self._window.show_sheet(lambda window: WaitingSheet(window, waiting, self._hand_over))

    def show_due(self) -> None:
        """Who should come now."""
        from ui.desktop.people.due import SHOWN, due_sheet

        due: Sequence[tuple[Person, str]] = self.station.record.people.due(today())
        instead = instead_of_dates(self.station.record, {person.id: last for person, last in due[:SHOWN]})
        self._window.show_sheet(lambda window: due_sheet(window, due, instead, self.people.choose))

    def show_history(self, person: Person) -> None:
        """All tests of a person."""
        self.desk.saw(Action.PERSON_SEEN, person.id)
        lines = self.station.record.tests.summaries(person.id)
        titles = {
            identifier: core_texts().name_of(title) for identifier, title in self.station.protocol_titles().items()
        }
        imported = self.station.record.imported.of_person(person.id)
        last = self.station.record.tests.last_started([person.id]).get(person.id)
        following = "" if last is None else next_test_words(self.station.record, person, last, today())
        screen, audit = self._history(), self.desk.may(Permission.AUDIT)
        screen.show_person(person, lines, titles, audit=audit, imported=imported, following=following)
        self._window.go_to(screen)

    def ask_table(self) -> None:
        """Which file the earlier tests are in."""
        self._dialogs.open_file(tr("bring.title"), tr("bring.filter"), self.bring_in)

    def bring_in(self, path: Path) -> None:
        """Show what a table of earlier tests would bring."""
        from teststation.exchange.earlier import preview
        from ui.desktop.people.earlier import BringInSheet

        record = self.station.record
        try:
            found = preview(path, record, today())
        except StationError as error:
            self._window.tell(tr("bring.title"), told(error))
        else:
            self._window.show_sheet(lambda window: BringInSheet(window, record, found, self._brought_in))

    def _brought_in(self, count: int) -> None:
        self.people.refresh()
        self._window.tell(tr("bring.title"), [tr("bring.done", n=count)])

    def compare(self, earlier_id: str, later_id: str) -> None:
        """Two tests side by side. Whether the change is real is for the physiology to say."""
        from teststation.physiology.assess import EarlierTest, assess_run
        from ui.desktop.people.compare import CompareSheet

        tests = self.station.record.tests
        earlier, later = tests.get(earlier_id), tests.get(later_id)
        person = self.station.record.people.get(later.person_id)
        for test in (earlier, later):
            self.desk.saw(Action.TEST_SEEN, test.person_id, test.id)
        # Between a demonstration and a test of a person there is no change.
        alike = [earlier] if earlier.run.demo is later.run.demo else []
        change = assess_run(later.run, [EarlierTest(one.id, one.run, one.assessment) for one in alike]).change
        self._window.show_sheet(lambda window: CompareSheet(window, person, earlier, later, change))

    def show_audit(self, person: Person) -> None:
        """Who did what with this person; looking at it is told too."""
        from ui.desktop.people.audit import audit_sheet

        record = self.station.record
        record.users.still_may(Permission.AUDIT)
        self.desk.saw(Action.AUDIT_SEEN, person.id)
        rows = record.audit.of_person(person.id)
        tests = {line.id: day(line.started_at) for line in record.tests.summaries(person.id)}
        self._window.show_sheet(lambda window: audit_sheet(window, person, rows, tests))

"""The rooms of the window beyond its first screen, each read from the disk and made when it is first asked for.

A list of people is on the screen before there is a plot, a report or a belt. What a run may come to need is made when
it is prepared, so that nothing is read from the disk while somebody walks.
"""

import importlib
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from teststation.records.access.user import Permission
from ui.desktop.asked_first import AskedFirst
from ui.desktop.closing import Awaited
from ui.desktop.drill.apart import DrillApart
from ui.desktop.people.flow import PeopleFlow
from ui.desktop.people.person import PersonScreen
from ui.desktop.theme.style import font_family
from ui.desktop.widgets.base import make_room
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.work import Work
from ui.station.desk import Desk
from ui.station.settings import Settings
from ui.station.station import Setup, Station

if TYPE_CHECKING:
    from teststation.records.tests.stored import StoredTest
    from ui.desktop.clinic.flow import ClinicFlow
    from ui.desktop.clinic.upkeep import Upkeep
    from ui.desktop.intervals.group_flow import GroupFlow
    from ui.desktop.intervals.group_screen import GroupScreen
    from ui.desktop.intervals.screen import IntervalScreen
    from ui.desktop.machines.commissioning import CommissioningScreen
    from ui.desktop.machines.flow import MachineFlow
    from ui.desktop.people.history import HistoryScreen
    from ui.desktop.protocols.flow import ProtocolFlow
    from ui.desktop.result.flow import ResultFlow
    from ui.desktop.result.papers import Papers
    from ui.desktop.result.screen import ResultScreen
    from ui.desktop.test.pretest import PretestScreen
    from ui.desktop.test.screen import RunScreen
    from ui.desktop.training.flow import TrainingFlow
    from ui.desktop.training.screen import TrainingScreen
    from ui.desktop.training.strength import StrengthScreen
    from ui.desktop.widgets.load_plot import LoadPlot
    from ui.desktop.widgets.time_plot import TimePlot


@runtime_checkable
class Drawn(Protocol):
    """A screen that is drawn for the size of the window."""

    def rescale(self, scale: float, family: str) -> None:
        """Draw it at another scale."""
        ...


Screen = TypeVar("Screen", bound=QWidget)
# In the order of an appointment: what is asked for next is there first. Each is a piece of its own: none is to hold up
# the window for long.
WARMED_UP = (
    "pretest", "load_plot", "time_plot", "run", "result", "results", "papers", "commissioning", "machines", "training",
    "lifting", "train", "history", "intervals", "clinic",
)  # fmt: skip
# What is read from the disk for them, in a thread of its own: that takes longer than making them.
_READ = (
    "ui.desktop.test.pretest", "ui.desktop.test.screen", "ui.desktop.test.flow", "drivers.heart_rate_client",
    "drivers.treadmill_client", "ui.station.session", "ui.station.awake", "ui.station.run_mark",
    "ui.station.synced_journal", "ui.station.practice", "ui.desktop.result.screen", "ui.desktop.result.flow",
    "ui.desktop.result.papers", "ui.desktop.machines.commissioning", "ui.desktop.machines.flow",
    "ui.desktop.training.screen", "ui.desktop.training.strength", "ui.desktop.training.flow",
    "ui.desktop.people.history", "ui.desktop.intervals.screen", "ui.desktop.clinic.flow",
)  # fmt: skip


class Rooms(QMainWindow):
    """Screens and flows by name. Whoever only wants to know whether there is one asks ``made``."""

    station: Station
    desk: Desk
    dialogs: Dialogs
    people: PersonScreen
    persons: PeopleFlow
    stack: QStackedWidget
    upkeep: "Upkeep"
    together: "GroupFlow | None"
    asked: AskedFirst
    apart: DrillApart
    seed: int
    _drawn: tuple[float, float]
    _reading: Work | None = None
    _bare: QWidget | None = None  # a screen that is made, and has to be dressed before it is shown
    _dresses = True  # whether a screen is dressed when it is made

    if TYPE_CHECKING:  # what the window itself does

        @property
        def in_test(self) -> bool: ...
        @property
        def occupied(self) -> bool: ...
        def go_to(self, screen: QWidget) -> None: ...
        def prepare(self, setup: Setup) -> None: ...
        def practise(self, setup: Setup) -> None: ...
        def back_to_people(self) -> None: ...
        def show_result(self, stored: "StoredTest") -> None: ...
        def show_report(self, stored: "StoredTest") -> None: ...
        def keep_settings(self, settings: Settings) -> None: ...
        def look_at_sheets(self) -> None: ...
        def machine_left(self) -> None: ...
        def record_replaced(self) -> None: ...
        def tell(self, title: str, sentences: Sequence[str], still: Callable[[], bool] | None = None) -> None: ...
        def show_sheet(self, make: Callable[[QWidget], Sheet], still: Callable[[], bool] | None = None) -> None: ...

    def made(self, name: str) -> bool:
        """Whether this room is there already."""
        return name in vars(self)

    def name_of_screen(self, screen: QWidget | None) -> str:
        """What a screen of the stack is called here."""
        return next((name for name, value in vars(self).items() if value is screen), "")

    def end_rooms(self) -> list[Awaited]:
        """Let go of what the rooms that are there hold: what is to be waited for, the belt's first."""
        ends: list[tuple[str, list[Work]]] = []
        if self.made("machines"):
            ends.append(("devices", self.machines.close()))
        if self.together is not None:
            ends.append(("group", self.together.close()))
        ends.append(("drill", self.apart.close()))
        self.dialogs.close_all()
        if self.made("papers"):
            ends.append(("papers", self.papers.close()))
        if self.made("train"):
            ends.append(("papers", self.train.pages.close()))
        ends.append(("upkeep", self.upkeep.close()))
        return [Awaited(what, work) for what, works in ends for work in works]

    def warm_up(self) -> bool:
        """Make the next piece of the rooms that are not there; False when all are.

        What belongs to them is read from the disk before, beside the window.
        """
        if self._reading is None:
            self._reading = Work(_read_rooms, self).start()
        if not self._reading.wait(0.0):
            return True
        if self._bare is not None:
            with self.asked.aside():
                if not self._put():
                    self._dress()
            return True
        name = next((name for name in WARMED_UP if not self.made(name)), None)
        if name is None:
            return False
        with self._undressed(), self.asked.aside():
            getattr(self, name)
        return True

    @contextmanager
    def _undressed(self) -> Generator[None]:
        """The last screen that is made within is to be dressed later."""
        self._dresses = False
        try:
            yield
        finally:
            self._dresses = True

    def _on_stack(self, screen: Screen) -> Screen:
        self._dress()
        self._bare = screen
        if self._dresses:
            self._dress()
        return screen

    def _put(self) -> bool:
        """Put the last screen among the others, where each part gets the window's style; whether it was not there."""
        if self._bare is None or self.stack.indexOf(self._bare) >= 0:
            return False
        self.stack.addWidget(self._bare)
        return True

    def _dress(self) -> None:
        """Give the last screen its style and its size, if it has none yet."""
        self._put()
        screen, self._bare = self._bare, None
        if screen is None:
            return
        for part in screen.findChildren(QWidget):
            part.ensurePolished()  # else the style's least sizes come at its showing, over those it is drawn with
        if self._drawn[0]:
            make_room(screen, self._drawn[0])
            self._draw(screen, self._drawn[0])

    def _draw(self, screen: QWidget | None, scale: float) -> None:
        if isinstance(screen, Drawn):
            screen.rescale(scale, font_family())

    # --- before the test ---

    @cached_property
    def pretest(self) -> "PretestScreen":
        """Weight, questions, devices."""
        from ui.desktop.test.pretest import PretestScreen

        made = self._on_stack(PretestScreen(self.station, seed=self.seed))
        made.back.connect(lambda: self.go_to(self.people))
        made.prepared.connect(self.prepare)
        made.practice_wanted.connect(self.practise)
        made.protocols_wanted.connect(self._show_protocols)
        return made

    # --- on the belt ---

    @cached_property
    def load_plot(self) -> "LoadPlot":
        """Of the test: pulse against load."""
        from ui.desktop.widgets.load_plot import LoadPlot

        return LoadPlot()

    @cached_property
    def time_plot(self) -> "TimePlot":
        """Of the test: pulse against time."""
        from ui.desktop.widgets.time_plot import TimePlot

        return TimePlot()

    @cached_property
    def run(self) -> "RunScreen":
        """The test."""
        # Read with the screen is what leads a run and what drives its devices: who prepares one does not wait for that.
        import drivers.heart_rate_client
        import drivers.treadmill_client  # noqa: F401
        import ui.desktop.test.flow
        import ui.station.session  # noqa: F401
        from teststation.records.tests.journal import KEY_BYTES, cipher_of
        from ui.desktop.test.screen import RunScreen

        cipher_of(bytes(KEY_BYTES))
        return self._on_stack(RunScreen((self.load_plot, self.time_plot)))

    @cached_property
    def intervals(self) -> "IntervalScreen":
        """An interval session."""
        from ui.desktop.intervals.screen import IntervalScreen

        return self._on_stack(IntervalScreen())

    @cached_property
    def group(self) -> "GroupScreen":
        """A group session, without a belt."""
        from ui.desktop.intervals.group_screen import GroupScreen

        return self._on_stack(GroupScreen())

    # --- after it ---

    @cached_property
    def result(self) -> "ResultScreen":
        """A kept test."""
        from ui.desktop.result.screen import ResultScreen

        made = self._on_stack(ResultScreen())
        made.done.connect(self.back_to_people)
        made.sign_wanted.connect(lambda stored: self.results.sign(stored))
        made.versions_wanted.connect(lambda stored: self.results.show_versions(stored))
        made.again_wanted.connect(lambda stored: self.results.calculate_again(stored))
        made.print_wanted.connect(lambda stored: self.papers.open_report(stored))
        made.pdf_wanted.connect(lambda stored: self.papers.save_report(stored))
        made.hand_over_wanted.connect(lambda stored: self.papers.hand_over(stored))
        return made

    @cached_property
    def results(self) -> "ResultFlow":
        """Shows a kept test, signs it, calculates it again."""
        from ui.desktop.result.flow import ResultFlow

        return ResultFlow(self.station, self.desk, self.result, self, self)

    @cached_property
    def papers(self) -> "Papers":
        """Reports on the screen, on paper and in files."""
        from ui.desktop.result.papers import Papers

        made = Papers(self.station, self.result.show_busy, self, self.dialogs, self)
        made.handed_over.connect(self._show_how_many_wait)
        return made

    def _show_how_many_wait(self) -> None:
        """Something has gone to the journal. During a run nobody sees the list: it is asked for when they do."""
        if not self.occupied:
            self.persons.show_today()

    @cached_property
    def history(self) -> "HistoryScreen":
        """All tests of a person."""
        from ui.desktop.people.history import HistoryScreen

        made = self._on_stack(HistoryScreen())
        made.allow_copying(self.desk.may(Permission.EXPORT))
        self.persons.connect_history(made)
        tests = self.station.record.tests
        made.open_wanted.connect(lambda test_id: self.show_result(tests.get(test_id)))
        made.report_wanted.connect(lambda test_id: self.show_report(tests.get(test_id)))
        made.copy_wanted.connect(lambda person: self.papers.save_copy(person))
        made.hand_over_wanted.connect(self.hand_over_tests)
        return made

    def hand_over_tests(self, test_ids: Sequence[str]) -> None:
        """Give the tests with these ids to the journal."""
        tests = self.station.record.tests
        self.papers.hand_over_many([tests.get(test_id) for test_id in test_ids])

    # --- between tests ---

    @cached_property
    def training(self) -> "TrainingScreen":
        """Plan and diary."""
        from ui.desktop.training.screen import TrainingScreen

        return self._on_stack(TrainingScreen())

    @cached_property
    def lifting(self) -> "StrengthScreen":
        """Strength."""
        from ui.desktop.training.strength import StrengthScreen

        return self._on_stack(StrengthScreen())

    @cached_property
    def train(self) -> "TrainingFlow":
        """Training between tests."""
        from ui.desktop.training.flow import TrainingFlow

        return TrainingFlow(
            self.station, self.training, self.lifting, self, self.dialogs, lambda: self.go_to(self.people), self
        )

    # --- the clinic ---

    @cached_property
    def commissioning(self) -> "CommissioningScreen":
        """A treadmill is put into use."""
        from ui.desktop.machines.commissioning import CommissioningScreen

        return self._on_stack(CommissioningScreen())

    @cached_property
    def machines(self) -> "MachineFlow":
        """The pages of a machine."""
        from ui.desktop.machines.flow import MachineFlow

        return MachineFlow(self.station, self.desk, self.commissioning, self, lambda: self.in_test)

    @cached_property
    def clinic(self) -> "ClinicFlow":
        """Settings, backups, about."""
        from ui.desktop.clinic.flow import ClinicFlow

        return ClinicFlow(self.station, self.desk, self, lambda: self.machines.begin(), lambda: self.protocols.open())

    @cached_property
    def protocols(self) -> "ProtocolFlow":
        """The library of protocols, and the editor."""
        from ui.desktop.protocols.flow import ProtocolFlow

        return ProtocolFlow(self.station, self.desk, self, self._protocols_changed)

    def _show_protocols(self) -> None:
        """Every protocol, with what it asks of the person who is to be tested; one can be chosen."""
        person = self.pretest.person
        if person is not None:
            self.protocols.open_for(person, self.pretest.subject(), self.pretest.walked.protocol.currentData())

    def _protocols_changed(self, identifier: str, chosen: bool) -> None:
        if self.made("pretest"):
            self.pretest.protocols_changed(identifier if chosen else "")


def _read_rooms() -> None:
    for name in _READ:
        importlib.import_module(name)
    from teststation.records.tests.journal import KEY_BYTES, cipher_of

    cipher_of(bytes(KEY_BYTES))  # the first one brings its library in

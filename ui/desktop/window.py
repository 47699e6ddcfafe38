"""The window: one screen at a time, STOPP in its corner, and nothing that can lie over it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

import msgspec
from PySide6.QtCore import QRect, QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from teststation.demonstration import is_demonstration
from teststation.errors import AfterTheTest, StationError
from teststation.records.access.actions import Action
from ui.desktop.asked_first import AskedFirst
from ui.desktop.clinic.upkeep import Upkeep, last_words
from ui.desktop.closing import Closing, EndingCover
from ui.desktop.desk.flow import DeskFlow
from ui.desktop.drill.apart import DrillApart
from ui.desktop.focus import Focus
from ui.desktop.header import Header
from ui.desktop.i18n import core_texts, of_session, told, told_of, tr
from ui.desktop.i18n.marks import marked, name_of
from ui.desktop.i18n.numbers import day, moment
from ui.desktop.keys import Keys
from ui.desktop.machines.reminder import remind
from ui.desktop.patient.flow import SecondScreen
from ui.desktop.people.flow import PeopleFlow
from ui.desktop.people.person import PersonScreen
from ui.desktop.permissions import show_allowed
from ui.desktop.preparing import Preparing
from ui.desktop.rooms import Rooms
from ui.desktop.sheets import Sheets
from ui.desktop.shutdown import StopKeys
from ui.desktop.theme.style import font_family, least_text_px, scale_for, style_sheet
from ui.desktop.widgets.base import column, make_room, settle
from ui.desktop.widgets.choices import message
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.widgets.stop_button import StopButton
from ui.station.desk import Desk
from ui.station.settings import Settings
from ui.station.station import Setup, Station

Prepared = TypeVar("Prepared", bound="Session")
MINIMUM_WIDTH, MINIMUM_HEIGHT = 880, 420  # 1366 x 768 at 150 %, less a task bar and a title
MM_PER_INCH = 25.4
STEPS = ("people", "pretest", "run", "result")
AFTER_A_RUN = ("results", "papers")
MOVES = ("run", "intervals", "commissioning")  # where a belt may move: STOPP is there, and nothing above the screen

if TYPE_CHECKING:
    from teststation.records.people.person import Person
    from teststation.records.tests.stored import StoredSession, StoredTest
    from teststation.run.drill import Fault
    from ui.desktop.drill.flow import Drills
    from ui.desktop.intervals.group_flow import GroupFlow
    from ui.desktop.machines.commissioning_flow import CommissioningFlow
    from ui.desktop.test.bridge import SessionBridge
    from ui.desktop.test.flow import RunFlow
    from ui.desktop.test.screen import RunScreen
    from ui.station.session import Session
    from ui.station.together import GroupSession


@runtime_checkable
class Watched(Protocol):
    """A screen on which pulse and clock stay in sight, whatever is asked or read."""

    def drawer(self) -> QRect:
        """Where a drawer goes."""
        ...


class MainWindow(Rooms):
    """Navigation between the screens; owns the session while there is one."""

    look_changed = Signal()  # the settings have another language or theme now

    def __init__(
        self,
        station: Station,
        *,
        save: Callable[[Settings], None] = lambda settings: None,
        demo: bool = False,
        seed: int = 1,
        drill: tuple[str, str] | None = None,
        desk: Desk | None = None,
        size: QSize | None = None,
        opened: Callable[[], None] = lambda: None,
    ) -> None:
        """Make it; a record that opens yet is waited for as late as can be.

        Args:
            drill: Instead of appointments, see ``run_app``.
            desk: Who is there already, where this window takes another's place.
            size: What it will have: else it is dressed when it is shown.
            opened: Waits for the record. Raises RecordError.
        """
        super().__init__()
        self.station = station
        self.flow: RunFlow | None = None
        self.together: GroupFlow | None = None
        self._save = save
        self.seed, self.demo = seed, demo
        self._drawn = (0.0, 0.0)
        self._ending: EndingCover | None = None
        self.sheets = Sheets(self, self._uncover, lambda: self.bridge is not None and self.bridge.stop_key_stops,
                             lambda: self.asked.aside())  # fmt: skip
        self.closing = Closing(self)
        self.preparing = Preparing(self, lambda: self.asked)
        self.setWindowTitle(marked(tr("app.title"), demo=demo))
        self.setMinimumSize(MINIMUM_WIDTH, MINIMUM_HEIGHT)
        self.header = Header(demo=demo)
        self.people = PersonScreen(station.record)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.people)
        central = self._central = QWidget()
        above = self._above = column(self.header, self.stack, gap=0, shares=(0, 1))
        central.setLayout(above)
        self.setCentralWidget(central)
        self.stop_button = StopButton(self)
        self.stop_button.stop_pressed.connect(self.stop)
        self.second = SecondScreen(self)
        self.second.want(station.settings.patient_screen)
        self.desk = desk or Desk(station.record)
        self.dialogs = Dialogs(self)
        self.persons = PeopleFlow(station, self.desk, self.people, lambda: self.history, self, self.dialogs,
                                  self.hand_over_tests, self)  # fmt: skip
        self.upkeep = Upkeep(
            station,
            lambda: not self.occupied,
            lambda said: self.tell(tr("upkeep.title"), said),
            self,
        )
        self._stop_keys = StopKeys(lambda: self.bridge, self)
        self.door = DeskFlow(self.desk, self.header, self, self, lambda: self.station.settings,
                             lambda: self.occupied, demo=demo)  # fmt: skip
        self.keys = Keys(self, self, self.door.lock)
        self.keyboard = Focus(self, lambda: self.top_sheet, self.stop_button)
        self.asked = AskedFirst(self._stop_keys, self.keys, window=self)
        self.drills = None if drill is None else self._drills(*drill)
        self.apart = DrillApart(self, self)
        if self.drills is not None:
            above.insertWidget(0, self.drills.bar)
            self.drills.bar.hide()
        self._connect()
        if size is not None:
            self.resize(size)
            self._rescale()
        opened()
        self.asked.begin()
        self.go_to(self.people)
        self.door.start()

    def _connect(self) -> None:
        self.header.settings_wanted.connect(lambda: self.clinic.edit_settings())
        self.header.about_wanted.connect(lambda: self.show_sheet(self._about))
        self.upkeep.backup_known.connect(
            lambda last: self.people.show_backup(last_words(last), late=last is None or last.late)
        )
        self.door.user_changed.connect(self._show_allowed)
        self.door.desk_cleared.connect(self._clear_desk)
        self.door.desk_left.connect(self._leave_desk)
        QShortcut(QKeySequence.StandardKey.HelpContents, self).activated.connect(self.show_help)
        self.people.test_wanted.connect(self.begin_pretest)
        self.people.session_wanted.connect(self.begin_session)
        self.people.group_wanted.connect(self.begin_group)
        self.people.training_wanted.connect(lambda person: self.train.show(person))
        self.people.interrupted_wanted.connect(lambda test_id: self.show_result(self.station.record.tests.get(test_id)))

    def _show_allowed(self) -> None:
        result = self.result if self.made("result") else None
        show_allowed(self.desk, self.header, self.people, result, self.history if self.made("history") else None)

    # --- what the rest of the window asks ---

    @property
    def in_test(self) -> bool:
        """Whether a test or a session is prepared, walked or stopping."""
        return self.flow is not None or self.in_group or self.preparing.running

    @property
    def occupied(self) -> bool:
        """Whether somebody is tested, trains, or a machine is put into use, or is about to be."""
        return self.at_work is not None or self.in_group or self.preparing.running

    @property
    def in_group(self) -> bool:
        """Whether a group trains, or is about to: nobody's belt, and yet nobody is to be disturbed."""
        return self.together is not None and self.together.running

    @property
    def at_work(self) -> "RunFlow | CommissioningFlow | None":
        """The test, or the machine that is put into use, while there is one."""
        return self.flow or (self.machines.commissioning if self.made("machines") else None)

    @property
    def bridge(self) -> "SessionBridge | CommissioningFlow | None":
        """Who has a belt that may move."""
        return None if self.at_work is None else self.at_work.bridge

    def stop(self) -> None:
        """Stop the belt."""
        if self.bridge is not None:
            self.bridge.stop()

    def tell(self, title: str, sentences: Sequence[str], still: Callable[[], bool] | None = None) -> None:
        """Say something and wait to be seen, as long as it is ``still`` so. STOPP stays free."""
        self.sheets.tell(title, sentences, still)

    def show_sheet(self, make: Callable[[QWidget], Sheet], still: Callable[[], bool] | None = None) -> None:
        """Show one more sheet, as long as what it asks is ``still`` to be asked; the one below waits."""
        self.sheets.show(make, still)

    def show_help(self) -> None:
        """F1: of the sheet or screen that is shown, over whatever asks; not twice, nor before somebody is let in."""
        from ui.desktop.widgets.help import HelpSheet

        if self.door.cover is None and not isinstance(self.sheet, HelpSheet):
            here = self.stack.currentWidget()
            dock = here.drawer if isinstance(here, Watched) else None
            # A question over a sheet belongs to that sheet.
            page = self.sheets.help_page or self.name_of_screen(here)
            self.show_sheet(lambda window: HelpSheet(window, page, dock))

    @property
    def sheet(self) -> Sheet | None:
        """The sheet on top, if there is one."""
        return self.sheets.top

    @property
    def top_sheet(self) -> Sheet | None:
        """What lies on top of everything but STOPP: the door, or a sheet."""
        return self.door.cover or self.sheets.top

    def look_at_sheets(self) -> None:
        """With every look at the belt: sheets that ask what is over close, and none hides how a belt comes to rest."""
        self.sheets.look(aside=self.bridge is not None and self.bridge.is_stopping)

    def _uncover(self) -> None:
        """Over every sheet lies the cover of a locked station, over that STOPP; nothing under it stays held."""
        self.let_go()
        self.door.raise_cover()
        self.stop_button.to_corner()
        self.keyboard.look()

    def let_go(self) -> None:
        """Nothing on a screen stays held."""
        for name in ("run", "intervals"):
            if self.made(name):
                getattr(self, name).hold.let_go()
        if self.made("commissioning"):
            self.commissioning.let_go()

    def go_to(self, screen: QWidget) -> None:
        """Show one screen."""
        with self.asked.aside():
            self._go_to(screen)

    def _go_to(self, screen: QWidget) -> None:
        self._dress()
        name = self.name_of_screen(screen)
        moves = name in MOVES
        self.header.show_step(STEPS.index(name) if name in STEPS else 0)
        self.header.setVisible(not moves and name != "group")
        self._above.activate()  # the screen is seen in the room that it has then: else it is drawn twice
        self.stack.setCurrentWidget(screen)
        self.stop_button.setVisible(moves)
        self.stop_button.to_corner()
        if screen is self.people:
            self.people.refresh()
        first = {"people": lambda: self.people.search, "pretest": lambda: self.pretest.confirmed}
        first.get(name, lambda: screen)().setFocus()
        settle()

    def _about(self, window: QWidget) -> Sheet:
        from ui.desktop.desk.about import AboutSheet

        may = self.drills is None and self.at_work is None
        return AboutSheet(window, self.clinic.save_support, self.apart.open if may else None)

    def welcome(self) -> None:
        """What has to be said before the first click: intended use, and tests that were interrupted."""
        if self.drills is not None:
            self.drills.choose()
            return
        try:
            found = self.station.recover()
        except StationError as error:
            self.tell(tr("error.known"), told(error))
        else:
            found = [*found, *self.station.recovered_sessions]
            if found:
                from teststation.records.tests.stored import StoredSession

                with of_session(all(isinstance(one, StoredSession) for one in found)):
                    told_first = tr("recovered.title"), tr("recovered.words")
                self.tell(told_first[0], [told_first[1], *(self._recovered(one) for one in found)])
                self.people.refresh()
            for path, problems in self.station.not_recovered:
                self.tell(tr("recovered.not"), [*told(problems), str(path)])
        self.door.remind()
        remind(self.station.settings, self.tell)
        if not self.demo:
            self.upkeep.look_back()
        if not self.station.settings.intended_use_accepted:
            self.show_sheet(self._intended_use)

    def _leave_desk(self) -> None:
        """The station locks: the cover lies over the window, and nothing of it is outside."""
        self.dialogs.close_all()
        if self.made("papers"):
            self.papers.let_go()

    def record_replaced(self) -> None:
        """The record holds what a backup held: who works here comes in anew, and nothing open is to be believed."""
        self.sheets.finish_all()
        self.door.begin_anew()
        self.back_to_people()

    def _clear_desk(self) -> None:
        """Another user has come in: nothing that the former had open is shown to them."""
        self.sheets.finish_all()
        self.back_to_people()

    # --- people ---

    def begin_pretest(self, person: "Person") -> None:
        """The appointment begins."""
        self.desk.saw(Action.PERSON_SEEN, person.id)
        self.pretest.show_person(person)
        self.go_to(self.pretest)

    def begin_session(self, person: "Person") -> None:
        """An interval session begins: which one, and at which load."""
        self.desk.saw(Action.PERSON_SEEN, person.id)
        from ui.desktop.intervals.flow import ask_start

        ask_start(self.station, person, self.show_sheet, self.prepare_session, seed=self.seed)

    def begin_group(self, person: "Person") -> None:
        """Several train at once, each with a strap: who, before anything is started."""
        self.desk.saw(Action.PERSON_SEEN, person.id)
        from ui.desktop.intervals.group_start import GroupStartSheet

        self.show_sheet(
            lambda window: GroupStartSheet(window, self.station, person, self.preparing, self._train_together)
        )

    def _train_together(self, session: "GroupSession") -> None:
        from ui.desktop.intervals.group_flow import GroupFlow

        if self.together is not None:
            self.together.deleteLater()  # over, and only its goodbye was still to be waited for
        self.together = GroupFlow(session, self.group, self, self)
        self.together.over.connect(self.back_to_people)
        self.go_to(self.group)
        self.together.start()

    def back_to_people(self) -> None:
        """The appointment is over."""
        self.people.search.clear()
        self.go_to(self.people)

    # --- the run ---

    def practise(self, setup: Setup) -> None:
        """A practice walk before the test, prepared and started like one: nothing moves yet."""
        from ui.station.practice import PRACTICE_SPEEDS, practice_plan

        speed = setup.plan.speed_name if setup.plan.speed_name in PRACTICE_SPEEDS else PRACTICE_SPEEDS[1]
        self.prepare(replace(setup, plan=practice_plan(tr("practice.title"), speed)))

    def prepare(self, setup: Setup) -> None:
        """Start the drivers. Nothing moves."""
        from ui.desktop.test.flow import RunFlow

        setup = self._with_operator(setup)
        self._begin(
            setup,
            lambda: self.station.prepare(setup),
            self.run,
            lambda session: RunFlow(session, self.run, self.sheets.show, self),
        )

    def prepare_session(self, setup: Setup) -> None:
        """The same for an interval session."""
        from ui.desktop.intervals.flow import IntervalFlow

        setup = self._with_operator(setup)
        self._begin(
            setup,
            lambda: self.station.prepare_session(setup),
            self.intervals,
            lambda session: IntervalFlow(session, self.intervals, self.sheets.show, self),
        )

    def _with_operator(self, setup: Setup) -> Setup:
        if self.desk.user is None:
            return setup
        return replace(setup, conditions={**setup.conditions, "operator": self.desk.user.name})

    def _drills(self, which: str, person_id: str) -> "Drills":
        from ui.desktop.drill.flow import Drills

        return Drills(self, self._begin_drill, which, person_id)

    def _begin_drill(self, setup: Setup, fault: "Fault", seed: int, began: Callable[[bool], None]) -> None:
        from ui.desktop.drill.flow import DrillFlow

        assert self.drills is not None
        bar = self.drills.bar
        self._begin(
            setup,
            lambda: self.station.prepare(setup),
            self.run,
            lambda session: DrillFlow(session, fault, bar, self.run, self.sheets.show, self, seed=seed),
            began,
        )

    def _tells_drill(self, flow: "RunFlow") -> bool:
        """Whether it was a drill, which ends with what it tells."""
        from ui.desktop.drill.flow import DrillFlow

        if self.drills is None or not isinstance(flow, DrillFlow):
            return False
        self.back_to_people()
        self.drills.tell(flow.score)
        return True

    def _begin(
        self,
        setup: Setup,
        prepare: Callable[[], Prepared],
        screen: "RunScreen",
        flow_of: "Callable[[Prepared], RunFlow]",
        began: Callable[[bool], None] = lambda began: None,
    ) -> None:
        """Prepare a run beside the window, and show it; where it cannot be prepared, say so. ``began``: whether."""
        people: list[Person] = []

        def prepared() -> Prepared:
            people.append(self.station.record.people.get(setup.person_id))
            return prepare()

        def ready(session: Prepared) -> None:
            self._run(setup, people[0], screen, flow_of(session))
            began(True)

        def refused(error: StationError) -> None:
            with of_session(setup.plan.session is not None):
                self.tell(tr("error.devices"), told(error))
            began(False)

        self.preparing.begin(prepared, ready, refused)

    def _run(self, setup: Setup, person: "Person", screen: "RunScreen", flow: "RunFlow") -> None:
        for name in AFTER_A_RUN:  # while somebody walks, and when the test is kept, nothing is read from the disk
            getattr(self, name)
        self.papers.show_no_more()
        demo = is_demonstration(setup.treadmill, setup.heart_rate)
        screen.begin(marked(name_of(person), demo=demo), day(person.born), core_texts().name_of(setup.plan.title))
        self.flow = flow
        self.flow.bridge.moment_changed.connect(lambda _: self.look_at_sheets())
        # Last: whatever becomes of the other screen, this one has been shown the moment.
        self.flow.second = self.second
        self.second.follow(person.language or self.station.settings.language, demo=demo)
        self.flow.bridge.moment_changed.connect(self.second.show_moment)
        self.flow.ended.connect(self._ended)
        self.flow.not_kept.connect(self.not_kept)
        self.flow.look = self._look_at_kept
        # The screen shows this run before it is seen, never the one before; laying it out is a piece of its own.
        self.flow.start()
        QTimer.singleShot(0, self, lambda: self._show_run(screen))

    def _show_run(self, screen: "RunScreen") -> None:
        if self.flow is not None:
            self.go_to(screen)
            screen.setFocus()

    def _look_at_kept(self, stored: "StoredTest | StoredSession") -> object:
        """What is shown beside a run that has just been kept. In the thread that has kept it."""
        if self.closing.wanted:
            return None
        from teststation.records.tests.stored import StoredTest

        if isinstance(stored, StoredTest):
            return self.results.look(stored)
        from ui.station.interval_session import learned_from

        return learned_from(self.station.record, stored)

    def _ended(self, stored: "StoredTest | StoredSession | None") -> None:
        from teststation.records.tests.stored import StoredSession
        from teststation.run.record import Outcome
        from ui.station.practice import is_practice

        assert self.flow is not None
        self.second.let_go()
        flow = self.flow
        state = self.flow.session.controller.state
        practised = is_practice(state.plan) and self.flow.session.begun
        if practised and state.outcome is not Outcome.FAULT and self.flow.session.walked:
            self.pretest.note_practice()
        self.closing.let_go_of_the_run()
        # What the test asked is over with it; what was told is still to be seen.
        self.look_at_sheets()
        if self.closing.wanted:
            self.close()
        elif self._tells_drill(flow):
            return
        elif stored is None:
            self.go_to(self.people if self.name_of_screen(self.stack.currentWidget()) == "intervals" else self.pretest)
            if practised and state.outcome is Outcome.FAULT and state.reason is not None:
                # Of a practice walk no result tells it, and the test would begin on the same belt.
                self.tell(tr("practice.fault"), [told_of(state.reason), tr("practice.fault_words")])
        elif isinstance(stored, StoredSession):
            from teststation.training.session.evidence import Learned
            from ui.desktop.intervals.flow import result_lines

            self.back_to_people()
            learned = flow.seen if isinstance(flow.seen, Learned) else None
            self.tell(tr("interval.result"), result_lines(stored, learned))
        else:
            from ui.desktop.result.flow import Seen

            self.results.show(stored, flow.seen if isinstance(flow.seen, Seen) else None)

    def not_kept(self, error: Exception) -> None:
        """The test is walked and lies in its journal: say so, and where it goes from there."""
        is_session = self.flow is not None and self.flow.is_session
        self.closing.wanted = False  # it is to be seen first
        self.second.let_go()
        self.closing.let_go_of_the_run()
        self.look_at_sheets()
        rescued = isinstance(error, AfterTheTest)  # and says where it is
        try:
            self.back_to_people()
        finally:  # a record that is gone may refuse its list, too
            with of_session(is_session):
                why = told(error) if isinstance(error, StationError) else [tr("error.bug", kind=type(error).__name__)]
                self.tell(tr("error.not_kept"), [*why, *([] if rescued else [tr("error.in_journal")])])

    def show_result(self, stored: "StoredTest") -> None:
        """A kept test."""
        self.results.show(stored)

    def show_report(self, stored: "StoredTest") -> None:
        """A kept test and its report."""
        self.show_result(stored)
        self.papers.open_report(stored)

    # --- settings and words ---

    def machine_left(self) -> None:
        """The pages of a machine are left; the belt is at rest."""
        if self.closing.wanted:
            self.close()
        else:
            self.back_to_people()

    def keep_settings(self, settings: Settings) -> None:
        """Use settings from now on; another language or theme is another window's, in the place of this one."""
        former, self.station.settings = self.station.settings, settings
        self.second.want(settings.patient_screen)
        self._save(settings)
        if (former.language, former.theme) != (settings.language, settings.theme):
            self.look_changed.emit()

    def _intended_use(self, window: QWidget) -> Sheet:
        sheet = message(window, tr("intended.title"), [tr("intended.sentence"), tr("intended.red_button")],
                        confirm=tr("intended.accept"))  # fmt: skip
        sheet.closed.connect(
            lambda: self.keep_settings(msgspec.structs.replace(self.station.settings, intended_use_accepted=True))
        )
        return sheet

    def _recovered(self, stored: "StoredTest | StoredSession") -> str:
        person = self.station.record.people.get(stored.person_id)
        told = tr("recovered.one", name=name_of(person), when=moment(stored.run.started_at))
        return marked(told, demo=stored.run.demo)

    # --- Qt ---

    def setVisible(self, visible: bool) -> None:
        if not visible:
            super().setVisible(visible)
            return
        self._rescale()  # Qt lays it out before it tells of the size: else that is done twice
        with self.asked.aside():
            super().setVisible(visible)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rescale()

    def _rescale(self) -> None:
        bar = self.drills.bar.sizeHint().height() if self.drills is not None else 0  # stands above all of it
        scale, least_px = scale_for(self.width(), self.height() - bar), self._least_text_px()
        if (scale, least_px) == self._drawn:
            return
        self._drawn = (scale, least_px)
        self.setProperty("drawn_scale", scale)
        family = font_family()
        with self.asked.aside():
            self.setStyleSheet(style_sheet(scale, family, least_px))
            self.stop_button.rescale(scale)
            make_room(self._central, scale)
            for at in range(self.stack.count()):
                self._draw(self.stack.widget(at), scale)

    def _least_text_px(self) -> float:
        screen = self.screen()
        return least_text_px(screen.physicalDotsPerInch() / screen.devicePixelRatio() / MM_PER_INCH)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.closing.close():
            event.ignore()
            return
        self.asked.end()
        self.keyboard.let_go()
        self.second.let_go()
        event.accept()

    def show_ending(self, words: str) -> None:
        """Lay over everything what is awaited before the window closes; there is no belt any more that could move."""
        if self._ending is None:
            self._ending = EndingCover(self)
            self.stop_button.hide()
            self.sheets.finish_all()
            self.door.show_cover(self._ending)
        self._ending.say(words)

    def close_when_at_rest(self) -> None:
        """Close in good order: at once, or as soon as a moving belt has come to rest."""
        self.closing.wanted = True
        self.close()

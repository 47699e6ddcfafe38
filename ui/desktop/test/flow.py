"""From a prepared session to a kept test: connects the run screen's buttons and keys to the session."""

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from teststation.errors import StationError
from teststation.ports import Setpoint
from teststation.run.holds import BY_HAND
from teststation.run.reasons import OTHER, in_own_words
from teststation.run.state import Phase
from teststation.snapshot import Snapshot
from ui.desktop.i18n import of_session
from ui.desktop.patient.flow import SecondScreen
from ui.desktop.test import questions
from ui.desktop.test.bridge import TICK_MS, SessionBridge
from ui.desktop.test.more import May, more_drawer
from ui.desktop.test.screen import RunScreen
from ui.desktop.widgets.rpe_strip import FIRST, LAST
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.work import Work
from ui.station.practice import is_practice
from ui.station.session import Session

log = logging.getLogger("teststation.window")
UNANSWERED_MS = 120_000  # then a stopped test is kept without a reason


class RunFlow(QObject):
    """One run in the window. ``ended`` carries the kept test, or None where it never began; the belt is at rest.

    A test is kept beside the window. Until it is, the run goes on here: the belt is looked at, and STOPP is answered.
    """

    ended = Signal(object)
    not_kept = Signal(object)  # why the record did not take it: its journal has it

    def __init__(self, session: Session, screen: RunScreen, show_sheet: Callable[..., None], parent: QObject) -> None:
        """``show_sheet`` as ``Sheets.show``."""
        super().__init__(parent)
        self.bridge = SessionBridge(session, self)
        self.session, self.screen = session, screen
        self.is_session = session.controller.state.plan.session is not None  # and no test
        self._show_sheet = show_sheet
        self.second: SecondScreen | None = None  # where the person on the belt may see the run
        self._digits = ""
        self._drawer: Sheet | None = None
        self._keeping: Work | None = None
        self.look: Callable[[Any], object] = lambda stored: None  # what is read when a run is kept, before it is shown
        self.seen: object = None  # and what it gave; nothing where it did not come to that
        self._links = [
            (screen.start_held, session.begin),
            (screen.abandoned, self.abandon),
            (screen.seen_at_rest, self.bridge.confirm_at_rest),
            (screen.prompt.confirmed, self._confirm_load),
            (screen.messages.acknowledged, self._acknowledge),
            (screen.limit.go_on, self.ask_override),
            (screen.controls.hold, session.hold),
            (screen.controls.release, session.release),
            (screen.controls.next, session.next),
            (screen.controls.extend, session.extend),
            (screen.controls.cool_down, self.ask_cool_down),
            (screen.controls.pressure, self.ask_pressure),
            (screen.controls.event_asked, self.ask_event),
            (screen.controls.load_asked, self.ask_load),
            (screen.controls.more_asked, self.ask_more),
            (screen.controls.rpe.given, session.rpe),
        ]
        for signal, slot in self._links:
            signal.connect(slot)
        self.bridge.moment_changed.connect(self._show)
        self.bridge.came_to_rest.connect(self._came_to_rest)

    def start(self) -> None:
        """Begin to tick."""
        self.bridge.start()

    def disconnect_screen(self) -> None:
        """Let go of the screen; the next run has its own flow."""
        for signal, slot in self._links:
            signal.disconnect(slot)
        self._links = []
        self.bridge.halt()

    # --- keys ---

    def key_pressed(self, key: int, text: str) -> bool:
        """A key of the run; whether it was one. The stop keys never come here."""
        phase = self.session.controller.state.phase
        match key:
            case Qt.Key.Key_F2 if phase is Phase.READY:
                self.screen.hold.hold()
            case Qt.Key.Key_F4 if phase is Phase.STAGES:
                self._hold_or_go_on()
            case Qt.Key.Key_F5 if phase is Phase.STAGES:
                self.session.next()
            case Qt.Key.Key_F5 if phase is Phase.COOL_DOWN:
                self.screen.controls.press_main()
            case Qt.Key.Key_F6:
                self.screen.swap_plots()
            case Qt.Key.Key_M if self._person_walks() and not _typing():
                self.ask_more()
            case Qt.Key.Key_F8 if phase in (Phase.STARTING, Phase.STAGES):
                self.ask_cool_down()
            case Qt.Key.Key_E if self._person_walks() and not _typing():
                self.ask_event()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._digits:
                self._give_digits()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.screen.prompt.button.isVisible():
                self.screen.prompt.button.click()
            case _ if text.isascii() and text.isdigit() and phase in (Phase.STAGES, Phase.COOL_DOWN) and not _typing():
                self._digits = (self._digits + text)[-2:]
            case _:
                self._digits = ""
                return False
        return True

    def key_released(self, key: int) -> bool:
        """The start key let go."""
        if key == Qt.Key.Key_F2:
            self.screen.hold.loosen()
            return True
        return False

    def key_still_held(self, key: int) -> None:
        """A held key was repeated."""
        if key == Qt.Key.Key_F2:
            self.screen.hold.tighten()

    def _hold_or_go_on(self) -> None:
        by_hand = self.session.controller.state.holds & BY_HAND
        (self.session.release if by_hand else self.session.hold)()

    def _give_digits(self) -> None:
        rpe, self._digits = int(self._digits), ""
        if FIRST <= rpe <= LAST:
            self.session.rpe(rpe)

    # --- questions ---

    def _sheet(
        self,
        make: Callable[[QWidget], Sheet],
        still: Callable[[], bool] | None = None,
        gone: Callable[[], None] | None = None,
    ) -> None:
        """A drawer beside pulse and clock; it takes the place of the one that was there."""
        if self._drawer is not None:
            self._note_written(self._drawer)
            self._drawer.finish()
        here: list[Sheet] = []

        def went() -> None:
            self._note_written(here[0])
            if gone is not None:
                gone()

        def made(window: QWidget) -> Sheet:
            with of_session(self.is_session):
                sheet = self._drawer = make(window)
            sheet.closed.connect(lambda: self._closed(sheet))
            here.append(sheet)
            return sheet

        self._show_sheet(made, still, went)

    def _note_written(self, sheet: Sheet) -> None:
        """What was being written when its sheet went, as when a space stopped the belt, is kept as it stands."""
        words = "" if sheet.own_words is None else sheet.own_words.text().strip()
        if words and not sheet.answer:
            sheet.answer = OTHER
            self.session.mark("note", words)

    def _closed(self, sheet: Sheet) -> None:
        if self._drawer is sheet:
            self._drawer = None

    def ask_more(self) -> None:
        """The rest of what may be done now."""
        state = self.session.controller.state
        moment = self.session.snapshot()
        may = May(
            stage=state.phase is Phase.STAGES,
            last_stage=state.stage_index + 1 == len(state.plan.stages),
            extend=state.phase is Phase.STAGES and moment.may_extend,
            gait=state.gait,
            handrail=state.handrail,
            patient_shown=self.second is not None and self.second.view is not None,
            patient_possible=self.second is not None and self.second.possible,
        )
        phase, index = state.phase, state.stage_index
        acts: dict[str, Callable[[], None]] = {
            "next": self.session.next,
            "extend": self.session.extend,
            "load": self.ask_load,
            "pressure": self.ask_pressure,
            "patient": self._toggle_patient,
        }
        self._sheet(
            lambda window: more_drawer(
                window,
                may,
                lambda code: acts[code](),
                self.session.gait,
                self.session.handrail,
                dock=self.screen.drawer,
            ),
            # What it offers was true of this stage.
            lambda: self._phase is phase and self.session.controller.state.stage_index == index,
        )

    def _toggle_patient(self) -> None:
        if self.second is not None:
            self.second.want(self.second.view is None)

    def ask_cool_down(self) -> None:
        """Why the stages end now; of a practice walk nobody asks."""
        if is_practice(self.session.controller.state.plan):
            self.session.cool_down("operator")
            return
        self._sheet(
            lambda window: questions.cool_down_sheet(window, self.session.cool_down, self.screen.drawer),
            lambda: self._phase in (Phase.STARTING, Phase.STAGES),
        )

    def ask_override(self) -> None:
        """Why the test goes on."""
        asked = self._limit
        # What is answered is what stood there when the sheet was opened, and it closes where that is asked no longer.
        self._sheet(
            lambda window: questions.override_sheet(
                window, lambda why: self.session.override_limit(why, asked or ""), self.screen.drawer
            ),
            lambda: self._limit == asked,
        )

    def ask_event(self) -> None:
        """What happened."""
        self._sheet(
            lambda window: questions.event_sheet(window, self.session.mark, self.screen.drawer), self._person_walks
        )

    def ask_pressure(self) -> None:
        """Blood pressure."""
        index = self.session.controller.state.stage_index

        def given(systolic_mmhg: int, diastolic_mmhg: int) -> None:
            self.session.blood_pressure(systolic_mmhg, diastolic_mmhg, index)

        self._sheet(lambda window: questions.pressure_sheet(window, given, self.screen.drawer), self._person_walks)

    def ask_load(self) -> None:
        """Speed and incline by hand."""
        self._ask_load(changed=False)

    def _ask_load(self, *, changed: bool) -> None:
        """What is set belongs to the load that it was set against: where that changes, it is asked anew."""
        state = self.session.controller.state
        asked, lower = self._load, None if state.may_rise else state.setpoint

        def given(speed_kmh: float, incline_pct: float) -> None:
            if self._load == asked:
                self.session.change_load(speed_kmh, incline_pct)

        self._sheet(
            lambda window: questions.load_sheet(
                window,
                lower or state.highest,
                state.setpoint,
                given,
                changed=changed,
                only_lower=lower is not None,
                dock=self.screen.drawer,
            ),
            lambda: self._load == asked,
            lambda: self._ask_load(changed=self._load[:-1] != asked[:-1]) if self._phase is Phase.STAGES else None,
        )

    def _ask_why_stopped(self) -> None:
        """Once the belt stands: the stop itself asked nothing. Unanswered for a while, the test is kept as it is."""

        def make(window: QWidget) -> Sheet:
            sheet = questions.why_stopped_sheet(window, explain)
            sheet.closed.connect(lambda: None if sheet.answer else unsaid(sheet))
            QTimer.singleShot(UNANSWERED_MS, sheet, sheet.finish)
            return sheet

        def explain(reason: str) -> None:
            self.session.explain_stop(reason)
            self.finish()

        def unsaid(sheet: Sheet) -> None:
            words = "" if sheet.own_words is None else sheet.own_words.text().strip()
            if words:  # written and not answered with: the reason all the same
                self.session.explain_stop(in_own_words(words))
            self.finish()

        self._sheet(make)

    def abandon(self) -> None:
        """Give the run up before the start."""
        if self.session.controller.state.phase is Phase.READY:
            self.session.cool_down("operator")

    # --- parts ---

    @property
    def _phase(self) -> Phase:
        return self.session.controller.state.phase

    @property
    def _load(self) -> tuple[Phase, int, Setpoint | None, bool]:
        """Which load there is, of which stage, and whether it may be raised."""
        state = self.session.controller.state
        return state.phase, state.stage_index, state.setpoint, state.may_rise

    @property
    def _limit(self) -> str | None:
        """Which limit is announced, if one is."""
        notice = self.session.controller.state.notice
        return None if notice is None or self._phase is not Phase.STAGES else notice.cause.code

    def _person_walks(self) -> bool:
        return self._phase in (Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN)

    def _show(self, moment: Snapshot) -> None:
        self.screen.heart.attempts = self.session.strap_attempts
        self.screen.heart.troubles = self.session.strap_troubles
        self.screen.belt_troubles = self.session.belt_troubles
        self.screen.is_kept_now = self.is_being_kept
        self.screen.show_moment(moment)

    def _confirm_load(self) -> None:
        prompt = self.session.controller.state.prompt
        if prompt is not None and prompt.setpoint is None:
            self.bridge.confirm_at_rest()
        else:
            self.session.confirm_load()

    def _acknowledge(self, code: str, silenced: bool) -> None:
        self.session.acknowledge(code, silenced)

    def _came_to_rest(self) -> None:
        if self.session.to_keep and (self.bridge.last_stop == "operator" or self._stopped_at_machine()):
            self._ask_why_stopped()
        else:
            self.finish()

    def _stopped_at_machine(self) -> bool:
        """Whether somebody pressed the treadmill's own stop, and nobody here."""
        controller = self.session.controller
        reason = controller.state.reason
        here = any(mark.kind == "stop_pressed" for mark in controller.recording.record(controller.state).marks)
        return controller.state.tripped and reason is not None and reason.code == "stop_operator" and not here

    @property
    def is_being_kept(self) -> bool:
        """Whether the run is on its way into the record."""
        return self._keeping is not None

    def finish(self) -> None:
        """Keep the ended run, once, and tell when it is kept; of one that is not to be kept, that it has ended."""
        if not self._links or self._keeping is not None:
            return  # it is kept, and the next run has the screen; or it is being kept
        if not self.session.to_keep:
            self._over(None)
            return
        self.session.conclude()
        self._keeping = Work(self._keep_and_look, self)
        # Methods and no lambdas: those would hold this flow, and the flow what they are connected to, for ever.
        self._keeping.done.connect(self._kept)
        self._keeping.failed.connect(self._not_taken)
        self._keeping.start()

    def _kept(self, stored: object) -> None:
        self._when_at_rest(lambda: self._over(stored))

    def _not_taken(self, error: Exception) -> None:
        self._when_at_rest(lambda: self._refused(error))

    def _when_at_rest(self, then: Callable[[], None]) -> None:
        """A belt that has begun to run again is for this screen to tell: none takes its place before it rests."""
        if self.bridge.belt_may_move:
            QTimer.singleShot(TICK_MS, self, lambda: self._when_at_rest(then))
        else:
            then()

    def _over(self, stored: object) -> None:
        if self._links:
            self.disconnect_screen()
            self.ended.emit(stored)

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, StationError):
            log.error("a mistake of the program in keeping a run", exc_info=error)
        if self._links:
            self.disconnect_screen()
            self.not_kept.emit(error)

    def _keep_and_look(self) -> object:
        stored = self.keep()
        try:
            self.seen = self.look(stored)
        except Exception as error:  # noqa: BLE001 - it is kept; who shows it looks anew, and says why not
            log.warning("a kept run cannot be looked at: %s", error)
        return stored

    def keep(self) -> object:
        """Keep what was walked. In a thread of its own."""
        return self.session.finish()


def _typing() -> bool:
    return isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox)

"""From a prepared session to a kept test: connects the run screen's buttons and keys to the session."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit

from teststation.errors import StationError
from teststation.records.tests.kept_tests import StoredTest
from teststation.run.state import Phase
from teststation.snapshot import Snapshot
from teststation.subject import Gait
from ui.desktop.test import questions
from ui.desktop.test.bridge import SessionBridge
from ui.desktop.test.screen import RunScreen
from ui.desktop.widgets.rpe_strip import FIRST, LAST
from ui.desktop.widgets.sheet import Sheet
from ui.station.session import Session


class RunFlow(QObject):
    """One run in the window. ``ended`` carries the kept test, or None where it never began; the belt is at rest."""

    ended = Signal(object)
    not_kept = Signal(object)  # why the record did not take it: its journal has it

    def __init__(
        self, session: Session, screen: RunScreen, show_sheet: Callable[[Callable[..., Sheet]], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self.bridge = SessionBridge(session, self)
        self.session, self.screen = session, screen
        self._sheet = show_sheet
        self._digits = ""
        self._links = [
            (screen.start_held, session.begin),
            (screen.abandoned, self.abandon),
            (screen.seen_at_rest, self.bridge.confirm_at_rest),
            (screen.prompt.confirmed, self._confirm_load),
            (screen.messages.acknowledged, self._acknowledge),
            (screen.limit.go_on, self.ask_override),
            (screen.limit.cool_down, self.ask_cool_down),
            (screen.controls.hold, session.hold),
            (screen.controls.release, session.release),
            (screen.controls.next, session.next),
            (screen.controls.extend, session.extend),
            (screen.controls.cool_down, self.ask_cool_down),
            (screen.controls.pressure, self.ask_pressure),
            (screen.controls.event_asked, self.ask_event),
            (screen.controls.load_asked, self.ask_load),
            (screen.controls.gait, self._gait),
            (screen.controls.handrail, session.handrail),
            (screen.controls.rpe.given, session.rpe),
        ]
        for signal, slot in self._links:
            signal.connect(slot)
        self.bridge.moment_changed.connect(self._show)
        self.bridge.came_to_rest.connect(self._finish)

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
                self.screen.controls.hold_button.click()
            case Qt.Key.Key_F5 if phase is Phase.STAGES:
                self.screen.controls.next_button.click()
            case Qt.Key.Key_F8 if phase in (Phase.STARTING, Phase.STAGES):
                self.ask_cool_down()
            case Qt.Key.Key_E if phase is not Phase.READY and not _typing():
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
            self.screen.hold.let_go()
            return True
        return False

    def _give_digits(self) -> None:
        rpe, self._digits = int(self._digits), ""
        if FIRST <= rpe <= LAST:
            self.session.rpe(rpe)

    # --- questions ---

    def ask_cool_down(self) -> None:
        """Why the stages end now."""
        self._sheet(lambda window: questions.cool_down_sheet(window, self.session.cool_down))

    def ask_override(self) -> None:
        """Why the test goes on."""
        notice = self.session.controller.state.notice
        # What is answered is what stood there when the sheet was opened, whatever is asked about by then.
        limit = "" if notice is None else notice.cause.code
        self._sheet(
            lambda window: questions.override_sheet(window, lambda why: self.session.override_limit(why, limit))
        )

    def ask_event(self) -> None:
        """What happened."""
        self._sheet(lambda window: questions.event_sheet(window, self.session.mark))

    def ask_pressure(self) -> None:
        """Blood pressure."""
        self._sheet(lambda window: questions.pressure_sheet(window, self.session.blood_pressure))

    def ask_load(self) -> None:
        """Speed and incline by hand."""
        state = self.session.controller.state
        self._sheet(lambda window: questions.load_sheet(window, state.plan, state.setpoint, self.session.change_load))

    def abandon(self) -> None:
        """Give the run up before the start."""
        if self.session.controller.state.phase is Phase.READY:
            self.session.cool_down("operator")

    # --- parts ---

    def _show(self, moment: Snapshot) -> None:
        self.screen.heart.attempts = self.session.strap_attempts
        self.screen.heart.troubles = self.session.strap_troubles
        self.screen.belt_troubles = self.session.belt_troubles
        self.screen.show_moment(moment)
        state = self.session.controller.state
        self.screen.controls.show_person(state.gait, handrail=state.handrail)

    def _gait(self, gait: str) -> None:
        self.session.gait(Gait(gait))

    def _confirm_load(self) -> None:
        prompt = self.session.controller.state.prompt
        if prompt is not None and prompt.setpoint is None:
            self.bridge.confirm_at_rest()
        else:
            self.session.confirm_load()

    def _acknowledge(self, code: str, silenced: bool) -> None:
        self.session.acknowledge(code, silenced)

    def _finish(self) -> None:
        try:
            stored: StoredTest | None = self.session.finish() if self.session.begun else None
        except StationError as error:
            self.disconnect_screen()
            self.not_kept.emit(error)
            return
        self.disconnect_screen()
        self.ended.emit(stored)


def _typing() -> bool:
    return isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox)

"""A group session in the window, from prepared to kept."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from teststation.cause import Cause
from teststation.errors import AfterTheTest, StationError
from teststation.physiology.advice import symptom_words
from ui.desktop.i18n import core_texts, say, told, tr
from ui.desktop.i18n.numbers import DASH, number
from ui.desktop.intervals.group_screen import GroupScreen
from ui.desktop.test.questions import event_sheet, why_one_is_done_sheet
from ui.desktop.widgets.choices import choices
from ui.desktop.widgets.rpe_strip import FIRST, LAST
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.work import Work
from ui.station.together import GroupSession, Member

log = logging.getLogger("teststation.window")
TICK_MS = 100
KEPT_WITHIN_S = 25.0  # when the window closes; its journal has it


class Window(Protocol):
    """What a group session needs of the window."""

    def show_sheet(self, make: Callable[[QWidget], Sheet], still: Callable[[], bool] | None = None) -> None:
        """Show one more sheet, as long as what it asks is ``still`` to be asked."""
        ...

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Say something and wait to be seen."""
        ...


class GroupFlow(QObject):
    """One group session; ``over`` once it is kept, or was given up before its start."""

    over = Signal()

    def __init__(self, session: GroupSession, screen: GroupScreen, window: Window, parent: QObject) -> None:
        super().__init__(parent)
        self.session, self.screen, self._window = session, screen, window
        self.running = True
        self._keeping: Work | None = None
        self._goodbye: Work | None = None
        self._links = [
            (screen.start_wanted, session.begin),
            (screen.end_wanted, self.ask_end),
            (screen.borg_wanted, self.ask_borg),
            (screen.event_wanted, self.ask_event),
            (screen.one_ends, self.ask_one),
        ]
        for signal, slot in self._links:
            signal.connect(slot)
        plan = session.members[0].training.state.plan
        screen.begin(core_texts().name_of(plan.title), len(session.members))
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Begin to tick."""
        self._timer.start()
        self.tick()

    def tick(self) -> None:
        """One tenth of a second."""
        self.session.tick()
        self.screen.show_tiles(self.session.tiles(), begun=self.session.begun)
        if self.session.begun and self.session.ended:
            self.end()

    def ask_borg(self, place: int) -> None:
        """Borg of somebody's last bout."""
        answers = [(str(rpe), str(rpe)) for rpe in range(FIRST, LAST + 1)]
        name = self.session.members[place].wearer.name
        self._window.show_sheet(
            lambda window: choices(
                window, tr("together.borg_ask"), tr("together.which", name=name), answers,
                lambda code: self.session.rpe(place, int(code)), columns=5,
            ),
            lambda: self.running,
        )  # fmt: skip

    def ask_event(self, place: int) -> None:
        """What happened to one of them: a symptom is told on their tile until they are done."""
        name = self.session.members[place].wearer.name
        self._window.show_sheet(
            lambda window: event_sheet(
                window, lambda kind, words: self.session.mark(place, kind, words),
                words=tr("together.event_words", name=name), hint=tr("together.event_hint"),
            ),
            lambda: self.running,
        )  # fmt: skip

    def ask_one(self, place: int) -> None:
        """One of them is done, and why: after a symptom a doctor is asked before the next session."""
        name = self.session.members[place].wearer.name
        self._window.show_sheet(
            lambda window: why_one_is_done_sheet(window, name, lambda why: self.session.stop(place, why)),
            lambda: self.running,
        )

    def ask_end(self) -> None:
        """It ends for everybody; before the start there is nothing to be asked about."""
        if self.session.begun:
            self._ask(tr("together.ask_end"), self.session.stop_all)
        else:
            self.end()

    def _ask(self, words: str, do: Callable[[], None]) -> None:
        answers = [("yes", tr("together.end_yes"))]
        self._window.show_sheet(
            lambda window: choices(window, tr("together.title"), words, answers, lambda _: do()), lambda: self.running
        )

    def end(self) -> None:
        """Keep what was trained, beside the window; then let the drivers go, and tell what it came to."""
        if not self.running or self._keeping is not None:
            return
        self._let_go()
        self._keeping = Work(self.session.finish, self)
        self._keeping.done.connect(self._kept)
        self._keeping.failed.connect(self._failed)
        self._keeping.start()

    def _let_go(self) -> None:
        self._timer.stop()
        for signal, slot in self._links:
            signal.disconnect(slot)
        self._links = []

    def _kept(self, refused: Sequence[tuple[Member, StationError]]) -> None:
        if not self.running:
            return  # the window has closed over it
        said = self._words(refused)
        self._leave()
        if said:
            kept_all = all(one.stored is not None for one in self.session.members)
            self._window.tell(tr("together.result" if kept_all else "together.result_not_all"), said)

    def _failed(self, error: Exception) -> None:
        if self.running:
            self._leave()
            raise error

    def _leave(self) -> None:
        self.running = False
        self._goodbye = Work(self.session.close).start()
        self.over.emit()

    def close(self) -> list[Work]:
        """The window closes: what was trained is kept as it is. What is returned sees that and the straps' end."""
        if self.running:
            self.running = False
            session, keeping = self.session, self._keeping
            if keeping is None:
                self._let_go()
                session.stop_all("window_closed")

            def end() -> None:
                if keeping is None:
                    for _, error in session.finish():
                        log.warning("a session was not kept when the window closed, its journal has it: %s", error)
                else:
                    keeping.wait(KEPT_WITHIN_S)
                session.close()

            self._goodbye = Work(end).start()
        return [] if self._goodbye is None else [self._goodbye]

    def _words(self, refused: Sequence[tuple[Member, StationError]]) -> list[str]:
        """A line for each of them: what it came to, or why it is not in the record, and where."""
        why_not = {id(member): error for member, error in refused}
        said: list[str] = []
        for one in self.session.members:
            error, stored = why_not.get(id(one)), one.stored
            if error is not None:
                # One that is rescued says where it is.
                more = [] if isinstance(error, AfterTheTest) else [tr("error.in_journal")]
                said.append(tr("together.refused", name=one.wearer.name, why=" ".join([*told(error), *more])))
            elif stored is not None:
                found = stored.result
                borg = "/".join(DASH if bout.rpe is None else str(bout.rpe) for bout in found.bouts) or DASH
                peak = number(None if found.peak is None else found.peak.bpm)
                said.append(tr("together.line", name=one.wearer.name, done=found.bouts_done,
                               planned=found.bouts_planned, borg=borg, peak=peak))  # fmt: skip
                symptoms = symptom_words(stored.run, core_texts())
                said += [*symptoms, say(Cause("next_after_symptom"))] if symptoms else []
        return said

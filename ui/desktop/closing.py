"""How the window ends: the belt first, then the drivers and what is still being written, which it says and awaits."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from ui.desktop.i18n import of_session, tr
from ui.desktop.preparing import Preparing
from ui.desktop.widgets.base import button, column, label, set_text
from ui.desktop.widgets.sheet import Cover, Sheet
from ui.desktop.work import Work

if TYPE_CHECKING:
    from ui.desktop.drill.flow import Drills
    from ui.desktop.machines.commissioning_flow import CommissioningFlow
    from ui.desktop.test.bridge import SessionBridge
    from ui.desktop.test.flow import RunFlow

log = logging.getLogger("teststation.window")
GOODBYE_S = 25.0  # the drivers' own time-outs end before
LOOK_MS = 50


@dataclass(frozen=True, slots=True)
class Awaited:
    """What the window ends after. ``what``: as ``close.awaits_WHAT`` calls it."""

    what: str
    work: Work


class Window(Protocol):
    """What the end needs of the window."""

    flow: "RunFlow | None"
    drills: "Drills | None"
    preparing: Preparing

    def end_rooms(self) -> list[Awaited]:
        """Let go of what the rooms that are there hold: what is to be waited for."""
        ...

    def show_ending(self, words: str) -> None:
        """Lay over everything what is awaited; nothing can be begun any more."""
        ...

    @property
    def bridge(self) -> "SessionBridge | CommissioningFlow | None":
        """Who has a belt that may move."""
        ...

    def tell(self, title: str, sentences: Sequence[str], still: Callable[[], bool] | None = None) -> None:
        """Say something and wait to be seen, as long as it is ``still`` so."""
        ...

    def show_sheet(self, make: Callable[[QWidget], Sheet], still: Callable[[], bool] | None = None) -> None:
        """Show one more sheet, as long as what it asks is ``still`` to be asked."""
        ...

    def close_when_at_rest(self) -> None:
        """Stop, and close as soon as the belt is known to be at rest."""
        ...


class Closing:
    """Ends what the window has begun. ``wanted`` once somebody asked to close while a belt moved."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._goodbyes: list[Work] = []
        self.wanted = False
        self._asked = False
        self._awaited: list[Awaited] | None = None
        self._until_s = 0.0

    def let_go_of_the_run(self) -> None:
        """End the drivers beside the window: a serial line may take seconds to let go."""
        if self._window.flow is None:
            return
        flow, self._window.flow = self._window.flow, None
        flow.disconnect_screen()
        flow.deleteLater()  # else the window, whose child it is, holds every test with all its readings to its own end
        work = Work(flow.session.close)
        work.failed.connect(lambda error: log.warning("a driver did not end in order: %s", error))
        self._goodbyes = [earlier for earlier in self._goodbyes if not earlier.ended]
        self._goodbyes.append(work.start())

    def _belt_moves(self) -> bool:
        return self._window.bridge is not None and self._window.bridge.belt_may_move

    def _ask(self) -> None:
        """One touch of the window's corner ends nobody's test: stop and close, or go on."""
        if self._asked:
            return
        self._asked = True

        def make(window: QWidget) -> Sheet:
            sheet = Sheet(window, tr("close.ask"), column(label(tr("close.ask_words"), "lead", wrap=True)))
            sheet.closed.connect(self._answered)
            sheet.add_cancel(tr("close.go_on"))
            sheet.foot.addWidget(button(tr("close.do"), self._window.close_when_at_rest, "main"))
            return sheet

        flow = self._window.flow
        with of_session(flow is not None and flow.is_session):
            self._window.show_sheet(make, lambda: self._belt_moves() and not self._is_stopping())

    def _answered(self) -> None:
        self._asked = False

    def _is_stopping(self) -> bool:
        return self._window.bridge is not None and self._window.bridge.is_stopping

    def close(self) -> bool:
        """Ask, or stop a belt that may move and say so, or end all else in order (False: the window stays, for now).

        A belt is stopped without a question where the system wants the program to end, or somebody has said yes. What
        takes its time to end does so beside the window, which says what is awaited, and closes by itself.
        """
        window = self._window
        # Nobody walks in a drill: whoever ends it need not wait for a belt that, by its fault, may never come to rest.
        nobody = self.wanted and window.drills is not None
        if window.bridge is not None and self._belt_moves() and not nobody:
            if not (self.wanted or self._is_stopping()):
                self._ask()
                return False
            # The belt first; the window stays until the belt is known to be at rest.
            window.bridge.stop("window_closed")
            words = tr("close.by_itself") if self.wanted else tr("close.words")
            window.tell(tr("close.title"), [words], self._belt_moves)
            return False
        if window.flow is not None:
            window.flow.abandon()
            if window.flow.session.ended and window.flow.session.to_keep:
                # Kept beside the window, which goes when that is done, and stays where it is refused, until it is seen.
                self.wanted = True
                window.flow.finish()
                return False
            self.let_go_of_the_run()
        if self._awaited is None:
            self._goodbyes += window.preparing.abandon()
            self._awaited = [*(Awaited("devices", work) for work in self._goodbyes), *window.end_rooms()]
            self._until_s = time.monotonic() + GOODBYE_S
        left = [one for one in self._awaited if not one.work.ended]
        if not left or time.monotonic() >= self._until_s:
            return True
        window.show_ending("\n".join(dict.fromkeys(tr(f"close.awaits_{one.what}") for one in left)))
        return False


class EndingCover(Cover):
    """What is awaited before the window closes, which it does by itself. Nothing can be begun under it."""

    def __init__(self, window: QWidget) -> None:
        self._words = label("", "lead", wrap=True)
        super().__init__(
            window, tr("close.ending"), column(self._words, label(tr("close.leave_on"), "soft", wrap=True))
        )
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._try)

    def say(self, words: str) -> None:
        """What it is now."""
        set_text(self._words, words)
        if not self._look.isActive():
            self._look.start()

    def _try(self) -> None:
        if self._window.close():
            self._look.stop()

"""From a prepared session to a begun test: the devices come, somebody says so, the test begins, or it is told why not.

Nothing here waits for anybody: the machine is looked at ten times a second, and what is typed, said or wished between
two looks.
"""

import time

from teststation.cause import Cause
from teststation.errors import BadInput, DeviceError
from teststation.texts import english, texts
from ui.commands.interrupt import Interrupt
from ui.commands.keyboard import Keyboard
from ui.commands.voice import ask as put_question
from ui.commands.voice import say
from ui.station.session import Session

TICK_WALL_S = 0.1
READY_WITHIN_WALL_S = 20.0
TROUBLE_WITHIN_WALL_S = 6.0  # a port that cannot be opened is not waited for as long
SETTLED_TICKS = 10  # a pulse that comes and goes is not told each time
CLOSED_TICKS = 3  # where standard input ends, a signal may be on its way that says why
WORD = "start"


class Ticks:
    """The session's tick, ten times a second; late ones are not made up for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._next_s = time.monotonic()

    def wait(self) -> None:
        """The next tick, when it is due."""
        self._next_s += TICK_WALL_S
        delay_s = self._next_s - time.monotonic()
        if delay_s > 0:
            time.sleep(delay_s)
        else:
            self._next_s = time.monotonic()
        self._session.tick()


class Start:
    """The way to the start, once. ``asked``: whether somebody has to type the word."""

    def __init__(self, session: Session, interrupt: Interrupt, keyboard: Keyboard, ticks: Ticks, *, asked: bool):
        self._session, self._interrupt, self._keyboard, self._ticks = session, interrupt, keyboard, ticks
        self._asked = asked

    def begun(self) -> bool:
        """Begin the test; False where a signal ended it before anything moved.

        Raises:
            DeviceError: belt or pulse did not come, or a device failed meanwhile; nothing has moved.
            BadInput: nobody confirmed the start.
        """
        until_s = time.monotonic() + READY_WITHIN_WALL_S
        while self._ready(until_s):
            if self._asked or self._session.controller.state.guided:
                self._keyboard.listen()
            if self._asked and not self._told():
                return False
            self._session.begin()
            if self._session.begun:
                return True
            # What the belt was a moment ago counts for nothing: a start is refused aloud, and may be told again.
            if self._asked:
                say(f"not started: {self._why_not() or 'the treadmill was not heard just then'}")
                until_s = time.monotonic() + READY_WITHIN_WALL_S
            self._ticks.wait()
        return False

    def _ready(self, until_s: float) -> bool:
        """Whether the devices came; False where a signal ended the waiting."""
        session = self._session
        trouble_until_s = time.monotonic() + TROUBLE_WITHIN_WALL_S
        while True:
            self._ticks.wait()
            if self._ended():
                return False
            now_s, causes = time.monotonic(), session.snapshot().not_ready_because
            if not causes and now_s < until_s:
                return True
            troubles = (*session.belt_troubles, *session.strap_troubles)
            if (troubles and now_s > trouble_until_s) or now_s > until_s:
                session.cool_down("operator")
                raise DeviceError(*troubles, *(causes or (Cause("not_ready_belt_offline"),)))

    def _told(self) -> bool:
        """Whether the word was typed while the devices were ready; False where a signal ended the waiting."""
        self._ask()
        said, differs_for, closed_for = "", 0, 0
        while not self._ended():
            why_not = self._why_not()
            differs_for = differs_for + 1 if why_not != said else 0
            if differs_for > SETTLED_TICKS:
                said, differs_for = why_not, 0
                say(f"not ready: {why_not}" if why_not else "ready again")
                self._ask()
            typed = self._keyboard.line()
            line = None if typed is None else typed.lower()
            closed_for += self._keyboard.closed
            if closed_for > CLOSED_TICKS or line not in (None, "", WORD):
                self._session.cool_down("operator")
                raise BadInput("nobody confirmed the start, so nothing moved; add --yes, or type start when asked")
            if line == WORD and not why_not:
                return True
            if line == WORD:
                say(f"not started: {why_not}")
            if line is not None:
                self._ask()
            self._ticks.wait()
        return False

    def _ask(self) -> None:
        state = self._session.controller.state
        run = "test" if state.plan.session is None else "session"
        what = f"The {run} begins, and you set the belt" if state.guided else "The belt will start to move"
        put_question(f"{what}. Type {WORD} and press Enter")

    def _why_not(self) -> str:
        return english(*self._session.snapshot().not_ready_because)

    def _ended(self) -> bool:
        """Whether a signal ended it. Raises DeviceError where a device did."""
        session = self._session
        if session.ended:
            reason = session.controller.state.reason
            said = texts("en") if session.controller.state.plan.session is None else texts("en").of_session()
            raise DeviceError("nothing moved" if reason is None else said.say(reason))
        if self._interrupt.asked:
            session.cool_down("operator")
            return True
        return False

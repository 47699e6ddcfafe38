"""One run without a window: the same session, driven by a plain loop and Ctrl-C."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from teststation.errors import BadInput, DeviceError
from teststation.run.record import Outcome
from teststation.run.state import HoldCause, Phase
from teststation.snapshot import Snapshot
from teststation.texts import texts
from ui.commands.confirming import Confirming
from ui.station.session import Session

TICK_WALL_S = 0.1
READY_WITHIN_WALL_S = 20.0
TROUBLE_WITHIN_WALL_S = 6.0  # a port that cannot be opened is not waited for as long

EXIT_STATUS = {Outcome.COMPLETED: 0, Outcome.LIMIT: 0, Outcome.OPERATOR: 3, Outcome.FAULT: 4, Outcome.INTERRUPTED: 4}


class _Interrupt:
    """Ctrl-C (or the system's wish to end us) as a flag: an orderly stop, never a traceback."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


@contextmanager
def _orderly_interrupt() -> Iterator[_Interrupt]:
    interrupt = _Interrupt()
    names = ["SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"]
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    former = {number: signal.signal(number, interrupt) for number in signals}
    try:
        yield interrupt
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def drive(session: Session, *, ask: bool, confirm: str = "enter") -> bool:
    """Take a prepared session to its end: wait for the devices, start, and tick until the belt is at rest.

    Returns whether the test was begun; without that there is nothing to keep.

    Raises:
        DeviceError: belt or pulse did not come; nothing has moved.
        BadInput: nobody confirmed the start.
    """
    with _orderly_interrupt() as interrupt:
        if not _wait_until_ready(session, interrupt):
            return False
        if ask and not _confirmed():
            session.cool_down("operator")
            raise BadInput("nobody confirmed the start, so nothing moved; add --yes, or type start when asked")
        session.begin()
        shown, confirming = _Shown(), Confirming(session, confirm, note)
        next_tick_s = time.monotonic()
        stopped = False
        while not session.ended:
            session.tick()
            if interrupt.asked and not stopped:
                stopped = True
                note("stopping the belt: ended by the operator")
                session.stop()
            moment = session.snapshot()
            shown.show(moment)
            confirming.look(moment)
            next_tick_s += TICK_WALL_S
            delay_s = next_tick_s - time.monotonic()
            if delay_s > 0:
                time.sleep(delay_s)
            else:
                next_tick_s = time.monotonic()
        shown.show(session.snapshot())
    return True


def _wait_until_ready(session: Session, interrupt: _Interrupt) -> bool:
    until_s = time.monotonic() + READY_WITHIN_WALL_S
    trouble_until_s = time.monotonic() + TROUBLE_WITHIN_WALL_S
    while True:
        session.tick()
        if session.ended:
            reason = session.controller.state.reason
            raise DeviceError("nothing moved" if reason is None else texts("en").say(reason))
        moment = session.snapshot()
        if not moment.not_ready_because:
            return True
        if interrupt.asked:
            session.cool_down("operator")
            note("ended by the operator before anything moved")
            return False
        troubled = bool(session.belt_troubles or session.strap_troubles) and time.monotonic() > trouble_until_s
        if troubled or time.monotonic() > until_s:
            session.cool_down("operator")
            raise DeviceError(*session.belt_troubles, *session.strap_troubles, *moment.not_ready_because)
        time.sleep(TICK_WALL_S)


def _confirmed() -> bool:
    print("The belt will start to move. Type start and press Enter: ", end="", file=sys.stderr, flush=True)
    try:
        return input().strip().lower() == "start"
    except EOFError:
        return False


def note(sentence: str) -> None:
    """One line of progress on standard error."""
    print(f"teststation: {sentence}", file=sys.stderr, flush=True)


class _Shown:
    """Prints what changed, a line at a time."""

    def __init__(self) -> None:
        self._phase: Phase | None = None
        self._stage: int | None = None
        self._alarms: frozenset[str] = frozenset()

    def show(self, moment: Snapshot) -> None:
        if (moment.phase, moment.stage_index) != (self._phase, self._stage):
            self._phase, self._stage = moment.phase, moment.stage_index
            note(_phase_sentence(moment))
        standing = frozenset(alarm.code for alarm in moment.alarms)
        for alarm in moment.alarms:
            if alarm.code not in self._alarms:
                note(texts("en").say(alarm.cause))
        self._alarms = standing


def _phase_sentence(moment: Snapshot) -> str:
    minutes = f"{int(moment.now_s // 60)}:{int(moment.now_s % 60):02d}"
    load = "" if moment.target is None else f" {moment.target.speed_kmh:.1f} km/h {moment.target.incline_pct:.1f} %"
    pulse = "no pulse" if moment.hr_bpm is None else f"{moment.hr_bpm} bpm"
    if moment.phase is Phase.STAGES:
        held = " (held: no pulse)" if HoldCause.HR_LOST in moment.holds else ""
        held += " (held: load not set)" if HoldCause.LOAD_NOT_SET in moment.holds else ""
        return f"{minutes} stage {moment.stage_index + 1} of {moment.n_stages},{load}, {pulse}{held}"
    if moment.phase is Phase.ENDED:
        reason = "" if moment.reason is None else f": {texts('en').say(moment.reason)}"
        rest = "the belt is at rest" if moment.at_rest else "the belt is NOT known to be at rest: press the red button"
        return f"{minutes} ended{reason}; {rest}"
    return f"{minutes} {moment.phase.value.replace('_', ' ')}{',' + load if load else ''}, {pulse}"

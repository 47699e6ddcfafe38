"""One run without a window: the same session, driven by a plain loop and Ctrl-C."""

from collections.abc import Callable

from teststation.protocol.plan import BOUT, WARM_UP
from teststation.run.record import Outcome
from teststation.run.state import HoldCause, Phase
from teststation.snapshot import Snapshot
from teststation.texts import Texts, texts
from ui.commands.confirming import Confirming
from ui.commands.interrupt import Interrupt
from ui.commands.keyboard import Keyboard
from ui.commands.starting import Start, Ticks
from ui.commands.voice import say
from ui.station.session import Session

EXIT_STATUS = {Outcome.COMPLETED: 0, Outcome.LIMIT: 0, Outcome.OPERATOR: 3, Outcome.FAULT: 4, Outcome.INTERRUPTED: 4}


Beside = Callable[[Keyboard], Callable[[Snapshot], None]]


def drive(
    session: Session, interrupt: Interrupt, *, ask: bool, confirm: str = "enter", beside: Beside | None = None
) -> bool:
    """Take a prepared session to its end: wait for the devices, start, and tick until the belt is at rest.

    ``beside``: what else looks at each moment, with the keyboard.

    Returns whether the test was begun; without that there is nothing to keep.

    Raises:
        DeviceError: belt or pulse did not come; nothing has moved.
        BadInput: nobody confirmed the start.
    """
    keyboard, ticks = Keyboard(), Ticks(session)
    if not Start(session, interrupt, keyboard, ticks, asked=ask).begun():
        say("ended by the operator before anything moved")
        return False
    shown, confirming = _Shown(), Confirming(session, confirm, keyboard)
    answers = None if beside is None else beside(keyboard)
    answered = 0
    while not session.ended:
        if interrupt.times > answered:
            # Every wish is a stop of its own: a stop too many does no harm.
            if not answered:
                say("stopping the belt: ended by the operator")
            answered = interrupt.times
            session.stop()
        moment = session.snapshot()
        shown.show(moment)
        confirming.look(moment)
        if answers is not None and (moment.prompt is None or not moment.prompt.needs_word):
            answers(moment)
        ticks.wait()
    shown.show(session.snapshot())
    return True


class _Shown:
    """Prints what changed, a line at a time."""

    def __init__(self) -> None:
        self._phase: Phase | None = None
        self._stage: int | None = None
        self._alarms: frozenset[str] = frozenset()

    def show(self, moment: Snapshot) -> None:
        if (moment.phase, moment.stage_index) != (self._phase, self._stage):
            self._phase, self._stage = moment.phase, moment.stage_index
            say(_phase_sentence(moment))
        standing = frozenset(alarm.code for alarm in moment.alarms)
        for alarm in moment.alarms:
            if alarm.code not in self._alarms:
                say(_words(moment).say(alarm.cause))
        self._alarms = standing


def _words(moment: Snapshot) -> Texts:
    return texts("en") if moment.session is None else texts("en").of_session()


def _where(moment: Snapshot) -> str:
    now = moment.session
    if now is None:
        return f"stage {moment.stage_index + 1} of {moment.n_stages}"
    if now.part == BOUT:
        return f"bout {now.bout} of {now.bouts}"
    return "warm-up" if now.part == WARM_UP else f"pause before bout {now.bout}"


def _phase_sentence(moment: Snapshot) -> str:
    minutes = f"{int(moment.now_s // 60)}:{int(moment.now_s % 60):02d}"
    load = "" if moment.target is None else f" {moment.target.speed_kmh:.1f} km/h {moment.target.incline_pct:.1f} %"
    pulse = "no pulse" if moment.hr_bpm is None else f"{moment.hr_bpm} bpm"
    if moment.phase is Phase.STAGES:
        held = " (held: no pulse)" if HoldCause.HR_LOST in moment.holds else ""
        held += " (held: a symptom or a pressure was noted)" if HoldCause.NOTED in moment.holds else ""
        held += " (held: load not set)" if HoldCause.LOAD_NOT_SET in moment.holds else ""
        return f"{minutes} {_where(moment)},{load}, {pulse}{held}"
    if moment.phase is Phase.ENDED:
        reason = "" if moment.reason is None else f": {_words(moment).told(moment.reason)}"
        rest = "the belt is at rest" if moment.at_rest else "the belt is NOT known to be at rest: press the red button"
        return f"{minutes} ended{reason}; {rest}"
    return f"{minutes} {moment.phase.value.replace('_', ' ')}{',' + load if load else ''}, {pulse}"

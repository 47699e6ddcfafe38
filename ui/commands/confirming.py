"""Where the operator sets the belt: what is asked, on standard error, and who says that it is set."""

from teststation.snapshot import BeltPrompt, Snapshot
from teststation.units import KMH_PER_MPH
from ui.commands.keyboard import Keyboard
from ui.commands.voice import say
from ui.station.session import Session

AUTO_AFTER_S = 3.0  # of test time: about what a hand needs
YES = ("", "ja", "yes", "ok")  # Enter alone is what is asked for; anything else is no word for a belt that is set


def prompt_sentence(prompt: BeltPrompt) -> str:
    """What the operator is to do."""
    if prompt.setpoint is None:
        return "STOP THE BELT at the treadmill"
    speed_kmh, incline_pct = prompt.setpoint.speed_kmh, prompt.setpoint.incline_pct
    speed = f"{speed_kmh:.1f} km/h"
    if prompt.console_units == "mph":
        speed = f"{speed_kmh / KMH_PER_MPH:.1f} mph"
    return f"set the treadmill to {speed} and {incline_pct:.1f} %"


class Confirming:
    """Shows prompts and takes the answers. Never blocks: lines are read beside the run."""

    def __init__(self, session: Session, how: str, keyboard: Keyboard) -> None:
        self._session = session
        self._auto = how == "auto"
        self._keyboard = keyboard
        self._shown: BeltPrompt | None = None
        self._asked = False
        self._given_up = False

    def look(self, moment: Snapshot) -> None:
        """Show a new prompt, and confirm one that somebody has answered."""
        prompt = moment.prompt
        if prompt is None:
            self._shown, self._asked = None, False
            return
        if self._shown is None or self._shown.setpoint != prompt.setpoint:
            self._shown, self._asked = prompt, False
            say(prompt_sentence(prompt))
        if not prompt.needs_word:
            return
        if self._auto:
            if prompt.waited_s >= AUTO_AFTER_S:
                say("confirmed by --confirm auto: nobody has looked at the belt")
                self._session.confirm_load("auto")
            return
        if not self._asked:
            self._asked = True
            self._keyboard.listen()
            self._keyboard.forget()
            say("press Enter when it is so")
        self._take_answer()

    def _take_answer(self) -> None:
        line = self._keyboard.line()
        if line is None:
            if self._keyboard.closed and not self._given_up:
                self._given_up = True
                say("standard input is closed, so nobody can confirm; press Enter there, or add --confirm auto")
                self._session.stop()
        elif line.lower() in YES:
            self._session.confirm_load()
        else:
            say(f"{line[:40]!r} is no answer; press Enter alone when it is so, or Ctrl-C to stop")

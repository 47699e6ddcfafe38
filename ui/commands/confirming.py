"""Where the operator sets the belt: what is asked, on standard error, and who says that it is set."""

import queue
import sys
import threading
from collections.abc import Callable

from drivers.processes import stdin_lines
from teststation.snapshot import BeltPrompt, Snapshot
from teststation.units import KMH_PER_MPH
from ui.station.session import Session

AUTO_AFTER_S = 3.0  # of test time: about what a hand needs
LINES_KEPT = 100


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

    def __init__(self, session: Session, how: str, note: Callable[[str], None]) -> None:
        self._session = session
        self._auto = how == "auto"
        self._note = note
        self._shown: BeltPrompt | None = None
        self._asked = False
        self._lines: queue.Queue[bytes | None] = queue.Queue(LINES_KEPT)
        self._reader: threading.Thread | None = None
        self._closed = False

    def look(self, moment: Snapshot) -> None:
        """Show a new prompt, and confirm one that somebody has answered."""
        prompt = moment.prompt
        if prompt is None:
            self._shown, self._asked = None, False
            return
        if self._shown is None or self._shown.setpoint != prompt.setpoint:
            self._shown, self._asked = prompt, False
            self._note(prompt_sentence(prompt))
        if not prompt.needs_word:
            return
        if self._auto:
            if prompt.waited_s >= AUTO_AFTER_S:
                self._note("confirmed by --confirm auto: nobody has looked at the belt")
                self._session.confirm_load("auto")
            return
        if not self._asked:
            self._asked = True
            self._begin_to_read()
            self._note("press Enter when it is so")
        self._take_answer()

    def _begin_to_read(self) -> None:
        if self._reader is None:
            self._reader = threading.Thread(target=self._read, name="confirmations", daemon=True)
            self._reader.start()
        elif sys.stdin.isatty():
            # An Enter from before this question was no answer to it. A script's lines are meant in their order.
            while not self._lines.empty():
                self._lines.get_nowait()

    def _read(self) -> None:
        for line in stdin_lines():
            self._lines.put(line)
        self._lines.put(None)

    def _take_answer(self) -> None:
        if self._closed:
            return
        try:
            line = self._lines.get_nowait()
        except queue.Empty:
            return
        if line is not None:
            self._session.confirm_load()
            return
        self._closed = True
        self._note("standard input is closed, so nobody can confirm; press Enter there, or add --confirm auto")
        self._session.stop()

"""When to sound: a pure decision, and the beep of the system."""

from PySide6.QtWidgets import QApplication

from teststation.run.alarms import Priority
from teststation.snapshot import Snapshot

COUNTDOWN_FROM_S = 3
REPEAT_WALL_S = {Priority.HIGH: 1.5, Priority.MEDIUM: 5.0}
PROMPT_REPEAT_WALL_S = 8.0  # a load that waits for the operator


class Tones:
    """Beeps in the last three seconds before a change of load, while an alarm sounds, and while a load waits."""

    def __init__(self) -> None:
        self._counted: int | None = None
        self._alarmed_s = float("-inf")
        self._prompted_s = float("-inf")

    def due(self, moment: Snapshot, wall_s: float) -> bool:
        """Whether to beep now. ``wall_s`` is wall time: ears do not run on a time scale."""
        count = None if moment.countdown_s is None else int(moment.countdown_s)
        counted, self._counted = self._counted, count
        if count is not None and count < COUNTDOWN_FROM_S and count != counted:
            return True
        if moment.prompt is None:
            self._prompted_s = float("-inf")
        elif wall_s - self._prompted_s >= PROMPT_REPEAT_WALL_S:
            self._prompted_s = wall_s
            return True
        loudest = max((alarm.priority for alarm in moment.alarms if alarm.sounding), default=Priority.LOW)
        repeat_s = REPEAT_WALL_S.get(loudest)
        if repeat_s is None or wall_s - self._alarmed_s < repeat_s:
            return False
        self._alarmed_s = wall_s
        return True

    def sound(self, moment: Snapshot, wall_s: float) -> None:
        """Beep if it is time."""
        if self.due(moment, wall_s):
            QApplication.beep()

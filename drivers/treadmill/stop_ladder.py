"""What to try, in order, to bring a belt to rest. Pure: wall time is passed in.

The treadmill's own auto stop first, again and again. If the measured speed does not begin to fall: lowest speed and
plain stop. If that is ignored too, silence, so that the treadmill's own watchdog acts; then all over again.
"""

from enum import Enum, auto

from teststation.clock import TimeScale

REPEAT_S = 0.3
FALLS_KMH = 0.4  # a speed this much below the one at the trip has begun to fall
TRIES_WITHOUT_ANSWER_S = 0.6


class Rung(Enum):
    """What to do in this round."""

    LOOK = auto()
    AUTO_STOP = auto()
    STEP_DOWN = auto()
    SILENCE = auto()


class StopLadder:
    """One descent. ``ignored`` once stops were sent and the measured speed did not begin to fall."""

    def __init__(self, scale: TimeScale, silence_s: float) -> None:
        """``silence_s``: wall seconds of silence that are longer than the machine's own watchdog."""
        self._silence_s = silence_s
        # The reported speed lags two seconds and the control loop corrects every four (vendor's manual).
        self._grace_s = scale.wall_s(6.0, 2.0)
        self.ignored = False
        self._began_s: float | None = None
        self._began_kmh: float | None = None
        self._begun = False
        self._sent_s = float("-inf")
        self._silent_until_s = float("-inf")
        self._spoke_since_s = 0.0

    def begin(self, now_s: float, speed_kmh: float | None) -> None:
        """A trip at ``now_s`` with the speed last measured."""
        self._began_s = self._spoke_since_s = now_s
        self._began_kmh = speed_kmh
        self._begun = False

    def reopen(self, now_s: float) -> None:
        """The port was opened at ``now_s``: what did not answer before says nothing of now, so a stop goes first."""
        self._spoke_since_s = now_s
        self._sent_s = self._silent_until_s = float("-inf")

    @property
    def begun(self) -> bool:
        """Whether the first round of this descent is done; one alone hurries, whatever it was told to do."""
        return self._begun

    def rung(self, now_s: float, speed_kmh: float | None, *, answers: bool, at_rest: bool) -> Rung:
        """What to do now."""
        if self._began_s is None:
            self.begin(now_s, speed_kmh)
        self._begun = True
        if at_rest:
            return Rung.LOOK
        if now_s < self._silent_until_s:
            return Rung.SILENCE
        if not answers and now_s - self._spoke_since_s > TRIES_WITHOUT_ANSWER_S:
            return self._fall_silent(now_s)
        assert self._began_s is not None
        waited_s = now_s - self._began_s
        falls = speed_kmh is None or self._began_kmh is None or speed_kmh <= self._began_kmh - FALLS_KMH
        if speed_kmh is not None and self._began_kmh is None:
            self._began_kmh = speed_kmh
        if waited_s > self._grace_s and not falls:
            self.ignored = True
            if now_s - self._spoke_since_s > 2 * self._grace_s:
                return self._fall_silent(now_s)
            return self._send(now_s, Rung.STEP_DOWN)
        return self._send(now_s, Rung.AUTO_STOP)

    def _send(self, now_s: float, rung: Rung) -> Rung:
        if now_s - self._sent_s < REPEAT_S:
            return Rung.LOOK
        self._sent_s = now_s
        return rung

    def _fall_silent(self, now_s: float) -> Rung:
        self._silent_until_s = now_s + self._silence_s
        self._spoke_since_s = now_s + self._silence_s
        return Rung.SILENCE

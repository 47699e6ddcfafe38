"""What to try, in order, to bring a belt to rest. Pure: wall time is passed in, and never scaled.

The treadmill's own auto stop first, again and again. If the measured speed is not seen to go on falling (``descent``):
lowest speed and plain stop. If that is ignored too, silence, not even a question, so that the treadmill's own watchdog
acts. Then the belt is only watched while it falls: a word might call the watchdog off. If it does not, all over again,
with a silence in which a belt can come to rest.
"""

from enum import Enum, auto

from drivers.treadmill.descent import GRACE_S, Descent

REPEAT_S = 0.3
TRIES_WITHOUT_ANSWER_S = 0.6
STEP_DOWN_S = 1.5  # until a fall must be seen after lowest speed and stop
WATCH_S = 2.5  # and after a silence: the watchdog bites in the middle of it, and the reported speed lags
AGAIN_S = 0.6  # each, where they were ignored before
LONG_SILENCE_S = 10.0


class Rung(Enum):
    """What to do in this round."""

    LOOK = auto()
    AUTO_STOP = auto()
    STEP_DOWN = auto()
    SILENCE = auto()


class StopLadder:
    """One way to rest. ``ignored`` once the belt was not seen to obey; it stays."""

    def __init__(
        self, silence_s: float, now_s: float, told_kmh: float, *, moved: bool = True, distrusted: bool = False
    ) -> None:
        """A trip at ``now_s``.

        ``silence_s``: wall seconds of silence that are longer than the machine's own watchdog. ``told_kmh``: what the
        belt was told to run. ``moved``: it may run, so that what is not seen to rest does not. ``distrusted``: it has
        ignored an ordinary end already.
        """
        self._silence_s = silence_s
        self._moved = moved
        self.ignored = distrusted
        self._begun = False
        self._sent_s = self._silent_until_s = float("-inf")
        self._spoke_since_s = now_s
        self._silences = 0  # that the watchdog was left to, and not a missing answer
        self._rung = Rung.AUTO_STOP  # what the belt is judged on now
        self._descent = Descent(now_s, told_kmh, grace_s=AGAIN_S if distrusted else GRACE_S, again=distrusted)

    def reopen(self, now_s: float) -> None:
        """The port was opened at ``now_s``: what did not answer before says nothing of now, so a stop goes first."""
        self._spoke_since_s = now_s
        self._sent_s = self._silent_until_s = float("-inf")
        if self._rung is not Rung.AUTO_STOP:
            self._judge(Rung.AUTO_STOP, Descent(now_s))

    @property
    def begun(self) -> bool:
        """Whether the first round of this descent is done; one alone hurries, whatever it was told to do."""
        return self._begun

    def look(self, now_s: float, speed_kmh: float | None, *, at_rest: bool) -> None:
        """What is seen of the belt in this round, or that nothing is, be the port open or not."""
        if now_s < self._silent_until_s:
            return
        self._descent.note(now_s, speed_kmh)
        if not at_rest and (self._moved or self._descent.seen) and self._descent.stalls(now_s):
            self.ignored = True

    def rung(self, now_s: float, *, answers: bool, at_rest: bool) -> Rung:
        """What to do now."""
        self._begun = True
        if at_rest:
            return Rung.LOOK
        if now_s < self._silent_until_s:
            return Rung.SILENCE
        if self._rung is Rung.SILENCE:
            self._judge(Rung.LOOK, Descent(now_s, grace_s=WATCH_S, again=True))
        if not answers and now_s - self._spoke_since_s > TRIES_WITHOUT_ANSWER_S:
            return self._fall_silent(now_s, self._silence_s)
        if answers and self._descent.stalls(now_s):
            return self._escalate(now_s)
        return self._send(now_s)

    def _escalate(self, now_s: float) -> Rung:
        match self._rung:
            case Rung.AUTO_STOP:
                grace_s = AGAIN_S if self._silences else STEP_DOWN_S
                self._judge(Rung.STEP_DOWN, Descent(now_s, grace_s=grace_s, again=True))
            case Rung.STEP_DOWN:
                self._rung = Rung.SILENCE
                self._silences += 1
                return self._fall_silent(now_s, self._silence_s if self._silences == 1 else LONG_SILENCE_S)
            case _:
                self._judge(Rung.AUTO_STOP, Descent(now_s, grace_s=AGAIN_S, again=True))
        self._sent_s = float("-inf")
        return self._send(now_s)

    def _judge(self, rung: Rung, descent: Descent) -> None:
        self._rung, self._descent = rung, descent

    def _send(self, now_s: float) -> Rung:
        if now_s - self._sent_s < REPEAT_S:
            return Rung.LOOK
        self._sent_s = now_s
        return self._rung

    def _fall_silent(self, now_s: float, silence_s: float) -> Rung:
        self._silent_until_s = now_s + silence_s
        self._spoke_since_s = now_s + silence_s
        return Rung.SILENCE

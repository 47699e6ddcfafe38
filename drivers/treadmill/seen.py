"""What a machine last said of itself. None is unknown; nothing is held beyond the next failed or refused look."""

from dataclasses import dataclass

from drivers.treadmill.port import Answer, Request, Running, Traits
from teststation.clock import TimeScale

FAULT_RESTS_AFTER_S = 5.0  # a treadmill that reports stopped and a fault this long stands still
STOPPED_RESTS_AFTER_S = 2.0  # a machine may say zero and stopped for a moment, and run on
ZERO_RESTS_AFTER_S = 4.0  # without a status: a speed that has read zero this long after a stop, twice the known lag


@dataclass(slots=True)
class Seen:
    """The latest answers, and when the treadmill last answered at all (wall seconds)."""

    traits: Traits
    running: Running | None = None
    speed_kmh: float | None = None
    incline_pct: float | None = None
    set_speed_kmh: float | None = None
    set_incline_pct: float | None = None
    faulted_since_s: float | None = None
    zero_since_s: float | None = None
    stopped_since_s: float | None = None
    answered_s: float = float("-inf")

    @property
    def faulted(self) -> bool:
        """Whether the treadmill reports its own fault or emergency stop."""
        return self.faulted_since_s is not None

    def note(self, answer: Answer, now_s: float) -> bool:
        """Take in one answer; False where it is none to what was asked: what was known of it is forgotten then."""
        refused = answer.refused
        if refused:
            answer = Answer(answer.request)
        match answer.request:
            case Request.SPEED:
                self._note_speed(answer, now_s)
            case Request.STATUS:
                self.running = answer.running
                self.stopped_since_s = _since(self.stopped_since_s, now_s, answer.running is Running.STOPPED)
            case Request.INCLINE:
                self.incline_pct = answer.value
            case Request.SPEED_SETTING:
                self.set_speed_kmh = answer.value
            case Request.INCLINE_SETTING:
                self.set_incline_pct = answer.value
        return not refused

    def _note_speed(self, answer: Answer, now_s: float) -> None:
        self.speed_kmh = answer.value
        self.faulted_since_s = _since(self.faulted_since_s, now_s, answer.faulted)
        self.zero_since_s = _since(self.zero_since_s, now_s, answer.value == 0.0)

    def forget_measured(self) -> None:
        """A look that was not answered: what was measured before it is no longer known."""
        self.speed_kmh = self.running = self.incline_pct = None
        self.zero_since_s = self.stopped_since_s = None  # a fault stands until another speed is told

    def stands(self, now_s: float, *, running: bool, stop_asked_s: float | None, scale: TimeScale) -> bool:
        """Whether the belt is seen to stand still in this look.

        The reported speed lags: just after a start it is still zero, and so is a belt's slowest crawl. So a machine
        that has a word for it must also say that it has stopped, whoever started it. One without that word must, where
        its belt is on by our doing (``running``), read zero for a while after it was told to stop at ``stop_asked_s``.
        """
        if self.speed_kmh is None:
            if self.faulted_since_s is None or self.running is not Running.STOPPED:
                return False
            return now_s - self.faulted_since_s > scale.wall_s(FAULT_RESTS_AFTER_S, 3.0)
        if self.speed_kmh != 0.0:
            return False
        if Request.STATUS in self.traits.requests:
            return self.running is Running.STOPPED
        if not running:
            return True
        if self.zero_since_s is None or stop_asked_s is None:
            return False
        return now_s - max(self.zero_since_s, stop_asked_s) > scale.wall_s(ZERO_RESTS_AFTER_S, 2.0)

    def at_rest(self, now_s: float, *, running: bool, stop_asked_s: float | None, scale: TimeScale) -> bool:
        """Whether the belt is known to stand still: it must go on saying so, whoever started it."""
        if not self.stands(now_s, running=running, stop_asked_s=stop_asked_s, scale=scale):
            return False
        return self.faulted or self._stood_for(now_s, scale)

    def _stood_for(self, now_s: float, scale: TimeScale) -> bool:
        since_s = [self.zero_since_s]
        if Request.STATUS in self.traits.requests:
            since_s.append(self.stopped_since_s)
        stood_s = [now_s - began_s for began_s in since_s if began_s is not None]
        return len(stood_s) == len(since_s) and min(stood_s) >= scale.wall_s(STOPPED_RESTS_AFTER_S, 0.5)


def _since(before_s: float | None, now_s: float, holds: bool) -> float | None:
    """Since when something holds, or None."""
    if not holds:
        return None
    return now_s if before_s is None else before_s

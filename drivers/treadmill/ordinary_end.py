"""An ordinary ramp to off, and the rest it comes to. Pure: wall time is passed in.

A belt that does not obey its end is as bad as one that does not obey a stop; and so is one that stood, and runs again.
"""

from drivers.treadmill.descent import Descent

SLOW_DECEL_KMH_S = 0.3  # a ramp to off that is told more slowly than this is judged more slowly
WATCHED_AT_REST_S = 20.0  # a belt that runs again so soon after its end is not somebody's who walks on it now


class OrdinaryEnd:
    """At most one end: nothing, under way, or at rest."""

    def __init__(self) -> None:
        self._descent: Descent | None = None
        self._rested_s: float | None = None

    def call_off(self) -> None:
        """The belt is wanted, or armed anew."""
        self._descent = self._rested_s = None

    def is_ignored(self, now_s: float, speed_kmh: float | None, told_kmh: float, decel_kmh_s: float) -> bool:
        """One look at a belt whose end is under way, told to run at ``told_kmh`` now and to slow down at this rate."""
        if self._descent is None:
            self._descent = Descent(now_s, told_kmh, pace=min(1.0, decel_kmh_s / SLOW_DECEL_KMH_S))
        self._descent.note(now_s, speed_kmh)
        return self._descent.stalls(now_s)

    def distrusted(self, now_s: float) -> bool:
        """Whether the belt has ignored its end already, or runs again after it. One that rests has not."""
        if self._descent is None:
            return False
        return self._descent.stalls(now_s) if self._rested_s is None else self._descent.runs_again(now_s)

    def rested(self, now_s: float) -> None:
        """The belt has come to rest. No report that lags shows a speed any more, so none is waited for."""
        self._rested_s = now_s
        self._descent = Descent(now_s, grace_s=0.0)
        self._descent.note(now_s, 0.0)

    def runs_again(self, now_s: float, speed_kmh: float | None) -> bool:
        """One look at a belt that rests; whether it has begun to run by itself."""
        if self._descent is None or self._rested_s is None:
            return False
        if now_s - self._rested_s > WATCHED_AT_REST_S:
            self.call_off()
            return False
        self._descent.note(now_s, speed_kmh)
        return bool(speed_kmh) and self._descent.runs_again(now_s)

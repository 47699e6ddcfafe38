"""Whether a belt that was told to stop comes to rest, judged by what it has reported over the last seconds. Pure.

A fall that happened once proves nothing: a belt may fall a little and run on, drift, swing, or be seen at zero for one
look. So what counts is that the lowest speed it has held for a few looks goes on falling until it is zero, over the
whole descent and of late.

The times are wall seconds and never scaled: they are those of real belts. The slowest belt that is to pass holds its
speed for a second before its stop bites, slows down by 0.3 km/h a second, and reports a mean over five seconds.
"""

from collections import deque

GRACE_S = 4.0  # until a fall must be seen: the operator is to be told of none within five seconds
FLAT_S = 1.6  # without a new lowest speed, once the fall has begun
CRAWLS_KMH = 0.5  # up to here one step of a mean of five seconds may take longer
FLAT_CRAWLING_S = 2.8
ZERO_S = 6.0  # a speed that reads zero for this long without the belt being known to rest is a crawl
SLOWEST_KMH_S = 0.2  # over the whole descent, half a second after the grace
SLOWEST_AFTER_S = 0.5
OF_LATE_S = 5.0  # and in each stretch of this length
RUNS_OUT_KMH = 0.3  # below this a mean of five seconds falls more slowly than the belt
NEW_LOW_KMH = 0.09  # one step of what a treadmill reports
FALLEN_KMH = 0.3  # more than a speed that jitters
LOOKS = 3  # one look alone is none


class Descent:
    """One descent from ``began_s`` (wall). ``told_kmh``: what the belt was last told to run, where it may lag behind.

    ``pace``: how fast it was told to slow down, where that is slower than a stop; 1.0 is a stop.
    """

    def __init__(self, began_s: float, told_kmh: float = 0.0, *, grace_s: float = GRACE_S, pace: float = 1.0) -> None:
        self._began_s = began_s
        self._told_kmh = told_kmh
        self._grace_s = grace_s / pace
        self._pace = pace
        self._looks: deque[float] = deque(maxlen=LOOKS)
        self._peak_kmh = self._low_kmh = 0.0
        self._low_s = began_s
        self._zero_since_s: float | None = None
        self._lows: deque[tuple[float, float]] = deque()  # when, the lowest speed held by then; the last seconds of it

    @property
    def seen(self) -> bool:
        """Whether any speed was seen."""
        return bool(self._looks)

    def note(self, now_s: float, speed_kmh: float | None) -> None:
        """One look. A speed that is not known says nothing, and time runs on."""
        if speed_kmh is None:
            return
        first = not self._looks
        self._looks.append(speed_kmh)
        held_kmh = max(self._looks)
        # A mean still rises for a while when a belt is stopped as it speeds up.
        rises = now_s < self._began_s + self._grace_s and held_kmh >= self._peak_kmh
        if first or rises:
            self._peak_kmh = self._low_kmh = held_kmh
            self._low_s = now_s
        elif held_kmh <= self._low_kmh - NEW_LOW_KMH or (held_kmh == 0.0 < self._low_kmh):
            self._low_kmh, self._low_s = held_kmh, now_s
        self._lows.append((now_s, self._low_kmh))
        while len(self._lows) > 1 and self._lows[1][0] <= now_s - OF_LATE_S / self._pace:
            self._lows.popleft()
        self._zero_since_s = None if held_kmh > 0.0 else (now_s if self._zero_since_s is None else self._zero_since_s)

    def stalls(self, now_s: float) -> bool:
        """Whether the belt is not seen to come to rest."""
        lasted_s = now_s - self._began_s
        waited = lasted_s >= self._grace_s
        if not self._looks:
            return waited
        if self._zero_since_s is not None:
            return now_s - self._zero_since_s > ZERO_S
        if self._low_kmh == 0.0:
            # It was at zero. One reading alone may be wrong, but not most of them, whatever zeros stand between.
            return sum(look > 0.0 for look in self._looks) > LOOKS // 2
        from_kmh = max(self._peak_kmh, self._told_kmh)
        if waited and self._low_kmh > from_kmh - NEW_LOW_KMH:
            return True
        flat_s = (FLAT_S if self._low_kmh > CRAWLS_KMH else FLAT_CRAWLING_S) / self._pace
        falling = waited or self._peak_kmh - self._low_kmh >= FALLEN_KMH
        if falling and now_s - self._low_s > flat_s:
            return True
        asked_s = lasted_s - self._grace_s - SLOWEST_AFTER_S
        slowest_kmh = from_kmh - SLOWEST_KMH_S * self._pace * asked_s
        return self._low_kmh > max(RUNS_OUT_KMH, slowest_kmh) or self._drifts(now_s)

    def _drifts(self, now_s: float) -> bool:
        """Whether it falls too slowly of late: a fast fall at first buys no slow one afterwards."""
        of_late_s = OF_LATE_S / self._pace
        if self._low_kmh <= RUNS_OUT_KMH or now_s - self._began_s < self._grace_s + of_late_s:
            return False
        then_s, then_kmh = self._lows[0]
        return then_s <= now_s - of_late_s and then_kmh - self._low_kmh < SLOWEST_KMH_S * OF_LATE_S - NEW_LOW_KMH

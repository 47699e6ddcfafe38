"""Whether a belt that was told to stop comes to rest, judged by what it has reported over the last seconds. Pure.

A fall that happened once proves nothing: a belt may fall a little and run on, drift, swing, or be seen at zero for one
look. So what counts is that the lowest speed it has held for a few looks goes on falling until it is zero, over the
whole descent and of late.

The times are wall seconds and never scaled: they are those of real belts. The slowest belt that is to pass holds its
speed for a second before its stop bites, slows down by 0.3 km/h a second, and reports a mean over five seconds.

A belt that does not slow down at all is found out within the grace, whatever it reports. One that slows down and runs
on is found out as soon as its report falls more slowly than that slowest belt's could: within five seconds after it
runs on where it reports a mean over three or less, within six and a bit where over five. No rule tells that one
earlier: until such a mean has forgotten how the belt came there, obeying half and obeying slowly are less than a step
apart.
"""

from collections import deque

GRACE_S = 4.0  # until a fall must be seen: the operator is to be told of none within five seconds
FLAT_S = 1.6  # without a new lowest speed, once the fall has begun
CRAWLS_KMH = 0.5  # up to here one step of a mean of five seconds may take longer
FLAT_CRAWLING_S = 2.8
ZERO_S = 6.0  # a speed that reads zero for this long without the belt being known to rest is a crawl,
ZERO_AT_MOST_S = 10.0  # and for so long since the first zero, whatever else was read in between
ZERO_AGAIN_S = 4.5  # both, for one that did not obey before: longer than a zero must last to be rest
RUNS_AGAIN_LOOKS, RUNS_AGAIN_S = 4, 5.0  # so many speeds among the zeros of so long are a belt that runs
SLOWEST_BELT_KMH_S, HOLDS_S, MEAN_S = 0.3, 1.0, 5.0  # of the slowest belt that is to pass
STRETCH_S = 2.0  # its report is asked how far it has fallen in so long
STEP_KMH = 0.2  # less one step of the coarsest report, a tenth of a mile, and what a look may come late
SLOWEST_KMH_S = 0.2  # over the whole descent, half a second after the grace
SLOWEST_AFTER_S = 0.5
RUNS_OUT_KMH = 0.3  # below this a mean of five seconds falls more slowly than the belt
NEW_LOW_KMH = 0.09  # one step of what a treadmill reports
FALLEN_KMH = 0.3  # more than a speed that jitters
LOOKS = 3  # one look alone is none


def least_fallen_kmh(since_s: float) -> float:
    """How far the report of the slowest belt that is to pass has fallen, ``since_s`` seconds after its stop."""
    falls_s = max(0.0, since_s - HOLDS_S)
    if falls_s <= MEAN_S:
        return SLOWEST_BELT_KMH_S * falls_s * falls_s / (2 * MEAN_S)
    return SLOWEST_BELT_KMH_S * (falls_s - MEAN_S / 2)


class Descent:
    """One descent from ``began_s`` (wall). ``told_kmh``: what the belt was last told to run, where it may lag behind.

    ``pace``: how fast it was told to slow down, where that is slower than a stop; 1.0 is a stop. ``again``: it did not
    obey before.
    """

    def __init__(
        self, began_s: float, told_kmh: float = 0.0, *, grace_s: float = GRACE_S, pace: float = 1.0, again: bool = False
    ) -> None:
        self._began_s = began_s
        self._told_kmh = told_kmh
        self._grace_s = grace_s / pace
        self._pace = pace
        self._zero_s, self._zero_at_most_s = (ZERO_AGAIN_S, ZERO_AGAIN_S) if again else (ZERO_S, ZERO_AT_MOST_S)
        self._looks: deque[float] = deque(maxlen=LOOKS)
        self._peak_kmh = self._low_kmh = 0.0
        self._low_s = began_s
        self._zero_since_s: float | None = None
        self._first_zero_s: float | None = None
        self._moving_s: deque[float] = deque(maxlen=RUNS_AGAIN_LOOKS)  # when a speed was seen after a zero
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
        while len(self._lows) > 1 and self._lows[1][0] <= now_s - STRETCH_S / self._pace:
            self._lows.popleft()
        self._zero_since_s = None if held_kmh > 0.0 else (now_s if self._zero_since_s is None else self._zero_since_s)
        if self._low_kmh > 0.0:
            self._first_zero_s = None
        elif self._first_zero_s is None:
            self._first_zero_s = now_s
        elif speed_kmh > 0.0:
            self._moving_s.append(now_s)

    def stalls(self, now_s: float) -> bool:
        """Whether the belt is not seen to come to rest."""
        lasted_s = now_s - self._began_s
        waited = lasted_s >= self._grace_s
        if not self._looks:
            return waited
        if self._first_zero_s is not None:
            crawls = self._zero_since_s is not None and now_s - self._zero_since_s > self._zero_s
            return crawls or now_s - self._first_zero_s > self._zero_at_most_s or self.runs_again(now_s)
        from_kmh = max(self._peak_kmh, self._told_kmh)
        if waited and self._low_kmh > from_kmh - NEW_LOW_KMH:
            return True
        flat_s = (FLAT_S if self._low_kmh > CRAWLS_KMH else FLAT_CRAWLING_S) / self._pace
        falling = waited or self._peak_kmh - self._low_kmh >= FALLEN_KMH
        if falling and now_s - self._low_s > flat_s:
            return True
        asked_s = lasted_s - self._grace_s - SLOWEST_AFTER_S
        slowest_kmh = from_kmh - SLOWEST_KMH_S * self._pace * asked_s
        return self._low_kmh > max(RUNS_OUT_KMH, slowest_kmh) or self._slackens(now_s)

    def runs_again(self, now_s: float) -> bool:
        """Whether a belt that was at zero moves.

        One reading alone may be wrong, but not most of them, and not one now and then for a while.
        """
        if self._first_zero_s is None:
            return False
        of_late = len(self._moving_s) == RUNS_AGAIN_LOOKS and self._moving_s[0] >= now_s - RUNS_AGAIN_S
        return of_late or sum(look > 0.0 for look in self._looks) > LOOKS // 2

    def _slackens(self, now_s: float) -> bool:
        """Whether its report falls more slowly of late than the slowest belt's could, however fast it fell at first."""
        since_s, then_s = (now_s - self._began_s) * self._pace, now_s - STRETCH_S / self._pace
        if since_s < HOLDS_S + MEAN_S or self._low_kmh <= CRAWLS_KMH:
            return False
        at_s, then_kmh = self._lows[0]
        least_kmh = least_fallen_kmh(since_s) - least_fallen_kmh(since_s - STRETCH_S) - STEP_KMH
        return at_s <= then_s and then_kmh - self._low_kmh < least_kmh

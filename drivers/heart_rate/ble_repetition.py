"""Whether a Bluetooth strap still finds beats, or goes on with its last frame. Pure; the rule is this project's own.

A frame has no counter, and sensors are known that go on with their last value where they find no pulse any more (an
issue of PineTimeSD, number 7). Beat intervals tell such a one: measured to 1/1024 s, they go up and down from beat to
beat, and no heart repeats them word for word, second after second. So of a strap that measures its intervals a frame
that says what the last one said is no news.

Other sensors work their intervals out of a smoothed pulse, or send a constant; those repeat themselves rightly. Their
intervals do not go up and down, and one that has gone on from a few repetitions again and again repeats itself. A
sensor that sends no intervals and repeats itself cannot be told from a steady heart.
"""

from dataclasses import dataclass

from drivers.heart_rate.plausibility import is_interval

TURNS = 6  # so many turns up and down show intervals that are measured
TURN_1024 = 2  # a turn is more than what rounding makes
ALIKE = 4  # so many frames as the one before: a heart's own chance of it is less than one in a million
GOES_ON = 2  # a sensor that has so often gone on from as many repeats itself, and is believed from then on


@dataclass(slots=True)
class Repetition:
    """Frames of one strap, in order."""

    _news: int = 0
    _alike: int = 0  # frames in a row that were as the one before
    _went_on: int = 0
    _turns: int = 0
    _last_frame: bytes = b""
    _last_rr: int = 0
    _last_step: int = 0

    def news(self, frame: bytes, rr_1024: tuple[int, ...]) -> int:
        """How many frames have been news, this one included: a number that stands still shows no new beat."""
        intervals = [ticks for ticks in rr_1024 if is_interval(ticks)]
        alike = frame == self._last_frame
        if alike:
            self._alike += 1
        else:
            self._went_on += self._alike >= ALIKE
            self._alike = 0
            self._follow(intervals)
        self._last_frame = frame
        measures = self._turns >= TURNS and self._went_on < GOES_ON
        if not (alike and intervals and measures):
            self._news += 1
        return self._news

    def _follow(self, intervals: list[int]) -> None:
        for ticks in intervals:
            step = ticks - self._last_rr
            if abs(step) >= TURN_1024:
                self._turns += self._last_step * step < 0
                self._last_step = step
            self._last_rr = ticks

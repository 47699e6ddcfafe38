"""A belt in simulated time that obeys its stop as it likes, and the stop ladder at work on it.

It is told only what the ladder does; what it reports lags, as a real belt's speed does.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.treadmill.ordinary_end import OrdinaryEnd
from drivers.treadmill.stop_ladder import Rung, StopLadder

CYCLE_S = 0.15
FINE_S = 0.01
WATCHDOG_S = 0.5


@dataclass(slots=True)
class PaperBelt:
    """One belt at ``speed_kmh``.

    Args:
        rate_kmh_s: How fast it slows down, and where it is let go speeds up again.
        holds_s: How long it goes on as it was before a stop bites.
        mean_s: What it reports is a mean over this long.
        step_kmh: And rounded to this.
        obeys: The speed that it goes to at a time after its first stop; None is zero.
        obeys_step_down: Whether lowest speed and stop bring it to rest, whatever ``obeys`` says.
        watchdog: ``latched``: half a second of silence stops it; ``while silent``: only as long as nobody speaks;
            ``broken``: never.
        word_undoes: A stop that is sent again calls the watchdog off.
    """

    speed_kmh: float = 4.8
    rate_kmh_s: float = 1.0
    holds_s: float = 0.0
    mean_s: float = 2.0
    step_kmh: float = 0.1
    obeys: Callable[[float], float] | None = None
    obeys_step_down: bool = False
    watchdog: str = "latched"
    word_undoes: bool = False
    reports: Callable[[float, float], float | None] | None = None  # (time, what it would report) -> what it does
    rises_kmh_s: float = 0.0  # it was speeding up when it was stopped
    now_s: float = 0.0
    first_stop_s: float | None = None
    stepped_down: bool = False
    spoken_s: float = 0.0
    bitten: bool = False
    _past: deque[float] = field(default_factory=deque)

    def __post_init__(self) -> None:
        looks = round(self.mean_s / FINE_S)
        self._past.extend(self.speed_kmh - self.rises_kmh_s * (looks - n) * FINE_S for n in range(looks + 1))

    def hear(self, rung: Rung) -> None:
        """What the driver does in a round."""
        if rung is Rung.SILENCE:
            return
        self.spoken_s = self.now_s
        if self.watchdog == "while silent" and self.speed_kmh > 0.0:
            self.bitten = False
        if rung is Rung.LOOK:
            return
        if self.word_undoes and self.speed_kmh > 0.0:
            self.bitten = False
        if self.first_stop_s is None:
            self.first_stop_s = self.now_s
        self.stepped_down |= rung is Rung.STEP_DOWN

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / FINE_S)):
            self.now_s += FINE_S
            if self.watchdog != "broken" and self.now_s - self.spoken_s > WATCHDOG_S:
                self.bitten = True
            goal_kmh = self._goal()
            step_kmh = self.rate_kmh_s * FINE_S
            if abs(goal_kmh - self.speed_kmh) <= step_kmh:
                self.speed_kmh = goal_kmh
            else:
                self.speed_kmh += step_kmh if goal_kmh > self.speed_kmh else -step_kmh
            self._past.append(self.speed_kmh)
            self._past.popleft()

    def _goal(self) -> float:
        if self.bitten or (self.stepped_down and self.obeys_step_down):
            return 0.0
        if self.first_stop_s is None or self.now_s - self.first_stop_s < self.holds_s:
            return self.speed_kmh
        return 0.0 if self.obeys is None else self.obeys(self.now_s - self.first_stop_s)

    @property
    def reported_kmh(self) -> float | None:
        mean_kmh = sum(self._past) / len(self._past)
        told_kmh = round(mean_kmh / self.step_kmh) * self.step_kmh
        return told_kmh if self.reports is None else self.reports(self.now_s, told_kmh)


@dataclass(frozen=True, slots=True)
class Way:
    """How a belt came to rest."""

    rungs: tuple[tuple[float, Rung], ...]
    told_s: float | None  # when the operator was told that the stop is not obeyed
    rest_s: float | None  # when the belt truly stood still

    def first(self, rung: Rung) -> float:
        """When this was first done."""
        return next(at_s for at_s, done in self.rungs if done is rung)


def to_rest(belt: PaperBelt, within_s: float = 40.0, silence_s: float = 1.2, told_kmh: float | None = None) -> Way:
    """Bring a belt to rest as the driver does."""
    ladder = StopLadder(silence_s, 0.0, belt.speed_kmh if told_kmh is None else told_kmh)
    rungs: list[tuple[float, Rung]] = []
    told_s = rest_s = None
    seen = belt.reported_kmh
    while belt.now_s < within_s:
        now_s = belt.now_s
        stands = belt.speed_kmh == 0.0 and seen == 0.0
        ladder.look(now_s, seen, at_rest=stands)
        rung = ladder.rung(now_s, answers=True, at_rest=stands)
        rungs.append((now_s, rung))
        belt.hear(rung)
        told_s = now_s if told_s is None and ladder.ignored else told_s
        belt.run(CYCLE_S)
        seen = None if rung is Rung.SILENCE else belt.reported_kmh
        if belt.speed_kmh > 0.0:
            rest_s = None
        elif rest_s is None:
            rest_s = belt.now_s
    return Way(tuple(rungs), told_s, rest_s)


def ordinary_end(belt: PaperBelt, decel_kmh_s: float = 0.8, within_s: float = 40.0) -> float | None:
    """When an ordinary ramp to off is found to be ignored, seconds after its beginning; None where it is not."""
    end, told_kmh = OrdinaryEnd(), belt.speed_kmh
    belt.hear(Rung.AUTO_STOP)
    while belt.now_s < within_s and not belt.speed_kmh == belt.reported_kmh == 0.0:
        belt.hear(Rung.LOOK)
        if end.is_ignored(belt.now_s, belt.reported_kmh, told_kmh, decel_kmh_s):
            return belt.now_s
        belt.run(CYCLE_S)
    return None

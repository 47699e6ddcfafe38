"""Whether a belt goes along when what it is told changes, down to its own step. Pure; wall seconds.

How near a treadmill's report comes to what it is set to is its maker's secret, so a report that stands a little off its
target trips nothing. But where the target moves, an honest report moves with it, by as much: what was read at one
target says what is to be read at the next. A belt that is stuck is found however small the step, and so are steps that
are each too small to be seen and together are not.

How fast a belt obeys is no secret that must be known either. Between the fastest belt, which is there at once, and the
slowest that obeys lies everywhere an obeying belt can be; its report lies where these have been of late.
"""

from dataclasses import dataclass, replace
from statistics import median

from teststation.clock import TimeScale

SLOWEST_KMH_S = 0.25  # of a belt that obeys: the guard's own cautious choice, no maker publishes a ramp
LAGS_S = 6.0  # a report is a mean over up to five seconds, and a belt may take a second until it obeys
SETTLED_S = 4.0  # a target that is read for so long, after all a report's lag, is known
# What an honest report may miss of a change: it is rounded to the machine's step before and after it, a belt's load
# changes with it, and its scale may be out.
MISSES_KMH = 0.2
MISSES_STEPS = 1.0
MISSES_SHARE = 0.05
HAIR_KMH = 1e-6
OF_LATE = 2  # how many times as long as a belt may go astray is looked back
LOOK_SHARE = 3  # one look stands for a third of the time at most


@dataclass(frozen=True, slots=True)
class Look:
    """One measured speed, for how long it stands in the sums, and where an obeying belt was then, km/h."""

    t_s: float
    lasted_s: float
    measured_kmh: float
    low_kmh: float
    high_kmh: float
    settled: bool  # the target has stood for as long as any obeying belt's report takes to come there
    astray: int  # -1 where the report has gone too little up or too far down, 1 where too far up or too little down


@dataclass(frozen=True, slots=True)
class Known:
    """What was read at one target, once it had stood there long enough."""

    told_kmh: float
    measured_kmh: float


@dataclass(frozen=True, slots=True)
class Following:
    """A belt's targets and reports since it was armed. ``step_kmh``: what the machine's speeds are rounded to."""

    step_kmh: float = 0.1
    slowest_kmh_s: float = SLOWEST_KMH_S
    lags_s: float = LAGS_S
    settled_s: float = SETTLED_S
    told_kmh: float = 0.0
    low_kmh: float = 0.0  # the lowest an obeying belt may be now
    high_kmh: float = 0.0
    stood_s: float = 0.0  # for how long these two have both been at the target
    known: tuple[Known, ...] = ()  # the latest reading at each target
    looks: tuple[Look, ...] = ()

    @classmethod
    def scaled(cls, scale: TimeScale) -> "Following":
        """The same in test time; what waits for processes and wires never below a floor."""
        return cls(
            slowest_kmh_s=SLOWEST_KMH_S * scale.factor,
            lags_s=scale.wall_s(LAGS_S, 2.0),
            settled_s=scale.wall_s(SETTLED_S, 1.0),
        )

    @property
    def anew(self) -> "Following":
        """As it begins with a new arming."""
        return replace(self, told_kmh=0.0, low_kmh=0.0, high_kmh=0.0, stood_s=0.0, known=(), looks=())


def told(following: Following, dt_s: float, out_kmh: float) -> Following:
    """Take in what is written to the belt ``dt_s`` seconds after the last time; rounded as the machine rounds it."""
    told_kmh = round(out_kmh / following.step_kmh) * following.step_kmh
    if abs(told_kmh - following.told_kmh) > HAIR_KMH:
        following = _learnt(following)
    goes_kmh = following.slowest_kmh_s * dt_s
    low_kmh, high_kmh = min(told_kmh, following.low_kmh + goes_kmh), max(told_kmh, following.high_kmh - goes_kmh)
    stands = following.told_kmh == told_kmh and low_kmh == high_kmh
    return replace(
        following,
        told_kmh=told_kmh,
        low_kmh=low_kmh,
        high_kmh=high_kmh,
        stood_s=following.stood_s + dt_s if stands else 0.0,
    )


def read(following: Following, now_s: float, measured_kmh: float, kept_s: float) -> Following:
    """Take in one look. Looks are kept for ``kept_s`` seconds."""
    looks = tuple(one for one in following.looks if one.t_s >= now_s - kept_s)
    low_kmh, high_kmh = following.low_kmh, following.high_kmh
    settled = following.stood_s > following.lags_s
    if not settled:
        lately = [one for one in looks if one.t_s >= now_s - following.lags_s]
        low_kmh = min([low_kmh, *(one.low_kmh for one in lately)])
        high_kmh = max([high_kmh, *(one.high_kmh for one in lately)])
    look = Look(
        t_s=now_s,
        lasted_s=now_s - looks[-1].t_s if looks else 0.0,
        measured_kmh=measured_kmh,
        low_kmh=following.low_kmh,
        high_kmh=following.high_kmh,
        settled=settled,
        astray=_astray(following, measured_kmh, low_kmh, high_kmh),
    )
    return replace(following, looks=(*looks, look))


def is_astray(following: Following, for_s: float) -> bool:
    """Whether the belt is where no obeying one can be, and was for so long of late.

    One look that is right in between does not begin the waiting anew.
    """
    if not following.looks or following.looks[-1].astray == 0:
        return False
    side, since_s = following.looks[-1].astray, following.looks[-1].t_s - OF_LATE * for_s
    astray = [one for one in following.looks if one.astray == side and one.t_s >= since_s]
    return sum(min(one.lasted_s, for_s / LOOK_SHARE) for one in astray) >= for_s


def _astray(following: Following, measured_kmh: float, low_kmh: float, high_kmh: float) -> int:
    """On which side the report lies of all that is known of other targets, if it does."""
    for one in following.known:
        change_kmh = following.told_kmh - one.told_kmh
        if abs(change_kmh) <= HAIR_KMH:
            continue  # where the target is the same, nothing was to change
        misses_kmh = MISSES_KMH + MISSES_STEPS * following.step_kmh + MISSES_SHARE * abs(change_kmh)
        went_kmh = measured_kmh - one.measured_kmh
        if went_kmh < low_kmh - one.told_kmh - misses_kmh:
            return -1
        if went_kmh > high_kmh - one.told_kmh + misses_kmh:
            return 1
    return 0


def _learnt(following: Following) -> Following:
    """With what was read at the target that is now left, where it had stood for long enough and was followed."""
    if not following.looks or not following.looks[-1].settled:
        return following
    settled = [
        one
        for one in following.looks
        if one.settled and one.astray == 0 and abs(one.low_kmh - following.told_kmh) <= HAIR_KMH
    ]
    if not settled or settled[-1].t_s - settled[0].t_s < following.settled_s:
        return following
    here = Known(following.told_kmh, median(one.measured_kmh for one in settled))
    others = (one for one in following.known if abs(one.told_kmh - here.told_kmh) > HAIR_KMH)
    return replace(following, known=(*others, here))

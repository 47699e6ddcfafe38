"""The guard owns the setpoint that is really written to a belt. Pure: time is passed in, in wall seconds.

It moves the belt only under a fresh lease, within its own limits and those of the arming, with bounded acceleration.
Whatever goes wrong, it trips: latched, until the operator arms again at measured standstill.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from statistics import median

from drivers import following, steepness
from drivers.following import LAGS_S, SLOWEST_KMH_S, Following
from drivers.steepness import Steepness
from teststation.clock import TimeScale
from teststation.ports import Setpoint, TripReason

LEASE_MAX_S = 1.0  # no lease is longer, whatever the station asks
ARMING_LASTS_S = 5.0  # an arming that no lease follows lapses
OVER_LIMIT_KMH = 1.0  # measured this far above the limit is over-speed: a reported 0.1 is not
OVER_TARGET_KMH = 1.6  # the vendor's own rule: one mile an hour off target shuts the belt off
OFF_TARGET_KMH = 1.0
OFF_TARGET_SHARE = 0.2
# What a belt off its target must come nearer by, over all the time it is given. As it is reported, the slowest one
# comes nearer by 0.7 km/h in eight seconds, where it was turned back while it sped up.
FOLLOWS_KMH_S = 0.08
# Behind the slowest belt that obeys, a report that lags is 0.9 km/h too high: well within OVER_TARGET_KMH. It may still
# rise for LAGS_S after the belt was told to slow down.
FALLS_KMH = 0.2  # a report so far below what it was has turned round
LOOKS = 3
STEADY_SHARE = 0.75  # of the time it is given to follow: a target that stood so long is seen through any such lag
SIDE_SHARE = 0.25  # off a steady target for so much of the time it is given to follow, on each side, it follows nobody
OF_LATE = 2  # how many times as long as the guard waits it looks back
STRETCH_S = 1.0  # where the belt was is the middle of the looks of this long: one wrong one does not move it


@dataclass(frozen=True, slots=True)
class Limits:
    """A machine's limits from the driver's own configuration. Ramps are per wall second.

    The defaults are this project's own cautious choice; no vendor publishes its ramps.
    """

    max_speed_kmh: float = 12.0
    max_incline_pct: float = 25.0
    accel_kmh_s: float = 0.5
    decel_kmh_s: float = 0.8

    def scaled(self, scale: TimeScale) -> "Limits":
        """The same ramps in test time."""
        return replace(self, accel_kmh_s=self.accel_kmh_s * scale.factor, decel_kmh_s=self.decel_kmh_s * scale.factor)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the guard waits, wall seconds. Nominal times count in test time, but never below a floor.

    | what | nominal | floor |
    |---|---|---|
    | over-speed before the trip, within twice as long | 1 s | 0.5 s |
    | not following before the trip, within twice as long | 8 s | 4 s |
    """

    over_s: float = 1.0
    follow_s: float = 8.0

    @classmethod
    def scaled(cls, scale: TimeScale) -> "Patience":
        """The table in the docstring at this time scale."""
        return cls(scale.wall_s(1.0, 0.5), scale.wall_s(8.0, 4.0))


@dataclass(frozen=True, slots=True)
class Look:
    """One measured speed, and for how long it stands in the sums."""

    t_s: float
    lasted_s: float
    measured_kmh: float
    over: bool
    side: int  # -1 where it is off its target and too slow, 1 where too fast, 0 where it is near


@dataclass(frozen=True, slots=True)
class Guard:
    """What may be written to the belt now: ``out_kmh`` and ``out_incline_pct``; ``tripped`` says bring it to rest."""

    limits: Limits
    patience: Patience = Patience()
    armed: bool = False
    armed_speed_kmh: float = 0.0
    armed_incline_pct: float = 0.0
    want: Setpoint | None = None
    off: bool = False  # off was asked for after a setpoint: latched until the next arming
    lease_until_s: float = 0.0
    out_kmh: float = 0.0
    out_incline_pct: float = 0.0
    tripped: TripReason | None = None
    detail: str = ""
    t_s: float = 0.0
    out_since_s: float = 0.0  # since when out_kmh has been what it is
    slow_kmh: float = 0.0  # where the slowest belt would be that obeys, as far as it is not seen to be slower
    looks: tuple[Look, ...] = ()  # since the belt is on, within twice the time it is given to follow
    follows: Following = field(default_factory=Following)  # what is known of how the belt goes along with its target
    deck: Steepness = field(default_factory=Steepness)  # what is known of how the deck goes along, upward

    @property
    def moving(self) -> bool:
        """Whether this guard has the belt on."""
        return self.out_kmh > 0.0


def arm(guard: Guard, now_s: float, max_speed_kmh: float, max_incline_pct: float, *, at_rest: bool) -> Guard:
    """A guard that accepts leases up to these limits. The same guard, unarmed, unless the belt is at rest."""
    finite = math.isfinite(max_speed_kmh) and math.isfinite(max_incline_pct)
    if not at_rest or guard.moving or not finite:
        return guard
    return Guard(
        limits=guard.limits,
        patience=guard.patience,
        armed=True,
        armed_speed_kmh=min(max_speed_kmh, guard.limits.max_speed_kmh),
        armed_incline_pct=min(max_incline_pct, guard.limits.max_incline_pct),
        lease_until_s=now_s + ARMING_LASTS_S,
        t_s=now_s,
        follows=guard.follows.anew,
        deck=guard.deck.untold,
    )


def grant(guard: Guard, now_s: float, setpoint: Setpoint | None, lease_s: float) -> Guard:
    """Take in a lease. A setpoint outside the limits, or no number at all, trips: it is never clipped.

    Off is latched: on its way to rest a belt is not sped up again, whatever setpoint follows.
    """
    if guard.tripped is not None or not guard.armed:
        return guard
    if setpoint is not None:
        values = (setpoint.speed_kmh, setpoint.incline_pct)
        inside = (
            all(math.isfinite(value) for value in values)
            and 0.0 < setpoint.speed_kmh <= guard.armed_speed_kmh + 1e-9
            and 0.0 <= setpoint.incline_pct <= guard.armed_incline_pct + 1e-9
        )
        if not inside:
            return trip(guard, TripReason.STATION_GARBLED, f"asked for {values[0]} km/h, {values[1]} %")
    if not math.isfinite(lease_s) or lease_s <= 0:
        return trip(guard, TripReason.STATION_GARBLED, f"lease of {lease_s} s")
    off = guard.off or (setpoint is None and guard.want is not None)
    return replace(guard, want=None if off else setpoint, off=off, lease_until_s=now_s + min(lease_s, LEASE_MAX_S))


def trip(guard: Guard, reason: TripReason, detail: str = "") -> Guard:
    """Latch. The first reason stays."""
    if guard.tripped is not None:
        return guard
    return replace(guard, tripped=reason, detail=detail, armed=False, want=None)


def disarm(guard: Guard) -> Guard:
    """After an ordinary ramp to off, at standstill: the next start needs a new arming."""
    return replace(guard, armed=False, want=None)


def hold_at_zero(guard: Guard) -> Guard:
    """The ramp begins only when the belt is on."""
    anew = replace(guard, follows=guard.follows.anew, deck=guard.deck.untold)
    return replace(anew, out_kmh=0.0, out_since_s=guard.t_s, slow_kmh=0.0)


def advance(guard: Guard, now_s: float) -> Guard:
    """Let time pass: leases lapse, ramps move on."""
    dt_s = max(0.0, now_s - guard.t_s)
    if guard.armed and now_s > guard.lease_until_s:
        # An armed belt that never moved is merely disarmed; a moving one must come to rest.
        guard = trip(guard, TripReason.LEASE_LAPSED) if guard.moving else replace(guard, armed=False, want=None)
    want_kmh = 0.0 if guard.want is None or not guard.armed else guard.want.speed_kmh
    if want_kmh > guard.out_kmh:
        out_kmh = min(want_kmh, guard.out_kmh + guard.limits.accel_kmh_s * dt_s)
    else:
        out_kmh = max(want_kmh, guard.out_kmh - guard.limits.decel_kmh_s * dt_s)
    incline_pct = 0.0 if guard.want is None or not guard.armed else guard.want.incline_pct
    slow_kmh = max(out_kmh, guard.slow_kmh - SLOWEST_KMH_S * dt_s)
    return replace(
        guard,
        out_kmh=out_kmh,
        out_incline_pct=incline_pct,
        t_s=now_s,
        out_since_s=guard.out_since_s if out_kmh == guard.out_kmh else now_s,
        slow_kmh=slow_kmh,
        follows=following.told(guard.follows, dt_s, out_kmh),
        deck=steepness.told(guard.deck, now_s, incline_pct) if out_kmh > 0.0 else guard.deck.untold,
    )


def watch(guard: Guard, now_s: float, measured_kmh: float) -> Guard:
    """Compare the measured speed with what was written lately; trip on over-speed or a belt that does not follow.

    One look that is as it should be does not begin the waiting anew: what counts is how long it was not, of late.
    """
    if guard.tripped is not None or not guard.moving:
        return replace(guard, looks=(), follows=replace(guard.follows, looks=()))
    over = measured_kmh > guard.limits.max_speed_kmh + OVER_LIMIT_KMH or measured_kmh > guard.slow_kmh + OVER_TARGET_KMH
    off_kmh = measured_kmh - guard.out_kmh
    near = abs(off_kmh) <= max(OFF_TARGET_KMH, OFF_TARGET_SHARE * guard.out_kmh)
    side = 0 if near else 1 if off_kmh > 0.0 else -1
    lasted_s = now_s - guard.looks[-1].t_s if guard.looks else 0.0
    look = Look(now_s, lasted_s, measured_kmh, over, side)
    kept_s = now_s - OF_LATE * guard.patience.follow_s
    guard = replace(guard, looks=(*(one for one in guard.looks if one.t_s >= kept_s), look))
    guard = replace(guard, follows=following.read(guard.follows, now_s, measured_kmh, now_s - kept_s))
    if guard.looks[0].t_s <= now_s - LAGS_S:
        # A belt whose report falls is no faster than it has reported. While that rises, the belt may be, and any belt's
        # rises for a while after it was turned round.
        seen_kmh = max(one.measured_kmh for one in guard.looks if one.t_s >= now_s - LAGS_S)
        if max(one.measured_kmh for one in guard.looks[-LOOKS:]) <= seen_kmh - FALLS_KMH:
            guard = replace(guard, slow_kmh=max(guard.out_kmh, min(guard.slow_kmh, seen_kmh)))
    set_kmh = f"measured {measured_kmh:.1f} km/h at {guard.out_kmh:.1f} set"
    if over and _lasted_s(guard, now_s, guard.patience.over_s, lambda one: one.over) >= guard.patience.over_s:
        return trip(guard, TripReason.OVER_SPEED, set_kmh)
    return _watch_following(guard, now_s, side, set_kmh)


def watch_deck(guard: Guard, now_s: float, measured_pct: float) -> Guard:
    """Compare the measured incline with what the deck was told; trip on one that rises beyond it, or stays there.

    Of a belt that is not on, what is read is where its start will find the deck.
    """
    guard = replace(guard, deck=steepness.read(guard.deck, now_s, measured_pct))
    if steepness.is_too_steep(guard.deck) or steepness.stays_too_steep(guard.deck, now_s):
        return trip(guard, TripReason.TOO_STEEP, f"measured {measured_pct:.1f} % at {guard.out_incline_pct:.1f} % set")
    return guard


def _watch_following(guard: Guard, now_s: float, side: int, set_kmh: str) -> Guard:
    """Trip where the belt has been on one side of its target for too long, and comes no nearer.

    And where it did not go along when its target changed: that is found of smaller steps, too.
    """
    follow_s = guard.patience.follow_s
    if following.is_astray(guard.follows, follow_s):
        return trip(guard, TripReason.NOT_FOLLOWING, f"{set_kmh}, and it did not go along when that was changed")
    if side != 0 and _swings(guard, now_s):
        return trip(guard, TripReason.NOT_FOLLOWING, f"{set_kmh}, above and below it by turns")
    if side == 0 or _lasted_s(guard, now_s, follow_s, lambda one: one.side == side) < follow_s:
        return guard
    nearer_kmh = _nearer_kmh(guard, now_s - follow_s, side)
    if nearer_kmh < FOLLOWS_KMH_S * follow_s:
        return trip(guard, TripReason.NOT_FOLLOWING, set_kmh)
    return guard


def _swings(guard: Guard, now_s: float) -> bool:
    """Whether the belt leaves a target that stands still to both sides: coming nearer by turns is not following."""
    follow_s = guard.patience.follow_s
    steady_s = guard.out_since_s + STEADY_SHARE * follow_s
    below_s, above_s = (
        _lasted_s(guard, now_s, follow_s, lambda one, side=side: one.t_s >= steady_s and one.side == side)
        for side in (-1, 1)
    )
    return min(below_s, above_s) >= SIDE_SHARE * follow_s


def _lasted_s(guard: Guard, now_s: float, for_s: float, wrong: Callable[[Look], bool]) -> float:
    """For how long something was wrong of late. One look stands for a third of the time at most."""
    looks = [one for one in guard.looks if one.t_s >= now_s - OF_LATE * for_s and wrong(one)]
    return sum(min(one.lasted_s, for_s / 3) for one in looks)


def _nearer_kmh(guard: Guard, since_s: float, side: int) -> float:
    """How far the belt has come back since then from where it was farthest off on this side of its target.

    Not from where it was at first: what reports a mean goes on the wrong way for a while after it was turned round.
    """
    inside = [one for one in guard.looks if one.t_s >= since_s]
    ends_s = inside[-1].t_s - STRETCH_S
    last_kmh = median(one.measured_kmh for one in inside if one.t_s >= ends_s)
    stretches = (
        median(one.measured_kmh for one in inside if from_s <= one.t_s <= from_s + STRETCH_S)
        for from_s in [one.t_s for one in inside if one.t_s <= ends_s] or [since_s]
    )
    return max(side * (was_kmh - last_kmh) for was_kmh in stretches)

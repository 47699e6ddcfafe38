"""A pulse that does not move while the load rises: a sensor that has frozen, or a number that is no pulse. Pure.

Whatever a heart does, it answers a load: with a time constant of half a minute most of the answer is there after one.
So the same number for three minutes, with a load in them that rose at least a minute ago, is remarked, and no stage is
read from it. A pulse that stands still at a steady load is remarked by nobody.
"""

from dataclasses import dataclass

from teststation.ports import Setpoint
from teststation.window import Window

FROZEN_FOR_S = 180.0
SAME_SHARE = 0.95  # a number that leaps away for a moment and comes back has not moved
ANSWERS_WITHIN_S = 60.0
MOVES_FOR_S, MOVES_AMONG_S = 10.0, 15.0  # another number for so long among so many seconds, and it moves again
RISES_KEPT = 8


@dataclass(frozen=True, slots=True)
class Frozen:
    """The pulse has stood at ``bpm`` since ``since_s`` or before."""

    bpm: float
    since_s: float


def rises(before: Setpoint | None, after: Setpoint | None) -> bool:
    """Whether the load rose for certain: one of speed and incline did, and the other did not fall."""
    if after is None or before is None:
        return after is not None
    faster, steeper = after.speed_kmh - before.speed_kmh, after.incline_pct - before.incline_pct
    return min(faster, steeper) >= 0 and max(faster, steeper) > 0


def watched(frozen: Frozen | None, pulse: Window, rose_s: tuple[float, ...], now_s: float) -> Frozen | None:
    """What is known with the latest reading. ``rose_s``: when the load rose, the last times."""
    if frozen is not None:
        moves = pulse.at_least(MOVES_FOR_S, now_s, MOVES_AMONG_S, lambda bpm: bpm != frozen.bpm)
        return None if moves else frozen
    last = pulse.last
    if last is None or not pulse.at_least(SAME_SHARE * FROZEN_FOR_S, now_s, FROZEN_FOR_S, lambda bpm: bpm == last):
        return None
    since_s = pulse.since_s(now_s, FROZEN_FOR_S)
    risen = any(since_s <= t_s <= now_s - ANSWERS_WITHIN_S for t_s in rose_s)
    return Frozen(last, since_s) if risen else None

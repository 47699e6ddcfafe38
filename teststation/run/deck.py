"""Whether the deck comes to the incline that was set. Pure. It is told, and trips nothing.

One that rises beyond what it was told is the guard's (``drivers/steepness.py``), and trips.

No maker publishes how fast its deck moves, and the time it may take depends on how far it has to go. So the deck is not
given a time to be there, but one to come nearer: any lift is many times as fast.

A report may stand a little off what is set. But where the setting changes, the report changes by as much: a deck that
stays where it was is told of a small step, too.
"""

from dataclasses import dataclass, replace
from statistics import median

from teststation.window import Window

NEAR_PCT = 1.0  # a deck that is read this near is where it was set
NEAR_FOR_S, NEAR_AMONG_S = 4.0, 6.0  # and is there when it is read so for so long: one reading is none
NEARER_BY_PCT = 0.5  # one step of the coarsest incline there is
MISSES_PCT = 0.4  # of a change: under one step of the coarsest incline, and over what rounding before and after it does
READ_OF_LATE = 5  # looks; their middle is where the deck is
STAYS_AWAY_AFTER_S = 15.0  # test seconds without coming nearer by that much: a lift of 2 % a minute still does

_LOOKS = Window(NEAR_AMONG_S, stands_s=2.0)


@dataclass(frozen=True, slots=True)
class There:
    """A deck that is where it was set, and what was read of it there of late."""

    set_pct: float
    reads_pct: tuple[float, ...]

    def stays(self, now_s: float) -> bool:
        """It is not away."""
        return False


@dataclass(frozen=True, slots=True)
class Away:
    """A deck that is not where it was set: it was last seen to come nearer at ``since_s``, to ``by_pct`` percent."""

    since_s: float
    by_pct: float
    set_pct: float
    was: There | None = None  # where it was before
    near: Window = _LOOKS  # 1 where it was read near its setting

    def stays(self, now_s: float) -> bool:
        """Whether it has come no nearer for too long."""
        return now_s - self.since_s > STAYS_AWAY_AFTER_S


def watched(
    deck: Away | There | None, now_s: float, set_pct: float | None, read_pct: float | None
) -> Away | There | None:
    """What is known after one look. None: nothing is set, or nothing was ever read."""
    if set_pct is None:
        return None
    if read_pct is None:
        return deck
    was = deck.was if isinstance(deck, Away) else deck
    by_pct, near = _away(set_pct, read_pct, was)
    if not isinstance(deck, Away):
        if not near:
            return Away(now_s, by_pct, set_pct, was)
        reads = deck.reads_pct if deck is not None and deck.set_pct == set_pct else ()
        return There(set_pct, (*reads, read_pct)[-READ_OF_LATE:])
    away = deck
    if away.set_pct != set_pct:
        # A new setting is a new way to go, but no excuse for a deck that has not moved for a while.
        away = Away(away.since_s, by_pct, set_pct, was)
    elif by_pct <= away.by_pct - NEARER_BY_PCT:
        away = replace(away, since_s=now_s, by_pct=by_pct)
    away = replace(away, near=away.near.read(now_s, float(near)))
    return There(set_pct, (read_pct,)) if away.near.at_least(NEAR_FOR_S, now_s, NEAR_AMONG_S, bool) else away


def _away(set_pct: float, read_pct: float, was: There | None) -> tuple[float, bool]:
    """How far the deck is from where it should be, in percent, and whether that is near enough."""
    off_pct = abs(read_pct - set_pct)
    if was is None or was.set_pct == set_pct:
        return off_pct, off_pct <= NEAR_PCT
    missed_pct = abs(read_pct - median(was.reads_pct) - (set_pct - was.set_pct))
    return max(off_pct, missed_pct), off_pct <= NEAR_PCT and missed_pct <= MISSES_PCT

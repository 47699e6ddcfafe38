"""Whether the deck comes to the incline that was set. Pure. It is told, and trips nothing.

No maker publishes how fast its deck moves, and the time it may take depends on how far it has to go. So the deck is not
given a time to be there, but one to come nearer: any lift is many times as fast.
"""

from dataclasses import dataclass, replace

from teststation.window import Window

NEAR_PCT = 1.0  # a deck that is read this near is where it was set
NEAR_FOR_S, NEAR_AMONG_S = 4.0, 6.0  # and is there when it is read so for so long: one reading is none
NEARER_BY_PCT = 0.5  # one step of the coarsest incline there is
STAYS_AWAY_AFTER_S = 15.0  # test seconds without coming nearer by that much: a lift of 2 % a minute still does

_LOOKS = Window(NEAR_AMONG_S, stands_s=2.0)


@dataclass(frozen=True, slots=True)
class Away:
    """A deck that is not where it was set: it was last seen to come nearer at ``since_s``, to ``by_pct`` percent."""

    since_s: float
    by_pct: float
    set_pct: float
    near: Window = _LOOKS  # 1 where it was read near its setting

    def stays(self, now_s: float) -> bool:
        """Whether it has come no nearer for too long."""
        return now_s - self.since_s > STAYS_AWAY_AFTER_S


def watched(away: Away | None, now_s: float, set_pct: float | None, read_pct: float | None) -> Away | None:
    """What is known after one look. None: the deck is where it was set, or nothing is set, or nothing was ever read."""
    if set_pct is None:
        return None
    if read_pct is None:
        return away
    by_pct = abs(read_pct - set_pct)
    if away is None:
        return None if by_pct <= NEAR_PCT else Away(now_s, by_pct, set_pct)
    if away.set_pct != set_pct:
        # A new setting is a new way to go, but no excuse for a deck that has not moved for a while.
        away = Away(away.since_s, by_pct, set_pct)
    elif by_pct <= away.by_pct - NEARER_BY_PCT:
        away = replace(away, since_s=now_s, by_pct=by_pct)
    away = replace(away, near=away.near.read(now_s, float(by_pct <= NEAR_PCT)))
    return None if away.near.at_least(NEAR_FOR_S, now_s, NEAR_AMONG_S, bool) else away

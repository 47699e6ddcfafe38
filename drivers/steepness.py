"""Whether a deck rises beyond what it was told: that raises a person's load without end. Pure; wall seconds.

A deck that stays where it was, or too low, is told and trips nothing (``teststation/run/deck.py``): the load is
lighter, or the one before. Nor need it be known how fast a deck comes down. What counts is how high an obeying one may
still be: as high as it was told of late, or as it was found, and on its way down no higher than it was seen to have
come. That height never rises with a report, however slowly the report drifts, and one look that is right does not lower
it.

A deck that is found higher than anything it is told must come down: nobody has walked on it so steep.
"""

import math
from dataclasses import dataclass, replace
from itertools import takewhile
from statistics import median

from teststation.clock import TimeScale

OVER_PCT = 2.0  # at a walk as much more load as the mile an hour that a belt may be too fast
OVER_FOR_S = 3.0  # within three times as long: longer than a lift overshoots
OVER_AMONG = 3
LAGS_S = 6.0  # a lift turns round within it, and a report that is a mean has come to show it
COMES_DOWN_WITHIN_S = 40.0  # the slowest lift that obeys, two percent a minute, comes down by a step in each half of it
NEARER_PCT = 0.5  # one step of the coarsest incline there is
LOOK_SHARE = 3  # one look stands for a third of the time at most
HAIR_PCT = HAIR_S = 1e-6


@dataclass(frozen=True, slots=True)
class Look:
    """One measured incline, and for how long it stands in the sums."""

    t_s: float
    lasted_s: float
    measured_pct: float
    over: bool  # higher than an obeying deck can be


@dataclass(frozen=True, slots=True)
class Steepness:
    """What a deck was told since its belt is on, and what was read of it, at rest too."""

    over_for_s: float = OVER_FOR_S
    lags_s: float = LAGS_S
    comes_down_within_s: float = COMES_DOWN_WITHIN_S
    told_pct: float | None = None  # None: its belt is not on
    told_s: float = 0.0  # since when
    most_told_pct: float = 0.0
    highest_pct: float = math.inf  # the highest an obeying deck may be now
    looks: tuple[Look, ...] = ()

    @classmethod
    def scaled(cls, scale: TimeScale) -> "Steepness":
        """The same in test time; what waits for processes and wires never below a floor."""
        return cls(scale.wall_s(OVER_FOR_S, 1.0), scale.wall_s(LAGS_S, 2.0), scale.wall_s(COMES_DOWN_WITHIN_S, 8.0))

    @property
    def untold(self) -> "Steepness":
        """While the belt is not on: what is read is where the next start finds the deck."""
        return replace(self, told_pct=None, told_s=0.0, most_told_pct=0.0, highest_pct=math.inf)


def told(deck: Steepness, now_s: float, incline_pct: float) -> Steepness:
    """Take in what the deck is told now, with its belt on."""
    highest_pct = deck.highest_pct
    if deck.told_pct is None:
        found = _since(deck.looks, now_s - deck.lags_s)
        highest_pct = max((one.measured_pct for one in found), default=math.inf)
    elif deck.told_pct == incline_pct:
        return deck
    return replace(
        deck,
        told_pct=incline_pct,
        told_s=now_s,
        most_told_pct=max(deck.most_told_pct, incline_pct),
        highest_pct=max(highest_pct, incline_pct),
    )


def read(deck: Steepness, now_s: float, measured_pct: float) -> Steepness:
    """Take in one look."""
    kept_s = now_s - deck.comes_down_within_s  # longer than all else that is looked back, at any time scale
    looks = deck.looks[next((n for n, one in enumerate(deck.looks) if one.t_s >= kept_s), len(deck.looks)) :]
    highest_pct = deck.highest_pct
    if deck.told_pct is not None and now_s - deck.told_s >= deck.lags_s:
        seen_pct = max([measured_pct, *(one.measured_pct for one in _since(looks, now_s - deck.lags_s))])
        highest_pct = max(deck.told_pct, min(highest_pct, seen_pct))
    lasted_s = now_s - looks[-1].t_s if looks else 0.0
    look = Look(now_s, lasted_s, measured_pct, measured_pct > highest_pct + OVER_PCT + HAIR_PCT)
    return replace(deck, highest_pct=highest_pct, looks=(*looks, look))


def is_too_steep(deck: Steepness) -> bool:
    """Whether the deck is higher than an obeying one can be, and was for long enough of late.

    One look that is right in between does not begin the waiting anew.
    """
    if deck.told_pct is None or not deck.looks or not deck.looks[-1].over:
        return False
    since_s, most_s = deck.looks[-1].t_s - OVER_AMONG * deck.over_for_s, deck.over_for_s / LOOK_SHARE
    over_s = sum(min(one.lasted_s, most_s) for one in _since(deck.looks, since_s) if one.over)
    return over_s >= deck.over_for_s - HAIR_S


def stays_too_steep(deck: Steepness, now_s: float) -> bool:
    """Whether the deck was found, or has come, higher than all it was told, and does not come down.

    The middle of the one half of the time against that of the other: no look, and no flicker, is a way down.
    """
    half_s = deck.comes_down_within_s / 2
    if deck.told_pct is None or not deck.looks or deck.looks[0].t_s > now_s - 2 * half_s + half_s / LOOK_SHARE:
        return False
    most_pct = deck.most_told_pct + OVER_PCT + HAIR_PCT
    if now_s - deck.told_s < 2 * half_s or deck.looks[-1].measured_pct <= most_pct:
        return False
    before = [one.measured_pct for one in deck.looks if one.t_s < now_s - half_s]
    since = [one.measured_pct for one in deck.looks if one.t_s >= now_s - half_s]
    if not before or median(since) <= most_pct:
        return False
    return median(before) - median(since) < NEARER_PCT - HAIR_PCT


def _since(looks: tuple[Look, ...], since_s: float) -> list[Look]:
    """The looks from then on, the newest first."""
    return list(takewhile(lambda one: one.t_s >= since_s, reversed(looks)))

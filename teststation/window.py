"""For how much of the last while something was so: one reading neither makes a rule nor breaks it. Pure.

A wire flickers: a reading is missing, one is wrong, two come late and together. A rule that begins anew with each of
them never acts. So readings are kept as spells of time, and a rule asks how many seconds of the last ones had what it
looks for. Seconds without any reading are in no spell: they are neither for the rule nor against it.
"""

import math
from collections.abc import Callable

import msgspec

AT_LEAST_S = 1.0  # a reading that is taken back at once still counts for this long, until another one comes
HAIR_S = 1e-6  # sums of seconds are rounded


class Spell(msgspec.Struct, frozen=True):
    """From ``from_s`` to ``to_s`` the reading was ``value``; the last spell ends by itself, if nothing comes before."""

    from_s: float
    to_s: float
    value: float

    def seconds(self, now_s: float) -> float:
        """How long it has stood at ``now_s``. Asked for every spell at every reading: plain comparisons, no calls."""
        to_s = self.to_s if self.to_s < now_s else now_s
        return to_s - self.from_s if to_s > self.from_s else 0.0


class Window(msgspec.Struct, frozen=True):
    """The last ``keeps_s`` seconds with a reading. A reading stands until the next one, for at most ``stands_s``."""

    keeps_s: float
    stands_s: float = math.inf
    spells: tuple[Spell, ...] = ()

    @property
    def last(self) -> float | None:
        """The latest reading, whether it still stands or not; None where there was none."""
        return self.spells[-1].value if self.spells else None

    def read(self, t_s: float, value: float) -> "Window":
        """With one more reading. One that is stamped before the latest counts from that one on."""
        if self.spells:
            t_s = max(t_s, self.spells[-1].from_s)
        ends_s = t_s + self.stands_s
        before = self._until(t_s)
        if before and before[-1].value == value and before[-1].to_s >= t_s:
            spells = (*before[:-1], Spell(before[-1].from_s, ends_s, value))
        else:
            spells = (*before, Spell(t_s, ends_s, value))
        return Window(self.keeps_s, self.stands_s, _newest(spells, t_s, self.keeps_s))

    def silent(self, t_s: float) -> "Window":
        """With the word that there is no reading any more."""
        if not self.spells:
            return self
        return Window(self.keeps_s, self.stands_s, self._until(max(t_s, self.spells[-1].from_s + AT_LEAST_S)))

    def seconds(self, now_s: float, of_last_s: float, so: Callable[[float], bool]) -> float:
        """How many of the last ``of_last_s`` seconds with a reading had one that is ``so``."""
        return math.fsum([seconds for value, seconds in self._lately(now_s, of_last_s) if so(value)])

    def at_least(self, seconds: float, now_s: float, of_last_s: float, so: Callable[[float], bool]) -> bool:
        """Whether at least ``seconds`` of the last ``of_last_s`` seconds with a reading had one that is ``so``."""
        return self.seconds(now_s, of_last_s, so) >= seconds - HAIR_S

    def since_s(self, now_s: float, of_last_s: float) -> float:
        """When the last ``of_last_s`` seconds with a reading began."""
        at_s = now_s
        for spell, (_, seconds) in zip(reversed(self.spells), self._lately(now_s, of_last_s), strict=False):
            at_s = min(spell.to_s, now_s) - seconds
        return at_s

    def median(self, now_s: float, of_last_s: float, so: Callable[[float], bool]) -> float | None:
        """The middle, by time, of what was read in the last ``of_last_s`` seconds and is ``so``; None: nothing was."""
        read = sorted((value, seconds) for value, seconds in self._lately(now_s, of_last_s) if so(value))
        half_s = math.fsum(seconds for _, seconds in read) / 2
        for value, seconds in read:
            half_s -= seconds
            if half_s <= HAIR_S:
                return value
        return None

    def highest(self, now_s: float, of_last_s: float) -> float | None:
        """The highest that was read in the last ``of_last_s`` seconds with a reading; None: nothing was."""
        return max((value for value, seconds in self._lately(now_s, of_last_s) if seconds > 0), default=None)

    def mean(self, from_s: float, to_s: float, at_least_s: float) -> float | None:
        """The mean, by time, from ``from_s`` to ``to_s``; None with a reading for less than ``at_least_s`` of it."""
        parts = [(max(0.0, min(one.to_s, to_s) - max(one.from_s, from_s)), one.value) for one in self.spells]
        seconds = math.fsum(part for part, _ in parts)
        if seconds < at_least_s:
            return None
        return math.fsum(part * value for part, value in parts) / seconds

    def _lately(self, now_s: float, of_last_s: float) -> list[tuple[float, float]]:
        """Values and their seconds, the newest first, until ``of_last_s`` seconds are told."""
        told: list[tuple[float, float]] = []
        left_s = of_last_s
        for spell in reversed(self.spells):
            seconds = min(left_s, spell.seconds(now_s))
            told.append((spell.value, seconds))
            left_s -= seconds
            if left_s <= 0:
                break
        return told

    def _until(self, t_s: float) -> tuple[Spell, ...]:
        """The spells with nothing after ``t_s``."""
        spells = self.spells
        while spells and spells[-1].from_s >= t_s:
            spells = spells[:-1]
        if not spells or spells[-1].to_s <= t_s:
            return spells
        return (*spells[:-1], Spell(spells[-1].from_s, t_s, spells[-1].value))


def _newest(spells: tuple[Spell, ...], now_s: float, keeps_s: float) -> tuple[Spell, ...]:
    left_s = keeps_s
    for index in range(len(spells) - 1, -1, -1):
        left_s -= spells[index].seconds(now_s)
        if left_s <= 0:
            return spells[index:]
    return spells

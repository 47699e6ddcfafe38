"""An axis of a chart: where its ticks stand, what is written at them, and how much room that takes."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontMetrics

from teststation.texts import COMMA
from ui.desktop.i18n import language

LEAST_INTERVALS = 2.25  # between numbers, on an axis of this length; more grow with the root of it
AT_LENGTH_PX = 300.0
LEAST_BETWEEN_PX = 2.0  # the finer lines of the grid
# Numbers of the finer kind are written as long as no more of the axis's length is taken: so many there, at most this.
MOST_FILLED = ((0, 0.8), (2, 0.6), (4, 0.4), (6, 0.2))
LINE_SHARE = 0.8  # of a line's height: digits have no tails
GIVES_BACK_PX = 10  # room that numbers do not need any more is kept up to here: a plot must not sway with each digit
TITLE_EDGE = 4  # round a title
SAME = 0.01  # of a step


@dataclass(frozen=True, slots=True)
class Level:
    """Ticks of one kind: those with numbers, or the finer ones between them."""

    step: float
    values: tuple[float, ...]
    words: tuple[str, ...] | None = None  # given by hand


@dataclass(frozen=True, slots=True)
class Laid:
    """An axis as it is drawn."""

    lines: tuple[tuple[float, ...], ...]  # of each level, pixels along the axis
    words: tuple[tuple[float, float, float, str], ...]  # middle, width, height, and what is written


def levels_of(low: float, high: float, length_px: float) -> list[Level]:
    """Round numbers on an axis from ``low`` to ``high``: those that are written first, and finer ones between them.

    Steps are 1, 2 or 5 times a power of ten, as large as leaves room for at least two.
    """
    span = high - low
    if span <= 0 or length_px <= 0:
        return []
    largest = span / max(LEAST_INTERVALS, LEAST_INTERVALS * math.sqrt(length_px / AT_LENGTH_PX))
    tenth = 10.0 ** (math.floor(math.log10(largest)) - 1)
    factor = next((factor for factor in (50, 20) if factor * tenth <= largest), 10)
    parts = (5, 10) if factor == 10 else (10, 20, 50)
    finer = next((one for one in parts if one * tenth >= LEAST_BETWEEN_PX * span / length_px), parts[-1])
    step = factor * tenth
    coarse = _multiples(low, high, step)
    between = [
        value for value in _multiples(low, high, finer * tenth) if abs(value / step - round(value / step)) > SAME
    ]
    return [Level(step, tuple(coarse)), Level(finer * tenth, tuple(between))]


def _multiples(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step)
    return [number * step for number in range(first, math.floor(high / step) + 1)]


def written(values: Iterable[float], step: float) -> tuple[str, ...]:
    """Numbers with the decimals that their step needs, as the window's language writes them."""
    places = max(0, math.ceil(-math.log10(step)))
    said = tuple(f"{value:.{places}f}" if abs(value) >= SAME * step else "0" for value in values)
    return tuple(one.replace(".", ",") for one in said) if language() in COMMA else said


class Axis:
    """One side of a chart. What it says changes with its range, its length and its letters."""

    def __init__(self, title: str, *, upright: bool) -> None:
        self.title = title
        self.upright = upright
        self.titled = True  # whether the title is wanted at all
        self.title_fits = True
        self.fixed_px: float | None = None
        self.low, self.high = 0.0, 1.0
        self._marks: Level | None = None
        self._words_px = 30.0 if upright else 18.0  # across the axis

    def mark(self, marks: Sequence[tuple[float, str]]) -> None:
        """Write these words at these values, and no numbers."""
        self._marks = Level(0.0, tuple(value for value, _ in marks), tuple(words for _, words in marks))

    @property
    def title_shown(self) -> bool:
        """Whether the title stands there: it is wanted, and the whole of it has room."""
        return bool(self.titled and self.title and self.title_fits)

    def title_px(self, font: QFont) -> tuple[int, int]:
        """Length and height of the title with the edge round it."""
        metrics = QFontMetrics(font)
        return metrics.horizontalAdvance(self.title) + 2 * TITLE_EDGE, metrics.height() + 2 * TITLE_EDGE

    def room_px(self, font: QFont) -> float:
        """How much it takes of the chart: of its width, or of its height."""
        if self.fixed_px is not None:
            return self.fixed_px
        return self._words_px + (5 if self.upright else 2) + (0.8 * self.title_px(font)[1] if self.title_shown else 0)

    def lay_out(self, first_px: float, last_px: float, font: QFont) -> Laid:
        """Place ticks and words along it, and take as much room across it as the widest of them.

        Args:
            first_px: Where its lowest value is, in pixels.
            last_px: Where its highest value is.
        """
        metrics = QFontMetrics(font)
        length_px = abs(last_px - first_px)
        begins, ends = sorted((first_px, last_px))
        share = (last_px - first_px) / (self.high - self.low)
        levels = levels_of(self.low, self.high, length_px) if self._marks is None else [self._marks]
        lines: list[tuple[float, ...]] = []
        words: list[tuple[float, float, float, str]] = []
        height = LINE_SHARE * metrics.height()
        filled = across = 0.0
        crowded = False
        for number, level in enumerate(levels):
            said = level.words if level.words is not None else written(level.values, level.step)
            placed = [
                (first_px + (value - self.low) * share, float(metrics.horizontalAdvance(one)), height, one)
                for value, one in zip(level.values, said, strict=True)
                if self.low <= value <= self.high
            ]
            lines.append(tuple(at for at, *_ in placed))
            filled += sum(height if self.upright else width for _, width, _, _ in placed)
            crowded = crowded or (
                number > 0 and any(len(words) >= many and filled >= most * length_px for many, most in MOST_FILLED)
            )
            if crowded or not placed:
                continue
            across = max([across, *(width if self.upright else height for _, width, _, _ in placed)])
            for at, width, high, one in placed:
                half = (high if self.upright else width) / 2
                if begins - SAME <= at - half and at + half <= ends + SAME:  # else part of it would be cut off
                    words.append((at, width, high, one))
        if across > self._words_px or across < self._words_px - GIVES_BACK_PX:
            self._words_px = across
        return Laid(tuple(lines), tuple(words))

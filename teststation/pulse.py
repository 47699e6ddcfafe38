"""What can be a pulse at all, wherever it comes from: strap, file or journal."""

from math import ceil, floor

BPM_LOW, BPM_HIGH = 30, 240  # what a living person shows; 255, 0 and the like are how makers say that there is none


def possible(bpm: float | None) -> bool:
    """Whether this can be a heart's. What cannot is no reading: it is neither shown nor averaged nor compared."""
    return bpm is not None and BPM_LOW <= bpm <= BPM_HIGH


def told_beside(bpm: float, limit_bpm: float) -> float:
    """A pulse to be told beside a limit: whole, with tenths only where that would hide on which side of it it lies."""
    whole = round(bpm)
    if bpm == limit_bpm or (whole < round(limit_bpm) if bpm < limit_bpm else whole > round(limit_bpm)):
        return whole
    return (floor if bpm < limit_bpm else ceil)(10 * bpm) / 10


def limit_beside(bpm: float, limit_bpm: float) -> float:
    """A limit to be told beside that pulse: whole, with tenths only where, rounded, it would lie on its other side."""
    whole, told = round(limit_bpm), told_beside(bpm, limit_bpm)
    if bpm == limit_bpm or (told < whole if bpm < limit_bpm else told > whole):
        return whole
    return (ceil if bpm < limit_bpm else floor)(10 * limit_bpm) / 10

"""What can be a pulse at all, wherever it comes from: strap, file or journal."""

BPM_LOW, BPM_HIGH = 30, 240  # what a living person shows; 255, 0 and the like are how makers say that there is none


def possible(bpm: float | None) -> bool:
    """Whether this can be a heart's. What cannot is no reading: it is neither shown nor averaged nor compared."""
    return bpm is not None and BPM_LOW <= bpm <= BPM_HIGH

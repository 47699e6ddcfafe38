"""A pulse against its band in words."""

from ui.desktop.i18n import tr


def band_words(bpm: int, low: float, high: float) -> str:
    """How far below or above it is, or that it is inside."""
    if bpm < low:
        return tr("interval.below", bpm=round(low - bpm))
    return tr("interval.above", bpm=round(bpm - high)) if bpm > high else tr("interval.inside")

"""Why a hand ended the stages or stopped: a code, or ``other`` and whoever's own words. Pure."""

from teststation.cause import Cause

OTHER = "other"
_BETWEEN = ": "


def in_own_words(words: str) -> str:
    """The coded reason of what stands on no list; ``other`` alone where nothing was written."""
    said = words.strip()
    return f"{OTHER}{_BETWEEN}{said}" if said else OTHER


def own_words(reason: str) -> str:
    """What was written, where a reason is told in own words."""
    code, _, words = reason.partition(_BETWEEN)
    return words if code == OTHER else ""


def cause_of(reason: str) -> Cause:
    """What the record and the page say of a reason."""
    words = own_words(reason)
    return Cause("stop_own_words", {"words": words}) if words else Cause(f"stop_{reason}")

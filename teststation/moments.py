"""Moments as the record keeps them: ISO 8601 text with a zone. Reading them needs no clock."""

from datetime import datetime

DAYS_IN_YEAR = 365.25


def hour_of_day(moment: str) -> float:
    """Hours since midnight where it was, 0 to 24."""
    time = datetime.fromisoformat(moment)
    return time.hour + time.minute / 60


def time_of_day(moment: str) -> str:
    """The local time as ``HH:MM``."""
    return f"{datetime.fromisoformat(moment):%H:%M}"


def clock_words(moment: datetime) -> str:
    """A moment by this machine's own clock and calendar, as a sentence says it."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def days_between(earlier: str, later: str) -> float:
    """Days from one moment to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds() / 86400


def years_between(earlier: str, later: str) -> float:
    """Years from one moment to another."""
    return days_between(earlier, later) / DAYS_IN_YEAR

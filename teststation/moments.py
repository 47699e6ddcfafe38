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


def here(moment: datetime) -> datetime:
    """A moment by the clock and calendar of this place. As it is told where this system cannot say what the clock was:
    Windows knows no zone of a year before 1970 or after 3000, and a day that somebody mistyped is of one."""
    try:
        return moment.astimezone()
    except (OSError, OverflowError, ValueError):
        return moment


def clock_words(moment: datetime) -> str:
    """A moment by this machine's own clock and calendar, as a sentence says it."""
    return f"{here(moment):%Y-%m-%d %H:%M}"


def days_between(earlier: str, later: str) -> float:
    """Days from one moment to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds() / 86400


def years_between(earlier: str, later: str) -> float:
    """Years from one moment to another."""
    return days_between(earlier, later) / DAYS_IN_YEAR

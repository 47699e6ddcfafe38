"""When the next test is due: three months after the last."""

from datetime import date, datetime

from teststation.moments import here

NEXT_TEST_MONTHS = 3


def months_later(start: date, months: int) -> date:
    """The same day some months on, or the month's last day where it has none such."""
    index = start.year * 12 + start.month - 1 + months
    for last in range(start.day, 27, -1):
        try:
            return date(index // 12, index % 12 + 1, last)
        except ValueError:
            continue
    return date(index // 12, index % 12 + 1, start.day)


def next_due(last_started: str) -> date:
    """The day the next test is due, where the last began at this moment (ISO 8601), by the calendar of this place."""
    return months_later(here(datetime.fromisoformat(last_started)).date(), NEXT_TEST_MONTHS)

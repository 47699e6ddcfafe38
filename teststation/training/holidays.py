"""Norway's public holidays: days on which a clinic is closed, whatever the weekday.

Source: helligdagsfredloven (Act on public holidays and their peace, 24 February 1995 no. 12) section 2 for the days of
the church year; the Act of 26 April 1947 no. 1 for 1 and 17 May. Easter Sunday by Butcher's algorithm as in Meeus,
Astronomical Algorithms, chapter 8, valid for every year of the Gregorian calendar.
"""

from datetime import date, timedelta

_FROM_EASTER = (-3, -2, 0, 1, 39, 49, 50)  # Maundy Thursday to Easter Monday, Ascension, Whit Sunday and Monday
_FIXED = ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))


def easter_sunday(year: int) -> date:
    """Easter Sunday of a Gregorian year."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, uneven = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leap - correction + 15) % 30
    quarter, left = divmod(rest, 4)
    weekday = (32 + 2 * uneven + 2 * quarter - moon - left) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def public_holidays(year: int) -> frozenset[date]:
    """Every public holiday of a year, Sundays without a name of their own not among them."""
    easter = easter_sunday(year)
    moving = {easter + timedelta(days=days) for days in _FROM_EASTER}
    return frozenset(moving | {date(year, month, day) for month, day in _FIXED})


def is_holiday(day: date) -> bool:
    """Whether a day is a public holiday."""
    return day in public_holidays(day.year)

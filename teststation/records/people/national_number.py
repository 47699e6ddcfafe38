"""Fødselsnummer and D-number: whether they are possible, and what they must never be used for.

A number identifies; it says nothing that may be filled in from it. Since 2032 it tells neither sex nor century, a
D-number's date need not be the birth date, and systems are not to derive sex from any of them. So this module only
answers three questions: can the number be one, is it a test number, and does its date differ from the birth date.

Source: the National Population Register's documentation "Nytt fødselsnummer fra 2032"
(Skatteetaten/folkeregisteret-api-dokumentasjon), with its examples in the tests.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from teststation.cause import Cause
from teststation.errors import BadInput

DIGITS = 11
_K1_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_K2_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
NEW_RULES_FROM = date(2032, 1, 1)  # the first check digit then accepts remainders 0 to 3
_NEW_REMAINDERS = 3
_D_DAY = 40  # added to the day of a D-number
_HELP_MONTH, _SYNTHETIC_MONTH = 40, 80  # added to the month
_SHOWN_DIGITS = 6
_HIDDEN = "•"
_POWER = re.compile(r"\d[\d,]*[eE]\+\d+|\d+,?\d*[eE]1[01]")  # 3.1129956715E+10 without its point
_DECIMAL = re.compile(r"\d{10,11}[.,]0+")


class Kind(StrEnum):
    """Which register the number comes from."""

    BIRTH_NUMBER = "birth_number"
    D_NUMBER = "d_number"


class Trial(StrEnum):
    """Numbers that belong to nobody in the National Population Register."""

    HELP_NUMBER = "help_number"  # H-number: month + 40, given out by a hospital for itself
    SYNTHETIC = "synthetic"  # month + 80, for tests


@dataclass(frozen=True, slots=True)
class NationalNumber:
    """A possible number. ``trial`` is None for a real one."""

    digits: str
    kind: Kind
    trial: Trial | None
    day: int
    month: int
    year_of_century: int

    def differs_from(self, born: date) -> bool:
        """Whether day, month and year of the century are not those of ``born``. That is a question, no proof.

        The century is left out: from 2032 the number does not tell it.
        """
        return (self.day, self.month, self.year_of_century) != (born.day, born.month, born.year % 100)


def looks_like_one(text: str) -> bool:
    """Whether ``text`` is eleven digits, spaces, points and hyphens apart, and so is meant as a national number."""
    digits = compact(text)
    return len(digits) == DIGITS and digits.isascii() and digits.isdigit()


def compact(text: str) -> str:
    """The number without the signs that people put between its parts."""
    return "".join(letter for letter in text if letter not in " .-\u00a0")


def read(text: str, on: date) -> NationalNumber:
    """The number that ``text`` writes.

    Args:
        on: The day it is: numbers given out since 2032 have a wider first check digit.
    Raises:
        BadInput: one sentence on why it cannot be a national number.
    """
    digits = compact(text)
    if not looks_like_one(digits):
        raise BadInput(Cause("national_number_length"))
    if not _check_digits_hold([int(digit) for digit in digits], on):
        raise BadInput(Cause("national_number_check_digits"))
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    kind = Kind.BIRTH_NUMBER
    if day > _D_DAY:
        kind, day = Kind.D_NUMBER, day - _D_DAY
    trial = None
    if month > _SYNTHETIC_MONTH:
        trial, month = Trial.SYNTHETIC, month - _SYNTHETIC_MONTH
    elif month > _HELP_MONTH:
        trial, month = Trial.HELP_NUMBER, month - _HELP_MONTH
    if not _is_a_date(day, month, year):
        raise BadInput(Cause("national_number_no_date"))
    return NationalNumber(digits, kind, trial, day, month, year)


def damaged(text: str) -> Cause | None:
    """Why a number is a national number that a spreadsheet has spoilt; None for any other.

    A column of numbers loses a zero at the beginning, or becomes a power of ten; a program adds a decimal. What it was
    cannot be known for certain, so nothing is filled in.
    """
    plain = compact(text)
    if _POWER.fullmatch(plain) or _DECIMAL.fullmatch("".join(text.split())):
        return Cause("national_number_spoilt")
    if len(plain) == DIGITS - 1 and plain.isascii() and plain.isdigit() and (_begins(plain) or _begins("0" + plain)):
        return Cause("national_number_ten_digits")
    return None


def masked(number: str | None) -> str:
    """The number as it may stand where others can see it: a national number's date, or nothing of another number."""
    if not number:
        return ""
    if looks_like_one(number):
        digits = compact(number)
        return f"{digits[:_SHOWN_DIGITS]} {_HIDDEN * (DIGITS - _SHOWN_DIGITS)}"
    return _HIDDEN * max(4, len(number))


def _check_digits_hold(digits: list[int], on: date) -> bool:
    first = sum(weight * digit for weight, digit in zip(_K1_WEIGHTS, digits, strict=False)) % 11
    second = sum(weight * digit for weight, digit in zip(_K2_WEIGHTS, digits, strict=True)) % 11
    largest = _NEW_REMAINDERS if on >= NEW_RULES_FROM else 0
    return first <= largest and second == 0


def _begins(digits: str) -> bool:
    """Whether digits begin as some national number does: with a date, the day or the month raised or not."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    days = (day, day - _D_DAY)
    months = (month, month - _HELP_MONTH, month - _SYNTHETIC_MONTH)
    return any(_is_a_date(one, other, year) for one in days for other in months)


def _is_a_date(day: int, month: int, year_of_century: int) -> bool:
    for century in (1800, 1900, 2000):  # 29 February is in one of them or in none
        try:
            date(century + year_of_century, month, day)
        except ValueError:
            continue
        return True
    return False

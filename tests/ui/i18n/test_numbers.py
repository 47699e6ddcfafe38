"""Numbers and dates as a Norwegian reads and writes them."""

from calendar import isleap
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mutants import fails_with
from teststation.due import months_later
from ui.desktop import i18n
from ui.desktop.i18n import numbers
from ui.desktop.i18n.numbers import age_years, between, clock, day, exact, number, parse_day, parse_number, signed


def test_numbers_have_a_decimal_comma_and_missing_ones_a_dash() -> None:
    assert number(4.85, 1) == "4,8"
    assert number(None) == "–"
    assert number(-0.04, 1) == "0,0"
    assert signed(1.5) == "+1,5"
    assert signed(-1.5) == "−1,5"
    assert between(20.2, 41.7) == "20–42"


@given(st.floats(-9999, 9999))
def test_a_written_number_is_read_back(value: float) -> None:
    read = parse_number(number(value, 3))
    assert read == pytest.approx(value, abs=0.0006)


@given(st.dates(date(1910, 1, 1), date(2100, 1, 1)))
def test_a_written_date_is_read_back(born: date) -> None:
    assert parse_day(day(born.isoformat())) == born
    assert parse_day(f"{born:%d%m%Y}") == born


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_none_and_never_an_error(text: str) -> None:
    value = parse_number(text)
    assert value is None or abs(value) < 1e6
    parse_day(text)


def test_a_clock_shows_zero_only_when_the_time_is_up() -> None:
    assert clock(0.05) == "0:01"
    assert clock(0.0) == "0:00"
    assert clock(240.0) == "4:00"
    assert clock(-3.0) == "0:00"


@given(st.dates(date(1910, 1, 1), date(2015, 1, 1)), st.integers(0, 90))
def test_age_is_whole_on_the_birthday(born: date, years: int) -> None:
    year = born.year + years
    leapt = (born.month, born.day) == (2, 29) and not isleap(year)
    birthday = date(year, 3, 1) if leapt else born.replace(year=year)
    assert age_years(born, birthday) == pytest.approx(years)


@given(st.dates(date(1950, 1, 1), date(2015, 1, 1)), st.dates(date(2016, 1, 1), date(2099, 1, 1)))
def test_age_grows_by_less_than_a_year_from_one_birthday_to_the_next(born: date, on: date) -> None:
    assert 0 <= age_years(born, on) - (on - born).days / 365.25 + 0.01 < 0.03


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_three_months_on_is_the_same_day_or_the_months_last(start: date) -> None:
    later = months_later(start, 3)
    assert (later.year * 12 + later.month) - (start.year * 12 + start.month) == 3
    assert later.day == start.day or later.day < start.day


@pytest.mark.parametrize(
    ("language", "written", "told"),
    [("nb", "4,85", "28.11.2026"), ("nn", "4,85", "28.11.2026"), ("en", "4.85", "28 Nov 2026")],
)
def test_numbers_and_days_are_written_as_the_windows_language_does_and_read_back(
    monkeypatch: pytest.MonkeyPatch, language: str, written: str, told: str
) -> None:
    monkeypatch.setattr(i18n, "_language", language)
    assert (number(4.85, 2), exact(4.85), day("2026-11-28")) == (written, written, told)
    assert parse_number(written) == 4.85
    assert parse_day(told) == date(2026, 11, 28)
    assert between(4.5, 5.0, 1) == f"{number(4.5, 1)}–{number(5.0, 1)}"


def test_a_number_in_a_field_that_is_rounded_is_found_out() -> None:
    def fact() -> None:
        assert parse_number(exact(172.5)) == 172.5

    fails_with(numbers, 'f"{value!r}"', 'f"{value:.0f}"', fact)

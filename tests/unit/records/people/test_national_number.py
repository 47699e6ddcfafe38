"""National numbers: the published examples, every rule, and what is never derived."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teststation.errors import BadInput
from teststation.records.people.national_number import Kind, NationalNumber, Trial, looks_like_one, masked, read

TODAY, LATER = date(2026, 11, 25), date(2032, 1, 1)
EXAMPLE = "31129956715"  # fnrinfo.no works it out digit by digit


def with_check_digits(nine: str, remainder: int = 0) -> str | None:
    """The number that begins so, as the register makes it; None where a check digit would be 10."""
    digits = [int(digit) for digit in nine]
    first = (remainder - sum(w * d for w, d in zip((3, 7, 6, 1, 8, 9, 4, 5, 2), digits, strict=True))) % 11
    second = -sum(w * d for w, d in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), [*digits, first], strict=True)) % 11
    return None if 10 in (first, second) else f"{nine}{first}{second}"


def test_the_worked_example_is_a_birth_number() -> None:
    assert read(EXAMPLE, TODAY) == NationalNumber(EXAMPLE, Kind.BIRTH_NUMBER, None, 31, 12, 99)


@pytest.mark.parametrize("written", ["311299 56715", "31.12.99-56715", " 31129956715\u00a0"])
def test_people_put_spaces_points_and_hyphens_into_it(written: str) -> None:
    assert read(written, TODAY).digits == EXAMPLE


@pytest.mark.parametrize("place", range(11))
def test_no_single_digit_may_be_another(place: int) -> None:
    for other in "0123456789":
        if other != EXAMPLE[place]:
            with pytest.raises(BadInput, match="check digits"):
                read(EXAMPLE[:place] + other + EXAMPLE[place + 1 :], TODAY)


@pytest.mark.parametrize("text", ["", "3112995671", "311299567150", "3112995671x", "３１１２９９５６７１５"])
def test_anything_but_eleven_digits_is_refused(text: str) -> None:
    assert not looks_like_one(text)
    with pytest.raises(BadInput, match="eleven digits"):
        read(text, TODAY)


@pytest.mark.parametrize(
    ("number", "remainder"), [("02013299997", 0), ("30108299920", 0), ("30108299939", 1), ("02013299903", 1)]
)
def test_the_registers_own_examples_of_2032(number: str, remainder: int) -> None:
    assert read(number, LATER).digits == number
    if remainder:
        with pytest.raises(BadInput, match="check digits"):
            read(number, TODAY)
    else:
        assert read(number, TODAY).digits == number


@given(st.integers(0, 999), st.integers(0, 10))
def test_from_2032_the_first_check_digit_takes_four_remainders_and_no_more(serial: int, remainder: int) -> None:
    number = with_check_digits(f"300182{serial:03}", remainder)
    if number is None:
        return
    for day, largest in ((TODAY, 0), (LATER, 3)):
        if remainder <= largest:
            assert read(number, day).digits == number
        else:
            with pytest.raises(BadInput, match="check digits"):
                read(number, day)


def found(nine: str) -> NationalNumber:
    number = with_check_digits(nine)
    assert number is not None
    return read(number, TODAY)


def test_a_d_number_has_forty_more_days() -> None:
    number = found("710180123")
    assert (number.kind, number.trial, number.day) == (Kind.D_NUMBER, None, 31)


def test_forty_more_months_are_a_help_number_and_eighty_a_synthetic_one() -> None:
    assert found("315299300").trial is Trial.HELP_NUMBER
    assert found("319299302").trial is Trial.SYNTHETIC
    assert found("719299302") == NationalNumber(found("719299302").digits, Kind.D_NUMBER, Trial.SYNTHETIC, 31, 12, 99)


@pytest.mark.parametrize("nine", ["320180102", "001280100", "310480101", "300280102", "011380103", "800180105"])
def test_a_number_that_begins_with_no_date_is_refused(nine: str) -> None:
    number = with_check_digits(nine)
    assert number is not None
    with pytest.raises(BadInput, match="does not begin with a date"):
        read(number, TODAY)


def test_another_birth_date_is_a_question_and_another_century_is_none() -> None:
    number = read(EXAMPLE, TODAY)
    assert not number.differs_from(date(1999, 12, 31))
    assert not number.differs_from(date(1899, 12, 31))
    for other in (date(1999, 12, 30), date(1999, 11, 30), date(1998, 12, 31)):
        assert number.differs_from(other)


def test_a_number_tells_nothing_of_sex() -> None:
    assert not [name for name in dir(read(EXAMPLE, TODAY)) if "sex" in name or "gender" in name]


def test_where_others_can_see_only_the_date_of_a_national_number_is_shown() -> None:
    assert masked(EXAMPLE) == "311299 •••••"
    assert masked("311299 56715") == "311299 •••••"
    assert masked("4711") == "••••"
    assert masked("17") == "••••", "nor how short it is"
    assert masked(None) == masked("") == ""

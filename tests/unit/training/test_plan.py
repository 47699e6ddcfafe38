"""A plan's dates: whatever the calendar, who is away and what is moved, no session is lost and no day has two."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutants import fails_with
from teststation.errors import BadInput
from teststation.training import plan as plan_module
from teststation.training.holidays import easter_sunday, is_holiday, public_holidays
from teststation.training.plan import Plan, add_session, end_plan, make_plan, move, on_other_weekdays, stay_away

EASTERS = [(1954, 4, 18), (2000, 4, 23), (2008, 3, 23), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)]
days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
weekdays = st.sets(st.integers(1, 7), min_size=2, max_size=3)


@pytest.mark.parametrize(("year", "month", "day"), EASTERS)
def test_easter_is_where_the_almanac_has_it(year: int, month: int, day: int) -> None:
    assert easter_sunday(year) == date(year, month, day)


def test_norway_has_twelve_holidays_where_none_fall_together() -> None:
    assert len(public_holidays(2026)) == 12
    assert {date(2026, 4, 2), date(2026, 5, 1), date(2026, 5, 14), date(2026, 5, 17), date(2026, 12, 25)} < (
        public_holidays(2026)
    )


def the_days(plan: Plan) -> list[date]:
    return [date.fromisoformat(session.day) for session in plan.sessions]


def test_eight_weeks_of_three_are_24_sessions_on_the_days_wished() -> None:
    plan = make_plan(date(2026, 8, 17), (1, 3, 5), "4x4")
    assert [session.number for session in plan.sessions] == list(range(1, 25))
    assert {day.isoweekday() for day in the_days(plan)} == {1, 3, 5}
    assert the_days(plan)[-1] == date(2026, 10, 9)


def test_a_plan_begun_in_the_middle_of_a_week_has_as_many() -> None:
    plan = make_plan(date(2026, 8, 19), (1, 3), "4x4", weeks=8)
    assert len(plan.sessions) == 16
    assert the_days(plan)[:3] == [date(2026, 8, 19), date(2026, 8, 24), date(2026, 8, 26)]


def test_a_holiday_moves_its_session_to_the_nearest_day_of_its_week_with_rest_beside_it() -> None:
    plan = make_plan(date(2026, 5, 11), (1, 4), "4x4", weeks=1)  # Thursday 14 May is Ascension Day
    assert the_days(plan) == [date(2026, 5, 11), date(2026, 5, 15)]
    easter = make_plan(date(2026, 4, 6), (1, 3), "4x4", weeks=1)  # 6 April is Easter Monday
    assert the_days(easter) == [date(2026, 4, 8), date(2026, 4, 10)]


def test_a_week_that_is_closed_altogether_makes_the_plan_a_week_longer() -> None:
    closed = [date(2026, 10, 5) + timedelta(days=n) for n in range(7)]
    plan = make_plan(date(2026, 9, 28), (1, 3, 5), "4x4", weeks=2, closed=closed)
    assert len(plan.sessions) == 6
    assert the_days(plan)[3] == date(2026, 10, 12)


@settings(max_examples=150)
@given(days, weekdays, st.integers(1, 10), st.sets(days, max_size=40))
def test_no_session_is_lost_falls_on_a_closed_day_or_shares_one(
    start: date, wished: set[int], weeks: int, closed: set[date]
) -> None:
    plan = make_plan(start, wished, "4x4", weeks=weeks, closed=closed)
    found = the_days(plan)
    assert len(found) == weeks * len(wished)
    assert found == sorted(set(found))
    assert found[0] >= start
    assert not any(is_holiday(day) or day in closed for day in found)
    assert all(day.isoweekday() in wished | {1, 2, 3, 4, 5} for day in found)


@settings(max_examples=150)
@given(days, weekdays, st.integers(0, 60), st.integers(0, 30))
def test_who_is_away_loses_no_session_and_keeps_the_days_before(
    start: date, wished: set[int], after: int, length: int
) -> None:
    plan = make_plan(start, wished, "4x4")
    first = start + timedelta(days=after)
    last = first + timedelta(days=length)
    if plan.last_day < first.isoformat():
        with pytest.raises(BadInput):
            stay_away(plan, first, last)
        return
    later = stay_away(plan, first, last, "leave")
    found = the_days(later)
    assert len(found) == len(plan.sessions)
    assert found == sorted(set(found))
    assert not any(first <= day <= last for day in found)
    before = [day for day in the_days(plan) if day < first]
    assert found[: len(before)] == before
    assert [session.number for session in later.sessions] == [session.number for session in plan.sessions]


@settings(max_examples=80)
@given(days, st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10)), min_size=2, max_size=4))
def test_who_is_away_again_and_again_is_never_called_in_on_a_day_away(
    start: date, spans: list[tuple[int, int]]
) -> None:
    plan = make_plan(start, (1, 3, 5), "4x4")
    gone: list[tuple[date, date]] = []
    for after, length in spans:
        first = start + timedelta(days=after)
        gone.append((first, first + timedelta(days=length)))
        plan = stay_away(plan, *gone[-1])
    assert len(set(the_days(plan))) == 24
    assert not any(first <= day <= last for first, last in gone for day in the_days(plan))


def test_a_session_moves_by_hand_and_never_onto_another() -> None:
    plan = make_plan(date(2026, 8, 17), (1, 3, 5), "4x4")
    moved = move(plan, 2, date(2026, 8, 20))
    assert moved.session(2).day == "2026-08-20"
    assert moved.session(2).first_day == "2026-08-19"
    with pytest.raises(BadInput, match="session number 3"):
        move(plan, 2, date(2026, 8, 21))
    with pytest.raises(BadInput, match="before the plan begins"):
        move(plan, 2, date(2026, 8, 1))
    with pytest.raises(BadInput, match="no session number 99"):
        move(plan, 99, date(2026, 8, 20))


def test_other_weekdays_hold_from_a_day_on_for_the_weeks_that_are_left() -> None:
    plan = make_plan(date(2026, 8, 17), (1, 3, 5), "4x4")
    fewer = on_other_weekdays(plan, date(2026, 9, 14), (2, 4))
    assert fewer.sessions[:12] == plan.sessions[:12]
    assert [date.fromisoformat(one.day).isoweekday() for one in fewer.sessions[12:]] == [2, 4] * 4
    assert [one.number for one in fewer.sessions] == list(range(1, 21))


def test_more_sessions_and_an_early_end() -> None:
    plan = add_session(make_plan(date(2026, 8, 17), (1, 3), "4x4"), date(2026, 8, 21), "strength")
    assert (plan.sessions[-1].number, plan.sessions[-1].kind) == (17, "strength")
    with pytest.raises(BadInput):
        add_session(plan, date(2026, 8, 21), "4x4")
    assert end_plan(plan, date(2026, 9, 1), "leave").ended_on == "2026-09-01"


@pytest.mark.parametrize(("wished", "weeks"), [((), 8), ((0,), 8), ((8,), 8), ((1,), 0), ((1,), 27)])
def test_a_plan_that_cannot_be_is_refused(wished: tuple[int, ...], weeks: int) -> None:
    with pytest.raises(BadInput):
        make_plan(date(2026, 8, 17), wished, "4x4", weeks=weeks)


FAULTS = [
    (
        "return day not in shut and not is_holiday(day)",
        "return day not in shut",
        test_a_holiday_moves_its_session_to_the_nearest_day_of_its_week_with_rest_beside_it,
    ),
    (
        "(_crowded(other, taken), abs(other - day), other < day)",
        "(abs(other - day), other < day)",
        test_a_holiday_moves_its_session_to_the_nearest_day_of_its_week_with_rest_beside_it,
    ),
    ("if len(laid) == n:", "if True:", test_a_week_that_is_closed_altogether_makes_the_plan_a_week_longer),
    ("if taken is not None:", "if False:", test_a_session_moves_by_hand_and_never_onto_another),
    (
        "days = _lay(last + timedelta(days=1), len(left), plan.weekdays, _shut(plan))",
        "days = _lay(last + timedelta(days=1), len(left), plan.weekdays, frozenset())",
        test_who_is_away_again_and_again_is_never_called_in_on_a_day_away,
    ),
]


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_the_plan_fails_on_a_planted_fault(old: str, new: str, fact) -> None:
    fails_with(plan_module, old, new, fact)

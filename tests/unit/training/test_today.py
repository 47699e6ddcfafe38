"""Today's list: interrupted tests, then sessions, then who is due; nobody who was seen to."""

from collections.abc import Callable
from datetime import date

import pytest

import teststation.training.today as today_module
from tests.mutants import fails_with
from teststation.training.diary import Attendance, Entry
from teststation.training.plan import end_plan, make_plan
from teststation.training.today import Interrupted, Line, Training, Why, todays_lines

TODAY = date(2026, 3, 16)  # a Monday
BROKEN = Interrupted("t1", "kari", "2026-03-10T09:00:00+01:00")
PLAN = make_plan(TODAY, {1, 4}, "4x4", weeks=2)


def of(
    *, interrupted: tuple[Interrupted, ...] = (), training: tuple[Training, ...] = (), **last: str
) -> list[tuple[Why, str]]:
    return [(line.why, line.person_id) for line in todays_lines(TODAY, interrupted, training, last)]


def test_what_broke_off_comes_first_and_who_waits_longest_is_first_within_a_reason() -> None:
    found = todays_lines(
        TODAY,
        [Interrupted("t2", "per", "2026-03-12T09:00:00+01:00"), BROKEN],
        [Training("ola", PLAN, ())],
        {"siri": "2025-12-16T10:00:00+01:00", "tor": "2025-10-01T10:00:00+02:00", "liv": "2025-12-17T10:00:00+01:00"},
    )
    assert found == (
        Line(Why.INTERRUPTED, "kari", "2026-03-10", test_id="t1"),
        Line(Why.INTERRUPTED, "per", "2026-03-12", test_id="t2"),
        Line(Why.SESSION, "ola", "2026-03-16", kind="4x4"),
        Line(Why.DUE, "tor", "2026-01-01"),
        Line(Why.DUE, "siri", "2026-03-16"),
    )


def test_an_interrupted_test_is_seen_to_by_the_next_one_and_not_by_itself() -> None:
    assert of(interrupted=(BROKEN,), kari="2026-03-10T08:00:00.000+00:00") == [(Why.INTERRUPTED, "kari")]
    assert of(interrupted=(BROKEN,), kari="2026-03-09T23:00:00+01:00") == [(Why.INTERRUPTED, "kari")]
    assert of(interrupted=(BROKEN,), kari="2026-03-10T09:00:01+01:00") == []


@pytest.mark.parametrize(
    "entry",
    [
        Entry(day="2026-03-16"),
        Entry(day="2026-03-16", attendance=Attendance.ABSENT),
        Entry(day="2026-03-14", plan_number=1),
    ],
)
def test_a_session_of_which_something_is_written_waits_no_more(entry: Entry) -> None:
    assert of(training=(Training("ola", PLAN, (entry,)),)) == []


def test_a_plan_that_was_given_up_and_a_session_of_another_day_ask_for_nothing() -> None:
    assert of(training=(Training("ola", end_plan(PLAN, date(2026, 3, 15), "ill"), ()),)) == []
    tuesdays = make_plan(TODAY, {2}, "4x4", weeks=2)
    assert of(training=(Training("ola", tuesdays, ()),)) == []


def test_somebody_may_stand_there_for_two_reasons() -> None:
    found = of(training=(Training("ola", PLAN, ()),), ola="2025-12-01T10:00:00+01:00")
    assert found == [(Why.SESSION, "ola"), (Why.DUE, "ola")]


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("if not _is_after(last.get(one.person_id), one.started_at)", "if one.person_id not in last",
         test_an_interrupted_test_is_seen_to_by_the_next_one_and_not_by_itself),
        ("(broken, sessions, due)", "(due, broken, sessions)",
         test_what_broke_off_comes_first_and_who_waits_longest_is_first_within_a_reason),
        ("<= today", "< today", test_what_broke_off_comes_first_and_who_waits_longest_is_first_within_a_reason),
        ("is State.TODAY", "in (State.TODAY, State.GIVEN_UP)",
         test_a_plan_that_was_given_up_and_a_session_of_another_day_ask_for_nothing),
    ],
)  # fmt: skip
def test_todays_list_fails_on_a_planted_fault(old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(today_module, old, new, fact)

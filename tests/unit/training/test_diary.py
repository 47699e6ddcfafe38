"""What the diary says of a plan: every row stands for one session at most, and what is missing stays to be seen."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutants import fails_with
from teststation.errors import BadInput
from teststation.training import diary as diary_module
from teststation.training.diary import (
    NEAR_DAYS,
    Attendance,
    Entry,
    State,
    StrengthSet,
    checked,
    load,
    overview,
    problems,
    weeks,
)
from teststation.training.plan import add_session, end_plan, make_plan, move

START = date(2026, 8, 17)
PLAN = make_plan(START, (1, 3, 5), "4x4")
LATE = date(2026, 10, 31)


def on(day: str, **fields: object) -> Entry:
    return msgspec.structs.replace(Entry(day=day), **fields)


def states(entries: list[Entry], today: date = LATE, plan=PLAN) -> list[State]:
    return [standing.state for standing in overview(plan, entries, today).sessions]


def test_a_row_of_the_same_day_is_that_session() -> None:
    found = overview(PLAN, [on("2026-08-19")], date(2026, 8, 20))
    assert [standing.state for standing in found.sessions[:3]] == [State.OPEN, State.DONE, State.COMING]
    assert (found.done, found.so_far, found.planned, found.extra) == (1, 2, 24, ())


def test_a_row_near_by_stands_for_the_session_that_was_missed() -> None:
    assert states([on("2026-08-18")])[0] is State.DONE
    assert states([on("2026-08-18"), on("2026-08-17")])[:2] == [State.DONE, State.DONE]


def test_as_many_sessions_as_can_be_have_their_row() -> None:
    plan = make_plan(START, (1, 4), "4x4", weeks=1)  # 17 and 20 August
    assert states([on("2026-08-19"), on("2026-08-22")], plan=plan) == [State.DONE, State.DONE]


def test_what_somebody_said_comes_before_what_the_days_say() -> None:
    found = overview(PLAN, [on("2026-08-19", plan_number=5)], LATE)
    assert [standing.session.number for standing in found.sessions if standing.entry == 0] == [5]


def test_a_strength_session_is_no_interval_session() -> None:
    found = overview(PLAN, [on("2026-08-17", kind="strength")], LATE)
    assert (found.done, found.extra) == (0, (0,))
    both = add_session(PLAN, date(2026, 8, 18), "strength")
    assert overview(both, [on("2026-08-19", kind="strength")], LATE).done == 1


def test_a_walk_on_another_day_is_not_the_intervals_that_were_missed() -> None:
    assert overview(PLAN, [on("2026-08-18", kind="walk")], LATE).extra == (0,)
    assert overview(PLAN, [on("2026-08-18", kind="3x4")], LATE).done == 1
    assert overview(PLAN, [on("2026-08-17", kind="walk")], LATE).done == 1, "on the day itself it is"


def test_one_bout_of_four_is_a_part_and_counts() -> None:
    found = overview(PLAN, [on("2026-08-17", bouts_done=1, bouts_planned=4)], LATE)
    assert found.sessions[0].state is State.PART
    assert found.done == 1


def test_who_told_and_who_did_not_come_are_kept_apart_and_neither_counts_as_done() -> None:
    entries = [
        on("2026-08-17", attendance=Attendance.EXCUSED, reason="ill"),
        on("2026-08-19", attendance=Attendance.ABSENT),
    ]
    assert states(entries)[:3] == [State.EXCUSED, State.ABSENT, State.OPEN]
    assert overview(PLAN, entries, LATE).done == 0


def test_nothing_is_awaited_after_the_end_and_today_is_not_missed() -> None:
    ended = end_plan(PLAN, date(2026, 8, 18), "leave")
    assert states([], plan=ended)[:2] == [State.OPEN, State.GIVEN_UP]
    found = overview(PLAN, [], date(2026, 8, 19))
    assert [standing.state for standing in found.sessions[:3]] == [State.OPEN, State.TODAY, State.COMING]
    assert found.so_far == 1


rows = st.lists(
    st.builds(
        lambda offset, strength, number, there: Entry(
            day=(START + timedelta(days=offset)).isoformat(),
            kind="strength" if strength else "4x4",
            plan_number=number,
            attendance=Attendance.DONE if there else Attendance.EXCUSED,
        ),
        st.integers(-5, 70),
        st.booleans(),
        st.none() | st.integers(1, 30),
        st.booleans(),
    ),
    max_size=30,
)


@settings(max_examples=200)
@given(rows)
def test_each_row_stands_once_and_each_session_has_one(entries: list[Entry]) -> None:
    found = overview(PLAN, entries, LATE)
    used = [standing.entry for standing in found.sessions if standing.entry is not None]
    assert len(used) == len(set(used))
    assert sorted([*used, *found.extra]) == list(range(len(entries)))
    for standing in found.sessions:
        if standing.entry is not None and entries[standing.entry].plan_number is None:
            apart = date.fromisoformat(entries[standing.entry].day) - date.fromisoformat(standing.session.day)
            assert abs(apart.days) <= NEAR_DAYS


@settings(max_examples=100)
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_count(entries: list[Entry], random) -> None:
    entries = [msgspec.structs.replace(one, plan_number=None, attendance=Attendance.DONE) for one in entries]
    shuffled = random.sample(entries, len(entries))
    assert overview(PLAN, entries, LATE).done == overview(PLAN, shuffled, LATE).done


@settings(max_examples=100)
@given(rows, st.integers(-5, 70))
def test_one_more_row_never_makes_less_done(entries: list[Entry], offset: int) -> None:
    entries = [
        msgspec.structs.replace(one, plan_number=None, kind="4x4", attendance=Attendance.DONE) for one in entries
    ]
    more = [*entries, on((START + timedelta(days=offset)).isoformat())]
    assert overview(PLAN, more, LATE).done >= overview(PLAN, entries, LATE).done


def test_a_moved_session_is_met_where_it_is_now() -> None:
    moved = move(PLAN, 1, date(2026, 8, 22))
    assert overview(moved, [on("2026-08-22")], LATE).done == 1


# --- rows ---


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"day": "31.08.2026"}, "is no day"),
        ({"day": "2026-11-01"}, "still to come"),
        ({"day": "1926-08-17"}, "too long ago"),
        ({"kind": "football"}, "choose from 4x4"),
        ({"minutes": 0.0}, "outside 1.0 to 600"),
        ({"borg": 5}, "outside 6 to 20"),
        ({"borg": 21}, "outside 6 to 20"),
        ({"rating": 11.0}, "outside 0.0 to 10"),
        ({"felt": 0}, "outside 1 to 5"),
        ({"bouts_done": 5, "bouts_planned": 4}, "more than the 4"),
        ({"attendance": Attendance.ABSENT, "minutes": 35.0}, "neither minutes"),
        ({"reason": "lazy"}, "choose from ill"),
        ({"comment": "x" * 2001}, "too long"),
        ({"started_at": "2026-08-17T10:00:00"}, "is no day"),
        ({"started_at": "2026-08-25T10:00:00+02:00"}, "is no day"),
        ({"sets": (StrengthSet("leg_press", 0.0, (4,)),)}, "cannot be right"),
        ({"sets": (StrengthSet("leg_press", 100.0, ()),)}, "cannot be right"),
    ],
)
def test_a_row_that_cannot_be_is_refused_in_words(fields: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        checked(on("2026-08-17", **{k: v for k, v in fields.items() if k != "day"}) if "day" not in fields
                else on(str(fields["day"])), LATE)  # fmt: skip


def test_every_problem_of_a_row_is_told_at_once() -> None:
    assert len(problems(on("2026-08-17", borg=2, felt=9, minutes=-1.0), LATE)) == 3


def test_an_excuse_may_be_of_a_day_to_come() -> None:
    assert not problems(on("2026-11-05", attendance=Attendance.EXCUSED, reason="appointment"), LATE)


def test_borg_is_never_multiplied_by_minutes() -> None:
    assert load(on("2026-08-17", borg=16, minutes=35.0)) is None
    assert load(on("2026-08-17", borg=16, rating=7.0, minutes=35.0)) == 245.0


def test_weeks_run_from_the_first_to_the_last_and_tell_of_how_many_the_load_is() -> None:
    entries = [
        on("2026-08-17", minutes=35.0, rating=7.0),
        on("2026-08-19", minutes=35.0, borg=16),
        on("2026-08-23", kind="walk", minutes=60.0),
        on("2026-08-24", attendance=Attendance.EXCUSED),
    ]
    found = weeks(PLAN, entries, date(2026, 8, 26))
    assert len(found) == 8
    assert (found[0].planned, found[0].done, found[0].sessions) == (3, 2, 3), "a walk on Sunday is none of them"
    assert (found[0].minutes, found[0].load, found[0].rated) == (130.0, 245.0, 1)
    assert (found[1].done, found[1].sessions, found[1].minutes, found[1].load) == (0, 0, 0.0, None)
    assert (found[0].extra, found[1].extra) == (1, 0)
    assert weeks(None, [], LATE) == ()
    assert [week.monday for week in weeks(None, [entries[0], on("2026-09-02")], LATE)] == [
        date(2026, 8, 17), date(2026, 8, 24), date(2026, 8, 31),
    ]  # fmt: skip


def test_a_session_that_stands_for_one_of_another_week_is_drawn_once() -> None:
    entries = [on("2026-08-17"), on("2026-08-19"), on("2026-08-21"), on("2026-08-23")]
    found = weeks(PLAN, entries, date(2026, 8, 26))
    assert [(week.done, week.extra, week.sessions) for week in found[:2]] == [(3, 0, 4), (1, 0, 0)]
    assert sum(week.done + week.extra for week in found) == len(entries)


FAULTS = [
    (
        "return entry.rating * entry.minutes",
        "return (entry.borg or entry.rating) * entry.minutes",
        test_borg_is_never_multiplied_by_minutes,
    ),
    (
        "key=lambda one: (-one[0], one[1])",
        "key=lambda one: (one[1], -one[0])",
        test_as_many_sessions_as_can_be_have_their_row,
    ),
    (
        "return State.EXCUSED if entry.attendance is Attendance.EXCUSED else State.ABSENT",
        "return State.DONE",
        test_who_told_and_who_did_not_come_are_kept_apart_and_neither_counts_as_done,
    ),
    (
        "if session.day == today.isoformat():",
        "if False:",
        test_nothing_is_awaited_after_the_end_and_today_is_not_missed,
    ),
    (
        'return (entry.kind == "strength") == (session.kind == "strength")',
        "return True",
        test_a_strength_session_is_no_interval_session,
    ),
    (
        'return "intervals" if kind in INTERVALS else kind',
        'return "strength" if kind == "strength" else "intervals"',
        test_a_walk_on_another_day_is_not_the_intervals_that_were_missed,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_the_diary_fails_on_a_planted_fault(old: str, new: str, fact) -> None:
    fails_with(diary_module, old, new, fact)

"""A watch's activities beside the diary: nothing is written twice, nothing that somebody wrote is lost."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutants import fails_with
from teststation.training import watch as watch_module
from teststation.training.diary import Attendance, Entry, Source
from teststation.training.watch import Activity, entry_of, match

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def activity(began_min: float = 0.0, minutes: float = 35.0, name: str = "") -> Activity:
    began = NOON + timedelta(minutes=began_min)
    return Activity(began, began + timedelta(minutes=minutes), "run", 150, 172, name or f"{began_min} {minutes}")


def row(began_min: float | None = 0.0, minutes: float | None = 35.0, **fields: object) -> Entry:
    began = None if began_min is None else (NOON + timedelta(minutes=began_min)).isoformat()
    return msgspec.structs.replace(Entry(day="2026-09-01", minutes=minutes, started_at=began), **fields)


def place(one: Activity, *entries: Entry) -> int | None:
    return match([one], entries)[0].entry


def test_the_stations_session_and_the_watchs_are_one() -> None:
    assert place(activity(3, 40), row(0, 35, source=Source.STATION)) == 0
    assert place(activity(90, 40), row(0, 35, source=Source.STATION)) is None


@pytest.mark.parametrize("apart_min", [-60, 60])
def test_a_watch_whose_clock_is_an_hour_off_gets_a_row_of_its_own_and_swallows_none(apart_min: int) -> None:
    """Two sessions an hour apart look the same: a row too many can be taken back, one that was swallowed cannot."""
    assert place(activity(apart_min, 35), row(0, 35, source=Source.STATION)) is None


def test_the_night_the_clocks_change_is_reckoned_by_moments_and_not_by_their_hands() -> None:
    """25 October 2026: 02:30 comes twice. The same moment told in both ways is one session, the other 02:30 is not."""
    first, second = (datetime.fromisoformat(f"2026-10-25T02:30:00+0{hours}:00") for hours in (2, 1))
    walked = Activity(second, second + timedelta(minutes=35), "run", None, None, "n")
    there = Entry(day="2026-10-25", minutes=35.0, started_at=second.astimezone(UTC).isoformat())
    assert match([walked], [there])[0].entry == 0
    assert match([walked], [msgspec.structs.replace(there, started_at=first.isoformat())])[0].entry is None


def test_a_row_by_hand_of_that_day_takes_it_where_the_minutes_are_alike() -> None:
    assert place(activity(0, 38), row(None, 35)) == 0
    assert place(activity(0, 38), row(None, None)) == 0
    assert place(activity(0, 120), row(None, 35)) is None
    assert place(activity(0, 38), row(None, 35, day="2026-09-02")) is None


def test_a_time_counts_for_more_than_minutes() -> None:
    assert place(activity(0, 35), row(None, 35), row(2, 30)) == 1


def test_who_was_not_there_has_no_activity() -> None:
    assert place(activity(), row(None, None, attendance=Attendance.ABSENT)) is None


def test_what_was_read_before_is_known_and_takes_no_other_row() -> None:
    first = entry_of(activity())
    found = match([activity()], [row(None, 35), first])
    assert (found[0].known, found[0].entry) == (True, 1)


def test_the_same_in_two_files_is_one() -> None:
    found = match([activity(), activity()], [])
    assert [one.known for one in found] == [False, True]


def test_what_somebody_wrote_stays_and_the_watch_adds_what_it_knows() -> None:
    before = row(None, 30.0, borg=16, felt=4, comment="tungt", kind="4x4")
    after = entry_of(activity(0, 38.26), before)
    assert (after.kind, after.minutes, after.borg, after.felt, after.comment) == ("4x4", 30.0, 16, 4, "tungt")
    assert (after.mean_bpm, after.max_bpm, after.source) == (150, 172, Source.HAND)
    assert entry_of(activity(0, 38.26)).minutes == 38.3


activities = st.lists(
    st.builds(activity, st.integers(-600, 600), st.integers(5, 120)), max_size=8, unique_by=lambda one: one.sha256
)
entries = st.lists(
    st.builds(
        lambda began, minutes, day, there: row(
            began if day == 1 else None,
            minutes,
            day=f"2026-09-0{day}",
            attendance=Attendance.DONE if there else Attendance.EXCUSED,
        ),
        st.none() | st.integers(-600, 600),
        st.none() | st.integers(5, 120),
        st.integers(1, 2),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=200)
@given(activities, entries)
def test_each_activity_has_one_row_at_most_and_each_row_one_activity(some: list[Activity], rows: list[Entry]) -> None:
    found = match(some, rows)
    assert [one.activity for one in found] == some
    used = [one.entry for one in found if one.entry is not None]
    assert len(used) == len(set(used))


@settings(max_examples=150)
@given(activities, entries)
def test_reading_a_file_twice_writes_nothing_the_second_time(some: list[Activity], rows: list[Entry]) -> None:
    kept = list(rows)
    for one in match(some, rows):
        new = entry_of(one.activity, None if one.entry is None else rows[one.entry])
        if one.entry is None:
            kept.append(new)
        else:
            kept[one.entry] = new
    again = match(some, kept)
    assert all(one.known for one in again)
    assert len(kept) == len(rows) + sum(one.entry is None for one in match(some, rows))


@settings(max_examples=150)
@given(activities, entries, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_files_changes_nothing(some: list[Activity], rows: list[Entry], random) -> None:
    def pairs(these: list[Activity], those: list[Entry]) -> set[tuple[str, str | None]]:
        return {
            (one.activity.sha256, None if one.entry is None else repr(those[one.entry])) for one in match(these, those)
        }

    assert pairs(some, rows) == pairs(random.sample(some, len(some)), random.sample(rows, len(rows)))


FAULTS = [
    (
        "if entry.watch_sha256 is not None or entry.attendance is not Attendance.DONE:",
        "if entry.watch_sha256 is not None:",
        test_who_was_not_there_has_no_activity,
    ),
    ("return 0, -_overlap", "return 2, -_overlap", test_a_time_counts_for_more_than_minutes),
    ("known.add(place)\n    for", "pass\n    for", test_what_was_read_before_is_known_and_takes_no_other_row),
    (
        "minutes=before.minutes if before.minutes is not None else round(activity.minutes, 1)",
        "minutes=round(activity.minutes, 1)",
        test_what_somebody_wrote_stays_and_the_watch_adds_what_it_knows,
    ),
    (
        "if place not in matched and n not in used:",
        "if place not in matched:",
        test_each_activity_has_one_row_at_most_and_each_row_one_activity,
    ),
]


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_matching_fails_on_a_planted_fault(old: str, new: str, fact) -> None:
    fails_with(watch_module, old, new, fact)

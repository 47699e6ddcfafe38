"""Activities of a sports watch, matched by time with what the diary has already: nothing is written twice.

An activity belongs to a row that overlaps it in time; else to a row of the same day that tells no time and about the
same minutes; else it is a new row. Each activity goes with one row at most and each row with one activity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from teststation.training.diary import Attendance, Entry, Source

SAME_MINUTES_SHARE = 0.35  # a hand rounds; a watch runs on in the changing room
SAME_MINUTES = 10.0
CLOCKS_APART = timedelta(minutes=5)  # a watch's clock and the station's


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of a file. Moments have a zone."""

    started_at: datetime
    ended_at: datetime
    kind: str  # of the diary
    mean_bpm: int | None
    max_bpm: int | None
    sha256: str  # of what makes it this activity, whatever file it came in

    @property
    def minutes(self) -> float:
        """How long, from the first to the last moment."""
        return (self.ended_at - self.started_at).total_seconds() / 60


@dataclass(frozen=True, slots=True)
class Match:
    """Where an activity goes: into the row at this place, or a new one; ``known``: it is in the diary already."""

    activity: Activity
    entry: int | None
    known: bool = False


def match(activities: Sequence[Activity], entries: Sequence[Entry]) -> tuple[Match, ...]:
    """Where each activity goes, in the order given; the same whatever order the rows stand in."""
    taken = {one.watch_sha256 for one in entries if one.watch_sha256 is not None}
    matched: dict[int, int | None] = {}
    known: set[int] = set()
    for place, activity in enumerate(activities):
        if activity.sha256 in taken:
            matched[place] = next(n for n, one in enumerate(entries) if one.watch_sha256 == activity.sha256)
            known.add(place)
    for place, activity in enumerate(activities):
        twin = next((n for n in range(place) if activities[n].sha256 == activity.sha256), None)
        if place not in known and twin is not None:
            known.add(place)  # twice in the files that were named
            matched[place] = None
    pairs = sorted(
        (_distance(activity, entries[n]), activity.started_at, activity.ended_at, repr(entries[n]), place, n)
        for place, activity in enumerate(activities)
        if place not in known
        for n in range(len(entries))
        if _goes_with(activity, entries[n])
    )
    used: set[int] = {n for n in matched.values() if n is not None}
    for *_, place, n in pairs:
        if place not in matched and n not in used:
            matched[place] = n
            used.add(n)
    return tuple(Match(one, matched.get(place), place in known) for place, one in enumerate(activities))


def entry_of(activity: Activity, before: Entry | None = None) -> Entry:
    """The row with what the watch knows; of a row that was there, what somebody has written stays."""
    day = activity.started_at.date().isoformat()
    if before is None:
        before = Entry(day=day, kind=activity.kind, source=Source.WATCH)
    return msgspec.structs.replace(
        before,
        minutes=before.minutes if before.minutes is not None else round(activity.minutes, 1),
        started_at=before.started_at or activity.started_at.isoformat(timespec="seconds"),
        mean_bpm=before.mean_bpm if before.mean_bpm is not None else activity.mean_bpm,
        max_bpm=before.max_bpm if before.max_bpm is not None else activity.max_bpm,
        watch_sha256=activity.sha256,
    )


def _goes_with(activity: Activity, entry: Entry) -> bool:
    if entry.watch_sha256 is not None or entry.attendance is not Attendance.DONE:
        return False
    if entry.started_at is not None:
        return _overlap(activity, entry) > timedelta(0)
    if entry.day != activity.started_at.date().isoformat():
        return False
    if entry.minutes is None:
        return True
    apart = abs(entry.minutes - activity.minutes)
    return apart <= max(SAME_MINUTES, SAME_MINUTES_SHARE * max(entry.minutes, activity.minutes))


def _distance(activity: Activity, entry: Entry) -> tuple[int, float]:
    """What goes together first: rows that tell a time, by how much they overlap; then by how alike the minutes are."""
    if entry.started_at is not None:
        return 0, -_overlap(activity, entry).total_seconds()
    return 1, abs((entry.minutes or activity.minutes) - activity.minutes)


def _overlap(activity: Activity, entry: Entry) -> timedelta:
    began = datetime.fromisoformat(entry.started_at or "") - CLOCKS_APART
    ended = began + timedelta(minutes=entry.minutes or 0.0) + 2 * CLOCKS_APART
    return min(ended, activity.ended_at) - max(began, activity.started_at)

"""The training diary: what was done, how hard it was and how it felt, whoever wrote it down.

A row is of one day. It comes from the station's own session, from a watch, or from somebody's hand; what is not known
is absent. Borg's scale (6 to 20) is kept for the effort as it was felt; a week's load is Foster's session rating, whose
scale is 0 to 10: a number of one scale is never reckoned with as one of the other.
Source of the load: Foster 2001, JSCR 15:109: rating of the whole session, CR-10, times minutes.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.ports import Value
from teststation.symptoms import TOLD_AFTER
from teststation.training.plan import Plan, PlannedSession

KINDS = ("4x4", "3x4", "10x1", "steady", "strength", "walk", "run", "bike", "other")
INTERVALS = frozenset({"4x4", "3x4", "10x1"})
REASONS = ("ill", "leave", "appointment", "motivation", "pain", "other")
STOPPED = ("wish", "pain", "ill", "too_hard", "operator", "device", "other")
MINUTES_MAX = 600.0
BORG_LOW, BORG_HIGH = 6, 20
RATING_HIGH = 10.0
FELT_LOW, FELT_HIGH = 1, 5
BOUTS_MAX = 60
HR_LOW_BPM, HR_HIGH_BPM = 25, 240
TEXT_LETTERS = 2000
NEAR_DAYS = 3  # half of the longest pause between two of a week's sessions: a row further off is no planned session's
OLDEST = date(1990, 1, 1)


def kind_of(protocol_id: str) -> str:
    """The kind of a session by its protocol: ``steady-20`` is steady; one of the clinic's own is another."""
    return next((kind for kind in KINDS if protocol_id == kind or protocol_id.startswith(f"{kind}-")), "other")


class Source(StrEnum):
    """Who says so."""

    HAND = "hand"
    STATION = "station"
    WATCH = "watch"


class Attendance(StrEnum):
    """Whether the person was there."""

    DONE = "done"
    EXCUSED = "excused"  # told beforehand
    ABSENT = "absent"


class Entry(Value, frozen=True):
    """One row of the diary."""

    day: str  # ISO date
    kind: str = "4x4"  # one of KINDS
    what: str = ""  # in words, where the kind does not say it
    attendance: Attendance = Attendance.DONE
    reason: str = ""  # one of REASONS, where the person was not there
    minutes: float | None = None
    borg: int | None = None  # 6 to 20, of the session's work
    rating: float | None = None  # CR-10 of the whole session, half an hour after it
    felt: int | None = None  # 1 bad to 5 good
    bouts_done: int | None = None
    bouts_planned: int | None = None
    stopped_because: str = ""  # one of STOPPED
    comment: str = ""  # the person's
    therapist: str = ""  # and the therapist's
    source: Source = Source.HAND
    started_at: str | None = None  # ISO 8601 with a zone, where it is known
    mean_bpm: int | None = None
    max_bpm: int | None = None
    session_id: str | None = None  # the station's own session
    watch_sha256: str | None = None  # of the activity in a watch's file: the same one is never kept twice
    plan_number: int | None = None  # the planned session it is meant for, where somebody said so
    sets: tuple["StrengthSet", ...] = ()
    symptoms: tuple[str, ...] = ()  # codes of TOLD_AFTER: a doctor is asked before the next session


class StrengthSet(Value, frozen=True):
    """Sets of one exercise at one load."""

    exercise: str
    load_kg: float
    repetitions: tuple[int, ...]  # one number a set
    in_reserve: int | None = None  # repetitions that would have been left after the last set


def problems(entry: Entry, today: date) -> list[Cause]:
    """Everything in a row that cannot be so; empty where it can be kept."""
    found = [*_of_the_day(entry, today)]
    for name, value, known in (
        ("kind", entry.kind, KINDS),
        ("reason", entry.reason, ("", *REASONS)),
        ("stopped", entry.stopped_because, ("", *STOPPED)),
        *(("symptom", one, TOLD_AFTER) for one in entry.symptoms),
    ):
        if value not in known:
            found.append(
                Cause("diary_unknown", {"field": name, "value": value, "known": ", ".join(filter(None, known))})
            )
    for name, number, low, high in (
        ("minutes", entry.minutes, 1.0, MINUTES_MAX),
        ("borg", entry.borg, BORG_LOW, BORG_HIGH),
        ("rating", entry.rating, 0.0, RATING_HIGH),
        ("felt", entry.felt, FELT_LOW, FELT_HIGH),
        ("bouts", entry.bouts_done, 0, BOUTS_MAX),
        ("bouts_planned", entry.bouts_planned, 0, BOUTS_MAX),
        ("mean_bpm", entry.mean_bpm, HR_LOW_BPM, HR_HIGH_BPM),
        ("max_bpm", entry.max_bpm, HR_LOW_BPM, HR_HIGH_BPM),
    ):
        if number is not None and not low <= number <= high:
            found.append(Cause("diary_range", {"field": name, "value": number, "low": low, "high": high}))
    if entry.bouts_done is not None and entry.bouts_planned is not None and entry.bouts_done > entry.bouts_planned:
        found.append(Cause("diary_more_bouts", {"done": entry.bouts_done, "planned": entry.bouts_planned}))
    if entry.attendance is not Attendance.DONE and any((entry.minutes, entry.borg, entry.rating, entry.bouts_done)):
        found.append(Cause("diary_absent_with_work"))
    if any(len(text) > TEXT_LETTERS for text in (entry.what, entry.comment, entry.therapist)):
        found.append(Cause("diary_text_long", {"most": TEXT_LETTERS}))
    return found + [cause for one in entry.sets for cause in _of_a_set(one)]


def _of_the_day(entry: Entry, today: date) -> list[Cause]:
    try:
        day = date.fromisoformat(entry.day)
        started = None if entry.started_at is None else datetime.fromisoformat(entry.started_at)
    except ValueError:
        return [Cause("diary_no_day", {"day": entry.day})]
    if entry.attendance is Attendance.DONE and day > today:
        return [Cause("diary_to_come", {"day": entry.day})]
    if day < OLDEST:
        return [Cause("diary_long_ago", {"day": entry.day})]
    if started is not None and (started.tzinfo is None or abs(started.date() - day) > timedelta(days=1)):
        return [Cause("diary_no_day", {"day": entry.started_at or ""})]
    return []


def _of_a_set(one: StrengthSet) -> list[Cause]:
    sound = 0 < one.load_kg <= 1000 and one.repetitions and all(0 <= n <= 100 for n in one.repetitions)
    sound = sound and (one.in_reserve is None or 0 <= one.in_reserve <= 20) and one.exercise.strip()
    return [] if sound else [Cause("diary_strange_set", {"exercise": one.exercise or "-"})]


def checked(entry: Entry, today: date) -> Entry:
    """The row as it may be kept. Raises BadInput with every problem at once."""
    found = problems(entry, today)
    if found:
        raise BadInput(*found)
    return entry


def load(entry: Entry) -> float | None:
    """Foster's load, rating times minutes; None where either is not known. Borg's numbers give none."""
    if entry.rating is None or entry.minutes is None or entry.attendance is not Attendance.DONE:
        return None
    return entry.rating * entry.minutes


class State(StrEnum):
    """How a planned session stands."""

    DONE = "done"
    PART = "part"  # broken off: what was done of it counts
    EXCUSED = "excused"
    ABSENT = "absent"
    OPEN = "open"  # its day is over and nobody has written anything
    TODAY = "today"
    COMING = "coming"
    GIVEN_UP = "given_up"  # the plan was ended before it


class Standing(Value, frozen=True):
    """A planned session and what came of it; ``entry`` is its place among the rows."""

    session: PlannedSession
    state: State
    entry: int | None = None


class Overview(Value, frozen=True):
    """A plan with the diary laid beside it. ``extra``: the places of rows that no planned session stands for."""

    sessions: tuple[Standing, ...]  # by day
    extra: tuple[int, ...]

    def number(self, *states: State) -> int:
        """How many sessions stand so."""
        return sum(standing.state in states for standing in self.sessions)

    @property
    def done(self) -> int:
        """How many were done, wholly or in part."""
        return self.number(State.DONE, State.PART)

    @property
    def planned(self) -> int:
        """How many the plan has."""
        return len(self.sessions)

    @property
    def so_far(self) -> int:
        """How many the plan had until today, today's only once it is done."""
        return self.planned - self.number(State.COMING, State.TODAY, State.GIVEN_UP)


def overview(plan: Plan, entries: Sequence[Entry], today: date) -> Overview:
    """Lay rows beside a plan: each stands for one planned session at most, and each session has one row at most.

    First as somebody has said, then on the same day, whatever it was but strength for strength, then, of the same kind
    and in order of time, as many as possible within ``NEAR_DAYS`` at the smallest distance altogether.
    """
    sessions = sorted(plan.sessions, key=lambda session: (session.day, session.number))
    found: dict[int, int] = {}  # place of the session: place of the row
    for place, session in enumerate(sessions):
        said = [n for n, one in enumerate(entries) if one.plan_number == session.number]
        if said:
            found[place] = said[0]
    free = [n for n, one in enumerate(entries) if n not in found.values() and _may_stand(one, plan)]
    for place, session in enumerate(sessions):
        same = [n for n in free if entries[n].day == session.day and _alike(entries[n], session)]
        if place not in found and same:
            found[place] = same[0]
            free.remove(same[0])
    for family in sorted({_family(one.kind) for one in sessions}):
        left = [place for place, one in enumerate(sessions) if place not in found and _family(one.kind) == family]
        rows = sorted((n for n in free if _family(entries[n].kind) == family), key=lambda n: entries[n].day)
        pairs = _nearest([_ordinal(sessions[place].day) for place in left], [_ordinal(entries[n].day) for n in rows])
        found.update({left[a]: rows[b] for a, b in pairs})
    standings = tuple(
        Standing(session, _state(plan, session, _at(entries, found.get(place)), today), found.get(place))
        for place, session in enumerate(sessions)
    )
    used = set(found.values())
    return Overview(standings, tuple(n for n in range(len(entries)) if n not in used))


def _may_stand(entry: Entry, plan: Plan) -> bool:
    return entry.plan_number is None or not any(one.number == entry.plan_number for one in plan.sessions)


def _at(entries: Sequence[Entry], place: int | None) -> Entry | None:
    return None if place is None else entries[place]


def _alike(entry: Entry, session: PlannedSession) -> bool:
    return (entry.kind == "strength") == (session.kind == "strength")


def _family(kind: str) -> str:
    """Kinds that stand for one another on another day: a walk on Saturday is not Friday's intervals."""
    return "intervals" if kind in INTERVALS else kind


def _state(plan: Plan, session: PlannedSession, entry: Entry | None, today: date) -> State:
    if entry is not None:
        if entry.attendance is not Attendance.DONE:
            return State.EXCUSED if entry.attendance is Attendance.EXCUSED else State.ABSENT
        short = None not in (entry.bouts_done, entry.bouts_planned) and (entry.bouts_done or 0) < (
            entry.bouts_planned or 0
        )
        return State.PART if short or entry.stopped_because else State.DONE
    if plan.ended_on is not None and session.day > plan.ended_on:
        return State.GIVEN_UP
    if session.day == today.isoformat():
        return State.TODAY
    return State.COMING if session.day > today.isoformat() else State.OPEN


def _nearest(sessions: Sequence[int], rows: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of places, both in order of days: as many as can be, then the smallest distance altogether."""
    best: list[list[tuple[int, int, tuple[tuple[int, int], ...]]]] = [
        [(0, 0, ()) for _ in range(len(rows) + 1)] for _ in range(len(sessions) + 1)
    ]
    for a, day in enumerate(sessions, start=1):
        for b, other in enumerate(rows, start=1):
            choices = [best[a - 1][b], best[a][b - 1]]
            apart = abs(day - other)
            if apart <= NEAR_DAYS:
                pairs, distance, chosen = best[a - 1][b - 1]
                choices.append((pairs + 1, distance + apart, (*chosen, (a - 1, b - 1))))
            best[a][b] = min(choices, key=lambda one: (-one[0], one[1]))
    return list(best[-1][-1][2])


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


class Week(Value, frozen=True):
    """One calendar week. ``load`` is of the ``rated`` sessions alone, None where none was rated."""

    monday: date
    planned: int
    done: int  # of those planned
    sessions: int  # that were trained, planned or not
    minutes: float
    load: float | None
    rated: int
    extra: int = 0  # sessions of this week that no planned one stands for, in whatever week that lies


def weeks(plan: Plan | None, entries: Sequence[Entry], today: date) -> tuple[Week, ...]:
    """Every calendar week from the first to the last in which something was planned or done, empty ones among them."""
    found = overview(plan, entries, today) if plan is not None else None
    standings = () if found is None else found.sessions
    stands = {standing.entry for standing in standings}
    trained = [entry for entry in entries if entry.attendance is Attendance.DONE]
    mondays = [_monday(standing.session.day) for standing in standings] + [_monday(entry.day) for entry in trained]
    if not mondays:
        return ()
    made: list[Week] = []
    monday = min(mondays)
    while monday <= max(mondays):
        theirs = [standing for standing in standings if _monday(standing.session.day) == monday]
        rows = [entry for entry in trained if _monday(entry.day) == monday]
        loads = [known for entry in rows if (known := load(entry)) is not None]
        made.append(
            Week(
                monday=monday,
                planned=len(theirs),
                done=sum(standing.state in (State.DONE, State.PART) for standing in theirs),
                sessions=len(rows),
                minutes=sum(entry.minutes or 0.0 for entry in rows),
                load=sum(loads) if loads else None,
                rated=len(loads),
                extra=sum(
                    place not in stands and entry.attendance is Attendance.DONE and _monday(entry.day) == monday
                    for place, entry in enumerate(entries)
                ),
            )
        )
        monday += timedelta(days=7)
    return tuple(made)


def _monday(day: str) -> date:
    found = date.fromisoformat(day)
    return found - timedelta(days=found.weekday())

"""A staff drill: what went wrong, what was done about it and when, against what the product's own alarms ask for. Pure.

There is no norm of how fast somebody has to be, and none is invented: what is told is the time, and whether the right
answer came before the station had acted by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from teststation.cause import Cause
from teststation.run.record import ALARM_RAISED, Mark, Outcome, RunRecord, alarm_of


class Fault(StrEnum):
    """What can be practised."""

    STRAP_LOST = "strap_lost"
    CABLE_OUT = "cable_out"
    STUCK = "stuck"
    STOP_IGNORED = "stop_ignored"
    OVER_SPEED = "over_speed"
    DECK_RISES = "deck_rises"


class Act(StrEnum):
    """What an operator can do about it."""

    STOP = "stop"
    RED_BUTTON = "red_button"
    CHECK_STRAP = "check_strap"
    COOL_DOWN = "cool_down"
    HOLD = "hold"
    SEEN = "seen"


class Grade(StrEnum):
    """How it went."""

    RIGHT = "right"
    LATE = "late"  # right, after the station had acted by itself
    OTHER = "other"  # something safe, and not what the alarm asks for
    NONE = "none"


# The alarm or the reason that most often tells of it.
TOLD_BY: dict[Fault, str] = {
    Fault.STRAP_LOST: "hr_lost",
    Fault.CABLE_OUT: "press_red_button",
    Fault.STUCK: "belt_off_target",
    Fault.STOP_IGNORED: "press_red_button",
    Fault.OVER_SPEED: "trip_over_speed",
    Fault.DECK_RISES: "trip_too_steep",
}
RIGHT: dict[Fault, frozenset[Act]] = {
    Fault.STRAP_LOST: frozenset({Act.CHECK_STRAP}),
    # A stop does not reach a belt without a cable, nor one that does not obey: the red button alone does.
    Fault.CABLE_OUT: frozenset({Act.RED_BUTTON}),
    Fault.STOP_IGNORED: frozenset({Act.RED_BUTTON}),
    Fault.STUCK: frozenset({Act.STOP, Act.RED_BUTTON}),
    Fault.OVER_SPEED: frozenset({Act.STOP, Act.RED_BUTTON}),
    Fault.DECK_RISES: frozenset({Act.STOP, Act.RED_BUTTON}),
}
_SAFE = frozenset({Act.STOP, Act.RED_BUTTON, Act.COOL_DOWN})
_MARKED = {
    "stop_pressed": Act.STOP,
    "cool_down_pressed": Act.COOL_DOWN,
    "hold_pressed": Act.HOLD,
    "alarm_seen": Act.SEEN,
    "alarm_silenced": Act.SEEN,
}
_TELLS = frozenset({ALARM_RAISED, "hr_lost", "stop_ignored"})


@dataclass(frozen=True, slots=True)
class Done:
    """One act, seconds of the run."""

    act: Act
    t_s: float


@dataclass(frozen=True, slots=True)
class Course:
    """What happened, in seconds of the run. None: it did not."""

    fault: Fault
    began_s: float
    told_s: float | None  # the screen told of it
    told: Cause | None  # in these words
    station_s: float | None  # the station stopped the belt, or began to slow it down, by itself
    acts: tuple[Done, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How it went, and the sentences that tell it; causes are keys of the window's catalogue."""

    fault: Fault
    grade: Grade
    after_s: float | None  # from the fault to the right answer
    told: Cause | None  # what the screen said first
    lines: tuple[Cause, ...]


def course_of(fault: Fault, began_s: float, run: RunRecord, beside: Sequence[Done]) -> Course:
    """What a run and the notes beside it tell.

    Args:
        began_s: When the fault began; of an ignored stop, when it was first ignored counts, which is the stop itself.
        beside: Acts that the run knows nothing of, at strap and treadmill.
    """
    marks = [mark for mark in run.marks if mark.t_s >= began_s]
    done = [Done(_MARKED[mark.kind], mark.t_s) for mark in marks if mark.kind in _MARKED]
    acts = tuple(sorted((*done, *(one for one in beside if one.t_s >= began_s)), key=lambda one: one.t_s))
    if fault is Fault.STOP_IGNORED:
        asked = next((one.t_s for one in acts if one.act is Act.STOP), None)
        if asked is not None:
            # Nothing is wrong before it, and the stop itself is no answer to its being ignored.
            acts = tuple(one for one in acts if one.act is not Act.STOP or one.t_s > asked)
            began_s = asked
    told = [(mark.t_s, _telling(mark)) for mark in marks if mark.kind in _TELLS and mark.t_s >= began_s]
    station_s = run.stages_ended_s
    by_hand = any(
        one.act in (Act.STOP, Act.COOL_DOWN) and station_s is not None and one.t_s <= station_s for one in done
    )
    if run.outcome is not Outcome.FAULT or by_hand or station_s is None or station_s < began_s:
        station_s = None
    if station_s is not None and run.reason is not None:
        told.append((station_s, run.reason))
    first = min(told, key=lambda pair: pair[0], default=(None, None))
    return Course(fault, began_s, *first, station_s, acts)


def _telling(mark: Mark) -> Cause:
    """What a mark's alarm said on the screen."""
    if mark.kind == ALARM_RAISED:
        return alarm_of(mark.text)
    return Cause("press_red_button" if mark.kind == "stop_ignored" else mark.kind)


def scored(course: Course) -> Score:
    """How it went."""
    right = next((one for one in course.acts if one.act in RIGHT[course.fault]), None)
    if right is not None:
        # Of a belt that only the red button stops the station can do nothing by itself: that answer is never late.
        alone = RIGHT[course.fault] == {Act.RED_BUTTON}
        late = not alone and course.station_s is not None and right.t_s > course.station_s
        grade = Grade.LATE if late else Grade.RIGHT
    else:
        grade = Grade.OTHER if any(one.act in _SAFE for one in course.acts) else Grade.NONE
    after_s = None if right is None else right.t_s - course.began_s
    return Score(course.fault, grade, after_s, course.told, tuple(_lines(course, grade, right)))


def _lines(course: Course, grade: Grade, right: Done | None) -> list[Cause]:
    """What went wrong, what was told and asked for, what was done and when, and whether that was among it.

    The last line names the act it speaks of: whatever stands before it may be another one.
    """
    lines = [Cause(f"drill.was_{course.fault.value}")]
    if course.told_s is not None:
        lines.append(Cause("drill.told", {"s": _seconds(course, course.told_s)}))
    lines.append(Cause(f"drill.right_{course.fault.value}"))
    happened = [(one.t_s, Cause(f"drill.did_{one.act.value}", {"s": _seconds(course, one.t_s)})) for one in course.acts]
    if course.station_s is not None:
        happened.append((course.station_s, Cause("drill.station", {"s": _seconds(course, course.station_s)})))
    lines += [cause for _, cause in sorted(happened, key=lambda pair: pair[0])]
    if not course.acts:
        lines.append(Cause("drill.did_nothing"))
    verdict = Cause(f"drill.grade_{grade.value}")
    if right is not None:
        verdict = Cause(verdict.code, {"act": right.act.value, "s": _seconds(course, right.t_s)})
    return [*lines, verdict]


def _seconds(course: Course, t_s: float) -> float:
    return round(t_s - course.began_s, 1)

"""A drill's score: what was done, when, and whether it is what the alarm asks for."""

import types
from collections.abc import Callable

import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import Bench, belt
from teststation.cause import Cause
from teststation.ports import BeltState, TripReason
from teststation.run import drill as drill_module
from teststation.run import events as ev
from teststation.run.drill import RIGHT, TOLD_BY, Act, Course, Done, Fault, Grade, Score, course_of, scored
from teststation.texts import LANGUAGES, texts


def score(fault: Fault, *acts: tuple[Act, float], told: float | None = 11.0, station: float | None = None) -> Score:
    return scored(
        Course(
            fault, 10.0, told, None if told is None else Cause("x"), station, tuple(Done(act, t_s) for act, t_s in acts)
        )
    )


def the_right_answer_in_time_is_right() -> None:
    for fault, right in RIGHT.items():
        for act in right:
            found = score(fault, (Act.SEEN, 12.0), (act, 14.5))
            assert (found.grade, found.after_s) == (Grade.RIGHT, 4.5)


def after_the_station_it_is_late_but_for_the_red_button_that_nothing_replaces() -> None:
    assert score(Fault.STUCK, (Act.STOP, 13.0), station=12.0).grade is Grade.LATE
    assert score(Fault.OVER_SPEED, (Act.STOP, 13.0), station=12.0).grade is Grade.LATE
    assert score(Fault.STRAP_LOST, (Act.CHECK_STRAP, 90.0), station=70.0).grade is Grade.LATE
    assert score(Fault.STRAP_LOST, (Act.CHECK_STRAP, 60.0), station=70.0).grade is Grade.RIGHT
    assert score(Fault.CABLE_OUT, (Act.RED_BUTTON, 14.0), station=12.0).grade is Grade.RIGHT


def a_safe_answer_that_the_alarm_did_not_ask_for_is_told_as_that() -> None:
    assert score(Fault.CABLE_OUT, (Act.STOP, 12.0)).grade is Grade.OTHER
    assert score(Fault.STRAP_LOST, (Act.COOL_DOWN, 12.0)).grade is Grade.OTHER
    for acts in ((), ((Act.SEEN, 12.0),), ((Act.HOLD, 12.0),)):
        assert score(Fault.CABLE_OUT, *acts).grade is Grade.NONE


def the_verdict_names_the_right_answer_and_not_what_was_done_last() -> None:
    found = score(Fault.STRAP_LOST, (Act.CHECK_STRAP, 13.0), (Act.STOP, 19.0))
    assert found.lines[-3:] == (
        Cause("drill.did_check_strap", {"s": 3.0}),
        Cause("drill.did_stop", {"s": 9.0}),
        Cause("drill.grade_right", {"act": "check_strap", "s": 3.0}),
    )
    assert score(Fault.CABLE_OUT, (Act.STOP, 12.0)).lines[-1] == Cause("drill.grade_other")


def test_the_verdict_names_the_right_answer() -> None:
    the_verdict_names_the_right_answer_and_not_what_was_done_last()


def test_the_right_answer_in_time() -> None:
    the_right_answer_in_time_is_right()


def test_after_the_station_had_acted() -> None:
    after_the_station_it_is_late_but_for_the_red_button_that_nothing_replaces()


def test_another_safe_answer() -> None:
    a_safe_answer_that_the_alarm_did_not_ask_for_is_told_as_that()


def test_it_is_told_in_the_order_in_which_it_happened() -> None:
    found = score(Fault.STUCK, (Act.SEEN, 12.0), (Act.STOP, 16.04), station=14.0)
    assert found.lines == (
        Cause("drill.was_stuck"),
        Cause("drill.told", {"s": 1.0}),
        Cause("drill.right_stuck"),
        Cause("drill.did_seen", {"s": 2.0}),
        Cause("drill.station", {"s": 4.0}),
        Cause("drill.did_stop", {"s": 6.0}),
        Cause("drill.grade_late", {"act": "stop", "s": 6.0}),
    )
    assert Cause("drill.did_nothing") in score(Fault.STUCK).lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_tells_of_a_fault_are_the_product_s_own_words(language: str) -> None:
    for code in TOLD_BY.values():
        assert texts(language).say(Cause(code))


def the_course_is_read_off_the_run() -> None:
    bench = Bench().started()
    run_s = bench.now_s  # the start was at 0
    bench.bpm = None
    bench.run_for(20.0)
    lost_s = next(mark.t_s for mark in bench.recording.record(bench.state).marks if mark.kind == "hr_lost")
    bench.feed(ev.AlarmAcknowledged(t_s=bench.now_s, code="hr_lost"))
    course = course_of(Fault.STRAP_LOST, run_s, bench.recording.record(bench.state), [Done(Act.CHECK_STRAP, 40.0)])
    assert (course.told_s, course.told, course.station_s) == (lost_s, Cause("hr_lost"), None)
    assert course.acts == (Done(Act.SEEN, bench.now_s), Done(Act.CHECK_STRAP, 40.0))
    bench.run_for(60.0)
    by_itself = course_of(Fault.STRAP_LOST, run_s, bench.recording.record(bench.state), [])
    assert by_itself.station_s == pytest.approx(lost_s + 60.0, abs=2.0), "the cool-down that nobody asked for"


def a_belt_that_trips_was_stopped_by_the_station_and_one_that_is_stopped_was_not() -> None:
    for stop_first in (False, True):
        bench = Bench().started()
        began_s = bench.now_s
        bench.belt_follows = False
        if stop_first:
            bench.feed(ev.StopPressed(t_s=began_s + 1.0, reason="operator"))
        bench.feed(belt(began_s + 2.0, 9.0, BeltState.TRIPPED, TripReason.OVER_SPEED))
        course = course_of(Fault.OVER_SPEED, began_s, bench.recording.record(bench.state), [])
        assert course.station_s == (None if stop_first else began_s + 2.0)
        assert [one.act for one in course.acts] == ([Act.STOP] if stop_first else [])
        assert (course.told is None) is stop_first
        assert stop_first or course.told == Cause("trip_over_speed", {"detail": ""}), "in its own words"


def an_ignored_stop_counts_from_the_stop() -> None:
    bench = Bench().started()
    bench.feed(ev.StopPressed(t_s=20.0, reason="operator"))
    bench.belt_follows = False
    bench.feed(belt(24.0, 4.8, BeltState.TRIPPED, stop_ignored=True))
    run = bench.recording.record(bench.state)
    course = course_of(Fault.STOP_IGNORED, 5.0, run, [Done(Act.RED_BUTTON, 26.0)])
    assert (course.began_s, course.station_s) == (20.0, None)
    assert (course.told_s, course.told) == (24.0, Cause("press_red_button"))
    assert scored(course).after_s == 6.0
    assert scored(course_of(Fault.STOP_IGNORED, 5.0, run, [])).grade is Grade.NONE, "the stop is no answer to itself"


def test_the_course_is_read_off_the_run() -> None:
    the_course_is_read_off_the_run()


def test_who_stopped_the_belt() -> None:
    a_belt_that_trips_was_stopped_by_the_station_and_one_that_is_stopped_was_not()


def test_an_ignored_stop() -> None:
    an_ignored_stop_counts_from_the_stop()


FAULTS: list[tuple[str, str, Callable[[], None]]] = [
    ('{"act": right.act.value, "s": _seconds(course, right.t_s)}', '{"act": course.acts[-1].act.value, "s": 3.0}',
     the_verdict_names_the_right_answer_and_not_what_was_done_last),
    ("late = not alone and course.station_s is not None and right.t_s > course.station_s", "late = False",
     after_the_station_it_is_late_but_for_the_red_button_that_nothing_replaces),
    ("alone = RIGHT[course.fault] == {Act.RED_BUTTON}", "alone = False",
     after_the_station_it_is_late_but_for_the_red_button_that_nothing_replaces),
    ("grade = Grade.OTHER if any(one.act in _SAFE for one in course.acts) else Grade.NONE", "grade = Grade.OTHER",
     a_safe_answer_that_the_alarm_did_not_ask_for_is_told_as_that),
    ("    Fault.CABLE_OUT: frozenset({Act.RED_BUTTON}),", "    Fault.CABLE_OUT: frozenset({Act.RED_BUTTON, Act.STOP}),",
     a_safe_answer_that_the_alarm_did_not_ask_for_is_told_as_that),
    ("if run.outcome is not Outcome.FAULT or by_hand or", "if", an_ignored_stop_counts_from_the_stop),
    ("            began_s = asked\n", "", an_ignored_stop_counts_from_the_stop),
    ("acts = tuple(one for one in acts if one.act is not Act.STOP or one.t_s > asked)", "pass",
     an_ignored_stop_counts_from_the_stop),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_each_rule_fails_on_a_planted_fault(old: str, new: str, fact: Callable[[], None]) -> None:
    module: types.ModuleType = drill_module
    fails_with(module, old, new, fact)

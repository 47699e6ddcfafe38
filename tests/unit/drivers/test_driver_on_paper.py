"""The driver's whole loop on a machine in simulated time: how it trips, brings to rest, tells, and starts nothing."""

import time
import types
from collections.abc import Callable

import pytest

import drivers.treadmill.controlled as module
import drivers.treadmill.ordinary_end as end_module
import drivers.treadmill.setting as setting_module
from drivers import lines
from drivers.treadmill.port import Answer, Request, Running
from drivers.treadmill.trackmaster import dialect
from drivers.treadmill.woodway import DIALECT as WOODWAY
from tests.mutants import fails_with
from tests.unit.drivers.machine_on_paper import ARM, CYCLE_S, OFF, PaperRoom, RoomMaker, Wall, lease, room
from teststation.ports import BeltState, TripReason

__all__ = ["room"]
TOLD_WITHIN_S = 5.0
REST_WITHIN_S = 20.0


def stopped(made: PaperRoom) -> float:
    made.round(lines.Stop())
    return made.wall.now_s


def told_and_rests(made: PaperRoom, since_s: float, *said: lines.ToDriver) -> None:
    made.until(lambda seen: seen.stop_ignored, TOLD_WITHIN_S - (made.wall.now_s - since_s), *said)
    made.until(lambda _: made.machine.speed_kmh == 0.0, REST_WITHIN_S - (made.wall.now_s - since_s), *said)
    made.until(lambda seen: seen.at_rest, 15.0, *said)
    assert made.last.stop_ignored, "once told it stays told"


# --- a stop --------------------------------------------------------------------------------------------------


def test_a_stop_that_is_obeyed_is_told_as_nothing_else(room: RoomMaker) -> None:
    made = room().walking(4.8)
    stopped(made)
    made.until(lambda seen: seen.at_rest, 10.0)
    assert made.last.trip is TripReason.OPERATOR_STOP
    assert not any(seen.stop_ignored for seen in made.seen)
    assert not any(seen.at_rest and seen.measured_speed_kmh for seen in made.seen)
    assert made.machine.watchdog_fired == 0
    assert made.machine.count(Request.STOP) == 0


@pytest.mark.parametrize("fall_kmh", [0.0, 0.4, 0.7, 2.0, -0.5])
def test_a_stop_that_is_obeyed_half_is_told_and_its_watchdog_ends_it(fall_kmh: float, room: RoomMaker) -> None:
    made = room().walking(4.8)
    made.machine.stopped_goal_kmh = lambda kmh: kmh - fall_kmh
    told_and_rests(made, stopped(made))
    assert made.machine.watchdog_fired == 1
    assert made.machine.count(Request.STOP) >= 1
    assert made.machine.values(Request.SET_SPEED)[-1] == pytest.approx(0.2)
    assert made.last.trip is TripReason.OPERATOR_STOP


@pytest.mark.parametrize("how", ["lease", "garbled", "over"])
def test_a_trip_by_the_guard_itself_begins_the_way_to_rest_like_any_other(how: str, room: RoomMaker) -> None:
    """A lease that lapses, one that is beyond the limits, a speed that is: half obeyed, they are told as soon."""
    made = room().walking(4.8)
    made.machine.stopped_goal_kmh = lambda kmh: kmh
    if how == "over":
        made.machine.run_again(8.0)
    reason = {
        "lease": TripReason.LEASE_LAPSED, "garbled": TripReason.STATION_GARBLED, "over": TripReason.OVER_SPEED,
    }[how]  # fmt: skip
    beyond = {"lease": (), "garbled": (lease(30.0),), "over": (lease(4.8),)}[how]
    made.until(lambda seen: seen.trip is not None, 6.0, *beyond)
    assert made.last.trip is reason
    tripped_s = made.wall.now_s
    assert made.machine.count(Request.AUTO_STOP, tripped_s - 2 * CYCLE_S) >= (0 if how == "over" else 1)
    told_and_rests(made, tripped_s)
    assert made.machine.watchdog_fired >= 1


def test_a_new_arming_forgets_that_a_stop_was_ignored(room: RoomMaker) -> None:
    made = room().walking(4.8)
    made.machine.stopped_goal_kmh = lambda kmh: kmh
    told_and_rests(made, stopped(made))
    made.machine.stopped_goal_kmh = lambda _: 0.0
    made.round(ARM)
    assert not made.last.stop_ignored
    assert made.last.trip is None


def test_a_belt_that_runs_again_after_its_stop_is_stopped_again_and_told(room: RoomMaker) -> None:
    made = room().walking(4.0)
    stopped(made)
    made.until(lambda seen: seen.at_rest, 10.0)
    made.run(3.0)
    made.machine.run_again(2.0)
    again_s = made.wall.now_s
    made.until(lambda seen: seen.stop_ignored, TOLD_WITHIN_S)
    made.until(lambda _: made.machine.speed_kmh == 0.0, REST_WITHIN_S - (made.wall.now_s - again_s))
    assert not made.last.at_rest or made.machine.speed_kmh == 0.0


def test_a_stop_is_told_as_not_obeyed_where_nothing_is_seen_of_the_belt(room: RoomMaker) -> None:
    """Whether it answers nothing, or its port is gone, or it only never tells its speed."""
    for how in ("mute", "gone", "no speed"):
        made = room().walking(4.0)
        if how == "gone":
            made.machine.gone = True
        else:
            made.machine.answers = lambda request, answer, how=how: (
                answer if how == "no speed" and request is not Request.SPEED else None
            )
        since_s = stopped(made)
        made.until(lambda seen: seen.stop_ignored, TOLD_WITHIN_S - (made.wall.now_s - since_s))
        assert not made.last.at_rest
        assert made.last.measured_speed_kmh is None


@pytest.mark.parametrize("how", ["mute", "gone"])
def test_a_belt_that_is_lost_as_it_walks_is_not_seen_to_rest_and_that_is_told(how: str, room: RoomMaker) -> None:
    made = room().walking(4.0)
    if how == "gone":
        made.machine.gone = True
    else:
        made.machine.answers = lambda _, __: None
    since_s = made.wall.now_s
    made.until(lambda seen: seen.stop_ignored, TOLD_WITHIN_S, lease(4.0))
    assert made.last.trip in (TripReason.NO_ANSWER, TripReason.PORT_LOST)
    assert made.wall.now_s - since_s > 3.9, "a moment without an answer is no disobedience"


def test_a_second_driver_that_sees_no_speed_of_a_belt_that_is_on_tells_that(room: RoomMaker) -> None:
    made = room(recover=True)
    made.machine.answers = lambda request, answer: (
        Answer(request, refused=True)
        if request is Request.SPEED
        else Answer(request, running=Running.GUARDED)
        if request is Request.STATUS
        else answer
    )
    made.until(lambda seen: seen.stop_ignored, TOLD_WITHIN_S + 0.5)
    assert made.last.trip is TripReason.DRIVER_LOST


def test_nothing_is_asked_twice_on_the_way_to_rest(room: RoomMaker) -> None:
    """One exchange may wait for its answer; two would feed a watchdog that is to act."""
    made = room().walking(4.8)
    made.machine.stopped_goal_kmh = lambda kmh: kmh
    since_s = stopped(made)
    made.run(12.0)
    assert made.machine.count(Request.STOP, since_s) > 0
    assert [asked for at_s, asked in made.machine.repeatable if at_s > since_s - CYCLE_S] == []


def test_a_step_down_that_is_refused_is_never_raised_above_a_walk(room: RoomMaker) -> None:
    made = room().walking(4.8)
    made.machine.stopped_goal_kmh = lambda kmh: kmh
    made.machine.watchdog_works = False
    made.machine.own_lowest_kmh = 9.0
    since_s = stopped(made)
    made.run(40.0)
    down = [value for at_s, said, value in made.machine.said if said is Request.SET_SPEED and at_s > since_s]
    assert len(down) >= 10
    assert max(value for value in down if value is not None) == pytest.approx(1.0)


def test_an_arming_that_never_moved_ignores_no_stop_though_its_port_is_gone(room: RoomMaker) -> None:
    made = room().armed()
    made.machine.gone = True
    made.run(8.0)
    assert made.last.trip is TripReason.PORT_LOST
    assert not made.last.stop_ignored


def test_a_belt_cut_off_by_its_own_red_button_ignores_nothing(room: RoomMaker) -> None:
    made = room().walking(4.0)
    made.machine.answers = lambda request, answer: (
        Answer(request, faulted=True)
        if request is Request.SPEED
        else Answer(request, running=Running.STOPPED)
        if request is Request.STATUS
        else answer
    )
    made.until(lambda seen: seen.at_rest, 8.0)
    assert made.last.trip is TripReason.FAULT_REPORTED
    assert not made.last.stop_ignored


def test_a_belt_that_says_stopped_and_runs_on_is_not_at_rest(room: RoomMaker) -> None:
    made = room().walking(4.8)
    made.machine.stopped_goal_kmh = lambda kmh: kmh - 0.7
    made.machine.answers = lambda request, answer: (
        Answer(request, running=Running.STOPPED)
        if request is Request.STATUS and made.machine.count(Request.AUTO_STOP)
        else answer
    )
    told_and_rests(made, stopped(made))
    assert not any(seen.at_rest and (seen.measured_speed_kmh or 0.0) > 0.0 for seen in made.seen)


def test_zero_and_stopped_for_a_moment_is_no_rest(room: RoomMaker) -> None:
    made = room().walking(4.0)
    made.machine.stopped_goal_kmh = lambda kmh: kmh
    since_s = stopped(made)
    lies = {Request.SPEED: Answer(Request.SPEED, 0.0), Request.STATUS: Answer(Request.STATUS, running=Running.STOPPED)}
    made.machine.answers = lambda request, answer: (
        lies.get(request, answer) if 1.0 < made.wall.now_s - since_s < 2.5 else answer
    )
    told_and_rests(made, since_s)
    rested = [seen.t_mono_s for seen in made.seen if seen.at_rest and seen.t_mono_s > since_s]
    assert rested[0] > since_s + 6.0


def test_stops_go_on_while_a_belt_slows_down_and_end_when_it_stands(room: RoomMaker) -> None:
    made = room().walking(6.0)
    made.machine.rate_kmh_s = 0.5
    since_s = stopped(made)
    made.until(lambda seen: seen.at_rest, 20.0)
    assert made.machine.count(Request.AUTO_STOP, since_s - CYCLE_S) > 20
    assert not any(seen.stop_ignored for seen in made.seen)
    mark_s = made.wall.now_s
    made.run(3.0)
    assert made.machine.count(Request.AUTO_STOP, mark_s) == 0


# --- an ordinary end -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [dialect("kmh"), dialect("mph"), WOODWAY])
def test_an_ordinary_end_is_no_trip_and_is_told_at_rest_a_little_later(table: object, room: RoomMaker) -> None:
    made = room(table).walking(3.0)
    made.machine.rate_kmh_s = 0.4
    made.until(lambda seen: seen.at_rest and seen.state is BeltState.IDLE, 30.0, OFF)
    assert made.last.trip is None
    assert not any(seen.stop_ignored for seen in made.seen)
    made.run(25.0)
    assert made.last.trip is None
    assert made.last.state is BeltState.IDLE


@pytest.mark.parametrize("goal_kmh", [3.0, 2.3, 3.5])
def test_an_ordinary_end_that_is_not_obeyed_trips_and_is_told(goal_kmh: float, room: RoomMaker) -> None:
    made = room().walking(3.0)
    made.machine.obeys_speeds = False
    made.machine.stopped_goal_kmh = lambda _: goal_kmh
    ended_s = made.wall.now_s
    told_and_rests(made, ended_s, OFF)
    assert made.last.trip is TripReason.NOT_FOLLOWING
    assert made.last.trip_detail == "it was told to stop at its end, and does not come to rest"
    assert made.machine.count(Request.AUTO_STOP, ended_s) >= 1


def test_an_ordinary_end_that_falls_to_the_lowest_speed_and_stays_there_trips(room: RoomMaker) -> None:
    made = room().walking(3.0)
    made.machine.stopped_goal_kmh = lambda kmh: 0.2
    ended_s = made.wall.now_s
    made.until(lambda seen: seen.stop_ignored, 10.0, OFF)
    assert made.last.trip is TripReason.NOT_FOLLOWING
    made.until(lambda _: made.machine.speed_kmh == 0.0, REST_WITHIN_S - (made.wall.now_s - ended_s), OFF)


def test_an_ordinary_end_that_is_told_slowly_is_waited_for(room: RoomMaker) -> None:
    made = room(None, {"decel": "0.1"}).walking(2.0)
    made.machine.rate_kmh_s = 0.1
    made.until(lambda seen: seen.at_rest and seen.state is BeltState.IDLE, 60.0, OFF)
    assert made.last.trip is None


@pytest.mark.parametrize("lowest", ["0.5", "1.0"])
@pytest.mark.parametrize("decel", ["0.1", "0.3", "0.8"])
def test_an_ordinary_end_on_a_machine_that_knows_nothing_slow_is_no_trip(
    decel: str, lowest: str, room: RoomMaker
) -> None:
    """Its ramp would wait at its slowest speed for as long as the guard's takes to zero."""
    made = room(None, {"decel": decel, "min_kmh": lowest}).walking(3.0)
    made.machine.own_lowest_kmh = float(lowest)
    made.until(lambda seen: seen.at_rest and seen.state is BeltState.IDLE, 90.0, OFF)
    assert made.last.trip is None
    made.walking(2.0)


def test_a_belt_that_crept_on_now_and_then_after_its_end_is_stopped(room: RoomMaker) -> None:
    """It is seen to move in every fourth look alone."""
    made = room().walking(3.0)
    made.until(lambda seen: seen.at_rest and seen.state is BeltState.IDLE, 20.0, OFF)
    looks = [0]

    def answers(request: Request, answer: Answer) -> Answer:
        looks[0] += request is Request.SPEED
        return Answer(request, 1.5) if request is Request.SPEED and looks[0] % 4 == 0 else answer

    made.machine.answers = answers
    made.until(lambda seen: seen.trip is not None, TOLD_WITHIN_S)
    assert made.last.trip is TripReason.STATE_UNEXPECTED
    assert made.last.stop_ignored


def test_a_stop_during_an_ordinary_end_that_is_obeyed_is_a_stop_like_any_other(room: RoomMaker) -> None:
    made = room().walking(4.0)
    made.run(1.0, OFF)
    stopped(made)
    assert not made.last.stop_ignored
    made.until(lambda seen: seen.at_rest, 10.0)
    assert not any(seen.stop_ignored for seen in made.seen)


def test_a_belt_that_runs_again_after_its_ordinary_end_is_stopped(room: RoomMaker) -> None:
    made = room().walking(3.0)
    made.until(lambda seen: seen.at_rest and seen.state is BeltState.IDLE, 20.0, OFF)
    made.run(3.0)
    made.machine.run_again(2.0)
    again_s = made.wall.now_s
    made.until(lambda seen: seen.trip is not None, TOLD_WITHIN_S)
    assert made.last.trip is TripReason.STATE_UNEXPECTED
    assert made.last.trip_detail == "it had come to rest, and runs again"
    assert made.last.stop_ignored
    made.until(lambda _: made.machine.speed_kmh == 0.0, REST_WITHIN_S - (made.wall.now_s - again_s))


def test_a_stop_at_rest_after_an_ordinary_end_is_not_told_as_ignored(room: RoomMaker) -> None:
    """However long the belt has read zero by then."""
    for waits_s in (1.0, 8.0, 19.0):
        made = room().walking(3.0)
        made.until(lambda seen: seen.at_rest and seen.state is BeltState.IDLE, 20.0, OFF)
        made.run(waits_s)
        stopped(made)
        made.run(2.0)
        assert (made.last.trip, made.last.at_rest) == (TripReason.OPERATOR_STOP, True)
        assert not any(seen.stop_ignored for seen in made.seen), waits_s


def test_a_belt_that_somebody_starts_at_its_console_long_after_is_left_alone(room: RoomMaker) -> None:
    made = room().walking(3.0)
    made.until(lambda seen: seen.at_rest and seen.state is BeltState.IDLE, 20.0, OFF)
    made.run(21.0)
    made.machine.run_again(4.0)
    made.run(10.0)
    assert made.last.trip is None
    assert not made.last.at_rest


def test_a_single_jitter_after_the_end_is_no_belt_that_runs_again(room: RoomMaker) -> None:
    made = room().walking(3.0)
    made.until(lambda seen: seen.at_rest and seen.state is BeltState.IDLE, 20.0, OFF)
    jitter_s = made.wall.now_s + 2.0
    made.machine.answers = lambda request, answer: (
        Answer(request, 0.1) if request is Request.SPEED and jitter_s < made.wall.now_s < jitter_s + 0.2 else answer
    )
    made.run(12.0)
    assert made.last.trip is None


@pytest.mark.parametrize("running_in", [0, 2, 3])
def test_a_belt_that_says_it_has_stopped_while_it_is_told_to_run_trips(running_in: int, room: RoomMaker) -> None:
    """Also where it says now and then that it runs."""
    made = room().walking(4.0)
    looks = [0]

    def answers(request: Request, answer: Answer) -> Answer:
        looks[0] += request is Request.STATUS
        says_it_runs = running_in and looks[0] % running_in == 0
        return answer if request is not Request.STATUS or says_it_runs else Answer(request, running=Running.STOPPED)

    made.machine.answers = answers
    took_s = made.until(lambda seen: seen.trip is not None, 4.0, lease(4.0))
    assert took_s > 0.9
    assert made.last.trip is TripReason.STATE_UNEXPECTED
    assert made.last.trip_detail == "stopped from elsewhere"


def test_a_belt_that_says_once_that_it_has_stopped_is_no_trouble(room: RoomMaker) -> None:
    made = room().walking(4.0)
    looks = [0]

    def answers(request: Request, answer: Answer) -> Answer:
        looks[0] += request is Request.STATUS
        return Answer(request, running=Running.STOPPED) if request is Request.STATUS and looks[0] % 5 == 0 else answer

    made.machine.answers = answers
    made.run(20.0, lease(4.0))
    assert made.last.trip is None


@pytest.mark.parametrize("table", [dialect("kmh"), WOODWAY])
@pytest.mark.parametrize("kmh", [0.8, 5.0, 16.0])
def test_an_armed_belt_that_somebody_else_starts_trips_before_a_test_is_walked_on_it(
    kmh: float, table: object, room: RoomMaker
) -> None:
    """No guard watches over a speed that it has not set: such a belt would be taken for one that has come up to it."""
    made = room(table).armed()
    made.machine.run_again(kmh)
    made.until(lambda seen: seen.trip is not None, 3.0)
    assert made.last.trip is TripReason.STATE_UNEXPECTED
    assert made.last.trip_detail == "runs, and was not started from here"
    made.until(lambda seen: seen.at_rest, 20.0)
    assert made.machine.count(Request.AUTO_STOP) >= 1
    assert made.machine.count(Request.START) == 0


def test_an_armed_belt_that_is_seen_to_run_now_and_then_is_no_trouble(room: RoomMaker) -> None:
    made = room().armed()
    looks = [0]

    def answers(request: Request, answer: Answer) -> Answer:
        looks[0] += request is Request.SPEED
        return Answer(request, 0.3) if request is Request.SPEED and looks[0] % 4 == 1 else answer

    made.machine.answers = answers
    made.run(8.0, lease(4.0))
    assert made.last.trip is None
    made.machine.answers = lambda _, answer: answer
    made.until(lambda seen: (seen.measured_speed_kmh or 0.0) > 3.8, 20.0, lease(4.0))


def test_a_trip_forgets_no_lock_out_that_may_be(room: RoomMaker) -> None:
    made = room().walking(2.0)
    made.driver._maybe_locked_out = True
    made.round(lines.Stop())
    assert made.driver._maybe_locked_out
    made.until(lambda _: not made.driver._maybe_locked_out, 15.0)
    assert made.machine.count(Request.STOP) >= 1, "told to stop where it rests, and settles"


# --- settings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [Request.SET_SPEED, Request.SET_INCLINE])
def test_a_setting_that_is_never_taken_over_trips(what: Request, room: RoomMaker) -> None:
    made = room().walking(2.0)
    kept = {Request.SET_SPEED: Request.SPEED_SETTING, Request.SET_INCLINE: Request.INCLINE_SETTING}[what]
    made.machine.answers = lambda request, answer: (
        Answer(request, 2.0 if what is Request.SET_SPEED else 0.0) if (request is kept) else answer
    )
    took_s = made.until(lambda seen: seen.trip is not None, 5.0, lease(4.0, 4.0))
    assert made.last.trip is TripReason.REFUSED
    assert "not taken over" in made.last.trip_detail
    assert took_s < 1.5


def test_a_setting_that_is_taken_over_now_and_then_trips_too(room: RoomMaker) -> None:
    made = room().walking(2.0)
    asked = [0]

    def answers(request: Request, answer: Answer) -> Answer:
        if request is Request.SPEED_SETTING:
            asked[0] += 1
            return answer if asked[0] % 3 == 0 else Answer(request, 2.0)
        return answer

    made.machine.answers = answers
    made.until(lambda seen: seen.trip is not None, 8.0, lease(6.0))
    assert made.last.trip is TripReason.REFUSED


def test_a_setting_that_is_late_once_is_no_trouble(room: RoomMaker) -> None:
    made = room().walking(2.0)
    late = [True]

    def answers(request: Request, answer: Answer) -> Answer:
        if request is Request.SPEED_SETTING and late:
            late.pop()
            return Answer(request, 2.0)
        return answer

    made.machine.answers = answers
    made.run(10.0, lease(5.0))
    assert made.last.trip is None
    assert made.last.sent_speed_kmh == pytest.approx(5.0)


@pytest.mark.parametrize("units", ["kmh", "mph"])
@pytest.mark.parametrize("change_kmh", [1.0, -1.0, 0.5])
def test_a_belt_that_sticks_at_one_speed_is_found_soon_after_the_next(
    change_kmh: float, units: str, room: RoomMaker
) -> None:
    """The belt of a session that keeps the speed of its warm-up in a bout, one km/h below."""
    made = room(dialect(units)).walking(4.0).run(30.0, lease(4.0))
    made.machine.rate_kmh_s = 0.0
    made.until(lambda seen: seen.trip is not None, 20.0, lease(4.0 + change_kmh))
    assert made.last.trip is TripReason.NOT_FOLLOWING
    made.machine.rate_kmh_s = 2.0
    made.until(lambda seen: seen.at_rest, 15.0, lease(4.0 + change_kmh))


def test_a_machine_is_judged_by_its_own_steps(room: RoomMaker) -> None:
    assert room(dialect("mph")).driver._guard.follows.step_kmh == pytest.approx(0.1609, abs=1e-4)
    assert room(dialect("kmh")).armed().driver._guard.follows.step_kmh == 0.1


def test_the_deck_is_lowered_on_an_ordinary_end_and_set_anew_by_the_next_start(room: RoomMaker) -> None:
    made = room().walking(3.0, 5.0)
    assert made.machine.incline_pct == 5.0
    made.round(OFF)
    assert made.machine.values(Request.SET_INCLINE)[-1] == 0.0
    made.until(lambda seen: seen.at_rest and seen.state is BeltState.IDLE, 20.0, OFF)
    assert (made.last.sent_incline_pct, made.last.confirmed_incline_pct) == (None, None)
    made.walking(3.0, 5.0)
    assert made.machine.incline_pct == 5.0


def test_a_disarmed_belt_that_is_still_on_has_its_deck_lowered(room: RoomMaker) -> None:
    """Whatever disarmed it: a deck that stays up under nobody's lease is nobody's wish."""
    made = room().walking(3.0, 5.0)
    made.driver._guard = module.guards.disarm(made.driver._guard)
    made.round()
    assert made.machine.values(Request.SET_INCLINE)[-1] == 0.0


# --- each rule broken once -----------------------------------------------------------------------------------

FAULTS: dict[str, tuple[Callable[[RoomMaker], None], types.ModuleType, str, str]] = {
    "an ordinary end is not watched": (
        lambda room: test_an_ordinary_end_that_is_not_obeyed_trips_and_is_told(3.0, room),
        module,
        "elif self._end.is_ignored(now_s, speed_kmh, guard.out_kmh, guard.limits.decel_kmh_s):",
        "elif False:",
    ),
    "an end that was ignored is given its grace once more": (
        lambda room: test_an_ordinary_end_that_is_not_obeyed_trips_and_is_told(3.0, room),
        module,
        "distrusted = self._end.distrusted(now_s)",
        "distrusted = False",
    ),
    "every end is distrusted": (
        test_a_stop_during_an_ordinary_end_that_is_obeyed_is_a_stop_like_any_other,
        end_module,
        "return self._descent.stalls(now_s) if self._rested_s is None else",
        "return True if self._rested_s is None else",
    ),
    "no machine has steps of a mile": (
        test_a_machine_is_judged_by_its_own_steps,
        module,
        "self._traits.highest_incline_pct, self._traits.speed_step_kmh)",
        "self._traits.highest_incline_pct)",
    ),
    "a slow ramp is no slower": (
        test_an_ordinary_end_that_is_told_slowly_is_waited_for,
        end_module,
        "pace=min(1.0, decel_kmh_s / SLOW_DECEL_KMH_S)",
        "pace=1.0",
    ),
    "rest is rest for good": (
        test_a_belt_that_runs_again_after_its_ordinary_end_is_stopped,
        end_module,
        "return bool(speed_kmh) and self._descent.runs_again(now_s)",
        "return False",
    ),
    "a ramp to off waits at the machine's slowest speed": (
        lambda room: test_an_ordinary_end_on_a_machine_that_knows_nothing_slow_is_no_trip("0.3", "1.0", room),
        module,
        "(not guard.moving or guard.out_kmh < self._setting.lowest_kmh)",
        "not guard.moving",
    ),
    "nobody may ever walk on it": (
        test_a_belt_that_somebody_starts_at_its_console_long_after_is_left_alone,
        end_module,
        "if now_s - self._rested_s > WATCHED_AT_REST_S:",
        "if False:",
    ),
    "a port that is gone obeys": (
        test_a_stop_is_told_as_not_obeyed_where_nothing_is_seen_of_the_belt,
        module,
        "            self._ladder.look(now_s, seen.speed_kmh, at_rest=cut_off or self._stands_for_good())\n",
        "            if self._is_open and seen.speed_kmh is not None:\n"
        "                self._ladder.look(now_s, seen.speed_kmh, at_rest=cut_off or self._stands_for_good())\n",
    ),
    "its own red button is no stop": (
        test_a_belt_cut_off_by_its_own_red_button_ignores_nothing,
        module,
        "at_rest=cut_off or self._stands_for_good()",
        "at_rest=self._stands_for_good()",
    ),
    "everything unseen ignores its stop": (
        test_an_arming_that_never_moved_ignores_no_stop_though_its_port_is_gone,
        module,
        "moved=moved, distrusted",
        "moved=True, distrusted",
    ),
    "questions in the silence": (
        lambda room: test_a_stop_that_is_obeyed_half_is_told_and_its_watchdog_ends_it(0.7, room),
        module,
        "            self._seen.forget_measured()\n            return\n        if rung is Rung.STEP_DOWN",
        "            self._seen.forget_measured()\n        if rung is Rung.STEP_DOWN",
    ),
    "no step down": (
        lambda room: test_a_stop_that_is_obeyed_half_is_told_and_its_watchdog_ends_it(0.7, room),
        module,
        "if rung is Rung.STEP_DOWN:",
        "if False:",
    ),
    "one word that it runs, and it has never stopped": (
        lambda room: test_a_belt_that_says_it_has_stopped_while_it_is_told_to_run_trips(2, room),
        module,
        "self._stopped = self._stopped.read(now_s, float(stopped))",
        "self._stopped = self._stopped.read(now_s, 1.0) if stopped else STOPPED",
    ),
    "whoever started an armed belt": (
        lambda room: test_an_armed_belt_that_somebody_else_starts_trips_before_a_test_is_walked_on_it(
            5.0, WOODWAY, room
        ),
        module,
        "            self._check_armed(now_s)\n",
        "",
    ),
    "one look that an armed belt runs is many": (
        test_an_armed_belt_that_is_seen_to_run_now_and_then_is_no_trouble,
        module,
        "if runs and self._runs.at_least(RUNS_FOR_S, now_s, RUNS_AMONG_S, bool):",
        "if runs:",
    ),
    "a setting never taken over never trips": (
        lambda room: test_a_setting_that_is_never_taken_over_trips(Request.SET_SPEED, room),
        setting_module,
        "if self._differs[request] >= DIFFERS_TIMES:",
        "if False:",
    ),
    "one that is taken in between takes all back": (
        test_a_setting_that_is_taken_over_now_and_then_trips_too,
        setting_module,
        "self._differs[request] = max(0, self._differs[request] - 1)",
        "self._differs[request] = 0",
    ),
    "the deck stays up": (
        test_the_deck_is_lowered_on_an_ordinary_end_and_set_anew_by_the_next_start,
        module,
        "incline_pct = nearest(Request.SET_INCLINE, guard.out_incline_pct)",
        "incline_pct = self._setting.sent_incline_pct or nearest(Request.SET_INCLINE, guard.out_incline_pct)",
    ),
    "the ladder stays up when armed anew": (
        test_a_new_arming_forgets_that_a_stop_was_ignored,
        module,
        "        self._ladder = None\n        self._end",
        "        self._end",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fact, where, old, new = FAULTS[fault]
    wall = Wall()
    monkeypatch.setattr(time, "monotonic", wall)
    fails_with(where, old, new, lambda: fact(lambda *words, **named: PaperRoom(wall, *words, **named)))

"""What the driver trips on, when, and the words it gives; what it tells of a belt; and why it accepts no arming."""

import queue
from collections.abc import Callable

import pytest

from drivers import lines
from drivers.treadmill.controlled import drive
from drivers.treadmill.opcode_codec import Dialect
from drivers.treadmill.port import Answer, Request, Running, WireCounts
from drivers.treadmill.trackmaster import dialect
from drivers.treadmill.woodway import DIALECT as WOODWAY
from tests.unit.drivers.machine_on_paper import ARM, CYCLE_S, OFF, PaperMachine, PaperRoom, RoomMaker, lease, room
from teststation.clock import TimeScale
from teststation.ports import BeltState, Setpoint, TripReason

__all__ = ["room"]
WALK = lease(4.0)
Answers = Callable[[Request, Answer], Answer | None]


def instead(request: Request, answer: Answer | None) -> Answers:
    """This answer to one request, and the machine's own to all others."""
    return lambda asked, own: answer if asked is request else own


def status(running: Running) -> Answers:
    return instead(Request.STATUS, Answer(Request.STATUS, running=running))


WALKING: dict[str, tuple[Answers, TripReason, str, float]] = {
    "no speed": (instead(Request.SPEED, None), TripReason.NO_ANSWER, "to SPEED", 0.2),
    "no status": (instead(Request.STATUS, None), TripReason.NO_ANSWER, "to STATUS", 0.2),
    "refused": (
        instead(Request.SPEED, Answer(Request.SPEED, refused=True)), TripReason.GARBLED, "SPEED was refused", 0.2,
    ),
    "its timer": (
        instead(Request.SPEED, Answer(Request.SPEED, timed_out=True)),
        TripReason.STATE_UNEXPECTED,
        "its communication timer ran out",
        0.2,
    ),
    "a fault": (
        instead(Request.SPEED, Answer(Request.SPEED, faulted=True)),
        TripReason.FAULT_REPORTED,
        "no speed but a fault",
        0.2,
    ),
    "unguarded": (
        status(Running.UNGUARDED),
        TripReason.STATE_UNEXPECTED,
        "runs without its watchdog: started from elsewhere",
        0.2,
    ),
    "unknown": (status(Running.UNKNOWN), TripReason.GARBLED, "a status that no manual knows", 0.2),
    "stopped": (status(Running.STOPPED), TripReason.STATE_UNEXPECTED, "stopped from elsewhere", 1.2),
}  # fmt: skip


@pytest.mark.parametrize("what", WALKING)
def test_what_a_walking_belt_trips_on_and_what_is_said(what: str, room: RoomMaker) -> None:
    answers, reason, detail, within_s = WALKING[what]
    made = room().walking(4.0)
    made.machine.answers = answers
    took_s = made.until(lambda seen: seen.trip is not None, 4.0, WALK)
    assert (made.last.trip, made.last.trip_detail) == (reason, detail)
    assert took_s <= within_s + CYCLE_S


def test_a_machine_that_is_stopped_for_less_than_a_second_is_no_trip(room: RoomMaker) -> None:
    """Twice within three seconds it is: half a second of the other word in between is no end of it."""
    made = room().walking(4.0)
    made.machine.answers = status(Running.STOPPED)
    made.run(0.9, WALK)
    made.machine.answers = lambda _, own: own
    made.run(3.5, WALK)
    made.machine.answers = status(Running.STOPPED)
    made.run(0.9, WALK)
    made.machine.answers = lambda _, own: own
    made.run(0.5, WALK)
    assert made.last.trip is None
    made.machine.answers = status(Running.STOPPED)
    made.run(0.9, WALK)
    assert made.last.trip is TripReason.STATE_UNEXPECTED


def test_answers_that_are_there_and_unreadable_are_garbled(room: RoomMaker) -> None:
    made = room().walking(4.0)
    made.machine.garbled = True
    made.machine.answers = instead(Request.SPEED, None)
    made.until(lambda seen: seen.trip is not None, 1.0, WALK)
    assert made.last.trip is TripReason.GARBLED


@pytest.mark.parametrize(
    ("answers", "detail"),
    [
        (instead(Request.START, None), "the start was not acknowledged"),
        (instead(Request.START, Answer(Request.START, refused=True)), "the start was not acknowledged"),
    ],
)
def test_a_start_that_is_not_acknowledged(answers: Answers, detail: str, room: RoomMaker) -> None:
    for table in (dialect("kmh"), WOODWAY):
        made = room(table).armed()
        made.machine.answers = answers
        made.until(lambda seen: seen.trip is not None, 2.0, WALK)
        assert (made.last.trip, made.last.trip_detail) == (TripReason.START_REFUSED, detail)
        assert made.machine.count(Request.START) == 1


def test_a_start_after_which_the_machine_does_not_run(room: RoomMaker) -> None:
    for answer in (Answer(Request.STATUS, running=Running.STOPPED), None):
        made = room().armed()
        made.machine.answers = lambda asked, own, made=made, answer=answer: (
            answer if asked is Request.STATUS and made.machine.count(Request.START) else own
        )
        made.until(lambda seen: seen.trip is not None, 2.0, WALK)
        assert made.last.trip in (TripReason.START_REFUSED, TripReason.NO_ANSWER)
        if answer is not None:
            assert made.last.trip_detail == "no running state after the start"


@pytest.mark.parametrize(
    ("refused", "setpoint", "detail"),
    [(Request.SET_SPEED, lease(6.0), "km/h"), (Request.SET_INCLINE, lease(4.0, 5.0), "5.0 %")],
)
def test_a_setting_that_is_refused_is_told_with_its_value(
    refused: Request, setpoint: lines.Lease, detail: str, room: RoomMaker
) -> None:
    made = room().walking(4.0)
    made.machine.answers = instead(refused, Answer(refused, refused=True))
    made.until(lambda seen: seen.trip is not None, 2.0, setpoint)
    assert made.last.trip is TripReason.REFUSED
    assert detail in made.last.trip_detail
    if refused is Request.SET_SPEED:
        assert made.last.trip_detail == "4.1 km/h"


def test_what_was_never_on_trips_on_nothing_it_says(room: RoomMaker) -> None:
    for answers in (status(Running.UNKNOWN), instead(Request.SPEED, Answer(Request.SPEED, timed_out=True))):
        made = room()
        made.machine.answers = answers
        made.run(4.0)
        assert made.last.trip is None
        assert not made.last.at_rest


def test_an_armed_belt_that_falls_mute_trips(room: RoomMaker) -> None:
    made = room().armed()
    made.machine.answers = lambda _, __: None
    made.until(lambda seen: seen.trip is not None, 1.0)
    assert made.last.trip is TripReason.NO_ANSWER


def test_a_second_driver_stops_what_is_not_known_to_rest_and_is_never_armed(room: RoomMaker) -> None:
    first = room().walking(4.0)
    second = room(recover=True)
    second.machine = second.driver._machine = first.machine  # type: ignore[assignment]
    second.until(lambda seen: seen.trip is not None, 1.0)
    assert (second.last.trip, second.last.trip_detail) == (
        TripReason.DRIVER_LOST, "not known to rest by a second driver",
    )  # fmt: skip
    second.until(lambda seen: seen.at_rest, 10.0)
    assert not any(seen.stop_ignored for seen in second.seen)
    second.round(ARM)
    assert refusal(second) == "arm_second_driver"


def test_a_second_driver_of_a_belt_that_ignores_it_tells_that(room: RoomMaker) -> None:
    first = room().walking(4.0)
    first.machine.stopped_goal_kmh = lambda kmh: kmh
    second = room(recover=True)
    second.machine = second.driver._machine = first.machine  # type: ignore[assignment]
    second.until(lambda seen: seen.stop_ignored, 5.0)
    second.until(lambda _: first.machine.speed_kmh == 0.0, 15.0)


# --- arming --------------------------------------------------------------------------------------------------


def refusal(made: PaperRoom) -> str | None:
    said = [line for line in made.said if isinstance(line, lines.Refused)]
    return said[-1].causes[0].code if said else None


def test_an_arming_needs_a_belt_that_is_seen_to_rest_now(room: RoomMaker) -> None:
    made = room()
    made.round(ARM)
    assert refusal(made) == "arm_not_at_rest"
    made = room().walking(4.0)
    made.round(ARM)
    assert refusal(made) == "arm_not_at_rest"
    made = room()
    made.run(1.0)
    made.machine.answers = lambda _, __: None
    made.run(1.5)
    made.round(ARM)
    assert refusal(made) == "arm_not_at_rest"


def test_an_arming_waits_while_a_machine_settles_that_was_lost(room: RoomMaker) -> None:
    made = room()
    made.run(1.0)
    made.machine.gone = True
    made.run(2.0)
    made.machine.gone = False
    made.until(lambda seen: seen.at_rest, 3.0)
    stops = made.machine.count(Request.STOP)
    assert stops == 1
    made.round(ARM)
    assert refusal(made) == "arm_settling"
    made.run(2.5)
    made.round(ARM)
    assert made.last.state is not BeltState.ARMED
    made.run(1.0)
    made.round(ARM)
    assert made.last.state is BeltState.ARMED
    assert made.machine.count(Request.STOP) == stops


def test_an_arming_is_refused_while_somebody_walks_by_the_console_and_where_what_was_seen_is_a_second_old(
    room: RoomMaker,
) -> None:
    made = room()
    made.run(1.0)
    made.machine.run_again(3.0)
    made.run(2.0)
    made.round(ARM)
    assert refusal(made) == "arm_not_at_rest"
    driver = room().run(3.0).driver
    now_s = driver._seen.answered_s
    assert driver._why_not_armed(now_s + 0.75) is None
    assert driver._why_not_armed(now_s + 1.0) is not None
    driver._settled_s = now_s + 0.5
    assert driver._why_not_armed(now_s + 0.25) is not None
    assert driver._why_not_armed(now_s + 0.5) is None
    driver._running = True
    assert driver._why_not_armed(now_s + 0.75) is not None


def test_a_second_driver_of_a_machine_without_a_word_for_stopped_does_not_trust_its_zero(room: RoomMaker) -> None:
    assert room(WOODWAY, recover=True).run(0.5).last.trip is TripReason.DRIVER_LOST
    assert room(recover=True).run(0.5).last.trip is None


@pytest.mark.parametrize(("missed", "lost"), [([False], False), ([False, False], True), ([True], True)])
def test_a_machine_is_lost_after_two_exchanges_without_an_answer_and_one_that_is_repeated_is_two(
    missed: list[bool], lost: bool, room: RoomMaker
) -> None:
    made = room().run(1.0)
    assert not made.driver._maybe_locked_out
    for turn in range(2):
        made.machine.answers = lambda _, __: None
        for retry in missed:
            assert made.driver._ask(Request.SPEED, retry=retry) is None
        made.machine.answers = lambda _, own: own
        assert made.driver._ask(Request.SPEED) is not None
        assert made.driver._maybe_locked_out is lost, turn


def test_since_when_a_stop_was_asked_is_known_from_the_first_that_was_taken(room: RoomMaker) -> None:
    driver = (made := room().run(1.0)).driver
    made.machine.answers = instead(Request.AUTO_STOP, Answer(Request.AUTO_STOP, refused=True))
    assert driver._ask(Request.AUTO_STOP) is not None
    assert driver._stop_asked_s is None
    assert driver._ask(Request.STOP) is not None
    first_s = made.wall.now_s
    made.machine.answers = lambda _, own: own
    assert driver._ask(Request.AUTO_STOP) is not None
    assert driver._stop_asked_s == first_s < made.wall.now_s


def test_an_arming_counts_the_line_anew(room: RoomMaker) -> None:
    made = room()
    made.run(2.0)
    made.machine.counts.retries, made.machine.counts.worst_gap_s = 5, 3.0
    made.round(ARM)
    assert made.machine.counts.commands <= 4
    assert (made.last.retries, made.last.worst_gap_ms) == (0, pytest.approx(150.0, abs=60.0))


# --- telling -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [dialect("kmh"), dialect("mph"), WOODWAY])
def test_the_machine_is_told_as_it_is(table: Dialect, room: RoomMaker) -> None:
    info, traits = room(table, {"max_kmh": "9.5", "max_incline": "8"}).driver.info, table.traits
    assert (info.family, info.port, info.speed_step_kmh) == (table.family, "paper", traits.speed_step_kmh)
    assert (info.min_speed_kmh, info.max_speed_kmh) == (traits.lowest_kmh, 9.5)
    assert (info.incline_step_pct, info.max_incline_pct) == (traits.incline_step_pct, 8.0)
    assert (info.controls_belt, info.reads_belt, info.start_confirmed_at_machine) == (True, True, False)


def test_a_walking_belt_is_told_with_everything_that_is_known_of_it(room: RoomMaker) -> None:
    made = room().walking(4.0, 3.0)
    seen = made.last
    assert seen.state is BeltState.MOVING
    assert seen.requested == Setpoint(speed_kmh=4.0, incline_pct=3.0)
    assert (seen.sent_speed_kmh, seen.confirmed_speed_kmh, seen.measured_speed_kmh) == pytest.approx((4.0, 4.0, 4.0))
    assert (seen.sent_incline_pct, seen.confirmed_incline_pct, seen.measured_incline_pct) == (3.0, 3.0, 3.0)
    assert (seen.at_rest, seen.trip, seen.trip_detail, seen.stop_ignored) == (False, None, "", False)
    assert seen.commands == made.machine.counts.commands > 50
    assert 0.0 < seen.worst_gap_ms == made.machine.counts.worst_gap_s * 1000
    made.machine.counts.retries = 3
    assert made.round(lease(4.0, 3.0)).retries == 3


def test_a_belt_at_rest_has_no_speed_that_was_sent_any_more(room: RoomMaker) -> None:
    made = room().walking(3.0, 2.0)
    made.until(lambda seen: seen.at_rest and seen.state is BeltState.IDLE, 20.0, OFF)
    seen = made.last
    assert (seen.sent_speed_kmh, seen.confirmed_speed_kmh) == (None, None)
    assert (seen.sent_incline_pct, seen.confirmed_incline_pct) == (None, None)
    assert (seen.measured_speed_kmh, seen.measured_incline_pct) == (0.0, 0.0)
    assert seen.requested is None


def test_a_belt_is_offline_half_a_second_after_its_last_answer_and_idle_with_the_next(room: RoomMaker) -> None:
    made = room()
    made.run(1.0)
    assert made.last.state is BeltState.IDLE
    made.machine.answers = lambda _, __: None
    made.until(lambda seen: seen.state is BeltState.OFFLINE, 0.7)
    assert (made.last.measured_speed_kmh, made.last.measured_incline_pct) == (None, None)
    made.machine.answers = lambda _, own: own
    made.until(lambda seen: seen.state is BeltState.IDLE, 0.5)


def test_a_port_that_is_gone_is_offline_at_once_and_nothing_of_before_is_known(room: RoomMaker) -> None:
    made = room().walking(4.0, 3.0)
    made.machine.gone = True
    seen = made.round(lease(4.0, 3.0))
    assert (seen.state, seen.trip) == (BeltState.OFFLINE, TripReason.PORT_LOST)
    assert (seen.measured_speed_kmh, seen.confirmed_speed_kmh, seen.sent_incline_pct) == (None, None, None)
    made.machine.gone = False
    mark = len(made.machine.said)
    made.until(lambda seen: seen.state is BeltState.TRIPPED, 3.0)
    assert made.machine.said[mark][1] is Request.AUTO_STOP


def test_a_driver_is_run_as_it_is_told(room: RoomMaker) -> None:
    made = room()
    inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
    said: list[lines.FromDriver] = []
    for line in (ARM, lines.Quit()):
        inbox.put(line)
    logs: list[Callable[[str, bytes], None]] = []

    def machine(log: Callable[[str, bytes], None]) -> PaperMachine:
        logs.append(log)
        return made.machine

    drive(machine, "COM7", {"max_kmh": "7", "accel": "0.4"}, said.append, inbox, TimeScale(10.0), recover=True)
    hello = said[0]
    assert isinstance(hello, lines.Hello)
    assert hello.treadmill is not None
    assert (hello.treadmill.port, hello.treadmill.max_speed_kmh) == ("COM7", 7.0)
    (refused,) = [line for line in said if isinstance(line, lines.Refused)]
    assert refused.causes[0].code == "arm_second_driver"
    logs[0]("out", b"\xc1")
    wire = said[-1]
    assert isinstance(wire, lines.Wire)
    assert (wire.direction, wire.data_hex) == ("out", "c1")
    # Without a word it is a first driver, and its ramps are test time's.
    for line in (ARM, lines.Quit()):
        inbox.put(line)
    said.clear()
    first = room()
    first.run(0.5)
    drive(lambda _: first.machine, "COM7", {}, said.append, inbox, TimeScale(10.0))
    causes = [line.causes[0].code for line in said if isinstance(line, lines.Refused)]
    assert causes in ([], ["arm_not_at_rest"])


def test_the_counts_of_a_line() -> None:
    counts = WireCounts()
    for at_s in (1.0, 1.2, 1.9, 2.0):
        counts.sent(at_s)
    assert counts.worst_gap_s == pytest.approx(0.7)

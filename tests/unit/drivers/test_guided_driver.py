"""The loop of a belt that the operator sets, on a gauge in simulated time: what it tells, refuses and trips on."""

import queue
import time
from collections.abc import Callable

import pytest

import drivers.treadmill.guided as module
from drivers import guard as guards
from drivers import lines
from drivers.serial_line import LinkLost
from drivers.treadmill.gauge import Reading, Tops
from drivers.treadmill.port import WireCounts
from tests.mutants import fails_with
from teststation.cause import Cause
from teststation.clock import TimeScale
from teststation.ports import BeltState, BeltTelemetry, Setpoint, TripReason

ARM = lines.Arm(max_speed_kmh=8.0, max_incline_pct=10.0)
WALK = lines.Lease(setpoint=Setpoint(speed_kmh=4.8, incline_pct=2.0), lease_s=1.0)
EVERY_S = 0.25
NO_TOPS = Tops()


class Gauge:
    """Gives what a test puts into it."""

    incline_known_s = 3.0
    rests_after_s = 2.0

    def __init__(self, tops: Tops | None) -> None:
        self.counts = WireCounts()
        self.missed_in_a_row = 0
        self.garbled = self.is_open = self.closed = False
        self.tops = tops
        self.says: list[Reading] = []
        self.gone = False

    def open(self) -> None:
        if self.gone:
            raise LinkLost(Cause("port_lost", {"port": "paper"}))
        self.is_open = True

    def close(self) -> None:
        self.is_open, self.closed = False, True

    def turn(self) -> list[Reading]:
        if self.gone:
            self.is_open = False
            raise LinkLost(Cause("port_lost", {"port": "paper"}))
        return list(self.says)


class Room:
    """A guided driver, and time that moves when told."""

    def __init__(
        self, patch: pytest.MonkeyPatch, options: dict[str, str] | None = None, *, wired: bool = True,
        tops: Tops | None = NO_TOPS, scale: float = 1.0,
    ) -> None:  # fmt: skip
        self.wall = [1000.0]
        patch.setattr(time, "monotonic", lambda: self.wall[0])
        self.gauge = Gauge(tops)
        self.said: list[lines.FromDriver] = []
        self.driver = module.GuidedDriver(
            "paper", "port", self._gauge if wired else None, options or {}, self.said.append,
            queue.Queue(), TimeScale(scale),
        )  # fmt: skip

    def _gauge(self, log: module.Log) -> Gauge:
        self.log = log
        return self.gauge

    def run(self, seconds: float, *said: lines.ToDriver) -> BeltTelemetry:
        end_s = self.wall[0] + seconds
        while self.wall[0] < end_s - 1e-9:
            self.wall[0] += EVERY_S
            for line in said:
                self.driver._take(line)
            self.driver._let(guards.advance(self.driver._guard, self.wall[0]))
            try:
                self.driver._cycle(self.wall[0])
            except LinkLost as error:
                self.driver._link_lost(error)
        return self.driver._telemetry(self.wall[0])

    def rests(self) -> "Room":
        self.gauge.says = [Reading(speed_kmh=0.0, incline_pct=1.0)]
        assert self.run(2.75).at_rest
        return self

    def walks(self) -> "Room":
        self.rests().run(EVERY_S, ARM)
        self.gauge.says = [Reading(speed_kmh=4.8, incline_pct=2.0)]
        assert self.run(2.0, WALK).trip is None
        return self


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Room]:
    return lambda *words, **named: Room(monkeypatch, *words, **named)


def test_what_is_read_is_told_and_nothing_else(room: Callable[..., Room]) -> None:
    made = room().walks()
    made.gauge.counts.worst_gap_s, made.gauge.counts.commands, made.gauge.counts.retries = 0.125, 7, 3
    told = made.run(EVERY_S, WALK)
    assert told == BeltTelemetry(
        t_mono_s=made.wall[0], state=BeltState.MOVING, requested=WALK.setpoint, measured_speed_kmh=4.8,
        measured_incline_pct=2.0, at_rest=False, worst_gap_ms=125.0, commands=7, retries=3,
    )  # fmt: skip


def test_its_state_is_what_is_known_of_it(room: Callable[..., Room]) -> None:
    made = room()
    assert made.driver._telemetry(made.wall[0]).state is BeltState.OFFLINE
    assert made.run(EVERY_S).state is BeltState.OFFLINE, "nothing was answered"
    made.rests()
    assert made.run(EVERY_S).state is BeltState.IDLE
    assert made.run(EVERY_S, ARM).state is BeltState.ARMED
    made.gauge.says = [Reading(speed_kmh=3.0)]
    assert made.run(1.0, WALK).state is BeltState.MOVING
    assert made.run(EVERY_S, lines.Stop()).state is BeltState.TRIPPED
    made.gauge.says = []
    assert made.run(2.0).state is BeltState.TRIPPED
    assert made.run(EVERY_S).state is BeltState.OFFLINE, "not heard for more than two seconds"


def test_what_was_read_is_known_for_a_while_and_no_longer(room: Callable[..., Room]) -> None:
    made = room().walks()
    made.gauge.says = []
    told = made.run(2.0, WALK)
    assert (told.measured_speed_kmh, told.measured_incline_pct) == (4.8, 2.0)
    told = made.run(1.0, WALK)
    assert (told.measured_speed_kmh, told.measured_incline_pct) == (None, 2.0)
    told = made.run(EVERY_S, WALK)
    assert (told.measured_speed_kmh, told.measured_incline_pct) == (None, None)


def test_a_belt_that_is_not_known_to_rest_is_not_armed(room: Callable[..., Room]) -> None:
    made = room()
    made.gauge.says = [Reading(speed_kmh=0.0)]
    made.run(2.0, ARM)
    assert not made.driver._guard.armed
    refused = next(line for line in made.said if isinstance(line, lines.Refused))
    assert refused.causes == (Cause("arm_not_at_rest"),)
    made.run(0.75, ARM)
    assert made.driver._guard.armed
    moving = room()
    moving.gauge.says = [Reading(speed_kmh=0.5)]
    moving.run(9.0, ARM)
    assert not moving.driver._guard.armed


def test_rest_is_a_zero_that_has_lasted_and_is_still_told(room: Callable[..., Room]) -> None:
    made = room()
    made.gauge.says = [Reading(speed_kmh=0.0)]
    assert not made.run(2.25).at_rest, "for two seconds, not for more"
    assert made.run(EVERY_S).at_rest
    made.gauge.says = []
    assert made.run(2.0).at_rest
    assert not made.run(EVERY_S).at_rest, "silence is no rest"
    made.gauge.says = [Reading(speed_kmh=0.0)]
    assert not made.run(2.25).at_rest, "and what was before it does not count"


def test_a_gap_no_longer_than_a_reading_is_good_for_leaves_the_zero(room: Callable[..., Room]) -> None:
    made = room().rests()
    made.gauge.says = []
    made.run(2.0 - EVERY_S)
    made.gauge.says = [Reading(speed_kmh=0.0)]
    assert made.run(EVERY_S).at_rest


def test_a_belt_that_moved_is_not_at_rest_with_its_first_zero(room: Callable[..., Room]) -> None:
    made = room().walks()
    made.run(9.0, WALK)
    made.gauge.says = [Reading(speed_kmh=0.0)]
    assert not made.run(2.25).at_rest
    assert made.run(EVERY_S).at_rest


def test_a_quick_demonstration_waits_half_a_second_for_rest_and_no_less(room: Callable[..., Room]) -> None:
    made = room(scale=8.0)
    made.gauge.says = [Reading(speed_kmh=0.0)]
    assert not made.run(3 * EVERY_S).at_rest
    assert made.run(EVERY_S).at_rest


def test_the_bytes_of_its_wire_are_told(room: Callable[..., Room]) -> None:
    made = room()
    made.log("in", b"\x02\xff", "belt")
    assert made.said == [lines.Wire(t_mono_s=made.wall[0], direction="in", data_hex="02ff", channel="belt")]


def test_its_first_word_is_what_is_known_of_it(room: Callable[..., Room]) -> None:
    for made, known in ((room(wired=False), True), (room(), True), (room(tops=None), False)):
        made.driver._greet()
        assert made.said == [lines.Hello(version=lines.VERSION, treadmill=made.driver.info if known else None)]


def test_an_arming_begins_to_count_anew(room: Callable[..., Room]) -> None:
    made = room().rests()
    counts = made.gauge.counts
    counts.worst_gap_s, counts.commands, counts.retries = 0.5, 7, 3
    made.run(EVERY_S, ARM)
    assert (counts.worst_gap_s, counts.commands, counts.retries) == (0.0, 0, 0)


def test_a_belt_without_a_wire_is_armed_and_never_at_rest(room: Callable[..., Room]) -> None:
    made = room(wired=False)
    assert made.driver.info.reads_belt is False
    assert made.run(EVERY_S, ARM).state is BeltState.ARMED
    told = made.run(9.0, WALK)
    assert (told.at_rest, told.measured_speed_kmh, told.measured_incline_pct) == (False, None, None)
    assert (told.worst_gap_ms, told.commands, told.retries) == (0.0, 0, 0)


@pytest.mark.parametrize("garbled", [False, True])
def test_a_machine_that_falls_silent_trips_who_walks_on_it_and_nobody_else(
    garbled: bool, room: Callable[..., Room]
) -> None:
    made = room().walks()
    made.gauge.missed_in_a_row, made.gauge.garbled = module.MISSED_MAX - 1, garbled
    assert made.run(1.0, WALK).trip is None
    made.gauge.missed_in_a_row = module.MISSED_MAX
    told = made.run(EVERY_S, WALK)
    assert told.trip is (TripReason.GARBLED if garbled else TripReason.NO_ANSWER)
    assert told.trip_detail == "to a question"
    idle = room().rests()
    idle.gauge.missed_in_a_row = module.MISSED_MAX
    assert idle.run(1.0).trip is None


def test_a_fault_the_machine_tells_trips_with_its_words(room: Callable[..., Room]) -> None:
    made = room().walks()
    made.gauge.says = [Reading(fault="safety key")]
    told = made.run(EVERY_S, WALK)
    assert (told.trip, told.trip_detail) == (TripReason.FAULT_REPORTED, "safety key")
    assert made.driver._guard.out_kmh == 0.0, "its ramp means nothing where the operator sets the belt"


def test_a_port_that_is_lost_trips_and_what_was_known_is_forgotten(room: Callable[..., Room]) -> None:
    made = room().walks()
    made.gauge.gone = True
    told = made.run(EVERY_S, WALK)
    assert (told.trip, told.state) == (TripReason.PORT_LOST, BeltState.OFFLINE)
    assert (told.measured_speed_kmh, told.measured_incline_pct) == (None, None)
    made.gauge.gone = False
    made.gauge.says = [Reading(speed_kmh=0.0)]
    assert not made.run(2.0).at_rest, "zeros count from when the port is back"


def test_what_a_machine_can_do_is_learned_once_and_binds(room: Callable[..., Room]) -> None:
    made = room({"max_kmh": "14"}, tops=None)
    made.driver._greet()
    made.run(EVERY_S)
    made.gauge.tops = Tops(speed_kmh=9.0)
    made.run(1.0)
    hellos = [line.treadmill for line in made.said if isinstance(line, lines.Hello)]
    assert hellos[0] is None
    assert len(hellos) == 2
    known = hellos[1]
    assert known is not None
    assert (known.max_speed_kmh, known.max_incline_pct) == (9.0, 25.0)
    made.gauge.tops = Tops(speed_kmh=3.0, incline_pct=4.0)
    made.run(1.0)
    assert made.driver.info.max_speed_kmh == 9.0
    other = room(tops=None)
    other.gauge.tops = Tops(incline_pct=6.0)
    other.run(EVERY_S)
    assert (other.driver.info.max_speed_kmh, other.driver.info.max_incline_pct) == (12.0, 6.0)


def test_its_console_counts_in_its_own_unit(room: Callable[..., Room]) -> None:
    miles, metric = room({"units": "mph"}).driver.info, room().driver.info
    assert (miles.console_units, miles.speed_step_kmh) == ("mph", pytest.approx(0.1609344))
    assert (metric.console_units, metric.speed_step_kmh, metric.incline_step_pct) == ("kmh", 0.1, 0.5)
    assert (metric.family, metric.port, metric.controls_belt, metric.reads_belt) == ("paper", "port", False, True)


def test_it_stays_for_nothing_once_it_may_go(room: Callable[..., Room]) -> None:
    made = room().walks()
    assert not made.driver._may_end()
    made.run(EVERY_S, lines.Quit())
    assert made.driver._may_end(), "there is nothing it could do for the belt"
    made.driver._close()
    assert made.gauge.closed


FAULTS: dict[str, tuple[str, str, Callable[[Callable[..., Room]], None]]] = {
    "any belt is armed": (
        "return None if self._gauge is None or self._at_rest() else", "return None if True else",
        test_a_belt_that_is_not_known_to_rest_is_not_armed,
    ),
    "silence is no trouble": (
        "if self._gauge.missed_in_a_row >= MISSED_MAX:", "if False:",
        lambda room: test_a_machine_that_falls_silent_trips_who_walks_on_it_and_nobody_else(False, room),
    ),
    "the machine's own top is none": (
        "if self._knows_tops or gauge.tops is None:", "if True:", test_what_a_machine_can_do_is_learned_once_and_binds,
    ),
    "one zero ends a long walk": (
        "if reading.speed_kmh == 0.0 else None", "if True else None",
        test_a_belt_that_moved_is_not_at_rest_with_its_first_zero,
    ),
    "a machine that has rested rests in silence": (
        " or self._speed() != 0.0:", ":", test_rest_is_a_zero_that_has_lasted_and_is_still_told,
    ),
    "a fault is a word like any": (
        "if reading.fault:", "if False:", test_a_fault_the_machine_tells_trips_with_its_words,
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, fact = FAULTS[fault]
    fails_with(module, old, new, lambda: fact(lambda *words, **named: Room(monkeypatch, *words, **named)))

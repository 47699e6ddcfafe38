"""The abstract port for machines that no driver here speaks to yet, on a made-up family that has it all.

Control that is granted, a fail-safe that is renewed, a start confirmed at the machine, speeds in m/s with a ramp.
"""

import queue
import time
from collections.abc import Callable

import pytest

import drivers.treadmill.controlled as module
from drivers import guard as guards
from drivers import lines
from drivers.treadmill.controlled import CONFIRM_START_WITHIN_S
from drivers.treadmill.port import Answer, Order, Request, Running, Traits, WireCounts
from tests.mutants import planted_fault
from teststation.clock import TimeScale
from teststation.ports import Setpoint, TripReason

controlled = module
ROUND_S = 0.5
STEP_KMH = 0.36  # a tenth of a metre a second
# The ramps of the made-up machine: it takes the number of one of them.
RAMPS_M_S2 = (0.05, 0.1, 0.2, 0.5)
TRAITS = Traits(
    family="made-up",
    requests=frozenset(Request) - {Request.SPEED_SETTING, Request.INCLINE_SETTING},
    speed_step_kmh=STEP_KMH,
    lowest_kmh=STEP_KMH,
    highest_kmh=36.0,
    incline_step_pct=0.1,
    highest_incline_pct=20.0,
    start_confirmed_at_machine=True,
)


class MadeUpMachine:
    """Obeys at once, once somebody has pressed its own button."""

    def __init__(self, *, grants: bool = True) -> None:
        self.traits, self.counts = TRAITS, WireCounts()
        self.is_open = self.garbled = False
        self.grants = grants
        self.started = self.pressed = False
        self.speed_kmh = 0.0
        self.said: list[tuple[Request, Order | None]] = []

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def nearest(self, request: Request, value: float) -> float:
        step = STEP_KMH if request is Request.SET_SPEED else 0.1
        return round(value / step) * step

    def ask(self, request: Request, order: Order | None = None, *, retry: bool = True) -> Answer:
        self.said.append((request, order))
        match request:
            case Request.REQUEST_CONTROL:
                return Answer(request, refused=not self.grants)
            case Request.START:
                self.started = True
            case Request.STOP | Request.AUTO_STOP:
                self.started = self.pressed = False
                self.speed_kmh = 0.0
            case Request.SET_SPEED if self.pressed and order is not None:
                self.speed_kmh = order.value
            case Request.SPEED:
                return Answer(request, self.speed_kmh)
            case Request.INCLINE:
                return Answer(request, 0.0)
            case Request.STATUS:
                return Answer(request, running=Running.GUARDED if self.pressed else Running.STOPPED)
        return Answer(request)

    def press_start(self) -> None:
        """The person at the machine."""
        assert self.started
        self.pressed = True

    def count(self, request: Request) -> int:
        return sum(said is request for said, _ in self.said)

    def orders(self, request: Request) -> list[Order]:
        return [order for said, order in self.said if said is request and order is not None]


class Bench:
    """The driver's own loop, one round after the other, in time that moves when told."""

    def __init__(self, machine: MadeUpMachine, wall: Callable[[], float]) -> None:
        self.machine, self._wall = machine, wall
        self.now_s = wall()
        self.driver = controlled.ControlledDriver(
            lambda log: machine, "x", {}, lambda line: None, queue.Queue(), TimeScale(), recover=False
        )

    def rounds(self, count: int, *said: lines.ToDriver) -> "Bench":
        for _ in range(count):
            self.now_s += ROUND_S
            for line in said:
                self.driver._take(line)
            self.driver._let(guards.advance(self.driver._guard, self.now_s))
            self.driver._cycle(self.now_s)
        return self

    def leased(self) -> "Bench":
        """At rest, armed, leased, and told to start."""
        return self.rounds(16).rounds(1, ARM, LEASE)

    @property
    def trip(self) -> TripReason | None:
        return self.driver._guard.tripped


ARM = lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0)
LEASE = lines.Lease(setpoint=Setpoint(speed_kmh=5.0, incline_pct=2.0), lease_s=1.0)
ENOUGH = lines.Lease(setpoint=None, lease_s=1.0)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make(monkeypatch)


def make(monkeypatch: pytest.MonkeyPatch, *, grants: bool = True) -> Bench:
    made: list[Bench] = []
    monkeypatch.setattr(time, "monotonic", lambda: made[0].now_s if made else 1000.0)
    made.append(Bench(MadeUpMachine(grants=grants), time.monotonic))
    return made[0]


def test_control_is_asked_for_once_before_the_start(bench: Bench) -> None:
    machine = bench.leased().machine
    said = [request for request, _ in machine.said]
    assert said.index(Request.REQUEST_CONTROL) < said.index(Request.SET_SPEED) < said.index(Request.START)
    machine.press_start()
    bench.rounds(6, LEASE)
    assert machine.count(Request.REQUEST_CONTROL) == machine.count(Request.START) == 1


def test_without_control_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make(monkeypatch, grants=False).leased()
    assert bench.trip is TripReason.START_REFUSED
    assert bench.driver._guard.detail == "control was not granted"
    assert bench.machine.count(Request.START) == bench.machine.count(Request.SET_SPEED) == 0


def test_the_belt_waits_for_the_button_at_the_machine_and_begins_its_ramp_there(bench: Bench) -> None:
    machine = bench.leased().rounds(8, LEASE).machine
    assert bench.driver.info.start_confirmed_at_machine
    assert [order.value for order in machine.orders(Request.SET_SPEED)] == [TRAITS.lowest_kmh]
    machine.press_start()
    bench.rounds(3, LEASE)
    speeds = [order.value for order in machine.orders(Request.SET_SPEED)]
    assert speeds[-1] == pytest.approx(0.5 * ROUND_S * 2, abs=STEP_KMH)  # two rounds of 0.5 km/h a second
    assert bench.trip is None


def test_a_start_that_nobody_confirms_is_taken_back(bench: Bench) -> None:
    machine = bench.leased().rounds(round(CONFIRM_START_WITHIN_S / ROUND_S) + 3, LEASE).machine
    assert bench.trip is TripReason.START_REFUSED
    assert bench.driver._guard.detail == "nobody confirmed the start at the machine"
    assert machine.count(Request.AUTO_STOP) > 0
    assert not machine.started


def test_a_start_that_is_given_up_is_taken_back_at_once(bench: Bench) -> None:
    machine = bench.leased().rounds(2, ENOUGH).rounds(1).machine
    assert bench.trip is TripReason.OPERATOR_STOP
    assert bench.driver._guard.detail == "given up before the machine's own start"
    assert not machine.started


@pytest.mark.parametrize(
    ("said", "reason"), [(lines.Stop(), TripReason.OPERATOR_STOP), (None, TripReason.STATION_GONE)]
)
def test_a_stop_while_the_machine_waits_for_its_button_takes_the_start_back(
    said: lines.Stop | None, reason: TripReason, bench: Bench
) -> None:
    bench.leased().rounds(2, LEASE)
    bench.driver._take(said)
    machine = bench.rounds(2).machine
    assert bench.trip is reason
    assert not machine.started


def test_a_station_that_falls_silent_meanwhile_is_no_operators_wish(bench: Bench) -> None:
    machine = bench.leased().rounds(5).machine
    assert bench.trip is TripReason.LEASE_LAPSED
    assert not machine.started


def test_the_fail_safe_is_renewed_in_every_round_under_a_lease_and_never_without(bench: Bench) -> None:
    machine = bench.leased().machine
    machine.press_start()
    bench.rounds(1, LEASE)
    before = machine.count(Request.KEEP_ALIVE)
    bench.rounds(6, LEASE)
    assert machine.count(Request.KEEP_ALIVE) == before + 6
    bench.rounds(3)  # the station says nothing more: its last lease runs out
    assert bench.trip is TripReason.LEASE_LAPSED
    silent = machine.count(Request.KEEP_ALIVE)
    bench.rounds(10)
    assert machine.count(Request.KEEP_ALIVE) == silent
    assert machine.speed_kmh == 0.0


def test_a_speed_order_carries_metres_a_second_and_a_ramp_and_an_incline_order_none(bench: Bench) -> None:
    machine = bench.leased().machine
    machine.press_start()
    bench.rounds(4, LEASE)
    order = machine.orders(Request.SET_SPEED)[-1]
    assert order.speed_m_s == pytest.approx(order.value / 3.6)
    assert order.accel_m_s2 == pytest.approx(0.5 / 3.6)
    # The machine's own ramp must not be steeper than the one that is wanted.
    index = max(number for number, ramp in enumerate(RAMPS_M_S2) if ramp <= order.accel_m_s2)
    assert RAMPS_M_S2[index] == 0.1
    assert [order.accel_m_s2 for order in machine.orders(Request.SET_INCLINE)] == [0.0]


FAULTS: dict[str, tuple[str, str, Callable[..., None]]] = {
    "the ramp does not wait": (
        "            self._guard = guards.hold_at_zero(self._guard)\n        self._check()",
        "            pass\n        self._check()",
        test_the_belt_waits_for_the_button_at_the_machine_and_begins_its_ramp_there,
    ),
    "nobody's confirmation is waited for without end": (
        "elif time.monotonic() > start_by_s:",
        "elif False:",
        test_a_start_that_nobody_confirms_is_taken_back,
    ),
    "a start given up stays given": (
        "elif self._guard.want is None:",
        "elif False:",
        test_a_start_that_is_given_up_is_taken_back_at_once,
    ),
    "a belt that stands is not told to stop": (
        "return self._judged(self._seen.stands) and (self._start_by_s is None or self._stop_asked_s is not None)",
        "return self._judged(self._seen.stands)",
        test_a_start_that_is_given_up_is_taken_back_at_once,
    ),
    "the fail-safe is not renewed": (
        "            self._ask(Request.KEEP_ALIVE)\n",
        "            pass\n",
        test_the_fail_safe_is_renewed_in_every_round_under_a_lease_and_never_without,
    ),
    "control is taken for granted": (
        "if Request.REQUEST_CONTROL in self._traits.requests:",
        "if False:",
        test_control_is_asked_for_once_before_the_start,
    ),
    "no ramp is told": (
        "ramp_kmh_s = self._limits.accel_kmh_s if request is Request.SET_SPEED else 0.0",
        "ramp_kmh_s = 0.0",
        test_a_speed_order_carries_metres_a_second_and_a_ramp_and_an_incline_order_none,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, fact = FAULTS[fault]
    with planted_fault(module, old, new) as broken:
        monkeypatch.setitem(globals(), "controlled", broken)
        with pytest.raises((AssertionError, ValueError)):
            fact(make(monkeypatch))

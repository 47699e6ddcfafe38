"""The driver's safety rules against the emulator on a socket, and each of them broken once on purpose."""

import queue
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

import drivers.treadmill.controlled as driver_module
import drivers.treadmill.loop as loop_module
import drivers.treadmill.seen as seen_module
from drivers import lines
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from drivers.emulators.woodway import WoodwayEmulator
from drivers.treadmill.opcode_machine import OpcodeMachine
from drivers.treadmill.trackmaster import dialect
from drivers.treadmill.woodway import DIALECT as WOODWAY
from tests.mutants import planted_fault
from teststation.clock import TimeScale
from teststation.ports import BeltTelemetry, Setpoint, TripReason

SCALE = TimeScale(10)
WALK = Setpoint(speed_kmh=4.8, incline_pct=0.0)
BROKEN_TRIPS_WITHIN_S = 2.0  # a whole driver trips in one; what a broken one leaves out is not waited for as long


class Thread:
    """One driver in a thread, its treadmill, and the station's hand."""

    def __init__(self, module: types.ModuleType, *, woodway: bool = False) -> None:
        self.treadmill = WoodwayEmulator(SCALE) if woodway else TrackmasterEmulator("kmh", SCALE)
        self.server = TcpServer(self.treadmill)
        self.inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
        self.last: BeltTelemetry | None = None
        self.looks = 0
        table, url = WOODWAY if woodway else dialect("kmh"), self.server.url
        self.driver = module.ControlledDriver(
            lambda log: OpcodeMachine(table, url, log), url, {}, self._emit, self.inbox, SCALE, recover=False
        )
        self.thread = threading.Thread(target=self.driver.run, daemon=True)
        self.thread.start()

    def _emit(self, line: lines.FromDriver) -> None:
        if isinstance(line, lines.Belt):
            self.last = line.telemetry
            self.looks += 1

    def holds(self, fact: Callable[[BeltTelemetry], bool], within_s: float, *, lease: bool = True) -> bool:
        """Whether a fact comes true in time, under leases that are renewed."""
        end_s = time.monotonic() + within_s
        while time.monotonic() < end_s:
            if self.last is not None and fact(self.last):
                return True
            if lease:
                self.inbox.put(lines.Lease(setpoint=WALK, lease_s=1.0))
            time.sleep(0.03)
        return False

    def walk(self) -> None:
        assert self.holds(lambda seen: seen.at_rest, 5, lease=False)
        self.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
        assert self.holds(lambda seen: (seen.measured_speed_kmh or 0) > 4.5, 8)


@contextmanager
def running(module: types.ModuleType, *, woodway: bool = False) -> Iterator[Thread]:
    """A driver that is told to quit however the test ends."""
    thread = Thread(module, woodway=woodway)
    try:
        yield thread
    finally:
        thread.driver._quit_by_s = 1e-9  # a broken driver may never see its belt at rest: its time is up now
        thread.inbox.put(lines.Quit())
        thread.thread.join(5.0)
        thread.server.close()


def trips_on(fault: str, reason: TripReason) -> Callable[[types.ModuleType], None]:
    """The fact that a machine's fault trips the guard with this reason."""

    def fact(module: types.ModuleType) -> None:
        with running(module) as thread:
            thread.walk()
            thread.treadmill.give(fault)
            assert thread.holds(
                lambda seen: seen.trip is not None, 5 if module is driver_module else BROKEN_TRIPS_WITHIN_S
            )
            assert thread.last is not None
            assert thread.last.trip is reason

    return fact


def refuses_a_start(fault: str, *, woodway: bool) -> Callable[[types.ModuleType], None]:
    """The fact that a start with this fault is refused."""

    def fact(module: types.ModuleType) -> None:
        with running(module, woodway=woodway) as thread:
            thread.treadmill.give(fault)
            assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
            thread.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
            assert thread.holds(
                lambda seen: seen.trip is not None, 4 if module is driver_module else BROKEN_TRIPS_WITHIN_S
            )
            assert thread.last is not None
            assert thread.last.trip is TripReason.START_REFUSED

    return fact


def stops_when_the_station_is_gone(module: types.ModuleType) -> None:
    with running(module) as thread:
        thread.walk()
        thread.inbox.put(None)
        assert thread.holds(lambda seen: seen.trip is TripReason.STATION_GONE, 0.8, lease=False)


def stops_on_garbage_from_the_station(module: types.ModuleType) -> None:
    with running(module) as thread:
        thread.walk()
        thread.inbox.put(ValueError("no line"))
        assert thread.holds(lambda seen: seen.trip is TripReason.STATION_GARBLED, 0.8, lease=False)


def sends_the_auto_stop_first(module: types.ModuleType) -> None:
    with running(module) as thread:
        thread.walk()
        thread.inbox.put(lines.Stop())
        assert thread.holds(lambda seen: seen.trip is not None, 2, lease=False)
        time.sleep(0.5)
        assert any(data == b"\xaa" for _, way, data in thread.treadmill.transcript if way == "in")


def calls_no_belt_at_rest_that_has_just_been_started(module: types.ModuleType) -> None:
    """The reported speed is an average of two seconds: right after a start it is still zero."""
    with running(module) as thread:
        assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
        thread.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
        seen_moving_at_rest = thread.holds(lambda seen: seen.state == "moving" and seen.at_rest, 1.0)
        assert not seen_moving_at_rest


def calls_no_woodway_at_rest_that_has_just_been_started(module: types.ModuleType) -> None:
    """It has no word for stopped: the lagging zero of a belt told to stop as it starts must last a while."""
    with running(module, woodway=True) as thread:
        assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
        thread.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
        assert thread.holds(lambda seen: seen.state == "moving", 3)
        asked_s = time.monotonic()
        thread.inbox.put(lines.Stop())
        assert thread.holds(lambda seen: seen.trip is not None and seen.at_rest, 10, lease=False)
        assert time.monotonic() - asked_s > 1.5


def is_calm_and_hears_the_station_behind_a_port_that_is_gone(module: types.ModuleType) -> None:
    """A tripped belt's first stop hurries; without a wire there is nothing to hurry to, and the station is heard."""
    with running(module) as thread:
        thread.walk()
        thread.treadmill.give("unplug")
        assert thread.holds(lambda seen: seen.trip is not None, 2)
        looks = thread.looks
        time.sleep(1.0)
        assert thread.looks - looks <= 15
        thread.inbox.put(lines.Stop())
        time.sleep(0.5)
        assert thread.inbox.empty()


@contextmanager
def broken_driver(module: types.ModuleType, old: str, new: str) -> Iterator[types.ModuleType]:
    """The driver's module with a fault planted in it, or in a module that it is built on."""
    if module is driver_module:
        with planted_fault(module, old, new) as broken:
            yield broken
        return
    same = "Nothing here starts a belt"
    with planted_fault(module, old, new) as broken:
        sys.modules[module.__name__] = broken
        try:
            with planted_fault(driver_module, same, same) as driver:
                yield driver
        finally:
            sys.modules[module.__name__] = module


Fact = Callable[[types.ModuleType], None]

RULES: dict[str, tuple[Fact, types.ModuleType, str, str]] = {
    "999.9 is a fault": (
        trips_on("e_stop", TripReason.FAULT_REPORTED),
        driver_module,
        "        if seen.faulted:\n",
        "        if False:\n",
    ),
    "a belt without its watchdog is somebody else's": (
        trips_on("restarted_elsewhere", TripReason.STATE_UNEXPECTED),
        driver_module,
        "elif seen.running is Running.UNGUARDED:",
        "elif False:",
    ),
    "a belt that stopped by itself is told": (
        trips_on("stopped_elsewhere", TripReason.STATE_UNEXPECTED),
        driver_module,
        "now_s - self._stopped_since_s >= STOP_UNEXPECTED_AFTER_S",
        "now_s - self._stopped_since_s >= 1e9",
    ),
    "two missed replies are a lost link": (
        trips_on("mute", TripReason.NO_ANSWER),
        driver_module,
        "if (self._guard.moving or self._running) and retry:",
        "if False:",
    ),
    "a vanished port is told": (
        trips_on("unplug", TripReason.PORT_LOST),
        loop_module,
        "            self._trip(TripReason.PORT_LOST, str(error))",
        "            pass",
    ),
    "nobody hurries behind a port that is gone": (
        is_calm_and_hears_the_station_behind_a_port_that_is_gone,
        loop_module,
        "if self._hurries and self._is_open:",
        "if self._hurries:",
    ),
    "over-speed and a stuck belt are watched for": (
        trips_on("over_speed", TripReason.OVER_SPEED),
        driver_module,
        "self._guard = guards.watch(self._guard, now_s, seen.speed_kmh)",
        "pass",
    ),
    "a start is acknowledged": (
        refuses_a_start("lockout", woodway=True),
        driver_module,
        "if started is None or started.refused:",
        "if False:",
    ),
    "a start is verified": (
        refuses_a_start("false_start", woodway=False),
        driver_module,
        "if status is None or status.running is not Running.GUARDED:",
        "if False:",
    ),
    "a dead station stops the belt": (
        stops_when_the_station_is_gone,
        loop_module,
        'self._trip_if_concerned(reason or TripReason.OPERATOR_STOP, "the station ended")',
        "pass",
    ),
    "garbage from the station stops the belt": (
        stops_on_garbage_from_the_station,
        loop_module,
        'self._trip_if_concerned(TripReason.STATION_GARBLED, "a line that cannot be read")',
        "pass",
    ),
    "the auto stop comes first": (
        sends_the_auto_stop_first,
        driver_module,
        "elif rung is Rung.AUTO_STOP:",
        "elif False:",
    ),
    "a lagging zero is no rest": (
        calls_no_belt_at_rest_that_has_just_been_started,
        driver_module,
        "running=self._running, stop",
        "running=False, stop",
    ),
    "a lagging zero is no rest where no status says so": (
        calls_no_woodway_at_rest_that_has_just_been_started,
        seen_module,
        "return now_s - max(self.zero_since_s, stop_asked_s) > scale.wall_s(ZERO_RESTS_AFTER_S, 2.0)",
        "return True",
    ),
}


@pytest.mark.process
@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds_and_its_fact_fails_where_it_is_broken(rule: str) -> None:
    fact, module, old, new = RULES[rule]
    fact(driver_module)
    with broken_driver(module, old, new) as broken, pytest.raises(AssertionError):
        fact(broken)

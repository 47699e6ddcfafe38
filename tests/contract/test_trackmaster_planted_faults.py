"""The driver's safety rules against the emulator on a socket, and each of them broken once on purpose."""

import queue
import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

import drivers.treadmill.trackmaster_driver as driver_module
from drivers import lines
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from tests.mutants import planted_fault
from teststation.clock import TimeScale
from teststation.ports import BeltTelemetry, Setpoint, TripReason

SCALE = TimeScale(10)
WALK = Setpoint(speed_kmh=4.8, incline_pct=0.0)


class Thread:
    """One driver in a thread, its treadmill, and the station's hand."""

    def __init__(self, module: types.ModuleType) -> None:
        self.treadmill = TrackmasterEmulator("kmh", SCALE)
        self.server = TcpServer(self.treadmill)
        self.inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
        self.last: BeltTelemetry | None = None
        self.driver = module.TrackmasterDriver(
            self.server.url, {"units": "kmh"}, self._emit, self.inbox, SCALE, recover=False
        )
        self.thread = threading.Thread(target=self.driver.run, daemon=True)
        self.thread.start()

    def _emit(self, line: lines.FromDriver) -> None:
        if isinstance(line, lines.Belt):
            self.last = line.telemetry

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
def running(module: types.ModuleType) -> Iterator[Thread]:
    """A driver that is told to quit however the test ends."""
    thread = Thread(module)
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
            assert thread.holds(lambda seen: seen.trip is not None, 5)
            assert thread.last is not None
            assert thread.last.trip is reason

    return fact


def refuses_a_start_that_is_not_verified(module: types.ModuleType) -> None:
    with running(module) as thread:
        thread.treadmill.give("lockout")
        assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
        thread.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
        assert thread.holds(lambda seen: seen.trip is not None, 4)
        assert thread.last is not None
        assert thread.last.trip is TripReason.START_REFUSED


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


RULES: dict[str, tuple[Callable[[types.ModuleType], None], str, str]] = {
    "999.9 is a fault": (
        trips_on("e_stop", TripReason.FAULT_REPORTED),
        "        if seen.faulted:\n",
        "        if False:\n",
    ),
    "a belt without its watchdog is somebody else's": (
        trips_on("restarted_elsewhere", TripReason.STATE_UNEXPECTED),
        "elif seen.status == RUNNING_UNGUARDED:",
        "elif False:",
    ),
    "a belt that stopped by itself is told": (
        trips_on("stopped_elsewhere", TripReason.STATE_UNEXPECTED),
        "now_s - self._stopped_since_s >= STOP_UNEXPECTED_AFTER_S",
        "now_s - self._stopped_since_s >= 1e9",
    ),
    "two missed replies are a lost link": (
        trips_on("mute", TripReason.NO_ANSWER),
        "if (self._guard.moving or self._running) and retry:",
        "if False:",
    ),
    "a vanished port is told": (
        trips_on("unplug", TripReason.PORT_LOST),
        "            self._trip(TripReason.PORT_LOST, sentence)",
        "            pass",
    ),
    "over-speed and a stuck belt are watched for": (
        trips_on("over_speed", TripReason.OVER_SPEED),
        "self._guard = guards.watch(self._guard, now_s, seen.speed_kmh)",
        "pass",
    ),
    "a start is verified": (
        refuses_a_start_that_is_not_verified,
        "if started is None or started.refused or status is None or status.value != RUNNING_GUARDED:",
        "if False:",
    ),
    "a dead station stops the belt": (
        stops_when_the_station_is_gone,
        'self._trip_if_moving(reason or TripReason.OPERATOR_STOP, "the station ended")',
        "pass",
    ),
    "garbage from the station stops the belt": (
        stops_on_garbage_from_the_station,
        'self._trip_if_moving(TripReason.STATION_GARBLED, "a line that cannot be read")',
        "pass",
    ),
    "the auto stop comes first": (sends_the_auto_stop_first, "elif rung is Rung.AUTO_STOP:", "elif False:"),
    "a lagging zero is no rest": (
        calls_no_belt_at_rest_that_has_just_been_started,
        "running=self._running, fault",
        "running=False, fault",
    ),
}


@pytest.mark.process
@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds_and_its_fact_fails_where_it_is_broken(rule: str) -> None:
    fact, old, new = RULES[rule]
    fact(driver_module)
    with planted_fault(driver_module, old, new) as broken, pytest.raises(AssertionError):
        fact(broken)

"""The driver's safety rules against the emulator on a socket, and each of them broken once on purpose."""

import time
import types
from collections.abc import Callable

import pytest

import drivers.treadmill.controlled as driver_module
import drivers.treadmill.loop as loop_module
import drivers.treadmill.seen as seen_module
import drivers.treadmill.stop_ladder as ladder_module
from drivers import lines
from drivers.emulators.belt import BeltRates
from drivers.emulators.opcode_belt import UNRECOGNISED
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.woodway import SPEED, WoodwayEmulator
from drivers.treadmill.loop import CYCLE_S
from drivers.treadmill.port import Request
from tests.contract.driver_thread import SCALE, Thread, broken_driver, holds, running
from teststation.ports import BeltState, TripReason

BROKEN_TRIPS_WITHIN_S = 2.0  # a whole driver trips in one; what a broken one leaves out is not waited for as long


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
        # One that does not notice trips as well, a second later: its lease has lapsed.
        assert thread.holds(lambda seen: seen.trip is not None, 5, lease=False)
        assert thread.last is not None
        assert thread.last.trip is TripReason.STATION_GONE


def stops_on_garbage_from_the_station(module: types.ModuleType) -> None:
    with running(module) as thread:
        thread.walk()
        thread.inbox.put(ValueError("no line"))
        assert thread.holds(lambda seen: seen.trip is not None, 5, lease=False)
        assert thread.last is not None
        assert thread.last.trip is TripReason.STATION_GARBLED


def sends_the_auto_stop_first(module: types.ModuleType) -> None:
    with running(module) as thread:
        thread.walk()
        thread.inbox.put(lines.Stop())
        assert thread.holds(lambda seen: seen.trip is not None, 2, lease=False)

        def told() -> bool:
            return any(data == b"\xaa" for _, way, data in list(thread.treadmill.transcript) if way == "in")

        assert thread.holds(lambda _: told(), BROKEN_TRIPS_WITHIN_S, lease=False)


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


def stays_calm(thread: Thread, fact: Callable[[], bool], within_s: float) -> None:
    """A fact comes true, and the loop meanwhile turns no oftener than its cycle: a loaded machine turns it less."""
    looks, began_s = thread.looks, time.monotonic()
    while not fact():
        assert time.monotonic() - began_s < within_s
        time.sleep(0.02)
    assert thread.looks - looks <= (time.monotonic() - began_s) / CYCLE_S + 5


def is_calm_behind_a_port_that_is_gone_and_stops_the_belt_first_when_it_is_back(
    woodway: bool,
) -> Callable[[types.ModuleType], None]:
    """A tripped belt's first stop hurries; without a wire there is nothing to hurry to, and the station is heard."""

    def fact(module: types.ModuleType) -> None:
        with running(module, woodway=woodway) as thread:
            thread.walk()
            thread.treadmill.give("unplug")
            assert thread.holds(lambda seen: seen.trip is not None, 5)
            lost_at = len(thread.notes)

            def opened() -> int:
                return thread.notes[lost_at:].count("opened")

            stays_calm(thread, lambda: opened() >= 3, 15)
            thread.inbox.put(lines.Stop())
            stays_calm(thread, thread.inbox.empty, 5)
            thread.treadmill.take("unplug")
            stays_calm(thread, lambda: thread.last is not None and thread.last.state is BeltState.TRIPPED, 15)
            stays_calm(thread, lambda: thread.last is not None and thread.last.at_rest, 15)
            after = thread.notes[lost_at:]
            firsts = [after[number + 1] for number, note in enumerate(after[:-1]) if note == "opened"]
            assert set(firsts) == {Request.AUTO_STOP}

    return fact


def is_calm_after_a_stop_at_rest(module: types.ModuleType) -> None:
    with running(module) as thread:
        assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
        thread.inbox.put(lines.Stop())
        assert thread.holds(lambda seen: seen.trip is not None, 5, lease=False)
        enough = thread.looks + 10
        stays_calm(thread, lambda: thread.looks >= enough, 15)


def forgets_an_arming_when_the_port_is_lost(module: types.ModuleType) -> None:
    with running(module) as thread:
        assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
        thread.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
        assert thread.holds(lambda seen: seen.state is BeltState.ARMED, 5, lease=False)
        thread.treadmill.give("unplug")
        assert thread.holds(lambda seen: seen.trip is TripReason.PORT_LOST, 5, lease=False)


class WoodwayWithoutASpeed(WoodwayEmulator):
    """It refuses to tell its speed while its belt moves."""

    def _execute(self, opcode: int, data: bytes) -> None:
        if opcode == SPEED and self.true_speed_kmh > 0.0:
            self._say(bytes([UNRECOGNISED]))
        else:
            super()._execute(opcode, data)


def holds_no_speed_that_is_refused(module: types.ModuleType) -> None:
    """Its zero of a moment ago says nothing of a belt that ignores its stops."""
    with running(module, woodway=True, treadmill=WoodwayWithoutASpeed(SCALE)) as thread:
        thread.treadmill.give("ignore_stop")
        assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
        thread.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
        assert thread.holds(lambda seen: seen.trip is TripReason.GARBLED, 5)
        assert thread.treadmill.true_speed_kmh > 0.0
        within_s = 30 if module is driver_module else 8
        # A stop goes out every 0.3 s; a zero that was held would be called rest after two seconds of them.
        assert thread.holds(lambda _: thread.notes.count(Request.AUTO_STOP) > 12, within_s, lease=False)
        assert thread.last is not None
        assert not thread.last.at_rest


def calls_no_crawl_a_rest(woodway: bool) -> Callable[[types.ModuleType], None]:
    """A belt that somebody else has on crawls below what a report can show; a second driver stops it."""

    def fact(module: types.ModuleType) -> None:
        crawl = BeltRates(accel_kmh_s=0.0005)
        treadmill = WoodwayEmulator(SCALE, crawl) if woodway else TrackmasterEmulator("kmh", SCALE, crawl)
        for command in (b"\xa30030", b"\xa9" if woodway else b"\xa1"):  # on without its watchdog
            treadmill.receive(command, time.monotonic())
        with running(module, woodway=woodway, treadmill=treadmill, recover=True) as thread:
            stopped = thread.holds(
                lambda seen: seen.trip is TripReason.DRIVER_LOST and seen.at_rest,
                20 if module is driver_module else BROKEN_TRIPS_WITHIN_S,
                lease=False,
            )
            assert stopped
            assert max(thread.rested_at_kmh) == 0.0

    return fact


def arms_no_second_driver(module: types.ModuleType) -> None:
    with running(module, recover=True) as thread:
        assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
        thread.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
        assert thread.holds(lambda _: "refused" in thread.notes, 2)
        assert not thread.holds(lambda seen: seen.state in (BeltState.ARMED, BeltState.MOVING), 0.6)


Fact = Callable[[types.ModuleType], None]
CALM_ON_A_TRACKMASTER = is_calm_behind_a_port_that_is_gone_and_stops_the_belt_first_when_it_is_back(woodway=False)
CALM_ON_A_WOODWAY = is_calm_behind_a_port_that_is_gone_and_stops_the_belt_first_when_it_is_back(woodway=True)

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
        "if stopped and self._stopped.at_least(STOPPED_FOR_S, now_s, STOPPED_AMONG_S, bool):",
        "if False:",
    ),
    "two missed replies are a lost link": (
        trips_on("mute", TripReason.NO_ANSWER),
        driver_module,
        "if (self._guard.armed or self._guard.moving or self._running) and retry:",
        "if False:",
    ),
    "a vanished port is told": (
        trips_on("unplug", TripReason.PORT_LOST),
        loop_module,
        "            self._trip(TripReason.PORT_LOST, str(error))",
        "            pass",
    ),
    "no arming outlives a lost port": (
        forgets_an_arming_when_the_port_is_lost,
        loop_module,
        "if self._concerned or self._guard.armed:",
        "if self._concerned:",
    ),
    "nobody hurries behind a port that is gone": (
        CALM_ON_A_TRACKMASTER,
        loop_module,
        "if self._hurries and self._is_open:",
        "if self._hurries:",
    ),
    "a port that is back is told to stop at once": (
        CALM_ON_A_TRACKMASTER,
        driver_module,
        "self._ladder.reopen(time.monotonic())",
        "pass",
    ),
    "nobody hurries behind a port of a Woodway that is gone": (
        CALM_ON_A_WOODWAY,
        loop_module,
        "if self._hurries and self._is_open:",
        "if self._hurries:",
    ),
    "a port of a Woodway that is back is told to stop at once": (
        CALM_ON_A_WOODWAY,
        driver_module,
        "self._ladder.reopen(time.monotonic())",
        "pass",
    ),
    "nobody hurries where nothing is to be sent": (
        is_calm_after_a_stop_at_rest,
        ladder_module,
        "        self._begun = True\n",
        "        self._begun = self._sent_s >= now_s\n",
    ),
    "over-speed and a stuck belt are watched for": (
        trips_on("over_speed", TripReason.OVER_SPEED),
        driver_module,
        "self._let(guards.watch(self._guard, now_s, seen.speed_kmh))",
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
    "rest is told only of a belt that the machine calls stopped": (
        calls_no_belt_at_rest_that_has_just_been_started,
        seen_module,
        "        if not self.stands(now_s, running=running, stop_asked_s=stop_asked_s, scale=scale):\n"
        "            return False\n"
        "        return self.faulted or",
        "        if self.speed_kmh == 0.0:\n            return True\n        return self.faulted or",
    ),
    "a lagging zero is no rest of a belt that is on by our doing": (
        calls_no_woodway_at_rest_that_has_just_been_started,
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
    "a zero is no rest while the machine says that it runs": (
        calls_no_crawl_a_rest(woodway=False),
        seen_module,
        "                self.running = answer.running\n"
        "                self.stopped_since_s = "
        "_since(self.stopped_since_s, now_s, answer.running is Running.STOPPED)\n",
        "                self.running = Running.STOPPED\n"
        "                self.stopped_since_s = _since(self.stopped_since_s, now_s, True)\n",
    ),
    "a second driver stops a belt that has no word for stopped": (
        calls_no_crawl_a_rest(woodway=True),
        driver_module,
        "if self._recover and Request.STATUS not in",
        "if False and Request.STATUS not in",
    ),
    "a second driver is never armed": (
        arms_no_second_driver,
        driver_module,
        "        if self._recover:\n",
        "        if False:\n",
    ),
    "a speed that is refused is not known": (
        holds_no_speed_that_is_refused,
        seen_module,
        "            answer = Answer(answer.request)\n",
        "            return False\n",
    ),
}


# The same lines of the loop, with another machine behind it.
AT_NIGHT = (
    "nobody hurries behind a port of a Woodway that is gone",
    "a port of a Woodway that is back is told to stop at once",
)


@pytest.mark.process
@pytest.mark.parametrize(
    "rule", [pytest.param(rule, marks=pytest.mark.nightly) if rule in AT_NIGHT else rule for rule in RULES]
)
def test_the_rule_holds_and_its_fact_fails_where_it_is_broken(rule: str) -> None:
    fact, module, old, new = RULES[rule]
    holds(fact)
    with broken_driver(module, old, new) as broken, pytest.raises(AssertionError):
        fact(broken)

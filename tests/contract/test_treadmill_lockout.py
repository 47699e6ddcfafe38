"""The vendor's power-up rule: a machine that may be locked out is told to stop, settles, and waits for the operator."""

import time
import types
from collections.abc import Callable

import pytest

import drivers.treadmill.controlled as driver_module
from drivers import lines
from drivers.emulators.opcode_belt import Mode
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.treadmill.controlled import SETTLES_WITHIN_S
from drivers.treadmill.port import Request
from tests.contract.driver_thread import SCALE, Thread, broken_driver, holds, running
from teststation.ports import BeltState, TripReason

pytestmark = pytest.mark.process
ARM = lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0)
STOP_BYTE = b"\xa2"
BROKEN_STOPS_WITHIN_S = 3.0


def stopped_s(thread: Thread) -> list[float]:
    """When the treadmill was told to stop."""
    return [at_s for at_s, way, data in list(thread.treadmill.transcript) if way == "in" and data == STOP_BYTE]


def is_told_to_stop(module: types.ModuleType, thread: Thread) -> bool:
    return thread.holds(lambda _: bool(stopped_s(thread)), 15 if module is driver_module else BROKEN_STOPS_WITHIN_S)


def can_only_be_armed_later(thread: Thread) -> None:
    """The operator tries again and again; leases, meanwhile, start nothing."""
    starts = thread.notes.count(Request.START)
    end_s = time.monotonic() + 20
    while not (thread.last is not None and thread.last.state is BeltState.ARMED):
        assert time.monotonic() < end_s
        assert thread.notes.count(Request.START) == starts
        thread.inbox.put(ARM)
        time.sleep(0.1)
    assert time.monotonic() - stopped_s(thread)[-1] >= SETTLES_WITHIN_S
    assert "refused" in thread.notes
    assert thread.holds(lambda seen: (seen.measured_speed_kmh or 0) > 4.5, 10)


def leaves_a_lock_out(module: types.ModuleType) -> None:
    """Six wall seconds of zeroing. All starts are refused until a stop, or until a silence that a polled wire lacks."""
    with running(module, treadmill=TrackmasterEmulator("kmh", SCALE, zeroing_s=60.0)) as thread:
        assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
        thread.inbox.put(ARM)
        assert thread.holds(lambda seen: seen.trip is TripReason.START_REFUSED, 10)
        assert is_told_to_stop(module, thread)
        # The byte is on the wire before the machine has done what it says.
        assert thread.holds(lambda _: thread.treadmill.mode is not Mode.LOCKED_OUT, 2)
        can_only_be_armed_later(thread)


def settles_behind_a_port_that_is_back(module: types.ModuleType) -> None:
    with running(module) as thread:
        assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
        assert not stopped_s(thread), "connecting only reads"
        thread.treadmill.give("unplug")
        assert thread.holds(lambda seen: seen.state is BeltState.OFFLINE, 5)
        thread.treadmill.take("unplug")
        assert is_told_to_stop(module, thread)
        can_only_be_armed_later(thread)


def settles_when_it_answers_again(module: types.ModuleType) -> None:
    """The red button and its release: the port stays, and the controller is as freshly powered."""
    with running(module) as thread:
        assert thread.holds(lambda seen: seen.at_rest, 5, lease=False)
        thread.treadmill.give("mute")
        assert thread.holds(lambda seen: seen.state is BeltState.OFFLINE, 5)
        thread.treadmill.take("mute")
        assert is_told_to_stop(module, thread)
        can_only_be_armed_later(thread)


RULES: dict[str, tuple[Callable[[types.ModuleType], None], str, str]] = {
    "a refused start": (
        leaves_a_lock_out,
        "|= self._guard.tripped is TripReason.START_REFUSED",
        "|= False",
    ),
    "a port that is back": (settles_behind_a_port_that_is_back, "|= self._lost_once", "|= False"),
    "an answer after none": (settles_when_it_answers_again, "|= self._missed >= LOST_AFTER_MISSES", "|= False"),
    "three seconds": (
        settles_behind_a_port_that_is_back,
        "self._settled_s = time.monotonic() + SETTLES_WITHIN_S",
        "self._settled_s = 0.0",
    ),
    "a stop": (leaves_a_lock_out, "answer = self._ask(self._traits.finish, retry=False)", "answer = None"),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds_and_its_fact_fails_where_it_is_broken(rule: str) -> None:
    fact, old, new = RULES[rule]
    holds(fact)
    with broken_driver(driver_module, old, new) as broken, pytest.raises(AssertionError):
        fact(broken)

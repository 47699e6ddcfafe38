"""A computer that slept: the system tells how long, the run stops, and no lease or reading from before counts."""

import ctypes
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

import drivers.attempts as attempts
import drivers.treadmill.loop as loop
import teststation.run.controller as controller_module
import teststation.run.engine.dispatch as dispatch
import teststation.sleep as sleep_module
from drivers.serial_line import LinkLost
from drivers.treadmill.loop import Loop
from tests.mutants import fails_with
from tests.unit.drivers.machine_on_paper import RoomMaker, lease, room
from tests.unit.run.builders import Bench
from tests.unit.run.test_controller import BY_HAND, Room
from teststation.cause import Cause
from teststation.ports import TripReason
from teststation.run import events as ev
from teststation.run.engine import step
from teststation.run.record import Outcome
from teststation.run.state import Phase
from teststation.sleep import Sleep, since_boot_s

__all__ = ["room"]


class Clocks:
    """A system's two clocks."""

    def __init__(self) -> None:
        self.awake_s, self.asleep_s = 50.0, 7.0
        self.stands_s = 0.0  # this process stands still for so long before each look at a clock

    def with_sleep(self) -> float:
        self.awake_s += self.stands_s
        return self.awake_s + self.asleep_s

    def awake(self) -> float:
        self.awake_s += self.stands_s
        return self.awake_s


def test_sleep_is_told_once_and_time_awake_is_none() -> None:
    clocks = Clocks()
    sleep = Sleep(clocks.with_sleep, clocks.awake)
    clocks.awake_s += 900.0
    assert sleep.since_last_s() == 0.0
    clocks.asleep_s += 40.0
    assert sleep.since_last_s() == 40.0
    assert sleep.since_last_s() == 0.0
    clocks.asleep_s += sleep_module.SLEPT_S
    assert sleep.since_last_s() == 0.0
    clocks.asleep_s += sleep_module.SLEPT_S + 0.1
    assert sleep.since_last_s() == pytest.approx(1.1)


def test_a_process_that_stands_still_between_two_clocks_did_not_sleep() -> None:
    clocks = Clocks()
    for stood_s in ((9.0, 0.0), (0.0, 9.0), (9.0, 9.0)):
        clocks.stands_s = stood_s[0]
        sleep = Sleep(clocks.with_sleep, clocks.awake)
        clocks.stands_s = stood_s[1]
        assert sleep.since_last_s() == 0.0
        clocks.stands_s = 0.0
        assert sleep.since_last_s() == 0.0


def test_this_systems_own_clocks_go_on_together() -> None:
    sleep, began_s, counted_s = Sleep(), time.monotonic(), since_boot_s()
    while time.monotonic() - began_s < 0.05:
        assert sleep.since_last_s() == 0.0
    assert since_boot_s() - counted_s >= 0.02  # Windows counts in sixteenths of a tenth
    assert sleep_module._clocks()[0]() >= sleep_module._clocks()[1]() - 0.1


class Kernel:
    """Windows' own: one count in milliseconds, one in tenths of a microsecond."""

    def __init__(self) -> None:
        self.GetTickCount64 = lambda: 360_000
        self.QueryUnbiasedInterruptTime = self._unbiased

    def _unbiased(self, place: object) -> int:
        place._obj.value = 60 * 10_000_000  # type: ignore[attr-defined]
        return 1


def test_windows_has_two_such_clocks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=Kernel()), raising=False)
    with_sleep, awake = sleep_module._clocks()
    assert (with_sleep(), awake()) == (360.0, 60.0)
    monkeypatch.setattr(sys, "platform", "other")
    with_sleep, awake = sleep_module._clocks()
    assert with_sleep is awake


# --- the run -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_run_whose_computer_slept_is_stopped_and_says_for_how_long(by_hand: bool) -> None:
    at = Room()
    slept: list[float] = []
    at.controller._slept_s = lambda: slept.pop() if slept else 0.0
    at.begin()
    if by_hand:
        at.controller.state = replace(at.controller.state, treadmill=BY_HAND)
    at.tick()
    assert at.controller.state.phase is Phase.STAGES
    slept.append(300.4)
    at.script.log.clear()
    at.tick()
    state = at.controller.state
    assert (state.phase, state.outcome, state.tripped) == (Phase.STOPPING, Outcome.FAULT, True)
    assert state.reason == Cause("station_slept", {"seconds": 300})
    assert at.script.log[:2] == ["journal station_slept durable", "stop"]
    assert not any(entry.startswith("grant") for entry in at.script.log)


def test_a_run_that_is_not_begun_or_is_stopped_already_goes_on_as_it_was() -> None:
    at = Room()
    at.controller._slept_s = lambda: 300.0
    at.tick(3)
    assert at.controller.state.phase is Phase.READY
    assert not any("station_slept" in entry for entry in at.script.log)
    bench = Bench()
    for phase in (Phase.READY, Phase.ENDED):
        resting = replace(bench.state, phase=phase)
        assert step(resting, ev.StationSlept(t_s=5.0, seconds=9.0)) == (resting, ())


def test_the_journal_of_a_run_that_slept_is_read_again() -> None:
    import msgspec

    event = ev.StationSlept(t_s=5.0, seconds=9.5)
    assert ev.decode_event(msgspec.json.encode(event)) == event


# --- the drivers ---------------------------------------------------------------------------------------------


def test_a_belt_whose_computer_slept_is_brought_to_rest_whatever_its_lease_says(room: RoomMaker) -> None:
    made = room().walking(4.0)
    slept = [20.0]
    made.driver._sleep.since_last_s = lambda: slept.pop() if slept else 0.0  # type: ignore[method-assign]
    Loop._woken(made.driver)
    made.round(lease(4.0))
    assert made.last.trip is TripReason.LEASE_LAPSED
    assert made.last.trip_detail == "the computer slept"
    made.until(lambda seen: seen.at_rest, 15.0, lease(4.0))
    armed = room().armed()
    slept.append(20.0)
    armed.driver._sleep.since_last_s = lambda: slept.pop() if slept else 0.0  # type: ignore[method-assign]
    Loop._woken(armed.driver)
    assert armed.round(lease(4.0)).trip is TripReason.LEASE_LAPSED
    idle = room()
    idle.run(3.0)
    idle.driver._sleep.since_last_s = lambda: 20.0  # type: ignore[method-assign]
    Loop._woken(idle.driver)
    assert idle.round().trip is None


def test_a_straps_loop_that_slept_begins_anew() -> None:
    turns = attempts.Turns(10.0)
    turns.take(10.1)
    turns._sleep.since_last_s = lambda: 30.0  # type: ignore[method-assign]
    with pytest.raises(LinkLost):
        turns.take(10.2)


FAULTS: dict[str, tuple[object, str, str, Callable[[], None]]] = {
    "sleep is told again and again": (
        sleep_module,
        "slept_s, self._most_s = least_s - self._most_s, most_s",
        "slept_s = least_s - self._most_s",
        test_sleep_is_told_once_and_time_awake_is_none,
    ),
    "two clocks are read at once": (
        sleep_module,
        "return with_sleep_s - after_s, with_sleep_s - before_s",
        "return with_sleep_s - before_s, with_sleep_s - before_s",
        test_a_process_that_stands_still_between_two_clocks_did_not_sleep,
    ),
    "a run sleeps through": (
        controller_module,
        "self._feed(ev.StationSlept(t_s=self.now_s(), seconds=slept_s))",
        "pass",
        lambda: test_a_run_whose_computer_slept_is_stopped_and_says_for_how_long(True),
    ),
    "a run that slept goes on": (
        dispatch,
        "case ev.StationSlept(t_s=t_s, seconds=seconds) if state.moving_phase:",
        "case ev.StationSlept(t_s=t_s, seconds=seconds) if False:",
        lambda: test_a_run_whose_computer_slept_is_stopped_and_says_for_how_long(False),
    ),
    "a strap's readings are as old as its loop's sleep": (
        attempts,
        " or self._sleep.since_last_s():",
        ":",
        test_a_straps_loop_that_slept_begins_anew,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_on_a_planted_fault(fault: str) -> None:
    module, old, new, fact = FAULTS[fault]
    fails_with(module, old, new, fact)  # type: ignore[arg-type]


def test_the_fact_fails_where_a_driver_believes_a_lease_from_before(room: RoomMaker) -> None:
    fails_with(
        loop,
        "if self._sleep.since_last_s() and (self._concerned or self._guard.armed):",
        "if False:",
        lambda: test_a_belt_whose_computer_slept_is_brought_to_rest_whatever_its_lease_says(room),
    )

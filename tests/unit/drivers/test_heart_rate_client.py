"""A strap's driver that dies or hangs is replaced, and how often; what is not to be replaced is not."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

import drivers.heart_rate_client as client_module
from drivers import lines
from tests.mutants import planted_fault
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus

module = client_module
STRAP = "HRM 1 F0:F0:F0:F0:F0:F0"


class FakeDriver:
    """What a driver process is to its client; no process."""

    begun: ClassVar[list["FakeDriver"]] = []

    def __init__(self, _: str, __: str, ___: TimeScale, *, bound: str = "", secrets: object = None) -> None:
        self.bound = bound
        self.received: deque[lines.FromDriver] = deque()
        self.trouble: tuple[Problem, ...] = ()
        self.fatal: tuple[Problem, ...] = ()
        self.complaints, self.complained_s = 0, 0.0
        self.garbled = False
        self.ended = threading.Event()
        self.greeted = True
        self.heard_s = time.monotonic()
        self.killed = self.closed = False
        self.begun.append(self)

    def why_lost(self, died: str) -> tuple[Problem, ...]:
        return self.fatal or ((Cause(died),) if self.ended.is_set() else ())

    def kill(self) -> None:
        self.killed = True

    def close(self, within_s: float) -> None:
        self.closed = True

    def beat(self, t_mono_s: float | None = None) -> None:
        t_mono_s = time.monotonic() if t_mono_s is None else t_mono_s
        reading = HeartRateReading(t_mono_s=t_mono_s, status=HeartRateStatus.OK, bpm=100, sensor=STRAP)
        self.received.append(lines.Heart(reading=reading))


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[FakeDriver]:
    FakeDriver.begun = []
    monkeypatch.setattr(module, "DriverProcess", FakeDriver)
    monkeypatch.setattr(module, "HUNG_AFTER_S", 0.3)
    monkeypatch.setattr(module, "LOOKS_EVERY_S", 0.2)
    return FakeDriver.begun


def client(device: str = "ble:HRM 1") -> Any:
    return module.HeartRateClient(device, TimeScale())


def look(heart: Any, until: Callable[[], bool], within_s: float = 3.0) -> list[HeartRateReading]:
    """Read ten times a second, as a run does."""
    readings: list[HeartRateReading] = []
    until_s = time.monotonic() + within_s
    while not until():
        assert time.monotonic() < until_s, "waited in vain"
        readings += heart.readings()
        time.sleep(0.02)
    return [*readings, *heart.readings()]


def test_a_driver_that_dies_is_replaced_by_one_bound_to_the_same_strap(begun: list[FakeDriver]) -> None:
    heart = client()
    begun[0].beat()
    heart.readings()
    begun[0].ended.set()
    readings = look(heart, lambda: len(begun) == 2)
    assert [r.status for r in readings] == [HeartRateStatus.OFFLINE]
    assert begun[0].killed
    assert begun[1].bound == STRAP
    assert heart.failure() is None
    assert [problem.code for problem in heart.trouble] == ["hr_driver_replaced"]
    begun[1].beat()
    heart.readings()
    assert heart.trouble == ()


def test_a_driver_that_says_nothing_any_more_hangs_and_is_replaced(begun: list[FakeDriver]) -> None:
    heart = client()
    look(heart, lambda: len(begun) == 2)
    assert begun[0].killed
    assert [problem.code for problem in heart.trouble] == ["hr_driver_hung"]


def test_a_driver_is_not_to_blame_where_the_station_itself_stood_still(begun: list[FakeDriver]) -> None:
    heart = client()
    time.sleep(0.5)
    heart.readings()
    time.sleep(0.1)
    heart.readings()
    assert len(begun) == 1


def test_drivers_that_die_at_once_are_replaced_ever_more_slowly(
    begun: list[FakeDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    heart, waits_s = client(), []
    monkeypatch.setattr(heart._closing, "wait", lambda wait_s: waits_s.append(wait_s))
    for count in (2, 3, 4, 5, 6):
        begun[-1].ended.set()
        look(heart, lambda count=count: len(begun) == count)
    assert waits_s == [0.0, 1.0, 2.0, 5.0, 5.0]
    assert heart.attempts == 5


def test_a_driver_that_cannot_work_is_not_replaced_and_says_why(begun: list[FakeDriver]) -> None:
    heart = client()
    begun[0].fatal = (Cause("ant_key_wrong"),)
    begun[0].ended.set()
    heart.readings()
    time.sleep(0.1)
    heart.readings()
    assert len(begun) == 1
    assert "16 hexadecimal digits" in (heart.failure() or "")


def test_a_driver_that_says_what_is_no_line_is_replaced(begun: list[FakeDriver]) -> None:
    heart = client()
    begun[0].garbled, begun[0].fatal = True, (Cause("driver_unreadable"),)
    look(heart, lambda: len(begun) == 2)
    assert begun[0].killed
    assert heart.failure() is None


def test_a_driver_is_given_what_the_one_before_it_called_the_strap(begun: list[FakeDriver]) -> None:
    heart = client()
    begun[0].received.append(lines.Identity(strap="the strap with the serial number 7"))
    begun[0].beat()
    heart.readings()
    begun[0].ended.set()
    look(heart, lambda: len(begun) == 2)
    assert begun[1].bound == "the strap with the serial number 7"


def test_a_complaint_that_came_after_the_pulse_is_not_cleared_by_it(begun: list[FakeDriver]) -> None:
    heart, now_s = client(), time.monotonic()  # moments of its own: Windows' clock goes in steps of 16 ms
    begun[0].beat(now_s - 1.0)
    begun[0].trouble, begun[0].complaints, begun[0].complained_s = (Cause("ble_off"),), 1, now_s - 0.5
    heart.readings()
    assert (heart.trouble, heart.attempts) == ((Cause("ble_off"),), 1)
    begun[0].beat(now_s)
    heart.readings()
    assert (heart.trouble, heart.attempts) == ((), 0)


def test_a_recording_is_not_played_again(begun: list[FakeDriver]) -> None:
    heart = client("replay:pulse.fit")
    begun[0].ended.set()
    heart.readings()
    time.sleep(0.1)
    heart.readings()
    assert len(begun) == 1
    assert "driver died" in (heart.failure() or "")


def test_a_client_that_is_closed_starts_nothing_more(begun: list[FakeDriver]) -> None:
    heart = client()
    begun[0].ended.set()
    look(heart, lambda: len(begun) == 2)
    begun[1].ended.set()
    heart.readings()  # a second of waiting has begun
    heart.close()
    assert len(begun) == 2
    assert begun[1].closed
    heart.readings()
    assert len(begun) == 2


FAULTS: dict[str, tuple[str, str, Callable[[list[FakeDriver]], None]]] = {
    "a new driver takes any strap": (
        "bound=self._bound",
        'bound=""',
        test_a_driver_that_dies_is_replaced_by_one_bound_to_the_same_strap,
    ),
    "the pulse of a driver that died stands": (
        "        self._readings.append(HeartRateReading(t_mono_s=now_s, status=HeartRateStatus.OFFLINE))\n",
        "",
        test_a_driver_that_dies_is_replaced_by_one_bound_to_the_same_strap,
    ),
    "silence is taken for life": (
        "if not (hung or driver.garbled or driver.ended.is_set()):",
        "if not (driver.garbled or driver.ended.is_set()):",
        test_a_driver_that_says_nothing_any_more_hangs_and_is_replaced,
    ),
    "the station's own sleep is the driver's": (
        "if slept:",
        "if False:",
        test_a_driver_is_not_to_blame_where_the_station_itself_stood_still,
    ),
    "a recording begins anew": (
        "return not is_recording(self._device)",
        "return True",
        test_a_recording_is_not_played_again,
    ),
    "a driver that cannot work is tried again": (
        "gave_up = bool(driver.fatal) and not driver.garbled",
        "gave_up = False",
        test_a_driver_that_cannot_work_is_not_replaced_and_says_why,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, fact = FAULTS[fault]
    with planted_fault(client_module, old, new) as broken:
        monkeypatch.setitem(globals(), "module", broken)
        FakeDriver.begun = []
        monkeypatch.setattr(broken, "DriverProcess", FakeDriver)
        monkeypatch.setattr(broken, "HUNG_AFTER_S", 0.3)
        monkeypatch.setattr(broken, "LOOKS_EVERY_S", 0.2)
        with pytest.raises(AssertionError):
            fact(FakeDriver.begun)

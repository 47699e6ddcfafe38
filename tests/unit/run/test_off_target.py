"""A belt that does not keep its speed is told after a while, and by most of the readings."""

import types
from collections.abc import Callable, Iterator
from itertools import cycle, repeat

import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import Bench, belt, heart
from teststation.ports import BeltState
from teststation.run import alarms as alarms_module
from teststation.run import events as ev
from teststation.run.alarms import Priority, alarms
from teststation.run.engine import devices


def walk(bench: Bench, speeds_kmh: Iterator[float | None], seconds: float) -> list[float]:
    """Walk with two readings of the belt a second; when the alarm stood, seconds from the beginning."""
    bench.belt_follows, bench.bpm = False, None
    began_s, told = bench.now_s, []
    for _ in range(round(seconds * 2)):
        bench.now_s += 0.5
        target = bench.state.setpoint
        incline_pct = 0.0 if target is None else target.incline_pct
        bench.feed(
            belt(bench.now_s, next(speeds_kmh), BeltState.MOVING, at_rest=False, incline_pct=incline_pct),
            heart(bench.now_s, 110 + round(bench.now_s) % 3),
            ev.Ticked(t_s=bench.now_s),
        )
        found = {alarm.code: alarm.priority for alarm in alarms(bench.state, bench.now_s)}
        if "belt_off_target" in found:
            assert found["belt_off_target"] is Priority.MEDIUM
            told.append(bench.now_s - began_s)
    return told


def test_a_belt_that_is_half_a_kmh_and_more_off_is_told_after_ten_seconds() -> None:
    told = walk(Bench().started(), repeat(4.2), 30.0)
    assert told[:1] == [pytest.approx(10.5, abs=0.6)]
    assert told[-1:] == [30.0]
    assert walk(Bench().started(), repeat(5.4), 30.0)


def test_a_belt_within_half_a_kmh_is_not() -> None:
    assert walk(Bench().started(), cycle([4.3, 5.3]), 60.0) == []


@pytest.mark.parametrize("once_kmh", [4.8, None])
def test_a_right_reading_now_and_then_does_not_put_it_off(once_kmh: float | None) -> None:
    told = walk(Bench().started(), cycle([3.8] * 7 + [once_kmh]), 60.0)
    assert min(told, default=60.0) <= 15.0
    assert told[-1] == 60.0


def test_a_wrong_reading_now_and_then_is_not_told() -> None:
    assert walk(Bench().started(), cycle([4.8] * 7 + [0.0]), 60.0) == []


def test_a_new_load_has_its_time_whenever_it_is_set() -> None:
    bench = Bench().started()
    assert walk(bench, repeat(4.8), 60.0) == []
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=3.0, incline_pct=0.0))
    assert walk(bench, iter([4.8 - 0.1 * n for n in range(18)]), 9.0) == []
    assert walk(bench, repeat(3.0), 20.0) == []


def test_nothing_is_told_of_a_belt_that_is_to_stop() -> None:
    bench = Bench().started()
    walk(bench, repeat(3.0), 20.0)
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"))
    assert walk(bench, repeat(3.0), 5.0) == []


FAULTS: dict[str, tuple[types.ModuleType, str, str, Callable[[], None]]] = {
    "a belt that is off is not told": (
        alarms_module,
        "if state.off_target.at_least(OFF_TARGET_FOR_S, now_s, OFF_TARGET_AMONG_S, bool):",
        "if False:",
        test_a_belt_that_is_half_a_kmh_and_more_off_is_told_after_ten_seconds,
    ),
    "one wrong reading is enough": (
        alarms_module,
        "OFF_TARGET_FOR_S, OFF_TARGET_AMONG_S = 10.0, 15.0",
        "OFF_TARGET_FOR_S, OFF_TARGET_AMONG_S = 0.4, 15.0",
        test_a_wrong_reading_now_and_then_is_not_told,
    ),
    "one right reading is enough": (
        alarms_module,
        "state.off_target.at_least(OFF_TARGET_FOR_S, now_s, OFF_TARGET_AMONG_S, bool)",
        "state.off_target.at_least(OFF_TARGET_FOR_S, now_s, OFF_TARGET_FOR_S, bool)",
        lambda: test_a_right_reading_now_and_then_does_not_put_it_off(4.8),
    ),
    "a belt that is too fast is on its target": (
        devices,
        "float(abs(read.measured_speed_kmh - told.speed_kmh) > OFF_TARGET_KMH)",
        "float(told.speed_kmh - read.measured_speed_kmh > OFF_TARGET_KMH)",
        test_a_belt_that_is_half_a_kmh_and_more_off_is_told_after_ten_seconds,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(*FAULTS[fault])

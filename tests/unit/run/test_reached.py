"""When a belt counts as having reached the first stage's speed: within a tenth or 0.3 km/h, and never unread."""

from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from tests.mutants import fails_with
from tests.unit.run.builders import PLAN, Bench, belt
from teststation.ports import BeltState
from teststation.protocol.plan import StagePlan
from teststation.run import events as ev
from teststation.run.engine import devices
from teststation.run.state import Phase


def phase_at(target_kmh: float, read_kmh: float | None, state: BeltState = BeltState.MOVING) -> Phase:
    plan = msgspec.structs.replace(PLAN, stages=(StagePlan("1", 120.0, target_kmh, 0.0),))
    bench = Bench(plan).ready()
    bench.feed(ev.TestBegan(t_s=0.0), belt(0.1, 0.0, BeltState.ARMED), belt(5.0, read_kmh, state))
    return bench.state.phase


def a_tenth_or_three_tenths_of_a_kilometre() -> None:
    for target_kmh, least_kmh in ((4.8, 4.8 - 0.1 * 4.8), (10.0, 9.0), (2.0, 1.7), (3.0, 2.7)):
        assert phase_at(target_kmh, least_kmh) is Phase.STAGES, target_kmh
        assert phase_at(target_kmh, least_kmh - 0.01) is Phase.STARTING, target_kmh


def unread_is_not_reached() -> None:
    assert phase_at(4.8, None) is Phase.STARTING


def somebody_elses_start_reaches_nothing() -> None:
    assert phase_at(4.8, 4.8, BeltState.ARMED) is Phase.STARTING


def test_a_belt_that_is_armed_and_runs_without_its_driver_has_reached_nothing() -> None:
    somebody_elses_start_reaches_nothing()


def test_a_belt_within_a_tenth_or_three_tenths_has_reached_its_speed() -> None:
    a_tenth_or_three_tenths_of_a_kilometre()


def test_a_belt_whose_speed_is_not_read_has_reached_nothing() -> None:
    unread_is_not_reached()


def test_without_a_speed_that_is_asked_for_none_is_reached() -> None:
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=0.0), belt(0.1, 0.0, BeltState.ARMED))
    bench.state = replace(bench.state, setpoint=None)
    bench.feed(belt(5.0, 4.8))
    assert bench.state.phase is Phase.STARTING


def test_a_test_that_has_begun_is_one_from_the_moment_of_its_start() -> None:
    bench = Bench().ready()
    assert not bench.state.begun
    bench.run_for(30.0)
    bench.feed(ev.TestBegan(t_s=bench.now_s))
    assert (bench.state.phase, bench.state.begun, bench.state.phase_began_s) == (Phase.STARTING, True, 30.0)


def test_the_stages_begin_when_the_speed_is_reached() -> None:
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=0.0), belt(0.1, 0.0, BeltState.ARMED), belt(7.0, 4.6))
    assert (bench.state.phase_began_s, bench.state.stage_began_s) == (7.0, 7.0)


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        (" or read.measured_speed_kmh is None or", " or", unread_is_not_reached),
        (" or read.state is not BeltState.MOVING:\n", ":\n", somebody_elses_start_reaches_nothing),
        ("REACHED_SHARE * target_kmh)", "REACHED_SHARE / target_kmh)", a_tenth_or_three_tenths_of_a_kilometre),
        ("return read.measured_speed_kmh >= target", "return read.measured_speed_kmh > target",
         a_tenth_or_three_tenths_of_a_kilometre),
    ],
)  # fmt: skip
def test_it_fails_on_a_planted_fault(old: str, new: str, fact: Callable[[], None]) -> None:
    def held() -> None:
        try:
            fact()
        except TypeError as error:
            raise AssertionError("a speed that is none was reckoned with") from error

    fails_with(devices, old, new, held)

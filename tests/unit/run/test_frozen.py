"""A pulse that does not move while the load rises: remarked, and its stages are read by nobody."""

import types
from collections.abc import Callable, Iterator
from itertools import chain, cycle, repeat

import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import Bench, heart
from teststation.physiology import observe as observe_module
from teststation.physiology.observe import mean_hr_bpm, observe
from teststation.physiology.selection import select
from teststation.ports import Setpoint
from teststation.run import events as ev
from teststation.run import frozen, recording
from teststation.run.alarms import Priority, alarms
from teststation.run.engine import dispatch
from teststation.run.record import RunRecord
from teststation.run.recording import fold
from teststation.run.state import Phase
from teststation.texts import texts
from teststation.window import Window

LIMIT_BPM = 153.0


def walk(bench: Bench, pulse: Iterator[int | None], seconds: float) -> None:
    """Walk with one reading a second."""
    bench.bpm = None
    for _ in range(round(seconds)):
        bench.feed(heart(bench.now_s, next(pulse)))
        bench.run_for(1.0, dt_s=0.5)


def codes(bench: Bench) -> list[str]:
    return [alarm.code for alarm in alarms(bench.state, bench.now_s)]


def rising() -> Iterator[int]:
    """A pulse that wanders a beat up and down and answers each stage."""
    return chain(*([90 + 12 * stage + n % 3 for n in range(120)] for stage in range(4)))


def run_of(bench: Bench) -> RunRecord:
    return bench.recording.record(bench.state)


def test_a_pulse_that_stands_still_over_a_rise_of_the_load_is_remarked_a_minute_after_it() -> None:
    bench = Bench().started()
    walk(bench, repeat(112), 170.0)
    assert "hr_frozen" not in codes(bench), "it is known for less than three minutes"
    walk(bench, repeat(112), 25.0)
    assert bench.state.stage_index == 1
    found = [alarm.priority for alarm in alarms(bench.state, bench.now_s) if alarm.code == "hr_frozen"]
    assert found == [Priority.MEDIUM]
    assert bench.state.phase is Phase.STAGES, "it is a remark"
    assert fold(bench.events)[0] == bench.state


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_it_is_said_in_words_with_its_number(language: str) -> None:
    bench = Bench().started()
    walk(bench, repeat(112), 200.0)
    said = [texts(language).say(a.cause) for a in alarms(bench.state, bench.now_s) if a.code == "hr_frozen"]
    assert len(said) == 1
    assert "112" in said[0]


@pytest.mark.parametrize(
    "pulse",
    [
        repeat(112),
        cycle([112] * 60 + [113]),
        cycle([112] * 40 + [None]),
        cycle([112] * 40 + [0]),
        cycle([112] * 30 + [195]),
        repeat(60),
    ],
    ids=["still", "a beat off now and then", "gaps", "zeros", "spikes", "slow"],
)
def test_its_stages_are_read_by_nobody(pulse: Iterator[int | None]) -> None:
    bench = Bench().started()
    walk(bench, pulse, 360.0)
    run = run_of(bench)
    seen = observe(run)
    assert [stage.hr_bpm for stage in seen] == [None] * 3
    reasons = [stage.excluded_because for stage in select(seen, LIMIT_BPM)]
    assert [reason and reason.code for reason in reasons] == ["pulse_frozen"] * 3
    assert mean_hr_bpm(run, 200.0, 230.0) is None


def test_a_living_pulse_is_never_remarked() -> None:
    bench = Bench().started()
    walk(bench, rising(), 350.0)
    assert bench.state.phase is Phase.STAGES
    assert not [mark for mark in run_of(bench).marks if mark.kind == "pulse_frozen"]
    assert all(stage.hr_bpm is not None for stage in observe(run_of(bench)))


def test_a_pulse_that_stands_still_at_a_steady_load_is_no_frozen_one() -> None:
    bench = Bench().ready()
    walk(bench, repeat(72), 600.0)
    assert bench.state.phase is Phase.READY
    assert bench.state.hr_frozen is None
    held = Bench().started()
    walk(held, rising(), 60.0)
    held.feed(ev.HoldPressed(t_s=held.now_s))
    walk(held, repeat(101), 400.0)
    assert held.state.hr_frozen is None


def test_a_pulse_that_moves_again_is_believed_from_then_on() -> None:
    bench = Bench().started()
    walk(bench, repeat(112), 230.0)
    assert "hr_frozen" in codes(bench)
    walk(bench, cycle([128, 129, 130]), 9.0)
    assert "hr_frozen" in codes(bench), "it may have leapt"
    walk(bench, cycle([128, 129, 130]), 110.0)
    assert "hr_frozen" not in codes(bench)
    seen = observe(run_of(bench))
    assert [stage.pulse_frozen for stage in seen] == [True, True, False]
    assert seen[2].hr_bpm == pytest.approx(129.0, abs=1.0)


def test_a_pulse_that_froze_late_costs_only_the_stages_it_reaches() -> None:
    bench = Bench().started()
    walk(bench, cycle([100, 101, 102]), 125.0)
    walk(bench, repeat(112), 230.0)
    assert [stage.pulse_frozen for stage in observe(run_of(bench))] == [False, True, True]


@pytest.mark.parametrize(
    ("rose_s", "remarked"),
    [((), False), ((-0.1,), False), ((0.0,), True), ((120.0,), True), ((120.1,), False), ((-9.0, 60.0, 150.0), True)],
)
def test_the_load_has_to_have_risen_in_the_three_minutes_and_a_minute_ago(
    rose_s: tuple[float, ...], remarked: bool
) -> None:
    still = Window(180.0).read(0.0, 112)
    assert frozen.watched(None, still, rose_s, 180.0) == (frozen.Frozen(112, 0.0) if remarked else None)


def test_a_heart_has_a_minute_to_answer_a_load() -> None:
    bench = Bench().started()
    bench.feed(ev.HoldPressed(t_s=bench.now_s))
    walk(bench, repeat(112), 220.0)
    assert bench.state.hr_frozen is None
    bench.feed(ev.HoldReleased(t_s=bench.now_s), ev.NextPressed(t_s=bench.now_s))
    walk(bench, repeat(112), 58.0)
    assert bench.state.hr_frozen is None, "a heart has a minute to answer"
    walk(bench, repeat(112), 4.0)
    assert bench.state.hr_frozen is not None


@pytest.mark.parametrize(
    ("before", "after", "rose"),
    [
        (None, (4.8, 0.0), True),
        ((4.8, 0.0), None, False),
        (None, None, False),
        ((4.8, 0.0), (4.8, 0.0), False),
        ((4.8, 0.0), (4.8, 4.0), True),
        ((4.8, 0.0), (5.6, 0.0), True),
        ((4.8, 4.0), (5.6, 2.0), False),
        ((4.8, 4.0), (4.0, 6.0), False),
        ((4.8, 4.0), (4.0, 4.0), False),
    ],
)
def test_a_load_rises_where_no_part_of_it_falls(
    before: tuple[float, float] | None, after: tuple[float, float] | None, rose: bool
) -> None:
    setpoints = [load and Setpoint(speed_kmh=load[0], incline_pct=load[1]) for load in (before, after)]
    assert frozen.rises(*setpoints) is rose


FAULTS: dict[str, tuple[types.ModuleType, str, str, Callable[[], None]]] = {
    "nobody looks": (
        dispatch,
        "if rises(state.setpoint, after.setpoint):",
        "if False:",
        test_a_pulse_that_stands_still_over_a_rise_of_the_load_is_remarked_a_minute_after_it,
    ),
    "a load need not have risen": (
        frozen,
        "return Frozen(last, since_s) if risen else None",
        "return Frozen(last, since_s)",
        test_a_pulse_that_stands_still_at_a_steady_load_is_no_frozen_one,
    ),
    "a heart answers at once": (
        frozen,
        "ANSWERS_WITHIN_S = 60.0",
        "ANSWERS_WITHIN_S = 0.0",
        test_a_heart_has_a_minute_to_answer_a_load,
    ),
    "one other number is a heart": (
        frozen,
        "SAME_SHARE = 0.95",
        "SAME_SHARE = 1.0",
        lambda: test_its_stages_are_read_by_nobody(cycle([112] * 60 + [113])),
    ),
    "one other number ends it": (
        frozen,
        "pulse.at_least(MOVES_FOR_S,",
        "pulse.at_least(0.5,",
        test_a_pulse_that_moves_again_is_believed_from_then_on,
    ),
    "it never ends": (
        frozen,
        "return None if moves else frozen",
        "return frozen",
        test_a_pulse_that_moves_again_is_believed_from_then_on,
    ),
    "the record does not tell": (
        recording,
        "self._mark(after.hr_frozen.since_s, PULSE_FROZEN,",
        'self._mark(after.hr_frozen.since_s, "",',
        test_a_pulse_that_froze_late_costs_only_the_stages_it_reaches,
    ),
    "the estimate does not ask": (
        observe_module,
        "hr_bpm=fmean(beats) if beats and not frozen else None",
        "hr_bpm=fmean(beats) if beats else None",
        lambda: test_its_stages_are_read_by_nobody(repeat(112)),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(*FAULTS[fault])

"""A pulse that was lost for a while stays told until somebody has seen it, though it is back."""

import types
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.mutants import fails_with
from tests.unit.run.builders import Bench
from teststation.run import alarms as alarms_module
from teststation.run import events as ev
from teststation.run.alarms import REPEAT_S, Priority, alarms
from teststation.run.engine import heart


def codes(bench: Bench) -> list[str]:
    return [alarm.code for alarm in alarms(bench.state, bench.now_s) if "lost" in alarm.code]


def lost_and_back(lost_s: float, back_s: float = 20.0) -> Bench:
    bench = Bench().started()
    bench.run_for(20.0)
    bench.bpm = None
    bench.run_for(lost_s)
    bench.bpm = 120
    return bench.run_for(back_s)


def test_a_lost_pulse_stands_until_it_is_seen() -> None:
    bench = lost_and_back(30.0)
    assert bench.state.hr_bpm == 120
    assert codes(bench) == ["hr_was_lost"]
    alarm = next(one for one in alarms(bench.state, bench.now_s) if one.code == "hr_was_lost")
    assert (alarm.priority, alarm.sounding) == (Priority.MEDIUM, True)
    assert 30 <= int(alarm.cause.values["seconds"]) <= 45
    bench.run_for(REPEAT_S)
    assert codes(bench) == ["hr_was_lost"]
    bench.feed(ev.AlarmAcknowledged(t_s=bench.now_s, code="hr_was_lost"))
    assert codes(bench) == []
    bench.run_for(60.0)
    assert codes(bench) == []


def test_one_that_was_seen_while_it_was_lost_is_told_no_more() -> None:
    bench = Bench().started()
    bench.bpm = None
    bench.run_for(20.0)
    bench.feed(ev.AlarmAcknowledged(t_s=bench.now_s, code="hr_lost"))
    bench.bpm = 120
    bench.run_for(20.0)
    assert codes(bench) == []


def test_one_that_was_seen_in_the_moment_it_was_lost_is_seen() -> None:
    bench = lost_and_back(30.0)
    assert bench.state.hr_gap is not None
    from_s, _ = bench.state.hr_gap
    seen = replace(bench.state, acknowledged=(("hr_lost", from_s),))
    assert [alarm.code for alarm in alarms(seen, bench.now_s)] == []
    before = replace(bench.state, acknowledged=(("hr_lost", from_s - 0.1),))
    assert [alarm.code for alarm in alarms(before, bench.now_s)] == ["hr_was_lost"]


def test_the_next_one_is_told_anew() -> None:
    bench = lost_and_back(20.0)
    bench.feed(ev.AlarmAcknowledged(t_s=bench.now_s, code="hr_was_lost"))
    bench.bpm = None
    bench.run_for(15.0)
    bench.bpm = 120
    bench.run_for(20.0)
    assert codes(bench) == ["hr_was_lost"]


def test_a_gap_too_short_to_be_told_leaves_nothing() -> None:
    bench = lost_and_back(8.0)
    assert bench.recording.record(bench.state).marks, "it was lost"
    assert codes(bench) == []


def test_a_pulse_that_is_away_is_told_as_that() -> None:
    bench = lost_and_back(30.0)
    bench.bpm = None
    bench.run_for(15.0)
    assert codes(bench) == ["hr_lost"]


FAULTS: list[tuple[types.ModuleType, str, str, Callable[[], None]]] = [
    (heart, "gap = (lost_s, read.t_s) if lost_s is not None and told else state.hr_gap", "gap = state.hr_gap",
     test_a_lost_pulse_stands_until_it_is_seen),
    (heart, "told = lost_s is not None and read.t_s - lost_s >= state.plan.limits.hr_lost_warn_s", "told = True",
     test_a_gap_too_short_to_be_told_leaves_nothing),
    (alarms_module, "if any(at_s >= from_s for at_s in seen_s):", "if False:",
     test_one_that_was_seen_while_it_was_lost_is_told_no_more),
    (alarms_module, "if any(at_s >= from_s for at_s in seen_s):", "if seen_s:", test_the_next_one_is_told_anew),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_each_rule_fails_on_a_planted_fault(
    module: types.ModuleType, old: str, new: str, fact: Callable[[], None]
) -> None:
    fails_with(module, old, new, fact)

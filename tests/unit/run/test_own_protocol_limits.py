"""A protocol of the clinic's own meets machine and guard as any other does: what they cannot, nobody's table can."""

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers import guard as guards
from tests.mutants import fails_with
from tests.unit.run.builders import Bench
from teststation.ports import Setpoint, TreadmillInfo
from teststation.protocol.load import find, load_plan
from teststation.protocol.own import OwnProtocols
from teststation.run import events as ev
from teststation.run.engine import operator
from teststation.run.engine.operator import why_not_begin
from teststation.run.state import Phase

# In order as a protocol, and quicker than the machine below may run.
TABLE = """id = "rask"
title = "Klinikkens raske"

[[stages]]
duration_s = 120
speed_kmh = 14
incline_pct = 0

[cool_down]
duration_s = 60
speed_kmh = 3
incline_pct = 0
"""
MACHINE = TreadmillInfo(
    family="trackmaster", port="x", speed_step_kmh=0.1, min_speed_kmh=0.0, max_speed_kmh=12.0, incline_step_pct=0.5,
    max_incline_pct=25.0,
)  # fmt: skip


def own_plan(folder: Path):  # type: ignore[no-untyped-def]
    own = OwnProtocols(folder / "protocols")
    if not own.ids():
        own.save(TABLE, "", "Kari", "2026-01-01T10:00:00+01:00")
    return load_plan(*find("rask", own))


def a_machine_that_cannot_does_not_begin(folder: Path) -> None:
    bench = Bench(own_plan(folder))
    bench.feed(ev.TreadmillKnown(t_s=0.0, info=MACHINE))
    bench.ready().run_for(2.0)
    causes = [cause.code for cause in why_not_begin(bench.state, bench.now_s)]
    assert "plan_beyond_machine" in causes
    bench.feed(ev.TestBegan(t_s=bench.now_s))
    bench.run_for(5.0)
    assert bench.state.phase is Phase.READY


def the_guard_lets_no_such_load_through(folder: Path) -> None:
    plan = own_plan(folder)
    guard = guards.Guard(limits=guards.Limits(max_speed_kmh=12.0))
    guard = guards.arm(guard, 0.0, plan.max_speed_kmh, plan.max_incline_pct, at_rest=True)
    asked = Setpoint(speed_kmh=plan.stages[0].speed_kmh, incline_pct=0.0)
    guard = guards.grant(guard, 0.1, asked, 1.0)
    assert guard.tripped is not None
    assert guard.out_kmh == 0.0


FACTS = (a_machine_that_cannot_does_not_begin, the_guard_lets_no_such_load_through)


@pytest.mark.parametrize("fact", FACTS)
def test_an_own_protocol_meets_the_same_limits(fact: Callable[[Path], None], tmp_path: Path) -> None:
    fact(tmp_path)


def test_an_own_protocol_fails_on_a_planted_fault(tmp_path: Path) -> None:
    fails_with(
        operator,
        'return Cause("plan_beyond_machine", {"speed": info.max_speed_kmh, "incline": info.max_incline_pct})',
        "return None",
        lambda: a_machine_that_cannot_does_not_begin(tmp_path),
    )
    fails_with(
        guards,
        "armed_speed_kmh=min(max_speed_kmh, guard.limits.max_speed_kmh)",
        "armed_speed_kmh=max_speed_kmh",
        lambda: the_guard_lets_no_such_load_through(tmp_path),
    )

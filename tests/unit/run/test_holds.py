"""What holds a stage: when its clock stands still, when it goes on, and when the load is the plan's again."""

import msgspec
import pytest
from msgspec.structs import replace

from tests.mutants import fails_with
from tests.unit.run.builders import PLAN, Bench
from tests.unit.run.test_bouts import BOUT, machine
from tests.unit.run.test_bouts import plan as session_plan
from teststation.ports import Setpoint
from teststation.run import holds as holds_module
from teststation.run.deck import Away, There
from teststation.run.holds import hold, release, stage_setpoint, stops_clock
from teststation.run.state import Bouts, HoldCause, Phase, Prompt, RunState

T_S = 60.0
LOW, PLANNED = Setpoint(speed_kmh=3.0, incline_pct=0.0), Setpoint(speed_kmh=4.8, incline_pct=0.0)
STEEP = Setpoint(speed_kmh=4.98897, incline_pct=8.0)
ASKED, BEGINS = Prompt(PLANNED, 50.0), Prompt(PLANNED, 50.0, begins_stage=True)


def walked(*causes: HoldCause, since_s: float | None = None, **changed: object) -> RunState:
    """A stage that ends at 130 s, on a load below the planned one."""
    state = replace(Bench().started().state, stage_ends_s=130.0, setpoint=LOW, holds=frozenset(causes))
    return replace(state, held_since_s=since_s, **changed)  # type: ignore[arg-type]


def in_session(*causes: HoldCause, since_s: float | None = None, **changed: object) -> RunState:
    return walked(*causes, since_s=since_s, plan=session_plan(), stage_index=1, **changed)


@pytest.mark.parametrize("cause", list(HoldCause))
def test_in_a_test_every_cause_stops_the_clock_and_in_a_session_the_operator_and_a_first_load(
    cause: HoldCause,
) -> None:
    for prompt in (None, ASKED, BEGINS):
        assert stops_clock(walked(prompt=prompt), cause)
        stops = cause is HoldCause.OPERATOR or (cause is HoldCause.LOAD_NOT_SET and prompt is BEGINS)
        assert stops_clock(in_session(prompt=prompt), cause) is stops


def test_a_second_cause_leaves_the_clock_where_it_stood() -> None:
    free = walked()
    held = replace(free, holds=frozenset({HoldCause.LIMIT}), held_since_s=T_S)
    assert hold(free, T_S, HoldCause.LIMIT) == held
    both = frozenset({HoldCause.LIMIT, HoldCause.HR_LOST})
    assert hold(held, T_S + 9.0, HoldCause.HR_LOST) == replace(held, holds=both)


def test_in_a_session_a_lost_pulse_bars_the_load_while_the_clock_runs_on() -> None:
    free = in_session()
    barred = replace(free, holds=frozenset({HoldCause.HR_LOST}))
    assert hold(free, T_S, HoldCause.HR_LOST) == barred
    both = frozenset({HoldCause.HR_LOST, HoldCause.OPERATOR})
    stands = replace(barred, holds=both, held_since_s=T_S)
    assert hold(barred, T_S, HoldCause.OPERATOR) == stands
    assert release(stands, T_S + 10.0, HoldCause.HR_LOST) == replace(stands, holds=frozenset({HoldCause.OPERATOR}))
    # Released by the operator the clock runs, and the load waits for the pulse still.
    runs = replace(barred, stage_ends_s=130.0 + 10.0)
    assert release(stands, T_S + 10.0, HoldCause.OPERATOR) == runs
    assert release(barred, T_S, HoldCause.HR_LOST) == replace(free, setpoint=BOUT)


def test_with_its_last_cause_the_stage_goes_on_for_what_was_left_on_the_planned_load() -> None:
    held = walked(HoldCause.LIMIT, since_s=T_S)
    assert release(held, T_S + 25.0, HoldCause.LIMIT) == walked(setpoint=PLANNED, stage_ends_s=155.0)
    assert release(held, T_S + 25.0, HoldCause.OPERATOR) == held, "a cause that was none changes nothing"


@pytest.mark.parametrize("left", [cause for cause in HoldCause if cause is not HoldCause.LOAD_CHANGED])
def test_with_another_cause_the_clock_stands_and_the_load_comes_only_to_be_set_by_the_hand(left: HoldCause) -> None:
    held = walked(HoldCause.LOAD_CHANGED, left, since_s=T_S)
    after = replace(held, holds=frozenset({left}))
    if left is HoldCause.LOAD_NOT_SET:
        after = replace(after, setpoint=PLANNED)
    assert release(held, T_S + 25.0, HoldCause.LOAD_CHANGED) == after


def a_load_on_its_way_goes_no_further_up_without_a_pulse_or_an_answer() -> None:
    away = Away(since_s=50.0, by_pct=5.0, set_pct=8.0)
    rising = walked(setpoint=STEEP, sent_speed_kmh=3.4, measured_incline_pct=3.1, deck_away=away)
    come = Setpoint(speed_kmh=3.4, incline_pct=3.1)
    for cause in (HoldCause.HR_LOST, HoldCause.LIMIT, HoldCause.NOTED):
        held = hold(rising, T_S, cause)
        assert held.setpoint == come
        later = replace(held, sent_speed_kmh=3.0, measured_incline_pct=2.0)
        assert hold(later, T_S + 1.0, HoldCause.HR_LOST).setpoint == come, "it is held where it was then"
        assert release(held, T_S, cause).setpoint == PLANNED, "and goes on with the last cause"
    for cause in (HoldCause.OPERATOR, HoldCause.LOAD_CHANGED, HoldCause.LOAD_NOT_SET):
        assert hold(rising, T_S, cause).setpoint == STEEP, "a hand may hold a stage before its load is there"


def test_a_load_on_its_way_goes_no_further_up_without_a_pulse_or_an_answer() -> None:
    a_load_on_its_way_goes_no_further_up_without_a_pulse_or_an_answer()


@pytest.mark.parametrize(
    "there",
    [
        {"sent_speed_kmh": None, "measured_incline_pct": None},
        {"sent_speed_kmh": 0.0, "measured_incline_pct": 7.6, "deck_away": There(8.0, (7.6,))},  # as it reads
        {"sent_speed_kmh": 4.988966, "measured_incline_pct": 9.0, "deck_away": Away(50.0, 1.0, 8.0)},
        {"sent_speed_kmh": 7.0, "measured_incline_pct": None, "deck_away": Away(50.0, 1.0, 8.0)},  # on its way down
    ],
)
def test_a_load_that_is_there_or_comes_down_is_held_as_it_was_set(there: dict[str, object]) -> None:
    rising = replace(walked(setpoint=STEEP), **there)  # type: ignore[arg-type]
    assert hold(rising, T_S, HoldCause.HR_LOST).setpoint == STEEP


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("if cause in BARRED_BY and not state.holds & BARRED_BY:", "if False:"),
        ("if cause in BARRED_BY and not state.holds & BARRED_BY:", "if cause in BARRED_BY:"),
        ("if cause in BARRED_BY and not state.holds & BARRED_BY:", "if not state.holds & BARRED_BY:"),
        ("HoldCause.LIMIT, HoldCause.NOTED})\nBY", "HoldCause.NOTED})\nBY"),
        ("HoldCause.LIMIT, HoldCause.NOTED})\nBY", "HoldCause.LIMIT})\nBY"),
    ],
)
def test_a_load_that_goes_on_up_is_found(old: str, new: str) -> None:
    fails_with(holds_module, old, new, a_load_on_its_way_goes_no_further_up_without_a_pulse_or_an_answer)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.STAGES])
def test_outside_the_stages_no_release_sets_a_load(phase: Phase) -> None:
    held = walked(HoldCause.HR_LOST, since_s=T_S, phase=phase)
    assert release(held, T_S, HoldCause.HR_LOST).setpoint == LOW


def test_a_stages_load_is_the_plans_in_the_machines_steps_or_what_its_part_has_come_to() -> None:
    steep = PLAN.stages[1]
    assert stage_setpoint(walked(), steep) == Setpoint(speed_kmh=4.8, incline_pct=4.0)
    coarse = msgspec.structs.replace(machine(), speed_step_kmh=1.0, incline_step_pct=3.0)
    assert stage_setpoint(walked(treadmill=coarse), steep) == Setpoint(speed_kmh=5.0, incline_pct=3.0)
    told = in_session(treadmill=coarse, bouts=Bouts(loads=(("bout", Setpoint(speed_kmh=4.4, incline_pct=7.0)),)))
    assert stage_setpoint(told, told.plan.stages[1]) == Setpoint(speed_kmh=4.0, incline_pct=6.0)
    assert stage_setpoint(told, told.plan.stages[2]) == Setpoint(speed_kmh=4.0, incline_pct=0.0)

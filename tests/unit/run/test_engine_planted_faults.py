"""Every safety rule of the engine is broken once on purpose, and the test that states the rule must then fail."""

import types
from collections.abc import Callable

import pytest

from tests.mutants import fails_with
from tests.unit.run import builders
from tests.unit.run import test_engine as facts
from teststation.run import holds
from teststation.run.engine import devices, ending, heart, limits, operator, stages, ticking

FAULTS: dict[str, tuple[types.ModuleType, str, str, Callable[[], None]]] = {
    "a stop is not latched": (
        ticking,
        "if state.tripped or late:",
        "if late:",
        facts.test_stop_is_latched_and_nothing_but_stop_follows,
    ),
    "leases go out before arming": (
        ticking,
        "            if not state.armed:\n",
        "            if False:\n",
        facts.test_no_lease_goes_out_before_the_driver_says_it_is_armed,
    ),
    "load raised by hand while the pulse is absent": (
        operator,
        "if raises and not state.may_rise:",
        "if False:",
        facts.test_while_the_pulse_is_absent_the_load_is_never_raised,
    ),
    "load raised by the next stage while the pulse is absent": (
        stages,
        "setpoint=_not_raised(state, stage) if still else stage_setpoint(state, stage)",
        "setpoint=stage_setpoint(state, stage)",
        facts.test_while_the_pulse_is_absent_the_load_is_never_raised,
    ),
    "a lost pulse does not hold": (
        heart,
        "return hold(replace(state, absence=state.absence.read(t_s, AWAY)), t_s, HoldCause.HR_LOST)",
        "return replace(state, absence=state.absence.read(t_s, AWAY))",
        facts.test_a_lost_pulse_holds_the_stage_at_once_and_its_return_gives_the_time_back,
    ),
    "a silent heart-rate driver goes unnoticed": (
        heart,
        "if shown_since_s is not None and t_s - shown_since_s > state.timing.hr_fresh_s:",
        "if False:",
        facts.test_a_heart_rate_driver_that_says_nothing_counts_as_a_lost_pulse,
    ),
    "a silent belt driver goes unnoticed": (
        ticking,
        "Phase.COOL_DOWN) and not belt_fresh(state, t_s):",
        "Phase.COOL_DOWN) and False:",
        facts.test_silence_of_the_belts_driver_is_a_fault,
    ),
    "cool-down takes the protocol's speed whatever it is": (
        ending,
        "min(load.speed_kmh, now.speed_kmh)",
        "load.speed_kmh",
        facts.test_cooling_down_never_speeds_the_belt_up,
    ),
    "cool-down takes the protocol's incline whatever it is": (
        ending,
        "min(load.incline_pct, now.incline_pct)",
        "load.incline_pct",
        facts.test_cooling_down_never_lifts_the_deck,
    ),
    "cool-down lets a belt come up that is on its way": (
        holds,
        "state.sent_speed_kmh or now.speed_kmh",
        "now.speed_kmh",
        facts.test_cooling_down_stops_a_belt_and_a_deck_that_are_still_on_their_way_up,
    ),
    "cool-down lets a deck come up that is on its way": (
        holds,
        "if state.measured_incline_pct is not None and isinstance(state.deck_away, Away):",
        "if False:",
        facts.test_cooling_down_stops_a_belt_and_a_deck_that_are_still_on_their_way_up,
    ),
    "a run ends while the belt still moves": (
        devices,
        "        if rests(state.rest, t_s):\n",
        "        if True:\n",
        facts.test_a_stopped_run_ends_only_when_the_belt_is_measured_at_rest,
    ),
    "start on old telemetry": (
        operator,
        "is BeltState.OFFLINE or not belt_fresh(state, t_s):",
        "is BeltState.OFFLINE:",
        facts.test_start_is_refused_on_old_telemetry,
    ),
    "a fault hides behind the planned end": (
        ending,
        "    elif outcome is Outcome.FAULT:\n",
        "    elif False:\n",
        facts.test_a_fault_during_cool_down_is_not_hidden_behind_the_planned_end,
    ),
    "no word of the red button": (
        devices,
        "        if read.stop_ignored:\n",
        "        if False:\n",
        facts.test_an_ignored_stop_calls_for_the_red_button_at_once,
    ),
    "the heart-rate limit is forgotten": (
        limits,
        "if standing is None and _over(state, t_s):",
        "if False:",
        facts.test_over_the_limit_for_15_s_announces_and_15_s_later_cools_down,
    ),
    "stage ends drift with the ticks": (
        stages,
        "began_s = state.stage_ends_s  #",
        "began_s = t_s  #",
        facts.test_stage_ends_are_counted_from_the_plan_however_late_the_ticks_come,
    ),
    "one zero is rest enough to start": (
        operator,
        "at_rest = rests(state.rest, t_s) if rest_over_time else state.at_rest",
        "at_rest = state.at_rest",
        lambda: facts.test_start_is_refused_on_a_zero_that_has_not_lasted([3.3, 0.0]),
    ),
    "a moving belt is started": (
        operator,
        "is BeltState.MOVING or (state.belt_is_read and not at_rest):",
        "is None:",
        lambda: facts.test_start_is_refused_unless_the_belt_is_measured_at_rest(builders.belt(0.0, 0.5)),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_on_an_engine_with_the_fault(fault: str) -> None:
    fails_with(*FAULTS[fault])

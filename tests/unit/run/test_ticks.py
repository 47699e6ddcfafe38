"""What a tick does in each phase, to the second: the whole state that follows and what is asked of the belt."""

import pytest
from msgspec.structs import replace

from tests.unit.run.builders import PLAN, Bench
from tests.unit.run.test_bouts_reckoned import BOUT, EASIER, OFFER, READ_S, bout, pulse
from tests.unit.run.test_guiding import READ
from teststation.cause import Cause
from teststation.ports import HeartRateStatus, Setpoint, TreadmillInfo
from teststation.run.commands import GrantBelt, StopBelt
from teststation.run.engine.ending import cool_down
from teststation.run.engine.ticking import tick
from teststation.run.record import Outcome
from teststation.run.rest import LOOKS
from teststation.run.state import HoldCause, LimitNotice, Phase, Prompt, RunState
from teststation.window import Window

BEGAN_S = 100.0
FIRST = Setpoint(speed_kmh=4.8, incline_pct=0.0)


def at(phase: Phase, now_s: float, **changed: object) -> RunState:
    """A run in this phase since ``BEGAN_S``, whose belt and strap were heard at ``now_s``."""
    state = replace(Bench().started().state, phase=phase, phase_began_s=BEGAN_S, belt_read_s=now_s, hr_read_s=now_s)
    ends_s = BEGAN_S + PLAN.stages[0].duration_s
    return replace(state, stage_began_s=BEGAN_S, stage_ends_s=ends_s, **changed)  # type: ignore[arg-type]


def failed(state: RunState, t_s: float, code: str) -> RunState:
    stopped = replace(state, phase=Phase.STOPPING, phase_began_s=t_s, tripped=True, setpoint=None)
    return replace(stopped, outcome=Outcome.FAULT, reason=Cause(code))


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN])
def test_a_belt_unheard_for_more_than_two_seconds_is_a_fault_wherever_it_may_carry_somebody(phase: Phase) -> None:
    state = at(phase, 110.0)
    assert tick(state, 112.0) == (state, (GrantBelt(FIRST),))
    assert tick(state, 112.1) == (failed(state, 112.1, "telemetry_lost"), (StopBelt(),))
    never = replace(state, belt_read_s=None)
    assert tick(never, 110.0) == (failed(never, 110.0, "telemetry_lost"), (StopBelt(),))


def test_a_belt_unheard_before_the_start_and_in_a_stop_is_no_new_fault() -> None:
    ready = at(Phase.READY, 110.0)
    assert tick(ready, 114.0) == (ready, ())
    stopping = at(Phase.STOPPING, 110.0, setpoint=None)
    assert tick(stopping, 114.0) == (stopping, (GrantBelt(None),))


def test_a_pulse_that_no_driver_has_renewed_for_more_than_six_seconds_is_lost() -> None:
    state = replace(at(Phase.READY, 110.0), hr_read_s=110.0)
    assert tick(state, 116.0) == (state, ())
    after, commands = tick(state, 116.1)
    assert (after.hr_status, after.hr_bpm, after.hr_lost_since_s) == (HeartRateStatus.STALE, None, 116.1)
    assert (after.phase, commands) == (Phase.READY, ())


@pytest.mark.parametrize("phase", [Phase.READY, Phase.STAGES])
def test_why_there_is_no_pulse_stays_what_was_said_however_long_ago(phase: Phase) -> None:
    said = at(phase, 116.1, hr_status=HeartRateStatus.NO_CONTACT, hr_bpm=None, hr_read_s=105.0)
    assert tick(said, 116.1)[0] == said


def test_an_arming_has_five_seconds_and_no_lease_goes_out_before_it() -> None:
    starting = at(Phase.STARTING, 105.0, armed=False)
    assert tick(starting, 105.0) == (starting, ())
    late = at(Phase.STARTING, 105.1, armed=False)
    assert tick(late, 105.1) == (failed(late, 105.1, "arm_refused"), (StopBelt(),))


def test_a_belt_has_a_minute_to_come_up_and_one_that_the_operator_sets_has_longer() -> None:
    coming = at(Phase.STARTING, 160.0)
    assert tick(coming, 160.0) == (coming, (GrantBelt(FIRST),))
    late = at(Phase.STARTING, 160.1)
    assert tick(late, 160.1) == (failed(late, 160.1, "speed_not_reached"), (StopBelt(),))
    by_hand = at(Phase.STARTING, 160.1, treadmill=READ, prompt=Prompt(FIRST, BEGAN_S))
    assert tick(by_hand, 160.1) == (by_hand, (GrantBelt(FIRST),))


def test_a_load_that_is_not_set_for_three_minutes_is_a_fault_and_a_stop_where_nothing_was_walked() -> None:
    asked = at(Phase.STARTING, 280.0, treadmill=READ, prompt=Prompt(FIRST, BEGAN_S))
    assert tick(asked, 280.0) == (asked, (GrantBelt(FIRST),))
    late = replace(asked, belt_read_s=280.1)
    assert tick(late, 280.1) == (failed(late, 280.1, "load_not_set"), (StopBelt(),))


def test_a_load_that_is_not_set_for_three_minutes_of_a_stage_ends_it_in_a_cool_down() -> None:
    held = {"holds": frozenset({HoldCause.LOAD_NOT_SET}), "held_since_s": BEGAN_S}
    asked = at(Phase.STAGES, 280.0, treadmill=READ, prompt=Prompt(FIRST, BEGAN_S), **held)
    assert tick(asked, 280.0) == (asked, (GrantBelt(FIRST),))
    late = replace(asked, belt_read_s=280.1)
    ends = cool_down(late, 280.1, Outcome.FAULT, Cause("load_not_set"))
    assert tick(late, 280.1) == (ends, (GrantBelt(Setpoint(3.0, 0.0)),))


def test_a_pulse_away_for_as_long_as_the_protocol_allows_ends_the_stage_and_says_how_long_that_is() -> None:
    lost = at(Phase.STAGES, 169.9, hr_bpm=None, hr_lost_since_s=110.0)
    assert tick(lost, 169.9)[0].phase is Phase.STAGES
    lost = replace(lost, belt_read_s=170.0)
    ends = cool_down(lost, 170.0, Outcome.FAULT, Cause("hr_lost", {"seconds": 60.0}))
    assert tick(lost, 170.0) == (ends, (GrantBelt(Setpoint(3.0, 0.0)),))


def test_of_two_notices_the_one_whose_time_has_come_acts_and_says_what_it_was() -> None:
    pulse = LimitNotice(Cause("limit_hr", {"bpm": 160, "limit": 153}), 130.0, stays=True, highest_bpm=160)
    borg = LimitNotice(Cause("limit_rpe", {"rpe": 18}), 120.0)
    held = {"holds": frozenset({HoldCause.LIMIT}), "held_since_s": 105.0}
    asked = at(Phase.STAGES, 119.9, notices=(pulse, borg), **held)
    assert tick(asked, 119.9) == (asked, (GrantBelt(FIRST),))
    asked = replace(asked, belt_read_s=120.0)
    ends = cool_down(asked, 120.0, Outcome.LIMIT, Cause("limit_rpe", {"rpe": 18}))
    assert tick(asked, 120.0) == (ends, (GrantBelt(Setpoint(3.0, 0.0)),))


def test_a_stage_ends_with_its_second_and_not_while_it_is_held() -> None:
    state = at(Phase.STAGES, 219.9)
    assert tick(state, 219.9)[0].stage_index == 0
    state = replace(state, belt_read_s=220.0, hr_read_s=220.0)
    after, commands = tick(state, 220.0)
    assert (after.stage_index, after.stage_began_s, after.stage_ends_s) == (1, 220.0, 340.0)
    assert commands == (GrantBelt(Setpoint(4.8, 4.0)),)
    held = replace(state, holds=frozenset({HoldCause.OPERATOR}), held_since_s=150.0)
    assert tick(held, 220.0)[0].stage_index == 0


def test_a_tick_that_is_two_stages_late_walks_through_both() -> None:
    after, _ = tick(at(Phase.STAGES, 345.0), 345.0)
    assert (after.stage_index, after.stage_began_s, after.stage_ends_s) == (2, 340.0, 460.0)
    after, _ = tick(at(Phase.STAGES, 465.0), 465.0)
    assert (after.phase, after.phase_began_s, after.reason) == (Phase.COOL_DOWN, 460.0, Cause("planned_end"))
    assert after.outcome is Outcome.COMPLETED


def over_the_limit(until_s: float) -> Window:
    """A pulse that has been over the limit for fifteen seconds at ``until_s``."""
    return Window(60.0).read(until_s - 40.0, 140).read(until_s - 15.0, 160)


def test_a_limit_that_is_reached_with_the_planned_end_is_asked_about_no_more() -> None:
    state = at(Phase.STAGES, 220.0, stage_index=2, pulse=over_the_limit(220.0))
    assert tick(replace(state, stage_ends_s=221.0), 220.0)[0].notice is not None
    after, _ = tick(state, 220.0)
    assert (after.phase, after.notices, after.holds) == (Phase.COOL_DOWN, (), frozenset())


def test_a_bouts_pulse_is_read_with_the_tick() -> None:
    walked = bout(pulse=pulse(145), belt_read_s=READ_S)
    after, commands = tick(walked, READ_S)
    assert (after.bouts.read_bpm, after.bouts.offer, commands) == (145, OFFER, (GrantBelt(BOUT),))
    eased, _ = tick(replace(walked, pulse=pulse(175)), READ_S)
    assert (eased.setpoint, eased.bouts.eased_s) == (EASIER, READ_S)


def test_a_limit_that_is_reached_is_asked_about_with_the_tick() -> None:
    state = at(Phase.STAGES, 130.0, pulse=over_the_limit(130.0))
    after, _ = tick(state, 130.0)
    assert after.notice == LimitNotice(Cause("limit_hr", {"bpm": 160, "limit": 153}), 145.0, highest_bpm=160)
    cooled = replace(state, phase=Phase.COOL_DOWN)
    assert tick(cooled, 130.0)[0].notice is None


def test_a_cool_down_ends_with_its_second_in_an_ordinary_stop() -> None:
    cooled = at(Phase.COOL_DOWN, 159.9)
    assert tick(cooled, 159.9) == (cooled, (GrantBelt(FIRST),))
    cooled = at(Phase.COOL_DOWN, 160.0)
    stopping = replace(cooled, phase=Phase.STOPPING, phase_began_s=160.0, setpoint=None)
    assert tick(cooled, 160.0) == (stopping, (GrantBelt(None),))


def stopping(now_s: float, **changed: object) -> RunState:
    ended = {"outcome": Outcome.COMPLETED, "reason": Cause("planned_end"), "setpoint": None}
    return at(Phase.STOPPING, now_s, **{**ended, "measured_speed_kmh": 3.3, **changed})


def test_a_latched_stop_is_said_with_every_tick_and_an_ordinary_one_is_a_lease_on_standstill() -> None:
    ordinary = stopping(101.0)
    assert tick(ordinary, 101.0) == (ordinary, (GrantBelt(None),))
    tripped = stopping(101.0, tripped=True)
    assert tick(tripped, 101.0) == (tripped, (StopBelt(),))


def test_a_belt_that_moves_after_half_a_minute_has_ignored_its_stop() -> None:
    assert tick(stopping(129.9), 129.9) == (stopping(129.9), (GrantBelt(None),))
    asked = replace(stopping(130.0), press_red_button=True, tripped=True)
    ignored = replace(asked, stop_ignored=True, outcome=Outcome.FAULT, reason=Cause("stop_ignored"))
    assert tick(stopping(130.0), 130.0) == (ignored, (StopBelt(),))


@pytest.mark.parametrize(("speed_kmh", "info"), [(None, None), (0.0, None), (3.3, READ)])
def test_one_that_is_not_seen_to_move_or_that_the_operator_sets_has_ignored_nothing_and_the_button_is_asked_for(
    speed_kmh: float | None, info: TreadmillInfo | None
) -> None:
    late = stopping(130.0, measured_speed_kmh=speed_kmh, treadmill=info)
    assert tick(late, 130.0) == (replace(late, press_red_button=True, tripped=True), (StopBelt(),))


@pytest.mark.parametrize("read_at_rest", [True, False])
def test_after_a_minute_the_run_gives_up_and_says_that_the_belt_is_not_known_to_be_at_rest(
    read_at_rest: bool,
) -> None:
    rest = LOOKS.read(158.0, float(read_at_rest)).read(159.0, float(read_at_rest))
    late = stopping(159.9, measured_speed_kmh=None, rest=rest)
    assert tick(late, 159.9)[0].phase is Phase.STOPPING
    ended = replace(late, phase=Phase.ENDED, phase_began_s=160.0, press_red_button=True, at_rest=read_at_rest)
    ended = replace(ended, outcome=Outcome.FAULT, reason=Cause("not_at_rest"))
    assert tick(late, 160.0) == (ended, (StopBelt(),))


def test_giving_up_hides_no_fault_that_came_before() -> None:
    failed_before = stopping(160.0, measured_speed_kmh=None, outcome=Outcome.FAULT, reason=Cause("trip_over_speed"))
    after, _ = tick(failed_before, 160.0)
    assert (after.phase, after.outcome, after.reason) == (Phase.ENDED, Outcome.FAULT, Cause("trip_over_speed"))
    moving, _ = tick(stopping(160.0), 160.0)
    assert moving.reason == Cause("stop_ignored")

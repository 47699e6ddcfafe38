"""What a hand does before and in the stages, and why a start would do nothing."""

import msgspec
import pytest
from msgspec.structs import replace

from tests.unit.run.builders import PLAN, Bench
from tests.unit.run.test_bouts import in_bout, machine, session
from tests.unit.run.test_bouts import plan as session_plan
from tests.unit.run.test_bouts_reckoned import EASIER, FIRST, HARDER, OFFER, PAUSE, bout
from tests.unit.run.test_guiding import TOLD
from teststation.cause import Cause
from teststation.ports import BeltState, Setpoint, TreadmillInfo
from teststation.run import events as ev
from teststation.run.commands import ArmBelt
from teststation.run.engine.operator import begin, operate, why_not_begin
from teststation.run.rest import LOOKS
from teststation.run.state import Bouts, HoldCause, LimitNotice, Phase, RunState

T_S = 40.0
OFFLINE = Cause("not_ready_belt_offline")
MOVES = Cause("not_ready_belt_moves")


def ready(**changed: object) -> RunState:
    """Before the start, with a belt that was read at rest for two seconds."""
    rest = LOOKS.read(T_S - 2.0, 1.0).read(T_S - 1.0, 1.0).read(T_S, 1.0)
    state = replace(Bench().state, belt_state=BeltState.IDLE, belt_read_s=T_S, at_rest=True, rest=rest)
    return replace(state, **changed)  # type: ignore[arg-type]


def walked(**changed: object) -> RunState:
    return replace(Bench().started().state, **changed)  # type: ignore[arg-type]


def info(**changed: object) -> TreadmillInfo:
    return msgspec.structs.replace(machine(), **changed)


# --- why a start would do nothing ------------------------------------------------------------------------------


def test_a_belt_that_is_read_at_rest_is_ready() -> None:
    assert why_not_begin(ready(), T_S) == ()
    assert why_not_begin(ready(belt_state=BeltState.TRIPPED), T_S) == ()
    assert why_not_begin(ready(belt_state=BeltState.ARMED), T_S) == ()


def test_a_belt_that_does_not_answer_is_offline_whatever_it_was_before() -> None:
    assert why_not_begin(ready(belt_state=BeltState.OFFLINE), T_S) == (OFFLINE,)
    assert why_not_begin(ready(belt_read_s=None), T_S) == (OFFLINE,)
    assert why_not_begin(ready(belt_state=BeltState.MOVING, belt_read_s=T_S - 2.1), T_S) == (OFFLINE,)
    assert why_not_begin(ready(belt_read_s=T_S - 2.0), T_S) == ()


def test_a_belt_that_moves_or_has_only_just_come_to_rest_moves() -> None:
    assert why_not_begin(ready(belt_state=BeltState.MOVING), T_S) == (MOVES,)
    just_now = ready(rest=LOOKS.read(T_S - 0.5, 0.0).read(T_S, 1.0))
    assert why_not_begin(just_now, T_S) == (MOVES,)
    assert why_not_begin(just_now, T_S, rest_over_time=False) == ()
    assert why_not_begin(ready(at_rest=False), T_S) == ()
    assert why_not_begin(ready(at_rest=False), T_S, rest_over_time=False) == (MOVES,)


def test_without_a_wire_nobody_reads_rest_and_a_belt_that_is_said_to_move_does_not_start() -> None:
    unread = ready(treadmill=TOLD, rest=LOOKS, at_rest=False)
    assert why_not_begin(unread, T_S) == ()
    assert why_not_begin(replace(unread, belt_state=BeltState.MOVING), T_S) == (MOVES,)


@pytest.mark.parametrize(
    ("max_speed_kmh", "max_incline_pct", "goes"), [(5.6, 8.0, True), (5.5, 8.0, False), (5.6, 7.5, False)]
)
def test_a_plan_beyond_the_machine_is_told_with_what_the_machine_can_do(
    max_speed_kmh: float, max_incline_pct: float, goes: bool
) -> None:
    state = ready(treadmill=info(max_speed_kmh=max_speed_kmh, max_incline_pct=max_incline_pct))
    beyond = Cause("plan_beyond_machine", {"speed": max_speed_kmh, "incline": max_incline_pct})
    assert why_not_begin(state, T_S) == (() if goes else (beyond,))
    silent = replace(state, belt_read_s=None)
    assert why_not_begin(silent, T_S) == ((OFFLINE,) if goes else (OFFLINE, beyond)), "each cause is told"


def test_a_plan_is_measured_by_the_steps_that_the_machine_has() -> None:
    coarse = ready(treadmill=info(max_speed_kmh=5.5, speed_step_kmh=0.5, max_incline_pct=8.0))
    assert why_not_begin(coarse, T_S) == (), "5.6 is set as 5.5"


# --- the start -------------------------------------------------------------------------------------------------


def test_a_start_sets_the_first_stages_load_and_arms_up_to_the_plans_top_in_the_machines_steps() -> None:
    state = ready(treadmill=info(speed_step_kmh=0.5, incline_step_pct=1.0))
    after, commands = begin(state, T_S)
    first = Setpoint(speed_kmh=5.0, incline_pct=0.0)
    assert after == replace(state, phase=Phase.STARTING, phase_began_s=T_S, setpoint=first, begun=True)
    assert commands == (ArmBelt(5.5, 8.0),)


def test_a_start_that_has_a_cause_against_it_does_nothing() -> None:
    state = ready(belt_state=BeltState.MOVING)
    assert begin(state, T_S) == (state, ())
    assert begin(ready(rest=LOOKS), T_S)[1] == ()
    assert begin(ready(rest=LOOKS), T_S, rest_over_time=False)[1] != ()


@pytest.mark.parametrize(
    ("max_speed_kmh", "max_incline_pct", "armed"),
    [(12.0, 15.0, ArmBelt(5.0, 11.0)), (12.0, 9.0, ArmBelt(5.0, 9.0)), (5.0, 15.0, ArmBelt(5.0, 11.0))],
)
def test_a_session_is_armed_for_as_much_of_its_ceiling_as_the_machine_can_do(
    max_speed_kmh: float, max_incline_pct: float, armed: ArmBelt
) -> None:
    state = ready(plan=session_plan(), treadmill=info(max_speed_kmh=max_speed_kmh, max_incline_pct=max_incline_pct))
    assert begin(state, T_S)[1] == (armed,)
    quick = session_plan()
    assert quick.session is not None
    quick = msgspec.structs.replace(quick, session=msgspec.structs.replace(quick.session, top_speed_kmh=14.0))
    assert begin(replace(state, plan=quick), T_S)[1] == (ArmBelt(max_speed_kmh, armed.max_incline_pct),)
    assert begin(replace(state, plan=quick, treadmill=None), T_S)[1] == (ArmBelt(14.0, 11.0),)


# --- in the stages ---------------------------------------------------------------------------------------------


def test_a_hold_stands_until_it_is_released_and_the_release_takes_the_hands_load_away_too() -> None:
    state = walked()
    held = replace(state, holds=frozenset({HoldCause.OPERATOR}), held_since_s=T_S)
    assert operate(state, ev.HoldPressed(T_S)) == held
    goes_on = replace(state, stage_ends_s=state.stage_ends_s + 10.0)
    assert operate(held, ev.HoldReleased(T_S + 10.0)) == goes_on
    by_hand = operate(held, ev.LoadChanged(T_S + 5.0, 4.0, 0.0))
    assert by_hand.holds == {HoldCause.OPERATOR, HoldCause.LOAD_CHANGED}
    assert operate(by_hand, ev.HoldReleased(T_S + 10.0)) == goes_on


def test_the_next_stage_begins_with_the_press() -> None:
    after = operate(walked(), ev.NextPressed(T_S))
    assert (after.stage_index, after.stage_began_s, after.stage_ends_s) == (1, T_S, T_S + 120.0)


def test_a_stage_is_made_longer_as_often_as_the_protocol_allows() -> None:
    state = walked(extensions=1)
    longer = replace(state, extensions=2, stage_ends_s=state.stage_ends_s + 60.0)
    assert operate(state, ev.StageExtended(T_S)) == longer
    assert operate(longer, ev.StageExtended(T_S)) == longer


def test_a_load_of_the_hand_is_set_in_the_machines_steps_and_holds_the_stage() -> None:
    state = walked(treadmill=info(speed_step_kmh=0.5))
    assert operate(state, ev.LoadChanged(T_S, 3.9, 2.0)) == replace(
        state,
        setpoint=Setpoint(speed_kmh=4.0, incline_pct=2.0),
        holds=frozenset({HoldCause.LOAD_CHANGED}),
        held_since_s=T_S,
    )


@pytest.mark.parametrize(
    ("speed_kmh", "incline_pct", "taken"),
    [
        (5.6, 8.0, True), (5.7, 8.0, False), (5.6, 8.1, False), (0.1, 0.0, True), (0.0, 0.0, False), (4.8, -0.1, False),
    ],
)  # fmt: skip
def test_a_hand_sets_what_moves_and_is_within_the_plans_top(speed_kmh: float, incline_pct: float, taken: bool) -> None:
    after = operate(walked(), ev.LoadChanged(T_S, speed_kmh, incline_pct))
    assert (after.setpoint == Setpoint(speed_kmh=speed_kmh, incline_pct=incline_pct)) is taken
    assert (after == walked()) is not taken


LOST = {"hr_lost_since_s": 30.0}
ASKED = {"notices": (LimitNotice(Cause("limit_rpe", {"rpe": 17}), 50.0),)}


@pytest.mark.parametrize("unsure", [LOST, ASKED], ids=["lost", "asked"])
@pytest.mark.parametrize(
    ("speed_kmh", "incline_pct", "taken"),
    [(4.8, 4.0, True), (4.0, 4.0, True), (4.8, 3.0, True), (4.9, 4.0, False), (4.8, 4.5, False), (3.0, 4.5, False)],
)
def test_without_a_pulse_or_an_answer_a_hand_may_only_lower(
    unsure: dict[str, object], speed_kmh: float, incline_pct: float, taken: bool
) -> None:
    state = walked(setpoint=Setpoint(speed_kmh=4.8, incline_pct=4.0), **unsure)
    after = operate(state, ev.LoadChanged(T_S, speed_kmh, incline_pct))
    assert (HoldCause.LOAD_CHANGED in after.holds) is taken
    assert (after == state) is not taken


def test_without_a_pulse_a_belt_that_is_off_is_not_set_going() -> None:
    state = walked(setpoint=None, **LOST)
    assert operate(state, ev.LoadChanged(T_S, 3.0, 0.0)) == state


def test_in_a_session_the_hand_sets_this_part_and_holds_no_clock() -> None:
    state = in_bout(session()).state
    after = operate(state, ev.LoadChanged(T_S, 4.5, 6.0))
    load = Setpoint(speed_kmh=4.5, incline_pct=6.0)
    assert (after.setpoint, after.bouts.loads, after.holds) == (load, (("bout", load),), frozenset())


def test_an_answer_of_borg_is_kept_asked_about_at_the_limit_and_rates_the_bout() -> None:
    in_pause = bout(PAUSE)
    eased = Bouts(rated_index=FIRST, next_load=EASIER, eased=1)
    assert operate(in_pause, ev.RpeGiven(T_S, 19)) == replace(in_pause, rpe=19, bouts=eased)
    asked = operate(bout(FIRST), ev.RpeGiven(T_S, 20))
    assert asked.notice == LimitNotice(Cause("limit_rpe", {"rpe": 20}), T_S + 15.0)
    assert asked.bouts == Bouts(loads=(("bout", EASIER),), rated_index=FIRST, eased=1, eased_s=T_S)


def test_an_offer_is_taken_or_left_by_the_hand() -> None:
    offered = bout(bouts=Bouts(offer=OFFER))
    assert operate(offered, ev.LoadAccepted(T_S)) == replace(offered, bouts=Bouts(next_load=HARDER))
    assert operate(offered, ev.OfferDeclined(T_S)) == replace(offered, bouts=Bouts())


def test_going_on_answers_the_limit_that_is_named() -> None:
    pulse = LimitNotice(Cause("limit_hr", {"bpm": 160, "limit": 153}), 50.0)
    borg = LimitNotice(Cause("limit_rpe", {"rpe": 18}), 55.0)
    state = walked(notices=(pulse, borg), holds=frozenset({HoldCause.LIMIT}), held_since_s=T_S - 5.0)
    assert [n.cause.code for n in operate(state, ev.LimitOverridden(T_S, "well", "limit_rpe")).notices] == ["limit_hr"]
    assert [n.cause.code for n in operate(state, ev.LimitOverridden(T_S, "well")).notices] == ["limit_rpe"]


def test_what_is_no_hands_changes_nothing() -> None:
    state = walked()
    assert operate(state, ev.Marked(T_S, "note", "x")) == state
    assert PLAN.session is None
    assert operate(state, ev.LoadAccepted(T_S)) == state

"""Each thing that can happen, in each phase: the whole state that follows and the whole of what is asked outside."""

import msgspec
import pytest
from msgspec.structs import replace

from tests.unit.run.builders import PLAN, Bench, belt, run_prepared
from tests.unit.run.test_guiding import READ, TOLD
from teststation.cause import Cause
from teststation.ports import BeltState, HeartRateStatus, Setpoint
from teststation.run import events as ev
from teststation.run.commands import ArmBelt, StopBelt
from teststation.run.engine import prepared, step
from teststation.run.frozen import FROZEN_FOR_S, RISES_KEPT
from teststation.run.record import Outcome
from teststation.run.rest import LOOKS
from teststation.run.state import HoldCause, LimitNotice, Phase, RunState, Timing
from teststation.subject import Gait
from teststation.window import Window

T_S = 40.0


def in_phase(phase: Phase) -> RunState:
    """A run in this phase, with nothing else that the phase would have brought."""
    return replace(Bench().started().state, phase=phase, phase_began_s=2.0)


def test_a_run_that_is_prepared_knows_all_that_it_was_told_and_nothing_else() -> None:
    fast = msgspec.structs.replace(PLAN.stages[0], speed_kmh=8.0)
    plan = msgspec.structs.replace(PLAN, stages=(fast, *PLAN.stages[1:]))
    told = msgspec.structs.replace(run_prepared(plan), t_s=7.0, conditions={"handrail": "yes"})
    timing = Timing(hr_fresh_s=4.0)
    assert prepared(told, timing) == RunState(
        plan=plan,
        timing=timing,
        hr_limit_bpm=153.0,
        phase_began_s=7.0,
        gait=Gait.RUN,
        handrail=True,
        pulse=Window(FROZEN_FOR_S, stands_s=4.0),
    )
    assert prepared(told) == replace(prepared(told, timing), timing=Timing(), pulse=Window(FROZEN_FOR_S, stands_s=6.0))
    held_by_none = msgspec.structs.replace(told, conditions={"handrail": "no"})
    assert not prepared(held_by_none).handrail


def test_what_the_machine_can_do_is_heard_before_the_start_and_never_in_a_run() -> None:
    ready = in_phase(Phase.READY)
    assert step(ready, ev.TreadmillKnown(T_S, READ)) == (replace(ready, treadmill=READ), ())
    walked = in_phase(Phase.STAGES)
    assert step(walked, ev.TreadmillKnown(T_S, READ)) == (walked, ())


def test_a_stop_is_a_latched_stop_with_the_word_that_came_with_it() -> None:
    held = replace(in_phase(Phase.STAGES), holds=frozenset({HoldCause.OPERATOR}), held_since_s=30.0)
    held = replace(held, notices=(LimitNotice(Cause("limit_hr"), 50.0),))
    assert step(held, ev.StopPressed(T_S, "dizzy")) == (
        replace(
            held,
            phase=Phase.STOPPING,
            phase_began_s=T_S,
            outcome=Outcome.OPERATOR,
            reason=Cause("stop_dizzy"),
            tripped=True,
            setpoint=None,
            holds=frozenset(),
            held_since_s=None,
            notices=(),
        ),
        (StopBelt(),),
    )


@pytest.mark.parametrize("phase", [Phase.READY, Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN, Phase.STOPPING])
def test_a_straps_driver_that_failed_is_a_pulse_that_is_lost_and_stops_nothing(phase: Phase) -> None:
    state = in_phase(phase)
    after, commands = step(state, ev.DeviceFailed(T_S, "heart_rate", "gone"))
    assert (after.phase, commands) == (phase, ())
    assert (after.hr_status, after.hr_bpm, after.hr_lost_since_s) == (HeartRateStatus.OFFLINE, None, T_S)
    assert after.holds == ({HoldCause.HR_LOST} if phase is Phase.STAGES else frozenset())


@pytest.mark.parametrize("device", ["treadmill", "journal"])
def test_what_fails_before_the_start_ends_the_run_before_it_began(device: str) -> None:
    ready = Bench().ready().state
    assert step(ready, ev.DeviceFailed(T_S, device, "The plug is out.")) == (
        replace(
            ready,
            phase=Phase.ENDED,
            phase_began_s=T_S,
            outcome=Outcome.FAULT,
            reason=Cause(f"{device}_failed", {"sentence": "The plug is out."}),
        ),
        (StopBelt(),),
    )


@pytest.mark.parametrize("device", ["treadmill", "journal"])
def test_what_fails_in_a_run_stops_the_belt_and_only_a_treadmills_driver_leaves_it_unknown(device: str) -> None:
    walked = replace(in_phase(Phase.STAGES), at_rest=True)
    stopped = replace(
        walked,
        phase=Phase.STOPPING,
        phase_began_s=T_S,
        outcome=Outcome.FAULT,
        reason=Cause(f"{device}_failed", {"sentence": "The plug is out."}),
        tripped=True,
        setpoint=None,
    )
    if device == "treadmill":
        stopped = replace(stopped, belt_state=BeltState.OFFLINE, at_rest=False, measured_speed_kmh=None)
    assert step(walked, ev.DeviceFailed(T_S, device, "The plug is out.")) == (stopped, (StopBelt(),))


@pytest.mark.parametrize(("by", "at_rest"), [("operator", True), ("auto", False)])
def test_without_a_wire_the_word_of_somebody_who_looked_ends_the_run_and_nobodys_calls_it_rest(
    by: str, at_rest: bool
) -> None:
    stopping = replace(in_phase(Phase.STOPPING), treadmill=TOLD, at_rest=not at_rest, setpoint=None)
    after, commands = step(stopping, ev.AtRestConfirmed(T_S, by))
    assert (after, commands) == (replace(stopping, phase=Phase.ENDED, phase_began_s=T_S, at_rest=at_rest), ())
    for phase in (Phase.READY, Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN):
        walked = replace(in_phase(phase), treadmill=TOLD)
        assert step(walked, ev.AtRestConfirmed(T_S, by))[0].phase is phase


@pytest.mark.parametrize("read_at_rest", [True, False])
def test_over_a_wire_the_word_ends_a_run_that_asked_for_the_red_button_and_the_wire_says_whether_it_rests(
    read_at_rest: bool,
) -> None:
    looks = LOOKS.read(T_S - 1, read_at_rest).read(T_S, read_at_rest)
    stopping = replace(in_phase(Phase.STOPPING), at_rest=not read_at_rest, rest=looks)
    assert step(stopping, ev.AtRestConfirmed(T_S)) == (stopping, ())
    asked = replace(stopping, press_red_button=True)
    ended = replace(asked, phase=Phase.ENDED, phase_began_s=T_S, at_rest=read_at_rest)
    assert step(asked, ev.AtRestConfirmed(T_S)) == (ended, ())
    walked = replace(asked, phase=Phase.STAGES)
    assert step(walked, ev.AtRestConfirmed(T_S)) == (walked, ())


def test_a_run_that_is_found_again_was_interrupted_and_sets_no_belt() -> None:
    walked = in_phase(Phase.STAGES)
    ended = replace(walked, phase=Phase.ENDED, phase_began_s=T_S, setpoint=None)
    interrupted = replace(ended, outcome=Outcome.INTERRUPTED, reason=Cause("interrupted"))
    assert step(walked, ev.RunInterrupted(T_S)) == (interrupted, ())
    over = replace(walked, outcome=Outcome.LIMIT, reason=Cause("limit_hr"))
    assert step(over, ev.RunInterrupted(T_S)) == (replace(ended, outcome=Outcome.LIMIT, reason=Cause("limit_hr")), ())


def test_an_alarm_is_seen_when_it_was_seen_last_and_silenced_only_where_that_was_asked() -> None:
    state = replace(in_phase(Phase.STAGES), acknowledged=(("hr_lost", 5.0), ("hr_frozen", 6.0)))
    state = replace(state, silenced=frozenset({"hr_implausible"}))
    seen = (("hr_frozen", 6.0), ("hr_lost", T_S))
    assert step(state, ev.AlarmAcknowledged(T_S, "hr_lost")) == (replace(state, acknowledged=seen), ())
    silenced = frozenset({"hr_implausible", "hr_lost"})
    assert step(state, ev.AlarmAcknowledged(T_S, "hr_lost", silenced=True)) == (
        replace(state, acknowledged=seen, silenced=silenced),
        (),
    )


def test_gait_and_handrail_are_what_was_said_last() -> None:
    state = in_phase(Phase.STAGES)
    assert step(state, ev.GaitSet(T_S, Gait.RUN)) == (replace(state, gait=Gait.RUN), ())
    assert step(state, ev.HandrailSet(T_S, held=True)) == (replace(state, handrail=True), ())
    assert step(replace(state, handrail=True), ev.HandrailSet(T_S, held=False)) == (state, ())


@pytest.mark.parametrize(
    ("rest_over_time", "looks", "begins"), [(True, 1, False), (True, 2, True), (False, 1, True), (False, 2, True)]
)
def test_a_start_asks_for_rest_over_time_and_an_older_journals_for_one_look(
    rest_over_time: bool, looks: int, begins: bool
) -> None:
    bench = Bench()
    for n in range(looks):
        bench.feed(belt(T_S - looks + 1 + n, 0.0, BeltState.IDLE))
    ready = bench.state
    after, commands = step(ready, ev.TestBegan(T_S, rest_over_time))
    if not begins:
        assert (after, commands) == (ready, ())
        return
    first = Setpoint(speed_kmh=4.8, incline_pct=0.0)
    begun = replace(ready, phase=Phase.STARTING, phase_began_s=T_S, setpoint=first, begun=True, load_rose_s=(T_S,))
    assert (after, commands) == (begun, (ArmBelt(5.6, 8.0),))


def test_a_cool_down_that_is_asked_for_is_what_the_phase_has_left_of_one() -> None:
    pressed, said = ev.CoolDownPressed(T_S, "pain"), {"outcome": Outcome.OPERATOR, "reason": Cause("stop_pain")}
    ready = in_phase(Phase.READY)
    assert step(ready, pressed) == (replace(ready, phase=Phase.ENDED, phase_began_s=T_S, **said), ())
    starting = in_phase(Phase.STARTING)
    assert step(starting, pressed) == (
        replace(starting, phase=Phase.STOPPING, phase_began_s=T_S, setpoint=None, rest=LOOKS, **said),
        (),
    )
    walked = replace(in_phase(Phase.STAGES), notices=(LimitNotice(Cause("limit_hr"), 50.0),))
    walked = replace(walked, holds=frozenset({HoldCause.LIMIT}), held_since_s=30.0)
    cooled = replace(walked, phase=Phase.COOL_DOWN, phase_began_s=T_S, setpoint=Setpoint(3.0, 0.0), notices=(), **said)
    assert step(walked, pressed) == (replace(cooled, holds=frozenset(), held_since_s=None), ())
    assert step(cooled, pressed) == (cooled, ())


def test_a_cool_down_that_is_enough_ends_in_an_ordinary_way() -> None:
    cooled = replace(in_phase(Phase.COOL_DOWN), outcome=Outcome.COMPLETED, reason=Cause("planned_end"))
    ending = replace(cooled, phase=Phase.STOPPING, phase_began_s=T_S, setpoint=None)
    assert step(cooled, ev.NextPressed(T_S)) == (ending, ())


def test_an_answer_in_the_cool_down_of_a_test_changes_nothing() -> None:
    cooled = replace(in_phase(Phase.COOL_DOWN), outcome=Outcome.COMPLETED)
    assert step(cooled, ev.RpeGiven(T_S, 19)) == (cooled, ())


@pytest.mark.parametrize("phase", [Phase.READY, Phase.STARTING, Phase.COOL_DOWN, Phase.STOPPING])
def test_what_belongs_to_a_stage_is_not_heard_outside_one(phase: Phase) -> None:
    state = in_phase(phase)
    for event in (ev.HoldPressed(T_S), ev.StageExtended(T_S), ev.LoadChanged(T_S, 3.0, 0.0), ev.LoadAccepted(T_S)):
        assert step(state, event) == (state, ())


def test_when_the_load_rose_is_kept_for_the_last_eight_times() -> None:
    before = tuple(float(n) for n in range(RISES_KEPT))
    state = replace(in_phase(Phase.STAGES), load_rose_s=before)
    after, _ = step(state, ev.LoadChanged(T_S, 5.0, 0.0))
    assert after.load_rose_s == (*before[1:], T_S)
    after, _ = step(state, ev.LoadChanged(T_S, 4.0, 0.0))
    assert after.load_rose_s == before


def test_alarms_are_written_down_with_the_tick_and_with_nothing_else() -> None:
    state = in_phase(Phase.STAGES)
    lost, _ = step(state, ev.HeartRateRead(T_S, HeartRateStatus.STALE))
    assert lost.stood == ()
    told, _ = step(replace(lost, belt_read_s=T_S), ev.Ticked(T_S))
    assert [(one.cause.code, one.from_s, one.until_s) for one in told.stood] == [("hr_lost", T_S, None)]

"""The run as a pure function: ``step(state, event) -> (state, commands)``. No clock, no wire, no randomness.

Rules that keep a person on their feet:
- a stop is latched: after it nothing but standstill follows;
- the load is never raised while heart rate is absent, and losing it never raises speed;
- stage ends are counted from the plan, so the clock does not drift however late a tick comes;
- a stage's clock begins when the belt has reached it, and the run ends only when the belt is measured at rest.
"""

from dataclasses import replace

from teststation.cause import Cause
from teststation.ports import BeltState, HeartRateStatus, Setpoint, TripReason
from teststation.protocol.plan import StagePlan
from teststation.run import events as ev
from teststation.run.commands import ArmBelt, Command, GrantBelt, StopBelt
from teststation.run.deck import watched
from teststation.run.guiding import guided
from teststation.run.holds import hold, release, stage_setpoint
from teststation.run.record import Outcome
from teststation.run.remarks import remarked
from teststation.run.state import HoldCause, LimitNotice, Phase, RunState, Timing
from teststation.subject import Gait

RUN_ABOVE_KMH = 7.0  # where gait is taken to be a run until the operator says otherwise (facts of the field, unsourced)
REACHED_SHARE = 0.1  # a belt within 10 % or 0.3 km/h of its target has reached it
REACHED_KMH = 0.3

Step = tuple[RunState, tuple[Command, ...]]


def prepared(event: ev.RunPrepared, timing: Timing | None = None) -> RunState:
    """The state of a run that has been prepared and not begun."""
    return RunState(
        plan=event.plan,
        timing=timing or Timing(),
        hr_limit_bpm=event.hr_limit_bpm,
        phase_began_s=event.t_s,
        gait=_default_gait(event.plan.stages[0]),
        handrail=event.conditions.get("handrail") == "yes",
    )


def step(state: RunState, event: ev.AnyEvent) -> Step:
    """Advance the run by one event."""
    if state.phase is Phase.ENDED:
        return state, ()
    after, commands = _step(state, event)
    after = guided(state, after, event)
    if after.guided and after.phase is Phase.STARTING and after.armed and after.confirmed == after.setpoint:
        after = guided(after, _enter_stages(after, event.t_s), event)
    return after, commands


def _step(state: RunState, event: ev.AnyEvent) -> Step:
    match event:
        case ev.TreadmillKnown(info=info) if state.phase is Phase.READY:
            return replace(state, treadmill=info), ()
        case ev.Ticked(t_s=t_s):
            return _tick(state, t_s)
        case ev.BeltRead():
            return _belt(state, event)
        case ev.HeartRateRead():
            return _heart(state, event), ()
        case ev.StopPressed() if state.phase is Phase.READY:
            return state, (StopBelt(),)
        case ev.StopPressed(t_s=t_s, reason=reason):
            return _stop(state, t_s, Outcome.OPERATOR, Cause(f"stop_{reason}"))
        case ev.DeviceFailed(device="heart_rate", t_s=t_s):
            return _lose_heart(replace(state, hr_status=HeartRateStatus.OFFLINE), t_s), ()
        case ev.DeviceFailed(t_s=t_s, device=device, sentence=sentence):
            if state.phase is Phase.READY:
                return _end(state, t_s, Outcome.FAULT, Cause(f"{device}_failed", {"sentence": sentence})), (StopBelt(),)
            unknown = replace(state, belt_state=BeltState.OFFLINE, at_rest=False, measured_speed_kmh=None)
            lost = unknown if device == "treadmill" else state
            return _stop(lost, t_s, Outcome.FAULT, Cause(f"{device}_failed", {"sentence": sentence}))
        case ev.AtRestConfirmed(t_s=t_s, by=by) if state.phase is Phase.STOPPING and not state.belt_is_read:
            # Without a wire the word of somebody who looked is all there is to know.
            return replace(state, phase=Phase.ENDED, phase_began_s=t_s, at_rest=by == "operator"), ()
        case ev.AtRestConfirmed(t_s=t_s) if state.phase is Phase.STOPPING and state.press_red_button:
            return replace(state, phase=Phase.ENDED, phase_began_s=t_s), ()
        case ev.RunInterrupted(t_s=t_s):
            return replace(_end(state, t_s, Outcome.INTERRUPTED, Cause("interrupted")), setpoint=None), ()
        case ev.AlarmAcknowledged(t_s=t_s, code=code, silenced=silenced):
            seen = (*(pair for pair in state.acknowledged if pair[0] != code), (code, t_s))
            return replace(state, acknowledged=seen, silenced=state.silenced | ({code} if silenced else set())), ()
        case ev.GaitSet(gait=gait):
            return replace(state, gait=gait), ()
        case ev.HandrailSet(held=held):
            return replace(state, handrail=held), ()
    match state.phase, event:
        case Phase.READY, ev.TestBegan(t_s=t_s):
            return _begin(state, t_s)
        case Phase.READY, ev.CoolDownPressed(t_s=t_s, reason=reason):
            return _end(state, t_s, Outcome.OPERATOR, Cause(f"stop_{reason}")), ()
        case (Phase.STARTING, ev.CoolDownPressed(t_s=t_s, reason=reason)):
            # Nothing has been walked that could be cooled down from: an ordinary ramp to off.
            ending = replace(state, outcome=Outcome.OPERATOR, reason=Cause(f"stop_{reason}"), setpoint=None)
            return replace(ending, phase=Phase.STOPPING, phase_began_s=t_s), ()
        case (Phase.STAGES, ev.CoolDownPressed(t_s=t_s, reason=reason)):
            return _cool_down(state, t_s, Outcome.OPERATOR, Cause(f"stop_{reason}")), ()
        case Phase.STAGES, _:
            return _operator_in_stage(state, event), ()
    return state, ()


# --- operator ------------------------------------------------------------------------------------------------


def _begin(state: RunState, t_s: float) -> Step:
    there = state.belt_state in (BeltState.IDLE, BeltState.ARMED, BeltState.TRIPPED)
    rests = state.at_rest or not state.belt_is_read
    if not there or not rests or not _belt_fresh(state, t_s) or beyond_machine(state) is not None:
        return state, ()
    first = state.plan.stages[0]
    began = replace(state, phase=Phase.STARTING, phase_began_s=t_s, setpoint=stage_setpoint(state, first), begun=True)
    # Armed once, by this press alone; leases follow when the driver says that it is armed.
    top = _top(state)
    return began, (ArmBelt(top.speed_kmh, top.incline_pct),)


def _operator_in_stage(state: RunState, event: ev.AnyEvent) -> RunState:
    match event:
        case ev.HoldPressed(t_s=t_s):
            return hold(state, t_s, HoldCause.OPERATOR)
        case ev.HoldReleased(t_s=t_s):
            return release(release(state, t_s, HoldCause.OPERATOR), t_s, HoldCause.LOAD_CHANGED)
        case ev.NextPressed(t_s=t_s):
            return _next_stage(replace(state, stage_ends_s=t_s), t_s)
        case ev.StageExtended() if state.extensions < state.plan.extension.times_max:
            ends_s = state.stage_ends_s + state.plan.extension.step_s
            return replace(state, stage_ends_s=ends_s, extensions=state.extensions + 1)
        case ev.LoadChanged(t_s=t_s, speed_kmh=speed_kmh, incline_pct=incline_pct):
            # The plan's own top is the limit of the hand, too; while heart rate is absent a load may only fall.
            allowed = 0 < speed_kmh <= state.plan.max_speed_kmh and 0 <= incline_pct <= state.plan.max_incline_pct
            load = state.achievable(Setpoint(speed_kmh=speed_kmh, incline_pct=incline_pct))
            raises = state.setpoint is None or (
                load.speed_kmh > state.setpoint.speed_kmh or load.incline_pct > state.setpoint.incline_pct
            )
            if not allowed or (raises and state.hr_lost_since_s is not None):
                return state
            held = hold(state, t_s, HoldCause.LOAD_CHANGED)
            return replace(held, setpoint=load)
        case ev.LimitOverridden() if state.notice is not None:
            return replace(state, notice=None, over_limit_since_s=None, overridden_stage=state.stage_index)
        case ev.RpeGiven(t_s=t_s, rpe=rpe) if rpe >= state.plan.limits.rpe_max:
            return _notice(state, t_s, Cause("limit_rpe", {"rpe": rpe}))
    return state


# --- time ----------------------------------------------------------------------------------------------------


def _tick(state: RunState, t_s: float) -> Step:
    if state.phase in (Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN) and not _belt_fresh(state, t_s):
        return _stop(state, t_s, Outcome.FAULT, Cause("telemetry_lost"))
    # A driver tells that its strap is stale; one that is frozen tells nothing.
    shown_since_s = state.hr_read_s if state.hr_bpm is not None and state.phase is not Phase.ENDED else None
    if shown_since_s is not None and t_s - shown_since_s > state.timing.hr_fresh_s:
        state = _lose_heart(replace(state, hr_status=HeartRateStatus.STALE), t_s)
    match state.phase:
        case Phase.STARTING:
            waited_s = t_s - state.phase_began_s
            if not state.armed:
                refused = waited_s > state.timing.arm_s
                return _stop(state, t_s, Outcome.FAULT, Cause("arm_refused")) if refused else (state, ())
            if _load_late(state, t_s):
                return _stop(state, t_s, Outcome.FAULT, Cause("load_not_set"))
            if waited_s > state.timing.reach_speed_s and not state.guided:
                return _stop(state, t_s, Outcome.FAULT, Cause("speed_not_reached"))
        case Phase.STAGES:
            state = _tick_in_stage(state, t_s)
        case Phase.COOL_DOWN if t_s - state.phase_began_s >= state.plan.cool_down.duration_s:
            state = replace(state, phase=Phase.STOPPING, phase_began_s=t_s, setpoint=None)
        case Phase.STOPPING:
            return _tick_stopping(state, t_s)
    if state.phase is Phase.READY:
        return state, ()
    return state, (GrantBelt(state.setpoint),)


def _tick_in_stage(state: RunState, t_s: float) -> RunState:
    limits = state.plan.limits
    if state.hr_lost_since_s is not None and t_s - state.hr_lost_since_s >= limits.hr_lost_cool_down_s:
        return _cool_down(state, t_s, Outcome.FAULT, Cause("hr_lost", {"seconds": limits.hr_lost_cool_down_s}))
    if _load_late(state, t_s):
        return _cool_down(state, t_s, Outcome.FAULT, Cause("load_not_set"))
    if state.notice is not None and t_s >= state.notice.acts_at_s:
        return _cool_down(state, t_s, Outcome.LIMIT, state.notice.cause)
    over_since_s = state.over_limit_since_s
    if over_since_s is not None and t_s - over_since_s >= limits.hr_over_for_s and state.hr_bpm is not None:
        assert state.hr_limit_bpm is not None
        state = _notice(state, t_s, Cause("limit_hr", {"bpm": state.hr_bpm, "limit": round(state.hr_limit_bpm)}))
    while state.phase is Phase.STAGES and not state.holds and t_s >= state.stage_ends_s:
        state = _next_stage(state, t_s)
    return state


def _tick_stopping(state: RunState, t_s: float) -> Step:
    waited_s = t_s - state.phase_began_s
    late = waited_s >= state.timing.at_rest_s
    if (late or state.stop_ignored) and not state.press_red_button:
        state = replace(state, press_red_button=True)
    if waited_s >= state.timing.give_up_s:
        unknown = state.outcome is not Outcome.FAULT
        reason = Cause("not_at_rest") if unknown else state.reason
        return replace(state, phase=Phase.ENDED, phase_began_s=t_s, outcome=Outcome.FAULT, reason=reason), (StopBelt(),)
    # An ordinary end that takes too long becomes a latched stop.
    if state.tripped or late:
        return replace(state, tripped=True), (StopBelt(),)
    return state, (GrantBelt(None),)


def _next_stage(state: RunState, t_s: float) -> RunState:
    index = state.stage_index + 1
    if index == len(state.plan.stages):
        return _cool_down(state, state.stage_ends_s, Outcome.COMPLETED, Cause("planned_end"))
    stage = state.plan.stages[index]
    heart_absent = HoldCause.HR_LOST in state.holds
    began_s = state.stage_ends_s
    return replace(
        state,
        stage_index=index,
        stage_began_s=began_s,
        stage_ends_s=began_s + stage.duration_s,
        extensions=0,
        holds=state.holds - {HoldCause.OPERATOR, HoldCause.LOAD_CHANGED, HoldCause.LOAD_NOT_SET},
        held_since_s=t_s if heart_absent else None,
        setpoint=_not_raised(state, stage) if heart_absent else stage_setpoint(state, stage),
        gait=_default_gait(stage) if stage.speed_kmh != state.stage.speed_kmh else state.gait,
    )


# --- devices -------------------------------------------------------------------------------------------------


def _belt(state: RunState, read: ev.BeltRead) -> Step:
    t_s = read.t_s
    state = replace(
        state,
        belt_state=read.state,
        measured_speed_kmh=read.measured_speed_kmh,
        measured_incline_pct=read.measured_incline_pct,
        deck_away=watched(
            state.deck_away, t_s, state.setpoint and state.setpoint.incline_pct, read.measured_incline_pct
        ),
        belt_read_s=t_s,
        at_rest=read.at_rest,
        stop_ignored=state.stop_ignored or read.stop_ignored,
    )
    if state.phase is Phase.STOPPING:
        if read.at_rest:
            return replace(state, phase=Phase.ENDED, phase_began_s=t_s), ()
        if read.trip is not None and not state.tripped:
            return _trip(state, read)
        return state, ()
    if state.phase is Phase.READY:
        return state, ()
    if state.phase is Phase.STARTING and not state.armed:
        # What was read before the arming took effect may still show the trip of an earlier run.
        return replace(state, armed=read.state in (BeltState.ARMED, BeltState.MOVING)), ()
    if read.trip is not None:
        return _trip(state, read)
    if state.phase is Phase.STARTING and not state.guided and _reached(state, read):
        return _enter_stages(state, t_s), ()
    return state, ()


def _enter_stages(state: RunState, t_s: float) -> RunState:
    ends_s = t_s + state.plan.stages[0].duration_s
    began = replace(state, phase=Phase.STAGES, phase_began_s=t_s, stage_began_s=t_s, stage_ends_s=ends_s)
    # A pulse that was away before the start has its time from now on, like one that was never there.
    return began if state.hr_bpm is not None else _lose_heart(replace(began, hr_lost_since_s=None), t_s)


def _trip(state: RunState, read: ev.BeltRead) -> Step:
    assert read.trip is not None
    if read.trip is TripReason.OPERATOR_STOP:
        return _stop(state, read.t_s, Outcome.OPERATOR, Cause("stop_operator"))
    return _stop(state, read.t_s, Outcome.FAULT, Cause(f"trip_{read.trip.value}", {"detail": read.trip_detail}))


def _heart(state: RunState, read: ev.HeartRateRead) -> RunState:
    state = replace(state, hr_status=read.status, hr_bpm=read.bpm, hr_read_s=read.t_s)
    state = replace(
        state,
        hr_contact=read.contact,
        hr_battery_pct=state.hr_battery_pct if read.battery_pct is None else read.battery_pct,
        hr_sensor=read.sensor or state.hr_sensor,
        hr_remarks=remarked(state.hr_remarks, read.flags, read.t_s),
    )
    if read.status is not HeartRateStatus.OK or read.bpm is None:
        return _lose_heart(state, read.t_s)
    state = replace(release(state, read.t_s, HoldCause.HR_LOST), hr_lost_since_s=None)
    if state.phase is not Phase.STAGES:
        return state
    over = state.hr_limit_bpm is not None and read.bpm > state.hr_limit_bpm
    if not over or state.overridden_stage == state.stage_index:
        notice = None if state.notice is not None and state.notice.cause.code == "limit_hr" else state.notice
        return replace(state, over_limit_since_s=None, notice=notice)
    since_s = read.t_s if state.over_limit_since_s is None else state.over_limit_since_s
    return replace(state, over_limit_since_s=since_s)


def _lose_heart(state: RunState, t_s: float) -> RunState:
    lost = replace(state, hr_bpm=None, over_limit_since_s=None)
    if state.hr_lost_since_s is None:
        lost = replace(lost, hr_lost_since_s=t_s)
    return hold(lost, t_s, HoldCause.HR_LOST) if state.phase is Phase.STAGES else lost


# --- parts ---------------------------------------------------------------------------------------------------


def _notice(state: RunState, t_s: float, cause: Cause) -> RunState:
    if state.notice is not None:
        return state
    return replace(state, notice=LimitNotice(cause, t_s, t_s + state.plan.limits.hr_answer_within_s))


def _cool_down(state: RunState, t_s: float, outcome: Outcome, reason: Cause) -> RunState:
    plan = stage_setpoint(state, state.plan.cool_down)
    # Cooling down never speeds the belt up, whatever the protocol says.
    speed_kmh = plan.speed_kmh if state.setpoint is None else min(plan.speed_kmh, state.setpoint.speed_kmh)
    return replace(
        state,
        phase=Phase.COOL_DOWN,
        phase_began_s=t_s,
        setpoint=Setpoint(speed_kmh=speed_kmh, incline_pct=plan.incline_pct),
        holds=frozenset(),
        held_since_s=None,
        notice=None,
        over_limit_since_s=None,
        outcome=outcome,
        reason=reason,
    )


def _stop(state: RunState, t_s: float, outcome: Outcome, reason: Cause) -> Step:
    if state.phase is Phase.READY:
        return _end(state, t_s, outcome, reason), (StopBelt(),)
    # The first reason stands, except that a fault is never hidden behind a planned end.
    worse = state.outcome is None or (outcome is Outcome.FAULT and state.outcome is not Outcome.FAULT)
    if worse:
        state = replace(state, outcome=outcome, reason=reason)
    if state.phase is not Phase.STOPPING:
        state = replace(state, phase=Phase.STOPPING, phase_began_s=t_s)
    return replace(state, tripped=True, setpoint=None, holds=frozenset(), held_since_s=None, notice=None), (StopBelt(),)


def _end(state: RunState, t_s: float, outcome: Outcome, reason: Cause) -> RunState:
    keep = state.outcome is not None
    return replace(
        state,
        phase=Phase.ENDED,
        phase_began_s=t_s,
        outcome=state.outcome if keep else outcome,
        reason=state.reason if keep else reason,
    )


def _not_raised(state: RunState, stage: StagePlan) -> Setpoint | None:
    now, planned = state.setpoint, stage_setpoint(state, stage)
    if now is None:
        return None
    return Setpoint(
        speed_kmh=min(now.speed_kmh, planned.speed_kmh), incline_pct=min(now.incline_pct, planned.incline_pct)
    )


def _top(state: RunState) -> Setpoint:
    """The plan's highest speed and incline, as the treadmill can do them."""
    plan = state.plan
    return state.achievable(Setpoint(speed_kmh=plan.max_speed_kmh, incline_pct=plan.max_incline_pct))


def beyond_machine(state: RunState) -> Cause | None:
    """Why this plan cannot be walked on this treadmill; None where it can."""
    info, top = state.treadmill, _top(state)
    if info is None or (top.speed_kmh <= info.max_speed_kmh and top.incline_pct <= info.max_incline_pct):
        return None
    return Cause("plan_beyond_machine", {"speed": info.max_speed_kmh, "incline": info.max_incline_pct})


def _load_late(state: RunState, t_s: float) -> bool:
    return state.prompt is not None and t_s - state.prompt.since_s > state.timing.set_load_s


def _default_gait(stage: StagePlan) -> Gait:
    return Gait.RUN if stage.speed_kmh > RUN_ABOVE_KMH else Gait.WALK


def _belt_fresh(state: RunState, t_s: float) -> bool:
    return state.belt_read_s is not None and t_s - state.belt_read_s <= state.timing.belt_fresh_s


def _reached(state: RunState, read: ev.BeltRead) -> bool:
    if state.setpoint is None or read.measured_speed_kmh is None:
        return False
    target_kmh = state.setpoint.speed_kmh
    return read.measured_speed_kmh >= target_kmh - max(REACHED_KMH, REACHED_SHARE * target_kmh)

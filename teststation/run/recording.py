"""A run written down while it happens: events in, one ``RunRecord`` out, at any moment.

The live plot, the recovery of an interrupted run and the kept test all come from here, so they cannot disagree.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from teststation.ports import HeartRateStatus
from teststation.protocol.plan import BOUT
from teststation.pulse import possible
from teststation.run import events as ev
from teststation.run.engine import prepared, step
from teststation.run.orders import Order, followed
from teststation.run.record import (
    ALARM_OVER,
    ALARM_RAISED,
    LOAD_EASED,
    PULSE_FROZEN,
    PULSE_MOVES,
    STATION_SLEPT,
    BeltSample,
    HeartSample,
    LinkStats,
    Mark,
    RunRecord,
    StagePlanRef,
    StageSpan,
    alarm_text,
    why_hard_training_waits,
)
from teststation.run.state import Phase, RunState, Stood, Timing
from teststation.subject import Gait

HEART_SAMPLE_AGE_S = 2.5  # a second without its own reading takes the last one up to this age, else it is missing
LATE_RPE_S = 30.0
# Alarms of which a mark of their own tells more.
_MARKED = frozenset(
    {
        "hr_lost", "hr_comes_and_goes", "hr_no_contact", "hr_not_set_up", "hr_was_lost", "hr_frozen", "limit_hr",
        "limit_rpe",
    }
)  # fmt: skip


@dataclass(slots=True)
class _Stage:
    index: int
    began_s: float
    plan_duration_s: float
    ended_s: float | None = None
    rpe: int | None = None
    pressure: tuple[int, int] | None = None
    handrail: bool = False
    gait: Gait = Gait.WALK
    extended_s: float = 0.0


class Recording:
    """Collects a run. ``observe`` takes each event with the state it led to."""

    def __init__(self, first: ev.RunPrepared) -> None:
        self._first = first
        self._zero_s = first.t_s
        self._heart: list[tuple[float, int | None]] = []
        self._belt: list[BeltSample] = []
        self._orders: list[Order] = []
        self._marks: list[Mark] = []
        self._stages: list[_Stage] = []
        self._stages_ended_s: float | None = None
        self._link = LinkStats()
        self._last_s = first.t_s

    @property
    def zero_s(self) -> float:
        """When the run began by the station's clock, or was prepared: what its record counts from."""
        return self._zero_s

    def observe(self, before: RunState, event: ev.AnyEvent, after: RunState) -> None:
        """Write down one event and what it changed."""
        self._last_s = max(self._last_s, event.t_s)
        if before.phase is Phase.READY and after.phase is Phase.STARTING:
            self._zero_s = event.t_s
            self._heart = [sample for sample in self._heart if sample[0] >= event.t_s - HEART_SAMPLE_AGE_S]
            self._belt.clear()
            self._orders.clear()
        self._follow_stages(before, event.t_s, after)
        match event:
            case ev.HeartRateRead(t_s=t_s, status=status, bpm=bpm):
                self._heart.append((t_s, bpm if status is HeartRateStatus.OK and possible(bpm) else None))
            case ev.BeltRead():
                self._belt_read(event, after)
            case ev.RpeGiven(t_s=t_s, rpe=rpe):
                stage = self._stage_for_answer(t_s)
                if stage is not None:
                    stage.rpe = rpe
            case ev.BloodPressureGiven(systolic_mmhg=systolic, diastolic_mmhg=diastolic) if self._stages:
                # A cuff takes its time: the stage it was put on in may have ended meanwhile.
                of = [stage for stage in self._stages if stage.index == event.stage_index]
                (of or self._stages)[-1].pressure = (systolic, diastolic)
            case ev.Marked(kind=kind, text=text):
                self._mark(event.t_s, kind, text)
            case ev.NextPressed() if before.phase is Phase.COOL_DOWN:
                self._mark(event.t_s, "cool_down_ended")
            case ev.HoldPressed() | ev.HoldReleased() | ev.NextPressed() | ev.StageExtended() if after == before:
                pass  # what a press did not do is not told as done
            case ev.HoldPressed() | ev.HoldReleased() | ev.NextPressed() | ev.StageExtended() | ev.GaitSet():
                self._mark(event.t_s, _tag(event))
            case ev.HandrailSet(held=held):
                self._mark(event.t_s, "handrail", "on" if held else "off")
            case ev.LoadChanged(speed_kmh=speed_kmh, incline_pct=incline_pct) if after != before:
                self._mark(event.t_s, "load_changed", _load(speed_kmh, incline_pct))
            case ev.LoadConfirmed(by=by) if before.prompt is not None:
                self._mark(event.t_s, "load_confirmed", by)
            case ev.AtRestConfirmed(by=by):
                self._mark(event.t_s, "at_rest_confirmed", by)
            case (
                ev.StopPressed(reason=reason)
                | ev.StopExplained(reason=reason)
                | ev.CoolDownPressed(reason=reason)
                | ev.LimitOverridden(reason=reason)
            ):
                self._mark(event.t_s, _tag(event), reason)
            case ev.DeviceFailed(device=device, sentence=sentence):
                self._mark(event.t_s, f"{device}_failed", sentence)
            case ev.StationSlept(seconds=seconds):
                self._mark(event.t_s, STATION_SLEPT, str(round(seconds)))
            case ev.AlarmAcknowledged(code=code, silenced=silenced):
                self._mark(event.t_s, "alarm_silenced" if silenced else "alarm_seen", code)
        if before.hr_lost_since_s is None and after.hr_lost_since_s is not None:
            self._mark(event.t_s, "hr_lost", after.hr_status.value)
        elif before.hr_lost_since_s is not None and after.hr_lost_since_s is None:
            self._mark(event.t_s, "hr_back")
        if after.prompt is not None and (before.prompt is None or before.prompt.setpoint != after.prompt.setpoint):
            load = after.prompt.setpoint
            self._mark(event.t_s, "load_asked", "off" if load is None else _load(load.speed_kmh, load.incline_pct))
        elif before.prompt is not None and before.prompt.setpoint is not None and after.prompt is None:
            self._mark(event.t_s, "load_set")
        self._follow_bouts(before, event.t_s, after)
        if after.hr_frozen is not None and before.hr_frozen is None:
            self._mark(after.hr_frozen.since_s, PULSE_FROZEN, str(round(after.hr_frozen.bpm)))
        elif before.hr_frozen is not None and after.hr_frozen is None:
            self._mark(event.t_s, PULSE_MOVES)
        if after.stop_ignored and not before.stop_ignored:
            self._mark(event.t_s, "stop_ignored")
        if after.stood is not before.stood:
            self._follow_alarms(before.stood, after.stood)
        asked, asks = ({notice.cause.code for notice in state.notices} for state in (before, after))
        for code in sorted(asks - asked):
            self._mark(event.t_s, "limit_reached", code)

    def record(self, state: RunState) -> RunRecord:
        """The run so far as plain values; times count from the start."""
        first = self._first
        now_s = self._last_s
        ended_s = state.phase_began_s if state.phase is Phase.ENDED else None
        return RunRecord(
            id=first.run_id,
            started_at=first.started_at,
            plan=first.plan,
            subject=first.subject,
            treadmill=first.treadmill,
            heart_rate=first.heart_rate,
            stages=tuple(self._span(stage) for stage in self._stages),
            heart=self._resampled_heart(now_s),
            belt=tuple(self._belt),
            marks=tuple(sorted(self._marks, key=lambda mark: mark.t_s)),
            stages_ended_s=None if self._stages_ended_s is None else self._stages_ended_s - self._zero_s,
            ended_s=None if ended_s is None else ended_s - self._zero_s,
            outcome=state.outcome,
            reason=state.reason,
            belt_at_rest=state.at_rest,
            link=self._link,
            belt_check=first.belt_check,
            belt_info=state.treadmill,
            orders=tuple(self._orders),
            hard_training_waits=why_hard_training_waits(first.conditions),
        )

    # --- parts ---

    def _follow_stages(self, before: RunState, t_s: float, after: RunState) -> None:
        walking = after.phase is Phase.STAGES
        if walking and (not self._stages or self._stages[-1].index != after.stage_index):
            self._close_stage(after.stage_began_s)
            self._stages.append(_Stage(after.stage_index, after.stage_began_s, after.stage.duration_s))
        if before.phase is Phase.STAGES and not walking:
            # A stage that ran to its planned end ended then, however late the tick came.
            self._close_stage(min(t_s, after.phase_began_s))
            self._stages_ended_s = min(t_s, after.phase_began_s)
        if walking:
            stage = self._stages[-1]
            # Where the operator sets the belt, a stage begins only when its load is there.
            stage.began_s = after.stage_began_s
            stage.gait = after.gait
            stage.handrail = stage.handrail or after.handrail
            stage.extended_s = after.extensions * after.plan.extension.step_s

    def _follow_alarms(self, before: tuple[Stood, ...], after: tuple[Stood, ...]) -> None:
        """Every alarm that began or was over: nothing that was told on the screen is only there."""
        changed = [one for one in after if one not in before and one.cause.code not in _MARKED]
        for one in changed:
            if one.until_s is None:
                self._mark(one.from_s, ALARM_RAISED, alarm_text(one.cause))
            else:
                self._mark(one.until_s, ALARM_OVER, one.cause.code)

    def _follow_bouts(self, before: RunState, t_s: float, after: RunState) -> None:
        """What was offered, taken and lowered in a session."""
        was, now = before.bouts, after.bouts
        if now.offer is not None and now.offer != was.offer:
            self._mark(t_s, "load_offered", _load(now.offer.load.speed_kmh, now.offer.load.incline_pct))
        if was.offer is not None and now.next_load == was.offer.load and now.next_load != was.next_load:
            self._mark(t_s, "load_accepted", _load(was.offer.load.speed_kmh, was.offer.load.incline_pct))
        if now.eased > was.eased:
            load = now.next_load or dict(now.loads)[BOUT]
            self._mark(t_s, LOAD_EASED, _load(load.speed_kmh, load.incline_pct))

    def _close_stage(self, t_s: float) -> None:
        if self._stages and self._stages[-1].ended_s is None:
            self._stages[-1].ended_s = t_s

    def _stage_for_answer(self, t_s: float) -> _Stage | None:
        """An RPE belongs to the stage being walked, or in its first half minute to the one before if that has none."""
        if not self._stages:
            return None
        last = self._stages[-1]
        if self._first.plan.session is not None:
            # Of a session the bout is asked about, and for the most part when it is over.
            bouts = self._first.plan.bouts
            return next((stage for stage in reversed(self._stages) if stage.index in bouts), last)
        if len(self._stages) > 1 and t_s - last.began_s < LATE_RPE_S and self._stages[-2].rpe is None:
            return self._stages[-2]
        return last

    def _belt_read(self, read: ev.BeltRead, after: RunState) -> None:
        self._link = LinkStats(
            worst_gap_ms=max(self._link.worst_gap_ms, read.worst_gap_ms),
            commands=read.commands,
            retries=read.retries,
        )
        self._orders = followed(self._orders, after.setpoint, read, read.t_s - self._zero_s)
        sample = BeltSample(
            t_s=read.t_s - self._zero_s,
            target_speed_kmh=None if after.setpoint is None else after.setpoint.speed_kmh,
            measured_speed_kmh=read.measured_speed_kmh,
            target_incline_pct=None if after.setpoint is None else after.setpoint.incline_pct,
            measured_incline_pct=read.measured_incline_pct,
        )
        if not self._belt or int(sample.t_s) != int(self._belt[-1].t_s):
            self._belt.append(sample)

    def _mark(self, t_s: float, kind: str, text: str = "") -> None:
        self._marks.append(Mark(t_s=t_s - self._zero_s, kind=kind, text=text))

    def _span(self, stage: _Stage) -> StageSpan:
        plan = self._first.plan.stages[stage.index]
        return StageSpan(
            index=stage.index,
            plan=StagePlanRef(
                name=plan.name,
                duration_s=plan.duration_s,
                speed_kmh=plan.speed_kmh,
                incline_pct=plan.incline_pct,
                habituation=plan.habituation,
            ),
            began_s=stage.began_s - self._zero_s,
            ended_s=None if stage.ended_s is None else stage.ended_s - self._zero_s,
            gait=stage.gait,
            handrail=stage.handrail,
            rpe=stage.rpe,
            systolic_mmhg=None if stage.pressure is None else stage.pressure[0],
            diastolic_mmhg=None if stage.pressure is None else stage.pressure[1],
            extended_s=stage.extended_s,
        )

    def _resampled_heart(self, until_s: float) -> tuple[HeartSample, ...]:
        """One sample for each whole second since the start. Nothing is held beyond ``HEART_SAMPLE_AGE_S``."""
        times = [t_s for t_s, _ in self._heart]
        samples: list[HeartSample] = []
        for second in range(int(until_s - self._zero_s) + 1):
            at_s = self._zero_s + second
            index = bisect_right(times, at_s) - 1
            bpm = None
            if index >= 0 and at_s - times[index] <= HEART_SAMPLE_AGE_S:
                bpm = self._heart[index][1]
            samples.append(HeartSample(t_s=float(second), bpm=bpm))
        return tuple(samples)


def fold(events: Iterable[ev.AnyEvent], timing: Timing | None = None) -> tuple[RunState, Recording]:
    """State and recording that a journal's events lead to. The first event must be ``RunPrepared``."""
    stream = iter(events)
    first = next(stream, None)
    if not isinstance(first, ev.RunPrepared):
        raise ValueError("a journal begins with the preparation of its run")
    state, recording = prepared(first, timing), Recording(first)
    for event in stream:
        before = state
        state, _ = step(state, event)
        recording.observe(before, event, state)
    return state, recording


def interrupted(events: Iterable[ev.AnyEvent]) -> tuple[RunState, Recording]:
    """Fold a journal without an end and mark the run interrupted. It never moves a belt: commands are dropped."""
    kept = list(events)
    state, recording = fold(kept)
    if state.phase is Phase.ENDED:
        return state, recording
    end = ev.RunInterrupted(t_s=kept[-1].t_s)
    after, _ = step(replace(state, at_rest=False), end)
    recording.observe(state, end, after)
    return after, recording


def _load(speed_kmh: float, incline_pct: float) -> str:
    return f"{speed_kmh:.1f} km/h {incline_pct:.1f} %"


def _tag(event: msgspec.Struct) -> str:
    return str(event.__struct_config__.tag)

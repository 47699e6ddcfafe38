"""What a screen shows of a run, ten times a second: plain values, nothing to compute, nothing to reach into."""

from dataclasses import dataclass

from teststation.cause import Cause
from teststation.physiology.observe import still_rises
from teststation.physiology.result import Assessment
from teststation.ports import BeltState, HeartRateStatus, Setpoint
from teststation.protocol.plan import BOUT, PAUSE, WARM_UP, StagePlan
from teststation.run.alarms import Alarm, Priority, alarms
from teststation.run.engine import why_not_begin
from teststation.run.engine.bouts import bout_load, bout_of
from teststation.run.guiding import needs_word
from teststation.run.record import Outcome, RunRecord
from teststation.run.recording import LATE_RPE_S
from teststation.run.state import HoldCause, Offer, Phase, RunState

ASK_RPE_IN_LAST_S = 30.0
ASK_RPE_AFTER_S = 60.0
OFFER_TIME_IN_LAST_S = 30.0
COUNTDOWN_S = 10.0  # a change of load is announced this long before
RUNS_AGAIN = Alarm(Cause("press_red_button"), Priority.HIGH, sounding=True)


@dataclass(frozen=True, slots=True)
class BeltPrompt:
    """What the operator is to do at the treadmill's own console."""

    setpoint: Setpoint | None  # None: bring the belt to rest
    waited_s: float
    needs_word: bool  # the treadmill does not read all of it: somebody has to say that it is set
    console_units: str = "kmh"


@dataclass(frozen=True, slots=True)
class SessionNow:
    """Where an interval session is."""

    part: str  # warm_up | bout | pause
    bout: int  # the bout that is walked, or that comes next, from 1; after the last one its number
    bouts: int
    hr_low_bpm: float | None  # the bouts' band; None where the pulse steers nothing
    hr_high_bpm: float | None
    aim_bpm: float | None  # what warm-up and pause aim at
    borg_low: int
    borg_high: int
    third_minute_bpm: float | None  # of the last bout whose third minute is over
    offer: Offer | None
    next_load: Setpoint  # what the next bout will have as it stands, or what this last one has
    eased: int


@dataclass(frozen=True, slots=True)
class Exertion:
    """What an answer on Borg's scale would be given to now. Stages count from 0."""

    stage: int | None = None  # None: nobody is asked
    answer: int | None = None  # what it has already
    due: bool = False
    missing: tuple[int, ...] = ()  # stages that are over and have none


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of a run."""

    now_s: float
    phase: Phase
    # heart
    hr_bpm: int | None
    hr_status: HeartRateStatus
    hr_limit_bpm: float | None
    hr_contact: bool | None
    hr_battery_pct: int | None
    hr_sensor: str
    # stage
    stage: StagePlan
    stage_index: int
    n_stages: int
    stage_remaining_s: float
    test_remaining_s: float
    next_stage: StagePlan | None
    holds: frozenset[HoldCause]  # why the load does not rise now
    clock_stands: bool  # for one of these; in a session a clock goes on through most
    rpe_due: bool
    rpe: Exertion
    may_extend: bool
    still_rises: bool  # the stage nears its end, may be longer, and its pulse is on its way up
    countdown_s: float | None  # seconds to a change of load, in the last ten
    # belt
    belt_state: BeltState
    target: Setpoint | None
    measured_speed_kmh: float | None
    measured_incline_pct: float | None
    at_rest: bool
    prompt: BeltPrompt | None  # where the operator sets the belt
    start_at_machine: bool  # the treadmill waits for its own start button
    # what stands out
    alarms: tuple[Alarm, ...]
    limit_notice: Cause | None
    limit_acts_in_s: float | None
    limit_highest_bpm: int | None  # what the pulse has been at most, where its limit is the one that asks
    not_ready_because: tuple[Cause, ...]
    # end
    outcome: Outcome | None
    reason: Cause | None
    press_red_button: bool
    # plots
    record: RunRecord
    assessment: Assessment | None
    session: SessionNow | None = None  # of a test nothing


def snapshot(
    state: RunState,
    now_s: float,
    record: RunRecord,
    assessment: Assessment | None,
    *,
    runs_again_kmh: float | None = None,
) -> Snapshot:
    """The moment ``now_s`` of a run, with the latest record and assessment.

    ``runs_again_kmh``: how fast its belt runs after it has ended, where it does.
    """
    runs_again = runs_again_kmh is not None
    walking = state.phase is Phase.STAGES
    remaining_s = state.stage_remaining_s(now_s) if walking else _phase_remaining_s(state, now_s)
    later = state.plan.stages[state.stage_index + 1 :]
    free = walking and state.held_since_s is None
    cooling, over = state.phase is Phase.COOL_DOWN, state.phase in (Phase.STOPPING, Phase.ENDED)
    return Snapshot(
        now_s=now_s,
        phase=state.phase,
        hr_bpm=state.hr_bpm,
        hr_status=state.hr_status,
        hr_limit_bpm=state.hr_limit_bpm,
        hr_contact=state.hr_contact,
        hr_battery_pct=state.hr_battery_pct,
        hr_sensor=state.hr_sensor,
        stage=state.plan.cool_down if state.phase is Phase.COOL_DOWN else state.stage,
        stage_index=state.stage_index,
        n_stages=len(state.plan.stages),
        stage_remaining_s=remaining_s,
        test_remaining_s=remaining_s if cooling or over else remaining_s + sum(stage.duration_s for stage in later),
        next_stage=(later[0] if later else state.plan.cool_down) if walking or not state.moving_phase else None,
        holds=state.holds,
        clock_stands=state.held_since_s is not None,
        rpe_due=_rpe_due(state, now_s, remaining_s),
        rpe=_exertion(state, record, now_s, remaining_s),
        still_rises=_rises(state, record, remaining_s),
        may_extend=walking and state.extensions < state.plan.extension.times_max,
        countdown_s=remaining_s if free and remaining_s <= COUNTDOWN_S else None,
        belt_state=state.belt_state,
        target=state.setpoint,
        measured_speed_kmh=runs_again_kmh if runs_again else state.measured_speed_kmh,
        measured_incline_pct=state.measured_incline_pct,
        at_rest=state.at_rest and not runs_again,
        prompt=_prompt(state, now_s),
        start_at_machine=_waits_at_machine(state),
        alarms=_alarms(state, now_s, runs_again=runs_again),
        limit_notice=None if state.notice is None else state.notice.cause,
        limit_highest_bpm=None if state.notice is None else state.notice.highest_bpm,
        limit_acts_in_s=None if state.notice is None else max(0.0, state.notice.acts_at_s - now_s),
        not_ready_because=_not_ready(state, now_s),
        outcome=state.outcome,
        reason=state.reason,
        press_red_button=state.press_red_button or runs_again,
        record=record,
        assessment=assessment,
        session=_session(state),
    )


def _alarms(state: RunState, now_s: float, *, runs_again: bool) -> tuple[Alarm, ...]:
    standing = alarms(state, now_s)
    told = any(alarm.code == RUNS_AGAIN.code for alarm in standing)
    return (RUNS_AGAIN, *standing) if runs_again and not told else standing


def _session(state: RunState) -> SessionNow | None:
    terms, of = state.plan.session, state.plan.bouts
    if terms is None:
        return None
    part = state.stage.part
    aims = {WARM_UP: terms.warm_up_hr_bpm, PAUSE: terms.pause_hr_bpm}
    begun = [index for index in of if index <= state.stage_index]
    return SessionNow(
        part=part,
        bout=min(len(of), len(begun) + (part != BOUT)),
        bouts=len(of),
        hr_low_bpm=terms.hr_low_bpm,
        hr_high_bpm=terms.hr_high_bpm,
        aim_bpm=aims.get(part),
        borg_low=terms.borg_low,
        borg_high=terms.borg_high,
        third_minute_bpm=state.bouts.read_bpm,
        offer=state.bouts.offer,
        next_load=state.bouts.next_load or bout_load(state),
        eased=state.bouts.eased,
    )


def _rpe_due(state: RunState, now_s: float, remaining_s: float) -> bool:
    """In a test the last half minute of a stage; in a session the first minute after a bout that was not rated."""
    walking = state.phase is Phase.STAGES
    if state.plan.session is None:
        return walking and not state.stage.habituation and remaining_s <= ASK_RPE_IN_LAST_S
    bout = bout_of(state)
    resting = (walking and state.stage.part == PAUSE) or state.phase is Phase.COOL_DOWN
    since_s = state.stage_began_s if walking else state.phase_began_s
    return resting and bout is not None and state.bouts.rated_index != bout and now_s - since_s <= ASK_RPE_AFTER_S


def _rises(state: RunState, record: RunRecord, remaining_s: float) -> bool:
    may = state.phase is Phase.STAGES and state.extensions < state.plan.extension.times_max
    may = may and state.plan.session is None  # in a bout it is meant to rise
    return may and remaining_s <= OFFER_TIME_IN_LAST_S and still_rises(record)


def _bouts_exertion(state: RunState, record: RunRecord, now_s: float, remaining_s: float) -> Exertion:
    """Of a session the bout that is walked, or the last one, is asked about."""
    bouts = [span for span in record.stages if span.index in state.plan.bouts]
    if not bouts:
        return Exertion()
    last = bouts[-1]
    missing = tuple(one.index for one in bouts if one.ended_s is not None and one.rpe is None)
    return Exertion(last.index, last.rpe, _rpe_due(state, now_s, remaining_s), missing)


def _exertion(state: RunState, record: RunRecord, now_s: float, remaining_s: float) -> Exertion:
    """As the recording takes an answer: in a stage's first half minute it is for the one before, if that has none."""
    if not record.stages or state.phase not in (Phase.STAGES, Phase.COOL_DOWN):
        return Exertion()
    if state.plan.session is not None:
        return _bouts_exertion(state, record, now_s, remaining_s)
    *before, last = record.stages
    over = before if state.phase is Phase.STAGES else record.stages
    missing = tuple(one.index for one in over if one.rpe is None and not one.plan.habituation)
    if state.phase is Phase.COOL_DOWN:
        open_still = last.rpe is None or now_s - state.phase_began_s < LATE_RPE_S
        asked = last.rpe is None and not last.plan.habituation
        return Exertion(last.index, last.rpe, asked, missing) if open_still else Exertion(missing=missing)
    if before and before[-1].rpe is None and now_s - state.stage_began_s < LATE_RPE_S:
        return Exertion(before[-1].index, None, not before[-1].plan.habituation, missing)
    near = state.stage_remaining_s(now_s) <= ASK_RPE_IN_LAST_S and not last.plan.habituation
    return Exertion(last.index, last.rpe, near and last.rpe is None, missing)


def _prompt(state: RunState, now_s: float) -> BeltPrompt | None:
    if state.prompt is None or state.treadmill is None:
        return None
    return BeltPrompt(
        setpoint=state.prompt.setpoint,
        waited_s=max(0.0, now_s - state.prompt.since_s),
        needs_word=needs_word(state),
        console_units=state.treadmill.console_units,
    )


def _waits_at_machine(state: RunState) -> bool:
    wants = state.treadmill is not None and state.treadmill.start_confirmed_at_machine
    return wants and state.phase is Phase.STARTING and state.armed and not state.measured_speed_kmh


def _phase_remaining_s(state: RunState, now_s: float) -> float:
    match state.phase:
        case Phase.READY | Phase.STARTING:
            return state.stage.duration_s
        case Phase.COOL_DOWN:
            return max(0.0, state.plan.cool_down.duration_s - (now_s - state.phase_began_s))
    return 0.0


def _not_ready(state: RunState, now_s: float) -> tuple[Cause, ...]:
    """Why Start does nothing now. A missing pulse is named too, though the protocol alone decides what it costs."""
    if state.phase is not Phase.READY:
        return ()
    causes = why_not_begin(state, now_s)
    return causes if state.hr_bpm is not None else (*causes, Cause("not_ready_no_pulse"))

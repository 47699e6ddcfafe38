"""Several persons train at once: straps and one clock, no belt. Pure.

Each has a run of their own, made of the same events and written down by the same hand as a run on the belt; only what
leads from part to part is the clock alone. Nothing here knows a load: none is set, offered or kept. A pulse is read as
in a run: what cannot be one is none, and one that stands still, comes and goes or is doubted is told and marked.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.ports import BeltState, HeartRateStatus, Value
from teststation.protocol.plan import Plan, StagePlan
from teststation.run import events as ev
from teststation.run.alarms import of_the_pulse, stood
from teststation.run.engine import prepared
from teststation.run.engine.heart import awaited, lose_heart, read_heart, still_told
from teststation.run.frozen import RISES_KEPT
from teststation.run.noted import noted
from teststation.run.reasons import cause_of
from teststation.run.record import Outcome, RunRecord
from teststation.run.recording import Recording
from teststation.run.state import Phase, RunState

NO_BELT = "none"  # in the place of a treadmill's DEVICE string
_SAID_TO_ONE = {
    "hr_lost": "group_strap_lost",
    "hr_no_contact": "group_no_contact",
    "hr_comes_and_goes": "group_pulse_comes_and_goes",
}  # of whom, and of no load


class Wearer(Value, frozen=True):
    """Who takes part, by name and id, and the strap they wear as the station's drivers know it."""

    person_id: str
    name: str
    device: str
    strap: str  # what tells one strap from another: two DEVICE strings may mean the same
    stick: str = ""  # the ANT stick it is heard by; empty where it needs none


def problems(wearers: Sequence[Wearer], stick_hears: int) -> list[Cause]:
    """Why these cannot train together, one sentence for each thing; nothing where they can.

    Args:
        stick_hears: How many straps one ANT stick hears at once.
    """
    found: list[Cause] = [] if wearers else [Cause("group_nobody")]
    seen: dict[str, Wearer] = {}
    for person_id, times in Counter(one.person_id for one in wearers).items():
        if times > 1:
            name = next(one.name for one in wearers if one.person_id == person_id)
            found.append(Cause("group_person_twice", {"name": name}))
    for one in wearers:
        if not one.strap:
            found.append(Cause("group_no_strap", {"name": one.name}))
        elif one.strap in seen:
            found.append(Cause("group_strap_twice", {"one": seen[one.strap].name, "other": one.name}))
        else:
            seen[one.strap] = one
    for stick, wanted in Counter(one.stick for one in wearers if one.stick).items():
        if wanted > stick_hears:
            found.append(Cause("group_stick_full", {"stick": stick, "most": stick_hears, "wanted": wanted}))
    return found


def without_belt(plan: Plan) -> Plan:
    """The same session with no load in it: nobody sets one, and nobody shall read one that was never there."""
    terms = plan.session
    if terms is None:
        raise ValueError("a test is no session")
    return replace(
        plan,
        stages=tuple(_unloaded(stage) for stage in plan.stages),
        cool_down=_unloaded(plan.cool_down),
        session=replace(terms, top_speed_kmh=0.0, top_incline_pct=0.0),
    )


def _unloaded(stage: StagePlan) -> StagePlan:
    return replace(stage, speed_kmh=0.0, incline_pct=0.0)


@dataclass(frozen=True, slots=True)
class Part:
    """Where a session is by its clock."""

    phase: Phase
    name: str  # a stage's ``part``; empty before, in the cool-down and after
    bout: int  # which bout it is, or comes next, from 1; the last one when all are done
    bouts: int
    left_s: float  # of this part


class Training:
    """One person's part in it, from prepared to ended. ``feed`` each event in order; time passes by ``Ticked``."""

    def __init__(self, first: ev.RunPrepared) -> None:
        self.first = first
        # There is no belt that could be anything else than at rest.
        self.state: RunState = replace(prepared(first), at_rest=True, belt_state=BeltState.IDLE)
        self.recording = Recording(first)

    def feed(self, event: ev.AnyEvent) -> None:
        """Take one event; what the clock has brought until then comes before it."""
        for boundary, after in _passed(self.state, event.t_s):
            self._observe(ev.Ticked(t_s=boundary), after)
        self._observe(event, _after(self.state, event))
        if isinstance(event, ev.TestBegan):
            began = replace(self.state, phase=Phase.STAGES, stage_began_s=event.t_s)
            began = _asks_for_more(_clock_goes_on(awaited(began, event.t_s)), event.t_s)
            self._observe(ev.Ticked(t_s=event.t_s), began)

    def _observe(self, event: ev.AnyEvent, after: RunState) -> None:
        before, self.state = self.state, after
        self.recording.observe(before, event, after)

    @property
    def run(self) -> RunRecord:
        """The run so far."""
        return self.recording.record(self.state)

    @property
    def ended(self) -> bool:
        """Whether it is over for this person."""
        return self.state.phase is Phase.ENDED

    def said_of_pulse(self, now_s: float) -> tuple[Cause, ...]:
        """What is to be said of this person's pulse, ``now_s`` of the clock that the events are of."""
        # A name is the record's, and in no event: who shows this knows whose it is.
        return tuple(
            Cause(_SAID_TO_ONE.get(cause.code, cause.code), cause.values) for cause in of_the_pulse(self.state, now_s)
        )

    def part(self, now_s: float) -> Part:
        """Where it is; ``now_s`` of the clock that the events are of."""
        state, plan = self.state, self.state.plan
        walked = sum(index <= state.stage_index for index in plan.bouts)
        resting = state.phase is Phase.STAGES and state.stage_index not in plan.bouts
        bout = min(len(plan.bouts), max(1, walked + resting))
        if state.phase is Phase.STAGES:
            left_s = state.stage_began_s + state.stage.duration_s - now_s
            return Part(state.phase, state.stage.part, bout, len(plan.bouts), max(0.0, left_s))
        left_s = state.phase_began_s + plan.cool_down.duration_s - now_s if state.phase is Phase.COOL_DOWN else 0.0
        return Part(state.phase, "", bout, len(plan.bouts), max(0.0, left_s))


def training_of(events: Iterable[ev.AnyEvent]) -> RunRecord:
    """The run that a journal's events lead to; one without an end was interrupted."""
    stream = list(events)
    first = stream[0]
    if not isinstance(first, ev.RunPrepared):
        raise ValueError("a journal begins with the preparation of its run")
    training = Training(first)
    for event in stream[1:]:
        training.feed(event)
    if not training.ended:
        training.feed(ev.RunInterrupted(t_s=stream[-1].t_s))
    return training.run


def _passed(state: RunState, now_s: float) -> Iterable[tuple[float, RunState]]:
    """Every part that the clock has ended until now, at the moment it did, and the state after it."""
    while True:
        if state.phase is Phase.STAGES:
            end_s = state.stage_began_s + state.stage.duration_s
            if now_s < end_s:
                return
            if state.stage_index + 1 < len(state.plan.stages):
                state = replace(state, stage_index=state.stage_index + 1, stage_began_s=end_s)
                if state.stage_index in state.plan.bouts:
                    state = _asks_for_more(state, end_s)
            else:
                state = replace(state, phase=Phase.COOL_DOWN, phase_began_s=end_s)
        elif state.phase is Phase.COOL_DOWN:
            end_s = state.phase_began_s + state.plan.cool_down.duration_s
            if now_s < end_s:
                return
            state = replace(state, phase=Phase.ENDED, phase_began_s=end_s, outcome=Outcome.COMPLETED)
        else:
            return
        yield end_s, state


def _after(state: RunState, event: ev.AnyEvent) -> RunState:
    match event:
        case ev.TestBegan() if state.phase is Phase.READY:
            return replace(state, phase=Phase.STARTING, phase_began_s=event.t_s, begun=True)
        case ev.HeartRateRead():
            return _clock_goes_on(read_heart(state, event))
        case ev.DeviceFailed(device="heart_rate"):
            return _clock_goes_on(lose_heart(replace(state, hr_status=HeartRateStatus.OFFLINE), event.t_s))
        case ev.Marked():
            return _clock_goes_on(noted(state, event))
        case ev.Ticked():
            return stood(_clock_goes_on(still_told(state, event.t_s)), event.t_s)
        case ev.StopPressed(reason=reason) if state.phase is not Phase.ENDED:
            return _ended(state, event.t_s, Outcome.OPERATOR, cause_of(reason))
        case ev.RunInterrupted() if state.phase is not Phase.ENDED:
            return _ended(state, event.t_s, Outcome.INTERRUPTED, Cause("interrupted"))
    return state


def _clock_goes_on(state: RunState) -> RunState:
    """A run holds its load while a pulse is away. Here is none to hold, and no clock that waits for one of several."""
    return replace(state, holds=frozenset())


def _asks_for_more(state: RunState, t_s: float) -> RunState:
    """The session asks for more from now on: what a pulse that stands still is measured against without a load."""
    return replace(state, load_rose_s=(*state.load_rose_s, t_s)[-RISES_KEPT:])


def _ended(state: RunState, t_s: float, outcome: Outcome, reason: Cause) -> RunState:
    return replace(state, phase=Phase.ENDED, phase_began_s=t_s, outcome=outcome, reason=reason)

"""An interval session in the patient's own seconds, without the station: some fifty times as fast as a whole one.

The plan is the product's own, and what may change a load is the engine itself: it reads the third minute, offers,
lowers above the band and after Borg 19, and lets what was accepted begin. Left out, as in ``walk``, are controller,
guard and strap, and with them the limit at HRmax itself; a test walks some sessions both ways. Who asks to stop is let
off into the cool-down, as at the station: the pulse that falls there says that the peak was a heart's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from msgspec.structs import replace

from drivers.emulators.belt import BeltPhysics
from drivers.emulators.patient import Body, Patient
from teststation.ports import Setpoint
from teststation.protocol.plan import BOUT, Plan, StagePlan
from teststation.run.engine import bouts
from teststation.run.engine.heart import first_pulse
from teststation.run.record import (
    LOAD_EASED,
    BeltSample,
    HeartSample,
    Mark,
    Outcome,
    RunRecord,
    StagePlanRef,
    StageSpan,
)
from teststation.run.state import Phase, RunState
from teststation.subject import Subject
from teststation.training.session.pulse import Reading
from ui.laboratory.patients import ANSWER_SD, VirtualPatient, answers, wants_to_stop
from ui.laboratory.walk import STANDS_FIRST_S, STARTED_AT

BORG = (6, 20)


@dataclass(slots=True)
class _Loads:
    """The engine's state of a session, as far as it decides a load, and the marks it would leave."""

    state: RunState
    takes: Callable[[], bool]  # whether an offer is taken
    marks: list[Mark]

    @classmethod
    def of(cls, plan: Plan, takes: Callable[[], bool]) -> "_Loads":
        return cls(RunState(plan=plan, phase=Phase.STAGES), takes, [])

    @property
    def now(self) -> Setpoint:
        assert self.state.setpoint is not None
        return self.state.setpoint

    def begin(self, index: int, stage: StagePlan, t_s: float) -> None:
        """A part of the session begins, with nothing read in it."""
        state = replace(
            self.state,
            stage_index=index,
            stage_began_s=t_s,
            stage_ends_s=t_s + stage.duration_s,
            pulse=first_pulse(self.state.plan, self.state.timing),
        )
        state = bouts.begun(state)
        now = bouts.bout_load(state) if stage.part == BOUT else Setpoint(stage.speed_kmh, stage.incline_pct)
        self.state = replace(state, setpoint=now)

    def read(self, bpm: int, t_s: float) -> None:
        """A second of a bout."""
        state = replace(self.state, pulse=self.state.pulse.read(t_s, bpm))
        self._answer(bouts.watched(state, t_s), t_s)

    def rated(self, rpe: int, t_s: float) -> None:
        """What was said of the bout that is over."""
        self._answer(bouts.rated(self.state, t_s, rpe), t_s)

    def _answer(self, state: RunState, t_s: float) -> None:
        """What stands beside the belt does with an offer: takes it or leaves it, at once."""
        if state.bouts.eased > self.state.bouts.eased:
            self.marks.append(Mark(t_s=t_s, kind=LOAD_EASED))
        if state.bouts.offer is not None:
            state = bouts.accepted(state) if self.takes() else bouts.declined(state)
        self.state = state


def walk_session(
    patient: VirtualPatient, body: Body, subject: Subject, plan: Plan, visit: int, takes: float = 1.0
) -> tuple[RunRecord, tuple[Reading, ...]]:
    """One session of one patient on one day, and what a strap that never errs said of it.

    Args:
        takes: The share of offers of a harder load that this person takes.
    """
    if plan.session is None:
        raise ValueError("a test is no session")
    person, belt, says = Patient(body, patient.seed * 100 + visit), BeltPhysics(), answers(patient, visit)
    chance = Random(patient.seed * 2_003 + visit)
    loads = _Loads.of(plan, lambda: chance.random() < takes)
    heart: list[HeartSample] = []
    belts: list[BeltSample] = []
    done: list[StageSpan] = []
    t_s, ends = 0.0, False
    for _ in range(STANDS_FIRST_S):
        person.advance(1.0, 0.0, 0.0)

    def second(load: Setpoint) -> int:
        belt.target_speed_kmh, belt.target_incline_pct = load.speed_kmh, load.incline_pct
        belt.advance(1.0)
        person.advance(1.0, belt.speed_kmh, belt.incline_pct)
        bpm = round(person.hr_bpm)
        heart.append(HeartSample(t_s, bpm))
        belts.append(BeltSample(t_s, load.speed_kmh, belt.reported_speed_kmh, load.incline_pct, belt.incline_pct))
        return bpm

    for index, stage in enumerate(plan.stages):
        bout, began_s, felt = stage.part == BOUT, t_s, 0.0
        loads.begin(index, stage, t_s)
        while t_s - began_s < stage.duration_s and not ends:
            t_s += 1.0
            bpm = second(loads.now)
            felt = max(felt, person.effort)
            if bout:
                loads.read(bpm, t_s)
                ends = wants_to_stop(patient, person)
        rpe = None
        if bout:
            rpe = max(BORG[0], min(BORG[1], round(felt + says.gauss(0.0, ANSWER_SD))))
        ref = StagePlanRef(stage.name, stage.duration_s, stage.speed_kmh, stage.incline_pct)
        rail = body.rail_share != 1.0
        done.append(StageSpan(index, ref, began_s, t_s, gait=plan.session.gait, handrail=rail, rpe=rpe))
        if ends or index + 1 == len(plan.stages):
            break
        if rpe is not None:  # said in the pause
            loads.begin(index + 1, plan.stages[index + 1], t_s)
            loads.rated(rpe, t_s)
    stages_ended_s = t_s
    easy = Setpoint(plan.cool_down.speed_kmh, plan.cool_down.incline_pct)
    while t_s - stages_ended_s < plan.cool_down.duration_s:
        t_s += 1.0
        second(easy)
    run = RunRecord(
        id=f"session-{patient.seed}-{visit}",
        started_at=STARTED_AT,
        plan=plan,
        subject=subject,
        treadmill="sim:",
        heart_rate="sim:",
        stages=tuple(done),
        heart=tuple(heart),
        belt=tuple(belts),
        marks=tuple(loads.marks),
        stages_ended_s=stages_ended_s,
        ended_s=t_s,
        outcome=Outcome.OPERATOR if ends else Outcome.COMPLETED,
        belt_at_rest=True,
    )
    return run, tuple(Reading(one.t_s, one.bpm) for one in heart)

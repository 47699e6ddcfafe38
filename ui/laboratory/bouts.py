"""An interval session in the patient's own seconds, without the station: some fifty times as fast as a whole one.

The plan is the product's own, and so is what may change a load: read in the third minute, offered and taken for the
next bout, lowered at once above the band, lowered after Borg 19. Left out, as in ``walk``, are controller, guard and
strap; a test walks some sessions both ways.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from drivers.emulators.belt import BeltPhysics
from drivers.emulators.patient import Body, Patient
from teststation.ports import Setpoint
from teststation.protocol.plan import BOUT, Plan, SessionTerms
from teststation.run.engine.bouts import (
    AMONG,
    EASED_AGAIN_AFTER_S,
    MINUTE_S,
    READ_AFTER_S,
    TOO_HARD_BORG,
    felt_easy,
)
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
from teststation.subject import Subject
from teststation.training.session.pulse import Reading
from ui.laboratory.patients import ANSWER_SD, VirtualPatient, answers, wants_to_stop
from ui.laboratory.walk import STANDS_FIRST_S, STARTED_AT


@dataclass(slots=True)
class _Loads:
    """The load of the bouts, as it changes through a session."""

    terms: SessionTerms
    over_for_s: float  # the plan's own
    now: Setpoint
    takes: Callable[[], bool]  # whether an offer is taken
    offered: Setpoint | None = None  # of the next bout: taken, or lowered
    read_bpm: float | None = None
    eased_s: float | None = None
    eased_in_bout: bool = False
    marks: list[Mark] = field(default_factory=list[Mark])

    def read(self, bpm: float, *, last: bool) -> None:
        """The third minute of a bout."""
        self.read_bpm = bpm
        low, high = self.terms.hr_low_bpm, self.terms.hr_high_bpm
        if low is not None and bpm < low and not last:
            self._offer()
        elif high is not None and bpm > high and not self.eased_in_bout:
            self.offered = self.terms.easier(self.now)

    def above(self, seconds: list[int], t_s: float) -> None:
        """A pulse that stays above the band for as long as the plan says, among twice as many seconds."""
        high = self.terms.hr_high_bpm
        again = self.eased_s is None or t_s - self.eased_s >= EASED_AGAIN_AFTER_S
        if high is None or not again or seconds[-1] <= high:
            return
        if sum(bpm > high for bpm in seconds[-int(AMONG * self.over_for_s) :]) >= self.over_for_s:
            self.now, self.offered, self.eased_s, self.eased_in_bout = self.terms.easier(self.now), None, t_s, True
            self.marks.append(Mark(t_s=t_s, kind=LOAD_EASED))

    def rated(self, rpe: int, *, last: bool) -> None:
        """What was said after a bout."""
        if rpe >= TOO_HARD_BORG:
            self.offered = self.terms.easier(self.now)
        elif rpe > self.terms.borg_high:
            self.offered = None
        elif felt_easy(self.terms, rpe, self.read_bpm) and not last:
            self._offer()

    def begun(self) -> None:
        """The next bout: what was taken holds."""
        self.now, self.offered = self.offered or self.now, None
        self.read_bpm, self.eased_s, self.eased_in_bout = None, None, False

    def _offer(self) -> None:
        harder = self.terms.harder(self.now)
        if self.offered is None and self.terms.allows(harder) and self.takes():
            self.offered = harder


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
    heart: list[HeartSample] = []
    belts: list[BeltSample] = []
    done: list[StageSpan] = []
    loads: _Loads | None = None
    t_s, ends = 0.0, False
    for _ in range(STANDS_FIRST_S):
        person.advance(1.0, 0.0, 0.0)
    for index, stage in enumerate((*plan.stages, plan.cool_down)):
        load, bout, began_s = Setpoint(stage.speed_kmh, stage.incline_pct), stage.part == BOUT, t_s
        if bout:
            loads = loads or _Loads(plan.session, plan.limits.hr_over_for_s, load, lambda: chance.random() < takes)
            loads.begun()
        seconds: list[int] = []
        felt = 0.0
        while t_s - began_s < stage.duration_s and not ends:
            load = loads.now if bout and loads is not None else load
            belt.target_speed_kmh, belt.target_incline_pct = load.speed_kmh, load.incline_pct
            belt.advance(1.0)
            person.advance(1.0, belt.speed_kmh, belt.incline_pct)
            t_s += 1.0
            seconds.append(round(person.hr_bpm))
            felt = max(felt, person.effort)
            heart.append(HeartSample(t_s, seconds[-1]))
            belts.append(BeltSample(t_s, load.speed_kmh, belt.reported_speed_kmh, load.incline_pct, belt.incline_pct))
            if bout and loads is not None:
                if t_s - began_s == READ_AFTER_S:
                    read = seconds[-int(MINUTE_S) :]
                    loads.read(sum(read) / len(read), last=index == plan.bouts[-1])
                loads.above(seconds, t_s)
                ends = wants_to_stop(patient, person)
        rpe = None
        if bout and loads is not None:
            rpe = max(6, min(20, round(felt + says.gauss(0.0, ANSWER_SD))))
            loads.rated(rpe, last=index == plan.bouts[-1])
        if index < len(plan.stages):
            ref = StagePlanRef(stage.name, stage.duration_s, stage.speed_kmh, stage.incline_pct)
            done.append(StageSpan(index, ref, began_s, t_s, gait=plan.session.gait, rpe=rpe))
        if ends:
            break
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
        marks=() if loads is None else tuple(loads.marks),
        stages_ended_s=t_s if ends else t_s - plan.cool_down.duration_s,
        ended_s=t_s,
        outcome=Outcome.OPERATOR if ends else Outcome.COMPLETED,
        belt_at_rest=True,
    )
    return run, tuple(Reading(one.t_s, one.bpm) for one in heart)

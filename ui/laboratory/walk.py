"""A test in the patient's own seconds, without the station: some thirty times as fast as a whole one.

Belt and patient are the same physics as in ``room``; who stands beside the belt does the same. Left out are the
controller, the engine, the guard and the strap: the belt goes where the plan says, and every second has a pulse. So it
tells how good the estimate is of what such people do, and nothing of the station. The whole tests of ``trial`` say
whether the two agree.
"""

import msgspec

from drivers.emulators.belt import BeltPhysics
from drivers.emulators.patient import Body, Patient
from teststation.physiology.assess import hr_limit_bpm
from teststation.physiology.observe import observe
from teststation.protocol.plan import Plan
from teststation.run.record import BeltSample, HeartSample, Outcome, RunRecord, StagePlanRef, StageSpan
from teststation.subject import Subject
from ui.laboratory.patients import ANSWER_SD, VirtualPatient, answers, wants_to_stop

STANDS_FIRST_S = 20
STARTED_AT = "2026-01-02T10:00:00+01:00"


def walk(patient: VirtualPatient, body: Body, subject: Subject, plan: Plan, visit: int) -> RunRecord:
    """One test of one patient on one day."""
    person, belt = Patient(body, patient.seed * 10 + visit), BeltPhysics()
    says = answers(patient, visit)
    limit_bpm = hr_limit_bpm(subject, plan)
    over_s = 0.0
    run = RunRecord(
        id=f"walk-{patient.seed}-{visit}",
        started_at=STARTED_AT,
        plan=plan,
        subject=subject,
        treadmill="sim:",
        heart_rate="sim:",
        stages=(),
        heart=(),
        belt=(),
        outcome=Outcome.COMPLETED,
        belt_at_rest=True,
    )
    heart: list[HeartSample] = []
    seen: list[BeltSample] = []
    done: list[StageSpan] = []
    t_s = 0.0
    for _ in range(STANDS_FIRST_S):
        person.advance(1.0, 0.0, 0.0)
    for index, stage in enumerate(plan.stages):
        span = StageSpan(
            index=index,
            plan=StagePlanRef(stage.name, stage.duration_s, stage.speed_kmh, stage.incline_pct, stage.habituation),
            began_s=t_s,
            ended_s=None,
            handrail=body.rail_share != 1.0,
        )
        belt.target_speed_kmh, belt.target_incline_pct = stage.speed_kmh, stage.incline_pct
        until_s, extensions, ends = t_s + stage.duration_s, 0, False
        while t_s < until_s and not ends:
            belt.advance(1.0)
            person.advance(1.0, belt.speed_kmh, belt.incline_pct)
            t_s += 1.0
            bpm = round(person.hr_bpm)
            heart.append(HeartSample(t_s, bpm))
            seen.append(BeltSample(t_s, stage.speed_kmh, belt.reported_speed_kmh, stage.incline_pct, belt.incline_pct))
            over_s = over_s + 1.0 if limit_bpm is not None and bpm > limit_bpm else 0.0
            ends = over_s >= plan.limits.hr_over_for_s + plan.limits.hr_answer_within_s
            ends = ends or wants_to_stop(patient, person)
            if t_s == until_s and extensions < plan.extension.times_max:
                now = msgspec.structs.replace(span, ended_s=t_s)
                walked = observe(msgspec.structs.replace(run, stages=(now,), heart=tuple(heart), belt=tuple(seen)))
                if walked[0].steady is False:
                    until_s, extensions = until_s + plan.extension.step_s, extensions + 1
        rpe = None
        if not ends or t_s - span.began_s >= stage.duration_s - 30.0:
            rpe = max(6, min(20, round(person.effort + says.gauss(0.0, ANSWER_SD))))
        done.append(msgspec.structs.replace(span, ended_s=t_s, rpe=rpe))
        if ends or (rpe is not None and rpe >= plan.limits.rpe_max):
            break
    return msgspec.structs.replace(
        run, stages=tuple(done), heart=tuple(heart), belt=tuple(seen), stages_ended_s=t_s, ended_s=t_s
    )

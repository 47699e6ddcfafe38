"""Virtual patients through tests, and what the station said of them against what is true."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import msgspec

from drivers.emulators.patient import Body, Patient
from teststation.physiology.assess import EarlierTest, assess_run
from teststation.physiology.observe import observe
from teststation.physiology.result import Assessment, Estimate
from teststation.protocol.load import find, load_plan
from teststation.protocol.plan import Plan
from teststation.run import events as ev
from teststation.run.controller import Controller
from teststation.run.record import RunRecord
from teststation.run.state import Phase
from ui.laboratory.patients import ANSWER_SD, VirtualPatient, answers, draw_patient, on_a_day, wants_to_stop
from ui.laboratory.room import Room, subject_of
from ui.laboratory.walk import walk

PROTOCOL = "submax-13"
ACTS_BEFORE_END_S = 2.0
LATER = "2026-04-02T10:00:00+02:00"


@dataclass(frozen=True, slots=True)
class Seen:
    """One method's answer for one patient."""

    method: str
    groups: tuple[str, ...]
    truth: float
    value: float | None  # None: withheld
    low: float | None
    high: float | None
    likely_low: float | None = None
    likely_high: float | None = None
    said_below: float | None = None  # the probability given that VO2max lies below the healthy mean
    is_below: bool | None = None  # whether it does


@dataclass(frozen=True, slots=True)
class SeenChange:
    """What two tests of one patient said of a change."""

    groups: tuple[str, ...]
    truth: float
    wording: str | None  # None: no change was given
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Trial:
    """Everything from one patient."""

    seen: tuple[Seen, ...]
    changes: tuple[SeenChange, ...] = ()


def run_trial(seed: int, changes: tuple[float, ...] = (), *, whole: bool = True) -> Trial:
    """One patient's first test, and for each of ``changes`` (mL/kg/min gained) a second one.

    Args:
        whole: Through the whole station, or the patient's seconds alone (``walk``).
    """
    patient = draw_patient(seed)
    run, first = _test(patient, on_a_day(patient, 0), 0, whole=whole)
    seen = [
        _seen(name, patient, found, first if name == first.headline else None)
        for name, found in first.estimates.items()
    ]
    seen += [
        _seen(f"combined {name}", patient, found.estimates["combined"], found) for name, found in _knowing(run, patient)
    ]
    again: list[SeenChange] = []
    for number, gained in enumerate(changes, start=1):
        earlier = (EarlierTest(f"{seed}-0", run, first),)
        _, second = _test(patient, on_a_day(patient, number, gained), number, earlier, whole=whole)
        change = second.change
        if change is None:
            again.append(SeenChange(patient.groups, gained, None, None, None))
        else:
            again.append(SeenChange(patient.groups, gained, change.wording, change.low, change.high))
    return Trial(tuple(seen), tuple(again))


def _knowing(run: RunRecord, patient: VirtualPatient) -> list[tuple[str, Assessment]]:
    """The same test, had less or more been known: no Borg answers, HRmax to 5 bpm, the three questions."""
    silent = msgspec.structs.replace(run, stages=tuple(msgspec.structs.replace(s, rpe=None) for s in run.stages))
    session = {"hr_max_intervals_bpm": patient.session_peak_bpm, "hr_max_intervals_all_out": True}
    questions = {
        "waist_cm": patient.waist_cm,
        "resting_hr_bpm": patient.resting_hr_bpm,
        "activity_index": patient.activity_index,
    }
    cases: dict[str, tuple[RunRecord, dict[str, float]]] = {
        "no Borg": (silent, {}),
        "no Borg, HRmax": (silent, session),
        "no Borg, HRmax, questions": (silent, session | questions),
        "HRmax": (run, session),
        "questions": (run, questions),
        "HRmax, questions": (run, session | questions),
    }
    return [
        (name, assess_run(msgspec.structs.replace(one, subject=msgspec.structs.replace(one.subject, **known))))
        for name, (one, known) in cases.items()
    ]


def _seen(method: str, patient: VirtualPatient, found: Estimate, of: Assessment | None) -> Seen:
    truth = patient.body.vo2max
    norm = None if of is None else of.reference
    return Seen(
        method=method,
        groups=patient.groups,
        truth=truth,
        value=found.vo2max_ml_kg_min,
        low=found.low,
        high=found.high,
        likely_low=found.likely_low,
        likely_high=found.likely_high,
        said_below=None if norm is None else norm.probability_below,
        is_below=None if norm is None else truth < norm.expected_ml_kg_min,
    )


def _test(
    patient: VirtualPatient, body: Body, visit: int, earlier: tuple[EarlierTest, ...] = (), *, whole: bool
) -> tuple[RunRecord, Assessment]:
    if whole:
        room = Room(body, _plan(patient.speed), patient.seed * 10 + visit, therapist(patient, visit))
        run = room.run_through().run
    else:
        run = walk(patient, body, subject_of(body), _plan(patient.speed), visit)
    if visit:
        run = msgspec.structs.replace(run, started_at=LATER)
    return run, assess_run(run, earlier)


@cache
def _plan(speed: str) -> Plan:
    return load_plan(*find(PROTOCOL), speed)


def therapist(patient: VirtualPatient, visit: int) -> Callable[[Controller, Patient], None]:
    """Who stands beside the belt: asks for RPE, notes the rail, extends what is not steady, ends it when asked to."""
    asked: set[int] = set()
    says = answers(patient, visit)

    def act(controller: Controller, person: Patient) -> None:
        state, now_s = controller.state, controller.now_s()
        if state.phase is not Phase.STAGES:
            return
        if person.body.rail_share != 1.0 and not state.handrail:
            controller.press(ev.HandrailSet(t_s=now_s, held=True))
        if state.stage_remaining_s(now_s) < ACTS_BEFORE_END_S:
            if state.stage_index not in asked:
                asked.add(state.stage_index)
                answer = max(6, min(20, round(person.effort + says.gauss(0.0, ANSWER_SD))))
                controller.press(ev.RpeGiven(t_s=now_s, rpe=answer))
            if state.extensions < state.plan.extension.times_max:
                walked = observe(controller.recording.record(state))[-1]
                if walked.steady is False:
                    controller.press(ev.StageExtended(t_s=now_s))
        if wants_to_stop(patient, person):
            controller.press(ev.CoolDownPressed(t_s=now_s, reason="patient"))

    return act

"""Virtual patients through whole tests, and what the station said of them against what is true."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from drivers.emulators.patient import Body, Patient
from teststation.physiology.assess import EarlierTest, assess_run
from teststation.physiology.observe import observe
from teststation.physiology.result import Assessment
from teststation.protocol.load import find, load_plan
from teststation.protocol.plan import Plan
from teststation.run import events as ev
from teststation.run.controller import Controller
from teststation.run.record import RunRecord
from teststation.run.state import Phase
from ui.laboratory.patients import VirtualPatient, draw_patient, on_a_day
from ui.laboratory.room import Room

PROTOCOL = "submax-13"
ACTS_BEFORE_END_S = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One method's answer for one patient."""

    method: str
    groups: tuple[str, ...]
    truth: float
    value: float | None  # None: withheld
    low: float | None
    high: float | None


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


def run_trial(seed: int, changes: tuple[float, ...] = ()) -> Trial:
    """One patient's first test, and for each of ``changes`` (mL/kg/min gained) a second one."""
    patient = draw_patient(seed)
    run, first = _test(patient, on_a_day(patient, 0), 0)
    seen = tuple(
        Seen(name, patient.groups, patient.body.vo2max, found.vo2max_ml_kg_min, found.low, found.high)
        for name, found in first.estimates.items()
    )
    again: list[SeenChange] = []
    for number, gained in enumerate(changes, start=1):
        _, second = _test(patient, on_a_day(patient, number, gained), number, (EarlierTest(f"{seed}-0", run, first),))
        change = second.change
        if change is None:
            again.append(SeenChange(patient.groups, gained, None, None, None))
        else:
            again.append(SeenChange(patient.groups, gained, change.wording, change.low, change.high))
    return Trial(seen, tuple(again))


def _test(
    patient: VirtualPatient, body: Body, visit: int, earlier: tuple[EarlierTest, ...] = ()
) -> tuple[RunRecord, Assessment]:
    room = Room(body, _plan(patient.speed), patient.seed * 10 + visit, _therapist(patient))
    run = room.run_through().run
    return run, assess_run(run, earlier)


@cache
def _plan(speed: str) -> Plan:
    return load_plan(*find(PROTOCOL), speed)


def _therapist(patient: VirtualPatient) -> Callable[[Controller, Patient], None]:
    """Who stands beside the belt: asks for RPE, notes the rail, extends what is not steady, ends it when asked to."""
    asked: set[int] = set()

    def act(controller: Controller, person: Patient) -> None:
        state, now_s = controller.state, controller.now_s()
        if state.phase is not Phase.STAGES:
            return
        if person.body.rail_share != 1.0 and not state.handrail:
            controller.press(ev.HandrailSet(t_s=now_s, held=True))
        if state.stage_remaining_s(now_s) < ACTS_BEFORE_END_S:
            if state.stage_index not in asked:
                asked.add(state.stage_index)
                controller.press(ev.RpeGiven(t_s=now_s, rpe=person.rpe))
            if state.extensions < state.plan.extension.times_max:
                walked = observe(controller.recording.record(state))[-1]
                if walked.steady is False:
                    controller.press(ev.StageExtended(t_s=now_s))
        if patient.stops_after_s is not None and person.worked_s > patient.stops_after_s:
            controller.press(ev.CoolDownPressed(t_s=now_s, reason="patient"))

    return act

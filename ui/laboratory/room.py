"""Whole runs in simulated time, in one process: the real controller, engine and guard; belt and patient as physics."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from drivers import guard as guards
from drivers.emulators.belt import BeltPhysics
from drivers.emulators.patient import Body, Patient, draw_body
from drivers.guard import Guard, Limits
from teststation.clock import ScaledClock
from teststation.physiology.assess import assess_run, hr_limit_bpm
from teststation.physiology.result import Assessment
from teststation.ports import (
    BeltState,
    BeltTelemetry,
    HeartRateReading,
    HeartRateStatus,
    RawFrame,
    Setpoint,
    TreadmillInfo,
    TripReason,
)
from teststation.protocol.load import find, load_plan
from teststation.protocol.plan import Plan
from teststation.run import events as ev
from teststation.run.controller import Controller, Devices
from teststation.run.record import RunRecord
from teststation.run.state import Phase
from teststation.subject import Sex, Subject

Operator = Callable[[Controller, Patient], None]

TICK_S = 0.25


class SimTreadmill:
    """A belt behind the real guard, without a wire."""

    def __init__(self, room: "Room") -> None:
        self.room = room
        self.belt = BeltPhysics()
        self.guard = Guard(Limits())
        self._told_s = -1.0

    def advance(self, now_s: float, dt_s: float) -> None:
        self.guard = guards.watch(guards.advance(self.guard, now_s), now_s, self.belt.reported_speed_kmh)
        self.belt.target_speed_kmh = self.guard.out_kmh
        self.belt.target_incline_pct = self.guard.out_incline_pct
        self.belt.advance(dt_s)

    def info(self) -> TreadmillInfo | None:
        return None

    def telemetry(self) -> Sequence[BeltTelemetry]:
        speed_kmh = self.belt.reported_speed_kmh
        guard = self.guard
        state = (
            BeltState.TRIPPED if guard.tripped else BeltState.MOVING if guard.moving or speed_kmh else BeltState.IDLE
        )
        if state is BeltState.IDLE and guard.armed:
            state = BeltState.ARMED
        return (
            BeltTelemetry(
                t_mono_s=self.room.now_s,
                state=state,
                measured_speed_kmh=speed_kmh,
                measured_incline_pct=self.belt.incline_pct,
                sent_speed_kmh=guard.out_kmh,
                sent_incline_pct=guard.out_incline_pct,
                at_rest=speed_kmh == 0.0 and not guard.moving,
                trip=guard.tripped,
            ),
        )

    def failure(self) -> str | None:
        return None

    def arm(self, max_speed_kmh: float, max_incline_pct: float) -> None:
        at_rest = self.belt.speed_kmh == 0.0
        self.guard = guards.arm(self.guard, self.room.now_s, max_speed_kmh, max_incline_pct, at_rest=at_rest)

    def grant(self, setpoint: Setpoint | None, lease_s: float) -> None:
        self.guard = guards.grant(self.guard, self.room.now_s, setpoint, lease_s)

    def stop(self) -> None:
        self.guard = guards.trip(self.guard, TripReason.OPERATOR_STOP)

    def close(self) -> None: ...


class SimStrap:
    """One reading a second from the patient on the belt."""

    def __init__(self, room: "Room") -> None:
        self.room = room
        self._due_s = 1.0

    def frames(self) -> Sequence[RawFrame]:
        return ()

    def readings(self) -> Sequence[HeartRateReading]:
        if self.room.now_s < self._due_s:
            return ()
        self._due_s += 1.0
        bpm = round(self.room.patient.hr_bpm)
        return (HeartRateReading(t_mono_s=self.room.now_s, status=HeartRateStatus.OK, bpm=bpm),)

    def failure(self) -> str | None:
        return None

    def close(self) -> None: ...


class ListJournal:
    def __init__(self) -> None:
        self.events: list[bytes] = []

    def append(self, event: msgspec.Struct, *, durable: bool) -> None:
        self.events.append(msgspec.json.encode(event))

    def close(self) -> None: ...


@dataclass(slots=True)
class Outcome:
    """What a simulated run gave."""

    body: Body
    run: RunRecord
    assessment: Assessment
    events: list[bytes]
    controller: Controller


class Room:
    """Clock, patient, treadmill, strap and controller of one simulated run."""

    def __init__(self, body: Body, plan: Plan, seed: int = 0, operator: Operator | None = None) -> None:
        self.now_s = 0.0
        self._operator = operator
        self.patient = Patient(body, seed)
        self.treadmill = SimTreadmill(self)
        self.journal = ListJournal()
        self.subject = subject_of(body)
        first = ev.RunPrepared(
            t_s=0.0,
            run_id=f"sim-{seed}",
            started_at="2026-01-02T10:00:00+01:00",
            plan=plan,
            subject=self.subject,
            hr_limit_bpm=hr_limit_bpm(self.subject, plan),
            treadmill="sim:",
            heart_rate="sim:",
        )
        devices = Devices(self.treadmill, SimStrap(self))
        self.controller = Controller(first, devices, self.journal, ScaledClock(lambda: self.now_s))

    def tick(self) -> None:
        self.now_s += TICK_S
        self.treadmill.advance(self.now_s, TICK_S)
        self.patient.advance(TICK_S, self.treadmill.belt.speed_kmh, self.treadmill.belt.incline_pct)
        self.controller.tick()
        if self._operator is not None:
            self._operator(self.controller, self.patient)

    def run_through(self) -> Outcome:
        for _ in range(int(20 / TICK_S)):
            self.tick()
        self.controller.press(ev.TestBegan(t_s=self.controller.now_s()))
        while self.controller.state.phase is not Phase.ENDED:
            self.tick()
            assert self.now_s < 5000, "a run without an end"
        run = self.controller.recording.record(self.controller.state)
        return Outcome(self.patient.body, run, assess_run(run), self.journal.events, self.controller)


def subject_of(body: Body) -> Subject:
    """What the station is told of a patient: not what the patient truly is."""
    return Subject(
        sex=Sex(body.sex),
        age_years=body.age_years,
        weight_kg=body.weight_kg,
        height_cm=body.height_cm,
        beta_blocker=body.beta_blocker,
    )


def simulate(seed: int, protocol: str = "submax-13", speed: str | None = None, body: Body | None = None) -> Outcome:
    """One patient through one test."""
    plan = load_plan(*find(protocol), speed)
    return Room(body or draw_body(seed), plan, seed).run_through()

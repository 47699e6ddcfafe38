"""Small runs for tests of the core: a plan, a prepared run, and a way to feed it."""

from collections.abc import Iterable

from teststation.ports import BeltState, HeartRateStatus, TripReason
from teststation.protocol.plan import Extension, Limits, Plan, StagePlan
from teststation.run import events as ev
from teststation.run.commands import Command
from teststation.run.engine import prepared, step
from teststation.run.recording import Recording
from teststation.run.state import Phase, RunState
from teststation.subject import Sex, Subject

PLAN = Plan(
    id="three",
    title="Tre trinn",
    text="",
    sha256="0" * 64,
    speed_name="normal",
    stages=(
        StagePlan("1", 120.0, 4.8, 0.0),
        StagePlan("2", 120.0, 4.8, 4.0),
        StagePlan("3", 120.0, 5.6, 8.0),
    ),
    cool_down=StagePlan("ned", 60.0, 3.0, 0.0),
    limits=Limits(),
    extension=Extension(),
)
SUBJECT = Subject(sex=Sex.MALE, age_years=48, weight_kg=90, height_cm=180)


def run_prepared(plan: Plan = PLAN, hr_limit_bpm: float | None = 153.0) -> ev.RunPrepared:
    return ev.RunPrepared(
        t_s=0.0,
        run_id="run-1",
        started_at="2026-01-02T10:00:00+01:00",
        plan=plan,
        subject=SUBJECT,
        hr_limit_bpm=hr_limit_bpm,
        treadmill="trackmaster:socket://x:1,units=kmh",
        heart_rate="bridge:socket://x:2",
    )


def belt(
    t_s: float,
    speed_kmh: float | None,
    state: BeltState = BeltState.MOVING,
    trip: TripReason | None = None,
    at_rest: bool | None = None,
    incline_pct: float | None = 0.0,
    stop_ignored: bool = False,
) -> ev.BeltRead:
    return ev.BeltRead(
        t_s=t_s,
        state=state,
        measured_speed_kmh=speed_kmh,
        measured_incline_pct=incline_pct,
        at_rest=speed_kmh == 0.0 if at_rest is None else at_rest,
        trip=trip,
        stop_ignored=stop_ignored,
    )


def heart(t_s: float, bpm: int | None, status: HeartRateStatus | None = None) -> ev.HeartRateRead:
    found = status or (HeartRateStatus.OK if bpm is not None else HeartRateStatus.STALE)
    return ev.HeartRateRead(t_s=t_s, status=found, bpm=bpm)


def at_rest(t_s: float) -> tuple[ev.BeltRead, ev.BeltRead]:
    """Looks at a belt that is known to be at rest at ``t_s``."""
    return belt(t_s - 1.0, 0.0, BeltState.IDLE), belt(t_s, 0.0, BeltState.IDLE)


class Bench:
    """A run on the bench: an obedient belt and a steady pulse, unless a test says otherwise."""

    def __init__(self, plan: Plan = PLAN, hr_limit_bpm: float | None = 153.0) -> None:
        self.first = run_prepared(plan, hr_limit_bpm)
        self.state: RunState = prepared(self.first)
        self.recording = Recording(self.first)
        self.events: list[ev.AnyEvent] = [self.first]
        self.commands: list[tuple[float, Command]] = []
        self.now_s = 0.0
        self.bpm: int | None = 120
        self.belt_follows = True

    def feed(self, *events: ev.AnyEvent) -> tuple[Command, ...]:
        given: tuple[Command, ...] = ()
        for event in events:
            before = self.state
            self.state, given = step(before, event)
            self.recording.observe(before, event, self.state)
            self.events.append(event)
            self.commands += [(event.t_s, command) for command in given]
        return given

    def ready(self) -> "Bench":
        self.feed(*at_rest(self.now_s), heart(self.now_s, 90))
        return self

    def started(self) -> "Bench":
        self.ready()
        self.feed(ev.TestBegan(t_s=self.now_s), belt(self.now_s, 0.0, BeltState.ARMED))
        self.run_for(10.0)
        assert self.state.phase is Phase.STAGES
        return self

    def run_for(self, seconds: float, dt_s: float = 0.5) -> "Bench":
        end_s = self.now_s + seconds
        while self.now_s < end_s - 1e-9:
            self.now_s = min(end_s, self.now_s + dt_s)
            self.feed(*self._devices(), ev.Ticked(t_s=self.now_s))
        return self

    def _devices(self) -> Iterable[ev.AnyEvent]:
        if self.belt_follows:
            target = self.state.setpoint
            speed_kmh = 0.0 if target is None else target.speed_kmh
            moving = BeltState.MOVING if speed_kmh else BeltState.IDLE
            yield belt(self.now_s, speed_kmh, moving, incline_pct=0.0 if target is None else target.incline_pct)
        if self.bpm is not None:
            yield heart(self.now_s, self.bpm)

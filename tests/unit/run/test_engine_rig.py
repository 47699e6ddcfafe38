"""Whole runs in simulated time under random operators and failing devices: what must hold whatever happens."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.unit.run.builders import at_rest, belt, heart, run_prepared
from teststation.ports import BeltState, TripReason
from teststation.run import events as ev
from teststation.run.commands import ArmBelt, GrantBelt, StopBelt
from teststation.run.engine import prepared, step
from teststation.run.recording import fold
from teststation.run.state import Phase, RunState

QUICK = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=True,
)


class RunRig(RuleBasedStateMachine):
    """Random presses, pulses and belts."""

    def __init__(self) -> None:
        super().__init__()
        self.first = run_prepared()
        self.state: RunState = prepared(self.first)
        self.events: list[ev.AnyEvent] = [self.first]
        self.now_s = 0.0
        self.bpm: int | None = 110
        self.stopped = False
        self.arms = 0
        self.speed_kmh = 0.0
        self.trip: TripReason | None = None

    def feed(self, event: ev.AnyEvent) -> None:
        before = self.state
        self.state, commands = step(before, event)
        self.events.append(event)
        for command in commands:
            match command:
                case ArmBelt():
                    self.arms += 1
                    assert before.at_rest, "armed a belt that is not at rest"
                case GrantBelt(setpoint=setpoint):
                    assert not self.stopped, "a lease after stop"
                    if setpoint is not None:
                        assert self.state.armed, "a lease before arming"
                        assert 0 < setpoint.speed_kmh <= self.state.plan.max_speed_kmh
                        assert setpoint.incline_pct <= self.state.plan.max_incline_pct
                case StopBelt():
                    self.stopped = self.stopped or before.phase is not Phase.READY
        self._load_not_raised_without_pulse_or_answer(before)
        if before.phase is Phase.STAGES and self.state.phase is Phase.COOL_DOWN and before.setpoint is not None:
            assert self.state.setpoint is not None
            assert self.state.setpoint.speed_kmh <= before.setpoint.speed_kmh, "cool-down speeds up"

    def _load_not_raised_without_pulse_or_answer(self, before: RunState) -> None:
        old, new = before.setpoint, self.state.setpoint
        unsure = self.state.hr_lost_since_s is not None or self.state.notices
        if Phase.STAGES in (before.phase, self.state.phase) and unsure and old and new:
            assert new.speed_kmh <= old.speed_kmh, "speed raised without a pulse, or while a limit is not answered"
            assert new.incline_pct <= old.incline_pct, (
                "incline raised without a pulse, or while a limit is not answered"
            )

    @initialize(walking=st.sampled_from([True, True, True, False]))
    def belt_at_rest(self, walking: bool) -> None:
        for read in at_rest(self.now_s):
            self.feed(read)
        self.feed(heart(self.now_s, 90))
        if walking:
            self.feed(ev.TestBegan(t_s=self.now_s))
            self.let_pass(4.0, follows=True)

    @rule(seconds=st.floats(0.2, 80.0), follows=st.sampled_from([True, True, False]))
    def time_passes(self, seconds: float, follows: bool) -> None:
        self.let_pass(seconds, follows)

    def let_pass(self, seconds: float, follows: bool) -> None:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += 1.0
            target = self.state.setpoint
            if follows:
                self.speed_kmh = 0.0 if target is None else target.speed_kmh
            resting = BeltState.ARMED if self.state.phase is Phase.STARTING and follows else BeltState.IDLE
            state = BeltState.TRIPPED if self.trip else BeltState.MOVING if self.speed_kmh else resting
            self.feed(belt(self.now_s, self.speed_kmh, state, self.trip))
            if self.bpm is not None:
                self.feed(heart(self.now_s, self.bpm))
            self.feed(ev.Ticked(t_s=self.now_s))

    @rule(bpm=st.sampled_from([None, None, 120, 150, 165]))
    def pulse(self, bpm: int | None) -> None:
        self.bpm = bpm
        self.feed(heart(self.now_s, bpm))

    @rule()
    def start(self) -> None:
        if self.state.phase is Phase.READY:
            # The rest of the rig tells of a run; the door to it is tried again and again until it opens.
            self.speed_kmh = 0.0
            for _ in range(2):
                self.now_s += 1.0
                self.feed(belt(self.now_s, 0.0, BeltState.IDLE))
        self.feed(ev.TestBegan(t_s=self.now_s))

    @rule(
        kind=st.sampled_from(
            [ev.HoldPressed, ev.HoldReleased, ev.NextPressed, ev.NextPressed, ev.StageExtended, ev.AtRestConfirmed]
        ),
    )
    def press(self, kind: type[ev.HoldPressed]) -> None:
        self.feed(kind(t_s=self.now_s))

    @rule(speed_kmh=st.floats(-1, 8), incline_pct=st.floats(-1, 10))
    def set_by_hand(self, speed_kmh: float, incline_pct: float) -> None:
        self.feed(ev.LoadChanged(t_s=self.now_s, speed_kmh=speed_kmh, incline_pct=incline_pct))

    @rule(rpe=st.integers(6, 20))
    def rpe(self, rpe: int) -> None:
        self.feed(ev.RpeGiven(t_s=self.now_s, rpe=rpe))

    @rule(limit=st.sampled_from(["", "limit_hr", "limit_rpe"]))
    def go_on_over_the_limit(self, limit: str) -> None:
        self.feed(ev.LimitOverridden(t_s=self.now_s, reason="well", limit=limit))

    @rule(
        bpm=st.sampled_from([None, 150, 165, 195, 255]), other=st.sampled_from([None, 90, 0]), times=st.integers(1, 20)
    )
    def strap_flickers(self, bpm: int | None, other: int | None, times: int) -> None:
        for _ in range(times):
            self.bpm = bpm
            self.let_pass(1.0, follows=True)
            self.bpm = other
            self.feed(heart(self.now_s + 0.4, other))

    @rule()
    def cool_down(self) -> None:
        self.feed(ev.CoolDownPressed(t_s=self.now_s, reason="patient"))

    @precondition(lambda self: len(self.events) > 30)
    @rule()
    def stop(self) -> None:
        self.feed(ev.StopPressed(t_s=self.now_s, reason="operator"))

    @precondition(lambda self: len(self.events) > 60)
    @rule(trip=st.sampled_from(list(TripReason)))
    def guard_trips(self, trip: TripReason) -> None:
        self.trip = trip
        self.feed(belt(self.now_s, self.speed_kmh, BeltState.TRIPPED, trip))

    @precondition(lambda self: len(self.events) > 60)
    @rule(device=st.sampled_from(["treadmill", "heart_rate", "journal"]))
    def device_fails(self, device: str) -> None:
        self.feed(ev.DeviceFailed(t_s=self.now_s, device=device, sentence="gone"))

    @rule()
    def found_moving(self) -> None:
        if self.state.phase is Phase.READY:
            self.speed_kmh = 3.0
            self.feed(belt(self.now_s, 3.0, BeltState.IDLE))
            self.feed(ev.TestBegan(t_s=self.now_s))
            self.speed_kmh = 0.0

    @rule()
    def start_and_tick_at_once(self) -> None:
        self.start()
        self.feed(ev.Ticked(t_s=self.now_s))

    @rule()
    def slow_belt_then_cool_down(self) -> None:
        self.feed(ev.LoadChanged(t_s=self.now_s, speed_kmh=1.0, incline_pct=0.0))
        self.feed(ev.CoolDownPressed(t_s=self.now_s, reason="patient"))

    @invariant()
    def armed_at_most_once(self) -> None:
        assert self.arms <= 1

    @invariant()
    def an_ended_run_has_an_outcome(self) -> None:
        if self.state.phase is Phase.ENDED:
            assert self.state.outcome is not None

    @invariant()
    def without_a_pulse_or_an_answer_the_stage_is_held(self) -> None:
        if self.state.phase is Phase.STAGES and (self.state.hr_bpm is None or self.state.notices):
            assert self.state.holds

    @invariant()
    def each_limit_is_asked_about_once(self) -> None:
        asked = [notice.cause.code for notice in self.state.notices]
        assert len(asked) == len(set(asked))
        assert not asked or self.state.phase is Phase.STAGES

    def teardown(self) -> None:
        assert fold(self.events)[0] == self.state


def test_whatever_happens_the_run_stays_safe_and_its_journal_tells_the_same() -> None:
    run_state_machine_as_test(RunRig, settings=QUICK)

"""The shell around the engine: order of journal, leases and stop; real parts but for scripted ports."""

from collections.abc import Sequence

import msgspec
import pytest
from msgspec.structs import replace

import teststation.run.controller as controller_module
from tests.mutants import fails_with
from tests.unit.run.builders import run_prepared
from teststation.clock import ScaledClock
from teststation.ports import (
    BeltState,
    BeltTelemetry,
    HeartRateReading,
    HeartRateStatus,
    RawFrame,
    Setpoint,
    Treadmill,
    TreadmillInfo,
)
from teststation.run import events as ev
from teststation.run.controller import Controller, Devices
from teststation.run.engine import step
from teststation.run.record import Outcome
from teststation.run.recording import fold, interrupted
from teststation.run.state import Phase

BY_HAND = TreadmillInfo("csafe", "x", 0.1, 0.0, 12.0, 0.5, 15.0, controls_belt=False)


class Script:
    """Everything that happened, in order, by whichever part did it."""

    def __init__(self) -> None:
        self.log: list[str] = []


class ScriptedTreadmill:
    def __init__(self, script: Script, wall: list[float]) -> None:
        self.script, self.wall = script, wall
        self.speed_kmh = 0.0
        self.state = BeltState.IDLE
        self.granted: Setpoint | None = None
        self.silent = False
        self.dead: str | None = None
        self.age_s = 0.0

    def info(self) -> TreadmillInfo | None:
        return None

    def telemetry(self) -> Sequence[BeltTelemetry]:
        if self.silent:
            return ()
        return (
            BeltTelemetry(
                t_mono_s=self.wall[0] - self.age_s,
                state=self.state,
                measured_speed_kmh=self.speed_kmh,
                measured_incline_pct=0.0,
                at_rest=self.speed_kmh == 0.0,
            ),
        )

    def failure(self) -> str | None:
        return self.dead

    def arm(self, max_speed_kmh: float, max_incline_pct: float) -> None:
        self.script.log.append("arm")
        self.state = BeltState.ARMED

    def grant(self, setpoint: Setpoint | None, lease_s: float) -> None:
        self.script.log.append("grant")
        self.speed_kmh = 0.0 if setpoint is None else setpoint.speed_kmh
        self.state = BeltState.MOVING if self.speed_kmh else BeltState.IDLE

    def stop(self) -> None:
        self.script.log.append("stop")
        self.state = BeltState.TRIPPED

    def close(self) -> None:
        self.script.log.append("close")


class ScriptedStrap:
    def __init__(self, wall: list[float]) -> None:
        self.wall = wall

    def frames(self) -> Sequence[RawFrame]:
        return (RawFrame(self.wall[0], "in", "166e0004", "2a37"),)

    def readings(self) -> Sequence[HeartRateReading]:
        return (HeartRateReading(t_mono_s=self.wall[0], status=HeartRateStatus.OK, bpm=110),)

    def failure(self) -> str | None:
        return None

    def close(self) -> None: ...


class ScriptedJournal:
    def __init__(self, script: Script) -> None:
        self.script = script
        self.events: list[bytes] = []
        self.full = False

    def append(self, event: msgspec.Struct, *, durable: bool) -> None:
        if self.full:
            raise OSError(28, "no space left on device")
        self.script.log.append(f"journal {event.__struct_config__.tag}{' durable' if durable else ''}")
        self.events.append(msgspec.json.encode(event))

    def close(self) -> None: ...


class Room:
    def __init__(self) -> None:
        self.wall = [100.0]
        self.script = Script()
        self.treadmill = ScriptedTreadmill(self.script, self.wall)
        self.journal = ScriptedJournal(self.script)
        self.controller = Controller(
            run_prepared(),
            Devices(self.treadmill, ScriptedStrap(self.wall)),
            self.journal,
            ScaledClock(lambda: self.wall[0]),
        )

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            self.wall[0] += 0.1
            self.controller.tick()

    def begin(self) -> None:
        self.tick(12)
        self.controller.press(ev.TestBegan(t_s=self.controller.now_s()))
        self.tick(5)
        assert self.controller.state.phase is Phase.STAGES


@pytest.fixture
def room() -> Room:
    return Room()


def test_the_journal_has_an_event_before_its_commands_go_out(room: Room) -> None:
    room.tick(12)
    room.controller.press(ev.TestBegan(t_s=room.controller.now_s()))
    log = room.script.log
    assert log.index("journal test_began durable") < log.index("arm")


def test_stop_reaches_the_driver_before_anything_is_written(room: Room) -> None:
    room.begin()
    mark = len(room.script.log)
    room.controller.stop()
    assert room.script.log[mark] == "stop"


def test_no_lease_goes_out_on_old_telemetry(room: Room) -> None:
    room.begin()
    room.treadmill.age_s = 0.6
    mark = len(room.script.log)
    room.tick(3)
    assert "grant" not in room.script.log[mark:]


def test_a_full_disk_stops_the_belt_and_ends_the_leases(room: Room) -> None:
    room.begin()
    room.journal.full = True
    mark = len(room.script.log)
    room.controller.press(ev.HoldPressed(t_s=room.controller.now_s()))
    room.tick(5)
    assert room.script.log[mark] == "stop"
    assert "grant" not in room.script.log[mark:]
    assert room.controller.state.outcome is Outcome.FAULT


def a_belt_that_runs_after_its_end_is_known() -> None:
    room = Room()
    room.begin()
    room.controller.stop()
    room.treadmill.speed_kmh = 0.0
    room.tick(15)
    assert room.controller.state.phase is Phase.ENDED
    assert room.controller.belt_rests
    room.treadmill.speed_kmh = 2.0
    room.tick(2)
    assert not room.controller.runs_again, "one look is none"
    room.tick(10)
    assert room.controller.runs_again
    set_by_hand = replace(room.controller.state, treadmill=BY_HAND)
    room.controller.state, ended = set_by_hand, room.controller.state
    assert not room.controller.runs_again, "who sets a belt may set it again"
    room.controller.state = ended
    room.treadmill.silent = True
    room.tick(100)
    assert room.controller.runs_again, "a belt that nobody hears any more is not one that stands"
    room.controller.press(ev.AtRestConfirmed(t_s=room.controller.now_s()))
    assert not room.controller.runs_again


def test_a_belt_that_runs_after_its_end_is_known() -> None:
    a_belt_that_runs_after_its_end_is_known()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return ended and rests(self._runs, self.now_s())", "return False"),
        ("return ended and rests(self._runs, self.now_s())", "return ended and self._runs.last == 1.0"),
        ("self.state.begun and not self.state.guided", "self.state.begun"),
        ("            self._runs = LOOKS  #", "            pass  #"),
    ],
)
def test_a_belt_that_runs_after_its_end_unseen_is_found(old: str, new: str) -> None:
    fails_with(controller_module, old, new, a_belt_that_runs_after_its_end_is_known)


def test_a_dead_driver_is_replaced_only_by_one_that_stops(room: Room) -> None:
    recovered: list[str] = []

    def recover(lost: Treadmill) -> ScriptedTreadmill:
        assert lost is room.treadmill
        recovered.append("asked")
        treadmill = ScriptedTreadmill(room.script, room.wall)
        treadmill.state = BeltState.TRIPPED
        return treadmill

    room.controller._recover_treadmill = recover
    room.begin()
    room.treadmill.dead, room.treadmill.silent = "the driver ended", True
    mark = len(room.script.log)
    room.tick(20)
    assert recovered == ["asked"]
    assert room.controller.state.phase is Phase.ENDED
    assert room.controller.state.outcome is Outcome.FAULT
    assert {"arm", "grant"}.isdisjoint(room.script.log[mark:])


def test_raw_frames_of_the_strap_are_in_the_journal_with_their_time_and_change_nothing(room: Room) -> None:
    room.begin()
    before = room.controller.state
    room.tick()
    frames = [e for e in map(ev.decode_event, room.journal.events) if isinstance(e, ev.HeartFramePassed)]
    assert frames[-1] == ev.HeartFramePassed(room.controller.now_s(), "in", "166e0004", "2a37")
    assert len(frames) == 18  # one for each tick so far
    assert "journal heart_frame_passed durable" not in room.script.log
    assert step(before, frames[-1]) == (before, ())


def test_the_journal_alone_tells_the_state(room: Room) -> None:
    room.begin()
    room.tick(20)
    room.controller.press(ev.RpeGiven(t_s=room.controller.now_s(), rpe=12))
    room.tick(3)
    state, recording = fold(ev.decode_event(data) for data in room.journal.events)
    assert state == room.controller.state
    assert recording.record(state) == room.controller.recording.record(room.controller.state)


def test_a_journal_without_an_end_becomes_an_interrupted_run_and_moves_nothing(room: Room) -> None:
    room.begin()
    room.tick(20)
    mark = len(room.script.log)
    state, recording = interrupted(ev.decode_event(data) for data in room.journal.events)
    run = recording.record(state)
    assert run.outcome is Outcome.INTERRUPTED
    assert len(run.stages) == 1
    assert not run.belt_at_rest
    assert room.script.log[mark:] == []

"""A belt that the operator sets: what is asked, what counts as set, and what waits for it."""

from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

import teststation.run.engine.ticking as ticking
import teststation.run.guiding as guiding_module
from tests.mutants import fails_with
from tests.unit.run.builders import Bench, belt, heart
from teststation.ports import BeltState, Setpoint, TreadmillInfo
from teststation.protocol.plan import StagePlan
from teststation.run import events as ev
from teststation.run import holds
from teststation.run.record import Outcome
from teststation.run.recording import fold
from teststation.run.state import HoldCause, Phase
from teststation.snapshot import snapshot

READ = TreadmillInfo(
    family="csafe",
    port="x",
    speed_step_kmh=0.1,
    min_speed_kmh=0.0,
    max_speed_kmh=12.0,
    incline_step_pct=0.5,
    max_incline_pct=15.0,
    controls_belt=False,
)
TOLD = TreadmillInfo(
    family="manual",
    port="",
    speed_step_kmh=0.1,
    min_speed_kmh=0.0,
    max_speed_kmh=12.0,
    incline_step_pct=0.5,
    max_incline_pct=15.0,
    controls_belt=False,
    reads_belt=False,
)
FIRST, SECOND = Setpoint(speed_kmh=4.8, incline_pct=0.0), Setpoint(speed_kmh=4.8, incline_pct=4.0)


class GuidedBench(Bench):
    """A run whose belt does what ``hand`` says, and nothing else."""

    def __init__(self, info: TreadmillInfo) -> None:
        super().__init__()
        self.info = info
        self.hand: tuple[float, float | None] = (0.0, 0.0)
        self.belt_follows = False
        self.feed(ev.TreadmillKnown(t_s=0.0, info=info))

    def _devices(self):  # type: ignore[no-untyped-def]
        speed_kmh, incline_pct = self.hand
        if self.info.reads_belt:
            state = BeltState.MOVING if speed_kmh else BeltState.ARMED
            yield belt(self.now_s, speed_kmh, state, incline_pct=incline_pct)
        else:
            yield belt(self.now_s, None, BeltState.ARMED, at_rest=False, incline_pct=None)
        if self.bpm is not None:
            yield heart(self.now_s, self.bpm)

    def begin(self) -> "GuidedBench":
        self.run_for(2.0)
        self.feed(ev.TestBegan(t_s=self.now_s))
        self.run_for(1.0)
        assert self.state.phase is Phase.STARTING
        return self

    def say(self, by: str = "operator") -> "GuidedBench":
        self.feed(ev.LoadConfirmed(t_s=self.now_s, by=by))
        return self

    def asked(self) -> Setpoint | str | None:
        return "nothing" if self.state.prompt is None else self.state.prompt.setpoint


def walking(info: TreadmillInfo = READ) -> GuidedBench:
    bench = GuidedBench(info).begin()
    bench.hand = (4.8, 0.0)
    if not info.reads_belt:
        bench.say()
    bench.run_for(4.0)
    assert bench.state.phase is Phase.STAGES
    assert bench.asked() == "nothing"
    return bench


def test_the_start_asks_for_the_first_load_and_waits() -> None:
    bench = GuidedBench(READ).begin()
    bench.run_for(30.0)
    assert bench.asked() == FIRST
    assert bench.state.phase is Phase.STARTING


def test_a_load_that_is_read_back_begins_the_stage_without_a_word() -> None:
    bench = GuidedBench(READ).begin()
    bench.hand = (4.8, 0.0)
    bench.run_for(1.0)
    assert bench.state.phase is Phase.STARTING, "seen for a moment only"
    bench.run_for(2.0)
    assert bench.state.phase is Phase.STAGES
    assert bench.state.stage_remaining_s(bench.now_s) >= 119.0


def test_the_operators_word_does_not_stand_against_what_is_read() -> None:
    bench = GuidedBench(READ).begin()
    bench.hand = (3.0, 0.0)
    bench.run_for(5.0).feed(ev.LoadConfirmed(t_s=bench.now_s))
    bench.run_for(5.0)
    assert bench.state.phase is Phase.STARTING


def test_an_incline_that_is_not_read_needs_the_operators_word() -> None:
    bench = GuidedBench(READ).begin()
    bench.hand = (4.8, None)
    bench.run_for(5.0)
    assert bench.state.phase is Phase.STARTING
    bench.say().run_for(1.0)
    assert bench.state.phase is Phase.STAGES


def test_without_a_wire_the_operators_word_begins_the_stage() -> None:
    bench = GuidedBench(TOLD).begin()
    bench.run_for(20.0)
    assert bench.state.phase is Phase.STARTING
    bench.say().run_for(0.5)
    assert bench.state.phase is Phase.STAGES


def test_a_new_stage_waits_for_its_load_and_then_lasts_its_whole_time() -> None:
    bench = walking()
    bench.run_for(125.0)
    assert bench.state.stage_index == 1
    assert bench.asked() == SECOND
    assert HoldCause.LOAD_NOT_SET in bench.state.holds
    bench.run_for(20.0)
    assert bench.state.stage_remaining_s(bench.now_s) == pytest.approx(120.0)
    bench.hand = (4.8, 4.0)
    bench.run_for(3.0)
    set_s = bench.now_s
    assert bench.asked() == "nothing"
    assert bench.state.stage_remaining_s(set_s) == pytest.approx(120.0, abs=1.0)
    assert bench.state.stage_began_s == pytest.approx(set_s, abs=1.0)
    record = bench.recording.record(bench.state)
    first, second = record.stages
    assert first.ended_s is not None
    assert first.ended_s - first.began_s == pytest.approx(120.0)
    assert second.began_s - first.ended_s > 20.0
    assert [mark.kind for mark in record.marks if mark.kind.startswith("load_")][-2:] == ["load_asked", "load_set"]


def test_a_belt_that_leaves_its_load_is_asked_for_again_and_holds_the_clock() -> None:
    bench = walking()
    bench.hand = (3.5, 0.0)
    bench.run_for(4.0)
    assert bench.asked() == "nothing", "a moment's difference is not a new load"
    bench.run_for(3.0)
    assert bench.asked() == FIRST
    left_s = bench.state.stage_remaining_s(bench.now_s)
    bench.run_for(30.0)
    assert bench.state.stage_remaining_s(bench.now_s) == left_s
    bench.hand = (4.8, 0.0)
    bench.run_for(3.0)
    assert bench.state.holds == frozenset()


def glances(bench: GuidedBench, rounds: int, most: tuple[float, float], once: tuple[float, float]) -> None:
    """Rounds of a second and a half at one load, with a single reading of another one at the end of each."""
    for _ in range(rounds):
        bench.hand = most
        bench.run_for(1.5)
        bench.hand = once
        bench.run_for(0.5)


def test_one_reading_beside_the_others_neither_sets_a_load_nor_keeps_it() -> None:
    bench = walking()
    glances(bench, 5, (3.5, 0.0), (4.8, 0.0))
    assert bench.asked() == FIRST, "a right reading now and then keeps no load"
    glances(bench, 5, (3.5, 0.0), (4.8, 0.0))
    assert bench.asked() == FIRST, "and sets none"
    glances(bench, 1, (4.8, 0.0), (3.5, 0.0))
    assert bench.asked() == FIRST, "what is read last is off"
    glances(bench, 1, (4.8, 0.0), (3.5, 0.0))
    bench.hand = (4.8, 0.0)
    bench.run_for(0.5)
    assert bench.asked() == "nothing", "a wrong reading now and then does not keep a load from being set"


def test_a_load_that_is_never_set_ends_in_cool_down_as_a_fault() -> None:
    bench = walking()
    bench.run_for(125.0)
    bench.run_for(181.0)
    assert bench.state.phase is Phase.COOL_DOWN
    assert bench.state.outcome is Outcome.FAULT
    assert bench.state.reason is not None
    assert bench.state.reason.code == "load_not_set"


def test_stop_asks_for_a_belt_at_rest_and_ends_when_it_is_read() -> None:
    bench = walking()
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"))
    assert bench.asked() is None
    bench.run_for(5.0)
    assert bench.state.phase is Phase.STOPPING
    bench.hand = (0.0, 0.0)
    bench.run_for(1.5)
    assert bench.state.phase is Phase.ENDED
    assert bench.state.at_rest
    assert bench.asked() == "nothing", "of a run that is over"


def test_without_a_wire_a_stop_ends_by_the_operators_word_and_by_nothing_else() -> None:
    bench = walking(TOLD)
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"))
    bench.run_for(20.0)
    assert bench.state.phase is Phase.STOPPING
    assert not bench.state.at_rest
    bench.feed(ev.AtRestConfirmed(t_s=bench.now_s))
    assert bench.state.phase is Phase.ENDED
    assert bench.state.at_rest


def test_without_a_word_a_belt_without_a_wire_is_never_called_at_rest() -> None:
    bench = walking(TOLD)
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"))
    bench.run_for(61.0)
    assert bench.state.phase is Phase.ENDED
    assert not bench.state.at_rest
    assert bench.state.outcome is Outcome.FAULT


def test_a_plan_beyond_the_machine_does_not_start_and_says_why() -> None:
    info = TreadmillInfo(
        family="csafe", port="x", speed_step_kmh=0.1, min_speed_kmh=0.0, max_speed_kmh=5.0, incline_step_pct=0.5,
        max_incline_pct=15.0, controls_belt=False,
    )  # fmt: skip
    bench = GuidedBench(info)
    bench.run_for(2.0)
    bench.feed(ev.TestBegan(t_s=bench.now_s))
    assert bench.state.phase is Phase.READY
    record = bench.recording.record(bench.state)
    causes = [cause.code for cause in snapshot(bench.state, bench.now_s, record, None).not_ready_because]
    assert "plan_beyond_machine" in causes


def test_the_run_uses_the_speed_that_a_machine_in_miles_can_do() -> None:
    bench = Bench()
    step_kmh = 0.1609344
    info = TreadmillInfo(
        family="trackmaster", port="x", speed_step_kmh=step_kmh, min_speed_kmh=0.3, max_speed_kmh=12.0,
        incline_step_pct=0.5, max_incline_pct=15.0,
    )  # fmt: skip
    bench.feed(ev.TreadmillKnown(t_s=0.0, info=info))
    bench.started()
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.speed_kmh == pytest.approx(4.828, abs=0.001)


def test_the_journal_alone_tells_the_state_of_a_guided_run() -> None:
    bench = walking()
    bench.run_for(140.0)
    state, recording = fold(bench.events)
    assert state == bench.state
    assert recording.record(state) == bench.recording.record(bench.state)


def test_a_speed_that_was_not_read_for_a_while_is_set_by_no_single_look() -> None:
    bench = GuidedBench(READ).begin()
    bench.feed(*(belt(bench.now_s + n * 0.2, None, BeltState.OFFLINE) for n in range(20)))
    bench.now_s += 4.0
    bench.feed(belt(bench.now_s, 4.8))
    assert bench.state.phase is Phase.STARTING
    assert bench.asked() == FIRST
    bench.feed(*(belt(bench.now_s + n * 0.2, 4.8) for n in range(11)))
    assert bench.state.phase is Phase.STAGES


def test_a_speed_that_is_left_out_in_every_other_look_is_seen_to_be_set() -> None:
    bench = GuidedBench(READ).begin()
    bench.feed(*(belt(bench.now_s + n * 0.4, None if n % 2 else 4.8) for n in range(16)))
    assert bench.state.phase is Phase.STAGES


def test_without_a_pulse_nobody_is_asked_for_more() -> None:
    """A prompt for a load that nobody has set yet would stand there for as long as the pulse is away."""
    bench = walking(READ)
    while bench.state.stage_index == 0:
        bench.run_for(1.0)
    assert bench.asked() == SECOND
    bench.bpm = None
    bench.feed(heart(bench.now_s, None))
    bench.run_for(5.0)
    assert (bench.asked(), bench.state.setpoint) == ("nothing", FIRST)
    bench.bpm = 120
    bench.run_for(16.0)
    assert bench.asked() == SECOND
    assert bench.state.holds == {HoldCause.LOAD_NOT_SET}
    bench.hand = (4.8, 4.0)
    bench.run_for(4.0)
    assert bench.asked() == "nothing"
    # A stage begins with its load, however long that was waited for.
    assert bench.now_s - bench.state.stage_began_s < 3.0
    assert bench.state.stage_ends_s - bench.state.stage_began_s == pytest.approx(120.0)


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "the clock runs on": (
        "return hold(state, since_s, HoldCause.LOAD_NOT_SET) if walks else state",
        "return state",
        test_a_new_stage_waits_for_its_load_and_then_lasts_its_whole_time,
    ),
    "a word is enough": (
        "if not seen or state.measured_speed_kmh is None:",
        "if not (seen or prompt.said):",
        test_the_operators_word_does_not_stand_against_what_is_read,
    ),
    "a glimpse is enough": (
        "seen = prompt.seen.last and prompt.seen.at_least(SEEN_FOR_S, t_s, SEEN_AMONG_S, bool)",
        "seen = prompt.seen.last",
        test_a_load_that_is_read_back_begins_the_stage_without_a_word,
    ),
    "no word is needed": (
        "if prompt.setpoint is None or needs_word(state):",
        "if prompt.setpoint is None:",
        test_without_a_wire_the_operators_word_begins_the_stage,
    ),
    "what is not read is set": (
        "seen=prompt.seen.silent(t_s)",
        "seen=prompt.seen.read(t_s, 1.0)",
        test_a_speed_that_was_not_read_for_a_while_is_set_by_no_single_look,
    ),
    "what is not read is set to something else": (
        "seen=prompt.seen.silent(t_s)",
        "seen=prompt.seen.read(t_s, 0.0)",
        test_a_speed_that_is_left_out_in_every_other_look_is_seen_to_be_set,
    ),
    "a load that was waited for begins no stage": (
        "waits = begins and bool(state.holds & BARRED_BY)",
        "waits = False",
        test_without_a_pulse_nobody_is_asked_for_more,
    ),
    "a belt may wander": (
        "if not strays.at_least(STRAYS_FOR_S, read.t_s, STRAYS_AMONG_S, bool):",
        "if True:",
        test_a_belt_that_leaves_its_load_is_asked_for_again_and_holds_the_clock,
    ),
    "one right reading, and the belt has not wandered": (
        "strays = state.strays.read(read.t_s, float(off))",
        "strays = state.strays.read(read.t_s, 1.0) if off else STRAYS",
        test_one_reading_beside_the_others_neither_sets_a_load_nor_keeps_it,
    ),
    "one wrong reading, and the load is not set": (
        "prompt.seen.read(t_s, float(_matches(state, prompt.setpoint)))",
        "prompt.seen.read(t_s, 1.0) if _matches(state, prompt.setpoint) else replace(prompt.seen, spells=())",
        test_one_reading_beside_the_others_neither_sets_a_load_nor_keeps_it,
    ),
    "what is off now is set": (
        "seen = prompt.seen.last and prompt.seen",
        "seen = prompt.seen",
        test_one_reading_beside_the_others_neither_sets_a_load_nor_keeps_it,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_guidance_has_the_fault(fault: str) -> None:
    fails_with(guiding_module, *FAULTS[fault])


def test_cooling_down_asks_for_no_more_than_what_was_set_last() -> None:
    bench = walking(READ)
    fast = replace(bench.state, setpoint=Setpoint(speed_kmh=8.0, incline_pct=6.0), confirmed=FIRST)
    plan = msgspec.structs.replace(bench.state.plan, cool_down=StagePlan("ned", 60.0, 5.5, 2.0))
    bench.state = replace(fast, plan=plan)
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="dizzy"))
    assert bench.state.setpoint == FIRST


def test_the_rest_rule_fails_on_an_engine_that_takes_silence_for_rest() -> None:
    old = "return replace(ended, at_rest=rests(state.rest, t_s)), (StopBelt(),)"
    new = "return replace(ended, at_rest=True), (StopBelt(),)"
    fails_with(ticking, old, new, test_without_a_word_a_belt_without_a_wire_is_never_called_at_rest)


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("    if state.guided:\n", "    if False:\n", test_cooling_down_asks_for_no_more_than_what_was_set_last),
        ("state = replace(state, setpoint=come_to(state))", "pass", test_without_a_pulse_nobody_is_asked_for_more),
    ],
)
def test_a_load_that_is_asked_for_beyond_what_was_set_is_found(old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(holds, old, new, fact)


def test_the_record_tells_what_the_treadmill_could_do() -> None:
    bench = GuidedBench(READ)
    assert bench.recording.record(bench.state).belt_info == READ
    assert Bench().recording.record(Bench().state).belt_info is None

"""What is asked of an operator who sets the belt: when it is asked, since when, and what ends it. The whole state."""

import pytest
from msgspec.structs import replace

from tests.unit.run.builders import PLAN, Bench, belt
from tests.unit.run.test_guiding import FIRST, READ, SECOND, TOLD
from teststation.ports import BeltState, Setpoint, TreadmillInfo
from teststation.run import events as ev
from teststation.run.guiding import guided, needs_word
from teststation.run.state import STRAYS, HoldCause, Phase, Prompt, RunState

T_S = 60.0
NOT_SET = frozenset({HoldCause.LOAD_NOT_SET})


def walked(**changed: object) -> RunState:
    """The first stage, on a belt that is set to its load and read."""
    state = replace(Bench().started().state, treadmill=READ, confirmed=FIRST, stage_began_s=20.0, stage_ends_s=140.0)
    return replace(state, **changed)  # type: ignore[arg-type]


def asked_of(before: RunState, after: RunState, event: ev.AnyEvent | None = None) -> RunState:
    return guided(before, after, event or ev.Ticked(T_S))


@pytest.mark.parametrize("phase", [Phase.READY, Phase.ENDED])
def test_before_and_after_a_run_nothing_is_asked(phase: Phase) -> None:
    state = walked(phase=phase, prompt=Prompt(FIRST, 50.0))
    assert asked_of(state, state) == replace(state, prompt=None)


def test_a_belt_that_the_station_sets_asks_for_nothing() -> None:
    state = replace(walked(), treadmill=None, confirmed=None)
    assert asked_of(state, state) == state


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.COOL_DOWN])
def test_outside_the_stages_a_new_load_is_asked_for_from_now_on_and_holds_nothing(phase: Phase) -> None:
    strayed = STRAYS.read(50.0, 1.0)
    state = walked(phase=phase, setpoint=SECOND, strays=strayed)
    after = asked_of(state, state)
    assert after == replace(state, prompt=Prompt(SECOND, T_S), strays=STRAYS)


def test_a_belt_that_is_to_stop_is_asked_for_at_rest_whatever_was_set_or_asked() -> None:
    state = walked(phase=Phase.STOPPING, prompt=Prompt(FIRST, 50.0))
    assert asked_of(state, state) == replace(state, prompt=Prompt(None, T_S))
    never_set = replace(state, prompt=None, confirmed=None)
    assert asked_of(never_set, never_set).prompt == Prompt(None, T_S)


def test_a_new_stages_load_is_asked_for_from_its_beginning_which_waits_for_it() -> None:
    before = walked()
    after = replace(before, stage_index=1, stage_began_s=58.0, setpoint=SECOND)
    held = replace(after, prompt=Prompt(SECOND, 58.0, begins_stage=True), holds=NOT_SET, held_since_s=58.0)
    assert asked_of(before, after) == held
    from_the_start = replace(walked(), phase=Phase.STARTING)
    entered = walked(setpoint=SECOND, stage_began_s=58.0)
    assert asked_of(from_the_start, entered).prompt == Prompt(SECOND, 58.0, begins_stage=True)


def test_a_load_of_the_hand_is_asked_for_from_now_on_and_begins_no_stage() -> None:
    before = walked()
    after = replace(before, setpoint=SECOND)
    assert asked_of(before, after).prompt == Prompt(SECOND, T_S)
    # One that is changed before the stage's own load was set still begins the stage.
    waiting = replace(after, prompt=Prompt(FIRST, 58.0, begins_stage=True), confirmed=None)
    assert asked_of(waiting, waiting).prompt == Prompt(SECOND, T_S, begins_stage=True)
    not_first = replace(waiting, prompt=Prompt(FIRST, 58.0))
    assert asked_of(not_first, not_first).prompt == Prompt(SECOND, T_S)


def test_what_is_asked_for_already_is_not_asked_anew() -> None:
    state = walked(prompt=Prompt(FIRST, 50.0), confirmed=None, holds=NOT_SET, held_since_s=50.0)
    assert asked_of(state, state) == state


def test_a_load_that_is_set_already_needs_no_asking_and_lets_the_stage_go_on() -> None:
    state = walked(prompt=Prompt(SECOND, 50.0), holds=NOT_SET, held_since_s=50.0)
    assert asked_of(state, state) == walked(stage_ends_s=150.0)


def set_now(state: RunState, begins: bool) -> RunState:
    """As it is once its first load was seen for long enough."""
    began_s = T_S if begins else state.stage_began_s
    done = replace(state, prompt=None, confirmed=FIRST, strays=STRAYS, holds=frozenset(), held_since_s=None)
    return replace(done, stage_began_s=began_s, stage_ends_s=state.stage_ends_s + 10.0)


@pytest.mark.parametrize("begins", [True, False])
def test_a_load_that_is_read_for_two_seconds_is_set_and_begins_the_stage_that_waits_for_it(begins: bool) -> None:
    prompt = Prompt(FIRST, 50.0, begins_stage=begins)
    state = walked(prompt=prompt, confirmed=None, holds=NOT_SET, held_since_s=50.0, strays=STRAYS.read(1.0, 1.0))
    soon = replace(prompt, seen=prompt.seen.read(T_S - 1.9, 1.0))
    late = replace(prompt, seen=prompt.seen.read(T_S - 2.0, 1.0))
    waits = asked_of(state, replace(state, prompt=soon), belt(T_S, 4.8))
    assert waits == replace(state, prompt=replace(soon, seen=soon.seen.read(T_S, 1.0)))
    assert asked_of(state, replace(state, prompt=late), belt(T_S, 4.8)) == set_now(state, begins)


@pytest.mark.parametrize(
    ("speed_kmh", "incline_pct", "set_to"),
    [
        (4.99, 0.0, True), (4.61, 0.0, True), (5.01, 0.0, False), (4.59, 0.0, False),
        (4.8, 0.5, True), (4.8, -0.5, True), (4.8, 0.6, False), (5.01, 0.6, False),
    ],
)  # fmt: skip
def test_one_step_of_a_console_beside_the_load_is_set(speed_kmh: float, incline_pct: float, set_to: bool) -> None:
    state = walked(prompt=Prompt(FIRST, 50.0), confirmed=None)
    state = replace(state, measured_speed_kmh=speed_kmh, measured_incline_pct=incline_pct)
    after = asked_of(state, state, belt(T_S, speed_kmh, incline_pct=incline_pct))
    assert after.prompt is not None
    assert after.prompt.seen.last == float(set_to)


def test_a_belt_at_rest_is_what_is_seen_where_rest_is_asked_for() -> None:
    for at_rest in (True, False):
        state = walked(phase=Phase.STOPPING, prompt=Prompt(None, 50.0), at_rest=at_rest, measured_speed_kmh=4.8)
        after = asked_of(state, state, belt(T_S, 4.8))
        assert after.prompt is not None
        assert after.prompt.seen.last == float(at_rest)
        assert after.phase is Phase.STOPPING, "rest is the engine's to judge"


@pytest.mark.parametrize(
    ("info", "asked", "speed_kmh", "incline_pct", "needs"),
    [
        (READ, FIRST, 4.8, 0.0, False),
        (READ, FIRST, 4.8, None, True),
        (READ, FIRST, None, None, False),  # nothing is read at all: it is waited for
        (TOLD, FIRST, None, None, True),
        (READ, None, 4.8, None, False),
        (TOLD, None, None, None, True),
    ],
)
def test_the_operators_word_is_needed_for_what_is_not_read(
    info: TreadmillInfo, asked: Setpoint | None, speed_kmh: float | None, incline_pct: float | None, needs: bool
) -> None:
    state = walked(treadmill=info, prompt=Prompt(asked, 50.0))
    state = replace(state, measured_speed_kmh=speed_kmh, measured_incline_pct=incline_pct)
    assert needs_word(state) is needs
    assert not needs_word(replace(state, prompt=Prompt(asked, 50.0, said=True)))
    assert not needs_word(replace(state, prompt=None))


def test_a_word_sets_what_no_wire_reads_and_is_kept_where_one_does() -> None:
    prompt = Prompt(FIRST, 50.0, begins_stage=True)
    unread = walked(treadmill=TOLD, prompt=prompt, confirmed=None, holds=NOT_SET, held_since_s=50.0)
    assert asked_of(unread, unread, ev.LoadConfirmed(T_S)) == set_now(unread, begins=True)
    assert asked_of(unread, unread) == unread
    read = replace(unread, treadmill=READ)
    assert asked_of(read, read, ev.LoadConfirmed(T_S)) == replace(read, prompt=replace(prompt, said=True))


def test_a_speed_that_is_not_read_sets_no_load() -> None:
    prompt = Prompt(FIRST, 50.0)
    state = walked(prompt=replace(prompt, seen=prompt.seen.read(T_S - 3.0, 1.0)), confirmed=None)
    state = replace(state, measured_speed_kmh=None, measured_incline_pct=None)
    assert asked_of(state, state, belt(T_S, None, BeltState.MOVING, at_rest=False, incline_pct=None)).prompt is not None


@pytest.mark.parametrize(
    ("speed_kmh", "incline_pct", "off"),
    [
        (5.3, 0.0, 0.0), (5.4, 0.0, 1.0), (4.2, 0.0, 1.0), (4.8, 1.0, 0.0), (4.8, 1.1, 1.0), (4.8, -1.1, 1.0),
        (4.8, None, 0.0), (5.4, None, 1.0), (None, 9.0, None),
    ],
)  # fmt: skip
def test_off_is_half_a_kmh_or_a_percent(speed_kmh: float | None, incline_pct: float | None, off: float | None) -> None:
    state = walked()
    after = asked_of(state, state, belt(T_S, speed_kmh, at_rest=False, incline_pct=incline_pct))
    assert after == replace(state, strays=STRAYS if off is None else STRAYS.read(T_S, off))


def test_off_is_measured_from_the_load_that_is_set() -> None:
    state = walked(confirmed=SECOND, setpoint=SECOND)
    assert asked_of(state, state, belt(T_S, 4.8, incline_pct=4.0)).strays == STRAYS.read(T_S, 0.0)
    # In numbers of which the difference is 0.2 to the last digit.
    slow = walked(prompt=Prompt(Setpoint(speed_kmh=0.4, incline_pct=0.0), 50.0), measured_speed_kmh=0.2)
    after = asked_of(slow, replace(slow, setpoint=Setpoint(speed_kmh=0.4, incline_pct=0.0)), belt(T_S, 0.2))
    assert after.prompt is not None
    assert after.prompt.seen.last == 1.0


def test_off_for_five_seconds_it_is_asked_for_again_and_set_no_longer() -> None:
    state = walked(strays=STRAYS.read(T_S - 4.9, 1.0))
    off = belt(T_S, 3.0)
    assert asked_of(state, state, off).prompt is None
    state = replace(state, strays=STRAYS.read(T_S - 5.0, 1.0))
    # What is read is asked about in the same look.
    seen = Prompt(FIRST, T_S).seen.read(T_S, 0.0)
    read = replace(state, measured_speed_kmh=3.0)
    assert asked_of(read, read, off) == replace(
        read, confirmed=None, strays=STRAYS, prompt=Prompt(FIRST, T_S, seen=seen), holds=NOT_SET, held_since_s=T_S
    )
    assert PLAN.stages[0].speed_kmh == 4.8


def test_a_belt_that_was_not_set_or_is_asked_for_does_not_stray() -> None:
    for state in (walked(prompt=Prompt(SECOND, 50.0), setpoint=SECOND), walked(confirmed=None, setpoint=None)):
        assert asked_of(state, state, belt(T_S, 9.0)).strays == state.strays

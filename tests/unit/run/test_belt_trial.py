"""A belt moved with nobody on it: only by the operator's own word, at rest first, under a lease, and never for long."""

from collections.abc import Callable

import msgspec
import pytest

import teststation.run.belt_trial as trials
from tests.mutants import fails_with
from teststation.cause import Cause
from teststation.ports import BeltState, BeltTelemetry, TreadmillInfo, TripReason
from teststation.run.belt_trial import TRIAL_MAX_S, Trial, TrialPhase, error_pct, turns_speed_kmh
from teststation.run.commands import ArmBelt, GrantBelt, StopBelt
from ui.station.commissioning import console_agrees

INFO = TreadmillInfo(
    family="trackmaster",
    port="x",
    speed_step_kmh=0.1609344,
    min_speed_kmh=0.3,
    max_speed_kmh=12.0,
    incline_step_pct=0.5,
    max_incline_pct=15.0,
)


def seen(speed_kmh: float | None, state: BeltState = BeltState.MOVING, trip: TripReason | None = None) -> BeltTelemetry:
    return BeltTelemetry(t_mono_s=0.0, state=state, measured_speed_kmh=speed_kmh, at_rest=speed_kmh == 0.0, trip=trip)


def ready(speed_kmh: float | None = 0.0) -> Trial:
    first = trials.hear(trials.Trial(INFO), -1.0, seen(speed_kmh, BeltState.IDLE))
    return trials.hear(first, 0.0, seen(speed_kmh, BeltState.IDLE))


def running() -> Trial:
    trial, _ = trials.begin(ready(), 0.0)
    trial = trials.hear(trial, 0.1, seen(0.0, BeltState.ARMED))
    trial = trials.hear(trial, 8.0, seen(3.0))
    assert trial.phase == TrialPhase.RUNNING
    return trial


def test_nothing_is_asked_before_the_operators_word() -> None:
    trial = ready()
    for tenth in range(100):
        trial, commands = trials.tick(trials.hear(trial, tenth / 10, seen(0.0, BeltState.IDLE)), tenth / 10)
        assert commands == ()


def test_a_belt_that_moves_or_is_not_known_is_not_tried() -> None:
    for speed_kmh in (0.5, None):
        assert trials.begin(ready(speed_kmh), 0.0)[1] == ()
    assert trials.begin(ready(), 10.0)[1] == (), "what was heard ten seconds ago is not known"


def test_a_zero_that_has_not_lasted_is_no_rest_to_try_a_belt_from() -> None:
    for looks in ([0.0], [3.0, 0.0], [3.0, 0.0, 3.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3]):
        trial = Trial(INFO)
        for n, speed_kmh in enumerate(looks):
            trial = trials.hear(trial, n / 5, seen(speed_kmh, BeltState.IDLE))
        assert trials.begin(trial, (len(looks) - 1) / 5)[1] == ()


def test_the_word_arms_to_the_trials_own_speed_and_no_more() -> None:
    trial, (command,) = trials.begin(ready(), 0.0)
    assert isinstance(command, ArmBelt)
    assert command.max_speed_kmh == pytest.approx(3.06, abs=0.01)
    assert command.max_incline_pct == 0.0
    assert trials.tick(trial, 0.1)[1] == (), "no lease before the driver says that it is armed"


def test_a_running_belt_is_leased_while_it_is_heard() -> None:
    _, (command,) = trials.tick(running(), 8.1)
    assert isinstance(command, GrantBelt)
    stopped, commands = trials.tick(running(), 11.0)
    assert commands == (StopBelt(),)
    assert stopped.phase == TrialPhase.STOPPING


def test_it_does_not_run_for_long() -> None:
    trial = trials.hear(running(), TRIAL_MAX_S + 1, seen(3.0))
    assert trials.tick(trial, TRIAL_MAX_S + 1)[1] == (StopBelt(),)


def test_a_stop_is_latched_and_ends_at_rest_alone() -> None:
    trial, commands = trials.stop(running())
    assert commands == (StopBelt(),)
    trial = trials.hear(trial, 9.0, seen(2.0, BeltState.TRIPPED))
    assert trials.begin(trial, 9.0)[1] == ()
    assert trials.tick(trial, 9.0)[1] == (StopBelt(),)
    trial = trials.hear(trial, 12.0, seen(0.0, BeltState.TRIPPED))
    assert trial.phase == TrialPhase.STOPPING, "one zero may be a tachometer that dropped out"
    assert trials.hear(trial, 13.0, seen(0.0, BeltState.TRIPPED)).phase == TrialPhase.ENDED


def test_a_stop_as_the_belt_starts_ends_at_a_rest_that_is_heard_from_then_on() -> None:
    trial, _ = trials.stop(trials.begin(ready(), 0.0)[0])
    trial = trials.hear(trial, 0.1, seen(0.0, BeltState.ARMED))
    assert trial.phase == TrialPhase.STOPPING, "it may be on its way"
    assert trials.hear(trial, 1.1, seen(0.0, BeltState.TRIPPED)).phase == TrialPhase.ENDED


def test_a_trip_ends_it_with_its_reason() -> None:
    trial = trials.hear(running(), 9.0, seen(5.0, BeltState.TRIPPED, TripReason.OVER_SPEED))
    assert trial.phase == TrialPhase.STOPPING
    assert trial.trouble == Cause("trip_over_speed")


def told_of(*spells: tuple[float, float | None]) -> float | None:
    """What a belt told that its operator sets, with these speeds for so many seconds each."""
    by_hand = msgspec.structs.replace(INFO, controls_belt=False)
    trial, now_s = Trial(by_hand), 100.0
    for seconds, kmh in spells:
        for _ in range(round(seconds / 0.5)):
            trial, now_s = trials.hear(trial, now_s, seen(kmh)), now_s + 0.5
    return trials.told_kmh(trial, now_s)


def what_a_belt_told_is_what_it_told_for_the_longest_as_it_moved() -> None:
    """Whoever measured it stops it, and types then: a belt on its way to rest tells 2.0, 1.0 and 0.2, too."""
    up, down = [(1.0, kmh) for kmh in (0.5, 1.0, 1.5, 2.0, 2.5)], [(1.0, kmh) for kmh in (2.5, 2.0, 1.5, 1.0, 0.5)]
    assert told_of((20.0, 3.0)) == 3.0
    assert told_of((10.0, 3.0), (0.5, 6.0)) == 3.0, "one look is none"
    assert told_of(*up, (6.0, 3.0), (3.0, 3.1), *down, (60.0, 0.0)) == 3.0
    assert told_of((60.0, 2.0), (20.0, 3.0), (5.0, None)) == 3.0, "of late"
    assert told_of((60.0, 0.0), (5.0, None)) is None


def test_what_a_belt_told_is_what_it_told_for_the_longest_as_it_moved() -> None:
    what_a_belt_told_is_what_it_told_for_the_longest_as_it_moved()


def test_a_belt_that_is_moved_from_here_tells_its_speed_while_it_runs_and_neither_before_nor_after() -> None:
    trial = running()
    for n, kmh in enumerate((3.0, 3.1, 3.0)):
        trial = trials.hear(trial, 8.5 + n, seen(kmh))
    trial, _ = trials.stop(trial)
    for n in range(30):
        trial = trials.hear(trial, 12.0 + n, seen(1.0, BeltState.TRIPPED))
    assert trials.told_kmh(trial, 42.0) == 3.0


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "the last word is what a belt told": (
        "told.median(now_s, of_last_s, near(steady_kmh))",
        "told.last",
        what_a_belt_told_is_what_it_told_for_the_longest_as_it_moved,
    ),
    "a belt that stands tells its speed, too": (
        "trial.told.read(now_s, kmh) if kmh and moves else",
        "trial.told.read(now_s, kmh or 0.0) if moves else",
        what_a_belt_told_is_what_it_told_for_the_longest_as_it_moved,
    ),
    "a moving belt is tried": (
        "if trial.phase is not TrialPhase.READY or not at_rest(trial, now_s) or",
        "if trial.phase is not TrialPhase.READY or",
        test_a_belt_that_moves_or_is_not_known_is_not_tried,
    ),
    "one zero is rest enough": (
        "NO_WORD_S and rests(trial.rest, now_s)",
        "NO_WORD_S and trial.belt is not None and trial.belt.at_rest",
        test_a_zero_that_has_not_lasted_is_no_rest_to_try_a_belt_from,
    ),
    "leases without an arming": (
        "(GrantBelt(trial.setpoint),) if trial.armed else ()",
        "(GrantBelt(trial.setpoint),)",
        test_the_word_arms_to_the_trials_own_speed_and_no_more,
    ),
    "leases to a silent belt": (
        "if now_s - trial.heard_s > NO_WORD_S:",
        "if False:",
        test_a_running_belt_is_leased_while_it_is_heard,
    ),
    "it runs for ever": ("elif waited_s > TRIAL_MAX_S:", "elif False:", test_it_does_not_run_for_long),
    "what was heard before a start is its rest": (
        "rest = LOOKS if trial.phase is TrialPhase.STARTING else trial.rest",
        "rest = trial.rest",
        test_a_stop_as_the_belt_starts_ends_at_a_rest_that_is_heard_from_then_on,
    ),
    "a belt that is stopped tells its speed, too": (
        "trial.told.read(now_s, kmh) if kmh and moves else",
        "trial.told.read(now_s, kmh) if kmh else",
        test_a_belt_that_is_moved_from_here_tells_its_speed_while_it_runs_and_neither_before_nor_after,
    ),
    "silence is rest": (
        "if trial.phase is TrialPhase.STOPPING and rests(trial.rest, now_s):",
        "if trial.phase is TrialPhase.STOPPING:",
        test_a_stop_is_latched_and_ends_at_rest_alone,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_on_a_trial_with_the_fault(fault: str) -> None:
    fails_with(trials, *FAULTS[fault])


def test_turns_and_errors_are_counted_right() -> None:
    assert turns_speed_kmh(20, 3.2, 76.8) == pytest.approx(3.0)
    assert error_pct(3.03, 3.0) == pytest.approx(1.0)
    assert error_pct(2.97, 3.0) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("shown", "step_kmh", "agrees"),
    [
        (3.0, 0.1, True), (3.1, 0.1, True), (1.9, 0.1, False), (4.8, 0.1, False),
        (1.9, 0.1609344, True), (3.0, 0.1609344, False),
    ],
)  # fmt: skip
def test_a_console_in_the_other_unit_is_noticed(shown: float, step_kmh: float, agrees: bool) -> None:
    assert console_agrees(shown, 3.0, step_kmh) is agrees


@pytest.mark.parametrize(
    ("off_pct", "suspected"), [(60.9, True), (-37.9, True), (52.0, True), (2.0, False), (-12.0, False), (30.0, False)]
)
def test_the_other_unit_is_suspected_by_how_far_the_belt_is_off(off_pct: float, suspected: bool) -> None:
    assert trials.unit_suspected(off_pct) is suspected


def test_a_trial_is_made_again_only_after_its_end() -> None:
    moving = running()
    assert trials.again(moving) is moving
    ended = Trial(INFO, phase=TrialPhase.ENDED, stopped=True, trouble=Cause("trip_over_speed"))
    fresh = trials.again(ended)
    assert (fresh.phase, fresh.stopped, fresh.trouble) == (TrialPhase.READY, False, None)

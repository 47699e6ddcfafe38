"""What is tried, in which order, to bring a belt to rest."""

from collections.abc import Sequence

from drivers.treadmill.stop_ladder import Rung, StopLadder
from teststation.clock import TimeScale


def descend(speed_of: Sequence[float | None], answers: bool = True, step_s: float = 0.15) -> list[Rung]:
    ladder = StopLadder(TimeScale(), 1.2)
    ladder.begin(0.0, speed_of[0])
    return [
        ladder.rung(step * step_s, speed, answers=answers, at_rest=speed == 0.0) for step, speed in enumerate(speed_of)
    ]


def test_the_first_thing_is_the_treadmills_own_auto_stop() -> None:
    assert descend([5.0])[0] is Rung.AUTO_STOP


def test_a_stop_is_repeated_until_standstill_and_not_after() -> None:
    rungs = descend([5.0 - 0.1 * n for n in range(50)] + [0.0] * 10)
    assert rungs[:50].count(Rung.AUTO_STOP) >= 20
    assert set(rungs[50:]) == {Rung.LOOK}


def test_a_belt_that_does_not_slow_down_is_stepped_down_then_left_to_its_watchdog() -> None:
    rungs = descend([5.0] * 200)
    first_step = rungs.index(Rung.STEP_DOWN)
    assert first_step * 0.15 > 6.0  # the reported speed lags: no hurry to call a stop ignored
    assert Rung.SILENCE in rungs[first_step:]


def test_silence_lasts_longer_than_the_watchdog() -> None:
    rungs = descend([5.0] * 200)
    begun = rungs.index(Rung.SILENCE)
    silent = 0
    while rungs[begun + silent] is Rung.SILENCE:
        silent += 1
    assert silent * 0.15 > 0.5


def test_a_treadmill_that_does_not_answer_is_left_to_its_watchdog_soon() -> None:
    rungs = descend([None] * 40, answers=False)
    assert rungs[0] is Rung.AUTO_STOP
    assert rungs.index(Rung.SILENCE) * 0.15 < 1.0


def test_ignored_is_told_only_when_the_speed_did_not_fall() -> None:
    ladder = StopLadder(TimeScale(), 1.2)
    ladder.begin(0.0, 5.0)
    ladder.rung(7.0, 3.0, answers=True, at_rest=False)
    assert not ladder.ignored
    ladder.rung(8.0, 5.0, answers=True, at_rest=False)
    assert ladder.ignored


def test_a_port_that_is_back_is_told_to_stop_at_once_and_left_to_its_watchdog_if_it_does_not_answer() -> None:
    ladder = StopLadder(TimeScale(), 1.2)
    ladder.begin(0.0, 5.0)
    ladder.rung(0.0, 5.0, answers=True, at_rest=False)
    assert ladder.rung(0.9, None, answers=False, at_rest=False) is Rung.SILENCE
    ladder.reopen(1.0)
    assert ladder.rung(1.0, None, answers=False, at_rest=False) is Rung.AUTO_STOP
    assert ladder.rung(1.7, None, answers=False, at_rest=False) is Rung.SILENCE


def test_one_round_of_a_descent_hurries_and_no_other() -> None:
    ladder = StopLadder(TimeScale(), 1.2)
    ladder.begin(0.0, 0.0)
    assert not ladder.begun
    ladder.rung(0.0, 0.0, answers=True, at_rest=True)
    assert ladder.begun

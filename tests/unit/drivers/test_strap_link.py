"""A strap driver's loop that stood still lets its link go: what piled up meanwhile is no pulse of now."""

import types
from collections.abc import Callable

import pytest

from drivers import attempts
from drivers.attempts import SLEPT_S
from drivers.serial_line import LinkLost
from tests.mutants import planted_fault


def lets_go_after_a_sleep(module: types.ModuleType) -> None:
    turns = module.Turns(100.0)
    turns.take(100.05)
    turns.take(100.05 + SLEPT_S)
    with pytest.raises(LinkLost, match="stood still for a while"):
        turns.take(100.1 + 2 * SLEPT_S)


def goes_on_while_it_turns(module: types.ModuleType) -> None:
    turns = module.Turns(100.0)
    try:
        for turn in range(1, 100):
            turns.take(100.0 + turn * 0.05)
    except LinkLost:
        raise AssertionError("a loop that turned was called asleep") from None


@pytest.mark.parametrize("fact", [lets_go_after_a_sleep, goes_on_while_it_turns])
def test_a_loop(fact: Callable[[types.ModuleType], None]) -> None:
    fact(attempts)


@pytest.mark.parametrize(
    ("fact", "old", "new"),
    [
        (lets_go_after_a_sleep, "if now_s - self._turned_s > SLEPT_S or ", "if "),
        (goes_on_while_it_turns, '("driver_slept"))\n        self._turned_s = now_s', '("driver_slept"))'),
    ],
)
def test_the_fact_fails_on_a_planted_fault(fact: Callable[[types.ModuleType], None], old: str, new: str) -> None:
    with planted_fault(attempts, old, new) as broken, pytest.raises((AssertionError, pytest.fail.Exception)):
        fact(broken)

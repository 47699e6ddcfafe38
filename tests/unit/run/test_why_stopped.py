"""Why the operator stopped is asked afterwards: it takes the place of nothing but that somebody stopped."""

import types
from collections.abc import Callable

import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import Bench
from tests.unit.run.test_stopping import runs_on, stopping
from teststation.run import events as ev
from teststation.run.engine import dispatch, ending
from teststation.run.record import Outcome
from teststation.run.recording import fold
from teststation.run.state import Phase


def explained(how: str, reason: str) -> tuple[str, Outcome | None]:
    bench = stopping(how)
    runs_on(bench, 5.0, 0.0)
    assert bench.state.phase is Phase.ENDED
    assert bench.feed(ev.StopExplained(t_s=bench.now_s, reason=reason)) == ()
    assert bench.state.phase is Phase.ENDED
    assert bench.state.reason is not None
    return bench.state.reason.code, bench.state.outcome


def test_the_word_takes_the_place_of_a_stop_without_one() -> None:
    assert explained("operator", "chest_pain") == ("stop_chest_pain", Outcome.OPERATOR)


def test_no_word_changes_how_a_run_ended() -> None:
    assert explained("planned", "chest_pain") == ("planned_end", Outcome.COMPLETED)
    assert explained("limit", "dizzy")[1] is Outcome.LIMIT
    assert explained("cool_down_pressed", "dizzy") == ("stop_patient", Outcome.OPERATOR)


def test_a_belt_that_ignored_the_stop_stays_a_fault() -> None:
    bench = stopping("operator")
    runs_on(bench, 70.0, 3.3, ignored=True)
    bench.feed(ev.StopExplained(t_s=bench.now_s, reason="chest_pain"))
    assert bench.state.reason is not None
    assert bench.state.reason.code == "stop_ignored"


def test_nothing_is_explained_of_a_run_that_walks() -> None:
    bench = Bench().started()
    bench.feed(ev.StopExplained(t_s=bench.now_s, reason="dizzy"))
    assert bench.state.reason is None
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="operator"))
    bench.feed(ev.StopExplained(t_s=bench.now_s, reason="dizzy"))
    assert bench.state.phase is Phase.COOL_DOWN
    assert bench.state.reason is not None
    assert bench.state.reason.code == "stop_operator"


def test_the_word_is_in_the_journal_and_in_the_record() -> None:
    bench = stopping("operator")
    runs_on(bench, 5.0, 0.0)
    bench.feed(ev.StopExplained(t_s=bench.now_s, reason="pallor"))
    state, recording = fold(bench.events)
    record = recording.record(state)
    assert record.reason is not None
    assert record.reason.code == "stop_pallor"
    assert ("stop_explained", "pallor") in [(mark.kind, mark.text) for mark in record.marks]


FAULTS: list[tuple[types.ModuleType, str, str, Callable[[], None]]] = [
    (dispatch, "if isinstance(event, ev.StopExplained):", "if False:",
     test_the_word_takes_the_place_of_a_stop_without_one),
    (ending, 'unsaid = state.outcome is Outcome.OPERATOR and state.reason == Cause("stop_operator")', "unsaid = True",
     test_no_word_changes_how_a_run_ended),
    (ending, "if unsaid and over else", "if unsaid else", test_nothing_is_explained_of_a_run_that_walks),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_the_word_fails_on_a_planted_fault(
    module: types.ModuleType, old: str, new: str, fact: Callable[[], None]
) -> None:
    fails_with(module, old, new, fact)

"""Borg's strip: a number is lit where it is the answer of what is asked about, and what comes next begins unlit."""

import pytest
from pytestqt.qtbot import QtBot

import teststation.snapshot as snapshot_module
from tests.mutants import fails_with
from tests.unit.run.builders import Bench
from tests.unit.run.test_bouts import BOUT_S, PAUSE_S, in_bout, session
from teststation.run import events as ev
from teststation.run.recording import LATE_RPE_S
from teststation.snapshot import snapshot
from ui.desktop.test.controls import RunControls


def lit(controls: RunControls, bench: Bench) -> list[int]:
    controls.show_moment(snapshot(bench.state, bench.now_s, bench.recording.record(bench.state), None))
    return [rpe for rpe, made in controls.rpe.buttons.items() if made.isChecked()]


def controls_on(qtbot: QtBot) -> RunControls:
    made = RunControls()
    qtbot.addWidget(made)
    return made


def a_new_stage_begins_unlit(qtbot: QtBot) -> None:
    made, bench = controls_on(qtbot), Bench().started()
    bench.run_for(100.0)
    assert lit(made, bench) == []
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=12))
    assert lit(made, bench) == [12]
    while bench.state.stage_index == 0:
        bench.run_for(0.5)
    assert lit(made, bench) == [], "the last stage's answer is none of this one"
    bench.feed(ev.RpeGiven(t_s=bench.now_s + LATE_RPE_S, rpe=15))
    assert lit(made, bench) == [15]
    assert [one.rpe for one in bench.recording.record(bench.state).stages] == [12, 15]


def a_new_bout_begins_unlit(qtbot: QtBot) -> None:
    made, bench = controls_on(qtbot), in_bout(session())
    bench.bpm = 160
    bench.run_for(BOUT_S + 5.0)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=16))
    bench.run_for(PAUSE_S - 10.0)
    assert lit(made, bench) == [16], "in the pause it is still the bout's answer, and may be corrected"
    in_bout(bench, 2)
    assert lit(made, bench) == []


def a_number_that_was_touched_is_lit_by_what_is_kept_alone(qtbot: QtBot) -> None:
    """A button that can be checked lights by the touch itself; what no run has taken goes out with the next look."""
    made, bench = controls_on(qtbot), Bench().started()
    assert lit(made, bench) == []
    made.rpe.buttons[13].click()
    assert made.rpe.buttons[13].isChecked()
    assert lit(made, bench) == []


FACTS = [a_new_stage_begins_unlit, a_new_bout_begins_unlit, a_number_that_was_touched_is_lit_by_what_is_kept_alone]


@pytest.mark.parametrize("fact", FACTS)
def test_what_is_lit_is_the_answer_of_what_is_asked_about(qtbot: QtBot, fact) -> None:
    fact(qtbot)


FAULTS = [
    (snapshot_module, "return Exertion(last.index, last.rpe, near and last.rpe is None, missing)",
     "return Exertion(last.index, last.rpe or (before and before[-1].rpe) or None, False, missing)", FACTS[0]),
    (snapshot_module, "return Exertion(last.index, last.rpe, _rpe_due(state, now_s, remaining_s), missing)",
     "return Exertion(last.index, last.rpe or bouts[0].rpe, _rpe_due(state, now_s, remaining_s), missing)", FACTS[1]),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_the_lit_number_fails_on_a_planted_fault(qtbot: QtBot, module, old: str, new: str, fact) -> None:
    fails_with(module, old, new, lambda: fact(qtbot))

"""What the snapshot asks of the operator: exertion of the right stage, and more time where the pulse still rises."""

import types
from collections.abc import Callable

import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import Bench, heart
from teststation import snapshot as snapshots
from teststation.run import events as ev
from teststation.run import recording
from teststation.run.engine import dispatch
from teststation.run.recording import LATE_RPE_S
from teststation.run.state import Phase
from teststation.snapshot import Exertion, Snapshot, snapshot


def moment(bench: Bench) -> Snapshot:
    return snapshot(bench.state, bench.now_s, bench.recording.record(bench.state), None)


def to_stage(bench: Bench, index: int) -> Bench:
    while bench.state.stage_index < index:
        bench.run_for(1.0)
    return bench


def near_the_end(bench: Bench, left_s: float) -> Bench:
    while bench.state.stage_remaining_s(bench.now_s) > left_s:
        bench.run_for(0.5)
    return bench


def test_an_answer_is_shown_for_the_stage_that_takes_it() -> None:
    bench = near_the_end(Bench().started(), 20.0)
    assert moment(bench).rpe == Exertion(0, None, due=True)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=12))
    assert moment(bench).rpe == Exertion(0, 12, due=False)
    to_stage(bench, 1)
    assert moment(bench).rpe == Exertion(1, None, due=False), "the stage before does not stay lit"


def test_a_missing_answer_is_asked_for_once_more_and_is_missing_after() -> None:
    bench = to_stage(Bench().started(), 1)
    asked = moment(bench).rpe
    assert asked == Exertion(0, None, due=True, missing=(0,))
    bench.run_for(LATE_RPE_S + 1.0)
    assert moment(bench).rpe == Exertion(1, None, due=False, missing=(0,))
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=13))
    assert [stage.rpe for stage in moment(bench).record.stages] == [None, 13]


def test_the_question_is_put_to_the_stage_that_the_recording_gives_the_answer_to() -> None:
    bench = Bench().started()
    while bench.state.phase in (Phase.STAGES, Phase.COOL_DOWN):
        bench.run_for(23.0)
        asked = moment(bench).rpe
        if bench.state.phase is not Phase.STAGES or asked.answer is not None:
            continue
        before = {stage.index: stage.rpe for stage in moment(bench).record.stages}
        trial = Bench()
        trial.feed(*bench.events[1:], ev.RpeGiven(t_s=bench.now_s, rpe=9))
        after = {stage.index: stage.rpe for stage in trial.recording.record(trial.state).stages}
        assert [index for index in after if after[index] != before[index]] == [asked.stage]


def test_in_cool_down_the_last_stages_answer_does_not_stay_lit() -> None:
    bench = near_the_end(Bench().started(), 20.0)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=15), ev.CoolDownPressed(t_s=bench.now_s, reason="patient"))
    bench.run_for(1.0)
    assert moment(bench).rpe.answer == 15
    bench.run_for(LATE_RPE_S)
    assert bench.state.phase is Phase.COOL_DOWN
    assert moment(bench).rpe == Exertion()


def test_more_time_is_offered_only_near_the_end_of_a_stage_whose_pulse_still_rises() -> None:
    bench = Bench().started()
    offered = []
    while bench.state.phase is Phase.STAGES and bench.state.stage_index == 0:
        bench.bpm = 100 + round(bench.now_s / 4)
        bench.run_for(4.0)
        offered.append((bench.state.stage_remaining_s(bench.now_s), moment(bench).still_rises))
    assert all(left_s <= snapshots.OFFER_TIME_IN_LAST_S for left_s, rises in offered if rises)
    assert sum(rises for _, rises in offered) >= 4
    calm = near_the_end(Bench().started(), 10.0)
    assert not moment(calm).still_rises


def test_no_time_is_offered_that_the_protocol_does_not_have() -> None:
    def rising_to_the_end() -> Snapshot:
        while bench.state.stage_remaining_s(bench.now_s) > 10.0:
            bench.bpm = 90 + round(bench.now_s / 5)
            bench.run_for(1.0)
        assert bench.state.phase is Phase.STAGES
        return moment(bench)

    bench = Bench(hr_limit_bpm=None).started()
    assert rising_to_the_end().still_rises
    while bench.state.extensions < bench.state.plan.extension.times_max:
        bench.feed(ev.StageExtended(t_s=bench.now_s))
        rising_to_the_end()
    assert not moment(bench).still_rises


def test_a_cool_down_that_is_enough_ends_as_one_that_is_over() -> None:
    bench = Bench().started()
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"))
    bench.run_for(5.0)
    bench.feed(ev.NextPressed(t_s=bench.now_s))
    assert bench.state.phase is Phase.STOPPING
    assert (bench.state.setpoint, bench.state.tripped) == (None, False)
    bench.run_for(10.0)
    assert bench.state.phase is Phase.ENDED
    assert bench.state.reason is not None
    assert bench.state.reason.code == "stop_patient"
    assert [mark.kind for mark in bench.recording.record(bench.state).marks] == ["cool_down_pressed", "cool_down_ended"]


def test_what_a_press_did_not_do_is_not_written_down_as_done() -> None:
    bench = Bench().started()
    bench.feed(heart(bench.now_s, None), ev.LoadChanged(t_s=bench.now_s, speed_kmh=5.6, incline_pct=4.0))
    bench.feed(ev.HoldPressed(t_s=bench.now_s), ev.HoldPressed(t_s=bench.now_s), ev.HoldReleased(t_s=bench.now_s))
    bench.feed(ev.HoldReleased(t_s=bench.now_s), ev.LoadChanged(t_s=bench.now_s, speed_kmh=4.0, incline_pct=0.0))
    kinds = [mark.kind for mark in bench.recording.record(bench.state).marks]
    assert kinds == ["hr_lost", "hold_pressed", "hold_released", "load_changed"]


FAULTS: list[tuple[types.ModuleType, str, str, Callable[[], None]]] = [
    (snapshots, "before[-1].rpe is None and now_s", "now_s", test_an_answer_is_shown_for_the_stage_that_takes_it),
    (snapshots, "now_s - state.stage_began_s < LATE_RPE_S", "False",
     test_a_missing_answer_is_asked_for_once_more_and_is_missing_after),
    (snapshots, "if open_still else", "if True else", test_in_cool_down_the_last_stages_answer_does_not_stay_lit),
    (snapshots, "return may and remaining_s <= OFFER_TIME_IN_LAST_S and still_rises(record)",
     "return may and still_rises(record)",
     test_more_time_is_offered_only_near_the_end_of_a_stage_whose_pulse_still_rises),
    (snapshots, "may = state.phase is Phase.STAGES and state.extensions < state.plan.extension.times_max", "may = True",
     test_no_time_is_offered_that_the_protocol_does_not_have),
    (dispatch, "case Phase.COOL_DOWN, ev.NextPressed(t_s=t_s):", "case Phase.ENDED, ev.NextPressed(t_s=t_s):",
     test_a_cool_down_that_is_enough_ends_as_one_that_is_over),
    (recording, "incline_pct=incline_pct) if after != before:", "incline_pct=incline_pct):",
     test_what_a_press_did_not_do_is_not_written_down_as_done),
    (recording, "ev.StageExtended() if after == before:", "ev.StageExtended() if False:",
     test_what_a_press_did_not_do_is_not_written_down_as_done),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_what_is_asked_fails_on_a_planted_fault(
    module: types.ModuleType, old: str, new: str, fact: Callable[[], None]
) -> None:
    fails_with(module, old, new, fact)

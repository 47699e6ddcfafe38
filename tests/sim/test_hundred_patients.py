"""The estimate against patients whose true VO2max and HRmax the station does not know, in simulated time."""

from statistics import fmean

import pytest

from teststation.run import events as ev
from teststation.run.record import Outcome
from teststation.run.recording import fold
from ui.laboratory.room import Outcome as Simulated
from ui.laboratory.room import simulate

pytestmark = pytest.mark.long
SEEDS = range(1, 101)


@pytest.fixture(scope="module")
def hundred() -> list[Simulated]:
    return [simulate(seed) for seed in SEEDS]


def test_the_interval_holds_the_truth_in_at_least_90_of_100(hundred: list[Simulated]) -> None:
    held = 0
    for one in hundred:
        found = one.assessment.estimates["extrapolation"]
        if found.low is not None and found.high is not None:
            held += found.low <= one.body.vo2max <= found.high
    assert held >= 90


def test_the_mean_error_of_the_result_is_within_one_and_a_half(hundred: list[Simulated]) -> None:
    # Of what is told as the result. The stages alone lean upwards: nothing in them says how fit people are.
    errors = [
        found.vo2max_ml_kg_min - one.body.vo2max
        for one in hundred
        if (found := one.assessment.estimates[one.assessment.headline]).vo2max_ml_kg_min is not None
    ]
    assert len(errors) >= 90
    assert abs(fmean(errors)) <= 1.5


def test_an_interval_is_never_so_wide_that_it_holds_everybody(hundred: list[Simulated]) -> None:
    widths = [
        found.high - found.low
        for one in hundred
        if (found := one.assessment.estimates["extrapolation"]).low is not None and found.high is not None
    ]
    assert fmean(widths) < 40


def test_every_run_ends_with_the_belt_at_rest_as_planned_or_at_the_limit(hundred: list[Simulated]) -> None:
    for one in hundred:
        assert one.run.belt_at_rest
        assert one.run.outcome in (Outcome.COMPLETED, Outcome.LIMIT)


def test_the_stage_clock_does_not_drift_in_13_minutes(hundred: list[Simulated]) -> None:
    for one in hundred:
        if one.run.outcome is Outcome.COMPLETED:
            ended_s = one.run.stages[-1].ended_s
            assert ended_s is not None
            assert ended_s - one.run.stages[0].began_s == pytest.approx(780.0, abs=0.02)


def test_each_journal_folds_back_to_its_run(hundred: list[Simulated]) -> None:
    for one in hundred[:5]:
        state, recording = fold(ev.decode_event(data) for data in one.events)
        assert state == one.controller.state
        assert recording.record(state) == one.run


def test_the_demonstration_patient_gives_four_usable_stages() -> None:
    found = simulate(1).assessment.estimates["extrapolation"]
    assert found.status == "ok"
    assert found.n_stages == 4


def test_ebbelings_thirteen_minutes_give_both_his_estimate_and_a_line() -> None:
    one = simulate(1, protocol="ebbeling-13")
    assert one.assessment.estimates["extrapolation"].status == "ok"
    assert one.assessment.estimates["ebbeling"].status == "ok"
    assert one.assessment.stages[0].observation.habituation
    assert not one.assessment.stages[0].used

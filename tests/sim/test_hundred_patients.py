"""The estimate against patients whose true VO2max and HRmax the station does not know, in simulated time."""

from statistics import fmean

import pytest

from teststation.run import events as ev
from teststation.run.record import Outcome
from teststation.run.recording import fold
from ui.laboratory.room import Outcome as Simulated
from ui.laboratory.room import simulate

SEEDS = range(1, 101)
TWIN = range(1, 11)  # in the suite, which cannot wait for a hundred


@pytest.fixture(scope="module")
def hundred() -> list[Simulated]:
    return [simulate(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def ten() -> list[Simulated]:
    return [simulate(seed) for seed in TWIN]


def held(outcomes: list[Simulated]) -> int:
    """How many truths lie in the range that the stages alone give."""
    ranges = [(one, one.assessment.estimates["extrapolation"]) for one in outcomes]
    return sum(
        found.low <= one.body.vo2max <= found.high
        for one, found in ranges
        if found.low is not None and found.high is not None
    )


def errors_of_the_result(outcomes: list[Simulated]) -> list[float]:
    # Of what is told as the result. The stages alone lean upwards: nothing in them says how fit people are.
    told = [(one, one.assessment.estimates[one.assessment.headline].vo2max_ml_kg_min) for one in outcomes]
    return [vo2max - one.body.vo2max for one, vo2max in told if vo2max is not None]


def widths(outcomes: list[Simulated]) -> list[float]:
    ranges = [one.assessment.estimates["extrapolation"] for one in outcomes]
    return [found.high - found.low for found in ranges if found.low is not None and found.high is not None]


@pytest.mark.nightly
def test_a_hundred_patients_are_held_with_small_errors_and_ranges_that_say_something(hundred: list[Simulated]) -> None:
    assert held(hundred) >= 90
    errors = errors_of_the_result(hundred)
    assert len(errors) >= 90
    assert abs(fmean(errors)) <= 1.5
    assert fmean(widths(hundred)) < 40


@pytest.mark.nightly
def test_a_hundred_runs_end_with_the_belt_at_rest_and_the_clock_on_time(hundred: list[Simulated]) -> None:
    ended_at_rest_and_on_time(hundred)


def test_ten_patients_are_held_with_small_errors(ten: list[Simulated]) -> None:
    """The night's test in small: a budget half as wide, or a number that leans by a quarter, is seen by ten."""
    assert held(ten) >= 8
    errors = errors_of_the_result(ten)
    assert len(errors) >= 9
    assert abs(fmean(errors)) <= 5.0
    assert fmean(widths(ten)) < 40


def test_ten_runs_end_with_the_belt_at_rest_and_the_clock_on_time(ten: list[Simulated]) -> None:
    ended_at_rest_and_on_time(ten)


def ended_at_rest_and_on_time(outcomes: list[Simulated]) -> None:
    for one in outcomes:
        assert one.run.belt_at_rest
        assert one.run.outcome in (Outcome.COMPLETED, Outcome.LIMIT)
        if one.run.outcome is Outcome.COMPLETED:
            ended_s = one.run.stages[-1].ended_s
            assert ended_s is not None
            assert ended_s - one.run.stages[0].began_s == pytest.approx(780.0, abs=0.02)


def test_each_journal_folds_back_to_its_run(ten: list[Simulated]) -> None:
    for one in ten[:5]:
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

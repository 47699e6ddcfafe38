"""The laboratory: virtual patients whose VO2max is known, through whole tests."""

import pytest

from ui.commands.laboratory import change_lines, method_lines, trials_of
from ui.laboratory.patients import draw_patient, on_a_day
from ui.laboratory.statistics import ChangeScore, MethodScore, change_scores, method_scores
from ui.laboratory.trial import Seen, SeenChange, Trial


def test_the_same_number_is_always_the_same_patient_and_another_day_is_another_pulse() -> None:
    assert draw_patient(7) == draw_patient(7)
    patient = draw_patient(7)
    assert on_a_day(patient, 0).day_bpm != on_a_day(patient, 1).day_bpm
    assert on_a_day(patient, 1, 5.0).vo2max == pytest.approx(patient.body.vo2max + 5.0)


def test_the_patients_are_as_various_as_the_clinics() -> None:
    groups = [group for seed in range(300) for group in draw_patient(seed).groups]
    kinds, traits = ("patient", "ordinary", "trained", "very unfit"), ("holds rail", "beta-blocker", "stops early")
    for name in ("male", "female", *kinds, *traits):
        assert groups.count(name) >= 5, name


def test_scores_are_the_errors_of_what_was_given() -> None:
    seen = [
        Seen("extrapolation", ("all",), 40.0, 42.0, 35.0, 50.0),
        Seen("extrapolation", ("all",), 40.0, 36.0, 30.0, 38.0),
        Seen("extrapolation", ("all",), 40.0, None, None, None),
    ]
    changes = [SeenChange(("all",), 5.0, "real", 1.0, 9.0), SeenChange(("all",), 5.0, None, None, None)]
    trials = [Trial((one,)) for one in seen] + [Trial((), (one,)) for one in changes]
    (score,) = method_scores(trials)
    assert score == MethodScore("extrapolation", "all", 3, 2, -1.0, 10**0.5, 0.5, 11.5)
    assert change_scores(trials) == [ChangeScore(5.0, "all", 2, 1, 1.0, 1.0, 1.0)]
    assert "50.0 %" in method_lines([MethodScore("extrapolation", "all", 30, 20, -1.0, 3.0, 0.5, 11.5)])[1]
    assert change_lines([])[0].startswith("true change")


@pytest.mark.long
def test_forty_patients_are_held_by_their_intervals() -> None:
    """The night's test in small: enough to see a budget that is half or double what it should be."""
    scores = {score.method: score for score in method_scores(trials_of(range(1, 41), (), 1)) if score.group == "all"}
    for method in ("extrapolation", "combined"):
        score = scores[method]
        assert score.given >= 20
        assert (score.coverage or 0) >= 0.85
        assert abs(score.bias or 0) <= 3.0


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_in_the_laboratory_the_estimate_keeps_what_it_promises() -> None:
    trials = list(trials_of(range(1, 1501), (0.0, 5.0), 2))
    methods = {(score.method, score.group): score for score in method_scores(trials)}
    changes = {(score.truth, score.group): score for score in change_scores(trials)}
    print("\n".join([*method_lines(list(methods.values())), *change_lines(list(changes.values()))]))  # noqa: T201
    for method in ("extrapolation", "combined"):
        overall = methods[method, "all"]
        assert abs(overall.bias or 99) <= 1.0
        assert 0.93 <= (overall.coverage or 0) <= 0.97
        for (name, group), score in methods.items():
            if name == method and score.given >= 30:
                assert (score.coverage or 0) >= 0.90, (method, group)
    assert (methods["combined", "all"].rmse or 99) < (methods["extrapolation", "all"].rmse or 0)
    assert (changes[5.0, "all"].called_real or 0) >= 0.80
    assert (changes[0.0, "all"].called_real or 0) <= 0.05
    assert changes[5.0, "all"].given >= 0.9 * changes[5.0, "all"].patients

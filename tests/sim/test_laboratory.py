"""The laboratory: virtual patients whose VO2max is known, through whole tests."""

from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from drivers.emulators.patient import Patient
from teststation.errors import BadInput
from teststation.physiology.non_exercise import nes2011_vo2max
from teststation.physiology.observe import observe
from teststation.protocol.load import find, load_plan
from teststation.subject import Sex
from ui import cli
from ui.commands.laboratory import calibration_lines, change_lines, method_lines, trials_of
from ui.laboratory.measured import read_measured, scored
from ui.laboratory.patients import draw_patient, on_a_day
from ui.laboratory.room import Room, subject_of
from ui.laboratory.statistics import (
    Calibration,
    ChangeScore,
    MethodScore,
    calibration,
    change_scores,
    method_scores,
)
from ui.laboratory.trial import Seen, SeenChange, Trial, therapist
from ui.laboratory.walk import walk


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
    assert score == MethodScore("extrapolation", "all", 3, 2, -1.0, 10**0.5, 0.5, 5.75)
    assert change_scores(trials) == [ChangeScore(5.0, "all", 2, 1, 1.0, 1.0, 1.0)]
    assert "50.0 %" in method_lines([MethodScore("extrapolation", "all", 30, 20, -1.0, 3.0, 0.5, 11.5)])[1]
    told = [Seen("combined", ("all",), 30.0, 31.0, 20.0, 40.0, said_below=p, is_below=p > 0.85) for p in (0.8, 0.9)]
    (one,) = calibration([Trial(tuple(told))])
    assert (one.patients, one.said, one.true) == (2, pytest.approx(0.85), 0.5)
    assert "50.0 %" in calibration_lines([Calibration(2, 0.85, 0.5)])[1]
    assert change_lines([])[0].startswith("true change")


def test_what_is_told_of_a_patient_errs_as_it_is_published_to() -> None:
    """Nes 2011 by its standard error, a session's peak 2 ± 5 bpm below HRmax and never above, Borg 18 at the top."""
    patients = [draw_patient(seed) for seed in range(600)]
    off = [
        nes2011_vo2max(Sex(p.body.sex), p.body.age_years, p.waist_cm, p.resting_hr_bpm, p.activity_index)
        - p.body.vo2max
        for p in patients
    ]
    assert fmean(off) == pytest.approx(0.0, abs=0.6)
    assert fmean(one**2 for one in off) ** 0.5 == pytest.approx(5.5, abs=0.4)
    below = [p.body.hr_max - p.session_peak_bpm for p in patients]
    assert min(below) >= 0
    assert fmean(below) == pytest.approx(4.5, abs=0.5)
    person = Patient(replace(patients[0].body, effort_steps=0.0))
    person.vo2 = patients[0].body.vo2max
    assert person.effort == pytest.approx(18.0)


def test_nobody_walks_on_long_above_their_own_maximum() -> None:
    weak = replace(draw_patient(3), body=replace(draw_patient(3).body, vo2max=17.0, beta_blocker=True))
    run = walk(weak, weak.body, subject_of(weak.body), load_plan(*find("submax-13"), "normal"), 0)
    assert len(run.stages) < 4
    assert (run.stages_ended_s or 0) < 600


def test_the_quick_walk_and_the_whole_test_see_the_same_pulses() -> None:
    """Controller, engine and strap leave a stage's mean where the patient's own seconds have it."""
    apart: list[float] = []
    for seed in (2, 5, 9, 12):
        patient = draw_patient(seed)
        body = on_a_day(patient, 0)
        plan = load_plan(*find("submax-13"), patient.speed)
        quick = observe(walk(patient, body, subject_of(body), plan, 0))
        whole = observe(Room(body, plan, patient.seed * 10, therapist(patient, 0)).run_through().run)
        assert len(quick) == len(whole)
        for one, other in zip(quick, whole, strict=True):
            apart.append((one.hr_bpm or 0.0) - (other.hr_bpm or 0.0))
    assert abs(fmean(apart)) < 1.5
    assert max(map(abs, apart)) < 8.0  # each has its own breath and swings


def test_a_table_of_measured_tests_is_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        "# remark",
        "subject,visit,sex,age,weight_kg,height_cm,vo2_ml_kg_min,hr_bpm,rpe,vo2max_ml_kg_min,hr_max_bpm",
    ]
    for n, person in enumerate(("a", "b")):
        for f in (0.4, 0.55, 0.7):
            vo2max = 40.0 + 6 * n
            vo2 = 3.5 + f * (vo2max - 3.5)
            rows.append(f"{person},1,male,40,80,180,{vo2:.1f},{75 + f * 108:.0f},{5.5 + 13 * f:.0f},{vo2max},183")
    table = tmp_path / "measured.csv"
    table.write_text("\n".join(rows), "utf-8")
    scores = {score.method: score for score in method_scores([Trial(tuple(scored(read_measured(str(table)))))])}
    assert scores["combined, HRmax told"].given == 2
    assert abs(scores["combined, HRmax told"].bias or 99) < 1.5
    assert abs(scores["textbook line, HRmax told"].bias or 99) < 0.5
    assert cli.main(["laboratory", "--measured", str(table)]) == 0
    assert "textbook line, HRmax told" in capsys.readouterr().out
    table.write_text("subject,sex\na,male\n", "utf-8")
    with pytest.raises(BadInput, match="needs the columns age"):
        read_measured(str(table))


@pytest.mark.long
def test_sixty_patients_are_held_by_their_intervals() -> None:
    """The night's test in small: enough to see a budget that is half or double what it should be."""
    scores = {
        score.method: score
        for score in method_scores(trials_of(range(1, 61), (), 1, whole=False))
        if score.group == "all"
    }
    for method in ("extrapolation", "combined", "combined HRmax, questions"):
        score = scores[method]
        assert score.given >= 45
        assert (score.coverage or 0) >= 0.87
        assert 0.3 <= (score.coverage_of_half or 0) <= 0.75
        assert abs(score.bias or 0) <= 2.0


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("patients", "whole"), [(1500, False), (200, True)])
def test_in_the_laboratory_the_estimate_keeps_what_it_promises(patients: int, whole: bool) -> None:
    trials = list(trials_of(range(1, patients + 1), (0.0, 5.0), 1, whole=whole))
    methods = {(score.method, score.group): score for score in method_scores(trials)}
    changes = {(score.truth, score.group): score for score in change_scores(trials)}
    lines = [*method_lines(list(methods.values())), *change_lines(list(changes.values()))]
    print("\n".join([*lines, *calibration_lines(calibration(trials))]))  # noqa: T201
    chance = 0.0 if patients >= 1000 else 0.03
    for method, half, rmse in (
        ("combined", 11.0, 5.7),
        ("combined HRmax", 9.7, 5.7),
        ("combined HRmax, questions", 8.2, 5.7),
    ):
        overall = methods[method, "no beta-blocker"]
        assert overall.given >= (0.98 - chance) * overall.patients
        assert 0.94 - chance <= (overall.coverage or 0) <= 0.98 + chance
        assert 0.47 - chance <= (overall.coverage_of_half or 0) <= 0.60 + chance
        assert (overall.rmse or 99) <= rmse + 10 * chance
        assert (overall.half_width or 99) <= half + 20 * chance
    blocked = methods["combined", "beta-blocker"]
    assert blocked.given >= 0.95 * blocked.patients - 1
    assert (blocked.coverage or 0) >= 0.92 - 3 * chance
    for one in calibration(trials):
        if one.said >= 0.5:
            assert one.true >= one.said - 0.05
    assert (changes[0.0, "all"].called_real or 0) <= 0.05
    assert (changes[5.0, "all"].called_real or 0) >= 0.3
    assert changes[5.0, "no beta-blocker"].given >= 0.9 * changes[5.0, "no beta-blocker"].patients

"""The error budget, the interval it makes, and the combined estimate that weighs stages against what is known."""

import msgspec
import numpy as np
import pytest

from tests.unit.physiology.test_assess import FOUR, MAN, stage, why
from teststation.physiology import error_budget, likelihood
from teststation.physiology.assess import Choices, assess
from teststation.physiology.prior import population
from teststation.physiology.reference import friend2022, hunt3
from teststation.physiology.result import EITHER, Assessment, Load, StageObservation
from teststation.subject import Gait, Sex, Subject


def width(found: Assessment, method: str = "extrapolation") -> float:
    estimate = found.estimates[method]
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.high - estimate.low


def terms(found: Assessment) -> dict[str, float]:
    return {term.name: term.sd_ml_kg_min for term in found.error_budget}


# --- the budget, term by term ---


def test_hrmax_is_the_largest_error_and_is_its_see_over_the_slope() -> None:
    found = assess(MAN, FOUR)
    assert found.line is not None
    assert max(terms(found), key=lambda name: terms(found)[name]) == "hr_max"
    assert terms(found)["hr_max"] == pytest.approx(10.8 / found.line.slope_bpm_per_ml)


def test_the_cost_term_is_its_share_of_the_answer() -> None:
    found = assess(MAN, FOUR)
    answer = found.estimates["extrapolation"].vo2max_ml_kg_min or 0
    assert terms(found)["walking_cost"] == pytest.approx(0.08 * answer, rel=0.01)


def test_few_stages_close_together_carry_their_noise_farther() -> None:
    assert terms(assess(MAN, FOUR[:3]))["stage_noise"] > 1.3 * terms(assess(MAN, FOUR))["stage_noise"]


def test_a_line_drawn_too_far_from_its_stages_is_withheld() -> None:
    pair = (stage(0, 4, 120), stage(1, 6, 124))
    assert why(assess(MAN, pair).estimates["extrapolation"]) == "line_too_long"
    assert assess(MAN, pair).estimates["combined"].status == "ok"


def test_walk_and_run_in_one_line_bring_both_cost_errors() -> None:
    mixed = (
        stage(0, 0, 112, 5.5), stage(1, 4, 121, 5.5), stage(2, 1, 140, 8.5, gait=Gait.RUN),
        stage(3, 1, 149, 9.5, gait=Gait.RUN),
    )  # fmt: skip
    found = terms(assess(MAN, mixed))
    assert {"walking_cost", "running_cost"} <= found.keys()


def test_measured_uptake_has_the_instruments_error_alone() -> None:
    table = tuple(msgspec.structs.replace(s, vo2_ml_kg_min=11.5 + 6 * n) for n, s in enumerate(FOUR))
    found = terms(assess(MAN, table))
    assert "walking_cost" not in found
    assert found["uptake_measured"] < 2


@pytest.mark.parametrize("name", ["DAY_SD_BPM", "STAGE_NOISE_SD_BPM", "LINEARITY_SD_BPM", "WALKING_COST_SD"])
def test_every_term_of_the_budget_widens_the_interval(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A term that is named and not propagated would be a lie: halved, the interval must be narrower."""
    before = width(assess(MAN, FOUR))
    smaller = getattr(error_budget, name) / 2
    monkeypatch.setattr(error_budget, name, smaller)
    fields = {
        "DAY_SD_BPM": "day_sd_bpm",
        "STAGE_NOISE_SD_BPM": "stage_noise_sd_bpm",
        "LINEARITY_SD_BPM": "linearity_sd_bpm",
    }
    if name in fields:
        real = error_budget.Budget

        def halved(*args: object, **more: object) -> error_budget.Budget:
            return real(*args, **{fields[name]: smaller, **more})  # type: ignore[arg-type]

        monkeypatch.setattr(error_budget, "Budget", halved)
    assert width(assess(MAN, FOUR)) < before


def test_the_interval_is_longer_upwards_where_the_line_is_long() -> None:
    estimate = assess(MAN, FOUR).estimates["extrapolation"]
    assert estimate.vo2max_ml_kg_min is not None
    assert (estimate.high or 0) - estimate.vo2max_ml_kg_min > estimate.vo2max_ml_kg_min - (estimate.low or 0)


def test_nobody_has_a_maximum_below_what_was_just_walked() -> None:
    hard = tuple(stage(n, 12, hr, speed) for n, (speed, hr) in enumerate(((4.0, 138), (4.8, 146), (5.4, 152))))
    found = assess(MAN, hard)
    walked = max(s.vo2_ml_kg_min or 0 for s in found.stages)
    assert (found.estimates["extrapolation"].low or 0) > 0.85 * walked  # their own cost may be a little lower


# --- the likelihood ---


def test_the_likelihood_integrates_what_a_plain_sum_over_everybody_gives() -> None:
    """HR0, HRmax and the day in closed form, against the same by brute force."""
    used = likelihood.UsableStages(
        np.array([11.5, 17.3, 23.0]), np.array([112.0, 124.0, 138.0]),
        error_budget.Budget(10.8, ("walking_cost",) * 3, (0.08,) * 3),
    )  # fmt: skip
    exact = likelihood.likelihood([used], 183.0)
    assert exact is not None
    rng = np.random.default_rng(1)
    n = 60_000
    hr0, top = rng.normal(75, 15, n), rng.normal(183, 10.8, n)
    cost, day = np.exp(0.08 * rng.standard_normal(n)), rng.normal(0, 3, n)
    picked = [30, 40, 50]  # places on the grid
    brute = []
    for place in picked:
        vo2max = likelihood.GRID[place]
        share = (np.outer(cost, used.vo2) - 3.5) / (vo2max - 3.5)
        off = used.hr - (hr0[:, None] * (1 - share) + top[:, None] * share + day[:, None])
        weight = np.exp(-0.5 * (off**2).sum(axis=1) / used.budget.stage_sd_bpm**2)
        brute.append(float(np.where(share.max(axis=1) <= 1, weight, 0.0).mean()))
    ratio = exact[picked] / np.array(brute)
    assert ratio / ratio[0] == pytest.approx(1.0, rel=0.06)


# --- what is known beforehand ---


def test_the_prior_is_centred_on_both_measured_populations_of_this_build() -> None:
    typical = Subject(sex=Sex.MALE, age_years=45, weight_kg=85.3, height_cm=179.5)
    centres = population(typical).centres
    assert centres == pytest.approx((hunt3(Sex.MALE).expected(45), friend2022(Sex.MALE).expected(45)))
    heavier = population(msgspec.structs.replace(typical, weight_kg=105.3)).centres
    assert np.array(centres) - np.array(heavier) == pytest.approx(20 * 0.15 / 0.45359237)
    no_height = population(msgspec.structs.replace(typical, weight_kg=105.3, height_cm=None)).centres
    assert np.array(centres) - np.array(no_height) == pytest.approx(20 * 0.127 / 0.45359237)


def drawn_to(vo2max: float, hr_max: float = 180.0) -> tuple[StageObservation, ...]:
    """Four stages of somebody with this VO2max whose pulse stands at 75."""
    stages = []
    for n, vo2 in enumerate(np.linspace(0.38, 0.72, 4) * (vo2max - 3.5) + 3.5):
        bpm = 75 + (hr_max - 75) * (vo2 - 3.5) / (vo2max - 3.5)
        stages.append(
            StageObservation(
                index=n,
                name=str(n),
                planned=None,
                actual=Load(None, None, None),
                hr_bpm=bpm,
                vo2_ml_kg_min=float(vo2),
            )
        )  # fmt: skip
    return tuple(stages)


@pytest.mark.parametrize(
    ("who", "truth"),
    [
        (Subject(sex=Sex.MALE, age_years=25, weight_kg=72, height_cm=180, hr_max_measured_bpm=180.0), 75.0),
        (Subject(sex=Sex.MALE, age_years=50, weight_kg=110, height_cm=178, hr_max_measured_bpm=180.0), 20.0),
        (Subject(sex=Sex.FEMALE, age_years=40, weight_kg=95, height_cm=165, hr_max_measured_bpm=180.0), 17.0),
    ],
)
def test_a_trained_man_and_a_patient_at_half_the_norm_are_not_dragged(who: Subject, truth: float) -> None:
    found = assess(who, drawn_to(truth)).estimates["combined"]
    assert found.vo2max_ml_kg_min == pytest.approx(truth, rel=0.06)
    assert (found.low or 0) < truth < (found.high or 0)


def test_far_out_the_prior_pulls_less_than_its_distance_would_ask() -> None:
    """A normal prior pulls twice as hard twice as far out; this one has stopped pulling harder by then."""
    prior = population(MAN)
    away = np.exp(np.array([0.5, 1.0, 2.0, 4.0]) * prior.spread) * max(prior.centres)
    pull = [-float(np.diff(np.log(prior.density(np.array([v, 1.001 * v]))))[0]) for v in away]
    pull = [one - 0.001 for one in pull]  # of the logarithm: less the density's own 1/VO2max
    assert pull[0] < pull[1] < pull[2]
    assert pull[3] < pull[2]


def test_both_ingredients_and_their_weights_are_told() -> None:
    stages, people = assess(MAN, FOUR).estimates["combined"].ingredients
    assert (stages.name, people.name) == ("stages", "population")
    assert stages.weight + people.weight == pytest.approx(1)
    sure = assess(msgspec.structs.replace(MAN, hr_max_measured_bpm=182.8), FOUR).estimates["combined"]
    assert sure.ingredients[0].weight > stages.weight
    assert sure.ingredients[0].sd_ml_kg_min < stages.sd_ml_kg_min


def test_an_earlier_test_of_the_same_person_narrows_the_combined_estimate() -> None:
    alone = assess(MAN, FOUR)
    both = assess(MAN, FOUR, earlier=alone.stages)
    assert both.estimates["combined"].ingredients[0].name == "stages_and_earlier"
    assert width(both, "combined") < width(alone, "combined")
    assert both.estimates["extrapolation"] == alone.estimates["extrapolation"]


def test_the_clinic_chooses_its_headline() -> None:
    found = assess(MAN, FOUR, choices=Choices(headline="combined"))
    assert found.headline == "combined"
    assert found.reference is not None
    combined = found.estimates["combined"].vo2max_ml_kg_min or 0
    assert found.reference.percent_of_expected == pytest.approx(100 * combined / found.reference.expected_ml_kg_min)


def test_or_has_the_combined_estimate_only_where_the_stages_make_no_line() -> None:
    either = Choices(headline=EITHER)
    assert assess(MAN, FOUR, choices=either).headline == "extrapolation"
    one_stage = assess(MAN, FOUR[:2], choices=either)
    assert one_stage.estimates["extrapolation"].vo2max_ml_kg_min is None
    assert one_stage.headline == "combined"
    assert one_stage.reference is not None


def test_a_resting_pulse_narrows_what_the_stages_say() -> None:
    rested = msgspec.structs.replace(MAN, resting_hr_bpm=82.0)
    assert width(assess(rested, FOUR)) < width(assess(MAN, FOUR))

"""The error budget, the density it makes, and the combined estimate that weighs everything that is known."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.physiology.test_assess import FOUR, MAN, stage, why
from teststation.physiology import error_budget, posterior
from teststation.physiology.assess import Choices, assess
from teststation.physiology.extrapolation import fit_line
from teststation.physiology.posterior import GRID, Heart, Pulses, by_pulse, over_costs, read
from teststation.physiology.prior import known_beforehand, population
from teststation.physiology.reference import friend2022, hunt3
from teststation.physiology.result import EITHER, Assessment, Load, StageObservation
from teststation.subject import Gait, Sex, Subject

BORG = tuple(msgspec.structs.replace(s, rpe=9 + 2 * n) for n, s in enumerate(FOUR))


def width(found: Assessment, method: str = "combined") -> float:
    estimate = found.estimates[method]
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.high - estimate.low


def terms(found: Assessment) -> dict[str, float]:
    return {term.name: term.sd_ml_kg_min for term in found.error_budget}


# --- the budget, term by term ---


def test_hrmax_by_age_is_the_largest_error_of_four_good_stages() -> None:
    found = terms(assess(MAN, FOUR))
    assert max(found, key=lambda name: found[name]) == "hr_max"
    told = terms(assess(msgspec.structs.replace(MAN, hr_max_measured_bpm=179.0), FOUR))
    assert told["hr_max"] < found["hr_max"] / 2


def test_the_terms_add_up_to_about_the_width_of_the_interval() -> None:
    """The linear picture that the report draws is the density's own, to a fifth."""
    for found in (assess(MAN, FOUR), assess(MAN, BORG)):
        total = sum(sd**2 for sd in terms(found).values()) ** 0.5
        assert 2 * 1.96 * total == pytest.approx(width(found), rel=0.2)


def test_few_stages_close_together_carry_their_noise_farther() -> None:
    alone = Choices(headline="extrapolation")
    three, four = (terms(assess(MAN, stages, choices=alone)) for stages in (FOUR[:3], FOUR))
    assert three["stage"] > 1.1 * four["stage"]


def test_measured_uptake_has_the_instruments_error_alone() -> None:
    table = tuple(msgspec.structs.replace(s, vo2_ml_kg_min=11.5 + 6 * n) for n, s in enumerate(FOUR))
    found = terms(assess(MAN, table))
    assert "walking_cost" not in found
    assert found["uptake_measured"] < 2


SIZES = [
    "STANDING_SD_BPM", "DAY_SD_BPM", "STAGE_SD_BPM", "LOAD_SD_BPM", "LOAD_COST_SD", "WALKING_COST_SD",
]  # fmt: skip


@pytest.mark.parametrize("name", SIZES)
def test_every_pulse_term_of_the_budget_widens_the_density(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A term that is named and not propagated would be a lie: at a third, the range must be another.

    The standing pulse alone makes it no narrower: what is sure at rest pulls against the stages.
    """
    before = width(assess(MAN, FOUR))
    monkeypatch.setattr(error_budget, name, getattr(error_budget, name) / 3)
    monkeypatch.setattr("teststation.physiology.assess.STANDING_SD_BPM", error_budget.STANDING_SD_BPM)
    after = width(assess(MAN, FOUR))
    assert after != pytest.approx(before, rel=1e-4)
    if name != "STANDING_SD_BPM":
        assert after < before


def test_a_bend_that_differs_less_between_people_narrows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = width(assess(MAN, FOUR))
    monkeypatch.setattr(error_budget, "BENDS", ((1.0, error_budget.BEND, error_budget.BEND_SD / 3),))
    assert width(assess(MAN, FOUR)) < before


def test_stages_that_bend_are_believed() -> None:
    """A pulse that levels off: the line through its stages meets HRmax too soon, and the density sees it."""
    who = msgspec.structs.replace(MAN, hr_max_measured_bpm=185.0)
    stages = []
    for n, f in enumerate((0.02, 0.35, 0.5, 0.65, 0.8)):
        bpm = 70 + 115 * (f + 0.6 * f * (1 - f))
        stages.append(
            StageObservation(
                index=n,
                name=str(n),
                planned=None,
                actual=Load(None, None, None),
                hr_bpm=bpm,
                vo2_ml_kg_min=3.5 + f * 41.5,
            )
        )
    found = assess(who, stages)
    assert found.line is not None
    by_line = (185.0 - found.line.intercept_bpm) / found.line.slope_bpm_per_ml
    estimate = found.estimates["combined"]
    assert by_line < 40
    assert (estimate.vo2max_ml_kg_min or 0) > by_line + 1.5
    assert (estimate.low or 0) < 45 < (estimate.high or 0)


@pytest.mark.parametrize("name", ["RPE_PERSON_SD", "RPE_SD"])
def test_every_answer_term_widens_it_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = width(assess(MAN, BORG))
    monkeypatch.setattr(error_budget, name, getattr(error_budget, name) / 3)
    assert width(assess(MAN, BORG)) < before


DOUBTS: dict[str, Callable[[StageObservation], StageObservation]] = {
    "not_steady": lambda s: msgspec.structs.replace(s, steady=False),
    "cut_short": lambda s: msgspec.structs.replace(
        s, duration_ok=False, actual=Load(110.0, s.actual.speed_kmh, s.actual.incline_pct)
    ),
}


@pytest.mark.parametrize("code", DOUBTS)
def test_a_doubtful_stage_counts_for_less_and_for_more_than_nothing(code: str) -> None:
    doubted = (*FOUR[:3], DOUBTS[code](FOUR[3]))
    found = assess(MAN, doubted)
    assert [doubt.code for doubt in found.stages[3].doubts] == [code]
    assert width(assess(MAN, FOUR)) < width(found) < width(assess(MAN, FOUR[:3]))


def test_a_stage_below_110_or_above_the_limit_counts_and_says_so() -> None:
    low, high = stage(0, 0, 104), stage(4, 15, 160)
    found = assess(MAN, (low, *FOUR[1:], high))
    assert all(one.used for one in found.stages)
    assert [[doubt.code for doubt in one.doubts] for one in found.stages] == [
        ["pulse_below"], [], [], [], ["pulse_above"],
    ]  # fmt: skip


def test_the_interval_is_longer_upwards_where_the_line_is_long() -> None:
    estimate = assess(MAN, FOUR).estimates["extrapolation"]
    assert estimate.vo2max_ml_kg_min is not None
    assert (estimate.high or 0) - estimate.vo2max_ml_kg_min > estimate.vo2max_ml_kg_min - (estimate.low or 0)


def test_nobody_has_a_maximum_below_what_was_just_walked() -> None:
    hard = tuple(stage(n, 12, hr, speed) for n, (speed, hr) in enumerate(((4.0, 138), (4.8, 146), (5.4, 152))))
    found = assess(MAN, hard)
    walked = max(s.vo2_ml_kg_min or 0 for s in found.stages)
    assert (found.estimates["extrapolation"].low or 0) > 0.85 * walked  # their own cost may be a little lower


# --- the density ---

THREE = Pulses(
    np.array([11.5, 17.3, 23.0]), np.array([112.0, 124.0, 138.0]), np.full(3, 0.075), np.array([4.0, 0.0, 0.0]),
    np.zeros(3),
)  # fmt: skip


def test_the_density_integrates_what_a_plain_sum_over_everybody_gives() -> None:
    """HR0, HRmax, bend and day in closed form, against the same by brute force."""
    exact = np.exp(over_costs(by_pulse([THREE], Heart((179.0, 11.1), (75.0, 15.0)))))
    rng = np.random.default_rng(1)
    n = 200_000
    hr0, top = rng.normal(75, 15, n), rng.normal(179, 11.1, n)
    bend = np.where(rng.random(n) < 0.9, rng.normal(0.0, 0.1, n), rng.normal(0.35, 0.35, n))
    cost, day = np.exp(0.075 * rng.standard_normal(n)), rng.normal(0, 3, n)
    picked = [100, 120, 140]  # places on the grid
    brute = []
    for place in picked:
        share = (np.outer(cost, THREE.vo2) - 3.5) / (GRID[place] - 3.5)
        curve = bend[:, None] * share * (1 - share) * 104.0
        off = THREE.hr - (hr0[:, None] * (1 - share) + top[:, None] * share + curve + day[:, None])
        variance = 10.25 + THREE.doubt_sd_bpm**2 + (104.0 * share * 0.04) ** 2
        weight = np.exp(-0.5 * (off**2 / variance).sum(axis=1)) / np.sqrt(variance.prod(axis=1))
        brute.append(float(weight.mean()))
    ratio = exact[picked] / np.array(brute)
    assert ratio / ratio[0] == pytest.approx(1.0, rel=0.06)


def test_two_tests_of_one_person_at_no_change_are_the_stages_of_one_with_two_days() -> None:
    heart = Heart((179.0, 11.1), (75.0, 15.0))
    one, two = (read(over_costs(by_pulse(tests, heart))) for tests in ([THREE], [THREE, THREE]))
    assert two.high - two.low < one.high - one.low
    assert two.median == pytest.approx(one.median, rel=0.06)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.floats(3, 95), st.floats(35, 235), st.booleans()), min_size=1, max_size=12),
    st.floats(90, 230), st.floats(40, 120),
)  # fmt: skip
def test_any_stages_give_a_density_that_is_one(
    rows: list[tuple[float, float, bool]], hr_max: float, standing: float
) -> None:
    n = len(rows)
    pulses = Pulses(
        np.array([row[0] for row in rows]), np.array([row[1] for row in rows]), np.full(n, 0.08),
        np.array([4.0 * row[2] for row in rows]), np.ones(n),
    )  # fmt: skip
    found = read(over_costs(by_pulse([pulses], Heart((hr_max, 11.0), (standing, 15.0)))))
    assert np.isfinite(found.share).all()
    assert found.share.sum() == pytest.approx(1.0)
    ends = (found.low, found.likely_low, found.median, found.likely_high, found.high)
    assert list(ends) == sorted(ends)
    assert found.below(found.median) == pytest.approx(0.5, abs=0.02)


def test_stages_far_off_any_line_are_told_as_less_sure() -> None:
    messy = tuple(stage(n, 4 * n, hr) for n, hr in enumerate((112, 140, 126, 152)))
    found = assess(MAN, messy)
    assert [cause.code for cause in found.estimates["combined"].remarks] == ["stages_scatter"]
    assert width(found) > width(assess(MAN, FOUR))
    line = fit_line(posterior_pulses(found), Heart((179.0, 11.1), (75.0, 15.0)))
    assert line is not None
    assert line.scatter > 4


def posterior_pulses(found: Assessment) -> posterior.Pulses:
    from teststation.physiology.selection import pulses

    return pulses(found.stages)


# --- what is known beforehand ---


def test_the_prior_is_centred_on_both_measured_populations_of_this_build() -> None:
    typical = Subject(sex=Sex.MALE, age_years=45, weight_kg=85.3, height_cm=179.5)
    centres = population(typical).centres
    assert centres == pytest.approx((hunt3(Sex.MALE).expected(45), friend2022(Sex.MALE).expected(45)))
    heavier = population(msgspec.structs.replace(typical, weight_kg=105.3)).centres
    assert np.array(centres) - np.array(heavier) == pytest.approx(20 * 0.15 / 0.45359237)
    no_height = population(msgspec.structs.replace(typical, weight_kg=105.3, height_cm=None)).centres
    assert np.array(centres) - np.array(no_height) == pytest.approx(20 * 0.127 / 0.45359237)


ASKED = msgspec.structs.replace(MAN, waist_cm=94.0, resting_hr_bpm=62.0, activity_index=3.75)


def test_three_answers_are_the_best_prior_there_is() -> None:
    prior = known_beforehand(ASKED)
    assert prior.centres == pytest.approx((100.27 - 0.296 * 44 - 0.369 * 94 - 0.155 * 62 + 0.226 * 3.75,))
    assert prior.name == "questions"
    assert width(assess(ASKED, FOUR)) < 0.85 * width(assess(MAN, FOUR))


@pytest.mark.parametrize("missing", ["waist_cm", "resting_hr_bpm", "activity_index"])
def test_two_answers_of_the_three_leave_the_population(missing: str) -> None:
    assert known_beforehand(msgspec.structs.replace(ASKED, **{missing: None})).name == "population"
    assert known_beforehand(msgspec.structs.replace(ASKED, beta_blocker=True)).name == "population"


def drawn_to(vo2max: float, hr_max: float = 180.0) -> tuple[StageObservation, ...]:
    """Four stages of somebody with this VO2max whose pulse stands at 75."""
    stages = []
    for n, vo2 in enumerate(np.linspace(0.38, 0.72, 4) * (vo2max - 3.5) + 3.5):
        f = (vo2 - 3.5) / (vo2max - 3.5)
        bpm = 75 + (hr_max - 75) * (f + 0.05 * f * (1 - f))
        stages.append(
            StageObservation(
                index=n, name=str(n), planned=None, actual=Load(None, None, None), hr_bpm=bpm, vo2_ml_kg_min=float(vo2)
            )
        )
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
    pull = [-float(np.diff(prior.log_density(np.array([v, 1.001 * v])))[0]) for v in away]
    assert pull[0] < pull[1] < pull[2]
    assert pull[3] < pull[2]


def test_both_ingredients_and_their_weights_are_told() -> None:
    stages, people = assess(MAN, FOUR).estimates["combined"].ingredients
    assert (stages.name, people.name) == ("stages", "population")
    assert stages.weight + people.weight == pytest.approx(1)
    sure = assess(msgspec.structs.replace(MAN, hr_max_measured_bpm=178.8), FOUR).estimates["combined"]
    assert sure.ingredients[0].weight > stages.weight
    assert sure.ingredients[0].sd_ml_kg_min < stages.sd_ml_kg_min


def test_an_earlier_test_of_the_same_person_counts_and_hardly_narrows_the_combined_estimate() -> None:
    """HRmax, oxygen cost and the bend are the same at every visit: a second test is for the change."""
    alone = assess(MAN, FOUR)
    both = assess(MAN, FOUR, earlier=alone.stages)
    assert both.estimates["combined"].ingredients[0].name == "stages_and_earlier"
    assert width(both) == pytest.approx(width(alone), rel=0.05)
    lower = tuple(msgspec.structs.replace(s, hr_bpm=(s.hr_bpm or 0) - 8) for s in FOUR)
    fitter_then = assess(MAN, FOUR, earlier=assess(MAN, lower).stages).estimates["combined"].vo2max_ml_kg_min or 0
    assert fitter_then > (alone.estimates["combined"].vo2max_ml_kg_min or 0) + 0.5
    assert both.estimates["extrapolation"] == alone.estimates["extrapolation"]


def test_borg_answers_narrow_the_combined_estimate_and_leave_the_extrapolation() -> None:
    silent, asked = assess(MAN, FOUR), assess(MAN, BORG)
    assert width(asked) < 0.9 * width(silent)
    assert asked.estimates["extrapolation"] == silent.estimates["extrapolation"]


def test_hrmax_read_off_the_answers_has_used_them_up() -> None:
    wide = tuple(msgspec.structs.replace(s, rpe=8 + 3 * n) for n, s in enumerate(FOUR))
    who = msgspec.structs.replace(MAN, hr_max_from_rpe=True)
    without = msgspec.structs.replace(
        MAN, hr_max_measured_bpm=assess(who, wide).hr_max.bpm
    )  # the same maximum from elsewhere still has the answers to itself
    assert assess(who, wide).hr_max.source == "rpe"
    assert width(assess(who, wide)) > width(assess(without, wide))


# --- the headline ---


def test_the_combined_estimate_is_the_headline_unless_the_clinic_chooses() -> None:
    found = assess(MAN, FOUR)
    assert found.headline == "combined"
    assert assess(MAN, FOUR, choices=Choices(headline="extrapolation")).headline == "extrapolation"
    assert found.reference is not None
    combined = found.estimates["combined"].vo2max_ml_kg_min or 0
    assert found.reference.percent_of_expected == pytest.approx(100 * combined / found.reference.expected_ml_kg_min)


def test_or_has_the_combined_estimate_only_where_the_stages_make_no_line() -> None:
    either = Choices(headline=EITHER)
    assert assess(MAN, FOUR, choices=either).headline == "extrapolation"
    one_stage = assess(MAN, FOUR[:1], choices=either)
    assert one_stage.estimates["extrapolation"].vo2max_ml_kg_min is None
    assert one_stage.headline == "combined"
    assert one_stage.reference is not None
    assert [cause.code for cause in one_stage.estimates["combined"].remarks] == ["few_stages"]


# --- what limits it ---


def test_what_limits_it_is_named_with_the_remedy_that_helps_most() -> None:
    found = assess(MAN, FOUR).limits
    assert found is not None
    assert found.largest == "hr_max"
    assert 0.25 < found.share < 0.6
    assert found.remedy is not None
    assert (found.half_width_then or 99) < 0.9 * (found.half_width or 0)


@pytest.mark.parametrize(
    ("remedy", "who", "stages"),
    [
        ("three_questions", ASKED, FOUR),
        ("borg_answers", MAN, BORG),
        ("hr_max_from_intervals", msgspec.structs.replace(MAN, hr_max_measured_bpm=179.0), FOUR),
    ],
)
def test_nothing_is_asked_for_that_is_known_already(
    remedy: str, who: Subject, stages: tuple[StageObservation, ...]
) -> None:
    found = assess(who, stages).limits
    assert found is not None
    assert found.remedy != remedy


def test_a_remedy_keeps_its_promise_to_a_fifth() -> None:
    """The width foretold is that of the real estimate once the three answers are there."""
    asked = msgspec.structs.replace(ASKED, resting_hr_bpm=70.0)
    found = assess(MAN, BORG).limits
    assert found is not None
    assert found.remedy == "three_questions"
    assert (found.half_width_then or 0) == pytest.approx(width(assess(asked, BORG)) / 2, rel=0.2)


# --- walking and running ---


def test_walk_and_run_in_one_test_bring_both_cost_errors() -> None:
    mixed = (
        stage(0, 0, 112, 5.5), stage(1, 4, 121, 5.5), stage(2, 1, 140, 8.5, gait=Gait.RUN),
        stage(3, 1, 149, 9.5, gait=Gait.RUN),
    )  # fmt: skip
    shares = error_budget.budget(assess(MAN, mixed).stages)
    assert shares.uptake_terms == ("walking_cost",) * 2 + ("running_cost",) * 2
    assert shares.uptake_sd[0] != shares.uptake_sd[3]


def test_no_number_where_nobody_measured_anything() -> None:
    assert why(assess(MAN, ()).estimates["combined"]) == "nothing_to_go_by"

"""The estimate: what it says, what it withholds, and how its interval moves."""

import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sample_tests import follow_up, sample
from teststation.physiology.assess import EarlierTest, assess, assess_run
from teststation.physiology.observe import observe
from teststation.physiology.result import METHODS, Load, StageObservation
from teststation.subject import Gait, Sex, Subject

MAN = Subject(sex=Sex.MALE, age_years=44, weight_kg=88, height_cm=180)


def stage(
    index: int, incline_pct: float, hr_bpm: float | None, speed_kmh: float = 4.8, **more: object
) -> StageObservation:
    return StageObservation(
        index=index,
        name=str(index),
        planned=None,
        actual=Load(duration_s=None, speed_kmh=speed_kmh, incline_pct=incline_pct),
        hr_bpm=hr_bpm,
        **more,  # type: ignore[arg-type]
    )


FOUR = tuple(stage(n, incline, hr) for n, (incline, hr) in enumerate([(0, 112), (4, 124), (8, 137), (12, 149)]))


def why(found: object) -> str:
    return found.why.code if found.why is not None else "ok"  # type: ignore[attr-defined]


def test_the_extrapolation_is_about_where_its_line_meets_hrmax() -> None:
    found = assess(MAN, FOUR)
    line = found.line
    assert line is not None
    estimate = found.estimates["extrapolation"]
    assert estimate.n_stages == 4
    at_hr_max = ((found.hr_max.reckoned_bpm or 0) - line.intercept_bpm) / line.slope_bpm_per_ml
    assert estimate.vo2max_ml_kg_min == pytest.approx(at_hr_max, rel=0.06)


@pytest.mark.parametrize("method", ["extrapolation", "combined"])
def test_number_and_ranges_are_of_one_density(method: str) -> None:
    one = assess(MAN, FOUR).estimates[method]
    ends = (one.low, one.likely_low, one.vo2max_ml_kg_min, one.likely_high, one.high)
    assert None not in ends
    assert list(ends) == sorted(ends)  # type: ignore[type-var]


def test_the_same_stages_always_give_the_same_answer() -> None:
    assert assess(MAN, FOUR) == assess(MAN, FOUR)


def test_the_interval_counts_more_than_the_fit() -> None:
    """Four stages on a perfect line still leave HRmax, oxygen cost, curvature, the day and their own noise."""
    found = assess(MAN, FOUR)
    assert {term.name for term in found.error_budget} == {
        "hr_max", "standing", "bend", "walking_cost", "day", "stage", "population",
    }  # fmt: skip
    assert all(term.sd_ml_kg_min > 0 and term.source for term in found.error_budget)
    estimate = found.estimates["extrapolation"]
    assert (estimate.high or 0) - (estimate.low or 0) > 15


@pytest.mark.parametrize(
    ("stages", "code"),
    [
        ((), "too_few_stages"),
        (FOUR[:1], "too_few_stages"),
        (tuple(stage(n, n * 4, 130 - 5 * n) for n in range(4)), "pulse_does_not_rise"),
        (tuple(stage(n, 4, 120 + n) for n in range(4)), "loads_too_alike"),
        (tuple(stage(n, n * 4, hr) for n, hr in enumerate([112, 160, 118, 152])), "not_a_line"),
        (tuple(stage(n, n * 4, 120 + n) for n in range(4)), "pulse_hardly_rises"),
    ],
)
def test_what_is_no_line_is_withheld_with_its_reason(stages: tuple[StageObservation, ...], code: str) -> None:
    found = assess(MAN, stages)
    estimate = found.estimates["extrapolation"]
    assert (estimate.status, why(estimate)) == ("withheld", code)
    assert estimate.vo2max_ml_kg_min is None
    assert estimate.low is None


FLAT = tuple(stage(n, n * 4, 110) for n in range(4))
FALLING = tuple(stage(n, n * 4, hr) for n, hr in enumerate((150, 138, 125, 112)))


@pytest.mark.parametrize("who", [MAN, Subject(sex=Sex.FEMALE, age_years=70, weight_kg=70, height_cm=165)])
@pytest.mark.parametrize("stages", [FLAT, FALLING, tuple(reversed(FALLING))])
@pytest.mark.parametrize("more", [{}, {"hr_max_measured_bpm": 171.0}, {"beta_blocker": True}, {"resting_hr_bpm": 60.0}])
def test_a_pulse_that_does_not_follow_the_load_gives_no_number(
    who: Subject, stages: tuple[StageObservation, ...], more: dict[str, object]
) -> None:
    found = assess(msgspec.structs.replace(who, **more), stages)
    for method in ("extrapolation", "combined"):
        assert found.estimates[method].vo2max_ml_kg_min is None, method
    assert why(found.estimates["combined"]) == "pulse_does_not_rise"
    assert (found.fitness_age, found.reference, found.line, found.training) == (None, None, None, None)


@pytest.mark.parametrize(
    "pulses", [(110, 113, 116, 119), (110, 112, 111, 113), (96, 99, 98, 102), (150, 152, 153, 155)]
)
def test_a_pulse_that_hardly_follows_the_load_gives_none_either(pulses: tuple[int, ...]) -> None:
    """It rises by less than anybody's: a line through it meets HRmax beyond 100 mL/kg/min."""
    found = assess(MAN, tuple(stage(n, n * 4, hr) for n, hr in enumerate(pulses)))
    assert why(found.estimates["combined"]) == "pulse_hardly_rises"


def test_the_pulse_of_the_fittest_patient_does_follow() -> None:
    fit = tuple(stage(n, n * 4, hr, 5.6) for n, hr in enumerate((98, 107, 116, 125)))
    assert assess(MAN, fit).estimates["combined"].status == "ok"


def test_answers_of_the_same_test_do_not_hide_that_the_strap_is_wrong() -> None:
    answered = tuple(msgspec.structs.replace(s, rpe=9 + 2 * n) for n, s in enumerate(FLAT))
    assert why(assess(MAN, answered).estimates["combined"]) == "pulse_does_not_rise"
    assert assess(MAN, answered).estimates["rpe"].status == "ok"


@pytest.mark.parametrize("flag", ["beta_blocker", "irregular_rhythm"])
def test_a_pulse_that_tells_little_gives_a_wide_number_that_says_why(flag: str) -> None:
    """Every single equation of pulse is withheld; the number rests on Borg and on what is known of such people."""
    subject = msgspec.structs.replace(MAN, **{flag: True})
    stages = tuple(msgspec.structs.replace(s, hr_bpm=(s.hr_bpm or 0) - 25, rpe=9 + 2 * n) for n, s in enumerate(FOUR))
    found = assess(subject, stages)
    for method in METHODS:
        if method not in ("rpe", "non_exercise", "combined"):
            assert why(found.estimates[method]) == "pulse_not_to_be_trusted"
    combined, usual = found.estimates["combined"], assess(MAN, FOUR).estimates["combined"]
    assert combined.status == found.estimates["rpe"].status == "ok"
    assert [cause.code for cause in combined.remarks] == [f"wide_{flag}"]
    assert 25 < (combined.vo2max_ml_kg_min or 0) < (usual.vo2max_ml_kg_min or 0) + 3
    assert found.hr_limit_bpm is None
    assert found.headline == "combined"


def test_out_of_rhythm_the_pulse_moves_nothing() -> None:
    subject = msgspec.structs.replace(MAN, irregular_rhythm=True)
    slow, fast = (
        tuple(msgspec.structs.replace(s, hr_bpm=(s.hr_bpm or 0) + off, rpe=9 + 2 * n) for n, s in enumerate(FOUR))
        for off in (-30, 30)
    )
    assert assess(subject, slow).estimates["combined"] == assess(subject, fast).estimates["combined"]
    assert why(assess(subject, FOUR).estimates["combined"]) == "nothing_to_go_by"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"hr_bpm": None}, "no_pulse"),
        ({"hr_coverage": 0.7}, "coverage"),
        ({"habituation": True}, "habituation"),
        ({"duration_ok": False}, "not_finished"),
        ({"actual": Load(None, 2.0, 0.0)}, "load_outside_equations"),
    ],
)
def test_a_stage_that_does_not_count_says_why(changed: dict[str, object], code: str) -> None:
    found = assess(MAN, (msgspec.structs.replace(FOUR[0], **changed), *FOUR[1:]))
    assert not found.stages[0].used
    assert found.stages[0].excluded_because is not None
    assert found.stages[0].excluded_because.code == code
    assert found.estimates["extrapolation"].n_stages == 3


def test_measured_uptake_goes_before_the_equations_and_is_surer() -> None:
    table = tuple(
        msgspec.structs.replace(s, vo2_ml_kg_min=v) for s, v in zip(FOUR, (11.5, 17.3, 23.0, 28.8), strict=True)
    )
    measured, estimated = (assess(MAN, stages).estimates["extrapolation"] for stages in (table, FOUR))
    assert measured.vo2max_ml_kg_min == pytest.approx(estimated.vo2max_ml_kg_min or 0, abs=0.2)
    assert (measured.high or 0) - (measured.low or 0) < (estimated.high or 0) - (estimated.low or 0)


def test_a_measured_hrmax_narrows_the_interval() -> None:
    tested = msgspec.structs.replace(MAN, hr_max_measured_bpm=183.0)
    sure, unsure = (assess(who, FOUR).estimates["extrapolation"] for who in (tested, MAN))
    assert (sure.high or 0) - (sure.low or 0) < (unsure.high or 0) - (unsure.low or 0)


def test_the_handrail_is_corrected_and_widens_the_interval() -> None:
    held = tuple(msgspec.structs.replace(s, handrail=True) for s in FOUR)
    found = assess(MAN, held)
    assert found.stages[3].vo2_ml_kg_min == pytest.approx(0.694 * 28.78 + 3.33, abs=0.05)
    assert "handrail" in {term.name for term in found.error_budget}


def test_ebbeling_needs_his_own_stages() -> None:
    his = (
        stage(
            0,
            0,
            110,
            5.6,
        ),
        stage(1, 5, 130, 5.6),
    )
    assert assess(MAN, his).estimates["ebbeling"].status == "ok"
    assert why(assess(MAN, FOUR).estimates["ebbeling"]) == "stages_not_ebbeling"
    old = msgspec.structs.replace(MAN, age_years=63)
    assert why(assess(old, his).estimates["ebbeling"]) == "age_outside"


def test_training_gives_a_setting_whose_cost_is_at_the_target_pulse() -> None:
    found = assess(MAN, FOUR)
    training, line = found.training, found.line
    assert training is not None
    assert line is not None
    metres = training.speed_kmh * 1000 / 60
    horizontal, uphill = (0.2, 0.9) if training.gait is Gait.RUN else (0.1, 1.8)
    vo2 = 3.5 + metres * (horizontal + uphill * training.incline_pct / 100)
    assert line.intercept_bpm + line.slope_bpm_per_ml * vo2 == pytest.approx(training.hr_target_bpm, abs=3)
    assert training.incline_pct >= 5


def test_borgs_scale_gives_a_cross_check_of_hrmax() -> None:
    answered = tuple(msgspec.structs.replace(s, rpe=9 + 2 * n) for n, s in enumerate(FOUR))
    check = assess(MAN, answered).hr_max.rpe_check_bpm
    assert check == pytest.approx(167.9, abs=0.5)
    assert assess(MAN, answered[:2]).hr_max.rpe_check_bpm is None


rising = st.lists(st.floats(8, 14), min_size=3, max_size=3).map(lambda steps: [112 + sum(steps[:n]) for n in range(4)])


@settings(max_examples=60, deadline=None)
@given(rising, st.floats(1, 8))
def test_a_higher_pulse_at_the_same_load_is_a_lower_vo2max(pulses: list[float], more: float) -> None:
    one = assess(MAN, [stage(n, 4 * n, hr) for n, hr in enumerate(pulses)], hr_fraction_of_max=1.0)
    other = assess(MAN, [stage(n, 4 * n, hr + more) for n, hr in enumerate(pulses)], hr_fraction_of_max=1.0)
    for method in ("extrapolation", "combined"):
        assert (other.estimates[method].vo2max_ml_kg_min or 0) < (one.estimates[method].vo2max_ml_kg_min or 0)


@settings(max_examples=40, deadline=None)
@given(st.permutations(FOUR))
def test_the_order_of_stages_does_not_matter(stages: list[StageObservation]) -> None:
    found = assess(MAN, stages).estimates["extrapolation"].vo2max_ml_kg_min
    assert found == pytest.approx(assess(MAN, FOUR).estimates["extrapolation"].vo2max_ml_kg_min or 0)


KNOWN: list[dict[str, object]] = [
    {},
    {"beta_blocker": True},
    {"irregular_rhythm": True},
    {"hr_max_measured_bpm": 171.0},
    {"hr_max_intervals_bpm": 168.0, "hr_max_intervals_all_out": True},
    {"hr_max_from_rpe": True},
    {"waist_cm": 98.0, "resting_hr_bpm": 64.0, "activity_index": 2.5},
]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(list(Sex)),
    st.floats(10, 100),
    st.floats(25, 300),
    st.lists(
        st.tuples(
            st.floats(0, 25),
            st.floats(0, 25),
            st.one_of(st.none(), st.floats(30, 240)),
            st.one_of(st.none(), st.integers(6, 20)),
        ),
        max_size=12,
    ),
    st.sampled_from(KNOWN),
)
def test_whatever_was_walked_no_number_is_nan_and_every_interval_holds_its_value(
    sex: Sex,
    age: float,
    weight: float,
    rows: list[tuple[float, float, float | None, int | None]],
    known: dict[str, object],
) -> None:
    stages = [stage(n, incline, hr, speed, rpe=rpe) for n, (speed, incline, hr, rpe) in enumerate(rows)]
    found = assess(Subject(sex=sex, age_years=age, weight_kg=weight, height_cm=170, **known), stages)  # type: ignore[arg-type]
    for estimate in found.estimates.values():
        if estimate.vo2max_ml_kg_min is None:
            assert estimate.why is not None
            continue
        low, high = estimate.low, estimate.high
        assert low is not None
        assert high is not None
        likely_low, likely_high = estimate.likely_low, estimate.likely_high
        assert likely_low is not None
        assert likely_high is not None
        assert all(math.isfinite(value) for value in (low, estimate.vo2max_ml_kg_min, high))
        assert low < likely_low < estimate.vo2max_ml_kg_min < likely_high < high
        assert low > 3.5
    for method in ("extrapolation", "combined", "rpe"):
        one = found.estimates[method]
        if one.low is not None and one.high is not None:
            assert one.low > 8.0
            assert one.high < 102.0  # nobody was ever measured above 97


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0, 20), min_size=2, max_size=8, unique=True).filter(lambda loads: max(loads) - min(loads) > 1.5),
    st.floats(80, 190),
    st.floats(0, 12),
    st.sampled_from(KNOWN),
)
def test_no_number_from_a_pulse_that_falls_with_the_load(
    inclines: list[float], first: float, less: float, known: dict[str, object]
) -> None:
    if "irregular_rhythm" in known:
        return
    stages = [stage(n, incline, max(40.0, first - less * n)) for n, incline in enumerate(sorted(inclines))]
    found = assess(msgspec.structs.replace(MAN, **known), stages)
    assert found.estimates["combined"].vo2max_ml_kg_min is None
    assert found.estimates["extrapolation"].vo2max_ml_kg_min is None


# --- change ---


def test_a_lower_pulse_at_equal_load_three_months_later_is_told() -> None:
    _, found = follow_up()
    assert found.change is not None
    assert found.change.pulse_at_equal_load_bpm == pytest.approx(-7, abs=0.1)
    assert found.change.change_ml_kg_min > 0
    assert found.change.not_comparable == ()
    assert {cause.code for cause in found.change.notes} == {"first_test_reads_high"}


def test_what_differs_between_two_tests_is_listed() -> None:
    first, found = sample()
    subject = msgspec.structs.replace(first.subject, weight_kg=98.0)
    later = msgspec.structs.replace(first, heart_rate="ble:strap", subject=subject)
    change = assess_run(later, [EarlierTest("a", first, found)]).change
    assert change is not None
    assert {cause.code for cause in change.not_comparable} == {"differs_heart_rate", "differs_weight"}


# --- observing a run ---


def test_a_stage_is_read_from_its_last_minute() -> None:
    run, _ = sample()
    span = run.stages[0]
    assert span.ended_s is not None
    window = [s.bpm for s in run.heart if span.ended_s - 60 < s.t_s <= span.ended_s and s.bpm is not None]
    assert observe(run)[0].hr_bpm == pytest.approx(sum(window) / len(window))


def test_missing_seconds_lower_the_coverage_and_are_not_filled() -> None:
    run, _ = sample()
    end_s = run.stages[1].ended_s or 0
    gap = tuple(msgspec.structs.replace(s, bpm=None) if end_s - 20 < s.t_s <= end_s else s for s in run.heart)
    seen = observe(msgspec.structs.replace(run, heart=gap))[1]
    assert seen.hr_coverage == pytest.approx(40 / 60, abs=0.02)
    found = assess_run(msgspec.structs.replace(run, heart=gap))
    assert found.stages[1].excluded_because is not None
    assert found.stages[1].excluded_because.code == "coverage"


def test_a_pulse_that_still_rises_is_not_steady() -> None:
    run, _ = sample()
    span = run.stages[1]
    rising = tuple(
        msgspec.structs.replace(s, bpm=110 + int((s.t_s - span.began_s) / 8))
        if span.began_s < s.t_s <= (span.ended_s or 0)
        else s
        for s in run.heart
    )
    assert observe(msgspec.structs.replace(run, heart=rising))[1].steady is False

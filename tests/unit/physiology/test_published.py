"""Published tables and equations, to the last digit their source prints."""

import itertools

import msgspec
import numpy as np
import pytest

from teststation.cause import Cause
from teststation.errors import OutOfRange
from teststation.physiology.ebbeling import ebbeling_vo2max
from teststation.physiology.extrapolation import FittedLine
from teststation.physiology.hrmax import (
    BestPeak,
    SessionPeak,
    best_of_days_bpm,
    best_peak,
    brawner2004_bpm,
    by_age_bpm,
    hr_max,
    nes2013_bpm,
    with_session,
)
from teststation.physiology.hunt_submaximal import hunt_submaximal_men_vo2max
from teststation.physiology.jog import george_vo2max, vehrs_vo2max
from teststation.physiology.metabolic import (
    running_vo2_ml_kg_min,
    vo2_ml_kg_min,
    walking_vo2_ml_kg_min,
    with_handrail_ml_kg_min,
)
from teststation.physiology.non_exercise import friend2018_vo2max, nes2011_vo2max
from teststation.physiology.posterior import Heart, Pulses
from teststation.physiology.reference import compare, compare_friend, fitness_age, friend2022, hunt3
from teststation.physiology.result import Estimate, FitnessAge, Load, StageObservation
from teststation.physiology.zones import ZONES
from teststation.subject import Gait, Sex, Subject
from teststation.units import kmh_from_mph


@pytest.mark.parametrize(("incline_pct", "vo2"), [(0, 11.5), (4, 17.3), (8, 23.0), (12, 28.8)])
def test_the_thirteen_minute_tests_loads_cost_what_acsm_says(incline_pct: float, vo2: float) -> None:
    assert round(walking_vo2_ml_kg_min(4.8, incline_pct), 1) == vo2


def test_running_costs_twice_the_walk_horizontally_and_half_uphill() -> None:
    assert running_vo2_ml_kg_min(9.6, 5) == pytest.approx(3.5 + 0.2 * 160 + 0.9 * 160 * 0.05)


def test_between_walk_and_run_gait_decides() -> None:
    assert vo2_ml_kg_min(7.0, 0, Gait.RUN) > vo2_ml_kg_min(7.0, 0, Gait.WALK)


@pytest.mark.parametrize(("speed_kmh", "incline_pct"), [(2.0, 0), (4.8, 26), (4.8, -1), (30, 0)])
def test_outside_the_equations_nothing_is_clipped(speed_kmh: float, incline_pct: float) -> None:
    with pytest.raises(OutOfRange):
        walking_vo2_ml_kg_min(speed_kmh, incline_pct)


def test_the_handrail_takes_roughly_a_quarter_off_a_walk() -> None:
    assert with_handrail_ml_kg_min(28.8) == pytest.approx(0.694 * 28.8 + 3.33)


def test_hrmax_is_the_clinics_own_formula() -> None:
    assert nes2013_bpm(50) == 179.0
    assert brawner2004_bpm(50) == 129.0


def test_hrmax_takes_the_best_source_at_hand() -> None:
    person = Subject(sex=Sex.MALE, age_years=50, weight_kg=80)
    assert hr_max(person).source == "nes2013"
    assert hr_max(person).see_bpm == 10.8
    blocked = Subject(sex=Sex.MALE, age_years=50, weight_kg=80, beta_blocker=True)
    assert hr_max(blocked).source == "brawner2004"
    tested = Subject(sex=Sex.MALE, age_years=50, weight_kg=80, hr_max_measured_bpm=188)
    assert (hr_max(tested).bpm, hr_max(tested).source) == (188, "measured")


def given(value: float, half: float = 5.0) -> Estimate:
    return Estimate(
        "ok", None, value, value - half, value + half, likely_low=value - half / 3, likely_high=value + half / 3
    )


def age_at(sex: Sex, value: float, half: float) -> FitnessAge:
    found = fitness_age(sex, given(value, half))
    assert isinstance(found, FitnessAge)
    return found


def stage_at(hr_bpm: float, rpe: int | None = None) -> StageObservation:
    return StageObservation(index=0, name="1", planned=None, actual=Load(240.0, 4.8, 0.0), hr_bpm=hr_bpm, rpe=rpe)


def test_hrmax_from_borg_where_the_clinic_wants_it_and_the_answers_allow_it() -> None:
    person = Subject(sex=Sex.MALE, age_years=50, weight_kg=80, hr_max_from_rpe=True)
    answered = [stage_at(bpm, rpe) for bpm, rpe in ((110, 9), (125, 11), (140, 13))]
    found = hr_max(person, answered)
    assert (round(found.bpm, 1), found.source) == (177.5, "rpe")  # 7.5 bpm a step, read at 18
    assert found.see_bpm > 10  # it is hardly surer than the age formula
    too_few = hr_max(person, answered[:2])
    assert (too_few.source, too_few.question and too_few.question.code) == ("nes2013", "rpe_cannot_tell_hr_max")


def test_the_page_names_the_clinics_formula_and_the_estimate_reckons_with_the_mean_of_four() -> None:
    found = hr_max(Subject(sex=Sex.MALE, age_years=40, weight_kg=80))
    assert (found.bpm, found.source, found.see_bpm) == (pytest.approx(185.4), "nes2013", 10.8)
    # Nes 185.4, Tanaka 180, Gellish 180.1, Arena 180.5
    assert found.reckoned_bpm == pytest.approx((185.4 + 180.0 + 180.1 + 180.5) / 4, abs=0.01)
    assert (found.reckoned_sd_bpm, found.reckoned_source) == (11.1, "age")


def test_a_session_all_out_is_evidence_and_a_lower_bound() -> None:
    by_age = (by_age_bpm(44), 11.1)
    for peak in (150.0, 168.0, 180.0, 200.0):
        bpm, sd = with_session(by_age, peak, all_out=True)
        assert peak < bpm < max(peak + 8, by_age[0])
        assert 1.5 < sd < 6
    person = Subject(
        sex=Sex.MALE, age_years=44, weight_kg=80, hr_max_intervals_bpm=168.0, hr_max_intervals_all_out=True
    )
    found = hr_max(person)
    assert (found.source, found.reckoned_source) == ("intervals", "intervals")
    assert found.bpm == found.reckoned_bpm == pytest.approx(with_session(by_age, 168.0, all_out=True)[0])


def test_an_ordinary_session_below_its_target_does_not_pull_the_maximum_down_with_it() -> None:
    by_age = (by_age_bpm(44), 11.1)
    easy, target = (with_session(by_age, peak, all_out=False) for peak in (130.0, 0.95 * 170.0))
    assert easy[0] > 170
    assert easy[1] > 9
    assert target[0] == pytest.approx(176, abs=2.5)
    assert target[1] < 9


def test_a_measured_maximum_goes_before_a_session_and_a_session_far_above_age_is_a_question() -> None:
    person = Subject(sex=Sex.MALE, age_years=50, weight_kg=80, hr_max_intervals_bpm=205.0)
    question = hr_max(person).question
    assert question is not None
    assert question.code == "interval_peak_high"
    tested = msgspec.structs.replace(person, hr_max_measured_bpm=188.0)
    assert hr_max(tested).source == "measured"


def test_the_session_that_counts_is_the_highest_peak_of_three_months() -> None:
    day = "2026-04-02"
    sessions = [
        SessionPeak("2025-12-01", 190.0),
        SessionPeak("2026-01-10", 171.0),
        SessionPeak("2026-03-01", 174.0),
        SessionPeak("2026-04-03", 199.0),
    ]
    assert best_peak(sessions, day) == BestPeak(sessions[2], 2)
    assert best_peak(sessions[:1], day) is None


def test_the_highest_of_many_sessions_lies_nearer_to_the_maximum() -> None:
    """Expected highest of n standard normals (Harter 1961): 0.56, 1.03, 1.54, 1.87 for 2, 4, 10, 20; a day is 3 bpm."""
    for sessions, highest in ((1, 0.0), (2, 0.564), (4, 1.029), (10, 1.539), (20, 1.867)):
        assert best_of_days_bpm(sessions) == pytest.approx(3.0 * highest, abs=0.1)
    by_age = (by_age_bpm(44), 11.1)
    once, often = (with_session(by_age, 172.0, all_out=False, sessions=sessions) for sessions in (1, 20))
    assert 172.0 < often[0] < once[0] - 1.0
    person = Subject(sex=Sex.MALE, age_years=44, weight_kg=80, hr_max_intervals_bpm=172.0, hr_max_intervals_sessions=20)
    assert hr_max(person).reckoned_bpm == often[0]


def test_no_number_of_sessions_takes_a_maximum_below_its_peak_or_down_with_a_low_one() -> None:
    by_age = (by_age_bpm(44), 11.1)
    for sessions in (1, 24):
        for peak in (115.0, 130.0, 150.0, 172.0, 190.0, 210.0):
            bpm, _ = with_session(by_age, peak, all_out=False, sessions=sessions)
            assert bpm > peak
            assert peak > 140 or bpm > by_age[0] - 8


def test_a_measured_hrmax_goes_before_borg_and_tells_its_date() -> None:
    person = Subject(
        sex=Sex.MALE, age_years=50, weight_kg=80, hr_max_from_rpe=True,
        hr_max_measured_bpm=188, hr_max_measured_on="2026-05-12",
    )  # fmt: skip
    found = hr_max(person, [stage_at(bpm, rpe) for bpm, rpe in ((110, 9), (125, 11), (140, 13))])
    assert (found.bpm, found.source, found.measured_on, found.question) == (188, "measured", "2026-05-12", None)


def test_a_pulse_above_the_assumed_maximum_is_a_question() -> None:
    person = Subject(sex=Sex.MALE, age_years=50, weight_kg=80)
    question = hr_max(person, [stage_at(185)]).question
    assert question is not None
    assert question.values == {"observed": 185, "assumed": 179}


def test_ebbelings_equation() -> None:
    assert ebbeling_vo2max(3.5, 140, 40, True) == pytest.approx(
        15.1 + 21.8 * 3.5 - 0.327 * 140 - 0.263 * 3.5 * 40 + 0.00504 * 140 * 40 + 5.98
    )
    assert ebbeling_vo2max(3.5, 140, 40, True) - ebbeling_vo2max(3.5, 140, 40, False) == pytest.approx(5.98)


def test_the_jog_equations() -> None:
    # George 1993: 54.07 + 7.062·male − 0.1938·kg + 4.47·mph − 0.1453·HR
    assert george_vo2max(6.0, 150, 70, True) == pytest.approx(54.07 + 7.062 - 13.566 + 26.82 - 21.795)
    # Vehrs 2007: 58.687 + 7.520·male + 4.334·mph − 0.211·kg − 0.148·HR − 0.107·age
    assert vehrs_vo2max(6.0, 150, 70, 30, False) == pytest.approx(58.687 + 26.004 - 14.77 - 22.2 - 3.21)


def test_hunts_submaximal_equation_for_men() -> None:
    found = hunt_submaximal_men_vo2max(6.0, 4.0, 130, 80, 40)
    assert found == pytest.approx(35.25 + 5.104 + 38.412 - 15.68 - 27.65 * 130 / (215.336 - 29.2))


@pytest.mark.parametrize(
    ("speed_mph", "incline_pct", "gait", "vo2"),
    [
        (2.5, 3, Gait.WALK, 13.8),  # jjarmstrong.com, "Metabolic equations: treadmill energy expenditure"
        (4.57, 0, Gait.RUN, 28.0),  # studylib.net 8947834: 8 METs on the level are 4.57 mph
        (75 / 26.8, 10, Gait.WALK, 24.5),  # siue.edu/~ncoving, "ACSM practice problems", key 1: 7 METs at 75 m/min
    ],
)
def test_worked_examples_of_acsms_equations(speed_mph: float, incline_pct: float, gait: Gait, vo2: float) -> None:
    assert round(vo2_ml_kg_min(kmh_from_mph(speed_mph), incline_pct, gait), 1) == vo2


@pytest.mark.parametrize(
    ("speed_mph", "incline_pct", "vo2"),
    [
        (2.1, 0.5, 9.6), (2.1, 4.5, 13.6), (2.3, 2.0, 11.9), (2.3, 6.5, 16.9), (2.7, 3.0, 14.6), (2.7, 7.5, 20.6),
        (3.1, 4.0, 17.8), (3.1, 8.5, 24.4), (3.7, 4.0, 20.6), (3.7, 8.0, 27.8),
    ],
)  # fmt: skip
def test_the_stages_of_nhanes_cost_what_its_manual_prints(speed_mph: float, incline_pct: float, vo2: float) -> None:
    """NHANES Cardiovascular Fitness Procedures Manual, appendix H, protocols 1 to 5; it rounds some its own way."""
    assert walking_vo2_ml_kg_min(kmh_from_mph(speed_mph), incline_pct) == pytest.approx(vo2, abs=0.15)


def test_the_worked_example_of_nhanes_is_read_at_hrmax() -> None:
    """The same manual, appendix G: a man of 40, 23.3 and 31.4 mL/kg/min at 120 and 140 bpm, HRmax 180: 47.6."""
    stages = Pulses(np.array([23.3, 31.4]), np.array([120.0, 140.0]), np.zeros(2), np.zeros(2), np.ones(2))
    line = FittedLine(stages, Heart((180.0, 10.8), (75.0, 15.0)))
    assert round(line.slope, 3) == 2.469
    assert round(line.intercept, 1) == 62.5
    assert round((180 - line.intercept) / line.slope, 1) == 47.6


def test_non_exercise_equations() -> None:
    assert nes2011_vo2max(Sex.MALE, 40, 94, 60, 10) == pytest.approx(100.27 - 11.84 - 34.686 - 9.3 + 2.26)
    assert nes2011_vo2max(Sex.FEMALE, 40, 84, 60, 10) == pytest.approx(74.74 - 9.88 - 21.756 - 6.84 + 1.98)
    assert friend2018_vo2max(Sex.MALE, 40, 81.65, 177.8) == pytest.approx(45.2 - 14 - 10.9 - 27 + 47.6 - 0.46, abs=0.01)


@pytest.mark.parametrize(
    ("sex", "means"),
    [(Sex.MALE, (54.4, 49.1, 47.2, 42.6, 39.2, 35.3)), (Sex.FEMALE, (43.0, 40.0, 38.4, 34.4, 31.1, 28.3))],
)
def test_hunt_3_by_decade(sex: Sex, means: tuple[float, ...]) -> None:
    for age, mean in zip((25, 35, 45, 55, 65, 75), means, strict=True):
        assert hunt3(sex).expected(age) == pytest.approx(mean)
        assert hunt3(sex).age_of(mean) == pytest.approx(age)
        assert age_at(sex, mean, 3.0).years == pytest.approx(age)


def test_friend_2022_by_decade_and_without_a_percentile() -> None:
    for sex, medians in (
        (Sex.MALE, (45.4, 38.6, 34.8, 29.4, 24.4, 20.6, 17.7)),
        (Sex.FEMALE, (35.6, 28.3, 25.9, 23.1, 19.4, 17.1, 15.1)),
    ):
        for age, median in zip(range(25, 86, 10), medians, strict=True):
            assert friend2022(sex).expected(age) == pytest.approx(median)
            found = compare_friend(sex, age, given(median), lambda _: 0.5)
            assert found is not None
            assert found.percent_of_expected == pytest.approx(100)
            assert found.percentile is None


def test_the_mean_person_is_at_the_middle() -> None:
    found = compare(Sex.MALE, 55, given(42.6), lambda _: 0.5)
    assert found is not None
    assert found.percentile is not None
    assert (round(found.percentile), round(found.percent_of_expected)) == (50, 100)
    assert (found.percent_likely_low or 0) < 100 < (found.percent_likely_high or 0)
    assert found.probability_below == 0.5


def test_the_straight_line_check_of_fitness_age() -> None:
    for age in range(25, 76, 10):
        assert hunt3(Sex.MALE).expected(age) == pytest.approx(63.18 - 0.371 * age, abs=1.2)
        assert hunt3(Sex.FEMALE).expected(age) == pytest.approx(50.75 - 0.298 * age, abs=1.2)


def test_fitness_age_is_capped_and_says_so() -> None:
    assert age_at(Sex.MALE, 70, 10).capped == "young"
    assert age_at(Sex.MALE, 20, 5).capped == "old"
    found = age_at(Sex.MALE, 44, 6)
    assert found.capped == "none"
    assert 20 <= found.low < found.years < found.high <= 80


def test_fitness_age_has_its_central_half_in_fives() -> None:
    found = age_at(Sex.MALE, 44, 6)
    assert found.likely_low is not None
    assert found.likely_high is not None
    assert found.likely_low % 5 == found.likely_high % 5 == 0
    assert found.low < found.likely_low < found.years < found.likely_high < found.high


def test_a_range_wider_than_forty_years_is_no_fitness_age() -> None:
    found = fitness_age(Sex.MALE, given(44, 11))
    assert isinstance(found, Cause)
    assert found.code == "fitness_age_too_wide"
    assert int(found.values["years"]) > 40


def test_zones_meet_without_gaps() -> None:
    for lower, upper in itertools.pairwise(ZONES):
        assert lower.hr_share_high == upper.hr_share_low
        assert lower.borg_high + 1 == upper.borg_low

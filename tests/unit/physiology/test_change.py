"""Is the change real? Two tests of one person under one HRmax."""

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sample_tests import follow_up, sample
from teststation.physiology.assess import EarlierTest, assess_run, common_hr_max
from teststation.physiology.change import POSSIBLE, REAL, wording
from teststation.physiology.posterior import Heart
from teststation.physiology.prior import Prior
from teststation.physiology.reference import fitness_age_change
from teststation.physiology.repeat import Together, Visit, see_together
from teststation.physiology.result import Change
from teststation.physiology.trend import fit_trend
from teststation.run.record import RunRecord
from teststation.subject import Sex

PRIOR = Prior((45.0, 36.0), 0.25)
LOADS = np.array([11.5, 17.3, 23.0, 28.8])


def visit(vo2max: float, day_bpm: float = 0.0, loads: np.ndarray = LOADS) -> Visit:
    hr = 80 + 100 * (loads - 3.5) / (vo2max - 3.5) + day_bpm
    return Visit(loads, np.full(len(loads), 0.08), hr, np.full(len(loads), 120.0), tuple(loads.tolist()))


def together(*visits: Visit, hr_max_sd_bpm: float = 10.8, days_apart: float = 7.0) -> Together:
    found = see_together(visits, Heart((180.0, hr_max_sd_bpm), (75.0, 15.0)), PRIOR, days_apart=days_apart)
    assert found is not None
    return found


def compared(now: RunRecord, before: RunRecord) -> Change:
    change = assess_run(now, [EarlierTest("before", before, assess_run(before))]).change
    assert change is not None
    return change


@given(
    size=st.floats(-12.0, 12.0), error=st.floats(0.3, 4.0), decimals=st.sampled_from([1, 2]),
)  # fmt: skip
@example(size=3.22, error=3.24 / POSSIBLE, decimals=1)
@example(size=-5.21, error=5.22 / REAL, decimals=1)
@example(size=5.22, error=5.19 / REAL, decimals=1)
def test_who_compares_the_figures_as_they_are_told_comes_to_the_verdict(
    size: float, error: float, decimals: int
) -> None:
    change = Change(
        "a", "2026-01-02T10:00:00+01:00", size, error / 2**0.5, size - REAL * error, size + REAL * error,
        wording(abs(size) / error), possible_from_ml_kg_min=POSSIBLE * error, real_from_ml_kg_min=REAL * error,
    )  # fmt: skip
    told = change.told(decimals)
    assert told.possible_from is not None
    assert told.real_from is not None
    by_eye = "real" if abs(told.size) >= told.real_from else "possible" if abs(told.size) >= told.possible_from else ""
    assert (by_eye or "within_error") == change.wording
    assert change.wording != "real" or told.low > 0 or told.high < 0
    off = (
        told.size - size,
        told.low - change.low,
        told.possible_from - POSSIBLE * error,
        told.real_from - REAL * error,
    )
    assert max(abs(one) for one in off) <= 10.0**-decimals + 1e-9, "no figure is further off than its last digit"


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        (0.0, "within_error"),
        (POSSIBLE - 0.01, "within_error"),
        (POSSIBLE, "possible"),
        (REAL, "possible"),
        (REAL + 0.01, "real"),
    ],
)
def test_the_three_wordings(errors: float, words: str) -> None:
    assert wording(errors) == words


def test_the_thresholds_are_those_of_eighty_and_ninety_five_in_a_hundred_unchanged_people() -> None:
    assert pytest.approx((1.2816, 1.96), abs=1e-4) == (POSSIBLE, REAL)


def test_a_change_is_found_and_its_error_is_far_smaller_than_that_of_either_test() -> None:
    found = together(visit(36.0), visit(42.0))
    difference = found.difference(1)
    assert difference.ml_kg_min == pytest.approx(6.0, abs=1.0)
    each = float(found.log_covariance[0, 0] ** 0.5)
    assert difference.log_error < each / 1.8
    assert difference.probability_of_rise > 0.95


def test_the_error_of_hrmax_cancels_in_the_difference() -> None:
    sure, unsure = (together(visit(36.0), visit(36.0), hr_max_sd_bpm=sd).difference(1).log_error for sd in (3.0, 18.0))
    assert unsure == pytest.approx(sure, rel=0.15)


@pytest.mark.parametrize(("days", "error"), [(7.0, 1.45), (90.0, 1.75)])
def test_two_ordinary_tests_have_about_the_typical_error_of_a_retest_study(days: float, error: float) -> None:
    """1.9 mL/kg/min in seven people (limits of agreement ± 5.2); ``repeat`` says these two figures."""
    found = together(visit(40.0), visit(40.0), days_apart=days).difference(1)
    assert found.smallest(1.0) / 2**0.5 == pytest.approx(error, abs=0.05)


def test_two_tests_of_a_fortnight_make_a_change_easier_to_see() -> None:
    one = together(visit(40.0), visit(46.0), days_apart=90.0).difference(1)
    two = together(visit(40.0), visit(40.0), visit(46.0), days_apart=90.0).difference(2)
    assert two.ml_kg_min == pytest.approx(one.ml_kg_min, abs=0.5)
    assert two.log_error < 0.93 * one.log_error


def test_other_loads_make_a_change_harder_to_see() -> None:
    """At equal loads a bend in the person's line cancels; at other loads it does not."""
    same = together(visit(36.0), visit(36.0)).difference(1)
    other = together(visit(36.0), visit(36.0, loads=LOADS + 2.0)).difference(1)
    assert other.log_error > 1.2 * same.log_error


@settings(max_examples=40, deadline=None)
@given(st.floats(18, 60), st.floats(-8, 8), st.floats(-4, 4))
def test_the_interval_of_a_change_holds_zero_just_where_it_is_not_called_real(
    vo2max: float, gained: float, day_bpm: float
) -> None:
    loads = np.linspace(0.3, 0.7, 4) * vo2max
    found = see_together(
        [visit(vo2max, loads=loads), visit(max(16.0, vo2max + gained), day_bpm, loads)],
        Heart((180.0, 10.8), (75.0, 15.0)),
        PRIOR,
    )
    if found is None:
        return
    difference = found.difference(1)
    low, high = difference.interval(REAL)
    assert low <= difference.ml_kg_min <= high
    assert (low > 0 or high < 0) == (wording(difference.size_in_errors) == "real")
    assert (difference.probability_of_rise > 0.5) == (difference.ml_kg_min > 0)


def test_the_same_test_twice_is_no_change() -> None:
    run, _ = sample()
    found = compared(msgspec.structs.replace(run, id="again"), run)
    assert found.change_ml_kg_min == pytest.approx(0, abs=0.05)
    assert found.wording == "within_error"
    assert found.real_from_ml_kg_min is not None
    assert found.possible_from_ml_kg_min is not None
    assert 1.5 < found.possible_from_ml_kg_min < found.real_from_ml_kg_min < 7


def test_a_pulse_lower_by_as_much_as_the_load_is_higher_is_a_real_change() -> None:
    """A fitter heart saves more beats the harder the work; a good day saves the same at every load."""
    run, _ = sample()

    def with_pulse(less: float, share: float) -> RunRecord:
        heart = tuple(
            msgspec.structs.replace(s, bpm=None if s.bpm is None else round(s.bpm - less - share * (s.bpm - 85)))
            for s in run.heart
        )
        return msgspec.structs.replace(run, id="later", heart=heart)

    fitter, lucky = compared(with_pulse(0.0, 0.13), run), compared(with_pulse(3.0, 0.0), run)
    assert fitter.wording == "real"
    assert fitter.low > 0
    assert lucky.wording == "within_error"


def test_a_stage_that_the_limit_cut_short_still_counts_for_the_change() -> None:
    """After the same seconds at the same load the pulse of both tests can be compared, steady or not."""
    run, _ = sample()
    later, _ = follow_up()
    last = run.stages[-1]
    cut = msgspec.structs.replace(last, ended_s=last.began_s + 80.0)
    short = msgspec.structs.replace(run, stages=(*run.stages[:-1], cut), stages_ended_s=cut.ended_s)
    without = msgspec.structs.replace(short, stages=run.stages[:-1], stages_ended_s=last.began_s)
    with_it, less = compared(later, short), compared(later, without)
    assert (with_it.real_from_ml_kg_min or 0) < (less.real_from_ml_kg_min or 0)


def test_a_measured_hrmax_of_either_test_holds_for_both() -> None:
    run, _ = sample()
    tested = msgspec.structs.replace(run.subject, hr_max_measured_bpm=190.0)
    assert common_hr_max(run.subject, (), [tested]).bpm == 190.0
    assert common_hr_max(tested, (), [run.subject]).bpm == 190.0
    assert common_hr_max(run.subject, (), [run.subject]).source == "nes2013"


def test_time_of_day_and_treadmill_are_among_what_may_differ() -> None:
    run, _ = sample()
    evening = msgspec.structs.replace(run, started_at="2026-04-02T19:30:00+02:00", treadmill="woodway:COM4")
    assert {cause.code for cause in compared(evening, run).not_comparable} == {
        "differs_time_of_day",
        "differs_treadmill",
    }
    late, early = (msgspec.structs.replace(run, started_at=f"2026-04-02T{hour}:30:00+02:00") for hour in ("23", "01"))
    assert compared(late, early).not_comparable == ()  # midnight lies between them, not a day


def test_with_a_beta_blocker_at_the_earlier_test_the_change_is_not_told() -> None:
    run, _ = sample()
    blocked = msgspec.structs.replace(run, subject=msgspec.structs.replace(run.subject, beta_blocker=True))
    assert assess_run(run, [EarlierTest("before", blocked, assess_run(blocked))]).change is None


def test_a_change_is_told_in_years_of_fitness_age_with_its_own_range() -> None:
    """Five years of fitness age are about two mL/kg/min in a man (2.7 years for one)."""
    worth = fitness_age_change(Sex.MALE, 45.0, 2.0, -1.0, 5.0)
    assert worth.years == pytest.approx(-4.3, abs=1.0)
    assert worth.low < worth.years < 0 < worth.high
    at_the_end = fitness_age_change(Sex.MALE, 64.0, 3.0, 1.0, 5.0)
    assert (at_the_end.years, at_the_end.low, at_the_end.high) == (0, 0, 0)  # "under 20" both times


def fitter(run: RunRecord, share: float = 0.16, **changed: object) -> RunRecord:
    """The same test a month later with a heart that saves more beats the harder the work."""
    heart = tuple(
        msgspec.structs.replace(s, bpm=None if s.bpm is None else round(s.bpm - share * (s.bpm - 85)))
        for s in run.heart
    )
    new = {"id": "later", "started_at": "2026-02-02T10:00:00+01:00", **changed}
    return msgspec.structs.replace(run, heart=heart, **new)


def test_years_are_told_only_of_a_real_change_and_as_a_range() -> None:
    run, _ = sample()
    real, less = compared(fitter(run), run), compared(fitter(run, 0.04), run)
    assert real.wording == "real"
    assert real.fitness_age is not None
    assert real.fitness_age.low < real.fitness_age.years < 0
    assert less.wording != "real"
    assert less.fitness_age is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"heart_rate": "ble:strap"}, "differs_heart_rate"),
        ({"treadmill": "woodway:COM4"}, "differs_treadmill"),
        ({"subject": "heavier"}, "differs_weight"),
        ({"plan": "other"}, "differs_protocol"),
        ({"stages": "rail"}, "differs_handrail"),
    ],
)
def test_between_tests_that_differ_in_what_moves_a_pulse_no_change_is_called_real(
    changed: dict[str, object], code: str
) -> None:
    run, _ = sample()
    match changed:
        case {"subject": _}:
            changed = {"subject": msgspec.structs.replace(run.subject, weight_kg=run.subject.weight_kg * 1.08)}
        case {"plan": _}:
            changed = {"plan": msgspec.structs.replace(run.plan, sha256="other")}
        case {"stages": _}:
            changed = {"stages": tuple(msgspec.structs.replace(s, handrail=True) for s in run.stages)}
        case _:
            pass
    found = compared(fitter(run, 0.2, **changed), run)
    assert code in {cause.code for cause in found.not_comparable}
    assert found.wording == "not_comparable"
    assert found.fitness_age is None


def test_another_hour_of_the_day_is_told_and_forbids_nothing() -> None:
    run, _ = sample()
    found = compared(fitter(run, 0.2, started_at="2026-02-02T18:00:00+01:00"), run)
    assert {cause.code for cause in found.not_comparable} == {"differs_time_of_day"}
    assert found.wording == "real"


def test_two_first_tests_of_a_fortnight_are_one_baseline() -> None:
    run, found = sample()
    second = msgspec.structs.replace(run, id="second", started_at="2026-01-09T10:00:00+01:00")
    later = fitter(run, started_at="2026-04-02T10:00:00+02:00")
    both = [EarlierTest("first", run, found), EarlierTest("second", second, assess_run(second))]
    change = assess_run(later, both).change
    alone = assess_run(later, both[1:]).change
    assert change is not None
    assert alone is not None
    assert (change.baseline_tests, alone.baseline_tests) == (2, 1)
    assert (change.earlier_test_id, change.notes) == ("second", ())
    assert (change.real_from_ml_kg_min or 99) < (alone.real_from_ml_kg_min or 0)
    far = msgspec.structs.replace(second, started_at="2026-02-09T10:00:00+01:00")
    apart = assess_run(later, [both[0], EarlierTest("second", far, assess_run(far))]).change
    assert apart is not None
    assert apart.baseline_tests == 1


# --- the trend ---


def test_a_steady_gain_is_a_trend_with_its_range() -> None:
    days = [f"2026-{month:02d}-01T10:00:00+01:00" for month in (1, 4, 7, 10)]
    found = fit_trend(days, [30.0, 31.0, 32.0, 33.0], [1.9] * 4)
    assert found is not None
    assert found.per_year == pytest.approx(4.0, abs=0.1)
    assert found.low < found.per_year < found.high
    assert found.band_low[0] < found.line[0] < found.band_high[0]
    middle = len(found.line) // 2
    assert found.band_high[middle] - found.band_low[middle] < found.band_high[0] - found.band_low[0]


def test_two_tests_or_four_in_a_week_are_no_trend() -> None:
    assert fit_trend(["2026-01-01T10:00:00+01:00", "2026-07-01T10:00:00+01:00"], [30.0, 33.0], [1.9, 1.9]) is None
    week = [f"2026-01-0{day}T10:00:00+01:00" for day in (1, 3, 5, 7)]
    assert fit_trend(week, [30.0, 31.0, 32.0, 33.0], [1.9] * 4) is None

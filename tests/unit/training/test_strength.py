"""1RM by its sources, loads that the plates give, and when they go up: never by themselves from nothing said."""

from datetime import date

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.mutants import fails_with
from teststation.errors import BadInput, OutOfRange
from teststation.training import strength as strength_module
from teststation.training.diary import Entry, StrengthSet
from teststation.training.strength import (
    EXERCISES,
    REAL_SHARE,
    Method,
    Next,
    OneRm,
    brzycki_kg,
    change,
    checked,
    epley_kg,
    estimate,
    load_for,
    mayhew_kg,
    propose,
    reynolds_kg,
    wathen_kg,
)

TODAY = date(2026, 10, 1)
RULES = (epley_kg, brzycki_kg, mayhew_kg, wathen_kg)
loads = st.floats(5, 400)
steps = st.sampled_from([1.0, 2.5, 5.0])


def one_rm(**fields: object) -> OneRm:
    return msgspec.structs.replace(OneRm("2026-09-01", "leg_press", Method.TESTED, 100.0), **fields)


def lifted(day: str, kg: float, *repetitions: int, left: int | None = None) -> Entry:
    return Entry(day=day, kind="strength", sets=(StrengthSet("leg_press", kg, repetitions, left),))


def test_the_equations_say_what_their_sources_print() -> None:
    assert epley_kg(100, 5) == pytest.approx(116.67, abs=0.01)
    assert brzycki_kg(100, 5) == pytest.approx(112.5)
    assert mayhew_kg(100, 5) == pytest.approx(119.01, abs=0.01)
    assert wathen_kg(100, 5) == pytest.approx(116.58, abs=0.01)
    assert reynolds_kg(100, "leg_press")[0] == pytest.approx(123.9546)
    assert reynolds_kg(100, "chest_press")[0] == pytest.approx(113.7699)


def test_four_and_five_repetitions_lie_where_the_dose_wants_them() -> None:
    shares = [100 / rule(100, 4) for rule in RULES]
    assert 0.855 < min(shares) < max(shares) < 0.925
    assert all(0.835 < 100 / rule(100, 5) < 0.895 for rule in RULES)


@given(loads, st.integers(1, 9))
@example(57.863019882941664, 1)
def test_one_more_repetition_never_means_a_lower_1rm(kg: float, n: int) -> None:
    for rule in RULES:
        assert rule(kg, n + 1) > rule(kg, n) >= kg


@given(loads, st.integers(1, 10), st.floats(1.01, 2))
def test_1rm_grows_with_the_load_and_nothing_else(kg: float, n: int, times: float) -> None:
    for rule in RULES:
        assert rule(kg * times, n) == pytest.approx(rule(kg, n) * times)


@given(loads, st.sampled_from(list(Method)), st.integers(1, 10), st.sampled_from(["leg_press", "squat"]))
def test_what_is_told_lies_in_its_own_range(kg: float, method: Method, n: int, exercise: str) -> None:
    n = 1 if method is Method.TESTED else n
    found = estimate(one_rm(load_kg=kg, method=method, repetitions=n, exercise=exercise))
    assert found.low < found.kg < found.high
    assert found.doubtful == (method is Method.ESTIMATED and not 3 <= n <= 6)
    if method is Method.ESTIMATED:
        assert all(found.low <= rule(kg, n) <= found.high for rule in RULES)


@pytest.mark.parametrize(("kg", "n"), [(100, 0), (100, 11), (0, 5), (-20, 5), (1001, 5)])
def test_outside_their_range_nothing_is_estimated(kg: float, n: int) -> None:
    for rule in RULES:
        with pytest.raises(OutOfRange):
            rule(kg, n)


def test_one_repetition_is_1rm_itself() -> None:
    assert [epley_kg(80, 1), brzycki_kg(80, 1), mayhew_kg(80, 1), wathen_kg(80, 1)] == [80, 80, 80, 80]


def test_five_on_the_leg_press_are_reynolds() -> None:
    five = one_rm(method=Method.ESTIMATED, repetitions=5)
    assert estimate(five).by == "reynolds"
    assert estimate(msgspec.structs.replace(five, exercise="squat")).by == "epley"
    assert estimate(msgspec.structs.replace(five, repetitions=4)).by == "epley"


def test_failure_needs_a_clinicians_yes_where_pressure_or_heart_say_so() -> None:
    estimated = one_rm(method=Method.ESTIMATED, repetitions=5)
    with pytest.raises(BadInput, match="clinician must have said yes"):
        checked(estimated, TODAY, needs_a_yes=True)
    assert checked(estimated, TODAY, needs_a_yes=False) is estimated
    yes = msgspec.structs.replace(estimated, cleared_by="Dr Lie, 1.9.")
    assert checked(yes, TODAY, needs_a_yes=True) is yes
    tested = one_rm()
    assert checked(tested, TODAY, needs_a_yes=True) is tested


@pytest.mark.parametrize(
    "fields",
    [{"day": "soon"}, {"day": "2027-01-01"}, {"repetitions": 3}, {"exercise": " "}, {"step_kg": 0.0}, {"load_kg": 0.0}],
)
def test_a_1rm_that_cannot_be_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        checked(one_rm(**fields), TODAY, needs_a_yes=False)


# --- loads ---


@given(st.floats(2, 500), steps)
def test_a_load_is_what_the_plates_give_and_never_above_ninety_percent(kg: float, step: float) -> None:
    found = load_for(kg, step)
    if found is None:
        assert 0.9 * kg < step + 1e-6
        return
    assert found.kg / step == pytest.approx(round(found.kg / step))
    assert 0 < found.kg <= 0.9 * kg + 1e-6
    assert found.inside == (found.kg >= 0.85 * kg - 1e-6)
    if not found.inside:
        assert found.kg + step > 0.9 * kg - 1e-6


def test_the_nearest_to_the_middle_is_chosen_and_a_gap_is_told() -> None:
    assert load_for(100, 2.5) == strength_module.Load(87.5, 0.875, inside=True)
    assert load_for(112, 5.0) == strength_module.Load(100.0, 100 / 112, inside=True)
    gap = load_for(33, 5.0)  # 28.05 to 29.7: no plate between
    assert gap is not None
    assert (gap.kg, gap.inside) == (25.0, False)


def test_the_first_load_comes_of_the_1rm() -> None:
    first = propose(one_rm(), [])
    assert first is not None
    assert (first.kg, first.what) == (87.5, Next.FIRST)


@settings(max_examples=40)
@given(loads, st.integers(4, 10), steps, st.sampled_from(EXERCISES))
@example(20.0, 5, 2.5, "leg_press")
def test_no_first_load_is_more_than_the_equations_let_anybody_lift_four_times(
    kg: float, n: int, step: float, exercise: str
) -> None:
    first = propose(one_rm(method=Method.ESTIMATED, load_kg=kg, repetitions=n, exercise=exercise, step_kg=step), [])
    if first is not None:
        four_of_1rm = max(1 / rule(1, 4) for rule in RULES)
        assert first.kg <= max(rule(kg, n) for rule in RULES) * four_of_1rm + 1e-6
        assert first.kg / step == pytest.approx(round(first.kg / step))


@settings(max_examples=40)
@given(st.floats(2, 500), st.floats(0, 100), steps)
def test_a_greater_1rm_never_gives_a_lighter_load(kg: float, more: float, step: float) -> None:
    lighter, heavier = load_for(kg, step), load_for(kg + more, step)
    if lighter is not None:
        assert heavier is not None
        assert heavier.kg >= lighter.kg


@settings(max_examples=40)
@given(loads, st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), max_size=6), steps)
def test_whatever_was_lifted_the_next_load_is_on_plates_and_a_step_away_at_most(
    kg: float, done: list[tuple[int, int]], step: float
) -> None:
    on_bar = max(step, round(kg / step) * step)
    entries = [
        lifted(f"2026-09-{3 + day:02}", on_bar, *(reps,) * 4, left=left) for day, (reps, left) in enumerate(done)
    ]
    found = propose(one_rm(load_kg=kg, step_kg=step), entries)
    if found is None or not entries:
        return
    assert found.kg > 0
    assert found.kg / step == pytest.approx(round(found.kg / step))
    assert on_bar - step - 1e-9 <= found.kg <= on_bar + max(2.5, step) + step / 2 + 1e-9
    assert {Next.UP: found.kg > on_bar, Next.DOWN: found.kg < on_bar, Next.SAME: found.kg == on_bar}[found.what]


def test_mastered_means_four_by_four_and_one_left() -> None:
    def after(*repetitions: int, left: int | None = None) -> Next:
        found = propose(one_rm(), [lifted("2026-09-03", 87.5, *repetitions, left=left)])
        assert found is not None
        return found.what

    assert after(4, 4, 4, 4, left=1) is Next.UP
    assert after(4, 4, 4, 5) is Next.UP
    assert after(4, 4, 4, 4) is Next.SAME  # nobody has said that one was left
    assert after(4, 4, 4, 4, left=0) is Next.SAME
    assert after(4, 4, 4, left=3) is Next.SAME
    assert after(4, 4, 3, 5, left=3) is Next.SAME


def test_two_sessions_short_of_it_take_a_step_off_and_one_does_not() -> None:
    short = [lifted("2026-09-03", 87.5, 4, 4, 3, 2), lifted("2026-09-05", 87.5, 4, 4, 4, 3)]
    assert propose(one_rm(), short[:1]) == strength_module.Proposal(87.5, Next.SAME)
    assert propose(one_rm(), short) == strength_module.Proposal(85.0, Next.DOWN)
    broken = [short[0], lifted("2026-09-04", 87.5, 4, 4, 4, 4), short[1]]
    assert propose(one_rm(), broken) == strength_module.Proposal(87.5, Next.SAME)


def test_what_was_lifted_before_the_1rm_says_nothing_of_it() -> None:
    heavier = propose(one_rm(), [lifted("2026-09-01", 110, 4, 4, 4, 5)])
    assert heavier is not None
    assert (heavier.kg, heavier.what) == (87.5, Next.FIRST), "nobody lifts four times what they lift once"
    found = propose(one_rm(), [lifted("2026-08-20", 60, 4, 4, 4, 5)])
    assert found is not None
    assert found.what is Next.FIRST


@given(st.floats(20, 300), steps, st.sampled_from([2.5, 5.0]))
def test_up_is_up_by_plates_and_by_no_more_than_was_set(kg: float, step: float, increase: float) -> None:
    on_bar = round(kg / step) * step
    one = one_rm(step_kg=step, increase_kg=increase, load_kg=kg)
    found = propose(one, [lifted("2026-09-03", on_bar, 4, 4, 4, 5)])
    assert found is not None
    assert found.kg / step == pytest.approx(round(found.kg / step))
    assert on_bar < found.kg <= on_bar + max(increase, step) + step / 2 + 1e-9


def up_from_a_load_between_the_plates() -> None:
    one = one_rm(step_kg=5.0, increase_kg=2.5)
    assert propose(one, [lifted("2026-09-03", 87.0, 4, 4, 4, 5)]) == strength_module.Proposal(90.0, Next.UP)


def test_a_load_between_the_plates_goes_up_to_one_they_give() -> None:
    up_from_a_load_between_the_plates()


def test_a_change_is_told_of_two_tested_ones_alone() -> None:
    assert round(100 * REAL_SHARE, 1) == 11.6
    before = one_rm()
    assert change(one_rm(load_kg=112.0), before).wording == "above"
    assert change(one_rm(load_kg=111.0), before).wording == "within"
    assert change(one_rm(load_kg=88.0), before).wording == "below"
    assert change(one_rm(load_kg=112.0, method=Method.ESTIMATED, repetitions=4), before).wording == "not_comparable"
    assert change(one_rm(load_kg=150.0, exercise="squat"), before).wording == "not_comparable"


FAULTS = [
    (
        "needs_a_yes and not one.cleared_by.strip()",
        "False",
        test_failure_needs_a_clinicians_yes_where_pressure_or_heart_say_so,
    ),
    ("return is_whole(sets) and left", "return is_whole(sets)", test_mastered_means_four_by_four_and_one_left),
    ("return is_whole(sets) and left", "return left", test_mastered_means_four_by_four_and_one_left),
    ("FAILED_IN_A_ROW = 2", "FAILED_IN_A_ROW = 1", test_two_sessions_short_of_it_take_a_step_off_and_one_does_not),
    (
        "return load_kg if repetitions == 1 else load_kg * (1 + repetitions / 30)",
        "return load_kg * (1 + repetitions / 30)",
        test_one_repetition_is_1rm_itself,
    ),
    (
        "min(kg, epley_kg(one.load_kg, one.repetitions))",
        "kg",
        test_no_first_load_is_more_than_the_equations_let_anybody_lift_four_times,
    ),
    ("return (whole + (n - whole > 0.5 + 1e-9)) * step_kg", "return kg", up_from_a_load_between_the_plates),
    ("else steps[-1]", "else steps[-1] + step_kg", test_the_nearest_to_the_middle_is_chosen_and_a_gap_is_told),
]


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_strength_fails_on_a_planted_fault(old: str, new: str, fact) -> None:
    fails_with(strength_module, old, new, fact)

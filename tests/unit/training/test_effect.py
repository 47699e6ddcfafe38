"""What training came to: everybody in the denominator, nothing called more than it is, and no one to be picked out."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutants import fails_with
from teststation.errors import BadInput
from teststation.physiology.result import Change, FitnessAgeChange
from teststation.training import effect as effect_module
from teststation.training.effect import Effect, Group, Participant, effect_of, group_result


def change(ml: float, wording: str, age: FitnessAgeChange | None = None) -> Change:
    return Change("t1", "2026-08-01T10:00:00+02:00", ml, 2.0, ml - 5, ml + 5, wording, fitness_age=age)


def person(
    ml: float | None = 3.0,
    *,
    completed: bool = True,
    out: str = "",
    wording: str = "within",
    years: float | None = -8.0,
    capped: str = "none",
) -> Participant:
    if ml is None:
        return Participant(Effect(4, 24, None, None, None, "none"), completed, out)
    return Participant(Effect(20, 24, ml, ml - 5, ml + 5, wording, years, -20.0, 2.0, capped), completed, out)


def test_one_persons_effect_is_sessions_beside_a_change_with_its_range() -> None:
    found = effect_of(20, 24, change(6.0, "real", FitnessAgeChange(-15.0, -24.0, -4.0)))
    assert (found.done, found.planned, found.change_ml_kg_min, found.low, found.high) == (20, 24, 6.0, 1.0, 11.0)
    assert (found.wording, found.years, found.years_low, found.years_high) == ("above", -15.0, -24.0, -4.0)
    assert effect_of(20, 24, change(-6.0, "real")).wording == "below"
    assert effect_of(20, 24, change(4.0, "possible")).wording == "within"
    assert effect_of(20, 24, None).wording == "none"


def test_no_years_are_told_of_tests_that_cannot_be_compared() -> None:
    found = effect_of(20, 24, change(6.0, "not_comparable", FitnessAgeChange(-15.0, -24.0, -4.0)))
    assert (found.wording, found.years) == ("not_comparable", None)


def test_everybody_who_started_is_counted_and_who_has_no_second_test_as_unchanged() -> None:
    found = group_result([person(4.0) for _ in range(15)] + [person(None, completed=False, out="leave")] * 5)
    assert (found.started, found.tested_twice, found.completed, found.dropped_out) == (20, 15, 15, 5)
    assert found.because == {"leave": 5}
    assert found.everybody.mean_ml_kg_min == pytest.approx(3.0)
    assert found.completers.mean_ml_kg_min == pytest.approx(4.0)
    assert (found.everybody.people, found.completers.people) == (20, 15)
    assert found.caveats


def test_tests_that_cannot_be_compared_change_nothing() -> None:
    some = [person(4.0) for _ in range(10)] + [person(30.0, wording="not_comparable") for _ in range(6)]
    found = group_result(some)
    assert found.everybody.mean_ml_kg_min == pytest.approx(40 / 16)
    assert found.wordings["not_comparable"] == 6


def test_the_median_of_years_says_of_how_many_and_how_many_at_the_ends() -> None:
    some = [person(years=-float(n), capped="young" if n < 5 else "none") for n in range(10)]
    found = group_result(some).everybody
    assert (found.median_years, found.years_from, found.at_caps) == (-4.5, 10, 5)


def test_few_people_are_nobody() -> None:
    found = group_result([person()] * 4)
    assert (found.started, found.completed, found.sessions_done) == (None, None, None)
    assert found.everybody == found.completers == Group()
    assert set(found.wordings.values()) == {None}


def test_one_who_is_left_over_is_not_told_by_subtraction() -> None:
    found = group_result([person() for _ in range(19)] + [person(None, completed=False, out="ill")])
    assert found.started == 20
    assert (found.completed, found.dropped_out, found.tested_twice) == (None, None, None)
    assert found.because == {"ill": None}
    assert found.completers == Group()
    assert set(found.wordings.values()) == {None}  # they would add up to those tested twice


def test_one_change_among_many_zeros_is_not_told_as_a_mean() -> None:
    found = group_result([person(9.0)] + [person(None, completed=False) for _ in range(19)])
    assert found.everybody == Group()


def test_two_means_do_not_tell_the_one_person_between_them() -> None:
    some = [person(4.0) for _ in range(10)] + [person(12.0, completed=False)]
    some += [person(2.0, completed=False, wording="not_comparable") for _ in range(5)]
    some += [person(None, completed=False) for _ in range(9)]
    found = group_result(some)
    assert found.everybody.mean_ml_kg_min is not None
    assert found.completers == Group()


def test_a_clinic_may_hide_more_and_not_less_than_three() -> None:
    assert group_result([person()] * 9, hidden_below=10).started is None
    with pytest.raises(BadInput, match="at least"):
        group_result([person()] * 9, hidden_below=2)


people = st.lists(
    st.builds(
        person,
        st.none() | st.floats(-10, 15),
        completed=st.booleans(),
        out=st.sampled_from(["", "ill", "leave"]),
        wording=st.sampled_from(["above", "within", "below", "not_comparable"]),
        years=st.none() | st.floats(-30, 10),
    ),
    max_size=40,
)


@settings(max_examples=300)
@given(people, st.integers(3, 8))
def test_no_count_and_no_difference_of_counts_is_of_few(some: list[Participant], below: int) -> None:
    """Sets that lie in one another: whoever subtracts two that are told gets nobody, or enough."""
    found = group_result(some, hidden_below=below)
    cells = (found.completed, found.dropped_out, found.neither)
    for told in (*cells, found.tested_twice, *found.because.values(), *found.wordings.values()):
        assert told is None or told == 0 or told >= below
    for whole, parts in (
        (found.started, cells),
        (found.dropped_out, tuple(found.because.values())),
        (found.tested_twice, tuple(found.wordings.values())),
    ):
        hidden = [part for part in parts if part is None]
        if whole is None:
            assert len(hidden) == len(parts)
        elif parts:
            left = whole - sum(part for part in parts if part is not None)
            assert len(hidden) != 1
            assert left == 0 if not hidden else left >= below
    nested = [found.completers.people, found.completed, found.started]
    for part, whole in combinations([one for one in nested if one is not None], 2):
        assert whole - part == 0 or whole - part >= below
    if found.started is not None and found.tested_twice is not None:
        assert (found.started - found.tested_twice == 0) or (found.started - found.tested_twice >= below)


FAULTS = [
    ("if len(compared) < hide.below:", "if not compared:", test_one_change_among_many_zeros_is_not_told_as_a_mean),
    (
        "for whole in (completed, twice, compared, everybody)",
        "for whole in (completed, twice, everybody)",
        test_two_means_do_not_tell_the_one_person_between_them,
    ),
    (
        "whole_is_told=twice_told is not None",
        "whole_is_told=True",
        test_one_who_is_left_over_is_not_told_by_subtraction,
    ),
    ("or 0 < whole - part < self.below", "", test_one_who_is_left_over_is_not_told_by_subtraction),
    (
        "changes += [0.0] * (people - len(compared))",
        "people = len(compared)",
        test_everybody_who_started_is_counted_and_who_has_no_second_test_as_unchanged,
    ),
    (
        'if wording != "not_comparable" else None',
        "",
        test_no_years_are_told_of_tests_that_cannot_be_compared,
    ),
    ('if wording != "real":', "if False:", test_one_persons_effect_is_sessions_beside_a_change_with_its_range),
]


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_group_results_fail_on_a_planted_fault(old: str, new: str, fact) -> None:
    fails_with(effect_module, old, new, fact)

"""A clinic's results: each figure of how many, checked by hand, and nobody found by what is shown or left out."""

import random
from datetime import date
from statistics import fmean, stdev
from types import ModuleType

import msgspec
import pytest

from tests.mutants import fails_with
from teststation.exchange.group_table import group_csv
from teststation.exchange.tables import SEMICOLON
from teststation.physiology.result import Change, FitnessAgeChange
from teststation.subject import Sex
from teststation.training import clinic_results as module
from teststation.training import effect
from teststation.training.clinic_results import ClinicResults, Member, clinic_results, t_975

TODAY = date(2026, 11, 28)
CHANGE = Change("a", "2026-01-02T10:00:00+01:00", 0.0, 1.0, -2.0, 2.0, "within_error")


def member(
    change: float | None = None, wording: str = "possible", *, sex: Sex = Sex.MALE, age: float = 45, years: float = -5,
    last: str = "2026-10-01", withheld: tuple[str, ...] = (), weeks: int | None = None,
) -> Member:  # fmt: skip
    found = None
    if change is not None:
        found = msgspec.structs.replace(CHANGE, change_ml_kg_min=change, wording=wording)
    worth = None if change is None else FitnessAgeChange(years, years - 2, years + 2)
    return Member(sex, age, 2 if found else 1, date.fromisoformat(last), found, worth, withheld, weeks)


# The worked example: 12 started, 9 tested twice.
NINE = (6.1, 3.0, 9.4, 7.2, 5.0, 11.3, 2.1, 8.0, 5.5)


def test_means_and_their_ranges_are_those_worked_by_hand() -> None:
    """Of nine tested twice 6.40 (4.14 to 8.66), of all twelve 4.80 (2.37 to 7.23): t 2.306 and 2.201."""
    assert t_975(8) == pytest.approx(2.306, abs=0.0005)
    assert t_975(11) == pytest.approx(2.201, abs=0.0005)
    assert t_975(1) == pytest.approx(12.706, abs=0.005)
    # Twelve more beside them, so that neither part gives the other away.
    found = module._mean([member(size) for size in NINE])
    assert found is not None
    assert (found.people, round(found.value, 2), round(found.low, 2), round(found.high, 2)) == (9, 6.4, 4.14, 8.66)
    every = module._mean([*(member(size) for size in NINE), *(member() for _ in range(3))])
    assert every is not None
    assert (every.people, round(every.value, 2), round(every.low, 2), round(every.high, 2)) == (12, 4.8, 2.37, 7.23)


def test_a_clinics_figures_say_of_how_many_they_are() -> None:
    people = [
        *(member(6.0 + n / 10, "real", sex=Sex.FEMALE, years=-16, weeks=8) for n in range(6)),
        *(member(1.0, "within_error", age=63, weeks=2) for _ in range(7)),
        *(member(-6.0, "real", age=30, years=9) for _ in range(5)),
        *(member(last="2026-01-02", withheld=("pulse_does_not_rise",), age=30) for _ in range(8)),
    ]
    found = clinic_results(people, TODAY)
    assert (found.people, found.tests, found.tested_twice, found.dropped_out) == (26, 44, 18, 8)
    assert found.wordings == {"above": 6, "within": 7, "below": 5, "not_comparable": 0}
    sizes = [one.change.change_ml_kg_min for one in people if one.change is not None]
    assert found.mean_of_tested is not None
    assert found.mean_of_tested.value == pytest.approx(fmean(sizes))
    assert found.mean_of_tested.high - found.mean_of_tested.value == pytest.approx(
        2.110 * stdev(sizes) / 18**0.5, rel=0.001
    )
    assert found.mean_of_everybody is not None
    assert found.mean_of_everybody.value == pytest.approx(fmean([*sizes, *[0.0] * 8]))
    assert (found.median_years, found.years_from, found.much_younger) == (-5, 18, 6)
    assert found.withheld == {"pulse_does_not_rise": 8}
    assert (found.median_weeks, found.weeks_from) == (2.0, 13)
    assert {name: some.people for name, some in found.by.items()} == {
        "female": 6, "male": 20, "age_0_39": 13, "age_40_59": 6, "age_60_200": 7,
    }  # fmt: skip


def test_who_is_late_by_three_months_has_not_dropped_out_and_by_more_has() -> None:
    days = ["2026-05-28"] * 6 + ["2026-05-27"] * 6
    assert clinic_results([member(last=day) for day in days], TODAY).dropped_out == 6


def test_under_five_people_nothing_is_told() -> None:
    for count in range(1, 5):
        found = clinic_results([member(9.0)] * count, TODAY)
        assert (found.people, found.tests, found.mean_of_tested, dict(found.by)) == (None, None, None, {})
    assert clinic_results([], TODAY).people == 0


def nobody_is_found(found: ClinicResults) -> None:
    """No count of one to four, shown or left by subtraction; no mean of so few."""
    whole = found.people or 0
    parts = [found.tested_twice, found.dropped_out, *found.withheld.values()]
    for part in parts:
        assert part is None or not (0 < part < 5 or 0 < whole - part < 5), found
    for name in ("at_caps", "much_younger"):
        part, of = getattr(found, name), found.years_from or 0
        assert part is None or not (0 < part < 5 or 0 < of - part < 5), found
    divisions = [
        (list(found.wordings.values()), found.tested_twice or 0),
        ([found.by[name].people for name in ("female", "male")], whole),
        ([found.by[name].people for name in ("age_0_39", "age_40_59", "age_60_200")], whole),
    ]
    for cells, total in divisions:
        shown = [cell for cell in cells if cell is not None]
        assert not any(0 < cell < 5 for cell in shown), found
        if shown and len(shown) < len(cells):
            assert len(cells) - len(shown) > 1, found
            assert total - sum(shown) >= 5, found
    for mean in (found.mean_of_tested, found.mean_of_everybody, *(some.mean for some in found.by.values())):
        assert mean is None or mean.people >= 5, found
    # Means of the parts and of the whole give the mean of what is left.
    for names in (("female", "male"), ("age_0_39", "age_40_59", "age_60_200")):
        some = [found.by[name] for name in names]
        left = [one for one in some if one.mean is None]
        if found.mean_of_tested is not None and len(left) < len(some):
            rest = found.mean_of_tested.people - sum(one.mean.people for one in some if one.mean is not None)
            assert rest == 0 or rest >= 5, found


def some_people(seed: int) -> list[Member]:
    dice = random.Random(seed)
    return [
        member(
            dice.choice((None, dice.gauss(3, 4))),
            dice.choice(("real", "possible", "within_error", "not_comparable")),
            sex=dice.choice((Sex.MALE, Sex.MALE, Sex.MALE, Sex.FEMALE)),
            age=dice.choice((25, 45, 45, 45, 70)),
            years=dice.gauss(-6, 8),
            last=dice.choice(("2026-01-01", "2026-10-01")),
            withheld=dice.choice(((), (), ("nothing_to_go_by",), ("pulse_does_not_rise",))),
            weeks=dice.choice((None, 3, 8)),
        )
        for _ in range(dice.randrange(5, 45))
    ]


def test_nobody_is_found_among_many_clinics() -> None:
    for seed in range(300):
        nobody_is_found(clinic_results(some_people(seed), TODAY))


def test_a_small_group_that_the_rest_would_tell_is_hidden_with_another() -> None:
    people = [*(member(sex=Sex.FEMALE) for _ in range(3)), *(member() for _ in range(20))]
    found = clinic_results(people, TODAY)
    assert [found.by[name].people for name in ("female", "male")] == [None, None]
    text = group_csv(found, SEMICOLON).decode("utf-8-sig")
    assert "female;people;;;;23;yes;2026-11-28" in text
    assert "all;people;23;" in text


@pytest.mark.parametrize(
    ("no", "silent", "told"),
    [(0, 0, (0, 0, 0)), (1, 2, (None, None, None)), (6, 9, (15, 6, 9)), (2, 9, (11, None, None)), (0, 7, (7, 0, 7))],
)
def test_who_is_not_counted_is_told_in_number_and_reason_and_never_one_by_one(
    no: int, silent: int, told: tuple[int | None, ...]
) -> None:
    for counted in ([], [member()] * 3, [member()] * 9):
        found = clinic_results(counted, TODAY, {"said_no": no, "not_asked": silent})
        because = found.not_counted_because
        assert (found.not_counted, because["said_no"], because["not_asked"]) == told
        text = group_csv(found, SEMICOLON).decode("utf-8-sig")
        assert ("all;not_counted_said_no;;;;;yes" in text) is (told[0] is None)


FAULTS = [
    (module, "hide.part(len(twice), len(members))", "len(twice)"),
    (module, "hide.part(sum(_is_gone(one, on) for one in members), len(members))",
     "sum(_is_gone(one, on) for one in members)"),
    (module, "code: hide.part(count, len(members))", "code: count"),
    (module, "people = hide.cells([len(some) for some in groups.values()], whole_is_told=True)",
     "people = [len(some) for some in groups.values()]"),
    (module, "if safe and len(compared[name]) >= hide.below", "if len(compared[name]) >= 2"),
    (module, "at_caps=hide.part(sum(one.capped != \"none\" for one in known), len(known))", "at_caps=1"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "old", "new"), FAULTS)
def test_hiding_fails_on_a_planted_fault(where: ModuleType, old: str, new: str) -> None:
    assert effect.HIDDEN_BELOW == 5
    fails_with(where, old, new, test_nobody_is_found_among_many_clinics)

"""The columns of a result: an end of the table is no age."""

import msgspec
import pytest

from tests.sample_tests import sample
from teststation.physiology.result import FitnessAge
from teststation.records.tests.result_rows import result_row
from teststation.records.tests.stored_copies import _of_result


@pytest.mark.parametrize(
    ("capped", "years", "column"), [("old", 80.0, None), ("young", 20.0, None), ("none", 44.0, 44.0)]
)
def test_a_capped_fitness_age_is_no_number_in_its_column(capped: str, years: float, column: float | None) -> None:
    _, found = sample()
    age = FitnessAge(years=years, low=years, high=years, capped=capped)
    row = result_row("test", 1, msgspec.structs.replace(found, fitness_age=age))
    assert row["fitness_age_years"] == column


def test_rows_of_before_that_hold_the_end_of_the_table_are_no_tampering_and_another_number_is() -> None:
    _, found = sample()
    age = FitnessAge(years=80.0, low=70.0, high=80.0, capped="old")
    row = result_row("test", 1, msgspec.structs.replace(found, fitness_age=age))
    for kept, problems in ((None, 0), (80.0, 0), (61.0, 1)):
        told = list(_of_result("record", {**row, "fitness_age_years": kept}))  # type: ignore[arg-type]
        assert len(told) == problems, told

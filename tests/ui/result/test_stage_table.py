"""The stages' table on the result's screen: no column for what nobody measured."""

import msgspec
import pytest

from tests.sample_tests import sample
from teststation.physiology.assess import assess_run
from teststation.records.database import Record
from teststation.records.people.people import Person
from ui.desktop.result.text import STAGE_COLUMNS
from ui.desktop.window import MainWindow


@pytest.mark.parametrize("pressed", [False, True])
def test_blood_pressure_has_a_column_only_where_it_was_taken(
    window: MainWindow, record: Record, person: Person, pressed: bool
) -> None:
    run, found = sample()
    if pressed:
        first = msgspec.structs.replace(run.stages[0], systolic_mmhg=150, diastolic_mmhg=80)
        run = msgspec.structs.replace(run, stages=(first, *run.stages[1:]))
        found = assess_run(run)
    window.show_result(record.tests.save(person.id, run, found, ()))
    assert window.result.table.isColumnHidden(STAGE_COLUMNS.index("pressure")) is not pressed

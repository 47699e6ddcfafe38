"""The stages' table on the result's screen: no column for what nobody measured."""

from collections.abc import Callable

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from tests.sample_tests import sample
from tests.ui.test_any_screen import FULL
from teststation.physiology.assess import assess_run
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.texts import LANGUAGES
from ui.desktop.i18n import use_language
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_whether_a_stage_was_used_is_read_on_a_small_screen(
    make_window: Callable[..., MainWindow], record: Record, person: Person, language: str, qtbot: QtBot
) -> None:
    use_language(language)
    try:
        window = make_window()
        window.resize(*FULL[1])
        window.show_result(record.tests.save(person.id, *sample(3), ()))
        qtbot.wait(20)
        table, last = window.result.table, len(STAGE_COLUMNS) - 1
        assert table.columnWidth(last) >= max(
            table.sizeHintForColumn(last), table.horizontalHeader().sectionSizeHint(last)
        )
    finally:
        use_language(LANGUAGES[0])

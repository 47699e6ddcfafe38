"""The list of a person's sessions: what each came to, the newest first, and one of them whole."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.unit.records.builders import events_of, session_of
from tests.unit.records.tests.test_sessions import trained
from teststation.cause import Cause
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.records.tests.stored import SessionLine
from teststation.run.record import Outcome
from ui.desktop.intervals.sessions import SessionsSheet, words_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def ground(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    widget.resize(1366, 768)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_each_session_is_a_line_and_one_is_opened(record: Record, person: Person, ground: QWidget) -> None:
    record.sessions.save(person.id, trained("a", "2026-01-05T10:00:00+01:00"), session_of(168.0), events_of(3))
    stopped = msgspec.structs.replace(
        trained("b", "2026-01-12T10:00:00+01:00"), outcome=Outcome.OPERATOR, reason=Cause("stop_chest_pain")
    )
    record.sessions.save(person.id, stopped, session_of(None), events_of(3))
    opened: list[SessionLine] = []
    sheet = SessionsSheet(ground, record.sessions.lines(person.id), opened.append)
    sheet.open()
    items = [
        [item.text() for column in range(8) if (item := sheet.table.item(line, column)) is not None]
        for line in range(sheet.table.rowCount())
    ]
    assert [row[0][:10] for row in items] == ["12.01.2026", "05.01.2026"]
    assert items[1][1:3] == ["4×4 intervall", "1 av 4"]
    assert items[1][4:] == ["168", "2:30 min", "5,0 km/t, 8,0 %", "16"]
    assert items[0][3].startswith("Avsluttet før tiden: ")
    assert items[0][4] == "–", "no believed peak is no number"
    sheet.table.selectRow(1)
    QTest.mouseClick(sheet.open_button, LEFT)
    assert [line.id for line in opened] == ["a"]


def test_a_load_that_was_changed_is_told_from_and_to(record: Record, person: Person) -> None:
    found = session_of()
    second = msgspec.structs.replace(found.bouts[0], number=2, incline_pct=9.0, rpe=None)
    record.sessions.save(
        person.id, trained(), msgspec.structs.replace(found, bouts=(*found.bouts, second)), events_of(3)
    )
    (line,) = record.sessions.lines(person.id)
    assert words_of(line)[6:] == ("5,0 km/t, 8,0 % → 5,0 km/t, 9,0 %", "16/–")


def test_who_has_none_is_told_so(ground: QWidget) -> None:
    sheet = SessionsSheet(ground, [], lambda _: None)
    sheet.open()
    assert sheet.none.text() == "Ingen økter er gått her ennå."
    assert not sheet.open_button.isEnabled()
    assert sheet.table.isHidden()

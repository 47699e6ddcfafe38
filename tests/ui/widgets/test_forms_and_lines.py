"""Names beside fields, sentences in tables, and lines that scroll."""

import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.desktop.theme.style import style_sheet
from ui.desktop.widgets.base import column, label
from ui.desktop.widgets.fields import FieldName, form
from ui.desktop.widgets.scrolled import LEAST_PX, Scrolled
from ui.desktop.widgets.stepper import Stepper
from ui.desktop.widgets.table import fill_wrapped, reading_table

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_the_name_beside_a_field_stands_at_its_middle(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.setStyleSheet(style_sheet(1.0, "DejaVu Sans"))
    field = Stepper("Systolisk", 60, 300, None, step=2, unit="mmHg")
    holder.setLayout(form(("Systolisk", field)))
    holder.resize(800, 200)
    holder.show()
    (name,) = holder.findChildren(FieldName)
    assert abs(name.geometry().center().y() - field.geometry().center().y()) <= 1


def test_a_sentence_goes_across_the_table_and_the_next_rows_do_not(qtbot: QtBot) -> None:
    table = reading_table("Trinnene", ["Trinn", "Puls", "Brukt"], 2, wrapped=True)
    qtbot.addWidget(table)
    fill_wrapped(table, [("1", "116", "ja"), ("Trinn 1 er brukt, men pulsen var ikke stabil.",), ("2", "139", "nei")])
    assert [table.columnSpan(line, 0) for line in range(3)] == [1, 3, 1]
    fill_wrapped(table, [("1", "116", "ja"), ("2", "139", "ja")])
    assert [table.columnSpan(line, 0) for line in range(2)] == [1, 1]


def test_a_sentence_across_a_table_wraps_and_pushes_no_column_out(qtbot: QtBot) -> None:
    table = reading_table("Trinnene", ["Trinn", "Tid", "Puls", "Brukt"], 3, wrapped=True)
    qtbot.addWidget(table)
    table.resize(420, 300)
    table.show()
    sentence = "Trinn 1 er ikke brukt: pulsen sto stille mens belastningen økte: sensoren kan ha hengt seg opp."
    fill_wrapped(table, [("1", "4:00", "116", "ja")])
    plain = [table.columnWidth(place) for place in range(3)]
    fill_wrapped(table, [("1", "4:00", "116", "ja"), (sentence,)])
    qtbot.waitUntil(lambda: table.rowHeight(1) > 1.5 * table.rowHeight(0))
    assert [table.columnWidth(place) for place in range(3)] == plain
    assert table.horizontalScrollBar().maximum() == 0
    fill_wrapped(table, [("1", "4:00", "116", "ja"), (sentence,)])
    qtbot.wait(20)
    assert [table.columnWidth(place) for place in range(3)] == plain, "nor when it is shown again"
    assert table.fontMetrics().horizontalAdvance(sentence) > table.viewport().width(), "it has to wrap"


def test_lines_that_scroll_want_their_own_height_and_take_less(qtbot: QtBot) -> None:
    few, many = ([label(f"linje {n}") for n in range(count)] for count in (2, 60))
    for lines in (few, many):
        holder = QWidget()
        qtbot.addWidget(holder)
        scroll = Scrolled(column(*lines), "linjer")
        around = QVBoxLayout(holder)
        around.addWidget(scroll)
        holder.resize(400, 500)
        holder.show()
        wanted = sum(one.sizeHint().height() for one in scroll.findChildren(QLabel))
        assert scroll.sizeHint().height() >= wanted
        assert scroll.minimumSizeHint().height() == min(LEAST_PX, scroll.sizeHint().height())

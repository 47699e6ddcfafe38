"""All tests of a person, newest first."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from teststation.records.kept_tests import StoredTest
from teststation.records.people import Person
from ui.i18n import tr
from ui.i18n.numbers import DASH, day, number
from ui.screens.result_text import interval, outcome_words
from ui.widgets.base import ElidedLabel, button, column, label
from ui.widgets.sheet import Sheet


def vo2_words(stored: StoredTest) -> str:
    """Headline number and range, or a dash."""
    estimate = stored.assessment.estimates[stored.assessment.headline]
    if estimate.vo2max_ml_kg_min is None:
        return DASH
    return f"{number(estimate.vo2max_ml_kg_min, 1)} ({interval(estimate)})"


def history_sheet(
    window: QWidget,
    person: Person,
    tests: Sequence[StoredTest],
    opened: Callable[[StoredTest], None],
    report: Callable[[StoredTest], None],
) -> Sheet:
    """A sheet with one row for each test."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(3, 1)
    for place, key in enumerate(("date", "protocol", "vo2", "outcome")):
        grid.addWidget(label(tr(f"history.{key}"), "caption"), 0, place)
    inside = QWidget()
    inside.setObjectName("scrolled")
    inside.setLayout(column(grid, 1))
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setAccessibleName(tr("history.title", name=person.full_name))
    scroll.setWidget(inside)
    scroll.setMinimumHeight(260)
    body = column(scroll) if tests else column(label(tr("history.none"), "lead"))
    sheet = Sheet(window, tr("history.title", name=person.full_name), body, width=1500)

    def then(action: Callable[[StoredTest], None], stored: StoredTest) -> None:
        sheet.finish()
        action(stored)

    for line, stored in enumerate(sorted(tests, key=lambda test: test.run.started_at, reverse=True), start=1):
        date = day(stored.run.started_at)
        grid.addWidget(label(date, "strong"), line, 0)
        grid.addWidget(ElidedLabel(stored.run.plan.title), line, 1)
        grid.addWidget(label(vo2_words(stored)), line, 2)
        grid.addWidget(ElidedLabel(outcome_words(stored.run)), line, 3)
        name = tr("history.open_name", date=date)
        grid.addWidget(button(tr("history.open"), lambda stored=stored: then(opened, stored), name=name), line, 4)
        name = tr("history.report_name", date=date)
        grid.addWidget(button(tr("history.report"), lambda stored=stored: then(report, stored), name=name), line, 5)
    sheet.add_cancel(tr("common.close"))
    return sheet

"""Who saw, made, changed and printed what of one person."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from teststation.records.access.actions import AuditRow
from teststation.records.people.person import Person
from ui.desktop.i18n import knows, tr
from ui.desktop.i18n.marks import name_of, who
from ui.desktop.i18n.numbers import moment
from ui.desktop.widgets.base import column, label
from ui.desktop.widgets.scrolled import Scrolled
from ui.desktop.widgets.sheet import Sheet

SHOWN = 300


def action_words(row: AuditRow, tests: Mapping[str, str]) -> str:
    """What was done, and to which test."""
    key = f"audit.{row.action}"
    words = tr(key) if knows(key) else row.action
    if row.test_id is not None:
        words = tr("audit.of_test", what=words, date=tests.get(row.test_id, row.test_id[:8]))
    fields = row.detail.get("fields")
    if isinstance(fields, list) and fields:
        names = [tr(f"audit.field_{name}") if knows(f"audit.field_{name}") else name for name in fields]
        words = tr("audit.fields", what=words, fields=", ".join(names))
    return words


def audit_sheet(window: QWidget, person: Person, rows: Sequence[AuditRow], tests: Mapping[str, str]) -> Sheet:
    """A sheet with one line for each thing done; ``tests`` gives the day of each test by its id."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(2, 1)
    for place, key in enumerate(("audit.when", "audit.who", "audit.what")):
        grid.addWidget(label(tr(key), "caption"), 0, place)
    for line, row in enumerate(rows[:SHOWN], start=1):
        grid.addWidget(label(moment(row.at)), line, 0)
        grid.addWidget(label(who(row.actor) if row.user_id is None else row.actor, "strong"), line, 1)
        grid.addWidget(label(action_words(row, tests), wrap=True), line, 2)
    scroll = Scrolled(grid, tr("audit.title", name=name_of(person)))
    words = tr("audit.first", n=SHOWN) if len(rows) > SHOWN else tr("audit.words")
    sheet = Sheet(
        window, tr("audit.title", name=name_of(person)), column(label(words, "soft", wrap=True), scroll), width=1400
    )
    sheet.add_cancel(tr("common.close"))
    return sheet

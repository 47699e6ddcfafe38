"""Earlier tests of another system, shown before anything is kept: what will be made, and every row with a problem."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from teststation.errors import StationError
from teststation.exchange.earlier import Preview, PreviewRow, keep
from ui.desktop.i18n import say, told, tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import DASH, day, number
from ui.desktop.widgets.base import button, column, label, problem_label, show_problems
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.widgets.table import fill_wrapped, reading_table

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

COLUMNS = ("row", "person", "date", "vo2", "method", "what")


def row_words(row: PreviewRow) -> tuple[str, ...]:
    """One line of the preview; the last word says what will become of the row."""
    person = row.person
    who = DASH if person is None else f"{name_of(person)}, {day(person.born)}"
    if row.problems:
        return f"{row.row}", who, DASH, DASH, DASH, "\n".join(f"{say(problem)}." for problem in row.problems)
    result = row.result
    assert result is not None
    what = "known" if row.is_known else "new_person" if row.is_new else "add"
    value = number(result.vo2max_ml_kg_min, 1)
    return f"{row.row}", who, day(result.tested_on), value, result.method, tr(f"bring.{what}")


class BringInSheet(Sheet):
    """Rows with a problem come first; while there is one, nothing can be kept."""

    def __init__(self, window: QWidget, record: "Record", found: Preview, brought_in: Callable[[int], None]) -> None:
        self._record, self._found, self._brought_in = record, found, brought_in
        bad = sum(bool(row.problems) for row in found.rows)
        self.summary = label(
            tr("bring.summary", rows=len(found.rows), tests=found.fresh, people=found.matched_people,
               new=len(found.new_people), known=sum(row.is_known for row in found.rows)),
            "lead", wrap=True,
        )  # fmt: skip
        self.problems = problem_label()
        if bad:
            show_problems(self.problems, [tr("bring.problems", n=bad)])
        self.table = reading_table(
            tr("bring.title"), [tr(f"bring.{name}") for name in COLUMNS], len(COLUMNS) - 1, wrapped=True
        )
        fill_wrapped(self.table, [row_words(row) for row in sorted(found.rows, key=lambda row: not row.problems)])
        body = column(self.summary, self.problems, self.table, shares=(0, 0, 1))
        super().__init__(window, tr("bring.title"), body, width=1750, fill=True)
        self.add_cancel(tr("common.cancel"))
        self.keep_button = button(tr("bring.keep", n=found.fresh), self.keep, "main")
        self.keep_button.setEnabled(not bad and found.fresh > 0)
        self.foot.addWidget(self.keep_button)

    def open(self) -> None:
        """Show it; only now a row knows how many lines it takes."""
        super().open()
        self.table.resizeRowsToContents()

    def keep(self) -> None:
        """Keep everything and close, or say why nothing was kept."""
        try:
            count = keep(self._record, self._found)
        except StationError as error:
            show_problems(self.problems, [tr("bring.refused", why="; ".join(told(error)))])
            return
        self.finish()
        self._brought_in(count)

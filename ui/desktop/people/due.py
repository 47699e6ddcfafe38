"""Who should come to their next test now."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from teststation.due import next_due
from teststation.records.people.person import Person
from ui.desktop.i18n import tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import day
from ui.desktop.people.people_model import next_words
from ui.desktop.widgets.base import ElidedLabel, button, column, label
from ui.desktop.widgets.scrolled import Scrolled
from ui.desktop.widgets.sheet import Sheet

SHOWN = 100


def due_sheet(
    window: QWidget, due: Sequence[tuple[Person, str]], instead: Mapping[str, str], chosen: Callable[[Person], None]
) -> Sheet:
    """A sheet with one line for each, who has waited longest first.

    ``instead``: what must come before the test of some of them, as ``instead_of_dates`` says.
    """
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(0, 1)
    for place, key in enumerate(("person.name", "person.born", "person.last", "person.next")):
        grid.addWidget(label(tr(key), "caption"), 0, place)
    scroll = Scrolled(grid, tr("due.title"))
    words = tr("due.nobody") if not due else tr("due.words", n=len(due))
    sheet = Sheet(window, tr("due.title"), column(label(words, "soft", wrap=True), scroll), width=1250)
    sheet.add_cancel(tr("common.close"))

    def choose(person: Person) -> None:
        sheet.finish()
        chosen(person)

    for line, (person, last) in enumerate(due[:SHOWN], start=1):
        grid.addWidget(ElidedLabel(name_of(person), "strong"), line, 0)
        grid.addWidget(label(day(person.born)), line, 1)
        grid.addWidget(label(day(last)), line, 2)
        grid.addWidget(label(next_words(last, instead.get(person.id), next_due(last))), line, 3)
        name = tr("due.choose_name", name=name_of(person))
        grid.addWidget(button(tr("due.choose"), lambda person=person: choose(person), name=name), line, 4)
    return sheet

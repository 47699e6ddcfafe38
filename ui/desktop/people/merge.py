"""One person who is in the list twice: which one stays, what moves, and how to undo it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QWidget

from teststation.errors import StationError
from teststation.records.people.national_number import masked
from teststation.records.people.person import Person
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import DASH, day, moment
from ui.desktop.widgets.base import button, clear, column, label, problem_label, set_shown, set_text, show_problems
from ui.desktop.widgets.fields import line_edit
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.widgets.typed import SEARCHES

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

SHOWN = 5


class MergeSheet(Sheet):
    """The chosen person stays; their duplicate is found by search, namesakes first."""

    def __init__(self, window: QWidget, record: "Record", person: Person, merged: Callable[[], None]) -> None:
        self._record, self._person, self._merged = record, person, merged
        self.found: list[Person] = []
        self.search = line_edit("", tr("merge.search"), tr("person.search"))
        self.search.setProperty(SEARCHES, True)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(18)
        self.grid.setVerticalSpacing(4)
        self.grid.setColumnStretch(1, 1)
        self.choice: QButtonGroup | None = None
        self.warning = label("", "problem", wrap=True)
        self.problems = problem_label()
        self.undo_box = QGridLayout()
        words = tr("merge.words", name=name_of(person), born=day(person.born))
        body = column(
            label(words, "soft", wrap=True), self.search, self.grid, self.warning, self.undo_box, self.problems
        )
        super().__init__(window, tr("merge.title"), body, width=1250)
        self.add_cancel(tr("common.cancel"))
        self.merge_button = button(tr("merge.do"), self.merge, "main")
        self.foot.addWidget(self.merge_button)
        self.search.textChanged.connect(lambda *_: self._find())
        self._find()
        self._fill_undo()

    @property
    def duplicate(self) -> Person | None:
        """The person with the mark."""
        checked = -1 if self.choice is None else self.choice.checkedId()
        return self.found[checked] if checked >= 0 else None

    def merge(self) -> None:
        """Merge, and close."""
        duplicate = self.duplicate
        if duplicate is None:
            return
        try:
            self._record.merging.merge(self._person.id, duplicate.id)
        except StationError as error:
            show_problems(self.problems, told(error))
            return
        self.finish()
        self._merged()

    def undo(self, merge_id: str) -> None:
        """Bring a duplicate back, and close."""
        try:
            self._record.merging.undo(merge_id)
        except StationError as error:
            show_problems(self.problems, told(error))
            return
        self.finish()
        self._merged()

    def _find(self) -> None:
        words = self.search.text().strip()
        people = self._record.people.search(words) if words else self._record.people.namesakes(self._person)
        self.found = [person for person in people if person.id != self._person.id][:SHOWN]
        clear(self.grid)
        self.choice = QButtonGroup(self)
        self.choice.idToggled.connect(lambda *_: self._look())
        for line, person in enumerate(self.found):
            mark = QRadioButton(name_of(person))
            mark.setAccessibleName(f"{name_of(person)}, {day(person.born)}")
            self.choice.addButton(mark, line)
            count = len(self._record.tests.summaries(person.id))
            facts = (day(person.born), tr(f"sex.{person.sex.value}"), masked(person.number) or DASH,
                     tr("merge.tests", n=count))  # fmt: skip
            self.grid.addWidget(mark, line, 0)
            for place, text in enumerate(facts, start=1):
                self.grid.addWidget(label(text), line, place)
        if not self.found:
            self.grid.addWidget(label(tr("merge.nobody"), "soft"), 0, 0)
        self._look()

    def _look(self) -> None:
        other = self.duplicate
        self.merge_button.setEnabled(other is not None)
        differing = []
        if other is not None:
            if other.born != self._person.born:
                differing.append(tr("merge.born_differs"))
            if other.sex is not self._person.sex:
                differing.append(tr("merge.sex_differs"))
            if other.number and self._person.number and other.number != self._person.number:
                differing.append(tr("merge.number_differs"))
        set_text(self.warning, " ".join(differing))
        set_shown(self.warning, bool(differing))

    def _fill_undo(self) -> None:
        standing = self._record.merging.of_person(self._person.id)
        for line, merge in enumerate(standing):
            other = self._record.people.get(merge.duplicate_id)
            words = tr("merge.done", name=name_of(other), when=moment(merge.merged_at), n=len(merge.tests))
            self.undo_box.addWidget(label(words, "soft", wrap=True), line, 0)
            undo = button(tr("merge.undo"), lambda merge=merge: self.undo(merge.id))
            undo.setAccessibleName(tr("merge.undo_of", name=name_of(other)))
            self.undo_box.addWidget(undo, line, 1)
        self.undo_box.setColumnStretch(0, 1)

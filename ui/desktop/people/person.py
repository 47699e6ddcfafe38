"""Find the person, or add one. The list searches while you type."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QTableView, QWidget

from teststation.due import next_due
from teststation.records.database import Record
from teststation.records.people.national_number import masked
from teststation.records.people.people import SEARCH_LIMIT, Person
from ui.desktop.i18n import tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import DASH, day, today
from ui.desktop.widgets.base import button, card, column, label, row, rule, set_shown, set_text
from ui.desktop.widgets.table import for_reading

_COLUMNS = ("person.name", "person.born", "person.last", "person.next")
_Index = QModelIndex | QPersistentModelIndex


def due_words(last_started: str | None, on: date) -> str:
    """The due date, with a word where it has passed."""
    if last_started is None:
        return DASH
    due = next_due(last_started)
    told = day(due.isoformat())
    return tr("person.overdue", date=told) if due < on else told


class PeopleModel(QAbstractTableModel):
    """People as rows."""

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Person] = []
        self._as_found: list[Person] = []
        self._last: dict[str, str] = {}
        self._today = today()

    def show_people(self, people: list[Person], last: dict[str, str], on: date) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self.people, self._last, self._today = people, last, on
        self._as_found = list(people)
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows that are shown; by name they stay as the record gave them, in Norwegian order."""
        keys: dict[int, Callable[[Person], str]] = {
            1: lambda person: person.born or "",
            2: lambda person: self._last.get(person.id, ""),
            3: lambda person: self._last.get(person.id, ""),
        }
        self.layoutAboutToBeChanged.emit()
        people = list(self._as_found)
        if column in keys:
            people.sort(key=keys[column])
        self.people = people[::-1] if order is Qt.SortOrder.DescendingOrder else people
        self.layoutChanged.emit()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.people)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return tr(_COLUMNS[section])
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        person = self.people[index.row()]
        last = self._last.get(person.id)
        match index.column():
            case 0:
                name = ", ".join(part for part in (person.family_name, person.given_name) if part)
                return tr("demo.person", name=name) if person.demo else name
            case 1:
                return day(person.born)
            case 2:
                return day(last)
        return due_words(last, self._today)


class PersonScreen(QWidget):
    """Search on the left, the chosen person on the right."""

    test_wanted = Signal(object)  # Person
    session_wanted = Signal(object)
    history_wanted = Signal(object)
    training_wanted = Signal(object)
    edit_wanted = Signal(object)
    merge_wanted = Signal(object)
    new_wanted = Signal()
    due_wanted = Signal()
    bring_in_wanted = Signal()

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._record = record
        self.search = QLineEdit()
        self.search.setObjectName("search")
        self.search.setPlaceholderText(tr("person.search"))
        self.search.setAccessibleName(tr("person.search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.refresh)
        self.model = PeopleModel()
        self.table = self._table()
        self.note = label("", "caption", wrap=True)
        self.new_button = button(tr("person.new"), self.new_wanted.emit, "touch")
        self.due_button = button(tr("due.open"), self.due_wanted.emit, "touch")
        self.merge_button = button(tr("merge.open"), lambda: self._with_chosen(self.merge_wanted), "touch")
        self.bring_in_button = button(tr("bring.open"), self.bring_in_wanted.emit, "link")
        self.may_merge = True
        self.name = label("", "title", wrap=True)
        self.facts = label("", "lead", wrap=True)
        self.last = label("", "soft", wrap=True)
        self.test_button = button(tr("person.test"), lambda: self._with_chosen(self.test_wanted), "main")
        self.session_button = button(
            tr("person.session"), lambda: self._with_chosen(self.session_wanted), "touch", tip=tr("person.session_tip")
        )
        self.history_button = button(tr("person.history"), lambda: self._with_chosen(self.history_wanted), "touch")
        self.training_button = button(tr("training.open"), lambda: self._with_chosen(self.training_wanted), "touch")
        self.edit_button = button(tr("person.edit"), lambda: self._with_chosen(self.edit_wanted), "touch")
        left = card(
            tr("person.title"),
            row(self.search, self.due_button, self.new_button, gap=10, shares=(1,)),
            self.table,
            row(self.note, self.bring_in_button, shares=(1,)),
        )
        chosen = column(
            self.name,
            self.facts,
            rule(),
            self.last,
            1,
            self.test_button,
            self.session_button,
            row(self.history_button, self.training_button),
            row(self.edit_button, self.merge_button),
        )
        right = card(tr("person.chosen"), chosen, shares=(0, 1))
        self.setLayout(row(left, right, gap=16, margin=18, shares=(3, 2)))
        self.refresh()

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        for_reading(table, tr("person.list"), stretched=0)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.selectionModel().selectionChanged.connect(lambda *_: self._show_chosen())
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        table.doubleClicked.connect(lambda *_: self._with_chosen(self.test_wanted))
        return table

    def rescale(self, scale: float, family: str) -> None:
        """Rows that a finger can hit."""
        self.table.verticalHeader().setDefaultSectionSize(round(52 * scale))

    @property
    def chosen(self) -> Person | None:
        """The person in the selected row."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.people[rows[0].row()] if rows else None

    def refresh(self, *_: object, choose: str | None = None) -> None:
        """Search again; select the person with the id ``choose``, or the only one found."""
        former = self.chosen
        wanted = choose or (former.id if former else None)
        people = self._record.people.search(self.search.text())
        last = self._record.tests.last_started([person.id for person in people])
        self.model.show_people(people, last, today())
        header = self.table.horizontalHeader()
        self.model.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())
        rows = [index for index, person in enumerate(self.model.people) if person.id == wanted]
        if not rows and len(people) == 1 and self.search.text().strip():
            rows = [0]
        if rows:
            self.table.selectRow(rows[0])
        if not people:
            self.note.setText(tr("person.none") if self.search.text().strip() else tr("person.empty"))
        else:
            self.note.setText(tr("person.first", n=SEARCH_LIMIT) if len(people) >= SEARCH_LIMIT else "")
        self._show_chosen()

    def choose(self, person: Person) -> None:
        """Find this person and no other."""
        self.search.setText(f"{person.full_name} {person.born or ''}".strip())
        self.refresh(choose=person.id)

    def allow_merging(self, allowed: bool) -> None:
        """Whether who is logged in may merge duplicates."""
        self.may_merge = allowed
        self._show_chosen()

    def allow_bringing_in(self, allowed: bool) -> None:
        """Whether who is logged in may bring in earlier results."""
        set_shown(self.bring_in_button, allowed)

    def _show_chosen(self) -> None:
        person = self.chosen
        for control in (
            self.test_button, self.session_button, self.history_button, self.training_button, self.edit_button,
        ):  # fmt: skip
            control.setEnabled(person is not None)
        self.merge_button.setEnabled(person is not None and self.may_merge)
        if person is None:
            set_text(self.name, tr("person.nobody"))
            set_text(self.facts, tr("person.how"))
            set_text(self.last, "")
            return
        set_text(self.name, name_of(person))
        facts = tr("person.facts", born=day(person.born), sex=tr(f"sex.{person.sex.value}"))
        number = tr("person.number", number=masked(person.number)) if person.number else ""
        set_text(self.facts, f"{facts} {number}".strip())
        last = self._record.tests.last_started([person.id]).get(person.id)
        if last is None:
            set_text(self.last, tr("person.never"))
        else:
            due = due_words(last, today())
            set_text(self.last, tr("person.tested", last=day(last), due=due))

    def _with_chosen(self, signal: SignalInstance) -> None:
        if self.chosen is not None:
            signal.emit(self.chosen)

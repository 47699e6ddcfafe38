"""People as rows of a table, read from the record a page at a time as somebody scrolls to them."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from teststation.due import next_due
from teststation.records.people.person import SEARCH_LIMIT, Person
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import DASH, day, today
from ui.station.next_test import DOCTOR_FIRST, instead_of_dates

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

_COLUMNS = ("person.name", "person.born", "person.last", "person.next")
BLOCK = 25  # rows whose last test is looked at together
Index = QModelIndex | QPersistentModelIndex


def due_words(last_started: str | None, on: date) -> str:
    """The due date, with a word where it has passed."""
    if last_started is None:
        return DASH
    due = next_due(last_started)
    told = day(due.isoformat())
    return tr("person.overdue", date=told) if due < on else told


def next_words(last_started: str | None, instead: str | None, on: date) -> str:
    """The due date, or what must come first, as a list says it: ``instead`` as ``no_next_date`` gives it."""
    if instead is None:
        return due_words(last_started, on)
    return tr("person.doctor_first" if instead == DOCTOR_FIRST else "person.test_again")


def list_name(person: Person) -> str:
    """Family name first, as a list is looked through; marked where it is the demonstration's own person."""
    name = ", ".join(part for part in (person.family_name, person.given_name) if part)
    return tr("demo.person", name=name) if person.demo else name


class PeopleModel(QAbstractTableModel):
    """Who was found. In the record's own order the rows come as they are scrolled to; another one needs all of them."""

    def __init__(self, record: "Record") -> None:
        super().__init__()
        self._record, self._text = record, ""
        self.people: list[Person] = []
        self._as_found: list[Person] = []
        self._last: dict[str, str] = {}
        self._instead: dict[str, str | None] = {}
        self._today = today()
        self._sorted_by = (0, Qt.SortOrder.AscendingOrder)
        self.more = False  # whether the record has more of them

    def find(self, text: str) -> None:
        """Search again; the rows are those who match ``text``, ordered as before."""
        self.beginResetModel()
        self._text, self._today = text, today()
        self._as_found, self._last, self._instead = [], {}, {}
        self._read(SEARCH_LIMIT)
        self._order()
        self.endResetModel()

    def read_all(self) -> None:
        """Every row there is, at once."""
        if self.more:
            self.beginResetModel()
            self._read(None)
            self._order()
            self.endResetModel()

    def canFetchMore(self, parent: Index) -> bool:
        return self.more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        """One page more. Qt asks when the last row comes into sight."""
        if not self.canFetchMore(parent):
            return
        there = len(self.people)
        page = self._page(SEARCH_LIMIT)
        if page:
            self.beginInsertRows(QModelIndex(), there, there + len(page) - 1)
            self._as_found += page
            self.people = list(self._as_found)
            self.endInsertRows()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows; by name they stay as the record gave them, in Norwegian order."""
        self._sorted_by = (column, order)
        self.layoutAboutToBeChanged.emit()
        self._order()
        self.layoutChanged.emit()

    def last_of(self, person_id: str) -> str | None:
        """When somebody among the rows was last tested."""
        return self._last.get(person_id)

    def _order(self) -> None:
        column, order = self._sorted_by
        keys: dict[int, Callable[[Person], str]] = {
            1: lambda person: person.born or "",
            2: lambda person: self._last.get(person.id, ""),
            3: lambda person: self._last.get(person.id, ""),
        }
        falling = order is Qt.SortOrder.DescendingOrder
        if self.more and (column in keys or falling):
            self._read(None)
        people = list(self._as_found)
        if column in keys:
            people.sort(key=keys[column])
        self.people = people[::-1] if falling else people

    def _read(self, limit: int | None) -> None:
        self._as_found += self._page(limit)

    def _page(self, limit: int | None) -> list[Person]:
        page = self._record.people.search(self._text, skip=len(self._as_found), limit=limit)
        self._last |= self._record.tests.last_started([person.id for person in page])
        self.more = limit is not None and len(page) == limit
        return page

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.people)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return tr(_COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        said = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)
        if role not in said:
            return None
        person = self.people[index.row()]
        last = self._last.get(person.id)
        match index.column():
            case 0:
                return list_name(person)
            case 1:
                return day(person.born)
            case 2:
                return day(last)
        return next_words(last, self._instead_of(index.row()), self._today)

    def _instead_of(self, row: int) -> str | None:
        """What stands in place of the next test's date; read for the rows that come into sight, some at a time."""
        person = self.people[row]
        if person.id not in self._instead:
            asked = {one.id: last for one in self.people[row : row + BLOCK] if (last := self._last.get(one.id))}
            self._instead |= {person.id: None, **dict.fromkeys(asked), **instead_of_dates(self._record, asked)}
        return self._instead[person.id]

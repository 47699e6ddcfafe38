"""*I dag*: who is to be seen to today, as rows of a table; what is said of each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from teststation.training.today import Line, Why
from ui.desktop.i18n import core_texts, tr
from ui.desktop.i18n.numbers import day
from ui.desktop.people.people_model import Index, list_name
from ui.station.next_test import what_comes_first
from ui.station.today import Standing

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

_COLUMNS = ("person.name", "person.born", "today.what")


SHORT = {  # what must come first, in as few words as a row has room for
    "advice.doctor": "person.doctor_first",
    "advice.next_again": "person.test_again",
    "diary.waits.symptom": "person.doctor_first",
    "diary.waits.pregnant": "today.waits",
    "diary.waits.postponed": "today.waits",
}


def line_words(record: "Record", line: Line) -> str:
    """Why somebody stands in the list, and what must come first, as sentences."""
    first = what_comes_first(record, line)
    return f"{_why(line)}. {core_texts()(first)}" if first else _why(line)


def _short_words(record: "Record", line: Line) -> str:
    """The same in a row, which is cut off at its end: what must come first stands first."""
    first = what_comes_first(record, line)
    return f"{tr(SHORT[first])} · {_why(line)}" if first else _why(line)


def _why(line: Line) -> str:
    kind = core_texts()(f"diary.kind.{line.kind}") if line.kind else ""
    return tr(f"today.{line.why.value}", day=day(line.day), kind=kind)


class TodayModel(QAbstractTableModel):
    """Today's lines."""

    def __init__(self, record: "Record") -> None:
        super().__init__()
        self._record = record
        self._words: dict[Line, str] = {}  # of the rows that came into sight
        self.rows: Sequence[Standing] = ()

    def show_rows(self, rows: Sequence[Standing]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self.rows, self._words = rows, {}
        self.endResetModel()

    def number(self, why: Why) -> int:
        """How many stand there for one reason."""
        return sum(row.line.why is why for row in self.rows)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

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
        row = self.rows[index.row()]
        match index.column():
            case 0:
                return list_name(row.person)
            case 1:
                return day(row.person.born)
        if row.line not in self._words:
            self._words[row.line] = _short_words(self._record, row.line)
        return self._words[row.line]

"""*I dag*: who is to be seen to today, as rows of a table; what is said of each."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from teststation.training.today import Line, Why
from ui.desktop.i18n import core_texts, tr
from ui.desktop.i18n.numbers import day
from ui.desktop.people.people_model import Index, list_name
from ui.station.today import Standing

_COLUMNS = ("person.name", "person.born", "today.what")


def line_words(line: Line) -> str:
    """Why somebody stands in the list."""
    kind = core_texts()(f"diary.kind.{line.kind}") if line.kind else ""
    return tr(f"today.{line.why.value}", day=day(line.day), kind=kind)


class TodayModel(QAbstractTableModel):
    """Today's lines."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[Standing] = ()

    def show_rows(self, rows: Sequence[Standing]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self.rows = rows
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
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        row = self.rows[index.row()]
        match index.column():
            case 0:
                return list_name(row.person)
            case 1:
                return day(row.person.born)
        return line_words(row.line)

"""A table of very many rows: its columns are as wide as Qt would have them, and hardly a cell is asked for it."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QTableView
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from ui.desktop.theme.style import style_sheet
from ui.desktop.widgets import table as tables
from ui.desktop.widgets.table import LongTable

Index = QModelIndex | QPersistentModelIndex
NAMES = [f"Måling{number:0{1 + number % 9}}" for number in range(120)]


class Names(QAbstractListModel):
    """Names, and how often a cell was asked for anything."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names, self.asked = names, 0

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return len(self.names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        self.asked += 1
        return self.names[index.row()] if role == Qt.ItemDataRole.DisplayRole else None

    def show(self, names: list[str]) -> None:
        self.beginResetModel()
        self.names = names
        self.endResetModel()

    def add(self, name: str) -> None:
        self.beginInsertRows(QModelIndex(), len(self.names), len(self.names))
        self.names = [*self.names, name]
        self.endInsertRows()


def as_wide_as_qt_would_have_it() -> None:
    model = Names(NAMES)
    both = there, qts = LongTable(model), QTableView()
    qts.setModel(model)

    def styled(scale: float) -> None:
        for one in both:
            one.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            one.setShowGrid(scale < 1.0)
            one.setStyleSheet(style_sheet(scale, "DejaVu Sans"))
        alike()

    def alike() -> None:
        assert there.sizeHintForColumn(0) == qts.sizeHintForColumn(0)
        assert there.columnWidth(0) == qts.columnWidth(0)

    styled(0.7)
    model.show(NAMES[:3])
    alike()
    for one in both:
        one.setStyleSheet(style_sheet(1.4, "DejaVu Sans"))
    model.add(NAMES[2][1:])  # shorter, and yet longer than what was measured in the smaller letters
    alike()
    model.add(40 * "M")
    alike()
    model.show([])
    alike()
    styled(0.7)


def test_a_column_is_as_wide_as_qt_would_have_it(qtbot: QtBot) -> None:
    as_wide_as_qt_would_have_it()


def test_a_text_is_measured_once(qtbot: QtBot) -> None:
    model = Names(NAMES)
    there = LongTable(model)
    there.sizeHintForColumn(0)
    asked = model.asked
    assert asked < 2 * len(NAMES)
    there.sizeHintForColumn(0)
    assert model.asked - asked < 20


def test_the_width_fails_with_a_fault_planted(qtbot: QtBot) -> None:
    for old, new in (
        ("changed.connect(lambda *_: self._widest.clear())", "changed.connect(lambda *_: None)"),
        ("if measured_in != font:", "if False:"),
        (" + int(self.showGrid())", ""),
    ):
        fails_with(tables, old, new, as_wide_as_qt_would_have_it)

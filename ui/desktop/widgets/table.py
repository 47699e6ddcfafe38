"""A table that is read and never edited in its cells."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QTableWidget,
    QTableWidgetItem,
)

from ui.desktop.theme.style import ITEM_MARGIN

PADDING_WIDE, PADDING_HIGH = 6, 4  # of a cell, as styled, before it is drawn to scale


class _Across(QStyledItemDelegate):
    """What goes across several columns asks none of them to be wide for it; what wraps gets the lines it is drawn in.

    Qt reckons the lines without the padding of the style sheet: a text that just fits so is drawn with an ellipsis.
    """

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        scale = float(self._table.window().property("drawn_scale") or 1.0)
        if self._table.columnSpan(index.row(), index.column()) > 1:
            return QSize(0, size.height() + 2 * round(PADDING_HIGH * scale))
        room_px = self._table.columnWidth(index.column()) - 2 * (round(PADDING_WIDE * scale) + ITEM_MARGIN)
        words, wrap = str(index.data() or ""), Qt.TextFlag.TextWordWrap
        lines_px = self._table.fontMetrics().boundingRect(QRect(0, 0, max(1, room_px), 10_000), wrap, words).height()
        return QSize(size.width(), max(size.height(), lines_px + 2 * round(PADDING_HIGH * scale)))


class LongTable(QTableView):
    """A table of one line a row that may have very many, its columns as wide as the widest text in them.

    Qt asks every cell of a column for half a dozen things, whenever a style, a font or a row changes: with a page of
    people that is fifteen thousand questions before the first picture. Here each text is measured once, and the widest
    cell alone is asked.
    """

    def __init__(self, model: QAbstractItemModel) -> None:
        super().__init__()
        # By column: the font it was measured in, how many rows were, the widest text's width in pixels, and its row.
        self._widest: dict[int, tuple[str, int, int, int]] = {}
        for changed in (model.modelReset, model.layoutChanged, model.rowsRemoved, model.dataChanged):
            changed.connect(lambda *_: self._widest.clear())
        self.setModel(model)  # last: it hears of what has changed after that, and asks again

    def sizeHintForColumn(self, column: int) -> int:
        self.ensurePolished()
        model, rows = self.model(), self.model().rowCount()
        if rows == 0:
            return super().sizeHintForColumn(column)
        metrics, font = self.fontMetrics(), self.font().key()
        measured_in, measured, width_px, widest = self._widest.get(column, ("", 0, -1, 0))
        if measured_in != font:
            measured, width_px = 0, -1
        for row in range(measured, rows):
            text_px = metrics.horizontalAdvance(str(model.data(model.index(row, column))))
            if text_px > width_px:
                width_px, widest = text_px, row
        self._widest[column] = (font, rows, width_px, widest)
        return self.sizeHintForIndex(model.index(widest, column)).width() + int(self.showGrid())


def reading_table(name: str, headings: Sequence[str], stretched: int, *, wrapped: bool = False) -> QTableWidget:
    """An empty table as ``for_reading`` makes it. ``wrapped``: its rows stay as high as their texts need."""
    table = QTableWidget(0, len(headings))
    table.setHorizontalHeaderLabels(list(headings))
    if any("\n" in one for one in headings):
        table.horizontalHeader().setProperty("lines", 2)  # a style's header has the height of one
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    for_reading(table, name, stretched)
    if wrapped:
        table.setItemDelegate(_Across(table))
        # When all columns have their widths: while one has not, a text is as narrow as a word, and its row as high.
        later = QTimer(table, singleShot=True, interval=0)
        later.timeout.connect(table.resizeRowsToContents)
        table.horizontalHeader().sectionResized.connect(lambda *_: later.start())
    return table


def for_reading(table: QTableView, name: str, stretched: int) -> None:
    """No grid, whole rows; the ``stretched`` column takes the room that is left. Tab leaves the table."""
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)


def fill_wrapped(table: QTableWidget, rows: Sequence[Sequence[str]]) -> None:
    """Show texts, each also in its cell's tip; every row is as high as its longest needs.

    A row of one text goes across all columns: a sentence in a column among numbers would be a word wide.
    """
    table.setRowCount(0)
    table.clearSpans()
    table.setRowCount(len(rows))
    for line, row in enumerate(rows):
        if len(row) == 1 < table.columnCount():  # before its text: a column would be as wide as that
            table.setSpan(line, 0, 1, table.columnCount())
        for place, text in enumerate(row):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            table.setItem(line, place, item)
    table.resizeRowsToContents()

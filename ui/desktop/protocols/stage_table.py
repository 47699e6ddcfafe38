"""The stages as a table that is filled by the keyboard alone: Tab and Enter go from cell to cell, and to a new row."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from teststation.physiology.foreseen import ForeseenStage
from teststation.protocol.draft import HABITUATION, INCLINE, NAME, SPEED, TIME, Draft
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import DASH, between, number
from ui.desktop.theme import palette as c

NUMBER, VO2, PULSE = "number", "vo2", "pulse"
COLUMNS = (NUMBER, TIME, SPEED, INCLINE, NAME, HABITUATION, VO2, PULSE)
LEAST_NAME_PX = 90  # of what somebody calls a stage; all of it is seen while it is written
TYPED = tuple(COLUMNS.index(field) for field in (TIME, SPEED, INCLINE, NAME))
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_HINTS: dict[int, QAbstractItemDelegate.EndEditHint] = {
    Qt.Key.Key_Return: QAbstractItemDelegate.EndEditHint.SubmitModelCache,
    Qt.Key.Key_Enter: QAbstractItemDelegate.EndEditHint.SubmitModelCache,
    Qt.Key.Key_Tab: QAbstractItemDelegate.EndEditHint.EditNextItem,
    Qt.Key.Key_Backtab: QAbstractItemDelegate.EndEditHint.EditPreviousItem,
}
_READ = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
Index = QModelIndex | QPersistentModelIndex


class _Cell(QStyledItemDelegate):
    """The field in which a cell is typed, named for those who hear it."""

    typing: QLineEdit | None = None  # a field that is done with lives on for a moment: it is not found by looking

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        made = QLineEdit(parent)
        made.setAccessibleName(tr("protocols.cell", column=heading(COLUMNS[index.column()]), row=index.row() + 1))
        self.typing = made
        return made

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground = index.data(Qt.ItemDataRole.BackgroundRole)  # which a style sheet leaves out
        if isinstance(ground, QBrush):
            painter.fillRect(option.rect, ground)  # type: ignore[attr-defined]
        super().paint(painter, option, index)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter and Tab end a cell at once: Qt's own way ends it later, and hands Enter to the table as well."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and isinstance(editor, QWidget):
            hint = _HINTS.get(event.key())
            if hint is not None:
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, hint)
                return True
        return super().eventFilter(editor, event)


class StageTable(QTableWidget):
    """Shows a draft; ``typed`` tells what somebody changed. What is wrong is marked at its cell, with its words."""

    typed = Signal(int, str, object)  # row, field, text or yes and no
    row_wanted = Signal(int)  # one more stage after this row
    left = Signal(bool)  # the keyboard goes on behind the table, or back before it

    def __init__(self) -> None:
        super().__init__(0, len(COLUMNS))
        self.setAccessibleName(tr("protocols.stages"))
        self.setHorizontalHeaderLabels([tr(f"protocols.column.{name}") for name in COLUMNS])
        self._cell = _Cell(self)
        self.setItemDelegate(self._cell)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setShowGrid(True)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setProperty("lines", 2)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(COLUMNS.index(NAME), QHeaderView.ResizeMode.Stretch)
        header.sectionResized.connect(lambda *_: self.updateGeometry())
        self._filling = False
        self.itemChanged.connect(self._changed)

    def minimumSizeHint(self) -> QSize:
        """Wide enough for all its columns: what a stage will ask stands in the last ones."""
        header, edges = self.horizontalHeader(), 2 * self.frameWidth()
        columns = (max(self.sizeHintForColumn(at), header.sectionSizeHint(at)) for at in range(len(COLUMNS)))
        least = sum(LEAST_NAME_PX if field == NAME else px for field, px in zip(COLUMNS, columns, strict=True))
        return QSize(least + self.verticalScrollBar().sizeHint().width() + edges, super().minimumSizeHint().height())

    # --- showing ---

    def show_draft(self, draft: Draft, wrong: Mapping[tuple[int, str], str], told: Sequence[ForeseenStage]) -> None:
        """Show a draft's rows.

        Args:
            wrong: What is wrong with a cell, by row and field.
            told: What each row will probably ask, the cool-down last.
        """
        self._filling = True
        rows = draft.rows
        self.setRowCount(len(rows))
        for row, stage in enumerate(rows):
            down = row == len(draft.stages)
            told_here = told[row]
            texts = {
                NUMBER: tr("protocols.down") if down else str(row + 1),
                TIME: stage.time,
                SPEED: stage.speed,
                INCLINE: stage.incline,
                NAME: stage.name,
                HABITUATION: "",
                VO2: number(told_here.vo2_ml_kg_min, 1),
                PULSE: _pulse_words(told_here),
            }
            for column, field in enumerate(COLUMNS):
                self._show_cell(row, column, texts[field], wrong.get((row, field), ""))
            tick = self.item(row, COLUMNS.index(HABITUATION))
            if not down and tick is not None:
                tick.setFlags(_READ | Qt.ItemFlag.ItemIsUserCheckable)
                tick.setCheckState(Qt.CheckState.Checked if stage.habituation else Qt.CheckState.Unchecked)
        self._filling = False

    def _show_cell(self, row: int, column: int, text: str, problem: str) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.setItem(row, column, item)
            right = column in TYPED[:3] or COLUMNS[column] in (VO2, PULSE)
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            item.setFlags(_READ | Qt.ItemFlag.ItemIsEditable if column in TYPED else _READ)
            if column not in TYPED:
                item.setForeground(QColor(c.INK_SOFT))
        if item.text() != text:
            item.setText(text)
        item.setToolTip(problem)
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, problem)
        ground = QBrush(QColor(c.CAUTION)) if problem else None
        item.setData(Qt.ItemDataRole.BackgroundRole, ground)
        if column in TYPED:
            item.setData(Qt.ItemDataRole.ForegroundRole, QColor(c.CAUTION_INK) if problem else None)
        font = item.font()
        font.setUnderline(bool(problem))
        item.setFont(font)

    # --- the keyboard ---

    def begin(self, row: int, field: str = TIME) -> None:
        """Put the keyboard into one cell, ready to be typed over."""
        column = COLUMNS.index(field)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setCurrentCell(row, column)
        self.scrollTo(self.currentIndex())

    def finish_typing(self) -> None:
        """Take in what is being typed."""
        editor = self.typing
        if editor is not None:
            self.commitData(editor)
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    @property
    def typing(self) -> QLineEdit | None:
        """The field of the cell that is being typed."""
        return self._cell.typing

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        self._cell.typing = None
        hints = QAbstractItemDelegate.EndEditHint
        super().closeEditor(editor, hints.NoHint)
        if hint == hints.EditPreviousItem:
            self._step(-1)
        elif hint == hints.EditNextItem:
            self._step(1)
        elif hint == hints.SubmitModelCache:  # Enter
            self._step(1, grow=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in ENTER and not control:
            self._step(1, grow=True)
        elif key == Qt.Key.Key_Tab and not control:
            self._step(1)
        elif key == Qt.Key.Key_Backtab:
            self._step(-1)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not control and self.currentColumn() in TYPED:
            self.typed.emit(self.currentRow(), COLUMNS[self.currentColumn()], "")
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, following: bool) -> bool:
        """Tab is the table's own, until it leaves by its last cell or its first."""
        self._step(1 if following else -1)
        return True

    def _step(self, by: int, *, grow: bool = False) -> None:
        row, column = self.currentRow(), self.currentColumn()
        last = self.rowCount() - 1  # the cool-down
        if grow and row == last - 1 and column >= TYPED[-1]:
            self.row_wanted.emit(row)
            return
        seats = [(r, col) for r in range(self.rowCount()) for col in TYPED]
        behind = [seat for seat in seats if (seat > (row, column) if by > 0 else seat < (row, column))]
        if not behind:
            self.left.emit(by > 0)
            return
        self.setCurrentCell(*(behind[0] if by > 0 else behind[-1]))

    def _changed(self, item: QTableWidgetItem) -> None:
        if self._filling:
            return
        field = COLUMNS[item.column()]
        if field == HABITUATION:
            self.typed.emit(item.row(), field, item.checkState() == Qt.CheckState.Checked)
        elif item.column() in TYPED:
            self.typed.emit(item.row(), field, item.text())


def heading(column: str) -> str:
    """A column's name, in one line."""
    return tr(f"protocols.column.{column}").replace("\n", " ")


def _pulse_words(told: ForeseenStage) -> str:
    if told.hr_bpm is None:
        return DASH
    return tr("protocols.pulse", bpm=round(told.hr_bpm), range=between(told.hr_low_bpm, told.hr_high_bpm))

"""All tests of a person: a list, a chart with what each is certain of, and two side by side."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from teststation.records.people.person import Person
from teststation.records.tests.earlier_result import ImportedResult
from teststation.records.tests.stored import KeptLine
from ui.desktop.i18n import core_texts, tr
from ui.desktop.i18n.marks import marked, name_of
from ui.desktop.i18n.numbers import DASH, day, number
from ui.desktop.people.last_result import vo2_words
from ui.desktop.widgets.base import button, card, column, frame, label, row, set_text
from ui.desktop.widgets.roomy import Roomy
from ui.desktop.widgets.table import reading_table
from ui.desktop.widgets.trend_plot import TrendPlot, TrendPoint

Row = KeptLine | ImportedResult
COLUMNS = ("pick", "date", "protocol", "vo2", "outcome", "signed")


def outcome_of(line: KeptLine) -> str:
    """How the test ended."""
    return tr(f"outcome.{line.outcome.value}") if line.outcome is not None else DASH


def why_of(line: KeptLine) -> str:
    """How it ended and why, where there is room."""
    outcome = outcome_of(line)
    return outcome if line.reason is None else f"{outcome}: {core_texts().told(line.reason)}"


def signed_of(line: KeptLine) -> str:
    """Who signed, and whether it was amended."""
    if line.signed_by is None:
        return DASH
    return tr("history.amended_by", name=line.signed_by) if line.amended else line.signed_by


def points_of(lines: Sequence[KeptLine], imported: Sequence[ImportedResult] = ()) -> list[TrendPoint]:
    """The tests that have a number, oldest first; what was brought in has no range."""
    own = [
        TrendPoint(_day_of(line), line.vo2max_ml_kg_min, line.low, line.high, line.reckoned_by)
        for line in reversed(lines)
        if line.vo2max_ml_kg_min is not None and line.low is not None and line.high is not None
    ]
    theirs = [TrendPoint(date.fromisoformat(one.tested_on), one.vo2max_ml_kg_min) for one in imported]
    return sorted([*own, *theirs], key=lambda point: point.on)


def words_of(row: Row, titles: Mapping[str, str]) -> tuple[str, ...]:
    """One line of the list, after the mark."""
    if isinstance(row, ImportedResult):
        return day(row.tested_on), row.method, number(row.vo2max_ml_kg_min, 1), tr("history.imported"), DASH
    title = titles.get(row.protocol_id, row.protocol_id)
    return day(row.started_at), marked(title, demo=row.demo), vo2_words(row), outcome_of(row), signed_of(row)


def tip_of(row: Row, name: str, text: str) -> str:
    """What a cell says where there is room."""
    if isinstance(row, ImportedResult):
        return row.comment or tr("history.imported_why")
    return why_of(row) if name == "outcome" else text


class HistoryScreen(QWidget):
    """Lines leave as ids of tests."""

    open_wanted = Signal(str)
    report_wanted = Signal(str)
    hand_over_wanted = Signal(list)  # of those that are ticked, the oldest first
    compare_wanted = Signal(str, str)  # the earlier, the later
    audit_wanted = Signal(object)  # Person
    copy_wanted = Signal(object)
    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.person: Person | None = None
        self.lines: Sequence[KeptLine] = ()
        self.rows: Sequence[Row] = ()
        self.who, self.due = label("", "title", wrap=True), label("", "soft", wrap=True)
        self.plot = TrendPlot()
        self.table = self._table()
        self.none = label(tr("history.none"), "lead")
        self.open_button = button(tr("history.open"), lambda: self._with_line(self.open_wanted), "touch")
        self.report_button = button(tr("history.report"), lambda: self._with_line(self.report_wanted), "touch")
        self.hand_over_button = button(
            tr("history.hand_over"), self._hand_over, "touch", name=tr("history.hand_over_name")
        )
        self.compare_button = button(tr("history.compare"), self._compare, "main")
        self.copy_button = button(tr("history.copy"), lambda: self._with_person(self.copy_wanted), "touch")
        self.audit_button = button(tr("history.audit"), lambda: self._with_person(self.audit_wanted), "touch")
        self.legend = label(tr("history.legend"), "caption", wrap=True)
        chart = card(tr("history.chart"), self.plot, self.legend, gap=4, shares=(0, 1))
        tests = card(tr("history.list"), self.none, self.table, shares=(0, 0, 1))
        head = column(self.who, self.due, gap=8, margin=(16, 16, 16, 4))  # stays where the rest scrolls
        inner = column(row(tests, chart, shares=(2, 1)), margin=(16, 4, 16, 16), shares=(1,))
        foot = row(
            button(tr("common.back"), self.back.emit, "touch"),
            self.audit_button,
            self.copy_button,
            1,
            self.report_button,
            self.hand_over_button,
            self.open_button,
            self.compare_button,
            margin=12,
        )
        self.setLayout(column(head, Roomy(inner, tr("history.list")), frame(foot, "foot"), gap=0, shares=(0, 1)))

    def _table(self) -> QTableWidget:
        headings = [tr(f"history.{name}") for name in COLUMNS]
        table = reading_table(tr("history.list"), headings, COLUMNS.index("protocol"), wrapped=True)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.itemChanged.connect(lambda *_: self._look())
        table.itemSelectionChanged.connect(self._look)
        table.itemDoubleClicked.connect(lambda *_: self._with_line(self.open_wanted))
        return table

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale, and rows that a finger can hit."""
        self.plot.rescale(scale, family)
        self.table.verticalHeader().setMinimumSectionSize(round(52 * scale))

    def show_person(
        self,
        person: Person,
        lines: Sequence[KeptLine],
        titles: Mapping[str, str],
        *,
        audit: bool,
        imported: Sequence[ImportedResult] = (),
        following: str = "",
    ) -> None:
        """Show a person's tests, newest first; the two newest are picked. What was brought in cannot be picked.

        ``following``: when the next one is due; nothing where there is none to follow.
        """
        self.person, self.lines = person, lines
        self.rows = sorted([*lines, *imported], key=_day_of, reverse=True)
        set_text(self.who, tr("history.title", name=name_of(person)))
        key = "history.due" if following else "history.born"
        set_text(self.due, tr(key, born=day(person.born), next=following))
        self.table.blockSignals(True)
        self.table.setRowCount(len(self.rows))
        for place, line in enumerate(self.rows):
            pick = QTableWidgetItem()
            pick.setFlags(pick.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
            if isinstance(line, KeptLine):
                pick.setFlags(pick.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                pick.setCheckState(Qt.CheckState.Checked if line in lines[:2] else Qt.CheckState.Unchecked)
                pick.setData(Qt.ItemDataRole.AccessibleTextRole, tr("history.pick_name", date=day(line.started_at)))
            self.table.setItem(place, 0, pick)
            for offset, text in enumerate(words_of(line, titles), start=1):
                item = QTableWidgetItem(text)
                item.setToolTip(tip_of(line, COLUMNS[offset], text))
                self.table.setItem(place, offset, item)
        self.table.blockSignals(False)
        self.table.resizeRowsToContents()
        if self.rows:
            self.table.selectRow(next((at for at, line in enumerate(self.rows) if isinstance(line, KeptLine)), 0))
        self.none.setVisible(not self.rows)
        self.table.setVisible(bool(self.rows))
        self.audit_button.setVisible(audit)
        self.legend.setVisible(bool(imported))
        # A demonstration on a person of the record is no step of theirs.
        real = [line for line in lines if not line.demo] or lines
        self.plot.show_points(points_of(real, imported))
        self._look()

    @property
    def picked(self) -> list[KeptLine]:
        """The tests with a tick, newest first."""
        ticked = Qt.CheckState.Checked
        return [
            line
            for place, line in enumerate(self.rows)
            if isinstance(line, KeptLine) and self._pick(place).checkState() is ticked
        ]

    @property
    def selected(self) -> KeptLine | None:
        """The test in the selected row; what was brought in is nothing that could be opened."""
        rows = self.table.selectionModel().selectedRows()
        line = self.rows[rows[0].row()] if rows else None
        return line if isinstance(line, KeptLine) else None

    def _pick(self, place: int) -> QTableWidgetItem:
        item = self.table.item(place, 0)
        assert item is not None
        return item

    def _look(self) -> None:
        chosen = self.selected is not None
        self.open_button.setEnabled(chosen)
        self.report_button.setEnabled(chosen)
        self.hand_over_button.setEnabled(bool(self.picked))
        self.compare_button.setEnabled(len(self.picked) == 2)

    def _with_line(self, signal: SignalInstance) -> None:
        if self.selected is not None:
            signal.emit(self.selected.id)

    def _compare(self) -> None:
        later, earlier = self.picked
        self.compare_wanted.emit(earlier.id, later.id)

    def _hand_over(self) -> None:
        self.hand_over_wanted.emit([line.id for line in reversed(self.picked)])

    def allow_copying(self, allowed: bool) -> None:
        """Whether who is logged in may hand out a copy of everything."""
        self.copy_button.setHidden(not allowed)

    def _with_person(self, signal: SignalInstance) -> None:
        if self.person is not None:
            signal.emit(self.person)


def _day_of(row: Row) -> date:
    return datetime.fromisoformat(row.tested_on if isinstance(row, ImportedResult) else row.started_at).date()

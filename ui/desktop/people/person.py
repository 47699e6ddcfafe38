"""The first screen: who is to be seen to today, and everybody, found while you type; the chosen person beside it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QStackedWidget, QTableView, QWidget

from teststation.records.people.national_number import masked
from teststation.records.people.person import Person
from teststation.training.today import Why
from ui.desktop.i18n import tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import day, today
from ui.desktop.people.last_result import last_result_words, next_test_words
from ui.desktop.people.people_model import PeopleModel
from ui.desktop.people.today import TodayModel, line_words
from ui.desktop.widgets.base import button, card, column, label, row, rule, set_shown, set_state, set_text
from ui.desktop.widgets.roomy import Roomy
from ui.desktop.widgets.table import LongTable, for_reading
from ui.station.today import Standing

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record


class PersonScreen(QWidget):
    """Search and lists on the left, the chosen person on the right."""

    test_wanted = Signal(object)  # Person
    session_wanted = Signal(object)
    group_wanted = Signal(object)
    history_wanted = Signal(object)
    training_wanted = Signal(object)
    edit_wanted = Signal(object)
    merge_wanted = Signal(object)
    erase_wanted = Signal(object)
    interrupted_wanted = Signal(str)  # the id of the test that broke off
    result_seen = Signal(object)  # Person: a result of theirs is on the screen
    today_wanted = Signal()
    new_wanted = Signal()
    due_wanted = Signal()
    waiting_wanted = Signal()  # which signed tests have not gone to the journal
    bring_in_wanted = Signal()

    def __init__(self, record: "Record") -> None:
        super().__init__()
        self.setObjectName("screen")
        self._record = record
        self.search = QLineEdit()
        self.search.setObjectName("search")
        self.search.setPlaceholderText(tr("person.search"))
        self.search.setAccessibleName(tr("person.search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.refresh)
        self.search.returnPressed.connect(self._go_on)
        self.search.installEventFilter(self)
        self.model, self.today = PeopleModel(record), TodayModel(record)
        self.table = self._table(self.model, tr("person.list"))
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.model.rowsInserted.connect(lambda *_: self._say_how_many())
        self.today_table = self._table(self.today, tr("today.title"))
        self._in_use, self._wanted = self.table, self.today_table
        self._lists = QStackedWidget()
        self._lists.addWidget(self.table)
        self._lists.addWidget(self.today_table)
        self.today_button = button("", lambda: self._want(self.today_table), "touch")
        self.all_button = button(tr("today.all"), lambda: self._want(self.table), "touch")
        for one in (self.today_button, self.all_button):
            one.setCheckable(True)
        self.waiting_button = button("", self.waiting_wanted.emit, "touch")
        self.note = label("", "caption", wrap=True)
        self.backup = label("", "caption", wrap=True)
        self.new_button = button(tr("person.new"), self.new_wanted.emit, "touch")
        self.due_button = button(tr("due.open"), self.due_wanted.emit, "touch")
        self.merge_button = button(tr("merge.open"), lambda: self._with_chosen(self.merge_wanted), "touch")
        self.erase_button = button(tr("erase.open"), lambda: self._with_chosen(self.erase_wanted), "link")
        self.bring_in_button = button(tr("bring.open"), self.bring_in_wanted.emit, "link")
        self.may_merge = True
        self.name = label("", "title", wrap=True)
        self.facts = label("", "lead", wrap=True)
        self.why = label("", "strong", wrap=True)
        self.last = label("", "soft", wrap=True)
        self.test_button = button(tr("person.test"), lambda: self._with_chosen(self.test_wanted), "main")
        self.session_button = button(
            tr("person.session"), lambda: self._with_chosen(self.session_wanted), "touch", tip=tr("person.session_tip")
        )
        self.group_button = button(
            tr("together.open"), lambda: self._with_chosen(self.group_wanted), "touch", tip=tr("together.tip")
        )
        self.history_button = button(tr("person.history"), lambda: self._with_chosen(self.history_wanted), "touch")
        self.training_button = button(tr("training.open"), lambda: self._with_chosen(self.training_wanted), "touch")
        self.edit_button = button(tr("person.edit"), lambda: self._with_chosen(self.edit_wanted), "touch")
        left = card(
            tr("person.title"),
            row(self.search, self.due_button, self.new_button, gap=10, shares=(1,)),
            row(self.today_button, self.all_button, 1, self.waiting_button, gap=10),
            self._lists,
            row(self.note, self.bring_in_button, shares=(1,)),
            self.backup,
            shares=(0, 0, 0, 1),
        )
        chosen = column(
            self.name,
            self.facts,
            rule(),
            self.why,
            self.last,
            1,
            self.test_button,
            row(self.session_button, self.group_button),
            row(self.history_button, self.training_button),
            row(self.edit_button, self.merge_button),
            row(1, self.erase_button),
        )
        right = card(tr("person.chosen"), Roomy(chosen, tr("person.chosen")), shares=(0, 1))
        self.setLayout(row(left, right, gap=16, margin=18, shares=(3, 2)))
        set_shown(self.backup, False)
        self.show_waiting(0)
        self.show_today(())
        self._show_chosen()

    def _table(self, model: PeopleModel | TodayModel, name: str) -> QTableView:
        table = LongTable(model)
        for_reading(table, name, stretched=0)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.selectionModel().selectionChanged.connect(lambda *_: self._chosen_in(table))
        table.activated.connect(lambda *_: self.begin())  # Enter, or a double click
        return table

    def rescale(self, scale: float, family: str) -> None:
        """Rows that a finger can hit."""
        for table in (self.table, self.today_table):
            table.verticalHeader().setDefaultSectionSize(round(52 * scale))

    # --- who is chosen ---

    @property
    def chosen(self) -> Person | None:
        """The person in the selected row."""
        at = self._selected(self._in_use)
        if at is None:
            return None
        return self.today.rows[at].person if self._in_use is self.today_table else self.model.people[at]

    @property
    def standing(self) -> Standing | None:
        """The chosen line of today's list."""
        at = self._selected(self.today_table)
        return self.today.rows[at] if at is not None and self._in_use is self.today_table else None

    def choose(self, person: Person) -> None:
        """Find this person and no other."""
        self.search.setText(f"{person.full_name} {person.born or ''}".strip())
        self.refresh(choose=person.id)

    def begin(self) -> None:
        """What the chosen line is there for: the test, the session of the plan, or the test that broke off."""
        standing = self.standing
        if standing is None or standing.line.why is Why.DUE:
            self._with_chosen(self.test_wanted)
        elif standing.line.why is Why.INTERRUPTED:
            self.interrupted_wanted.emit(standing.line.test_id)
        else:
            from teststation.training.diary import INTERVALS

            walked_here = standing.line.kind in INTERVALS
            self._with_chosen(self.session_wanted if walked_here else self.training_wanted)

    def _selected(self, table: QTableView) -> int | None:
        rows = table.selectionModel().selectedRows()
        return rows[0].row() if rows else None

    def _chosen_in(self, table: QTableView) -> None:
        if self._selected(table) is not None:
            self._in_use = table
            other = self.today_table if table is self.table else self.table
            other.clearSelection()
        self._show_chosen()

    # --- the lists ---

    def show_today(self, rows: Sequence[Standing]) -> None:
        """Today's list. It is what is seen first, where there is anybody on it."""
        former = self.standing
        self.today.show_rows(rows)
        set_text(self.today_button, tr("today.open", n=len(rows)))
        for one in (self.today_button, self.all_button):
            set_shown(one, bool(rows))
        again = next((at for at, row in enumerate(rows) if row == former), None)
        if again is not None:
            self.today_table.selectRow(again)
        self._look()

    def show_waiting(self, number: int) -> None:
        """So many signed tests have not gone to the journal."""
        set_text(self.waiting_button, tr("waiting.open", n=number))
        set_shown(self.waiting_button, number > 0)

    def show_backup(self, words: str, *, late: bool) -> None:
        """When the record was last copied; empty where nobody has to know."""
        set_text(self.backup, words)
        set_state(self.backup, "caution" if late else "")
        set_shown(self.backup, bool(words))

    def refresh(self, *_: object, choose: str | None = None) -> None:
        """Search again; select the person with the id ``choose``, or the only one found."""
        former = self.chosen
        wanted = choose or (former.id if former and self._in_use is self.table else None)
        searched = bool(self.search.text().strip())
        self.model.find(self.search.text())
        if choose is not None and all(person.id != choose for person in self.model.people):
            self.model.read_all()
        people = self.model.people
        rows = [index for index, person in enumerate(people) if person.id == wanted]
        if not rows and len(people) == 1 and searched:
            rows = [0]
        if choose is not None:
            self._wanted = self.table
        self._look()
        if rows:
            self.table.selectRow(rows[0])
        self._say_how_many()
        self._show_chosen()
        if not searched:
            self.today_wanted.emit()

    def _want(self, table: QTableView) -> None:
        self._wanted = table
        self._look()

    def _look(self) -> None:
        """The list that is wanted, where it can be: a search is one in all people."""
        searched, nobody = bool(self.search.text().strip()), not self.today.rows
        table = self.table if searched or nobody else self._wanted
        self._lists.setCurrentWidget(table)
        self.today_button.setChecked(table is self.today_table)
        self.all_button.setChecked(table is self.table)

    def _say_how_many(self) -> None:
        if not self.model.people:
            words = tr("person.none") if self.search.text().strip() else tr("person.empty")
        else:
            words = tr("person.first", n=len(self.model.people)) if self.model.more else ""
        set_text(self.note, words)

    def _go_on(self) -> None:
        """Enter in the search field: the first line is chosen, and begun where one was."""
        if self.chosen is not None:
            self.begin()
        else:
            self._choose_first()

    def _choose_first(self) -> None:
        table = self._lists.currentWidget()
        assert isinstance(table, QTableView)
        if table.model().rowCount():
            if self._selected(table) is None:
                table.selectRow(0)
            table.setFocus(Qt.FocusReason.TabFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow down leads from the search field into the list."""
        match event:
            case QKeyEvent() if (watched, event.type(), event.key()) == (
                self.search,
                QEvent.Type.KeyPress,
                Qt.Key.Key_Down,
            ):
                self._choose_first()
                return True
        return super().eventFilter(watched, event)

    # --- who may what ---

    def allow_merging(self, allowed: bool) -> None:
        """Whether who is logged in may merge duplicates."""
        self.may_merge = allowed
        self._show_chosen()

    def allow_erasing(self, allowed: bool) -> None:
        """Whether who is logged in may erase people."""
        set_shown(self.erase_button, allowed)

    def allow_bringing_in(self, allowed: bool) -> None:
        """Whether who is logged in may bring in earlier results."""
        set_shown(self.bring_in_button, allowed)

    # --- the chosen person ---

    def _show_chosen(self) -> None:
        person, standing = self.chosen, self.standing
        for control in (
            self.test_button, self.session_button, self.group_button, self.history_button, self.training_button,
            self.edit_button, self.erase_button,
        ):  # fmt: skip
            control.setEnabled(person is not None)
        self.merge_button.setEnabled(person is not None and self.may_merge)
        set_text(self.why, "" if standing is None else line_words(self._record, standing.line))
        set_shown(self.why, standing is not None)
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
            return
        following = next_test_words(self._record, person, last, today())
        tested = f"{tr('person.tested', last=day(last))} {following}"
        result = last_result_words(self._record, person)
        set_text(self.last, f"{result}\n{tested}".strip())
        if result:
            self.result_seen.emit(person)

    def _with_chosen(self, signal: SignalInstance) -> None:
        if self.chosen is not None:
            signal.emit(self.chosen)

"""Strength: 1RM of each exercise against the date, where it comes from, and the load that is offered next."""

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView, QWidget

from teststation.errors import StationError
from teststation.records.people.person import Person
from teststation.records.training.note import Note
from teststation.training import strength
from teststation.training.diary import Entry
from teststation.training.strength import EXERCISES, INCREASES_KG, STEPS_KG, Method, Next, OneRm
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import between, day, number, parse_day, parse_number, signed, today
from ui.desktop.training.entry_sheet import combo
from ui.desktop.training.plan_sheets import _Asking
from ui.desktop.training.screen import sets_name
from ui.desktop.training.week_plot import RmPlot
from ui.desktop.widgets.base import button, card, column, frame, label, row, set_shown, set_text
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.table import fill_wrapped, reading_table

COLUMNS = ("day", "one_rm", "by", "change")


def by_words(one: OneRm) -> str:
    """How a 1RM was found, and from which source."""
    found = strength.estimate(one)
    if one.method is Method.TESTED:
        return tr("strength.by.tested")
    words = tr(f"strength.by.{found.by}", kg=number(one.load_kg, 1), n=one.repetitions)
    return f"{words} {tr('strength.doubtful')}" if found.doubtful else words


def next_words(one: OneRm, entries: Sequence[Entry]) -> str:
    """What is offered next, and why."""
    offered = strength.propose(one, entries)
    name = sets_name(one.exercise)
    if offered is None:
        return tr("strength.no_load", exercise=name)
    why = tr(f"strength.next.{offered.what.value}")
    gap = "" if offered.inside or offered.what is not Next.FIRST else f" {tr('strength.gap')}"
    return tr("strength.offer", exercise=name, kg=number(offered.kg, 1), why=why) + gap


class StrengthScreen(QWidget):
    """What a person lifts. The next load is offered; the therapist decides."""

    new_wanted = Signal(str)  # the exercise on the screen
    write_wanted = Signal(str)
    withdraw_wanted = Signal(object)  # Note[OneRm]
    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._notes: Sequence[Note[OneRm]] = ()
        self._shown: list[Note[OneRm]] = []
        self._entries: Sequence[Entry] = ()
        self.who, self.offer = label("", "title", wrap=True), label("", "lead", wrap=True)
        self.how = label(tr("strength.how"), "soft", wrap=True)
        self.exercise = combo(tr("strength.exercise"), [(sets_name(one), one) for one in EXERCISES], EXERCISES[0])
        self.exercise.currentIndexChanged.connect(self._show)
        headings = [tr(f"strength.column.{name}") for name in COLUMNS]
        self.table = reading_table(tr("strength.list"), headings, COLUMNS.index("by"), wrapped=True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.itemSelectionChanged.connect(self._look)
        self.none = label(tr("strength.none"), "lead", wrap=True)
        self.plot = RmPlot()
        self.withdraw_button = button(tr("training.withdraw"), self._withdraw, "touch")
        left = card(
            tr("strength.list"), row(self.exercise, 1), self.none, self.table, row(self.withdraw_button, 1),
            shares=(0, 0, 0, 1),
        )  # fmt: skip
        right = card(tr("strength.chart"), self.plot, label(tr("strength.legend"), "caption", wrap=True), shares=(0, 1))
        inner = column(
            self.who, self.offer, self.how, row(left, right, shares=(3, 2)), gap=6, margin=14, shares=(0, 0, 0, 1)
        )
        foot = row(
            button(tr("common.back"), self.back.emit, "touch"),
            1,
            button(tr("strength.new"), lambda: self.new_wanted.emit(self.exercise.currentData()), "touch"),
            button(tr("strength.write"), lambda: self.write_wanted.emit(self.exercise.currentData()), "main"),
            margin=12,
        )
        self.setLayout(column(inner, frame(foot, "foot"), gap=0, shares=(1,)))

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale."""
        self.plot.rescale(scale, family)
        self.table.verticalHeader().setMinimumSectionSize(round(44 * scale))

    def show_person(self, person: Person, notes: Sequence[Note[OneRm]], entries: Sequence[Entry]) -> None:
        """Show a person's 1RM; the exercise with the newest first."""
        self._notes = sorted(notes, key=lambda note: note.value.day)
        self._entries = sorted(entries, key=lambda entry: entry.day)
        set_text(self.who, tr("strength.title", name=name_of(person)))
        for exercise in dict.fromkeys(note.value.exercise for note in self._notes):
            if self.exercise.findData(exercise) < 0:
                self.exercise.addItem(exercise, exercise)
        if self._notes:
            self.exercise.setCurrentIndex(self.exercise.findData(self._notes[-1].value.exercise))
        self._show()

    def _show(self) -> None:
        exercise = self.exercise.currentData()
        self._shown = [note for note in self._notes if note.value.exercise == exercise]
        rows: list[tuple[str, ...]] = []
        points: list[tuple[date, float, float, float, bool]] = []
        for place, note in enumerate(self._shown):
            one, found = note.value, strength.estimate(note.value)
            changed = _change_words(one, [earlier.value for earlier in self._shown[:place]])
            kg = tr("strength.value", kg=number(found.kg, 1), range=between(found.low, found.high))
            rows.append((day(one.day), kg, by_words(one), changed))
            points.append((date.fromisoformat(one.day), found.kg, found.low, found.high, one.method is Method.TESTED))
        fill_wrapped(self.table, rows[::-1])
        self.plot.show_points(points)
        set_shown(self.none, not rows)
        set_shown(self.table, bool(rows))
        set_text(self.offer, next_words(self._shown[-1].value, self._entries) if self._shown else tr("strength.first"))
        self._look()

    def _look(self) -> None:
        self.withdraw_button.setEnabled(bool(self.table.selectionModel().selectedRows()))

    def _withdraw(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows:
            self.withdraw_wanted.emit(self._shown[::-1][rows[0].row()])


def _change_words(now: OneRm, before: Sequence[OneRm]) -> str:
    """Since the last one that was found in the same way, else since the last."""
    if not before:
        return ""
    alike = [one for one in before if one.method is now.method]
    found = strength.change(now, (alike or before)[-1])
    return tr(f"strength.change.{found.wording}", percent=signed(100 * found.share, 0))


class OneRmSheet(_Asking):
    """A new 1RM, tested or estimated."""

    def __init__(
        self, window: QWidget, exercise: str, keep: Callable[[OneRm], None], *, needs_a_yes: bool, last: OneRm | None
    ) -> None:
        self._keep, self._needs_a_yes = keep, needs_a_yes
        self.day = line_edit(day(today().isoformat()), tr("training.column.day"), tr("form.born_hint"))
        self.exercise = combo(tr("strength.exercise"), [(sets_name(one), one) for one in EXERCISES], exercise)
        methods = [(tr(f"strength.method.{one.value}"), one.value) for one in Method]
        self.method = combo(tr("strength.method.name"), methods, Method.TESTED.value)
        self.load = line_edit("", tr("strength.kg"))
        self.repetitions = line_edit("1", tr("strength.repetitions"))
        step, increase = (2.5, 2.5) if last is None else (last.step_kg, last.increase_kg)
        self.step = combo(tr("strength.step"), [(_kilos(kg), kg) for kg in STEPS_KG], step)
        self.increase = combo(tr("strength.increase"), [(_kilos(kg), kg) for kg in INCREASES_KG], increase)
        self.cleared = line_edit("", tr("strength.cleared"))
        fields = form(
            (tr("training.column.day"), self.day),
            (tr("strength.exercise"), self.exercise),
            (tr("strength.method.name"), self.method),
            (tr("strength.kg"), self.load),
            (tr("strength.repetitions"), self.repetitions),
            (tr("strength.step"), self.step),
            (tr("strength.increase"), self.increase),
            (tr("strength.cleared"), self.cleared),
        )
        warning = label(tr("strength.needs_a_yes") if needs_a_yes else "", "lead", wrap=True)
        set_shown(warning, needs_a_yes)
        super().__init__(
            window, tr("strength.new"), label(tr("strength.test_how"), "soft", wrap=True), warning, fields, width=900
        )
        self.method.currentIndexChanged.connect(self._look)
        self._look()

    def do(self) -> list[str]:
        on, kg, n = parse_day(self.day.text()), parse_number(self.load.text()), parse_number(self.repetitions.text())
        if on is None:
            return [tr("training.day_wrong")]
        if kg is None or n is None or n != int(n):
            return [tr("strength.numbers_wrong")]
        one = OneRm(
            day=on.isoformat(),
            exercise=self.exercise.currentData(),
            method=Method(self.method.currentData()),
            load_kg=kg,
            repetitions=int(n),
            step_kg=self.step.currentData(),
            increase_kg=self.increase.currentData(),
            cleared_by=self.cleared.text().strip(),
        )
        try:
            self._keep(strength.checked(one, today(), needs_a_yes=self._needs_a_yes))
        except StationError as error:
            return told(error)
        return []

    def _look(self) -> None:
        tested = self.method.currentData() == Method.TESTED.value
        if tested:
            self.repetitions.setText("1")
        self.repetitions.setEnabled(not tested)
        self.cleared.setEnabled(not tested)


def _kilos(kg: float) -> str:
    return f"{number(kg, 1)} {tr('unit.kg')}"

"""A protocol is written: a table, beside it what it will ask of a person, and every problem at its field."""

from collections.abc import Callable, Collection

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QComboBox, QLineEdit, QWidget

from teststation.physiology.foreseen import foresee
from teststation.protocol import draft as drafts
from teststation.protocol.draft import HEAD, CellProblem, Draft
from teststation.protocol.own import Version
from teststation.protocol.plan import Limits
from ui.desktop.i18n import knows, say, tr
from ui.desktop.i18n.numbers import clock
from ui.desktop.protocols.draft_sheet import DraftSheet, mark, within
from ui.desktop.protocols.load_curve import LoadCurve
from ui.desktop.protocols.someone import Someone, WhoBar, typed_with_comma
from ui.desktop.protocols.stage_table import StageTable, heading
from ui.desktop.widgets.base import button, column, label, problem_label, row, set_text
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.sheet import Sheet

SPEEDS = ("slow", "normal", "fast")  # starting speeds that have a word in every language


class EditorSheet(DraftSheet):
    """``kept`` carries the version that was saved. Escape and Cancel ask first where something would be lost."""

    draft: Draft

    def __init__(
        self,
        window: QWidget,
        draft: Draft,
        someone: Someone,
        keep: Callable[[Draft, str], Version],
        show_sheet: Callable[[Callable[[QWidget], Sheet]], None],
        taken: Collection[str] = (),
    ) -> None:
        """``keep``: saves a draft under a version's name, or raises. ``taken``: titles of other protocols."""
        self._taken, self.draft = taken, draft
        self._found: tuple[CellProblem, ...] = ()
        scale = float(window.property("drawn_scale") or 1.0)
        self.title_edit = line_edit(draft.title, tr("protocols.title"))
        self.hr_limit = line_edit(draft.hr_limit, tr("protocols.hr_limit"), _percent_hint())
        self.rpe_limit = line_edit(draft.rpe_limit, tr("protocols.rpe_limit"), str(Limits().rpe_max))
        given = dict(draft.speeds)
        self.speeds = {
            name: line_edit(given.get(name, ""), tr("protocols.speed_of", name=_speed_name(name)), _speed_name(name))
            for name in (*SPEEDS, *(name for name in given if name not in SPEEDS))
        }
        self.default = QComboBox()
        self.default.setAccessibleName(tr("protocols.default_speed"))
        self.table, self.curve = StageTable(), LoadCurve(scale)
        self.who = WhoBar(someone, self._look)
        self.sum, self.problems = label("", "strong"), problem_label()
        super().__init__(window, self._sheet_title(), self._body(scale), keep, show_sheet, width=1800)
        self._connect()
        self._look()

    def _sheet_title(self) -> str:
        return (
            tr("protocols.edit_title", title=self.draft.title) if self.draft.identifier else tr("protocols.new_title")
        )

    def _body(self, scale: float) -> QBoxLayout:
        for short in (self.hr_limit, self.rpe_limit, *self.speeds.values()):
            short.setMaximumWidth(round(130 * scale))
        head = row(
            form((tr("protocols.title"), self.title_edit)),
            form((tr("protocols.hr_limit"), self.hr_limit)),
            form((tr("protocols.rpe_limit"), self.rpe_limit)),
            gap=20, shares=(1,),
        )  # fmt: skip
        words, usual = label(tr("protocols.starting"), "soft"), label(tr("protocols.default_speed"), "soft")
        starting = row(words, *self.speeds.values(), usual, self.default, 1, gap=8)
        self.add_button = button(tr("protocols.add"), self._add, tip=tr("protocols.add_tip"))
        self.remove_button = button(tr("protocols.remove"), self._remove)
        self.up_button = button(tr("protocols.up"), lambda: self._move(-1))
        self.down_button = button(tr("protocols.down_button"), lambda: self._move(1))
        keys = row(self.add_button, self.remove_button, self.up_button, self.down_button, 1, self.sum, gap=8)
        left = column(self.table, keys, self.problems, gap=8, shares=(1,))
        right = column(self.who, self.curve, label(tr("protocols.legend"), "caption", wrap=True), gap=6, shares=(0, 1))
        return column(head, starting, row(left, right, gap=18, shares=(7, 5)), gap=10, shares=(0, 0, 1))

    def _connect(self) -> None:
        self.title_edit.textChanged.connect(lambda text: self._in_head(title=text))
        self.hr_limit.textChanged.connect(lambda text: self._in_head(hr_limit=text))
        self.rpe_limit.textChanged.connect(lambda text: self._in_head(rpe_limit=text))
        for name, field in self.speeds.items():
            field.textChanged.connect(lambda text, name=name: self._set(drafts.with_speed(self.draft, name, text)))
        self.default.activated.connect(lambda *_: self._in_head(default_speed=self.default.currentData()))
        self.table.typed.connect(self._typed)
        self.table.row_wanted.connect(self._grow)
        self.table.left.connect(self._leave_table)
        self.table.currentCellChanged.connect(lambda *_: self._tell())

    # --- what somebody does ---

    def take_focus(self) -> None:
        if self.focusWidget() is None and self.draft.title:
            self.table.begin(0)
        else:
            super().take_focus()

    def _typed(self, row_number: int, field: str, value: object) -> None:
        if isinstance(value, str | bool):
            self._set(drafts.with_cell(self.draft, row_number, field, value, comma=typed_with_comma()))

    def _in_head(self, **fields: str) -> None:
        self._set(msgspec.structs.replace(self.draft, **fields))

    def _grow(self, after: int) -> None:
        self._set(drafts.with_stage(self.draft, after, comma=typed_with_comma()))
        self.table.begin(after + 1)

    def _leave_table(self, onward: bool) -> None:
        (self.add_button if onward else self.title_edit).setFocus(Qt.FocusReason.TabFocusReason)

    def _add(self) -> None:
        here = self.table.currentRow()
        self._grow(here if 0 <= here < len(self.draft.stages) else len(self.draft.stages) - 1)

    def _remove(self) -> None:
        here = self.table.currentRow()
        self._set(drafts.without_stage(self.draft, here))
        self.table.begin(max(0, min(here, len(self.draft.stages) - 1)))

    def _move(self, by: int) -> None:
        here = self.table.currentRow()
        moved = drafts.moved_stage(self.draft, here, by)
        if moved != self.draft:
            self._set(moved)
            self.table.setCurrentCell(here + by, max(0, self.table.currentColumn()))

    def _set(self, draft: Draft) -> None:
        self.draft = draft
        self._look()

    def _finish_typing(self) -> None:
        self.table.finish_typing()

    # --- what it comes to ---

    def _look(self) -> None:
        draft = self.draft
        self._found = drafts.problems(draft, self._taken)
        stages = drafts.stages_in_order(draft, self._found)
        limits = drafts.number_of(draft.hr_limit)
        share = Limits().hr_fraction_of_max if limits is None else min(100.0, max(0.0, limits)) / 100
        who = self.who.someone
        foretold = foresee(stages, who.subject, share, who.line)
        wrong = {(one.row, one.field): say(one.cause) for one in self._found}
        self.table.show_draft(draft, wrong, foretold.stages)
        self.curve.show_stages(stages, foretold)
        for field, edit in self._head_fields():
            mark(edit, wrong.get((HEAD, field), ""))
        self._fill_default()
        total = tr("protocols.sum", time=clock(drafts.length_s(draft)), n=len(draft.stages))
        set_text(self.sum, total)
        self.remove_button.setEnabled(len(draft.stages) > 1)
        self._tell()

    def _head_fields(self) -> list[tuple[str, QLineEdit]]:
        speeds = [(f"speeds.{name}", edit) for name, edit in self.speeds.items()]
        return [("title", self.title_edit), ("hr_limit", self.hr_limit), ("rpe_limit", self.rpe_limit), *speeds]

    def _fill_default(self) -> None:
        offered = [name for name, text in self.draft.speeds if text.strip()]
        if [self.default.itemData(place) for place in range(self.default.count())] != offered:
            self.default.clear()
            for name in offered:
                self.default.addItem(_speed_name(name), name)
        self.default.setCurrentIndex(self.default.findData(self.draft.default_speed))
        self.default.setEnabled(bool(offered))

    def _tell(self) -> None:
        """The problem of the cell where the keyboard is, first; then the others."""
        here = self.table.currentRow()
        first = sorted(self._found, key=lambda one: one.row != here)
        self.tell_problems([sentence_of(one, len(self.draft.stages)) for one in first])

    def _go_to(self, problem: CellProblem) -> None:
        if problem.row != HEAD:
            field = problem.field if problem.field in (drafts.SPEED, drafts.INCLINE, drafts.NAME) else drafts.TIME
            self.table.begin(problem.row, field)
            return
        fields = dict(self._head_fields())
        fields.get(problem.field, self.title_edit).setFocus(Qt.FocusReason.OtherFocusReason)


def sentence_of(problem: CellProblem, stages: int) -> str:
    """A problem with its place before it."""
    return tr("protocols.at", place=place_of(problem.row, problem.field, stages), what=within(say(problem.cause)))


def place_of(row_number: int, field: str, stages: int) -> str:
    """Where a field is, in words."""
    if row_number == HEAD:
        name = field.removeprefix("speeds.")
        if name != field:
            return tr("protocols.speed_of", name=_speed_name(name))
        return tr(f"protocols.{field}") if knows(f"protocols.{field}") else field
    where = tr("protocols.cool_down") if row_number == stages else tr("protocols.stage", n=row_number + 1)
    if not knows(f"protocols.column.{field}"):
        return where
    plain, _, _unit = heading(field).partition(",")
    return tr("protocols.field_of", where=where, field=within(plain))


def _speed_name(name: str) -> str:
    return tr(f"speed.{name}") if knows(f"speed.{name}") else name


def _percent_hint() -> str:
    return f"{Limits().hr_fraction_of_max * 100:.0f}"

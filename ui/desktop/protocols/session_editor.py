"""A session is written: a row for each of its parts, beside it the pulse it aims at, and every problem at its field."""

from collections.abc import Callable, Collection

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from teststation.cause import Cause
from teststation.protocol import session_draft as drafts
from teststation.protocol.own import Version
from teststation.protocol.session_draft import BOUTS, PARTS, FieldProblem, SessionDraft, cell_of
from ui.desktop.i18n import knows, say, tr
from ui.desktop.i18n.numbers import clock
from ui.desktop.protocols.aim_curve import AimCurve
from ui.desktop.protocols.draft_sheet import DraftSheet, mark, within
from ui.desktop.widgets.base import column, label, problem_label, row, set_text
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.sheet import Sheet

COLUMNS = ("duration_s", "hr_share_low", "hr_share_high", "borg_low", "borg_high", "speed_kmh", "incline_pct")
ROWS = ("warm_up", "bout", "pause", "cool_down")


class SessionEditorSheet(DraftSheet):
    """``kept`` carries the version that was saved. Escape and Cancel ask first where something would be lost."""

    draft: SessionDraft

    def __init__(
        self,
        window: QWidget,
        draft: SessionDraft,
        keep: Callable[[SessionDraft, str], Version],
        show_sheet: Callable[[Callable[[QWidget], Sheet]], None],
        taken: Collection[str] = (),
    ) -> None:
        """``keep``: saves a draft under a version's name, or raises. ``taken``: titles of other protocols."""
        self._taken, self.draft = taken, draft
        self._found: tuple[FieldProblem, ...] = ()
        scale = float(window.property("drawn_scale") or 1.0)
        self.fields: dict[str, QLineEdit] = {
            "title": line_edit(draft.title, tr("protocols.title")),
            BOUTS: line_edit(draft.bouts, tr("protocols.session.bouts")),
        }
        for part, names in PARTS.items():
            for name in names:
                where = cell_of(part, name)
                self.fields[where] = line_edit(draft.cell(part, name), place_of(where))
        for where, edit in self.fields.items():
            edit.textChanged.connect(lambda text, where=where: self._typed(where, text))
            if where != "title":
                edit.setMaximumWidth(round(150 * scale))
        self.curve = AimCurve(scale)
        self.sum, self.problems = label("", "strong"), problem_label()
        title = tr("protocols.edit_title", title=draft.title) if draft.identifier else tr("protocols.session.new_title")
        head = row(
            form((tr("protocols.title"), self.fields["title"])),
            form((tr("protocols.session.bouts"), self.fields[BOUTS])),
            self.sum, gap=20, shares=(1,),
        )  # fmt: skip
        legend = label(tr("protocols.session.legend"), "caption", wrap=True)
        body = column(head, self._grid(), self._steps(), self.problems, self.curve, legend, gap=10,
                      shares=(0, 0, 0, 0, 1))  # fmt: skip
        super().__init__(window, title, body, keep, show_sheet, width=1500)
        self._look()

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        for at, name in enumerate(COLUMNS, start=1):
            grid.addWidget(label(tr(f"protocols.session.{name}"), "caption"), 0, at)
        for line, part in enumerate(ROWS, start=1):
            grid.addWidget(label(part_words(part)), line, 0)
            for name in PARTS[part]:
                at = COLUMNS.index("hr_share_low" if name == "hr_share" else name) + 1
                grid.addWidget(self.fields[cell_of(part, name)], line, at)
        return grid

    def _steps(self) -> QWidget:
        made = QWidget()
        fields = [
            form((tr(f"protocols.session.{name}"), self.fields[cell_of("steps", name)])) for name in PARTS["steps"]
        ]
        made.setLayout(row(label(part_words("steps"), "strong"), *fields, 1, gap=16))
        return made

    # --- what somebody does ---

    def _typed(self, where: str, text: str) -> None:
        part, _, name = where.partition(".")
        if name:
            self.draft = drafts.with_cell(self.draft, part, name, text)
        else:
            self.draft = msgspec.structs.replace(self.draft, **{where: text})
        self._look()

    def _go_to(self, problem: FieldProblem) -> None:
        self.fields.get(problem.field, self.fields["title"]).setFocus(Qt.FocusReason.OtherFocusReason)

    # --- what it comes to ---

    def _look(self) -> None:
        self._found = drafts.problems(self.draft, self._taken)
        wrong = {one.field: words_of(one.cause) for one in self._found}
        for where, edit in self.fields.items():
            mark(edit, wrong.get(where, ""))
        one_bout = self.draft.bouts.strip() == "1"
        for name in PARTS["pause"]:
            self.fields[cell_of("pause", name)].setEnabled(not one_bout)
        aims = drafts.aims(self.draft)
        self.curve.show_aims(aims)
        bouts = sum(aim.part == "bout" for aim in aims)
        set_text(self.sum, tr("protocols.session.sum", time=clock(drafts.length_s(self.draft)), n=bouts))
        self.tell_problems(
            [tr("protocols.at", place=place_of(one.field), what=within(words_of(one.cause))) for one in self._found]
        )


def part_words(part: str) -> str:
    """A part's name."""
    return tr(f"protocols.session.{part}")


def place_of(where: str) -> str:
    """Where a field is, in words."""
    part, _, name = where.partition(".")
    if name and part in PARTS:
        return tr("protocols.field_of", where=part_words(part), field=within(field_words(name)))
    if where == BOUTS:
        return tr("protocols.session.bouts")
    return tr(f"protocols.{where}") if knows(f"protocols.{where}") else where


def field_words(name: str) -> str:
    """A field's name without its unit."""
    return tr(f"protocols.session.{name}").partition(",")[0]


def words_of(cause: Cause) -> str:
    """A problem in words; another field is named as the sheet names it."""
    other = cause.values.get("other")
    if isinstance(other, str) and knows(f"protocols.session.{other}"):
        cause = Cause(cause.code, {**cause.values, "other": f"«{field_words(other)}»"})
    return say(cause)

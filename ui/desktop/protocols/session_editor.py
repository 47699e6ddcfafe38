"""A session is written: a row for each of its parts, beside it the pulse it aims at, and every problem at its field."""

from collections.abc import Callable, Collection

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from teststation.cause import Cause
from teststation.errors import StationError
from teststation.protocol import session_draft as drafts
from teststation.protocol.own import Version
from teststation.protocol.session_draft import BOUTS, PARTS, FieldProblem, SessionDraft, cell_of
from ui.desktop.i18n import knows, say, told, tr
from ui.desktop.i18n.numbers import clock
from ui.desktop.protocols.aim_curve import AimCurve
from ui.desktop.widgets.base import button, column, label, problem_label, row, set_state, set_text, show_problems
from ui.desktop.widgets.choices import choices
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.sheet import Sheet

PROBLEMS_SHOWN = 3
COLUMNS = ("duration_s", "hr_share_low", "hr_share_high", "borg_low", "borg_high", "speed_kmh", "incline_pct")
ROWS = ("warm_up", "bout", "pause", "cool_down")


class SessionEditorSheet(Sheet):
    """``kept`` carries the version that was saved. Escape and Cancel ask first where something would be lost."""

    kept = Signal(object)

    def __init__(
        self,
        window: QWidget,
        draft: SessionDraft,
        keep: Callable[[SessionDraft, str], Version],
        show_sheet: Callable[[Callable[[QWidget], Sheet]], None],
        taken: Collection[str] = (),
    ) -> None:
        """``keep``: saves a draft under a version's name, or raises. ``taken``: titles of other protocols."""
        self._keep, self._show_sheet, self._taken = keep, show_sheet, taken
        self.draft = self._began = draft
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
        self.what_is_new = line_edit("", tr("protocols.what_is_new"), tr("protocols.what_is_new"))
        self.save_button = button(tr("protocols.save"), self.save, "main")
        title = tr("protocols.edit_title", title=draft.title) if draft.identifier else tr("protocols.session.new_title")
        head = row(
            form((tr("protocols.title"), self.fields["title"])),
            form((tr("protocols.session.bouts"), self.fields[BOUTS])),
            self.sum, gap=20, shares=(1,),
        )  # fmt: skip
        legend = label(tr("protocols.session.legend"), "caption", wrap=True)
        body = column(head, self._grid(), self._steps(), self.problems, self.curve, legend, gap=10,
                      shares=(0, 0, 0, 0, 1))  # fmt: skip
        super().__init__(window, title, body, width=1500, fill=True)
        self.foot.insertWidget(0, button(tr("common.cancel"), self.leave, "touch"))
        self.foot.insertWidget(1, self.what_is_new, 1)
        self.foot.addWidget(self.save_button)
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

    def save(self) -> None:
        """Keep a new version, or go to the first problem."""
        if self._found:
            self.fields.get(self._found[0].field, self.fields["title"]).setFocus(Qt.FocusReason.OtherFocusReason)
            return
        try:
            version = self._keep(self.draft, self.what_is_new.text().strip())
        except StationError as error:
            show_problems(self.problems, told(error))
            return
        self.finish()
        self.kept.emit(version)

    def leave(self) -> None:
        """Close, and ask first where something would be lost."""
        if self.draft == self._began:
            self.finish()
            return
        answers = [("stay", tr("protocols.stay")), ("discard", tr("protocols.discard"))]
        self._show_sheet(
            lambda window: choices(
                window, tr("protocols.unsaved"), tr("protocols.unsaved_words"), answers,
                lambda code: self.finish() if code == "discard" else None, cancel=tr("common.back"),
            )
        )  # fmt: skip

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
            return
        super().keyPressEvent(event)

    # --- what it comes to ---

    def _look(self) -> None:
        self._found = drafts.problems(self.draft, self._taken)
        wrong = {one.field: words_of(one.cause) for one in self._found}
        for where, edit in self.fields.items():
            problem = wrong.get(where, "")
            set_state(edit, "wrong" if problem else "")
            edit.setToolTip(problem)
            edit.setAccessibleDescription(problem)
        one_bout = self.draft.bouts.strip() == "1"
        for name in PARTS["pause"]:
            self.fields[cell_of("pause", name)].setEnabled(not one_bout)
        aims = drafts.aims(self.draft)
        self.curve.show_aims(aims)
        bouts = sum(aim.part == "bout" for aim in aims)
        set_text(self.sum, tr("protocols.session.sum", time=clock(drafts.length_s(self.draft)), n=bouts))
        told_first = [
            tr("protocols.at", place=place_of(one.field), what=_small(words_of(one.cause)))
            for one in self._found[:PROBLEMS_SHOWN]
        ]
        if len(self._found) > PROBLEMS_SHOWN:
            told_first.append(tr("protocols.more_problems", n=len(self._found) - PROBLEMS_SHOWN))
        show_problems(self.problems, told_first)


def part_words(part: str) -> str:
    """A part's name."""
    return tr(f"protocols.session.{part}")


def place_of(where: str) -> str:
    """Where a field is, in words."""
    part, _, name = where.partition(".")
    if name and part in PARTS:
        return tr("protocols.field_of", where=part_words(part), field=_small(field_words(name)))
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


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]

"""A sheet of large buttons: coded answers that need no keyboard, because Space stops the belt."""

from collections.abc import Callable, Sequence
from enum import Enum, auto

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QWidget

from ui.desktop.i18n import told, tr
from ui.desktop.widgets.base import button, column, label
from ui.desktop.widgets.roomy import Roomy
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.widgets.wrapped_button import WrappedButton

KEYS = "1234567890+"  # the tenth answer has the 0, and one more a sign that stands beside the digits
COLUMNS_MOST = 4
OWN_MAX = 120  # letters of what somebody writes
GAP_PX = 10, 6  # between answers: in a sheet, and in a drawer that is short of room


def numbered(sheet: Sheet, buttons: Sequence[QPushButton]) -> None:
    """Each of the first is pressed by a key, which stands before its words."""
    for key, made in zip(KEYS, buttons, strict=False):
        made.setText(f"{key}   {made.text()}")
        sheet.pressed_by[key] = made


class Empty(Enum):
    """What own words that nobody has written are."""

    TAKEN = auto()  # an answer all the same: what hangs on it does not wait for words
    ASKED = auto()  # asked for once, and then an answer
    REFUSED = auto()  # none


class OwnWords:
    """A field below the answers, for the one of them that stands on no list."""

    def __init__(self, code: str, field: QLineEdit, empty: Empty, say: Callable[[str], str] = str) -> None:
        """``say``: what is handed over for what was written; ``code`` itself where it may be nothing."""
        self.code, self.field = code, field
        self._empty, self._say, self._asked = empty, say, False
        field.setMaxLength(OWN_MAX)

    def heard(self, code: str) -> str | None:
        """What is handed over for an answer; None where its words are asked for first, and the keyboard is there."""
        if code != self.code:
            return code
        words = self.field.text().strip()
        if words:
            return self._say(words)
        if self._empty is Empty.TAKEN or (self._empty is Empty.ASKED and self._asked):
            return code
        self._asked = True
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        return None


class Answers(QGridLayout):
    """Buttons in columns; in a drawer in as many as it takes to have all of them in sight."""

    def __init__(self, buttons: Sequence[QPushButton], columns: int) -> None:
        super().__init__()
        self._buttons, self._fewest, self._columns = buttons, columns, 0
        self.setSpacing(GAP_PX[0])
        self._lay(columns)

    def fit(self, body: Roomy) -> None:
        """Follow the room of a drawer: nobody scrolls to an answer beside somebody who walks."""
        around, room = body.content.layout(), body.viewport().size()
        items = [] if around is None else [around.itemAt(at) for at in range(around.count())]
        parts = [one for one in items if one is not None]
        place = next((at for at, one in enumerate(parts) if one.layout() is self), -1)
        if around is None or place < 0:
            return
        high = [one.heightForWidth(room.width()) if one.hasHeightForWidth() else one.sizeHint().height()
                for one in parts]  # fmt: skip
        gap = around.spacing()
        above_px = sum(high[:place]) + place * gap
        below_px = sum(px + gap for px in high[place + 1 :] if px)
        possible = range(self._fewest, min(COLUMNS_MOST, len(self._buttons)) + 1)
        ways = [(columns, gap_px) for columns in possible for gap_px in GAP_PX]
        asked = {way: self._height(*way, room.width()) for way in ways}
        there = [way for way in ways if asked[way] is not None] or ways[:1]
        # All that the drawer holds; or the answers at the least; or as much of them as can be.
        whole = next((way for way in there if above_px + (asked[way] or 0) + below_px <= room.height()), None)
        seen = next((way for way in there if above_px + (asked[way] or 0) <= room.height()), None)
        columns, gap_px = whole or seen or min(there, key=lambda way: asked[way] or 0)
        if (columns, gap_px) != (self._columns, self.spacing()):
            self.setSpacing(gap_px)
            self._lay(columns)

    def _height(self, columns: int, gap_px: int, width: int) -> int | None:
        """How high all are in so many columns; None where a word is wider than its column."""
        each = (width - (columns - 1) * gap_px) // columns
        if max(made.minimumSizeHint().width() for made in self._buttons) > each:
            return None
        high = [made.height_at(each) if isinstance(made, WrappedButton) else made.sizeHint().height()
                for made in self._buttons]  # fmt: skip
        rows = [max(high[at : at + columns]) for at in range(0, len(high), columns)]
        return sum(rows) + (len(rows) - 1) * gap_px

    def _lay(self, columns: int) -> None:
        for made in self._buttons:
            self.removeWidget(made)
        for at in range(max(columns, self._columns)):
            self.setColumnStretch(at, int(at < columns))
        self._columns = columns
        for at, made in enumerate(self._buttons):
            self.addWidget(made, at // columns, at % columns)


def choices(
    window: QWidget,
    title: str,
    explanation: str,
    answers: Sequence[tuple[str, str]],
    chosen: Callable[[str], None],
    *,
    columns: int = 2,
    cancel: str = "",
    dock: Callable[[], QRect] | None = None,
    own: OwnWords | None = None,
) -> Sheet:
    """A sheet with one button for each ``(code, text)``; a tap or its digit closes it and hands over the code.

    ``own``: one of the answers is what somebody writes; then it is handed over as ``own`` says.
    """

    def choose(code: str) -> None:
        said = code if own is None else own.heard(code)
        if said is None:
            return  # its words are asked for
        sheet.answer = code
        sheet.finish()
        chosen(said)

    made = [button(text, lambda code=code: choose(code), "choice") for code, text in answers]
    grid = Answers(made, columns)
    # A drawer is as high as its place: what is asked stands together at its top.
    below = () if dock is None else (1,)
    written = () if own is None else (own.field,)
    sheet = Sheet(window, title, column(label(explanation, "soft", wrap=True), grid, *written, *below), dock=dock)
    if own is not None:
        sheet.own_words = own.field
        own.field.returnPressed.connect(lambda: choose(own.code))
    for one in made:
        if isinstance(one, WrappedButton):
            one.wraps = dock is not None  # a drawer has its place, a sheet grows
    if dock is not None:
        sheet.body.refit = grid.fit
    numbered(sheet, made)
    sheet.add_cancel(cancel or tr("common.cancel"))
    return sheet


def discard_sheet(window: QWidget, discard: Callable[[], None]) -> Sheet:
    """Whether words that nobody has kept are to be lost."""
    answers = [("stay", tr("sheet.stay")), ("discard", tr("sheet.discard"))]

    def answered(code: str) -> None:
        if code == "discard":
            discard()

    title, words = tr("sheet.unsaved"), tr("sheet.unsaved_words")
    return choices(window, title, words, answers, answered, cancel=tr("common.back"))


def message(window: QWidget, title: str, sentences: Sequence[str], *, confirm: str = "") -> Sheet:
    """A sheet that says something and waits to be seen."""
    sheet = Sheet(window, title, column(*(label(sentence, "lead", wrap=True) for sentence in told(sentences))))
    sheet.foot.addWidget(button(confirm or tr("common.understood"), sheet.finish, "main"))
    return sheet

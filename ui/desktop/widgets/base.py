"""Small helpers that every screen uses: labels and buttons with a role, updates only where something changed."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from teststation.texts.writing import unbroken
from ui.desktop.i18n import told
from ui.desktop.theme.style import GAP, ROOM_FROM
from ui.desktop.widgets.wrapped_button import WrappedButton


class Words(QLabel):
    """A label whose lines end within no figure: what it was given is what it says it shows."""

    _given = ""

    def setText(self, text: str) -> None:
        self._given = text
        super().setText(unbroken(text) if self.wordWrap() else text)

    def text(self) -> str:
        return self._given


def label(text: str = "", role: str = "", *, wrap: bool = False, centred: bool = False) -> QLabel:
    """A label whose look the style sheet chooses by ``role``."""
    made = Words()
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    made.setText(text)
    if role == "chip":
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    if centred:
        made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made


def button(
    text: str, pressed: Callable[[], object] | None = None, role: str = "", *, name: str = "", tip: str = ""
) -> QPushButton:
    """A button; ``name`` is what a screen reader says where the text alone is not enough."""
    made = WrappedButton(text) if role == "choice" else QPushButton(text)
    if role:
        made.setProperty("role", role)
    made.setAccessibleName(name or text.replace("\n", " "))
    if tip:
        made.setToolTip(tip)
        made.setAccessibleDescription(tip)
    made.setAutoDefault(False)
    if pressed is not None:
        made.clicked.connect(lambda *_: pressed())
    return made


def choice_button(text: str) -> QPushButton:
    """A button that stays down: one of several, or by itself."""
    made = button(text, role="choice")
    made.setCheckable(True)
    return made


def set_text(target: QLabel | QPushButton, text: str) -> None:
    """Change a text only where it is another one: an unchanged label costs nothing."""
    if target.text() != text:
        target.setText(text)


def problem_label() -> QLabel:
    """What is wrong; hidden until something is."""
    made = label("", "problem", wrap=True)
    made.hide()
    return made


def show_problems(target: QLabel, sentences: Sequence[str]) -> None:
    """What is wrong, a line each, scrolled into sight; hidden where nothing is."""
    set_text(target, "\n".join(told(sentences)))
    set_shown(target, bool(sentences))
    if sentences:
        QTimer.singleShot(0, target, lambda: into_sight(target))  # when it has its place


def into_sight(target: QWidget) -> None:
    """Scroll whatever it lies in to where it is."""
    around = target.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(target)
        around = around.parentWidget()


def set_state(target: QWidget, state: str) -> None:
    """Change the ``state`` the style sheet looks at."""
    if (target.property("state") or "") == state:
        return
    target.setProperty("state", state)
    for widget in (target, *target.findChildren(QLabel)):
        if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # others are when they are shown
            widget.style().unpolish(widget)
            widget.style().polish(widget)


def set_shown(target: QWidget, shown: bool) -> None:
    """Show or hide, only where it changes."""
    if target.isHidden() is shown:
        target.setVisible(shown)


Margins = int | tuple[int, int, int, int]


def set_value(bar: QProgressBar, value: int) -> None:
    """Show another value, and draw it with whatever else has changed: by itself a bar has all of that drawn at once."""
    if bar.value() != value:
        bar.setUpdatesEnabled(False)
        bar.setValue(value)
        bar.setUpdatesEnabled(True)


def settle() -> None:
    """Let what has just been shown take its place and ask to be drawn now.

    Qt leaves both to the next turn of the loop. Where something else is to be drawn already, that comes before: a
    screen is then drawn in this turn, and the whole of it once more in the next, and STOPP waits for both.
    """
    for kind in (QEvent.Type.LayoutRequest, QEvent.Type.UpdateLater):
        QCoreApplication.sendPostedEvents(None, kind)


def make_room(root: QWidget, scale: float) -> None:
    """Gaps and margins as they were drawn, or smaller where everything is drawn small."""
    share = min(1.0, scale / ROOM_FROM)
    for layout in root.findChildren(QBoxLayout):
        drawn = layout.property("drawn_room")
        if drawn is not None:
            gap, *margins = (round(share * pixels) for pixels in drawn)
            layout.setSpacing(gap)
            layout.setContentsMargins(*margins)


def _filled(layout: QBoxLayout, items: tuple[object, ...], gap: int, margin: Margins, shares: Sequence[int]) -> None:
    margins = margin if isinstance(margin, tuple) else (margin,) * 4
    layout.setProperty("drawn_room", [gap, *margins])
    layout.setSpacing(gap)
    layout.setContentsMargins(*margins)
    for item in items:
        if isinstance(item, QWidget):
            layout.addWidget(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        elif isinstance(item, int):
            layout.addStretch(item)
    for place, share in enumerate(shares):
        if share:
            layout.setStretch(place, share)


def column(*items: object, gap: int = GAP, margin: Margins = 0, shares: Sequence[int] = ()) -> QVBoxLayout:
    """Widgets and layouts from top to bottom; a number is a stretch. ``shares`` say how spare room is divided."""
    made = QVBoxLayout()
    _filled(made, items, gap, margin, shares)
    return made


def row(*items: object, gap: int = GAP, margin: Margins = 0, shares: Sequence[int] = ()) -> QHBoxLayout:
    """Widgets and layouts from left to right; a number is a stretch. ``shares`` say how spare room is divided."""
    made = QHBoxLayout()
    _filled(made, items, gap, margin, shares)
    return made


def frame(layout: QLayout, role: str) -> QFrame:
    """A frame whose look the style sheet chooses by ``role``."""
    made = QFrame()
    made.setProperty("role", role)
    made.setLayout(layout)
    return made


def card(
    title: str, *items: object, gap: int = 10, margin: Margins = 16, shares: Sequence[int] = (), role: str = "heading"
) -> QFrame:
    """A white card with a heading, which ``shares`` count as the first item."""
    return frame(column(label(title, role), *items, gap=gap, margin=margin, shares=shares), "card")


def rule() -> QFrame:
    """A thin line between parts."""
    made = QFrame()
    made.setProperty("role", "rule")
    return made


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class DigitLabel(QLabel):
    """Huge digits that ask for their own height, not for a line's: letters with tails never stand here."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "huge")
        self._name = name
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def show_digits(self, text: str) -> None:
        """Show them; more than four signs, as in a stage of ten minutes, are drawn smaller."""
        if self.text() != text:
            self.setText(text)
            self.setAccessibleName(f"{self._name} {text}")
            set_state(self, "long" if len(text) > 4 else "")

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._height())

    def _height(self) -> int:
        return round(1.16 * self.fontMetrics().tightBoundingRect("0").height())


class ElidedLabel(QLabel):
    """As many lines as it may have; they end in … where the room is too small. The whole text is its tool tip."""

    def __init__(self, text: str = "", role: str = "", *, lines: int = 1) -> None:
        super().__init__()
        self._lines = lines
        self.setWordWrap(lines > 1)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._whole = ""
        self.set_whole(text)

    def set_whole(self, text: str) -> None:
        """Show ``text``, as much of it as there is room for."""
        if text == self._whole:
            return
        self._whole = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self._elide()

    def whole(self) -> str:
        """The whole text."""
        return self._whole

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = max(0, self.contentsRect().width())
        if self._lines == 1:
            set_text(self, self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room))
            return
        words, left = self._whole.split(" "), self._whole
        while len(words) > 1 and self._lines_of(left, room) > self._lines:
            words.pop()
            left = f"{' '.join(words)} …"
        set_text(self, left)

    def _lines_of(self, text: str, room: int) -> int:
        metrics = self.fontMetrics()
        taken = metrics.boundingRect(0, 0, room, 10_000, Qt.TextFlag.TextWordWrap, text).height()
        return round((taken - metrics.height()) / metrics.lineSpacing()) + 1

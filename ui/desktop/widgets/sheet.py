"""A question in the window itself, instead of a window of its own: it can never lie over STOPP."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QLayout, QLineEdit, QPushButton, QWidget
from shiboken6 import isValid

from ui.desktop.i18n import tr
from ui.desktop.theme import palette as c
from ui.desktop.theme.style import GAP, STOP_HEIGHT, STOP_WIDTH
from ui.desktop.widgets.base import button, column, frame, label, make_room, row, rule, set_shown, set_text
from ui.desktop.widgets.roomy import Roomy
from ui.desktop.widgets.stop_button import MARGIN
from ui.desktop.widgets.typed import Typed

EDGE = 10
BORDER = RULE = 1  # the panel's line and the one under its title, as styled
LEAST_WIDTH = 420
SCROLL_BAR, SCROLL_LINE = 14, 2  # as styled: the bar is drawn to scale, the line round what scrolls is not


class Sheet(QWidget):
    """A panel over a veiled window. Escape leaves it, unless the belt may move: then Escape stops the belt."""

    closed = Signal()
    help_page = ""  # which help is its own; empty: that of the screen below

    def __init__(
        self,
        window: QWidget,
        title: str,
        body: QLayout,
        *,
        width: int = 900,
        fill: bool = False,
        dock: Callable[[], QRect] | None = None,
    ) -> None:
        """``fill``: as high as the window lets it be. ``dock``: a drawer in this part of it, that veils nothing."""
        super().__init__(window)
        self._dock = dock
        self.pressed_by: dict[str, QPushButton] = {}  # digits
        self._window, self._finished = window, False
        self._scale = 0.0
        self._before: QWidget | None = None  # where the keyboard was
        self.answer = ""  # the code of what was chosen on it, where it is a sheet of choices
        self.own_words: QLineEdit | None = None  # where its answer may be written
        self.keeps_words = False  # whether what is written on it is kept however it closes
        # Shows one more sheet; None where it lies alone, and can ask nothing.
        self.asks: Callable[[Callable[[QWidget], Sheet]], None] | None = None
        self._since_open: Typed | None = None  # from when it is open
        self._stops = False  # whether Escape would stop a belt
        self.setAccessibleName(title)
        self._design_width, self._full = width, fill
        self._title = label(title, "heading" if dock else "title", wrap=True)
        self.escape = label("", "caption")
        self.escape.hide()
        self.foot = row(1)
        self._rule = rule()
        self.body = Roomy(body, title)
        self._head = row(self._title, self.escape, shares=(1,))
        edge = 12 if dock else 26
        self._inside = column(self._head, self._rule, self.body, self.foot, margin=edge, shares=(0, 0, 1))
        self.panel: QFrame = frame(self._inside, "sheet")
        self.panel.setParent(self)
        self.hide()
        window.installEventFilter(self)

    @property
    def is_drawer(self) -> bool:
        """Whether it lies beside what must be seen and used, and veils nothing."""
        return self._dock is not None

    def add_cancel(self, text: str) -> None:
        """A button that closes the sheet as Escape does; at the foot, or in a drawer at its head."""
        if self._dock is None:
            self.foot.insertWidget(0, button(text, self.leave, "touch"))
        else:
            self._head.addWidget(button(text, self.leave, "touch"))

    def tell_escape(self, *, stops: bool) -> None:
        """What Escape does here: it closes the sheet, unless a belt may move; then it stops the belt."""
        self._stops = stops
        set_text(self.escape, tr("sheet.escape_stops" if stops else "sheet.escape_closes"))
        set_shown(self.escape, True)

    def open(self) -> None:
        """Show the sheet and put the keyboard into it."""
        here = self._window.focusWidget()
        if here is not None and not self.isAncestorOf(here):
            self._before = here
        if self._since_open is None:
            self.begin_typing()
        self._fit()
        self.show()
        self.raise_()
        self.take_focus()

    def take_focus(self) -> None:
        """The keyboard comes into the sheet: where it was last, or to the first control."""
        last = self.focusWidget()
        there = last is not None and last is not self and last.isVisibleTo(self) and last.isEnabled()
        (last if there else self._first_control() or self).setFocus(Qt.FocusReason.PopupFocusReason)  # type: ignore[union-attr]

    def begin_typing(self) -> None:
        """What stands in the fields now is kept: of it nothing would be lost."""
        self._since_open = Typed(self)

    @property
    def unsaved(self) -> bool:
        """Whether words that somebody has written would be lost if it closed now."""
        return not self.keeps_words and self._since_open is not None and self._since_open.changed

    def leave(self, then: Callable[[], None] = lambda: None) -> None:
        """Close the sheet by a hand, and ask first where words would be lost. ``then``: what follows once it has.

        Nobody is asked while a belt may move.
        """
        if self.asks is None or self._stops or not self.unsaved:
            self.finish()
            then()
            return
        from ui.desktop.widgets.choices import discard_sheet

        def discard() -> None:
            if not self._finished:
                self.finish()
                then()

        self.asks(lambda window: discard_sheet(window, discard))

    def finish(self) -> None:
        """Close the sheet, once."""
        if self._finished:
            return
        self._finished = True
        self._window.removeEventFilter(self)
        held = self.isAncestorOf(self._window.focusWidget() or self._window)
        self.hide()
        if held and self._before is not None and isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()
        self._take_along()
        self.deleteLater()

    def _take_along(self) -> None:
        """What the sheet made and has shown to nobody goes with it: what such a control calls would hold the sheet."""
        for part in vars(self).values():
            if isinstance(part, QWidget) and isValid(part) and part.parent() is None and part is not self._window:
                part.setParent(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._fit()
            if self._dock is not None:  # what it is docked to gets its place after the window
                QTimer.singleShot(0, self, self._fit)
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.leave()
                return
            case Qt.Key.Key_PageDown | Qt.Key.Key_PageUp:
                self.body.page(1 if event.key() == Qt.Key.Key_PageDown else -1)
                return
        pressed = self.pressed_by.get(event.text())
        if pressed is not None and pressed.isEnabled():
            pressed.click()
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, following: bool) -> bool:
        """Tab goes round inside the sheet."""
        here = QApplication.focusWidget()
        seats = [w for w in self._controls() if w.isVisibleTo(self) and w.isEnabled()]
        if not seats:
            return True  # nowhere to go, and never out of the sheet
        step = 1 if following else -1
        index = seats.index(here) + step if here in seats else min(step, 0)
        seats[index % len(seats)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._dock is not None:
            return
        self._lay(event.rect(), c.SCRIM)

    def _lay(self, part: QRect, colour: str) -> None:
        # Not ``fillRect``: to find out which of its forms is meant brings in the names of 169 gradients.
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawRect(part)
        painter.end()

    def _controls(self) -> list[QWidget]:
        return [w for w in self.panel.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]

    def _first_control(self) -> QWidget | None:
        return next((w for w in self._controls() if w.isVisibleTo(self) and w.isEnabled()), None)

    def _fit(self) -> None:
        window = self._window
        scale = float(window.property("drawn_scale") or 1.0)
        if scale != self._scale:
            self._scale = scale
            make_room(self, scale)
        if self._dock is not None:
            place = self._dock()
            self.setGeometry(place)
            self.panel.setFixedWidth(place.width())
            self.panel.setGeometry(0, 0, place.width(), place.height())
            return
        self.setGeometry(window.rect())
        self.panel.ensurePolished()
        edges = self._inside.contentsMargins()
        # Not what the foot could do with: a style's least width of a button is less than its words.
        beside = round(SCROLL_BAR * scale) + self.body.clear_px + 2 * SCROLL_LINE
        body = self.body.content.minimumSizeHint().width() + beside
        asked = max(body, self.foot.totalSizeHint().width())
        least = asked + edges.left() + edges.right() + 2 * BORDER
        width = min(max(round(self._design_width * scale), LEAST_WIDTH, least), window.width() - 2 * EDGE)
        # Beside STOPP a sheet may be as high as the window; one that reaches under its corner ends above it.
        beside = (window.width() + width) // 2 <= window.width() - round((STOP_WIDTH + 2 * MARGIN) * scale)
        above_px = window.height() - round((STOP_HEIGHT + 2 * MARGIN) * scale) - EDGE
        room_px = window.height() - 2 * EDGE if beside or not self._keeps_clear() else above_px - EDGE
        self.panel.setFixedWidth(width)
        height = room_px if self._full else min(self._wanted_height(width), room_px)
        top = max(EDGE, (min(above_px, room_px) - height) // 2)
        self.panel.setGeometry((window.width() - width) // 2, top, width, height)

    def _keeps_clear(self) -> bool:
        """Whether STOPP has its corner now."""
        stop = self._window.findChild(QWidget, "stop", Qt.FindChildOption.FindDirectChildrenOnly)
        return stop is not None and stop.isVisible()

    def _wanted_height(self, width: int) -> int:
        edges = self._inside.contentsMargins()
        inner = width - edges.left() - edges.right() - 2 * BORDER
        title = self._title.heightForWidth(inner - self.escape.sizeHint().width() - GAP)
        line = 2 * SCROLL_LINE  # round what scrolls
        bar = round(SCROLL_BAR * self._scale) + self.body.clear_px  # beside it
        body, foot = self.body.wanted_height(inner - line - bar) + line, self.foot.totalSizeHint().height()
        parts = (title, RULE, body, foot)
        return sum(parts) + 3 * self._inside.spacing() + edges.top() + edges.bottom() + 2 * BORDER


class Cover(Sheet):
    """A sheet through which nothing is seen and that no key closes."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        QWidget.keyPressEvent(self, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._lay(event.rect(), c.BACKGROUND)

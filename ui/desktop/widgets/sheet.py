"""A question in the window itself, instead of a window of its own: it can never lie over STOPP."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QLayout, QWidget
from shiboken6 import isValid

from ui.desktop.theme.palette import BACKGROUND
from ui.desktop.theme.style import STOP_HEIGHT
from ui.desktop.widgets.base import button, column, frame, label, row, rule

SCRIM = QColor(19, 34, 44, 110)


class Sheet(QWidget):
    """A panel over a veiled window. Escape cancels it, unless the belt may move: then Escape stops the belt."""

    closed = Signal()

    def __init__(self, window: QWidget, title: str, body: QLayout, *, width: int = 900, fill: bool = False) -> None:
        """``fill``: as high as the window lets it be, whatever its body asks for."""
        super().__init__(window)
        self._window, self._finished = window, False
        self._before: QWidget | None = None  # where the keyboard was
        self.answer = ""  # the code of what was chosen on it, where it is a sheet of choices
        self.setAccessibleName(title)
        self._design_width, self._full = width, fill
        self._title = label(title, "title", wrap=True)
        self.foot = row(1)
        self._inside = column(self._title, rule(), body, self.foot, margin=26)
        self.panel: QFrame = frame(self._inside, "sheet")
        self.panel.setParent(self)
        self.hide()
        window.installEventFilter(self)

    def add_cancel(self, text: str) -> None:
        """A button that closes the sheet and does nothing else."""
        self.foot.insertWidget(0, button(text, self.finish, "touch"))

    def open(self) -> None:
        """Show the sheet and put the keyboard into it."""
        here = self._window.focusWidget()
        if here is not None and not self.isAncestorOf(here):
            self._before = here
        self._fit()
        self.show()
        self.raise_()
        self.take_focus()

    def take_focus(self) -> None:
        """The keyboard comes into the sheet: where it was last, or to the first control."""
        last = self.focusWidget()
        there = last is not None and last is not self and last.isVisibleTo(self) and last.isEnabled()
        (last if there else self._first_control() or self).setFocus(Qt.FocusReason.PopupFocusReason)  # type: ignore[union-attr]

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
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.finish()
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
        painter = QPainter(self)
        painter.fillRect(event.rect(), SCRIM)
        painter.end()

    def _controls(self) -> list[QWidget]:
        return [w for w in self.panel.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]

    def _first_control(self) -> QWidget | None:
        return next((w for w in self._controls() if w.isVisibleTo(self) and w.isEnabled()), None)

    def _fit(self) -> None:
        window = self._window
        scale = float(window.property("drawn_scale") or 1.0)
        self.setGeometry(window.rect())
        self.panel.ensurePolished()
        width = min(round(self._design_width * scale), window.width() - 40)
        room = window.height() - round((STOP_HEIGHT + 40) * scale)
        self.panel.setFixedWidth(width)
        layout = self._inside
        wanted = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        height = min(max(wanted, self.panel.minimumSizeHint().height()), window.height() - 20)
        if self._full:
            height = window.height() - 20
        top = max(10, (min(room, window.height()) - height) // 2)
        self.panel.setGeometry((window.width() - width) // 2, top, width, height)


class Cover(Sheet):
    """A sheet through which nothing is seen and that no key closes."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        QWidget.keyPressEvent(self, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(BACKGROUND))
        painter.end()

"""A button that acts only when it has been held to the end: what sets a belt in motion is never a tap."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton

from ui.desktop.i18n import tr
from ui.desktop.theme import palette as c

HOLD_S = 3.0
REPEATED_WITHIN_MS = 100  # some systems repeat a held key as let go and pressed again
REDRAW_MS = 40
TOLD_MS = 4000  # so long a button that was let go too early says so


class HoldButton(QPushButton):
    """Held with the mouse, a finger, or by ``hold`` and ``let_go`` from a key. Let go early, it does nothing."""

    completed = Signal()

    def __init__(self, text: str, while_held: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(text)
        self.setProperty("role", "main")
        self.setAccessibleDescription(tr("hold_button.early"))
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAutoDefault(False)
        self._text, self._while_held = text, while_held
        self._monotonic = monotonic
        self._since_s: float | None = None
        self._timer = QTimer(self, interval=REDRAW_MS)
        self._timer.timeout.connect(self.look)
        self._told = QTimer(self, singleShot=True, interval=TOLD_MS)
        self._told.timeout.connect(self._say_what_it_does)
        self._loose = QTimer(self, singleShot=True, interval=REPEATED_WITHIN_MS)
        self._loose.timeout.connect(self.let_go)

    @property
    def share(self) -> float:
        """How much of the time it has been held, 0 to 1."""
        return 0.0 if self._since_s is None else min(1.0, (self._monotonic() - self._since_s) / HOLD_S)

    def hold(self) -> None:
        """Begin to hold, or go on where the key was loose for no longer than a repeat takes."""
        self._loose.stop()
        if self.isEnabled() and self.isVisible() and self._since_s is None:
            self._since_s = self._monotonic()
            self._told.stop()
            self.setText(self._while_held)
            self._timer.start()
            self.update()

    def loosen(self) -> None:
        """The key came up: let go unless it is down again at once. Meanwhile nothing that is not acting begins to."""
        if self._since_s is not None:
            self._loose.start()

    def tighten(self) -> None:
        """The key is down again: it was only repeated. What was not held does not begin to be."""
        self._loose.stop()

    @property
    def loose(self) -> bool:
        """Whether the key is up, for no longer than a repeat takes."""
        return self._loose.isActive()

    def let_go(self) -> None:
        """Stop holding. Too early, it says so: a hand that felt a press would wait for the belt.

        Where it let go of the hand, as it may not be held just now, it says that it is to be held anew.
        """
        early = self._since_s is not None and self.share < 1.0
        self._loose.stop()
        self._since_s = None
        self._timer.stop()
        if early and not self.isEnabled():
            self.setText(tr("hold_button.anew"))
        elif early:
            self.setText(tr("hold_button.early"))
            self._told.start()
        elif self.isEnabled() and not self._told.isActive():
            self.setText(self._text)
        self.update()

    def _say_what_it_does(self) -> None:
        if self._since_s is None:
            self.setText(self._text)

    def look(self) -> None:
        """See whether it has been held long enough."""
        if not self.isEnabled():
            self.let_go()
        elif self.loose:
            self.update()
        elif self.share >= 1.0:
            self.let_go()
            self.completed.emit()
        else:
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self.hold()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.let_go()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not self.rect().contains(event.position().toPoint()):
            self.let_go()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange and self.isEnabled() and self.text() == tr("hold_button.anew"):
            self._told.start()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.let_go()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.let_go()
        self._told.stop()
        self._say_what_it_does()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        share = self.share
        if share <= 0.0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.ACCENT_DARK))
        painter.drawRoundedRect(inner, 6, 6)
        painter.setBrush(QColor(c.ACCENT_SOFT))
        painter.setClipRect(QRectF(inner.left(), inner.top(), inner.width() * share, inner.height()))
        painter.drawRoundedRect(inner, 6, 6)
        # The words change colour where the bar passes under them.
        self._words(painter, inner, c.ACCENT_DARK)
        painter.setClipRect(QRectF(inner.left() + inner.width() * share, inner.top(), inner.width(), inner.height()))
        self._words(painter, inner, c.ON_ACCENT)
        painter.end()

    def _words(self, painter: QPainter, where: QRectF, colour: str) -> None:
        font = QFont(self.font())
        painter.setFont(font)
        painter.setPen(QPen(QColor(colour)))
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, self.text())


class RunWhileHeld(HoldButton):
    """Held to its end it acts, and goes on acting for as long as it is held: ``ended`` comes when it is let go."""

    ended = Signal()

    def __init__(
        self, text: str, while_held: str, while_acting: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(text, while_held, monotonic)
        self._while_acting = while_acting
        self.acting = False

    def look(self) -> None:
        """See whether it has been held long enough, and is still allowed."""
        if not self.isEnabled():
            self.let_go()
        elif self.loose and not self.acting:
            self.update()
        elif self.share >= 1.0 and not self.acting:
            self.acting = True
            self.setText(self._while_acting)
            self.update()
            self.completed.emit()
        elif not self.acting:
            self.update()

    def let_go(self) -> None:
        """Stop holding; what it did ends."""
        was, self.acting = self.acting, False
        super().let_go()
        if was:
            self.ended.emit()

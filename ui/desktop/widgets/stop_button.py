"""STOPP: one fixed corner, above everything."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from ui.desktop.i18n import tr
from ui.desktop.theme.style import STOP_HEIGHT, STOP_WIDTH

MARGIN = 14


class StopButton(QPushButton):
    """Sends ``stop_pressed`` when the finger comes down, not when it lifts. Lives in a window's lower right corner."""

    stop_pressed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)  # not with its text: Qt asks then whether that is an icon, and brings in 151 names
        self.setText(tr("stop.label"))
        self.setObjectName("stop")
        self.setAccessibleName(tr("stop.name"))
        self.setToolTip(tr("stop.tip"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        # A finger is taken as one. As the mouse that Qt makes of a touch that nobody takes, it would come later.
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self._window, self._scale = window, 1.0
        self.pressed.connect(self.stop_pressed)
        self.hide()
        window.installEventFilter(self)

    def rescale(self, scale: float) -> None:
        """Take the size of this scale and go to the corner."""
        self._scale = scale
        self.setFixedSize(round(STOP_WIDTH * scale), round(STOP_HEIGHT * scale))
        self.to_corner()

    def to_corner(self) -> None:
        """Lower right corner, on top of all siblings."""
        margin = round(MARGIN * self._scale)
        window = self._window
        self.move(window.width() - self.width() - margin, window.height() - self.height() - margin)
        self.raise_()

    def event(self, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.TouchBegin:
                self.stop_pressed.emit()
                self.setDown(True)
            case QEvent.Type.TouchUpdate:
                pass
            case QEvent.Type.TouchEnd | QEvent.Type.TouchCancel:
                self.setDown(False)
            case _:
                return super().event(event)
        event.accept()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Whatever is laid over the window later must not lie over STOPP.
        if event.type() in (QEvent.Type.Resize, QEvent.Type.ChildAdded, QEvent.Type.LayoutRequest):
            self.to_corner()
        return super().eventFilter(watched, event)

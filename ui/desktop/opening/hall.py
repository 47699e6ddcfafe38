"""The bare window before the record is open, on which one question at a time lies."""

from collections.abc import Sequence

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ui.desktop.i18n import tr
from ui.desktop.theme.style import font_family, scale_for, style_sheet
from ui.desktop.widgets.base import button, column, label
from ui.desktop.widgets.sheet import Cover

WIDTH, HEIGHT = 1200, 760
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
SCALE_LEAST = 0.8  # nothing stands three metres away from this window


class Hall(QWidget):
    """Shows questions until one of them calls ``leave``, or somebody closes it: then nothing was answered."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.setWindowTitle(title)
        self._loop = QEventLoop(self)
        self._left = False
        screen = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(WIDTH, screen.width() - 40), min(HEIGHT, screen.height() - 60))
        self._restyle()

    def wait(self) -> None:
        """Come back when it is left."""
        self._left = False
        self.show()
        self.activateWindow()
        if not self._left:  # a loop that is left before it begins would never end, with no window to be seen
            self._loop.exec()

    def leave(self) -> None:
        """Close it."""
        self._left = True
        self._loop.quit()
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._restyle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the keyboard, as in the window that comes after."""
        here = self.focusWidget()
        if event.key() in ENTER and isinstance(here, QPushButton) and here.isEnabled() and not event.isAutoRepeat():
            here.click()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self._left = True
        self._loop.quit()

    def _restyle(self) -> None:
        scale = max(SCALE_LEAST, scale_for(self.width(), self.height()))
        if self.property("drawn_scale") != scale:
            self.setProperty("drawn_scale", scale)
            self.setStyleSheet(style_sheet(scale, font_family()))


class WaitCover(Cover):
    """That the station is on its way."""

    def __init__(self, hall: Hall) -> None:
        words = label(tr("opening.opens"), "lead", centred=True)
        super().__init__(hall, tr("app.title"), column(words), width=700)


class TellCover(Cover):
    """Why nothing opens, a sentence a line."""

    def __init__(self, hall: Hall, sentences: Sequence[str]) -> None:
        self.words = label("\n".join(sentences), "lead", wrap=True)
        super().__init__(hall, tr("opening.not_started"), column(self.words), width=1200)
        self.foot.addWidget(button(tr("common.close"), hall.leave, "main"))


def tell(sentences: Sequence[str]) -> None:
    """Say why nothing opens, and wait until it is seen."""
    hall = Hall(tr("about.title"))
    TellCover(hall, sentences).open()
    hall.wait()
    hall.deleteLater()

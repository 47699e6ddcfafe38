"""The window that stands, and another in its place when the language or the theme is another one.

Words and colours are put into a window when it is made. So a new one is made on the same station, with who is logged in
there; never while somebody is on the belt, since the settings cannot be reached then.
"""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication

from ui.desktop.collecting import Collector
from ui.desktop.i18n import use_language
from ui.desktop.shutdown import close_on_signals, install_excepthook
from ui.desktop.theme.palette import use_theme
from ui.desktop.window import MainWindow
from ui.station.desk import Desk
from ui.station.settings import Settings
from ui.station.station import Station

WARM_UP_EVERY_MS = 150  # rooms that may be asked for next are made piece by piece, and hands come between


class Standing:
    """Holds the window; mistakes and the system's wish to end go to the one of now."""

    def __init__(
        self,
        station: Station,
        save: Callable[[Settings], None],
        *,
        demo: bool,
        seed: int,
        drill: tuple[str, str] | None = None,
        size: QSize | None = None,
        opened: Callable[[], None] = lambda: None,
    ) -> None:
        """``size``, ``opened``: as the first window's."""
        self._station, self._save, self._demo, self._seed, self._drill = station, save, demo, seed, drill
        self.window = self._made(None, size, opened)
        self._restore: list[Callable[[], None]] = []
        self._install()

    def let_go(self) -> None:
        """Put back what the interpreter had before."""
        for restore in self._restore:
            restore()
        self._restore = []

    def _install(self) -> None:
        self.let_go()
        self._restore = [close_on_signals(self.window.close_when_at_rest), install_excepthook(self.window)]

    def _made(
        self, desk: Desk | None, size: QSize | None = None, opened: Callable[[], None] = lambda: None
    ) -> MainWindow:
        made = MainWindow(
            self._station,
            save=self._save,
            demo=self._demo,
            seed=self._seed,
            drill=self._drill,
            desk=desk,
            size=size,
            opened=opened,
        )
        # When the sheet that changed it has closed, and nothing of the old window is at work.
        made.look_changed.connect(lambda: QTimer.singleShot(0, self.renew))
        warm_up = QTimer(made, interval=WARM_UP_EVERY_MS)
        warm_up.timeout.connect(lambda: made.occupied or made.warm_up() or self._warm(warm_up))
        QTimer.singleShot(0, warm_up, warm_up.start)  # from the first picture on, however long that took
        return made

    @staticmethod
    def _warm(timer: QTimer) -> None:
        """Every room is there."""
        timer.stop()
        application = QApplication.instance()
        collector = None if application is None else application.findChild(Collector, Collector.NAME)
        if isinstance(collector, Collector):
            collector.leave_out_the_rooms()

    def renew(self) -> None:
        """Another window in the language and the theme of the settings, where this one stands."""
        former = self.window
        if former.occupied:
            return
        use_language(self._station.settings.language)
        use_theme(self._station.settings.theme)
        self.window = self._made(former.desk)
        self.window.setGeometry(former.geometry())
        self.window.setWindowState(former.windowState())
        self.window.show()
        self._install()
        former.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not former.close():
            former.hide()  # it ends what it is at beside the one that is there, and closes then

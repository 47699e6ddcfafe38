"""Opens the window in an application of its own, and ends with it."""

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from teststation.records.database import Record
from ui.desktop.i18n import use_language
from ui.desktop.shutdown import close_on_signals, install_excepthook
from ui.desktop.window import MainWindow
from ui.station.settings import Settings, save_settings
from ui.station.station import Station


def run_app(record: Record, settings: Settings, *, time_scale: float = 1.0, demo: bool = False, seed: int = 1) -> int:
    """Open the window and return the exit status when it is closed. A demonstration keeps no settings."""
    use_language(settings.language)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("teststation")
    application.setStyle("Fusion")
    station = Station(record, settings, time_scale)
    window = MainWindow(station, save=(lambda _: None) if demo else save_settings, demo=demo, seed=seed)
    restore_hook, restore_signals = install_excepthook(window), close_on_signals(window.close_when_at_rest)
    # Python looks at signals only when it runs: this gives it a moment twice a second.
    awake = QTimer(interval=500)
    awake.timeout.connect(lambda: None)
    awake.start()
    try:
        window.showMaximized()
        QTimer.singleShot(0, window.welcome)
        return application.exec()
    finally:
        restore_signals()
        restore_hook()

"""Opens the window in an application of its own, and ends with it; before it, asks for what opens the record."""

import logging
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from teststation.cause import Problem
from ui.desktop.collecting import Collector
from ui.desktop.i18n import told, tr, use_language
from ui.desktop.i18n.qt_words import QtWords
from ui.desktop.opening.hall import Hall, WaitCover, tell
from ui.desktop.theme.palette import use_theme
from ui.desktop.work import give_way_to_the_window
from ui.station.settings import Settings, save_settings

if TYPE_CHECKING:
    from concurrent.futures import Future

    # read from the disk when a first window is on the screen
    from teststation.protocol.own import OwnProtocols
    from teststation.records.database import Record


@contextmanager
def opening(language: str, theme: str = "light") -> Generator[Hall]:
    """A first window that says that the station opens; it goes when the station is there, or does not come."""
    application = _application(language, theme)
    hall = Hall(tr("about.title"))
    WaitCover(hall).open()
    hall.showMaximized()  # as the window that comes: its size is known then, and nothing is drawn twice for it
    application.processEvents()
    try:
        yield hall
    finally:
        hall.hide()
        hall.deleteLater()


def read_meanwhile(opened: "Future[Record | None]") -> "Record | None":
    """The record that is begun, or not; the window's modules are read meanwhile."""
    import ui.desktop.standing
    import ui.station.apart.report_process
    import ui.station.recent_log
    import ui.station.station  # noqa: F401

    return opened.result()


def run_app(
    record: "Record",
    settings: Settings,
    *,
    time_scale: float = 1.0,
    demo: bool = False,
    seed: int = 1,
    instead_of: Hall | None = None,
    drill: tuple[str, str] | None = None,
    until_stdin_closes: bool = False,
    own_protocols: "OwnProtocols | None" = None,
    opened: Callable[[], None] = lambda: None,
) -> int:
    """Open the window and return the exit status when it is closed. A demonstration keeps no settings.

    Args:
        instead_of: The first window, which goes when this one is there.
        drill: Instead of appointments a drill: which one (empty: asked), and on which person of the record.
        until_stdin_closes: The window ends with the program that holds the other end of standard input.
        own_protocols: The clinic's; None: those in the user's folder.
        opened: Waits for a record that opens yet; called when the window needs it. Raises RecordError.
    """
    from ui.desktop.standing import Standing
    from ui.station.apart.report_process import ReportProcess
    from ui.station.recent_log import RECENT_LOG
    from ui.station.station import Station

    logging.getLogger().addHandler(RECENT_LOG)
    application = _application(settings.language, settings.theme)
    reports = ReportProcess()
    station = Station(record, settings, time_scale, own_protocols, reports)
    # As large as it will be: a style sheet made for another size would be made twice.
    size = application.primaryScreen().availableSize() if instead_of is None else instead_of.size()
    standing = Standing(
        station,
        save=(lambda _: None) if demo else save_settings,
        demo=demo,
        seed=seed,
        drill=drill,
        size=size,
        opened=opened,
    )
    # Python looks at signals only when it runs: this gives it a moment twice a second.
    awake = QTimer(interval=500)
    awake.timeout.connect(lambda: None)
    awake.start()
    try:
        standing.window.showMaximized()
        if instead_of is not None:
            instead_of.hide()
        collector = application.findChild(Collector, Collector.NAME)
        assert isinstance(collector, Collector)

        def at_rest() -> bool:
            bridge = standing.window.bridge
            return bridge is None or not bridge.belt_may_move

        collector.leave_out_what_is_there(at_rest)
        if until_stdin_closes:
            from ui.desktop.drill.apart import Tether

            Tether(application).loose.connect(lambda: standing.window.close_when_at_rest())
        QTimer.singleShot(0, standing.window.welcome)
        return application.exec()
    finally:
        standing.let_go()
        reports.close()


def ask_passphrase(file: Path, name: str, settings: Settings) -> str | None:
    """Ask for the passphrase of a record, or let one be chosen for a new one; None where nobody answered.

    Args:
        file: The record's file, or this station's spool of a server.
        name: What the record is called to people.
    """
    from teststation.records.storage.passphrase import is_new
    from ui.desktop.opening.passphrase import AskCover, ChooseCover, KeepCover
    from ui.desktop.widgets.dialogs import Dialogs

    application = _application(settings.language, settings.theme)
    answer: list[str] = []
    hall = Hall(tr("about.title"))
    dialogs = Dialogs(hall)

    def answered(passphrase: str) -> None:
        answer.append(passphrase)
        hall.leave()

    def chosen(passphrase: str) -> None:
        KeepCover(hall, dialogs, file, name, settings.clinic_name, passphrase, answered).open()

    if is_new(file):
        ChooseCover(hall, name, settings.clinic_name, chosen, hall.leave).open()
    else:
        AskCover(hall, file, name, answered, hall.leave).open()
    # Between this window's end and the next one's beginning there is none: the application is not to end with it.
    application.setQuitOnLastWindowClosed(False)
    hall.wait()
    application.setQuitOnLastWindowClosed(True)
    hall.deleteLater()
    return answer[0] if answer else None


def tell_before_window(problems: Sequence[Problem], language: str) -> None:
    """Say in a window of its own why the station does not open."""
    _application(language)
    tell(told(problems))


def _application(language: str, theme: str = "light") -> QApplication:
    use_language(language)
    use_theme(theme)
    application = QApplication.instance() or QApplication([*sys.argv[:1], "-style", "fusion"])
    assert isinstance(application, QApplication)
    application.setApplicationName("teststation")
    give_way_to_the_window()
    # Asked for by name: to look at every child brings in its style, and all the hundreds of names that one has.
    if application.findChild(Collector, Collector.NAME) is None:
        Collector(application)
    if application.findChild(QtWords, QtWords.NAME) is None:  # each more would have every window drawn anew
        application.installTranslator(QtWords(application))
    return application

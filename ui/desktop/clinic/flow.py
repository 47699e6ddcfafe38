"""The clinic's settings in the window: who may open them, and what else they lead to."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from teststation.errors import StationError
from teststation.records.access.user import Permission
from teststation.records.upkeep.findings import Restored
from ui.desktop.clinic.backups import BackupsSheet, restored_words
from ui.desktop.clinic.paper_settings import PaperSettingsSheet
from ui.desktop.clinic.record_settings import RecordSettingsSheet
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.clinic.upkeep import Upkeep
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.numbers import today
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.sheet import Sheet
from ui.station.desk import Desk
from ui.station.group import write_group
from ui.station.recent_log import RECENT_LOG
from ui.station.settings import Settings
from ui.station.station import Station
from ui.station.support import screen_line, support_files, write_support


class Window(Protocol):
    """What the settings need of the window."""

    dialogs: Dialogs
    upkeep: Upkeep

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        """Show one more sheet."""
        ...

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Say something and wait to be seen."""
        ...

    def record_replaced(self) -> None:
        """Another content has come into the record: nothing that is shown is to be believed."""
        ...

    def keep_settings(self, settings: Settings) -> None:
        """Use settings from now on."""
        ...


class ClinicFlow:
    """Opens the settings; ``commission`` puts a treadmill into use, for who may."""

    def __init__(
        self,
        station: Station,
        desk: Desk,
        window: Window,
        commission: Callable[[], None],
        protocols: Callable[[], None],
    ) -> None:
        """``protocols``: opens their library."""
        self._station, self._desk, self._window, self._commission = station, desk, window, commission
        self._protocols = protocols

    def edit_settings(self) -> None:
        """Clinic and machines."""
        begin = self._commission if self._desk.may(Permission.COMMISSION) else None
        record = self.edit_record if self._desk.may(Permission.RECORD) else None
        papers = self.edit_papers if self._desk.may(Permission.RECORD) else None
        group = self.group if self._desk.may(Permission.EXPORT) else None
        keep = self._window.keep_settings
        self._window.show_sheet(
            lambda window: SettingsSheet(window, self._station, keep, record, begin, papers, group, self._protocols)
        )

    def save_support(self) -> None:
        """Ask where the support file goes, write it, and tell."""
        name = f"teststation-support-{today().isoformat()}.zip"
        self._window.dialogs.save_as(tr("support.title"), name, tr("support.filter"), self._write_support)

    def _write_support(self, path: Path) -> None:
        try:
            write_support(path, support_files(self._station.settings, RECENT_LOG.records, _screens()))
        except StationError as error:
            self._window.tell(tr("error.known"), told(error))
        else:
            self._window.tell(tr("support.title"), [tr("support.done", path=str(path))])

    def edit_papers(self) -> None:
        """What stands on pages, and how they are handed over."""
        ask = self._window
        self._window.show_sheet(
            lambda window: PaperSettingsSheet(window, self._station, ask.dialogs, ask.keep_settings)
        )

    def group(self) -> None:
        """The page for management: asked where it goes, made, and told."""
        ask = self._window
        ask.dialogs.save_as(tr("group.title"), f"{tr('group.file')}.pdf", tr("papers.filter"), self._write_group)

    def _write_group(self, path: Path) -> None:
        try:
            write_group(self._station, path, path.with_suffix(".csv"))
        except StationError as error:
            self._window.tell(tr("error.known"), told(error))
        else:
            self._window.tell(tr("group.title"), [tr("group.written", name=path.stem)])

    def edit_record(self) -> None:
        """Record and backups."""
        ask = self._window
        self._window.show_sheet(
            lambda window: RecordSettingsSheet(
                window, self._station, ask.dialogs, ask.keep_settings, ask.tell, self.show_backups
            )
        )

    def show_backups(self) -> None:
        """The last backup, one more now, and the way back."""
        ask, record = self._window, self._station.record
        folder = self._station.settings.backup_folder
        ask.show_sheet(
            lambda window: BackupsSheet(window, record, ask.upkeep, ask.dialogs, folder, self._restored, ask.tell)
        )

    def _restored(self, done: Restored) -> None:
        self._window.record_replaced()
        self._window.tell(tr("backups.title"), restored_words(done, self._station.record))


def _screens() -> list[str]:
    """The machine's screens: pixels, scaling, millimetres."""
    return [
        screen_line(one.size().toTuple(), one.devicePixelRatio(), one.physicalSize().toTuple())
        for one in QGuiApplication.screens()
    ]

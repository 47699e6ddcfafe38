"""Where the record is, where its backups go, and what file names may tell."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget

from teststation.cause import Problem
from teststation.records.storage.passphrase import default_record_path
from teststation.records.upkeep.choosing import folder_problem, location_problem, masked_location, unmasked_location
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.numbers import parse_number
from ui.desktop.widgets.base import button, column, label, problem_label, row, show_problems
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.fields import Bounds, form, line_edit
from ui.desktop.widgets.sheet import Sheet
from ui.station.settings import Settings
from ui.station.station import Station

BACKUP_DAYS = Bounds(1, 365, "unit.days")


class RecordSettingsSheet(Sheet):
    """Every place is tried before it is kept; each problem is one sentence."""

    help_page = "record"

    def __init__(
        self,
        window: QWidget,
        station: Station,
        dialogs: Dialogs,
        saved: Callable[[Settings], None],
        tell: Callable[[str, list[str]], None],
        open_backups: Callable[[], None] = lambda: None,
    ) -> None:
        """``open_backups``: shows when the last backup was made, makes one, and leads back to one."""
        self._station, self._saved, self._tell = station, saved, tell
        now = station.settings
        default = str(default_record_path())
        self.record = line_edit(masked_location(now.record), tr("place.record"), default)
        self.backup_folder = line_edit(now.backup_folder, tr("place.backup_folder"), tr("place.no_backup"))
        choose = button(
            tr("place.choose"),
            lambda: dialogs.folder(tr("place.backup_folder"), self.backup_folder.text().strip(), self._chosen),
            name=tr("place.choose_name"),
        )
        self.backup_days = line_edit(str(now.backup_days), tr("place.backup_days"))
        self.names = QCheckBox(tr("place.names"))
        self.names.setChecked(now.person_in_file_names)
        self.problems = problem_label()
        fields = form(
            (tr("place.record"), self.record),
            (tr("place.backup_folder"), row(self.backup_folder, choose, gap=8, shares=(1,))),
            (tr("place.backup_days"), self.backup_days),
        )
        hint = label(tr("place.hint"), "soft", wrap=True)
        super().__init__(window, tr("place.title"), column(fields, self.names, hint, self.problems), width=1300)
        self.add_cancel(tr("common.cancel"))
        self._open_backups = open_backups
        self.backups_button = button(tr("backups.open"), self.to_backups, "touch")
        self.foot.insertWidget(1, self.backups_button)
        self.save_button = button(tr("form.save"), self.save, "main")
        self.foot.addWidget(self.save_button)

    def save(self) -> None:
        """Keep the settings, or say what is wrong with them."""
        now = self._station.settings
        location = unmasked_location(self.record.text().strip(), now.record)
        folder, days = self.backup_folder.text().strip(), parse_number(self.backup_days.text())
        problems: list[Problem] = []
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)  # a server that does not answer takes its time
        try:
            if location and location != now.record:
                problems += [found for found in (location_problem(location),) if found is not None]
            if folder:
                problems += [found for found in (folder_problem(Path(folder)),) if found is not None]
        finally:
            QApplication.restoreOverrideCursor()
        if days is None or not BACKUP_DAYS.holds(days) or days != round(days):
            problems.append(BACKUP_DAYS.sentence(tr("place.backup_days")))
        if problems:
            show_problems(self.problems, [tr("settings.wrong"), *told(problems)])
            return
        assert days is not None
        self.finish()
        self._saved(
            msgspec.structs.replace(
                now,
                record=location,
                backup_folder=folder,
                backup_days=round(days),
                person_in_file_names=self.names.isChecked(),
            )
        )
        if location != now.record:
            self._tell(tr("place.title"), [tr("place.next_start")])

    def to_backups(self) -> None:
        """Go to the backups of the folder that stands in the field: tried and kept first, or told why not."""
        now, folder = self._station.settings, self.backup_folder.text().strip()
        if folder != now.backup_folder:
            QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
            try:
                problem = folder_problem(Path(folder)) if folder else None
            finally:
                QApplication.restoreOverrideCursor()
            show_problems(self.problems, [] if problem is None else [tr("settings.wrong"), *told([problem])])
            if problem is not None:
                return
            self._saved(msgspec.structs.replace(now, backup_folder=folder))
        self._open_backups()

    def _chosen(self, folder: Path) -> None:
        self.backup_folder.setText(str(folder))

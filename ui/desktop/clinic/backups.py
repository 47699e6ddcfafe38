"""The record's backups: when the last was made, one more now, and the way back from one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget
from shiboken6 import isValid

from teststation.errors import StationError
from teststation.records.access.user import Permission
from teststation.records.upkeep.findings import LastBackup, Restored
from ui.desktop.clinic.upkeep import Upkeep, last_words
from ui.desktop.i18n import told, tr
from ui.desktop.widgets.base import button, column, label, problem_label, row, rule, set_text, show_problems
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.sheet import Sheet

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record


class BackupsSheet(Sheet):
    """A backup is made beside the window and gives way to a test; to restore replaces everything, and is asked."""

    help_page = "record"

    def __init__(
        self,
        window: QWidget,
        record: "Record",
        upkeep: Upkeep,
        dialogs: Dialogs,
        folder: str,
        restored: Callable[[Restored], None],
        tell: Callable[[str, Sequence[str]], None],
    ) -> None:
        self._record, self._upkeep, self._restored, self._tell = record, upkeep, restored, tell
        self.last = label("…" if folder else last_words(None), "lead", wrap=True)
        self.now_button = button(tr("backups.now"), self.back_up, "touch")
        self.now_button.setEnabled(bool(folder))
        self.file = line_edit("", tr("backups.file"))
        self.passphrase = line_edit("", tr("backups.passphrase"))
        self.own_passphrase = line_edit("", tr("backups.own_passphrase"), tr("backups.the_same"))
        for one in (self.passphrase, self.own_passphrase):
            one.setEchoMode(QLineEdit.EchoMode.Password)
        choose = button(
            tr("place.choose"),
            lambda: dialogs.open_file(
                tr("backups.file"), tr("backups.filter"), lambda path: self.file.setText(str(path))
            ),
            name=tr("backups.choose"),
        )
        self.sure = QCheckBox(tr("backups.sure"))
        self.restore_button = button(tr("backups.restore"), self.restore, "touch")
        self.restore_button.setEnabled(False)
        self.sure.toggled.connect(self.restore_button.setEnabled)
        self.problems = problem_label()
        fields = form(
            (tr("backups.file"), row(self.file, choose, gap=8, shares=(1,))),
            (tr("backups.passphrase"), self.passphrase),
            (tr("backups.own_passphrase"), self.own_passphrase),
        )
        body = column(
            row(self.last, self.now_button, shares=(1,)),
            rule(),
            label(tr("backups.back"), "heading"),
            label(tr("backups.back_words"), "soft", wrap=True),
            fields,
            row(self.sure, self.restore_button, shares=(1,)),
            self.problems,
        )
        super().__init__(window, tr("backups.title"), body, width=1600)
        self.add_cancel(tr("common.close"))
        if folder:
            upkeep.backup_known.connect(self._show_last)
            upkeep.look_back()

    def back_up(self) -> None:
        """One more, now."""
        self.now_button.setEnabled(False)
        set_text(self.last, tr("backups.at_work"))
        self._upkeep.back_up_now(self._made)

    def restore(self) -> None:
        """The record becomes what the backup holds, or it is said why not."""
        self._record.users.still_may(Permission.RECORD)
        given, own = self.passphrase.text(), self.own_passphrase.text()
        path = Path(self.file.text().strip())
        self._lock(at_work=True)

        def back() -> Restored | StationError:
            try:
                return self._record.upkeep.restore(own or given, path, given, datetime.now().astimezone())
            except StationError as error:
                return error

        restored, tell = self._restored, self._tell  # who has closed this sheet meanwhile is told all the same

        def answered(answer: Restored | StationError) -> None:
            here = isValid(self) and self.isVisible()
            if here:
                self._lock(at_work=False)
            if isinstance(answer, Restored):
                if here:
                    self.finish()
                restored(answer)
            elif here:
                show_problems(self.problems, told(answer))
            else:
                tell(tr("backups.title"), told(answer))

        self._upkeep.beside(back, answered)

    def _lock(self, *, at_work: bool) -> None:
        show_problems(self.problems, [tr("backups.restores")] if at_work else [])
        for control in (self.restore_button, self.sure, self.now_button):
            control.setEnabled(not at_work)

    def _made(self, last: LastBackup | None, problems: Sequence[str]) -> None:
        self.now_button.setEnabled(True)
        self._show_last(last)
        show_problems(self.problems, problems)

    def _show_last(self, last: LastBackup | None) -> None:
        set_text(self.last, last_words(last))


def restored_words(done: Restored, record: "Record") -> list[str]:
    """What the record holds now, and who came or went with it, so that nobody does so unseen."""
    said = [tr("backups.restored", people=done.found.people, tests=done.found.tests)]
    if done.aside is not None:
        said.append(tr("backups.aside", path=str(done.aside)))
    if not done.compared:
        said.append(tr("backups.not_compared"))
    if done.erased_back:
        names = ", ".join(record.people.get(person_id).full_name for person_id in done.erased_back)
        said.append(tr("backups.erased_back", names=names))
    if done.users_gone:
        said.append(tr("backups.users_gone", names=", ".join(done.users_gone)))
    if done.users_back:
        said.append(tr("backups.users_back", names=", ".join(done.users_back)))
    return said

"""Reports on paper and in files, made beside the window."""

import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from teststation.errors import StationError
from teststation.records.audit import Action
from teststation.records.kept_tests import StoredTest
from teststation.records.people import Person
from ui.i18n import tr
from ui.station import Station
from ui.work import Work


def file_name(person: Person, stored: StoredTest) -> str:
    """``familyname_givenname_yyyy-mm-dd_test.pdf``: predictable, and valid on Windows."""
    name = "_".join(part for part in (person.family_name, person.given_name) if part)
    safe = re.sub(r'[\\/:*?"<>|\s.]+', "-", name).strip("-") or "test"
    return f"{safe}_{stored.run.started_at[:10]}_tredemolletest.pdf"


class Papers(QObject):
    """Saves a report where the operator wants it, or opens it in the system's own viewer to be printed."""

    def __init__(
        self,
        station: Station,
        show_busy: Callable[[str], None],
        tell: Callable[[str, Sequence[str]], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._station, self._show_busy, self._tell, self._window = station, show_busy, tell, window
        self._work: Work | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def save_report(self, stored: StoredTest) -> None:
        """Ask where, then make and save it."""
        start = str(Path.home() / self._name(stored))
        chosen, _ = QFileDialog.getSaveFileName(self._window, tr("papers.save"), start, tr("papers.filter"))
        if chosen:
            path = Path(chosen if chosen.lower().endswith(".pdf") else f"{chosen}.pdf")

            def saved() -> None:
                self._station.record.audit.note(Action.REPORT_SAVED, stored.person_id, stored.id)
                self._show_busy(tr("papers.saved", path=path.name))

            self.write_report(stored, path, saved)

    def open_report(self, stored: StoredTest) -> None:
        """Make it and open it, to be printed."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="teststation-", ignore_cleanup_errors=True)
        path = Path(self._folder.name) / self._name(stored)

        def opened() -> None:
            self._station.record.audit.note(Action.REPORT_OPENED, stored.person_id, stored.id)
            self._show_busy(tr("papers.opened"))
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
                self._tell(tr("error.known"), [tr("papers.no_viewer")])

        self.write_report(stored, path, opened)

    def write_report(self, stored: StoredTest, path: Path, then: Callable[[], None]) -> None:
        """Make the report in a thread of its own and write it to ``path``."""
        if self._work is not None and not self._work.wait(0.0):
            return
        self._show_busy(tr("papers.making"))
        language = self._station.settings.language
        self._work = Work(lambda: path.write_bytes(self._station.report(stored, language)), self)
        self._work.done.connect(lambda _: then())
        self._work.failed.connect(self._failed)
        self._work.start()

    def wait(self, seconds: float) -> None:
        """Let a report that is being made come to its end, then throw away what was made only to be seen."""
        if self._work is not None:
            self._work.wait(seconds)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _failed(self, error: Exception) -> None:
        self._show_busy("")
        if isinstance(error, StationError):
            self._tell(tr("error.known"), error.problems)
        elif isinstance(error, OSError):
            self._tell(tr("error.known"), [tr("papers.not_written", why=error.strerror or str(error))])
        else:
            raise error

    def _name(self, stored: StoredTest) -> str:
        return file_name(self._station.record.people.get(stored.person_id), stored)

"""Training's pages on the screen, on paper and in files. Only saving writes one to the disk."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QWidget

from teststation.errors import StationError
from teststation.files.outputs import Kind, Output, problem
from teststation.files.writing import write_whole
from ui.desktop.i18n import told, tr
from ui.desktop.result.report import PRINT_DPI, ReportSheet
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.work import Work
from ui.station.must_live import must_live

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

Tell = Callable[[str, list[str]], None]


class TrainingPages:
    """Shows a page that was made, and lets it be printed or saved. ``noted`` tells the audit log."""

    def __init__(self, record: "Record", dialogs: Dialogs, tell: Tell) -> None:
        self._record, self._dialogs, self._tell = record, dialogs, tell
        self._writing: list[Work] = []

    def sheet(self, window: QWidget, data: bytes, title: str, name: str, noted: Callable[[], None]) -> ReportSheet:
        """The pages with what can be done with them. ``name``: of a file, without its ending."""
        return ReportSheet(
            window,
            data,
            title=title,
            print_wanted=lambda sheet: self._ask_printer(sheet, name, noted),
            save_wanted=lambda sheet: self._dialogs.save_as(
                tr("papers.save"), f"{name}.pdf", tr("papers.filter"), lambda path: self.write(data, path, sheet, noted)
            ),
        )

    def write(self, data: bytes, path: Path, sheet: ReportSheet, noted: Callable[[], None]) -> None:
        """Save it, over an earlier page at most, beside the window: a stick may be slow."""
        found = problem(Output(path, Kind.PDF), (), must_live(self._record.location))
        if found is not None:
            self._tell(tr("error.known"), told([found]))
            return

        def write() -> None:
            write_whole(path, data)
            noted()

        def written(_: object) -> None:
            self._forget(work)
            sheet.say(tr("papers.saved", path=path.name))

        def failed(error: Exception) -> None:
            self._forget(work)
            if isinstance(error, OSError):
                self._tell(tr("error.known"), [tr("papers.not_written", why=error.strerror or str(error))])
            elif isinstance(error, StationError):
                self._tell(tr("error.known"), told(error))
            else:
                raise error

        work = Work(write)
        work.done.connect(written)
        work.failed.connect(failed)
        self._writing.append(work.start())

    def close(self) -> list[Work]:
        """The window closes. What is returned is what is being saved."""
        return self._writing

    def _forget(self, work: Work) -> None:
        """It holds who is told."""
        self._writing = [one for one in self._writing if one is not work]

    def _ask_printer(self, sheet: ReportSheet, name: str, noted: Callable[[], None]) -> None:
        if not self._dialogs.printer(name, PRINT_DPI, lambda printer: self._print(sheet, printer, noted)):
            sheet.say(tr("papers.no_printer"))

    def _print(self, sheet: ReportSheet, printer: QPrinter, noted: Callable[[], None]) -> None:
        def ended(taken: bool) -> None:
            if taken:
                sheet.say(tr("papers.printed"))
            else:
                self._tell(tr("error.known"), [tr("papers.not_printed")])

        noted()
        sheet.print_on(printer, ended)

"""Reports on the screen, on paper and in files, made beside the window. Only saving writes one to the disk."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QWidget

from teststation.cause import Problem
from teststation.errors import StationError
from teststation.exchange.names import file_stem, person_stem
from teststation.files.outputs import Kind, Output, problem
from teststation.files.writing import write_whole
from teststation.records.access.actions import Action
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredTest
from ui.desktop.i18n import told, tr
from ui.desktop.result.handing import HandingOver
from ui.desktop.result.report import PRINT_DPI, ReportSheet
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.work import Work
from ui.station.handing_over import HandedOver, hand_over
from ui.station.must_live import must_live
from ui.station.station import Station


class Window(Protocol):
    """What papers need of the window."""

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        """Show one more sheet."""
        ...

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Say something and wait to be seen."""
        ...


class Papers(QObject):
    """Makes a report and shows, prints or saves it; the audit log tells the three apart."""

    progressed = Signal(int, int)  # of several, from the thread that makes them
    handed_over = Signal()  # something has gone to the journal

    def __init__(
        self, station: Station, show_busy: Callable[[str], None], window: Window, dialogs: Dialogs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._station, self._show_busy, self._window, self._dialogs = station, show_busy, window, dialogs
        self._work: Work | None = None
        self._writing: list[Work] = []
        self._wanted: Callable[[bytes], None] | None = None
        self._on_clipboard = ""
        self._handing: HandingOver | None = None
        self.progressed.connect(self._progressed)

    def open_report(self, stored: StoredTest) -> None:
        """Make it and show it, when the audit log has been told."""
        self._make(stored, lambda data: self._tell_and_show(stored, data))

    def save_report(self, stored: StoredTest) -> None:
        """Make it and ask where it goes."""
        self._make(stored, lambda data: self._ask_where(stored, data, self._show_busy))

    def hand_over(self, stored: StoredTest) -> None:
        """Give the test to the journal: page and text into the folder it watches, the text on the clipboard too."""
        self._into_the_folder(lambda folder: self.hand_over_to(stored, folder))

    def hand_over_to(self, stored: StoredTest, folder: Path) -> None:
        """Make both beside the window."""
        if self._work is not None and not self._work.wait(0.0):
            return
        self._show_busy(tr("papers.making"))
        self._wanted = None
        self._work = Work(lambda: hand_over(self._station, [stored], folder), self)
        self._work.done.connect(self._handed_over)
        self._work.failed.connect(self._failed)
        self._work.start()

    def hand_over_many(self, tests: Sequence[StoredTest]) -> None:
        """Those that were chosen in a list, one or several, with how far it has come."""
        if tests:
            self._into_the_folder(lambda folder: self.hand_over_many_to(tests, folder))

    def hand_over_many_to(self, tests: Sequence[StoredTest], folder: Path) -> None:
        """Make them beside the window, one after the other."""
        if self._work is not None and not self._work.wait(0.0):
            return
        self._wanted = None
        shown: list[HandingOver] = []

        def make(window: QWidget) -> Sheet:
            shown.append(HandingOver(window, len(tests)))
            return shown[0]

        self._window.show_sheet(make)
        sheet = self._handing = shown[0]
        sheet.closed.connect(lambda: setattr(self, "_handing", None))
        self._work = Work(
            lambda: hand_over(
                self._station, tests, folder, progress=self.progressed.emit, go_on=lambda: not sheet.stopped
            ),
            self,
        )
        self._work.done.connect(lambda found: self._many_handed_over(found, len(tests), folder))
        self._work.failed.connect(self._failed)
        self._work.start()

    def _progressed(self, done: int, of: int) -> None:
        if self._handing is not None:
            self._handing.come_to(done, of)

    def _many_handed_over(self, found: tuple[list[HandedOver], list[Problem]], of: int, folder: Path) -> None:
        made, problems = found
        self.handed_over.emit()
        if self._handing is None:
            return
        if of == 1 and made:
            self._to_clipboard(made[0].words)
        self._handing.end(len(made), of, folder.name, problems)

    def _handed_over(self, found: tuple[list[HandedOver], list[Problem]]) -> None:
        made, problems = found
        self._show_busy("")
        if problems:
            self._window.tell(tr("error.known"), told(problems))
            return
        (one,) = made
        self.handed_over.emit()
        self._to_clipboard(one.words)
        self._show_busy(tr("papers.handed_over", name=one.pdf.name, folder=one.pdf.parent.name))

    def save_copy(self, person: Person) -> None:
        """Ask where a person's own copy of everything goes, and make it: one ZIP file."""
        name = person_stem(person, with_person=self._station.settings.person_in_file_names)
        self._dialogs.save_as(
            tr("papers.copy"), f"{name}.zip", tr("papers.copy_filter"), lambda path: self.write_copy(person, path)
        )

    def write_copy(self, person: Person, path: Path) -> None:
        """Make it beside the window; the file dialog has asked about a file that is there already."""
        if self._work is not None and not self._work.wait(0.0):
            return
        if not self._may_write(Output(path, Kind.ZIP)):
            return
        station = self._station

        def make() -> None:
            from teststation.exchange.export import FORMS, export_person_zip  # every form of file there is, once a year

            manner, forms = station.manner(), frozenset(FORMS)
            export_person_zip(station.record, person.id, path, station.report, forms, manner, replace=True)

        self._work = Work(make, self)
        self._work.done.connect(lambda _: self._window.tell(tr("papers.copy"), [tr("papers.copied", path=path.name)]))
        self._work.failed.connect(self._failed)
        self._work.start()

    def let_go(self) -> None:
        """Who asked has left the desk: a report that is being made is shown to nobody, and no clipboard tells of it."""
        self._wanted = None
        if self._handing is not None:
            self._handing.finish()
        if self._on_clipboard and QGuiApplication.clipboard().text() == self._on_clipboard:
            QGuiApplication.clipboard().clear()
        self._on_clipboard = ""
        self._show_busy("")

    def show_no_more(self) -> None:
        """A run begins: what was to be shown or saved of another test is not put over it."""
        if self._wanted is not None:
            self._wanted = None
            self._show_busy("")

    def close(self) -> list[Work]:
        """The window closes. What is returned is a report that is being made, or saved."""
        self._wanted = None
        return [*self._writing, *([] if self._work is None else [self._work])]

    def write(self, stored: StoredTest, data: bytes, path: Path, say: Callable[[str], None]) -> None:
        """Save a report that was made, over an earlier report at most, beside the window: a stick may be slow."""
        if not self._may_write(Output(path, Kind.PDF)):
            return

        def write() -> None:
            write_whole(path, data)
            self._station.record.audit.note(Action.REPORT_SAVED, stored.person_id, stored.id)

        def written(_: object) -> None:
            self._writing = [one for one in self._writing if one is not work]  # which holds who is told
            say(tr("papers.saved", path=path.name))

        work = Work(write, self)
        work.done.connect(written)
        work.failed.connect(self._not_written)
        self._writing = [one for one in self._writing if not one.wait(0.0)] + [work.start()]

    def _not_written(self, error: Exception) -> None:
        if isinstance(error, OSError):
            self._window.tell(tr("error.known"), [tr("papers.not_written", why=error.strerror or str(error))])
        elif isinstance(error, StationError):
            self._window.tell(tr("error.known"), told(error))
        else:
            raise error

    def print_report(self, stored: StoredTest, sheet: ReportSheet, printer: QPrinter) -> None:
        """Send the pages to the printer that was chosen."""
        try:
            self._station.record.audit.note(Action.REPORT_PRINTED, stored.person_id, stored.id)
        except StationError as error:
            self._window.tell(tr("error.known"), told(error))
            return

        def ended(taken: bool) -> None:
            if taken:
                sheet.say(tr("papers.printed"))
            else:
                self._window.tell(tr("error.known"), [tr("papers.not_printed")])

        sheet.print_on(printer, ended)

    # --- parts ---

    def _may_write(self, output: Output) -> bool:
        """Whether nothing that must live is there; else it is said."""
        found = problem(output, (), must_live(self._station.record.location))
        if found is not None:
            self._window.tell(tr("error.known"), told([found]))
        return found is None

    def _into_the_folder(self, do: Callable[[Path], None]) -> None:
        """The one that the journal system watches, where the clinic has said which; else it is asked for."""
        folder = self._station.settings.hand_over_folder
        if folder:
            do(Path(folder))
        else:
            self._dialogs.folder(tr("papers.hand_over_where"), "", do)

    def _to_clipboard(self, words: str) -> None:
        """What ``let_go`` takes away again."""
        self._on_clipboard = words
        QGuiApplication.clipboard().setText(words)

    def _make(self, stored: StoredTest, then: Callable[[bytes], None]) -> None:
        if self._work is not None and not self._work.wait(0.0):
            return
        self._show_busy(tr("papers.making"))
        self._do(lambda: self._station.report(stored), then)

    def _do(self, work: Callable[[], bytes], then: Callable[[bytes], None]) -> None:
        self._wanted = then
        self._work = Work(work, self)
        self._work.done.connect(self._made)
        self._work.failed.connect(self._failed)
        self._work.start()

    def _made(self, data: bytes) -> None:
        wanted, self._wanted = self._wanted, None
        self._show_busy("")
        if wanted is not None:
            wanted(data)

    def _failed(self, error: Exception) -> None:
        self._wanted = None
        self._show_busy("")
        if self._handing is not None:
            self._handing.finish()
        if not isinstance(error, StationError):
            raise error
        self._window.tell(tr("error.known"), told(error))

    def _tell_and_show(self, stored: StoredTest, data: bytes) -> None:
        def tell() -> bytes:
            self._station.record.audit.note(Action.REPORT_OPENED, stored.person_id, stored.id)
            return data

        self._do(tell, lambda data: self._show(stored, data))

    def _show(self, stored: StoredTest, data: bytes) -> None:
        self._window.show_sheet(
            lambda window: ReportSheet(
                window,
                data,
                print_wanted=lambda sheet: self._ask_printer(stored, sheet),
                save_wanted=lambda sheet: self._ask_where(stored, data, sheet.say),
            )
        )

    def _ask_where(self, stored: StoredTest, data: bytes, say: Callable[[str], None]) -> None:
        self._dialogs.save_as(
            tr("papers.save"),
            f"{self._stem(stored)}.pdf",
            tr("papers.filter"),
            lambda path: self.write(stored, data, path, say),
        )

    def _ask_printer(self, stored: StoredTest, sheet: ReportSheet) -> None:
        def chosen(printer: QPrinter) -> None:
            self.print_report(stored, sheet, printer)

        if not self._dialogs.printer(self._stem(stored), PRINT_DPI, chosen, len(sheet.pages)):
            sheet.say(tr("papers.no_printer"))

    def _stem(self, stored: StoredTest) -> str:
        person = self._station.record.people.get(stored.person_id)
        with_person = self._station.settings.person_in_file_names
        return file_stem(person, stored.id, stored.run.started_at, with_person=with_person)

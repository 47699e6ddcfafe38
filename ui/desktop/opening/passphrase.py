"""A new record's passphrase is chosen and taken care of; an old one's is asked for where no keyring keeps it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from teststation.errors import RecordError
from teststation.files.outputs import Kind, Output, problem
from teststation.files.writing import write_whole
from teststation.records.storage.passphrase import keep_in_keyring, keyring_keeps, opens
from teststation.records.storage.strength import LEAST, Weighed, suggested, weigh
from teststation.report.recovery_sheet import recovery_sheet
from ui.desktop.desk.login import password_edit
from ui.desktop.i18n import core_texts, told, tr
from ui.desktop.result.pages import Pages
from ui.desktop.result.report import PRINT_DPI, print_pages
from ui.desktop.widgets.base import button, column, label, problem_label, row, set_text, show_problems
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.fields import form
from ui.desktop.widgets.sheet import Cover
from ui.station.must_live import must_live

Answered = Callable[[str], None]


class _Remember(QCheckBox):
    """Whether the system's keyring is to keep it; only said where there is none."""

    def __init__(self) -> None:
        super().__init__(tr("opening.remember"))
        self.there = keyring_keeps()
        self.setChecked(self.there)
        self.missing = label(tr("opening.no_keyring"), "soft", wrap=True)
        (self.missing if self.there else self).hide()

    def keep(self, file: Path, passphrase: str) -> None:
        """Keep it, where that was wished. A keyring that fails now is asked about at the next start."""
        if self.isChecked():
            try:
                keep_in_keyring(file, passphrase)
            except RecordError:
                return


class ChooseCover(Cover):
    """A passphrase for a record that is new, typed twice, its strength said while it is typed."""

    def __init__(self, window: QWidget, name: str, clinic: str, answered: Answered, left: Callable[[], None]) -> None:
        self._clinic, self._answered = clinic, answered
        self.fresh = password_edit(tr("opening.passphrase"))
        self.again = password_edit(tr("opening.again"))
        self.show_letters = QCheckBox(tr("opening.show"))
        self.strength = label("", "strong")
        self.problems = problem_label()
        suggest = button(tr("opening.suggest"), self.suggest, "touch")
        fields = form((tr("opening.passphrase"), self.fresh), (tr("opening.again"), self.again))
        body = column(
            label(tr("opening.choose_words", name=name), "soft", wrap=True),
            fields,
            row(self.show_letters, self.strength, suggest, shares=(0, 1)),
            self.problems,
        )
        super().__init__(window, tr("opening.choose_title"), body, width=1200)
        self.foot.insertWidget(0, button(tr("opening.quit"), left, "touch"))
        self.foot.addWidget(button(tr("opening.next"), self.take, "main"))
        self.show_letters.toggled.connect(self._show_letters)
        self.fresh.textChanged.connect(self._weigh)
        self.fresh.returnPressed.connect(lambda: self.again.setFocus())
        self.again.returnPressed.connect(self.take)

    def suggest(self) -> None:
        """Fill in a random one, and let it be seen."""
        made = suggested()
        self.fresh.setText(made)
        self.again.setText(made)
        self.show_letters.setChecked(True)

    def take(self) -> None:
        """Go on with it, or say what is wrong."""
        weighed = self._weighed()
        if not weighed.long_enough:
            problems = [tr("opening.too_short", least=LEAST)]
        elif not weighed.enough:
            problems = [tr("opening.too_weak")]
        elif self.fresh.text() != self.again.text():
            problems = [tr("opening.differ")]
        else:
            self.finish()
            self._answered(self.fresh.text())
            return
        show_problems(self.problems, problems)

    def _weighed(self) -> Weighed:
        return weigh(self.fresh.text(), self._clinic)

    def _weigh(self) -> None:
        show_problems(self.problems, [])
        weighed = self._weighed()
        said = tr(f"opening.strength_{int(weighed.strength)}") if weighed.long_enough else ""
        set_text(self.strength, said if self.fresh.text() else "")

    def _show_letters(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        for field in (self.fresh, self.again):
            field.setEchoMode(mode)


class KeepCover(Cover):
    """Not passed before the passphrase is on paper, in a file, or said to be written down."""

    def __init__(
        self, window: QWidget, dialogs: Dialogs, file: Path, name: str, clinic: str, passphrase: str, done: Answered
    ) -> None:
        self._dialogs, self._file, self._passphrase, self._done = dialogs, file, passphrase, done
        today = datetime.now().astimezone().date()
        self.sheet = recovery_sheet(core_texts().language, clinic, name, passphrase, today)
        self.remember = _Remember()
        self.written = QCheckBox(tr("opening.sheet_written"))
        self.said = label("", "soft", wrap=True)
        body = column(
            label(tr("opening.sheet_words"), "soft", wrap=True),
            row(
                button(tr("opening.sheet_print"), self.print_it, "touch"),
                button(tr("opening.sheet_save"), self.save_it, "touch"),
                1,
            ),
            self.written,
            self.said,
            self.remember,
            self.remember.missing,
        )
        super().__init__(window, tr("opening.sheet_title"), body, width=1200)
        self.go_on = button(tr("opening.start"), self.pass_on, "main")
        self.go_on.setEnabled(False)
        self.foot.addWidget(self.go_on)
        self.written.toggled.connect(self.go_on.setEnabled)

    def print_it(self) -> None:
        """On a printer of this computer."""

        def chosen(printer: QPrinter) -> None:
            pages = Pages(self.sheet)
            taken = print_pages(pages, printer)
            pages.close()
            self._kept(tr("opening.sheet_printed" if taken else "opening.sheet_not_printed"), taken)

        if not self._dialogs.printer(tr("opening.sheet_title"), PRINT_DPI, chosen):
            self._kept(tr("papers.no_printer"), False)

    def save_it(self) -> None:
        """Into a file of the user's choice."""
        self._dialogs.save_as(
            tr("opening.sheet_save"), f"{tr('opening.sheet_file')}.pdf", tr("papers.filter"), self.write
        )

    def write(self, path: Path) -> None:
        """Write the sheet where only this user reads it, over nothing that has to live."""
        found = problem(Output(path, Kind.PDF), (), must_live(self._file))
        if found is not None:
            self._kept(" ".join(told([found])), False)
            return
        try:
            write_whole(path, self.sheet)
        except OSError as error:
            self._kept(tr("opening.sheet_not_saved", why=error.strerror or str(error)), False)
            return
        self._kept(tr("opening.sheet_saved", path=str(path)), True)

    def pass_on(self) -> None:
        """Go on to the station."""
        self.remember.keep(self._file, self._passphrase)
        self.finish()
        self._done(self._passphrase)

    def _kept(self, words: str, kept: bool) -> None:
        set_text(self.said, words)
        if kept:
            self.written.setChecked(True)


class AskCover(Cover):
    """The passphrase of a record that is there. A wrong one is told, and the record is not touched."""

    def __init__(self, window: QWidget, file: Path, name: str, answered: Answered, left: Callable[[], None]) -> None:
        self._file, self._answered = file, answered
        self.passphrase = password_edit(tr("opening.passphrase"))
        self.show_letters = QCheckBox(tr("opening.show"))
        self.remember = _Remember()
        self.problems = problem_label()
        body = column(
            label(tr("opening.ask_words", name=name), "soft", wrap=True),
            form((tr("opening.passphrase"), self.passphrase)),
            self.show_letters,
            self.remember,
            self.remember.missing,
            self.problems,
        )
        super().__init__(window, tr("opening.ask_title"), body, width=1200)
        self.foot.insertWidget(0, button(tr("opening.quit"), left, "touch"))
        self.foot.addWidget(button(tr("opening.open"), self.take, "main"))
        self.show_letters.toggled.connect(
            lambda shown: self.passphrase.setEchoMode(
                QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
            )
        )
        self.passphrase.returnPressed.connect(self.take)

    def take(self) -> None:
        """Open with it, or say that it does not open."""
        typed = self.passphrase.text()
        if not typed or not opens(self._file, typed):
            self.passphrase.selectAll()
            self.passphrase.setFocus()
            show_problems(self.problems, [tr("opening.wrong")])
            return
        self.remember.keep(self._file, typed)
        self.finish()
        self._answered(typed)

"""A person is erased for good: why, then whom, once more; and what is gone told afterwards."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget

from teststation.errors import StationError
from teststation.records.people.erased import Gone, Reason
from teststation.records.people.person import Person
from teststation.records.storage.place import place_of
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import day
from ui.desktop.widgets.base import button, column, label, problem_label, show_problems
from ui.desktop.widgets.choices import choices
from ui.desktop.widgets.sheet import Sheet

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record


def reason_sheet(window: QWidget, person: Person, chosen: Callable[[Reason], None]) -> Sheet:
    """Why somebody may be erased: the law knows three reasons, and the trace tells which."""
    answers = [(reason.value, tr(f"erase.{reason.value}")) for reason in Reason]
    words = tr("erase.why", name=name_of(person))
    return choices(window, tr("erase.title"), words, answers, lambda code: chosen(Reason(code)), columns=1)


class EraseSheet(Sheet):
    """Whom, with what goes with them. The button works once somebody says that it is the right person."""

    def __init__(
        self, window: QWidget, record: "Record", person: Person, reason: Reason, erased: Callable[[Gone], None]
    ) -> None:
        self._record, self._person, self._reason, self._erased = record, person, reason, erased
        people = [person.id, *record.people.duplicates_of(person.id)]
        tests = sum(len(record.tests.summaries(one)) + len(record.sessions.lines(one)) for one in people)
        self.right_person = QCheckBox(tr("erase.right_person", name=name_of(person), born=day(person.born)))
        self.problems = problem_label()
        words = [
            label(name_of(person), "title", wrap=True),
            label(tr("person.facts", born=day(person.born), sex=tr(f"sex.{person.sex.value}")), "lead", wrap=True),
            label(tr("erase.goes", n=tests), wrap=True),
            label(tr("erase.because", reason=tr(f"erase.{reason.value}")), wrap=True),
            label(tr("erase.stays"), "soft", wrap=True),
        ]
        super().__init__(window, tr("erase.title"), column(*words, self.right_person, self.problems), width=1000)
        self.add_cancel(tr("common.cancel"))
        self.erase_button = button(tr("erase.do"), self.erase, "touch")
        self.erase_button.setEnabled(False)
        self.right_person.toggled.connect(self.erase_button.setEnabled)
        self.foot.addWidget(self.erase_button)

    def erase(self) -> None:
        """Erase and close, or say why nothing was erased."""
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)  # the space they took is written over
        try:
            gone = self._record.upkeep.erase(self._person.id, self._reason)
        except StationError as error:
            show_problems(self.problems, told(error))
            return
        finally:
            QApplication.restoreOverrideCursor()
        self.finish()
        self._erased(gone)


def gone_words(gone: Gone, location: str) -> Sequence[str]:
    """What is gone, and what nobody here can reach."""
    said = [tr("erase.done", people=gone.people, tests=gone.tests), tr("erase.backups")]
    if gone.journals:
        said.append(tr("erase.journals", n=gone.journals))
    said += [tr("erase.unreadable", path=str(path)) for path in gone.unreadable]
    return [*said, tr("erase.server")] if place_of(location).url is not None else said

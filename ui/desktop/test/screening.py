"""Questions before the test, in the station's own words. A yes needs the clinician's reason to go on."""

from collections.abc import Callable

from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLineEdit, QPushButton, QWidget

from ui.desktop.i18n import tr
from ui.desktop.widgets.base import button, label

QUESTIONS = ("heart", "symptoms", "dizzy", "pressure", "pregnant", "medicine", "injury", "today")


class Screening(QWidget):
    """One row for each question: no, yes, and a reason that appears after a yes."""

    def __init__(self, changed: Callable[[], object]) -> None:
        super().__init__()
        self.no: dict[str, QPushButton] = {}
        self.yes: dict[str, QPushButton] = {}
        self.reason: dict[str, QLineEdit] = {}
        self._groups: list[QButtonGroup] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        self.all_no = button(tr("screening.all_no"), self.answer_no, name=tr("screening.all_no_name"))
        grid.addWidget(label(tr("screening.lead"), "soft", wrap=True), 0, 0)
        grid.addWidget(self.all_no, 0, 1, 1, 2)
        for index, code in enumerate(QUESTIONS, start=1):
            question = tr(f"screening.{code}")
            grid.addWidget(label(question, wrap=True), 2 * index - 1, 0)
            group = QButtonGroup(self)
            for place, (answers, text) in enumerate(((self.no, tr("common.no")), (self.yes, tr("common.yes"))), 1):
                made = button(text, name=f"{question} {text}")
                made.setCheckable(True)
                answers[code] = made
                group.addButton(made)
                grid.addWidget(made, 2 * index - 1, place)
            reason = QLineEdit()
            reason.setAccessibleName(tr("screening.reason_name", question=question))
            reason.setPlaceholderText(tr("screening.reason"))
            reason.setVisible(False)
            reason.textChanged.connect(lambda *_: changed())
            self.reason[code] = reason
            grid.addWidget(reason, 2 * index, 0, 1, 3)
            self.yes[code].toggled.connect(reason.setVisible)
            group.buttonToggled.connect(lambda *_: changed())
            self._groups.append(group)

    def answer_no(self) -> None:
        """No to every question that has no answer yet."""
        for code in QUESTIONS:
            if not self.yes[code].isChecked():
                self.no[code].setChecked(True)

    def problems(self) -> list[str]:
        """What is not answered, or answered yes without a reason."""
        found: list[str] = []
        if any(not (self.no[code].isChecked() or self.yes[code].isChecked()) for code in QUESTIONS):
            found.append(tr("pretest.screening_missing"))
        if any(self.yes[code].isChecked() and not self.reason[code].text().strip() for code in QUESTIONS):
            found.append(tr("pretest.reason_missing"))
        return found

    def answers(self) -> dict[str, str]:
        """``screening_<code>``: ``no``, or ``yes: `` and the reason."""
        return {
            f"screening_{code}": f"yes: {self.reason[code].text().strip()}" if self.yes[code].isChecked() else "no"
            for code in QUESTIONS
        }

    def clear_answers(self) -> None:
        """As for a new person."""
        for code, group in zip(QUESTIONS, self._groups, strict=True):
            group.setExclusive(False)
            self.no[code].setChecked(False)
            self.yes[code].setChecked(False)
            group.setExclusive(True)
            self.reason[code].clear()

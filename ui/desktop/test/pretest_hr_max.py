"""What is known of this person's HRmax: calculated, measured, or the highest pulse of an interval session."""

from datetime import date
from typing import TypedDict

from PySide6.QtCore import QObject, Signal

from teststation.physiology.hrmax import INTERVALS_VALID_DAYS, hr_max
from teststation.subject import Subject
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import day, exact, parse_day, parse_number, today
from ui.desktop.widgets.fields import HR_MAX_BPM, line_edit, short_choice

CALCULATED, MEASURED, FROM_RPE = "calculated", "measured", "rpe"
INTERVALS, ALL_OUT = "intervals", "intervals_all_out"
FROM_SESSION = (INTERVALS, ALL_OUT)
WITH_A_VALUE = (MEASURED, *FROM_SESSION)


class Told(TypedDict):
    """The fields of ``Subject`` that tell of HRmax."""

    hr_max_measured_bpm: float | None
    hr_max_measured_on: str | None
    hr_max_from_rpe: bool
    hr_max_intervals_bpm: float | None
    hr_max_intervals_all_out: bool


class HrMaxChoice(QObject):
    """Where it comes from, and its value and day where somebody has measured one."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.source = short_choice(tr("pretest.hr_source"))
        self.value = line_edit("", tr("pretest.hr_measured"))
        self.on = line_edit("", tr("pretest.hr_date"), tr("form.born_hint"))
        for words, source in (
            ("", CALCULATED),
            (tr("pretest.hr_is_measured"), MEASURED),
            (tr("pretest.hr_is_intervals"), INTERVALS),
            (tr("pretest.hr_is_all_out"), ALL_OUT),
            (tr("pretest.hr_is_rpe"), FROM_RPE),
        ):
            self.source.addItem(words, source)
        self.source.currentIndexChanged.connect(lambda *_: self._look())
        for field in (self.value, self.on):
            field.textChanged.connect(lambda *_: self.changed.emit())

    def show_last(self, last: Subject | None) -> None:
        """Begin with what was known last time."""
        measured = last is not None and last.hr_max_measured_bpm is not None
        self.value.setText(exact(last.hr_max_measured_bpm) if last and measured else "")
        on = last.hr_max_measured_on if last and measured else None
        self.on.setText(day(on) if on else "")
        by_effort = last is not None and last.hr_max_from_rpe
        source = MEASURED if measured else FROM_RPE if by_effort else CALCULATED
        self.source.setCurrentIndex(self.source.findData(source))
        self._look()

    def say_calculated(self, trial: Subject, *, age_known: bool) -> None:
        """Beside the first choice stands what it comes to."""
        assumed = hr_max(trial)
        key = "pretest.hr_brawner" if assumed.source == "brawner2004" else "pretest.hr_nes"
        words = tr(key, bpm=round(assumed.bpm)) if age_known else tr("pretest.hr_unknown")
        if self.source.itemText(0) != words:
            self.source.setItemText(0, words)

    def told(self) -> Told:
        """What was chosen and written."""
        source, on = self.source.currentData(), parse_day(self.on.text())
        measured, session = source == MEASURED, source in FROM_SESSION
        return Told(
            hr_max_measured_bpm=parse_number(self.value.text()) if measured else None,
            hr_max_measured_on=on.isoformat() if measured and on else None,
            hr_max_from_rpe=source == FROM_RPE,
            hr_max_intervals_bpm=parse_number(self.value.text()) if session else None,
            hr_max_intervals_all_out=source == ALL_OUT,
        )

    def problems(self) -> list[str]:
        """What must be mended first."""
        source, on = self.source.currentData(), parse_day(self.on.text())
        if source not in WITH_A_VALUE:
            return []
        value_wrong = not HR_MAX_BPM.holds(parse_number(self.value.text()))
        problems = [HR_MAX_BPM.sentence(tr("pretest.hr_measured"))] if value_wrong else []
        if on is None:
            problems.append(tr("pretest.hr_date_missing"))
        elif source in FROM_SESSION and not session_counts(on, today()):
            problems.append(tr("pretest.hr_session_old"))
        return problems

    def _look(self) -> None:
        for field in (self.value, self.on):
            field.setEnabled(self.source.currentData() in WITH_A_VALUE)
        self.changed.emit()


def session_counts(on: date, tested_on: date) -> bool:
    """Whether an interval session is recent enough to tell of HRmax."""
    return 0 <= (tested_on - on).days <= INTERVALS_VALID_DAYS

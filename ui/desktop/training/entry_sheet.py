"""One row of the diary, written by hand: what, how long, how hard, how it felt. Nothing of it is a must."""

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QWidget

from teststation.errors import StationError
from teststation.physiology.advice import told_after_words
from teststation.symptoms import TOLD_AFTER
from teststation.training import diary
from teststation.training.diary import Attendance, Entry, StrengthSet
from teststation.training.plan import Plan, PlannedSession
from teststation.training.strength import EXERCISES
from ui.desktop.i18n import core_texts, told, tr
from ui.desktop.i18n.numbers import day, exact, parse_day, parse_number, today
from ui.desktop.training.screen import sets_name
from ui.desktop.widgets.base import button, column, label, problem_label, row, set_shown, show_problems
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.sheet import Sheet

SYMPTOM_COLUMNS = 4


def combo(name: str, choices: Sequence[tuple[str, object]], chosen: object) -> QComboBox:
    """A list of ``(words, value)`` with an accessible name."""
    made = QComboBox()
    made.setAccessibleName(name)
    for words, value in choices:
        made.addItem(words, value)
    made.setCurrentIndex(max(0, made.findData(chosen)))
    return made


class EntrySheet(Sheet):
    """A new row, or one that is corrected."""

    def __init__(
        self,
        window: QWidget,
        entry: Entry,
        plan: Plan | None,
        keep: Callable[[Entry], None],
        *,
        correct: bool = False,
    ) -> None:
        """``keep`` keeps the row, or raises StationError with what is wrong."""
        say = core_texts()
        self._entry, self._keep = entry, keep
        self.day = line_edit(day(entry.day), tr("training.column.day"), tr("form.born_hint"))
        self.kind = combo(tr("training.column.what"), [(say(f"diary.kind.{k}"), k) for k in diary.KINDS], entry.kind)
        self.attendance = combo(
            tr("training.attendance"),
            [(tr(f"training.there.{one.value}"), one.value) for one in Attendance],
            entry.attendance.value,
        )
        reasons = [("–", "")] + [(say(f"diary.reason.{one}"), one) for one in diary.REASONS]
        self.reason = combo(tr("training.reason"), reasons, entry.reason)
        self.session = combo(tr("training.session"), _sessions(plan), entry.plan_number)
        self.minutes = line_edit(exact(entry.minutes), tr("training.column.minutes"))
        self.bouts = line_edit(_bouts(entry), tr("training.bouts"), "4/4")
        borg = [("–", None)] + [(str(n), n) for n in range(diary.BORG_LOW, diary.BORG_HIGH + 1)]
        self.borg = combo(tr("training.borg"), borg, entry.borg)
        rated = None if entry.rating is None else float(entry.rating)
        self.rating = combo(tr("training.rating"), [("–", None)] + [(str(n), float(n)) for n in range(11)], rated)
        felt = [("–", None)] + [(f"{n} – {tr(f'training.felt.{n}')}", n) for n in range(1, 6)]
        self.felt = combo(tr("training.felt_name"), felt, entry.felt)
        stopped = [("–", "")] + [(say(f"diary.stopped.{one}"), one) for one in diary.STOPPED]
        self.stopped = combo(tr("training.stopped"), stopped, entry.stopped_because)
        self.symptoms = {
            code: QCheckBox(words[:1].upper() + words[1:])
            for code, words in ((code, told_after_words(code, say)) for code in TOLD_AFTER)
        }
        several = QGridLayout()
        for place, (code, check) in enumerate(self.symptoms.items()):
            check.setChecked(code in entry.symptoms)
            several.addWidget(check, place // SYMPTOM_COLUMNS, place % SYMPTOM_COLUMNS)
        self.what = line_edit(entry.what, tr("training.what"))
        self.comment = line_edit(entry.comment, tr("training.comment"))
        self.therapist = line_edit(entry.therapist, tr("training.therapist"))
        one = entry.sets[0] if entry.sets else None
        self.exercise = combo(
            tr("strength.exercise"), [(sets_name(x), x) for x in EXERCISES], one.exercise if one else EXERCISES[0]
        )
        self.load = line_edit(exact(one.load_kg) if one else "", tr("strength.kg"))
        self.repetitions = line_edit("/".join(map(str, one.repetitions)) if one else "", tr("strength.sets"), "4/4/4/4")
        left = [("–", None)] + [(str(n), n) for n in range(6)]
        self.reserve = combo(tr("strength.reserve"), left, one.in_reserve if one else None)
        self.lifted = QWidget()
        self.lifted.setLayout(
            row(
                _named(tr("strength.exercise"), self.exercise),
                _named(tr("strength.kg"), self.load),
                _named(tr("strength.sets"), self.repetitions),
                _named(tr("strength.reserve"), self.reserve),
                gap=12,
                shares=(2, 1, 2, 1),
            )
        )
        self.problems: QLabel = problem_label()
        first = form(
            (tr("training.column.day"), self.day),
            (tr("training.column.what"), self.kind),
            (tr("training.attendance"), self.attendance),
            (tr("training.reason"), self.reason),
            (tr("training.session"), self.session),
        )
        second = form(
            (tr("training.column.minutes"), self.minutes),
            (tr("training.bouts"), self.bouts),
            (tr("training.borg"), self.borg),
            (tr("training.rating"), self.rating),
            (tr("training.felt_name"), self.felt),
        )
        third = form(
            (tr("training.comment"), self.comment),
            (tr("training.therapist"), self.therapist),
            (tr("training.what"), self.what),
            (tr("training.stopped"), self.stopped),
        )
        of_symptoms = label(tr("training.symptoms"), "caption", wrap=True)
        pair = row(first, second, gap=30, shares=(1, 1))
        body = column(pair, self.lifted, third, of_symptoms, several, self.problems, gap=12)
        super().__init__(window, tr("training.edit_title" if correct else "training.write_title"), body, width=1150)
        self.add_cancel(tr("common.cancel"))
        self.save_button = button(tr("form.save"), self.save, "main")
        self.foot.addWidget(self.save_button)
        self.kind.currentIndexChanged.connect(self._look)
        self.attendance.currentIndexChanged.connect(self._look)
        self._look()

    def save(self) -> None:
        """Keep the row and close, or say what is wrong."""
        problems = self._unreadable()
        if not problems:
            try:
                self._keep(diary.checked(self.entry(), today()))
            except StationError as error:
                problems = told(error)
            else:
                self.finish()
                return
        show_problems(self.problems, problems)

    def entry(self) -> Entry:
        """The row as it is written here. What the sheet does not ask stays."""
        on = parse_day(self.day.text())
        there = Attendance(self.attendance.currentData())
        done = there is Attendance.DONE
        bouts = _two(self.bouts.text()) if done else (None, None)
        return msgspec.structs.replace(
            self._entry,
            day=self.day.text() if on is None else on.isoformat(),
            kind=self.kind.currentData(),
            attendance=there,
            reason="" if done else self.reason.currentData(),
            plan_number=self.session.currentData(),
            minutes=parse_number(self.minutes.text()) if done and self.minutes.text().strip() else None,
            borg=self.borg.currentData() if done else None,
            rating=self.rating.currentData() if done else None,
            felt=self.felt.currentData() if done else None,
            bouts_done=bouts[0],
            bouts_planned=bouts[1],
            stopped_because=self.stopped.currentData() if done else "",
            symptoms=tuple(code for code, check in self.symptoms.items() if check.isChecked()),
            what=self.what.text().strip(),
            comment=self.comment.text().strip(),
            therapist=self.therapist.text().strip(),
            sets=self._sets() if done else (),
        )

    def _sets(self) -> tuple[StrengthSet, ...]:
        if self.kind.currentData() != "strength" or not (self.load.text().strip() or self.repetitions.text().strip()):
            return self._entry.sets[1:] if self.kind.currentData() == "strength" else ()
        numbers = [int(n) for n in self.repetitions.text().replace(" ", "/").split("/") if n.strip().isdigit()]
        first = StrengthSet(
            self.exercise.currentData(), parse_number(self.load.text()) or 0.0, tuple(numbers),
            self.reserve.currentData(),
        )  # fmt: skip
        return (first, *self._entry.sets[1:])

    def _unreadable(self) -> list[str]:
        found = [] if parse_day(self.day.text()) else [tr("training.day_wrong")]
        minutes = self.minutes.text().strip()
        found += [tr("training.minutes_wrong")] if minutes and parse_number(minutes) is None else []
        bouts = self.bouts.text().strip()
        found += [tr("training.bouts_wrong")] if bouts and _two(bouts)[0] is None else []
        return found

    def _look(self) -> None:
        done = self.attendance.currentData() == Attendance.DONE.value
        for field in (self.minutes, self.bouts, self.borg, self.rating, self.felt, self.stopped):
            field.setEnabled(done)
        self.reason.setEnabled(not done)
        set_shown(self.lifted, done and self.kind.currentData() == "strength")


def _named(name: str, field: QWidget) -> object:
    heading = label(name, "caption")
    heading.setBuddy(field)
    return column(heading, field, gap=2)


def _sessions(plan: Plan | None) -> list[tuple[str, object]]:
    made: list[tuple[str, object]] = [(tr("training.by_day"), None)]
    sessions: Sequence[PlannedSession] = () if plan is None else plan.sessions
    return made + [(f"{one.number} · {day(one.day)}", one.number) for one in sessions]


def _bouts(entry: Entry) -> str:
    if entry.bouts_done is None:
        return ""
    return str(entry.bouts_done) if entry.bouts_planned is None else f"{entry.bouts_done}/{entry.bouts_planned}"


def _two(text: str) -> tuple[int | None, int | None]:
    """``3/4``, or ``3`` alone."""
    done, _, planned = text.replace(" ", "").partition("/")
    if not done.isdigit() or (planned and not planned.isdigit()):
        return None, None
    return int(done), int(planned) if planned else None

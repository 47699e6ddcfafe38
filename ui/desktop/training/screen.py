"""A person's plan and diary: every planned session with what came of it, and every row beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView, QWidget

from teststation.physiology.advice import symptoms_told
from teststation.records.people.person import Person
from teststation.records.training.note import Note
from teststation.training.diary import Attendance, Entry, Overview, State, Week, weeks
from teststation.training.effect import Effect
from teststation.training.plan import Plan, PlannedSession
from teststation.training.words import pulse_words
from ui.desktop.i18n import core_texts, tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import day, number, signed
from ui.desktop.training.week_plot import WeekPlot
from ui.desktop.widgets.base import button, card, column, frame, label, row, set_shown, set_text
from ui.desktop.widgets.table import fill_wrapped, reading_table

COLUMNS = ("number", "day", "what", "state", "minutes", "borg", "felt", "comment")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list: a planned session, a row of the diary, or both."""

    on: str
    state: State
    session: PlannedSession | None = None
    note: Note[Entry] | None = None

    @property
    def entry(self) -> Entry | None:
        """What is written in it."""
        return None if self.note is None else self.note.value


def lines_of(found: Overview | None, notes: Sequence[Note[Entry]]) -> list[Line]:
    """Every session and every row once, by day."""
    made: list[Line] = []
    extra: Sequence[int] = range(len(notes))
    if found is not None:
        extra = found.extra
        for standing in found.sessions:
            note = None if standing.entry is None else notes[standing.entry]
            on = standing.session.day if note is None else note.value.day
            made.append(Line(on, standing.state, standing.session, note))
    for place in extra:
        attendance = notes[place].value.attendance
        state = State.DONE if attendance is Attendance.DONE else State(attendance.value)
        made.append(Line(notes[place].value.day, state, None, notes[place]))
    return sorted(made, key=lambda line: (line.on, 0 if line.session is None else line.session.number))


def words_of(line: Line) -> tuple[str, ...]:
    """One line in words."""
    say, entry = core_texts(), line.entry
    kind = entry.kind if entry is not None and line.state in (State.DONE, State.PART) else None
    kind = kind or (line.session.kind if line.session is not None else "other")
    state = say(f"diary.state.{line.state.value}")
    if entry is not None and entry.bouts_done is not None and line.state is State.PART:
        state = tr("training.part", done=entry.bouts_done, planned=entry.bouts_planned or "–")
    if entry is not None and entry.reason:
        state = f"{state} ({say(f'diary.reason.{entry.reason}')})"
    name = "+" if line.session is None else str(line.session.number)
    weekday = say(f"diary.weekday.{date.fromisoformat(line.on).isoweekday()}")
    if entry is None:
        return (name, f"{weekday} {day(line.on)}", say(f"diary.kind.{kind}"), state, "", "", "", "")
    sets = [
        say(
            "diary.sets",
            exercise=sets_name(one.exercise),
            kg=float(one.load_kg),
            sets="/".join(map(str, one.repetitions)),
        )
        for one in entry.sets
    ]
    return (
        name,
        f"{weekday} {day(line.on)}",
        say(f"diary.kind.{kind}"),
        state,
        "" if entry.minutes is None else number(entry.minutes),
        "" if entry.borg is None else str(entry.borg),
        "" if entry.felt is None else str(entry.felt),
        " · ".join(
            word
            for word in (
                entry.what,
                *sets,
                symptoms_told(entry.symptoms, say),
                pulse_words(say, entry),
                entry.comment,
                entry.therapist,
            )
            if word
        ),
    )


def sets_name(exercise: str) -> str:
    """An exercise's name, or the clinic's own word for it."""
    say = core_texts()
    return say(f"diary.exercise.{exercise}") if f"diary.exercise.{exercise}" in say.keys() else exercise  # noqa: SIM118


def effect_words(effect: Effect | None) -> str:
    """What changed beside what was done; nothing where there is no second test."""
    if effect is None or effect.change_ml_kg_min is None or effect.low is None or effect.high is None:
        return tr("training.no_effect")
    words = tr(
        "training.effect",
        done=effect.done,
        planned=effect.planned,
        change=signed(effect.change_ml_kg_min),
        low=signed(effect.low),
        high=signed(effect.high),
        what=tr(f"training.wording.{effect.wording}"),
    )
    if effect.years is None or effect.years_capped != "none":
        return words
    years = {name: signed(value or 0.0, 0) for name, value in
             (("years", effect.years), ("low", effect.years_low), ("high", effect.years_high))}  # fmt: skip
    return f"{words} {tr('training.years', **years)}"


class TrainingScreen(QWidget):
    """Lines leave as they are; what is to be done with them is the flow's."""

    write_wanted = Signal()
    edit_wanted = Signal(object)  # Line
    withdraw_wanted = Signal(object)
    move_wanted = Signal(object)
    plan_wanted = Signal()
    away_wanted = Signal()
    watch_wanted = Signal()
    print_wanted = Signal()
    strength_wanted = Signal()
    interview_wanted = Signal()
    sessions_wanted = Signal()
    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.person: Person | None = None
        self.lines: list[Line] = []
        self.weeks: Sequence[Week] = ()
        self.who, self.summary = label("", "title", wrap=True), label("", "lead", wrap=True)
        self.effect = label("", "soft", wrap=True)
        self.table = reading_table(
            tr("training.list"), [tr(f"training.column.{name}") for name in COLUMNS], COLUMNS.index("comment"),
            wrapped=True,
        )  # fmt: skip
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.itemSelectionChanged.connect(self._look)
        self.table.itemDoubleClicked.connect(lambda *_: self._with(self._opened))
        self.none = label(tr("training.none"), "lead", wrap=True)
        self.plot = WeekPlot()
        self.minutes = label("", "caption", wrap=True)
        self.edit_button = button(tr("training.edit"), lambda: self._with(self.edit_wanted.emit), "touch")
        self.move_button = button(tr("training.move"), lambda: self._with(self.move_wanted.emit), "touch")
        self.withdraw_button = button(tr("training.withdraw"), lambda: self._with(self.withdraw_wanted.emit), "touch")
        self.away_button = button(tr("training.away"), self.away_wanted.emit, "touch")
        self.plan_button = button(tr("training.new_plan"), self.plan_wanted.emit, "touch")
        left = card(
            tr("training.list"),
            self.none,
            self.table,
            row(self.edit_button, self.move_button, self.withdraw_button, 1, self.away_button, gap=8),
            shares=(0, 0, 1),
        )
        right = card(tr("training.chart"), self.plot, self.minutes, self.effect, gap=6, shares=(0, 1))
        inner = column(self.who, self.summary, row(left, right, shares=(3, 1)), gap=6, margin=14, shares=(0, 0, 1))
        foot = row(
            button(tr("common.back"), self.back.emit, "touch"),
            self.plan_button,
            button(tr("training.interview"), self.interview_wanted.emit, "touch"),
            button(tr("training.strength"), self.strength_wanted.emit, "touch"),
            button(tr("training.here"), self.sessions_wanted.emit, "touch", tip=tr("training.here_tip")),
            1,
            button(tr("training.print"), self.print_wanted.emit, "touch"),
            button(tr("training.watch"), self.watch_wanted.emit, "touch"),
            button(tr("training.write"), self.write_wanted.emit, "main"),
            margin=12,
            gap=8,
        )
        self.setLayout(column(inner, frame(foot, "foot"), gap=0, shares=(1,)))

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale, and rows that a finger can hit."""
        self.plot.rescale(scale, family)
        self.table.verticalHeader().setMinimumSectionSize(round(44 * scale))

    def show_person(
        self,
        person: Person,
        plan: Plan | None,
        found: Overview | None,
        notes: Sequence[Note[Entry]],
        today: date,
        effect: Effect | None,
        waits: str = "",
    ) -> None:
        """Show a person's plan and diary, as ``found`` lays the one beside the other, and what they came to.

        ``waits``: why no session may be held yet, as ``why_it_waits`` says.
        """
        self.person = person
        entries = [note.value for note in notes]
        self.lines = lines_of(found, notes)
        set_text(self.who, tr("training.title", name=name_of(person)))
        if found is None:
            set_text(self.summary, tr("training.no_plan"))
        else:
            told = core_texts()("diary.so_far", done=found.done, so_far=found.so_far, planned=found.planned)
            set_text(self.summary, f"{told} {core_texts()(f'diary.waits.{waits}')}" if waits else told)
        fill_wrapped(self.table, [words_of(line) for line in self.lines])
        set_shown(self.none, not self.lines)
        set_shown(self.table, bool(self.lines))
        self.weeks = weeks(plan, entries, today)
        self.plot.show_weeks(self.weeks)
        set_text(self.minutes, _minutes_words(self.weeks))
        set_text(self.effect, "" if found is None else effect_words(effect))
        set_shown(self.away_button, plan is not None)
        set_text(self.plan_button, tr("training.new_plan" if plan is None else "training.change_plan"))
        self._scroll_to(today)
        self._look()

    @property
    def selected(self) -> Line | None:
        """The line that is chosen."""
        rows = self.table.selectionModel().selectedRows()
        return self.lines[rows[0].row()] if rows else None

    def _scroll_to(self, today: date) -> None:
        """The line of today, or the next."""
        place = next((n for n, line in enumerate(self.lines) if line.on >= today.isoformat()), None)
        if place is not None:
            self.table.selectRow(place)
            self.table.scrollTo(self.table.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _look(self) -> None:
        line = self.selected
        self.edit_button.setEnabled(line is not None)
        written = line is not None and line.note is not None and line.note.number > 0
        self.withdraw_button.setEnabled(written)  # what the station has run itself is no row that could be taken back
        self.move_button.setEnabled(line is not None and line.session is not None and line.note is None)
        if line is not None:
            set_text(self.edit_button, tr("training.edit" if line.note is not None else "training.write_this"))

    def _opened(self, line: Line) -> None:
        self.edit_wanted.emit(line)

    def _with(self, wanted: Callable[[Line], object]) -> None:
        if self.selected is not None:
            wanted(self.selected)


def _minutes_words(weeks: Sequence[Week]) -> str:
    """Minutes of the last weeks in which somebody trained, and their load where sessions were rated."""
    told = [week for week in weeks if week.sessions][-4:]
    words = []
    for week in told:
        one = tr("training.minutes_of", week=week.monday.isocalendar().week, n=number(week.minutes))
        words.append(one if week.load is None else one + tr("training.load_of", n=number(week.load), rated=week.rated))
    return " · ".join(words)

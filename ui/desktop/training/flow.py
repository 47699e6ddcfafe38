"""Training in the window: a person's plan and diary, strength, and the talk before the first session."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from teststation.errors import StationError
from teststation.exchange.names import person_stem
from teststation.exchange.training import effect_on, why_it_waits
from teststation.records.access.actions import Action
from teststation.records.people.person import Person
from teststation.records.tests.stored import SessionLine
from teststation.records.training.note import Note, Some
from teststation.training import interview as talks
from teststation.training import plan as plans
from teststation.training.diary import Entry, overview
from teststation.training.interview import Interview
from teststation.training.plan import Plan
from teststation.training.strength import OneRm, propose
from ui.desktop.i18n import core_texts, told, tr
from ui.desktop.i18n.marks import who
from ui.desktop.i18n.numbers import day, exact, moment, today
from ui.desktop.intervals.flow import result_lines
from ui.desktop.intervals.sessions import SessionsSheet
from ui.desktop.training.entry_sheet import EntrySheet
from ui.desktop.training.interview import InterviewSheet
from ui.desktop.training.pages import TrainingPages
from ui.desktop.training.plan_sheets import AwaySheet, MoveSheet, PlanSheet, ReasonSheet
from ui.desktop.training.screen import Line, TrainingScreen
from ui.desktop.training.strength import OneRmSheet, StrengthScreen
from ui.desktop.widgets.choices import choices
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.sheet import Sheet
from ui.station.interval_session import learned_from
from ui.station.settings import interview_path
from ui.station.station import Station
from ui.station.training import needs_a_yes
from ui.station.training_pages import diary_page, interview_page


class Window(Protocol):
    """What training needs of the window."""

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        """Show one more sheet."""
        ...

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Say something and wait to be seen."""
        ...

    def go_to(self, screen: QWidget) -> None:
        """Show one screen."""
        ...


class TrainingFlow(QObject):
    """Connects the screens of training to the record. Whoever leaves them sees the person's list again."""

    def __init__(
        self,
        station: Station,
        screen: TrainingScreen,
        lifting: StrengthScreen,
        window: Window,
        dialogs: Dialogs,
        leave: Callable[[], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.station, self.screen, self.lifting, self._window, self._dialogs = station, screen, lifting, window, dialogs
        self._person: Person | None = None
        self.pages = TrainingPages(station.record, dialogs, lambda title, said: window.tell(title, said))
        screen.back.connect(leave)
        screen.write_wanted.connect(lambda: self.write(Entry(day=today().isoformat())))
        screen.edit_wanted.connect(self.edit)
        screen.withdraw_wanted.connect(self.withdraw)
        screen.move_wanted.connect(self.move)
        screen.plan_wanted.connect(self.plan)
        screen.away_wanted.connect(self.away)
        screen.watch_wanted.connect(self.ask_watch)
        screen.print_wanted.connect(self.ask_page)
        screen.strength_wanted.connect(self.show_strength)
        screen.interview_wanted.connect(self.talk)
        screen.sessions_wanted.connect(self.sessions)
        lifting.back.connect(lambda: self.show(self.person))
        lifting.new_wanted.connect(self.new_one_rm)
        lifting.write_wanted.connect(self.write_strength)
        lifting.withdraw_wanted.connect(self._withdraw_one_rm)

    @property
    def person(self) -> Person:
        """Whose training is on the screen."""
        assert self._person is not None
        return self._person

    def show(self, person: Person) -> None:
        """A person's plan and diary."""
        self._person = person
        if self._tried(lambda: self.station.record.training.seen(person.id, Entry)):
            self.refresh()
            self._window.go_to(self.screen)

    def refresh(self) -> None:
        """Read the record again."""
        record, person = self.station.record, self.person
        entries, plan = record.diary(person.id), record.training.last(person.id, Plan)
        value = None if plan is None else plan.value
        found = None if value is None else overview(value, [note.value for note in entries], today())
        effect = effect_on(record, person.id, value, found)
        waits = why_it_waits(record, person.id)
        self.screen.show_person(person, value, found, entries, today(), effect, waits)

    # --- the diary ---

    def write(self, entry: Entry) -> None:
        """A new row."""
        plan = self.station.record.training.last(self.person.id, Plan)

        def keep(value: Entry) -> None:
            self.station.record.training.add(self.person.id, value)
            self.refresh()

        self._window.show_sheet(lambda window: EntrySheet(window, entry, None if plan is None else plan.value, keep))

    def edit(self, line: Line) -> None:
        """Correct a row, or write the one of a planned session."""
        if line.note is None:
            assert line.session is not None
            self.write(
                Entry(day=min(line.on, today().isoformat()), kind=line.session.kind, plan_number=line.session.number)
            )
            return
        note, plan = line.note, self.station.record.training.last(self.person.id, Plan)

        def keep(value: Entry) -> None:
            if value != note.value:
                self.station.record.training.change(note, value)
            self.refresh()

        self._window.show_sheet(
            lambda window: EntrySheet(window, note.value, None if plan is None else plan.value, keep, correct=True)
        )

    def withdraw(self, line: Line) -> None:
        """Take a row back."""
        if line.note is not None:
            self._take_back(line.note, day(line.note.value.day), self.refresh)

    def _take_back(self, note: Note[Some], what: str, then: Callable[[], None]) -> None:
        def do(reason: str) -> None:
            self.station.record.training.withdraw(note, reason)
            then()

        words = tr("training.withdraw_words", what=what)
        self._window.show_sheet(lambda window: ReasonSheet(window, tr("training.withdraw"), words, do))

    def ask_watch(self) -> None:
        """Which file of a watch."""
        self._dialogs.open_file(tr("training.watch"), tr("training.watch_filter"), self.bring_in)

    def bring_in(self, path: Path) -> None:
        """A watch's activities, each into the row it belongs to."""
        try:
            from teststation.exchange.watches import read_activities  # its tables of every field are large

            found = self.station.record.bring_in(self.person.id, read_activities(path, today()))
        except StationError as error:
            self._window.tell(tr("error.known"), told(error))
            return
        self.refresh()
        told_of = [
            tr(
                "training.brought.known" if one.known else "training.brought.new" if one.entry is None
                else "training.brought.into",
                when=moment(one.activity.started_at.isoformat()), minutes=round(one.activity.minutes),
            )
            for one in found
        ]  # fmt: skip
        self._window.tell(tr("training.watch"), told_of)

    # --- the plan ---

    def plan(self) -> None:
        """Make a plan, or other weekdays."""
        training, person = self.station.record.training, self.person
        note = training.last(person.id, Plan)

        def make(start: date, weekdays: list[int], weeks: int, kind: str) -> None:
            tests = [one for one in self.station.record.tests.summaries(person.id) if person.demo or not one.demo]
            made = plans.make_plan(start, weekdays, kind, weeks=weeks, test_id=tests[0].id if tests else None)
            training.add(person.id, made)
            self.refresh()

        def change(start: date, weekdays: list[int]) -> None:
            assert note is not None
            training.change(note, plans.on_other_weekdays(note.value, start, weekdays))
            self.refresh()

        value = None if note is None else note.value
        self._window.show_sheet(lambda window: PlanSheet(window, value, today(), make, change))

    def move(self, line: Line) -> None:
        """One session to another day."""
        session, note = line.session, self.station.record.training.last(self.person.id, Plan)
        if session is None or note is None:
            return

        def do(on: date) -> None:
            self.station.record.training.change(note, plans.move(note.value, session.number, on))
            self.refresh()

        self._window.show_sheet(lambda window: MoveSheet(window, session, do))

    def away(self) -> None:
        """Days on which the person is not there."""
        note = self.station.record.training.last(self.person.id, Plan)
        if note is None:
            return

        def do(first: date, last: date, reason: str) -> None:
            self.station.record.training.change(note, plans.stay_away(note.value, first, last, reason), reason)
            self.refresh()

        self._window.show_sheet(lambda window: AwaySheet(window, today(), do))

    # --- the station's own sessions ---

    def sessions(self) -> None:
        """What was trained here, newest first; each can be opened."""
        lines = self.station.record.sessions.lines(self.person.id)
        self._window.show_sheet(lambda window: SessionsSheet(window, lines, self.open_session))

    def open_session(self, line: SessionLine) -> None:
        """What one session came to, and what it said of HRmax."""
        record = self.station.record

        def tell() -> None:
            stored = record.sessions.get(line.id)
            record.audit.note(Action.TEST_SEEN, stored.person_id, stored.id)
            self._window.tell(moment(stored.run.started_at), result_lines(stored, learned_from(record, stored)))

        self._tried(tell)

    # --- pages ---

    def ask_page(self) -> None:
        """Filled or blank."""
        answers = [("filled", tr("training.page_filled")), ("blank", tr("training.page_blank"))]
        self._window.show_sheet(
            lambda window: choices(window, tr("training.print"), tr("training.page_how"), answers, self.show_page)
        )

    def show_page(self, which: str) -> None:
        """The diary's page."""
        record, person = self.station.record, self.person
        data = diary_page(record, self.station.settings, person, today(), blank=which == "blank")
        self._show(data, core_texts()("diary.title"), "diary", Entry)

    def _show(self, data: bytes, title: str, name: str, kind: type[Some]) -> None:
        stem = person_stem(self.person, with_person=self.station.settings.person_in_file_names)
        person_id = self.person.id

        def noted() -> None:
            self._tried(lambda: self.station.record.training.printed(person_id, kind))

        self._window.show_sheet(lambda window: self.pages.sheet(window, data, title, f"{stem}_{name}", noted))

    # --- strength ---

    def show_strength(self) -> None:
        """1RM and what comes next."""
        if self._tried(lambda: self.station.record.training.seen(self.person.id, OneRm)):
            self._refresh_strength()
            self._window.go_to(self.lifting)

    def _refresh_strength(self) -> None:
        training = self.station.record.training
        entries = [note.value for note in self.station.record.diary(self.person.id)]
        self.lifting.show_person(self.person, training.of_person(self.person.id, OneRm), entries)

    def new_one_rm(self, exercise: str) -> None:
        """Test or estimate it."""
        training, person = self.station.record.training, self.person
        of_it = [note.value for note in training.of_person(person.id, OneRm) if note.value.exercise == exercise]

        def keep(one: OneRm) -> None:
            training.add(person.id, one)
            self._refresh_strength()

        needs = needs_a_yes(self.station.record, person.id)
        last = max(of_it, key=lambda one: one.day, default=None)
        self._window.show_sheet(lambda window: OneRmSheet(window, exercise, keep, needs_a_yes=needs, last=last))

    def write_strength(self, exercise: str) -> None:
        """A session of strength, with the load that is offered."""
        training, person = self.station.record.training, self.person
        entries = sorted((note.value for note in self.station.record.diary(person.id)), key=lambda one: one.day)
        of_it = [note.value for note in training.of_person(person.id, OneRm) if note.value.exercise == exercise]
        last = max(of_it, key=lambda one: one.day, default=None)
        offered = None if last is None else propose(last, entries)

        def keep(value: Entry) -> None:
            training.add(person.id, value)
            self._refresh_strength()

        def make(window: QWidget) -> Sheet:
            sheet = EntrySheet(window, Entry(day=today().isoformat(), kind="strength"), None, keep)
            sheet.exercise.setCurrentIndex(max(0, sheet.exercise.findData(exercise)))
            if offered is not None:
                sheet.load.setText(exact(offered.kg))
            return sheet

        self._window.show_sheet(make)

    def _withdraw_one_rm(self, note: Note[OneRm]) -> None:
        self._take_back(note, day(note.value.day), self._refresh_strength)

    # --- the talk ---

    def talk(self) -> None:
        """The last talk, or the first one."""
        training, person = self.station.record.training, self.person
        note = training.last(person.id, Interview)
        if note is None:
            self.new_talk()
        elif self._tried(lambda: training.seen(person.id, Interview)):
            self._open_talk(note, note.value)

    def new_talk(self) -> None:
        """A talk that begins now, with the clinic's questions of today."""
        try:
            form = talks.find_form(interview_path())
        except StationError as error:
            self._window.tell(tr("error.known"), told(error))
            return
        self._open_talk(None, Interview(today().isoformat(), form.text, {}))

    def _open_talk(self, note: Note[Interview] | None, value: Interview) -> None:
        training, person, settings = self.station.record.training, self.person, self.station.settings
        kept = note

        def keep(wanted: Interview) -> str:
            nonlocal kept
            if kept is None:
                (kept,) = training.add(person.id, wanted)
            else:
                kept = training.change(kept, wanted)
            return _version_words(kept)

        def print_page() -> None:
            if kept is not None:
                page = interview_page(self.station.record, settings, person, kept)
                self._show(page, tr("training.interview"), "talk", Interview)

        form = talks.read_form(value.form_text, "interview.toml")
        self._window.show_sheet(
            lambda window: InterviewSheet(
                window, msgspec.structs.replace(value), form, "" if note is None else _version_words(note),
                keep=keep, print_page=print_page, begin_anew=None if note is None else self.new_talk,
            )
        )  # fmt: skip

    def _tried(self, do: Callable[[], object]) -> bool:
        try:
            do()
        except StationError as error:
            self._window.tell(tr("error.known"), told(error))
            return False
        return True


def _version_words(note: Note[Interview]) -> str:
    state = tr("interview.is_done" if note.value.done else "interview.is_draft")
    return tr("interview.version", state=state, n=note.number, when=moment(note.written_at), by=who(note.written_by))

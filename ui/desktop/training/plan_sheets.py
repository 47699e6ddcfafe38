"""A plan is made and changed: weeks and weekdays, one session to another day, days away. No session is lost by it."""

from collections.abc import Callable, Iterable
from datetime import date

from PySide6.QtWidgets import QPushButton, QWidget

from teststation.errors import StationError
from teststation.training import diary
from teststation.training.plan import WEEKS, Plan, PlannedSession
from ui.desktop.i18n import core_texts, told, tr
from ui.desktop.i18n.numbers import day, parse_day, parse_number
from ui.desktop.training.entry_sheet import combo
from ui.desktop.widgets.base import button, choice_button, column, label, problem_label, row, show_problems
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.sheet import Sheet

PLANNED_KINDS = ("4x4", "3x4", "10x1", "steady", "strength")


class _Asking(Sheet):
    """A sheet with fields, a save button, and a place for what is wrong."""

    def __init__(self, window: QWidget, title: str, *items: object, save: str = "", width: int = 800) -> None:
        self.problems = problem_label()
        super().__init__(window, title, column(*items, self.problems, gap=12), width=width)
        self.add_cancel(tr("common.cancel"))
        self.save_button = button(save or tr("form.save"), self.save, "main")
        self.foot.addWidget(self.save_button)

    def save(self) -> None:
        """Do it and close, or say what is wrong."""
        try:
            problems = self.do()
        except StationError as error:
            problems = told(error)
        if problems:
            show_problems(self.problems, problems)
        else:
            self.finish()

    def do(self) -> list[str]:
        """What the sheet is for; what is wrong in words. Raises StationError."""
        raise NotImplementedError


class PlanSheet(_Asking):
    """A new plan, or other weekdays from a day on."""

    def __init__(
        self,
        window: QWidget,
        plan: Plan | None,
        today: date,
        make: Callable[[date, list[int], int, str], None],
        change: Callable[[date, list[int]], None],
    ) -> None:
        say = core_texts()
        self._plan, self._make, self._change = plan, make, change
        self.start = line_edit(day(today.isoformat()), tr("training.from_day"), tr("form.born_hint"))
        chosen = (1, 3, 5) if plan is None else plan.weekdays
        self.weekdays: list[QPushButton] = []
        for number in range(1, 8):
            one = choice_button(say(f"diary.weekday.{number}"))
            one.setChecked(number in chosen)
            self.weekdays.append(one)
        self.weeks = line_edit(str(WEEKS), tr("training.weeks"))
        self.kind = combo(tr("training.column.what"), [(say(f"diary.kind.{k}"), k) for k in PLANNED_KINDS], "4x4")
        what = [(tr("training.plan_new"), "new"), (tr("training.plan_change"), "change")]
        self.what = combo(tr("training.plan_what"), what if plan is not None else what[:1], "new")
        if plan is not None:
            self.what.setCurrentIndex(1)
        fields = [(tr("training.plan_what"), self.what)] if plan is not None else []
        fields += [(tr("training.from_day"), self.start)]
        body = form(*fields, (tr("training.weekdays"), row(*self.weekdays, gap=6)))
        self.new_fields = QWidget()
        self.new_fields.setLayout(form((tr("training.weeks"), self.weeks), (tr("training.column.what"), self.kind)))
        super().__init__(
            window,
            tr("training.new_plan" if plan is None else "training.change_plan"),
            label(tr("training.plan_how"), "soft", wrap=True),
            body,
            self.new_fields,
        )
        self.what.currentIndexChanged.connect(self._look)
        self._look()

    def do(self) -> list[str]:
        start, weeks = parse_day(self.start.text()), parse_number(self.weeks.text())
        chosen = [number for number, one in enumerate(self.weekdays, start=1) if one.isChecked()]
        if start is None:
            return [tr("training.day_wrong")]
        if self.what.currentData() == "change":
            self._change(start, chosen)
            return []
        if weeks is None or weeks != int(weeks):
            return [tr("training.weeks_wrong")]
        self._make(start, chosen, int(weeks), self.kind.currentData())
        return []

    def _look(self) -> None:
        self.new_fields.setVisible(self.what.currentData() == "new")


class MoveSheet(_Asking):
    """One session to another day."""

    def __init__(self, window: QWidget, session: PlannedSession, move: Callable[[date], None]) -> None:
        self._move = move
        self.day = line_edit(day(session.day), tr("training.to_day"), tr("form.born_hint"))
        words = tr("training.move_words", number=session.number, day=day(session.day))
        super().__init__(
            window, tr("training.move"), label(words, "lead", wrap=True), form((tr("training.to_day"), self.day))
        )

    def do(self) -> list[str]:
        on = parse_day(self.day.text())
        if on is None:
            return [tr("training.day_wrong")]
        self._move(on)
        return []


class AwaySheet(_Asking):
    """Days on which the person is not there; later sessions follow."""

    def __init__(self, window: QWidget, today: date, stay_away: Callable[[date, date, str], None]) -> None:
        say = core_texts()
        self._stay_away = stay_away
        self.first = line_edit(day(today.isoformat()), tr("training.first_day"), tr("form.born_hint"))
        self.last = line_edit("", tr("training.last_day"), tr("form.born_hint"))
        reasons: Iterable[tuple[str, object]] = [("–", "")] + [(say(f"diary.reason.{r}"), r) for r in diary.REASONS]
        self.reason = combo(tr("training.reason"), list(reasons), "leave")
        super().__init__(
            window,
            tr("training.away"),
            label(tr("training.away_how"), "soft", wrap=True),
            form(
                (tr("training.first_day"), self.first),
                (tr("training.last_day"), self.last),
                (tr("training.reason"), self.reason),
            ),
        )

    def do(self) -> list[str]:
        first, last = parse_day(self.first.text()), parse_day(self.last.text())
        if first is None or last is None:
            return [tr("training.day_wrong")]
        self._stay_away(first, last, self.reason.currentData())
        return []


class ReasonSheet(_Asking):
    """Why a row is taken back; it stays readable among its versions."""

    def __init__(self, window: QWidget, title: str, words: str, do: Callable[[str], None]) -> None:
        self._do = do
        self.reason = line_edit("", tr("training.why"))
        super().__init__(
            window, title, label(words, "lead", wrap=True), form((tr("training.why"), self.reason)),
            save=tr("training.withdraw"),
        )  # fmt: skip

    def do(self) -> list[str]:
        if not self.reason.text().strip():
            return [tr("training.why_missing")]
        self._do(self.reason.text().strip())
        return []

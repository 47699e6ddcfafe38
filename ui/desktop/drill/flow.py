"""Drills in a window of their own: which one, the run with what a hand can do beside it, and how it went."""

import secrets
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QWidget

from teststation.run.drill import Fault, Score
from teststation.run.state import Phase
from teststation.snapshot import Snapshot
from teststation.subject import Sex, Subject
from ui.desktop.i18n import say, tr
from ui.desktop.i18n.numbers import number
from ui.desktop.test.flow import RunFlow
from ui.desktop.test.screen import RunScreen
from ui.desktop.widgets.base import button, column, label, row, set_shown
from ui.desktop.widgets.choices import choices
from ui.desktop.widgets.sheet import Sheet
from ui.station.drill import Drill, drill_plan
from ui.station.emulated import patient_of_seed
from ui.station.session import Session
from ui.station.station import Setup

SURPRISE = "surprise"


class DrillBar(QFrame):
    """What a hand can do beside the screen, which an emulated treadmill has no place for: its red button, the strap."""

    red_button = Signal()
    strap = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "message")
        self.setProperty("state", "caution")
        self.words = label(tr("drill.bar"), "strong", wrap=True)
        self.strap_button = button(tr("drill.strap"), self.strap.emit, "touch")
        self.red = button(tr("drill.red_button"), self.red_button.emit, "touch")
        self.setLayout(row(self.words, self.strap_button, self.red, gap=12, margin=(14, 4, 14, 4), shares=(1,)))


class DrillFlow(RunFlow):
    """One drill in the window. ``ended`` carries nothing: there is no test; ``score`` tells how it went."""

    def __init__(
        self, session: Session, fault: Fault, bar: DrillBar, screen: RunScreen, show_sheet: Callable[..., None],
        parent: QObject, *, seed: int,
    ) -> None:  # fmt: skip
        super().__init__(session, screen, show_sheet, parent)
        self.drill = Drill(session, fault, seed)
        self.score: Score | None = None
        for signal, slot in ((bar.red_button, self.drill.red_button), (bar.strap, self.drill.check_strap)):
            signal.connect(slot)
            self._links.append((signal, slot))
        self.bridge.moment_changed.connect(self._tick)

    def _tick(self, moment: Snapshot) -> None:
        self.drill.tick()
        if moment.phase is Phase.ENDED:
            self.score = self.drill.score()


class Window(Protocol):
    """What a drill needs of the window."""

    def show_sheet(self, make: Callable[[QWidget], Sheet], still: Callable[[], bool] | None = None) -> None:
        """Show one more sheet."""
        ...

    @property
    def sheet(self) -> Sheet | None:
        """The sheet on top, if there is one."""
        ...

    def close_when_at_rest(self) -> None:
        """Close in good order."""
        ...


class Drills:
    """Which drill, and how it went. ``start`` prepares the run."""

    def __init__(
        self,
        window: Window,
        start: Callable[[Setup, Fault, int, Callable[[bool], None]], None],
        first: str,
        person_id: str,
    ) -> None:
        """``start`` tells later whether it could be prepared; ``first``: unasked; ``person_id``: who walks."""
        self._window, self._start, self._first, self._person_id = window, start, first, person_id
        self.bar = DrillBar()

    def choose(self) -> None:
        """Ask which one."""
        first, self._first = self._first, ""
        if first:
            self.begin(first)
            return
        answers = [(fault.value, tr(f"drill.name_{fault.value}")) for fault in Fault]
        answers.append((SURPRISE, tr("drill.name_surprise")))
        self._window.show_sheet(self._sheet(answers))

    def _sheet(self, answers: Sequence[tuple[str, str]]) -> Callable[[QWidget], Sheet]:
        def make(window: QWidget) -> Sheet:
            sheet = choices(
                window, tr("drill.title"), tr("drill.explained"), answers, self.begin, cancel=tr("drill.end")
            )
            # There is nothing else to do in this window.
            sheet.closed.connect(lambda: None if sheet.answer else self._window.close_when_at_rest())
            return sheet

        return make

    def begin(self, code: str) -> None:
        """Prepare one drill: devices connect, nothing moves before Start is held."""
        fault = secrets.choice(list(Fault)) if code == SURPRISE else Fault(code)
        seed = secrets.randbelow(1_000)
        truth = patient_of_seed(seed)
        subject = Subject(
            sex=Sex(truth.sex), age_years=truth.age_years, weight_kg=truth.weight_kg, height_cm=truth.height_cm
        )
        setup = Setup(
            plan=drill_plan(tr("drill.title")),
            subject=subject,
            treadmill="emulated",
            heart_rate="emulated",
            person_id=self._person_id,
            seed=seed,
        )
        self._start(setup, fault, seed, self._began)

    def _began(self, started: bool) -> None:
        set_shown(self.bar, started)
        if not started and self._window.sheet is not None:  # it says why not; behind it lies nothing of a drill
            self._window.sheet.closed.connect(self.choose)

    def tell(self, score: Score | None) -> None:
        """How it went, and what next."""
        set_shown(self.bar, False)
        lines = [tr("drill.none")] if score is None else score_lines(score)

        def make(window: QWidget) -> Sheet:
            title = tr("drill.result") if score is None else tr(f"drill.name_{score.fault.value}")
            sheet = Sheet(window, title, column(*(label(line, wrap=True) for line in lines)), width=1300)
            sheet.closed.connect(self.choose)
            sheet.foot.insertWidget(0, button(tr("drill.end"), self._window.close_when_at_rest, "touch"))
            sheet.foot.addWidget(button(tr("drill.again"), sheet.finish, "main"))
            return sheet

        self._window.show_sheet(make)


def score_lines(score: Score) -> list[str]:
    """The sentences of a score; the alarm's own words among them."""
    told = "" if score.told is None else say(score.told)
    return [
        tr(line.code, alarm=told, **{name: _value(name, value) for name, value in line.values.items()})
        for line in score.lines
    ]


def _value(name: str, value: float | str) -> str:
    """An act by its name, or seconds."""
    if name == "act":
        return tr(f"drill.act_{value}")
    return value if isinstance(value, str) else number(value, 1)

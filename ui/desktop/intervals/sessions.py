"""A person's sessions at the station: each with what it came to, and one can be opened."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QAbstractItemView, QWidget

from teststation.records.tests.stored import SessionLine
from teststation.training.diary import kind_of
from teststation.training.session.result import BoutResult
from ui.desktop.i18n import core_texts, of_session, tr
from ui.desktop.i18n.marks import marked
from ui.desktop.i18n.numbers import DASH, clock, moment, number
from ui.desktop.widgets.base import button, column, label, set_shown
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.widgets.table import fill_wrapped, reading_table

COLUMNS = ("day", "what", "done", "ended", "peak", "band", "load", "borg")


def words_of(line: SessionLine) -> tuple[str, ...]:
    """One line in words: Borg of each bout, the load of the first and of the last where they differ."""
    with of_session():
        say = core_texts()
    ended = DASH if line.outcome is None else tr(f"outcome.{line.outcome.value}")
    return (
        moment(line.started_at),
        marked(say(f"diary.kind.{kind_of(line.protocol_id)}"), demo=line.demo),
        tr("sessions.done", done=line.bouts_done, planned=line.bouts_planned),
        ended if line.reason is None or line.reason.code == "planned_end" else f"{ended}: {say.told(line.reason)}",
        number(line.peak_bpm),
        DASH if line.in_band_s is None else tr("sessions.in_band", clock=clock(line.in_band_s)),
        _loads(line.bouts),
        "/".join(DASH if bout.rpe is None else str(bout.rpe) for bout in line.bouts) or DASH,
    )


def _loads(bouts: Sequence[BoutResult]) -> str:
    said = [words for bout in bouts if (words := load_words(bout))]
    return " → ".join(dict.fromkeys((*said[:1], *said[-1:]))) or DASH


def load_words(bout: BoutResult) -> str:
    """The load of one bout; empty where none is known, as of a session without a belt."""
    if bout.speed_kmh is None or bout.incline_pct is None:
        return ""
    return tr("interval.load", speed=number(bout.speed_kmh, 1), incline=number(bout.incline_pct, 1))


class SessionsSheet(Sheet):
    """``opened`` gets the line that somebody wants to see whole."""

    def __init__(self, window: QWidget, lines: Sequence[SessionLine], opened: Callable[[SessionLine], None]) -> None:
        self._lines, self._opened = lines, opened
        self.table = reading_table(
            tr("sessions.list"), [tr(f"sessions.column.{name}") for name in COLUMNS], COLUMNS.index("load"),
            wrapped=True,
        )  # fmt: skip
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.none = label(tr("sessions.none"), "lead", wrap=True)
        super().__init__(window, tr("sessions.list"), column(self.none, self.table), width=1760, fill=True)
        self.add_cancel(tr("common.close"))
        self.open_button = button(tr("sessions.open"), self.open_chosen, "main")
        self.foot.addWidget(self.open_button)
        fill_wrapped(self.table, [words_of(line) for line in lines])
        set_shown(self.none, not lines)
        set_shown(self.table, bool(lines))
        self.table.itemDoubleClicked.connect(lambda *_: self.open_chosen())
        self.table.itemSelectionChanged.connect(self._look)
        if lines:
            self.table.selectRow(0)
        self._look()

    def open_chosen(self) -> None:
        """The chosen session, over this list."""
        rows = self.table.selectionModel().selectedRows()
        if rows:
            self._opened(self._lines[rows[0].row()])

    def _look(self) -> None:
        self.open_button.setEnabled(bool(self.table.selectionModel().selectedRows()))

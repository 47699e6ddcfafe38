"""Who trains together, and with which strap each: asked before any driver is started."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from drivers.heart_rate.straps_seen import StrapSeen
from teststation.errors import StationError
from teststation.records.people.person import Person
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import day
from ui.desktop.intervals.which import which_session
from ui.desktop.preparing import Preparing
from ui.desktop.widgets.base import button, column, label, problem_label, row, set_text, show_problems
from ui.desktop.widgets.fields import form
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.work import Work
from ui.station.settings import ant_key
from ui.station.station import Station
from ui.station.strap_search import search
from ui.station.together import GroupSession, prepare_group


class GroupStartSheet(Sheet):
    """A row a person. ``prepared`` gets the session whose drivers have been started."""

    def __init__(
        self,
        window: QWidget,
        station: Station,
        person: Person,
        preparing: Preparing,
        prepared: Callable[[GroupSession], None],
    ) -> None:
        self._station, self._preparing, self._prepared = station, preparing, prepared
        self._people = {one.id: one for one in station.record.people.all()}
        self._straps: list[StrapSeen] = []
        self._searching: Work | None = None
        self.sessions = which_session(station.own_protocols)
        self.rows: list[tuple[QComboBox, QComboBox]] = []
        self._grid = QGridLayout()
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.add_button = button(tr("together.add"), self.add, "touch")
        self.remove_button = button(tr("together.remove"), self.remove, "touch")
        self.find_button = button(tr("together.find"), self.find_straps, "touch")
        self.found = label("", "caption", wrap=True)
        self.problems = problem_label()
        body = column(
            label(tr("together.how"), "soft", wrap=True),
            form((tr("interval.which"), self.sessions)),
            self._grid,
            row(self.add_button, self.remove_button, 1, self.find_button, gap=8),
            self.found,
            self.problems,
        )
        super().__init__(window, tr("together.title"), body, width=1100)
        self.add_cancel(tr("common.cancel"))
        self.prepare_button = button(tr("together.prepare"), self.prepare, "main")
        self.foot.addWidget(self.prepare_button)
        self.add(person.id)
        self.add()

    def add(self, person_id: str = "") -> None:
        """One more row."""
        n = len(self.rows) + 1
        who, strap = QComboBox(), QComboBox()
        who.setAccessibleName(tr("together.who", n=n))
        strap.setAccessibleName(tr("together.strap", n=n))
        who.addItem(tr("together.nobody"), "")
        for one in self._people.values():
            who.addItem(f"{name_of(one)} {day(one.born)}", one.id)
        who.setCurrentIndex(max(0, who.findData(person_id)))
        strap.setEditable(True)  # one that is out of range now may be typed
        typed = strap.lineEdit()
        if typed is not None:
            typed.setPlaceholderText(tr("together.strap", n=n))
        self.rows.append((who, strap))
        self._offer(strap)
        self._grid.addWidget(who, n, 0)
        self._grid.addWidget(strap, n, 1)
        self.remove_button.setEnabled(n > 1)

    def remove(self) -> None:
        """Take the last row away."""
        for widget in self.rows.pop():
            self._grid.removeWidget(widget)
            widget.deleteLater()
        self.remove_button.setEnabled(len(self.rows) > 1)

    def _offer(self, strap: QComboBox) -> None:
        typed = strap.currentText()
        strap.clear()
        for one in self._straps:
            strap.addItem(one.device)
        strap.setEditText(typed)

    def find_straps(self) -> None:
        """Search beside the window; nothing is chosen by itself."""
        self.find_button.setEnabled(False)
        set_text(self.found, tr("straps.searching"))
        settings = self._station.settings
        self._searching = Work(lambda: search(settings.heart_rate, ant_key(settings)), self)
        self._searching.done.connect(self._show_found)
        self._searching.failed.connect(self._not_found)
        self._searching.start()

    def _show_found(self, straps: Sequence[StrapSeen]) -> None:
        self.find_button.setEnabled(True)
        self._straps = list(straps)
        set_text(self.found, tr("together.found", n=len(straps)))
        for _, strap in self.rows:
            self._offer(strap)

    def _not_found(self, error: Exception) -> None:
        self.find_button.setEnabled(True)
        set_text(self.found, "")
        if not isinstance(error, StationError):
            raise error
        set_text(self.found, " ".join(told(error)))

    def prepare(self) -> None:
        """Start the drivers, or say what is missing. Nothing moves."""
        chosen = [
            (self._people[who.currentData()], strap.currentText().strip())
            for who, strap in self.rows
            if who.currentData()
        ]
        protocol = self.sessions.currentData()
        self._preparing.begin(
            lambda: prepare_group(self._station, chosen, protocol),
            self._ready,
            lambda error: show_problems(self.problems, told(error)),
        )

    def _ready(self, session: GroupSession) -> None:
        self.finish()
        self._prepared(session)

"""Signed tests that have not gone to the journal yet: all are handed over at once, or those that keep a tick."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from teststation.records.people.person import Person
from teststation.records.tests.signature import Waiting
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import day
from ui.desktop.people.people_model import list_name
from ui.desktop.widgets.base import ElidedLabel, button, column, label, set_text
from ui.desktop.widgets.scrolled import Scrolled
from ui.desktop.widgets.sheet import Sheet

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

DAYS = 31  # what was signed before, a clinic has handed over by other ways, or not at all


def waiting_of(record: "Record") -> list[Waiting]:
    """The tests that wait now. Raises RecordError."""
    since = datetime.now(UTC) - timedelta(days=DAYS)
    return record.signing.not_handed_over(since.isoformat(timespec="milliseconds"))


class WaitingSheet(Sheet):
    """One line for each test with a tick, the one that waits longest first."""

    def __init__(
        self,
        window: QWidget,
        waiting: Sequence[tuple[Person, Waiting]],
        hand_over: Callable[[Sequence[str]], None],
    ) -> None:
        """``hand_over``: called with the ids of the tests that are ticked."""
        self._hand_over = hand_over
        self.picks: dict[str, QCheckBox] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(3, 2)
        for place, key in enumerate(("person.name", "waiting.test", "waiting.signed"), start=1):
            grid.addWidget(label(tr(key), "caption"), 0, place)
        for line, (person, one) in enumerate(waiting, start=1):
            pick = QCheckBox()
            pick.setAccessibleName(tr("waiting.pick", name=list_name(person), day=day(one.started_at)))
            pick.setChecked(True)
            pick.toggled.connect(lambda *_: self._look())
            self.picks[one.test_id] = pick
            grid.addWidget(pick, line, 0)
            grid.addWidget(ElidedLabel(list_name(person), "strong"), line, 1)
            grid.addWidget(label(day(one.started_at)), line, 2)
            grid.addWidget(ElidedLabel(tr("waiting.by", day=day(one.signed_at), who=one.signed_by)), line, 3)
        scroll = Scrolled(grid, tr("waiting.title"))
        self.go_button = button("", self._go, "main")
        words = label(tr("waiting.words", days=DAYS), "soft", wrap=True)
        super().__init__(window, tr("waiting.title"), column(words, scroll, shares=(0, 1)), width=1250)
        self.add_cancel(tr("common.close"))
        self.foot.addWidget(self.go_button)
        self._look()

    @property
    def picked(self) -> list[str]:
        """The tests that are to be handed over."""
        return [test_id for test_id, pick in self.picks.items() if pick.isChecked()]

    def _look(self) -> None:
        set_text(self.go_button, tr("waiting.go", n=len(self.picked)))
        self.go_button.setEnabled(bool(self.picked))

    def _go(self) -> None:
        picked = self.picked
        self.finish()
        self._hand_over(picked)

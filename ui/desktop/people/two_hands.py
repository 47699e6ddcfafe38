"""A person whom two have changed: both values of every field, and a choice for each."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QWidget

from teststation.errors import StationError
from teststation.records.people.person import ChangedMeanwhile, Person
from teststation.records.people.two_hands import Difference, differences, settled
from teststation.subject import Sex
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import DASH, day, exact
from ui.desktop.widgets.base import button, clear, column, label, problem_label, show_problems
from ui.desktop.widgets.sheet import Sheet

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record


def value_words(name: str, value: object) -> str:
    """A field's value as a person reads it."""
    if value is None or value == "":
        return DASH
    if isinstance(value, Sex):
        return tr(f"sex.{value.value}")
    if name == "language":
        return tr(f"language.{value}")
    if name == "born":
        return day(str(value))
    return exact(value) if isinstance(value, float) else str(value)


class TwoHandsSheet(Sheet):
    """What only one of the two has changed is proposed; what both have changed must be chosen."""

    def __init__(
        self,
        window: QWidget,
        record: "Record",
        base: Person | None,
        kept: Person,
        mine: Person,
        saved: Callable[[Person], None],
    ) -> None:
        self._record, self._base, self._kept, self._mine, self._saved = record, base, kept, mine, saved
        self.choices: dict[str, QButtonGroup] = {}
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(24)
        self.grid.setVerticalSpacing(10)
        for place, share in enumerate((2, 4, 4)):
            self.grid.setColumnStretch(place, share)
        self.problems = problem_label()
        words = label(tr("two.words", name=name_of(kept)), "soft", wrap=True)
        super().__init__(window, tr("two.title"), column(words, self.grid, self.problems), width=1350)
        self.add_cancel(tr("common.cancel"))
        self.save_button = button(tr("two.save"), self.save, "main")
        self.foot.addWidget(self.save_button)
        self._fill()

    def choose(self, name: str, *, mine: bool) -> None:
        """Mark one of the two values of a field."""
        chosen = self.choices[name].button(int(mine))
        assert chosen is not None
        chosen.setChecked(True)

    def save(self) -> None:
        """Keep what was chosen. Whoever has changed the person once more is shown again."""
        take = [name for name, group in self.choices.items() if group.checkedId() == 1]
        try:
            person = self._record.settle(settled(self._kept, self._mine, take))
        except ChangedMeanwhile as again:
            self._kept = again.kept
            self._fill()
            show_problems(self.problems, [tr("two.again")])
        except StationError as error:
            show_problems(self.problems, told(error))
        else:
            self.finish()
            self._saved(person)

    def _fill(self) -> None:
        clear(self.grid)
        for group in self.choices.values():
            group.deleteLater()
        self.choices = {}
        for place, key in enumerate(("field", "kept", "mine")):
            self.grid.addWidget(label(tr(f"two.{key}"), "caption"), 0, place)
        for line, one in enumerate(differences(self._base, self._kept, self._mine), start=1):
            self._add(line, one)
        self._look()

    def _add(self, line: int, one: Difference) -> None:
        name = tr(f"audit.field_{one.name}").capitalize()
        self.grid.addWidget(label(name, "strong"), line, 0)
        group = self.choices[one.name] = QButtonGroup(self)
        for place, (side, value) in enumerate((("kept", one.kept), ("mine", one.mine))):
            mark = QRadioButton(value_words(one.name, value))
            mark.setAccessibleName(f"{name}, {tr(f'two.{side}')}: {mark.text()}")
            mark.setChecked(one.proposal == side)
            group.addButton(mark, place)
            self.grid.addWidget(mark, line, place + 1)
        group.idToggled.connect(lambda *_: self._look())

    def _look(self) -> None:
        self.save_button.setEnabled(all(group.checkedId() >= 0 for group in self.choices.values()))
